"""A saved query and values for its parameters in, its answer with what the columns mean out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pyoxigraph as ox

from kg import vocab
from kg.query.blocks import bind, parse
from kg.query.lookup import Lookup
from kg.query.order import run_sorted
from kg.query.saved import Column, SavedQuery
from kg.query.values import Given, Run, terms_of
from kg.store.base import QueryError, Table, Term
from kg.terms import plain

Value = str | int | float | Decimal | bool | date | None
"""A cell as Python has it."""


@dataclass(frozen=True, slots=True)
class QueryAnswer:
    """The answer of a saved query."""

    query: SavedQuery
    table: Table
    text: str
    """The SPARQL that was asked."""
    terms: Mapping[str, Sequence[Term]]
    """What the given parameters were bound to."""
    truncated: str = ""
    """What was cut off, in words; empty where nothing was."""

    @property
    def columns(self) -> tuple[Column, ...]:
        """What each column is; one without a word in the header is text."""
        known = {column.name: column for column in self.query.columns}
        return tuple(known.get(name, Column(name, name)) for name in self.table.columns)

    def records(self) -> list[dict[str, Value]]:
        """Rows by column, as values of Python."""
        return [dict(zip(self.table.columns, map(value, row), strict=True)) for row in self.table.rows]


def ask(query: SavedQuery, given: Mapping[str, Given | Sequence[Given]], run: Run, *, base: str) -> QueryAnswer:
    """Ask a saved query; ParameterError where a value does not fit, QueryError where the query cannot be run."""
    terms = terms_of(query, given, Lookup(run, base))
    text = bind(query.text, terms)
    parse(text)
    outcome = run_sorted(text, run)
    if not isinstance(outcome.answer, Table):
        raise QueryError(f"{query.name} is no SELECT")
    return QueryAnswer(query, outcome.answer, text, terms, outcome.truncated)


def value(term: Term | None) -> Value:
    """A term as Python has it: numbers, truth values and dates by their datatype, everything else as text."""
    if not isinstance(term, ox.Literal):
        return None if term is None else plain(term)
    reader = _READERS.get(term.datatype.value)
    try:
        return reader(term.value) if reader else term.value
    except (ValueError, ArithmeticError):
        return term.value


_READERS = {
    vocab.xsd_integer: int,
    vocab.xsd_decimal: Decimal,
    vocab.PREFIXES["xsd"] + "double": float,
    vocab.xsd_boolean: "true".__eq__,
    vocab.xsd_date: date.fromisoformat,
}
"""Datatype → how its text is read."""
