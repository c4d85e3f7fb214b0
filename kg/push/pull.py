"""A store in; what was pushed to it out: as N-Quads, or as case files rebuilt from what they stated."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import BinaryIO

from kg import casefile
from kg.ntriples import Triple
from kg.problem import Failure
from kg.push.fetch import canonical, fetch
from kg.push.record import Ledger
from kg.push.run import Progress
from kg.shape import RecordShape
from kg.store.remote import Remote
from kg.triples import rebuild


def pulled_graphs(ledger: Ledger) -> list[str]:
    """The graphs that pushes brought to the store and that it still holds, in order."""
    recorded = ledger.read_entries()
    held = {*ledger.remote.graphs_below(ledger.base)}
    return sorted(graph for graph in recorded if graph in held or not graph.startswith(ledger.base))


def write_quads(remote: Remote, graphs: Sequence[str], out: BinaryIO, progress: Progress) -> int:
    """Write graphs as N-Quads, sorted within each graph; how many quads."""
    total = 0
    for number, graph in enumerate(graphs, 1):
        lines = sorted(f"{canonical(triple)} <{graph}> .\n" for triple in fetch(remote, graph))
        out.write("".join(lines).encode("utf-8"))
        total += len(lines)
        progress(number, len(graphs))
    return total


def case_text(remote: Remote, graph: str, shape: RecordShape, base: str) -> str:
    """The text of the case file that a stated graph was made from: the same data, not the same bytes."""
    try:
        return casefile.write(*rebuild(_terms(remote, graph), shape, base))
    except ValueError as error:
        raise Failure(f"no case file can be made from {graph}: {error}; is it of another release?") from None


def _terms(remote: Remote, graph: str) -> Iterator[Triple]:
    for triple in fetch(remote, graph):
        subject, predicate, value = canonical(triple).split(" ", 2)
        yield subject, predicate, value
