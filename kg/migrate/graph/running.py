"""A store of case graphs and a chain of migrations in; the store with every case at the target out.

Statements are guarded by release and may be run again, so what was interrupted goes on with the same call.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from kg import vocab
from kg.migrate.effects import Processes
from kg.migrate.graph.claims import Query, resolved
from kg.migrate.graph.kinds import CASE, version_path
from kg.migrate.graph.updates import Updates, updates
from kg.migrate.migration import Migration
from kg.migrate.upgrade import Shapes
from kg.ntriples import iri, literal
from kg.store.base import Answer, Table

Progress = Callable[[int, int], None]
"""Statements done, statements in all."""


class Changing(Protocol):
    """A store that answers queries and runs updates."""

    def query(self, text: str) -> Answer:
        """Run one query."""
        ...

    def update(self, text: str) -> None:
        """Run one update."""
        ...


@dataclass(frozen=True, slots=True)
class Run:
    """What is needed to migrate a store."""

    chain: Sequence[Migration]
    shapes: Shapes
    processes: Processes

    def updates(self, migration: Migration, query: Query) -> Updates:
        """The updates of one migration, with what the claims of a store state of processes."""
        origin, target = self.shapes(migration.origin), self.shapes(migration.target)
        found = resolved(migration, origin, query, self.processes)
        return updates(migration, origin, target, resolved=found)

    def migrate(self, store: Changing, progress: Progress, *, one_by_one: bool = False) -> None:
        """Run every statement of every migration: on all graphs at once, or on one graph after the other."""
        for migration in self.chain:
            found = self.updates(migration, store.query).statements
            requests = _for_each(self._graphs(migration, store), found) if one_by_one else found
            for done, request in enumerate(requests, 1):
                store.update(request)
                progress(done, len(requests))

    def _graphs(self, migration: Migration, store: Changing) -> list[str]:
        """The graphs of the cases that a migration is for."""
        path = version_path(self.shapes(migration.origin))
        case = f"{CASE} {iri(vocab.rdf_type)} {iri(vocab.Case)} ; {path} {literal(migration.origin)}"
        answer = store.query(f"SELECT DISTINCT ?graph WHERE {{ GRAPH ?graph {{ {case} }} }} ORDER BY ?graph")
        assert isinstance(answer, Table)
        return [str(row["graph"]) for row in answer.to_records()]

    def releases(self, store: Changing) -> Mapping[str, int]:
        """How many cases of a store are at which release."""
        path = version_path(self.shapes(self.chain[-1].target))
        cases = f"GRAPH ?graph {{ {CASE} {iri(vocab.rdf_type)} {iri(vocab.Case)} ; {path} ?release }}"
        counted = f"SELECT ?release (COUNT(DISTINCT {CASE}) AS ?cases)"
        answer = store.query(f"{counted} WHERE {{ {cases} }} GROUP BY ?release")
        assert isinstance(answer, Table)
        return {str(row["release"]): int(str(row["cases"])) for row in answer.to_records()}


def _for_each(graphs: Sequence[str], statements: Sequence[str]) -> list[str]:
    """One request for each graph, with all statements."""
    return [" ;\n".join(each.replace("GRAPH ?graph", f"GRAPH {iri(graph)}") for each in statements) for graph in graphs]
