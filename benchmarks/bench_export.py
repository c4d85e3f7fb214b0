"""Exporting, against rdflib and pyoxigraph writing the same graph, and memory at two sizes.

What the profile said of Turtle: two fifths is splitting lines and grouping them by entity, two fifths looking up short
names and joining, the rest finding strings with line feeds and stripping graphs. rdflib is timed on few cases, because
it needs a minute for more; its rate does not rise with size.
"""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pyoxigraph as ox
import rdflib

from benchmarks.corpus import Spent, spent, write_workspace
from kg import vocab
from kg.export import partitioned
from kg.export.content import Content, read_content
from kg.export.description import About
from kg.export.files import replacing
from kg.export.hash import content_hash
from kg.export.targets import TARGETS, form_named
from kg.parts import Parts
from kg.workspace import Workspace

SIZES = (400, 4_000)
FEW = 50
"""Cases that rdflib writes."""
ABOUT = About("Cases", "1.0")


def main() -> None:
    """Print the tables."""
    with tempfile.TemporaryDirectory() as folder:
        roots = {number: Path(folder) / str(number) for number in SIZES}
        for number, root in roots.items():
            write_workspace(root, number)
            Workspace(root).build()
        content = read(roots[SIZES[-1]])
        _print_rates(content, Path(folder))
        _print_against(replace(content, cases=content.cases[:FEW], shared=()))
        _print_partitioned(content, Path(folder) / "dump")
        _print_memory(roots)


def read(root: Path) -> Content:
    """What a workspace's build holds."""
    workspace = Workspace(root)
    return read_content(workspace.manifest, Parts(workspace.home / "parts"), workspace.target)


def export(content: Content, name: str, path: Path) -> int:
    """Export to a file; how many triples."""
    with replacing(path) as out:
        return form_named(name).write(content, out)


def _print_rates(content: Content, folder: Path) -> None:
    print(f"### Exporting, {len(content.cases):,} cases\n")
    print("| format | triples | MB | CPU s | triples a second (CPU) | wall s |\n|---|---:|---:|---:|---:|---:|")
    for name in (*TARGETS, "nq.gz", "nq.zst", "ttl.gz"):
        path, totals = folder / "graph", list[int]()
        took = min((spent(lambda: totals.append(export(content, name, path))) for _ in range(2)), key=_cpu)  # noqa: B023
        size = path.stat().st_size / 1e6
        print(
            f"| {name} | {totals[0]:,} | {size:.1f} | {took.cpu:.2f} | {totals[0] / took.cpu:,.0f} | {took.wall:.2f} |"
        )
    took = spent(lambda: content_hash(content))
    print(f"| RDFC-1.0 hash | {totals[0]:,} | | {took.cpu:.2f} | {totals[0] / took.cpu:,.0f} | {took.wall:.2f} |")


def _print_against(content: Content) -> None:
    data = io.BytesIO()
    total = TARGETS["ntriples"].write(content, data)
    graph = rdflib.Graph()
    graph.parse(data=data.getvalue(), format="nt")
    triples = list(ox.parse(data.getvalue(), format=ox.RdfFormat.N_TRIPLES))
    others: dict[str, Callable[[], object]] = {
        "rdflib Turtle (ordered, grouped)": lambda: graph.serialize(format="turtle"),
        "rdflib N-Triples": lambda: graph.serialize(format="nt"),
        "pyoxigraph Turtle (as it comes)": lambda: ox.serialize(
            triples, format=ox.RdfFormat.TURTLE, prefixes=vocab.PREFIXES
        ),
    }
    ours = min(spent(lambda: TARGETS["turtle"].write(content, io.BytesIO())).cpu for _ in range(5))
    print(f"\n| Turtle of {FEW} cases, {total:,} triples | triples a second (CPU) | ours is |\n|---|---:|---:|")
    print(f"| kg (ordered, grouped) | {total / ours:,.0f} | |")
    for name, call in others.items():
        cpu = min(spent(call).cpu for _ in range(2))
        print(f"| {name} | {total / cpu:,.0f} | {cpu / ours:.1f} × as fast |")


def _print_partitioned(content: Content, path: Path) -> None:
    print("\n| partitioned, 10 MB a part | parts written | CPU s | wall s |\n|---|---:|---:|---:|")
    for what in ("first time", "nothing changed"):
        done = list[partitioned.Exported]()
        took = spent(lambda: done.append(partitioned.write(content, path, ABOUT, size=10_000_000)))  # noqa: B023
        print(f"| {what} | {done[0].written} of {done[0].parts} | {took.cpu:.2f} | {took.wall:.2f} |")


def _print_memory(roots: dict[int, Path]) -> None:
    print(f"\n| peak MB | {' | '.join(f'{number:,} cases' for number in roots)} |\n|---|{'---:|' * len(roots)}")
    for name in TARGETS:
        print(f"| {name} | {' | '.join(f'{_peak(root, name):.0f}' for root in roots.values())} |")


def _peak(root: Path, name: str) -> float:
    """Peak memory of a process that exports a workspace."""
    script = (
        "from pathlib import Path; from benchmarks.bench_export import export, read; "
        "from benchmarks.corpus import peak_memory; "
        f"export(read(Path({str(root)!r})), {name!r}, Path('/dev/null')); print(peak_memory())"
    )
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    return float(done.stdout)


def _cpu(took: Spent) -> float:
    return took.cpu


if __name__ == "__main__":
    main()
