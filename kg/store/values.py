"""Terms of an answer in; values of Python, and the columns of a data frame, out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from kg import vocab
from kg.problem import Failure

if TYPE_CHECKING:
    import pandas
    import polars

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
Value = str | int | float | Decimal | bool | date | None
"""A cell as Python has it."""
Row = Sequence[Term | None]

_NUMBERS = (int, float, Decimal)


class LibraryMissing(Failure):
    """Something needs a library that is an extra of the installation."""


def value(term: Term | None) -> Value:
    """A term as Python has it: numbers, truth values and dates by their datatype, everything else as text."""
    if not isinstance(term, ox.Literal):
        return term if term is None else str(term) if isinstance(term, ox.Triple) else term.value
    reader = _READERS.get(term.datatype.value)
    try:
        return reader(term.value) if reader else term.value
    except (ValueError, ArithmeticError):
        return term.value


_READERS: dict[str, Callable[[str], Value]] = {
    vocab.xsd_integer: int,
    vocab.xsd_decimal: Decimal,
    vocab.PREFIXES["xsd"] + "double": float,
    vocab.PREFIXES["xsd"] + "float": float,
    vocab.xsd_boolean: lambda text: text in ("true", "1"),
    vocab.xsd_date: date.fromisoformat,
}
"""Datatype → how its text is read."""


def columns(names: Sequence[str], rows: Sequence[Row]) -> dict[str, list[Value]]:
    """Each column's values, of one type where all are numbers, dates or truth values, and else as text.

    >>> columns(["n"], [[ox.Literal(1)], [ox.Literal(2.5)], [None]])
    {'n': [1.0, 2.5, None]}
    """
    return {name: _uniform([value(row[place]) for row in rows]) for place, name in enumerate(names)}


def _uniform(cells: list[Value]) -> list[Value]:
    kinds = {type(cell) for cell in cells if cell is not None}
    if kinds == {int} and all(-(2**63) <= int(str(cell)) < 2**63 for cell in cells if cell is not None):
        return list(cells)
    if kinds and kinds <= set(_NUMBERS):
        return [None if cell is None else float(str(cell)) for cell in cells]
    if len(kinds) <= 1 and kinds != {int}:
        return list(cells)
    return [None if cell is None else str(cell) for cell in cells]


def to_polars(names: Sequence[str], rows: Sequence[Row]) -> polars.DataFrame:
    """A data frame of polars: integers, floats, dates, truth values and text."""
    needs("polars", "a polars data frame", "dataframe")
    import polars

    held = columns(names, rows)
    return polars.DataFrame({name: polars.Series(name, cells, _dtype(cells)) for name, cells in held.items()})


def _dtype(cells: list[Value]) -> Any:
    """The type of a column; one without values is text."""
    import polars

    kinds: dict[type[object], Any] = {int: polars.Int64, float: polars.Float64, bool: polars.Boolean, date: polars.Date}
    return kinds.get(_kind(cells), polars.String)


def _kind(cells: list[Value]) -> type[object]:
    """The type of a column's cells; text where there are none."""
    return next((type(cell) for cell in cells if cell is not None), str)


def to_pandas(names: Sequence[str], rows: Sequence[Row]) -> pandas.DataFrame:
    """A data frame of pandas; dates become timestamps, and integers beside empty cells stay integers (Int64)."""
    needs("pandas", "a pandas data frame", "pandas")
    import pandas

    held = columns(names, rows)
    return pandas.DataFrame({name: pandas.Series(cells, dtype=_pandas_dtype(cells)) for name, cells in held.items()})


def _pandas_dtype(cells: list[Value]) -> Any:
    kind = _kind(cells)
    if None in cells and kind in (int, bool):
        return "Int64" if kind is int else "boolean"
    kinds: dict[type[object], str] = {int: "int64", float: "float64", bool: "bool", date: "datetime64[s]"}
    return kinds.get(kind, "object")


def needs(library: str, what: str, extra: str) -> None:
    """LibraryMissing, with the command that installs it, unless a library is there."""
    if find_spec(library) is None:
        raise LibraryMissing(f"{what} needs {library}: pip install 'casegraph[{extra}]'")
