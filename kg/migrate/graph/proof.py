"""Cases before and after a migration in; whether its SPARQL updates make the same of their graphs out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import pyoxigraph as ox

from kg.case import Case
from kg.migrate.effects import Processes
from kg.migrate.graph.claims import resolved
from kg.migrate.graph.updates import Updates, updates
from kg.migrate.migration import Migration
from kg.migrate.upgrade import Shapes
from kg.store.embedded import Embedded
from kg.triples import home_graph, nquads, stated

BATCH = 100
"""Cases that are compared at once."""
SECOND = 20
"""Cases, evenly spread, that rdflib is asked about as well: it takes some hundred times as long."""

Pair = tuple[Case, Case]
"""A case before and after."""


@dataclass(frozen=True, slots=True)
class GraphProof:
    """What was compared."""

    pyoxigraph: int
    rdflib: int
    """Cases compared on each engine."""
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Prover:
    """Compares the graphs of files with graphs that a chain of migrations was applied to."""

    chain: Sequence[Migration]
    shapes: Shapes
    processes: Processes
    base: str

    def prove(self, pairs: Iterable[Pair]) -> GraphProof:
        """Every case on pyoxigraph, some on rdflib, whose SPARQL shares nothing with the other."""
        faults: list[str] = []
        sample: list[Pair] = []
        total = 0
        waiting = iter(pairs)
        while batch := list(islice(waiting, BATCH)):
            faults += self._differences(batch, self._by_pyoxigraph(batch), "pyoxigraph")
            sample += batch[:: max(1, len(batch) // SECOND)]
            total += len(batch)
        sample = sample[:: max(1, len(sample) // SECOND)]
        faults += self._differences(sample, self._by_rdflib(sample), "rdflib")
        return GraphProof(total, len(sample), tuple(faults))

    def _differences(self, pairs: Sequence[Pair], found: set[ox.Quad], engine: str) -> Iterator[str]:
        expected = _quads(line for _, after in pairs for line in self._lines(after))
        differing = {str(quad.graph_name) for quad in expected ^ found}
        for before, after in pairs:
            if f"<{self._graph(after)}>" in differing:
                yield f"{before.source.file}: {engine} makes another graph of it than the file says"

    def _by_pyoxigraph(self, pairs: Sequence[Pair]) -> set[ox.Quad]:
        store = ox.Store()
        store.extend(_quads(line for before, _ in pairs for line in self._lines(before)))
        for migration in self.chain:
            for each in self._request(migration, Embedded(store)).statements:
                store.update(each)
        return set(store)

    def _by_rdflib(self, pairs: Sequence[Pair]) -> set[ox.Quad]:
        import rdflib

        dataset = rdflib.Dataset()
        dataset.parse(data="".join(line for before, _ in pairs for line in self._lines(before)), format="nquads")
        for migration in self.chain:
            store = ox.Store()  # looks up what is stated of processes: only the updates are to be compared
            store.extend(_quads([dataset.serialize(format="nquads")]))
            for each in self._request(migration, Embedded(store)).statements:
                dataset.update(each)
        return _quads([dataset.serialize(format="nquads")])

    def _request(self, migration: Migration, store: Embedded) -> Updates:
        origin, target = self.shapes(migration.origin), self.shapes(migration.target)
        found = resolved(migration, origin, store.query, self.processes)
        return updates(migration, origin, target, resolved=found)

    def _lines(self, case: Case) -> list[str]:
        return nquads(stated(case, self.base), self._graph(case))

    def _graph(self, case: Case) -> str:
        assert case.record is not None
        return home_graph(case.record, self.base)


def _quads(lines: Iterable[str]) -> set[ox.Quad]:
    text = "".join(lines).encode("utf-8")
    return set(ox.parse(text, format=ox.RdfFormat.N_QUADS, lenient=True))
