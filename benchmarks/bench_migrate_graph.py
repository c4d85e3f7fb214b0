"""Migrating graphs in a store: the generated updates 1.0 → 2.0 on named graphs in an embedded store on disk."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import pyoxigraph as ox

from benchmarks.corpus import peak_memory, spent, write_workspace
from kg.build.inputs import history, releases, upgrader
from kg.case import Reader
from kg.migrate.graph.running import Run
from kg.store.base import Answer
from kg.store.embedded import Embedded
from kg.triples import home_graph, nquads, stated
from kg.workspace import Workspace

SIZES = (1_000, 10_000)
TARGET = "2.0"


class Store:
    """An embedded store of case graphs that can be changed."""

    def __init__(self, store: ox.Store) -> None:
        self.store = store
        self.embedded = Embedded(store)

    def query(self, text: str) -> Answer:
        """Run one query."""
        return self.embedded.query(text)

    def update(self, text: str) -> None:
        """Run one update."""
        self.store.update(text)


def main() -> None:
    """Print the table; each size in a process of its own, because memory only grows."""
    print("### Migrating graphs by SPARQL\n")
    print("| cases | stated triples | CPU s | wall s | peak MB |\n|---:|---:|---:|---:|---:|", flush=True)
    for number in SIZES:
        subprocess.run([sys.executable, "-m", __spec__.name, str(number)], check=True)


def measure(number: int) -> None:
    """One row."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        write_workspace(root, number)
        store = ox.Store(str(root / "store"))
        _load(store, Workspace(root))
        total, run = len(store), _run(Workspace(root))
        took = spent(lambda: run.migrate(Store(store), lambda _done, _all: None))
        assert set(run.releases(Store(store))) == {TARGET}
        print(f"| {number:,} | {total:,} | {took.cpu:.1f} | {took.wall:.1f} | {peak_memory():.0f} |", flush=True)


def _load(store: ox.Store, workspace: Workspace) -> None:
    base = workspace.settings.base
    lines: list[str] = []
    for _, case in workspace.cases():
        assert case.record is not None
        lines += nquads(stated(case, base), home_graph(case.record, base))
        if len(lines) > 200_000:
            store.bulk_load("".join(lines).encode(), format=ox.RdfFormat.N_QUADS)
            lines.clear()
    store.bulk_load("".join(lines).encode(), format=ox.RdfFormat.N_QUADS)
    store.optimize()


def _run(workspace: Workspace) -> Run:
    inputs = workspace.inputs
    later = replace(inputs, target=TARGET)
    return Run(history(inputs).towards(TARGET), Reader(releases(inputs)).shapes, upgrader(later).processes)


if __name__ == "__main__":
    measure(int(sys.argv[1])) if len(sys.argv) > 1 else main()
