"""The embedded store: N-Quads parts in, SPARQL answers out, in a folder of the workspace (pyoxigraph, RocksDB).

The default graph holds the merge of all named graphs, because views over the union count a triple once for
each graph it stands in and make property paths slow.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from kg.parts import Part
from kg.store.base import Answer, QueryError, StoreError, Table
from kg.store.sparql import in_order, unreadable

BATCH = 32_000_000
"""Bytes of N-Quads loaded at once: larger batches sort more slowly, smaller ones leave more files to merge."""


class Embedded:
    """A store in a folder. One writer at a time; readers open a finished build, which nobody writes to."""

    def __init__(self, store: ox.Store, prefixes: dict[str, str] | None = None) -> None:
        self._store = store
        self.prefixes = prefixes or {}

    @classmethod
    def create(cls, path: Path) -> Embedded:
        """An empty store in a new folder."""
        return cls(ox.Store(str(path)))

    @classmethod
    def open(cls, path: Path, prefixes: dict[str, str] | None = None) -> Embedded:
        """A finished store, to read from."""
        try:
            return cls(ox.Store.read_only(str(path)), prefixes)
        except OSError as error:
            raise StoreError(
                f"the store at {path} cannot be opened: {error}; `kg build --full` makes it anew"
            ) from error

    def copy(self, path: Path) -> Embedded:
        """A copy to write to, in another folder of the same disk; files are linked, not copied."""
        self._store.backup(str(path))
        return Embedded(ox.Store(str(path)))

    def load(self, parts: Iterable[Part]) -> None:
        """Add parts, each to its named graphs and to the merge. For empty stores: fast."""
        for batch in _batches(parts):
            quads = b"".join(part.quads for part in batch)
            self._store.bulk_load(input=quads, format=ox.RdfFormat.N_QUADS, lenient=True)
            merge = b"".join(part.merged() for part in batch)
            self._store.bulk_load(input=merge, format=ox.RdfFormat.N_TRIPLES, lenient=True)
        self._store.optimize()
        self._store.flush()

    def change(self, removed: Iterable[bytes], added: Iterable[bytes]) -> None:
        """Take out and put in N-Quads lines, in the named graphs and in the merge."""
        for quad in _quads(removed):
            self._store.remove(quad)
            same = self._store.quads_for_pattern(quad.subject, quad.predicate, quad.object, None)
            still_there = next(same, None)
            if still_there is None or isinstance(still_there.graph_name, ox.DefaultGraph):
                self._store.remove(_in_merge(quad))
        quads = list(_quads(added))
        self._store.extend(quads)
        self._store.extend(_in_merge(quad) for quad in quads)
        for graph in {quad.graph_name for quad in _quads(removed)}:
            self._drop_if_empty(graph)
        self._store.flush()

    def _drop_if_empty(self, graph: ox.NamedNode | ox.BlankNode | ox.DefaultGraph) -> None:
        if next(self._store.quads_for_pattern(None, None, None, graph), None) is None:
            self._store.remove_graph(graph)

    def query(self, text: str, prefixes: dict[str, str] | None = None) -> Answer:
        """Run one query over the default graph; QueryError with the parser's words where it cannot be run."""
        declared = self.prefixes if prefixes is None else prefixes
        try:
            answer = self._store.query(text, prefixes=declared)
        except SyntaxError as error:
            raise QueryError(unreadable(text, str(error), declared)) from error
        except (ValueError, OSError, RuntimeError) as error:
            raise QueryError(f"the query cannot be run: {error}") from error
        if isinstance(answer, ox.QueryBoolean):
            return bool(answer)
        if isinstance(answer, ox.QueryTriples):
            return list(answer)
        names = tuple(in_order([variable.value for variable in answer.variables], text))
        return Table(names, [tuple(solution[name] for name in names) for solution in answer])

    def match(self, subject: Any, predicate: Any, object_: Any) -> Iterator[ox.Quad]:
        """The triples of the default graph with some terms; None is any."""
        return iter(self._store.quads_for_pattern(subject, predicate, object_, ox.DefaultGraph()))

    def graphs(self) -> Iterator[str]:
        """IRIs of the named graphs."""
        return (graph.value for graph in self._store.named_graphs())

    def quads(self) -> Iterator[ox.Quad]:
        """Every quad of every graph, the merge included."""
        return iter(self._store)

    def __len__(self) -> int:
        return sum(1 for _ in self._store.quads_for_pattern(None, None, None, ox.DefaultGraph()))


def _batches(parts: Iterable[Part]) -> Iterator[list[Part]]:
    batch: list[Part] = []
    size = 0
    for part in parts:
        batch.append(part)
        size += len(part.quads)
        if size >= BATCH:
            yield batch
            batch, size = [], 0
    yield batch


def _quads(lines: Iterable[bytes]) -> Iterator[ox.Quad]:
    return iter(ox.parse(input=b"".join(lines), format=ox.RdfFormat.N_QUADS, lenient=True))


def _in_merge(quad: ox.Quad) -> ox.Quad:
    return ox.Quad(quad.subject, quad.predicate, quad.object, ox.DefaultGraph())
