"""What every store can do, and the values that queries give back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import pyoxigraph as ox

from kg.problem import Failure
from kg.store import values
from kg.store.values import Term, Value

if TYPE_CHECKING:
    import pandas
    import polars

__all__ = ["Answer", "QueryError", "Store", "StoreError", "Table", "Term", "Value"]


class StoreError(Failure):
    """A store cannot do what was asked; the message is for the user."""


class QueryError(StoreError):
    """The SPARQL text cannot be read or run."""


@dataclass(frozen=True, slots=True)
class Table:
    """The answer of a SELECT: a name for each column, and rows of terms; None where a cell is unbound."""

    columns: tuple[str, ...]
    rows: list[tuple[Term | None, ...]]

    def to_records(self) -> list[dict[str, Value]]:
        """Rows by column, as values of Python."""
        return [dict(zip(self.columns, map(values.value, row), strict=True)) for row in self.rows]

    def to_polars(self) -> polars.DataFrame:
        """A data frame of polars; Failure where polars is not installed."""
        return values.to_polars(self.columns, self.rows)

    def to_pandas(self) -> pandas.DataFrame:
        """A data frame of pandas; Failure where pandas is not installed."""
        return values.to_pandas(self.columns, self.rows)


Answer = Table | bool | list[ox.Triple]
"""SELECT, ASK, and CONSTRUCT or DESCRIBE."""


class Store(Protocol):
    """A SPARQL 1.1 store whose default graph is the merge of its named graphs."""

    def query(self, text: str) -> Answer:
        """Run one query; QueryError where it cannot be run."""
        ...

    def graphs(self) -> Iterator[str]:
        """IRIs of the named graphs."""
        ...

    def __len__(self) -> int:
        """Triples in the default graph."""
        ...
