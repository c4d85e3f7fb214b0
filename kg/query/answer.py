"""A saved query and values for its parameters in, its answer with what the columns mean out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph as ox

from kg.query.blocks import bind, parse
from kg.query.cells import shown
from kg.query.lookup import Lookup
from kg.query.page import run_paged
from kg.query.saved import Column, SavedQuery
from kg.query.values import Given, Run, terms_of
from kg.store.base import QueryError, Table, Term, Value
from kg.worker import Outcome

if TYPE_CHECKING:
    import pandas
    import polars


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
    base: str = ""
    """Begins the IRIs of the workspace."""

    @property
    def columns(self) -> tuple[Column, ...]:
        """What each column is; one without a word in the header is text."""
        known = {column.name: column for column in self.query.columns}
        return tuple(known.get(name, Column(name, name)) for name in self.table.columns)

    def shown(self) -> Table:
        """The same rows with the names of things as people read them, ids and slugs, in place of their IRIs."""
        has_case = any(column.kind == "case" for column in self.columns)

        def cell(term: Term | None, kind: str) -> Term | None:
            is_thing = isinstance(term, ox.NamedNode)
            return ox.Literal(shown(term, kind, self.base, beside_case=has_case)) if is_thing else term

        kinds = [column.kind for column in self.columns]
        rows = [tuple(cell(term, kind) for term, kind in zip(row, kinds, strict=True)) for row in self.table.rows]
        return Table(self.table.columns, rows)

    def to_records(self) -> list[dict[str, Value]]:
        """Rows by column, as values of Python."""
        return self.table.to_records()

    def to_polars(self) -> polars.DataFrame:
        """A data frame of polars; Failure where polars is not installed."""
        return self.table.to_polars()

    def to_pandas(self) -> pandas.DataFrame:
        """A data frame of pandas; Failure where pandas is not installed."""
        return self.table.to_pandas()


@dataclass(frozen=True, slots=True)
class Bound:
    """A saved query with values in the place of its parameters."""

    text: str
    terms: Mapping[str, Sequence[Term]]


def bound(query: SavedQuery, given: Mapping[str, Given | Sequence[Given]], run: Run, *, base: str) -> Bound:
    """Put values in place; ParameterError where one does not fit. ``run`` looks names up."""
    terms = terms_of(query, given, Lookup(run, base))
    text = bind(query.text, terms)
    parse(text)
    return Bound(text, terms)


def ask(
    query: SavedQuery,
    given: Mapping[str, Given | Sequence[Given]],
    run: Run,
    *,
    base: str,
    put: Callable[[str, Run], Outcome] = run_paged,
) -> QueryAnswer:
    """Ask a saved query; ParameterError where a value does not fit, QueryError where the query cannot be run.

    ``put`` is how the query is put: the default suits the embedded store, ``run_whole`` suits endpoints.
    """
    asked = bound(query, given, run, base=base)
    outcome = put(asked.text, run)
    if not isinstance(outcome.answer, Table):
        raise QueryError(f"{query.name} is no SELECT")
    return QueryAnswer(query, outcome.answer, asked.text, asked.terms, outcome.truncated, base)
