"""Reading, mapping and building, against PyYAML's CSafeLoader merely loading the same front matter.

What the profile said: of reading, mapping and writing, three fifths is libyaml's event parser and the node tree,
a fifth typing by the shape, a fifth formatting and sorting N-Quads. Of a whole build, a third is the store's loading,
which is fastest in batches of some 150,000 quads with one `optimize()` at the end, and a sixth the rules' engine.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from benchmarks.corpus import Spent, replicated, spent, write_workspace, yardstick
from kg.build.cases import examine
from kg.case import Reader
from kg.parts import Part
from kg.release import find_releases
from kg.store.embedded import Embedded
from kg.triples import home_graph, nquads, stated
from kg.workspace import BASE, Workspace

CASES = 2_000
MANY = 10_000
"""Cases of the workspace in which little changes."""


def main() -> None:
    """Print the table."""
    print(f"### Building, {CASES:,} cases\n")
    yard = yardstick(CASES)
    print(
        f"Yardstick: CSafeLoader loads the front matters in {yard:.2f} s CPU ({1000 * yard / CASES:.2f} ms a case).\n"
    )
    print("| what | CPU s | ms a case | ratio | wall s |\n|---|---:|---:|---:|---:|")
    files = list(replicated(CASES))
    best = min((spent(lambda: _map_all(files)) for _ in range(3)), key=lambda took: took.cpu)
    _row("read + map + write N-Quads", best, yard)
    with tempfile.TemporaryDirectory() as folder:
        stored = spent(lambda: _store_all(files, Path(folder) / "store"))
        _row("the same into an embedded store: merge and named graphs, optimize() included", stored, yard)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        write_workspace(root, CASES)
        _row("read + map + evidence, processes, rules: no parts, no store", spent(lambda: _examine_all(root)), yard)
        build = spent(lambda: _kg("build", "--workers", "1", root=root))
        _row("kg build, one process (start-up, store, optimize included)", build, yard)
        _row("kg build --full, two processes", spent(lambda: _kg("build", "--full", "--workers", "2", root=root)), yard)
        quads = sum(entry.quads for entry in Workspace(root).manifest.cases())
    print(f"\n{quads / CASES:.0f} quads a case, each in its named graph and in the merge.")
    print("\n| read + map | cases | peak MB |\n|---|---:|---:|")
    for number in (200, 2_000, 20_000):
        print(f"| one process | {number:,} | {_peak(number):.0f} |")
    with tempfile.TemporaryDirectory() as folder:
        write_workspace(Path(folder), MANY)
        _kg("build", root=Path(folder))
        little_changes(Path(folder))


def little_changes(root: Path) -> None:
    """Print what a build takes where little has changed since the last, the best of three."""
    time.sleep(3)  # files as young as this are told by their hashes
    _kg("build", root=root)
    print(f"\n| {len(Workspace(root).manifest.files):,} cases built | CPU s | wall s |\n|---|---:|---:|")
    same = [spent(lambda: _kg("build", root=root)) for _ in range(3)]
    changed = [_one_changed(root, number) for number in range(3)]
    for what, runs in (("nothing changed", same), ("one case changed", changed)):
        best = min(runs, key=lambda took: took.cpu)
        print(f"| {what} | {best.cpu:.2f} | {best.wall:.2f} |")


def _one_changed(root: Path, number: int) -> Spent:
    _touch(root / "cases" / f"case-{number:06}" / "casefile.md")
    return spent(lambda: _kg("build", root=root))


def _examine_all(root: Path) -> None:
    inputs, files = Workspace(root).inputs, Workspace(root).markdown()
    for each in files:
        examine(each, inputs)


def _row(what: str, took: Spent, yard: float) -> None:
    print(f"| {what} | {took.cpu:.2f} | {1000 * took.cpu / CASES:.2f} | {took.cpu / yard:.2f} | {took.wall:.2f} |")


def _map_all(files: Iterable[tuple[str, bytes]]) -> None:
    reader = Reader(find_releases())
    for name, raw in files:
        case = reader.read(raw, name)
        assert case is not None
        assert case.record is not None
        "".join(nquads(stated(case, BASE), home_graph(case.record, BASE))).encode()


def _store_all(files: Iterable[tuple[str, bytes]], path: Path) -> None:
    Embedded.create(path).load(_parts(files))


def _parts(files: Iterable[tuple[str, bytes]]) -> Iterator[Part]:
    reader = Reader(find_releases())
    for name, raw in files:
        case = reader.read(raw, name)
        assert case is not None
        assert case.record is not None
        graph = home_graph(case.record, BASE)
        yield Part("".join(nquads(stated(case, BASE), graph)).encode(), (graph,))


def _kg(*words: str, root: Path) -> None:
    subprocess.run([sys.executable, "-m", "kg", *words, "-C", str(root)], check=True, capture_output=True)


def _touch(path: Path) -> None:
    path.write_text(path.read_text(encoding="utf-8").replace("title: ", "title: New ", 1), encoding="utf-8")


def _peak(number: int) -> float:
    """Peak memory of a process that reads and maps some cases, in MB."""
    script = (
        "from benchmarks.bench_build import _map_all; from benchmarks.corpus import peak_memory, replicated; "
        f"_map_all(replicated({number})); print(peak_memory())"
    )
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    return float(done.stdout)


if __name__ == "__main__":
    main()
