"""Every saved query on 10,000 cases, and against rdflib on the same graph of some 140,000 triples.

Each query is put to a worker that is open already, once to warm up and then timed, as ``kg query NAME`` puts it: of a
long answer the rows that it prints as a table. CPU is that of the worker and of this process together.
``CASEGRAPH_BENCH`` names a workspace of 10,000 cases to use instead of building one anew, ``CASEGRAPH_TEXTS`` set
adds their captured texts, ``CASEGRAPH_PCF`` is APQC's workbook.
"""

from __future__ import annotations

import multiprocessing
import os
import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import pyoxigraph as ox
from rdflib import Graph

from benchmarks.corpus import ROOT, write_workspace
from kg.builtgraph import BuiltGraph
from kg.catalogue import turtle
from kg.cli.asked import READ, READ_TO_SORT
from kg.query import SavedQuery, ask
from kg.query.page import run_paged
from kg.terms import plain
from kg.workbook import read_workbook
from kg.worker import Limits, Outcome
from kg.workspace import BASE, Workspace

CASES = 10_000
SMALL = 170
"""Cases of about 140,000 triples, their located quotes and the process framework included."""
WORKBOOK = ROOT / os.environ.get("CASEGRAPH_PCF", "../shared/pcf/APQC-PCF-Cross-Industry-7.4.xlsx")
LIMITS = Limits(seconds=120)
PATIENCE = 20.0
"""Seconds that rdflib may take for one query."""
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Took:
    """What a question took, in seconds, and how many rows it gave."""

    wall: float
    cpu: float
    rows: int
    cut: str = ""


def main() -> None:
    """Print the two tables."""
    with _workspace(CASES, os.environ.get("CASEGRAPH_BENCH", "")) as root:
        _large(BuiltGraph(root))
    with _workspace(SMALL, "") as root:
        _against_rdflib(Workspace(root))


@contextmanager
def _workspace(number: int, given: str) -> Iterator[Path]:
    """A built workspace of replicated cases, processes resolved by the whole framework where it is there."""
    if given:
        yield Path(given)
        return
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        write_workspace(root, number, with_texts=number == SMALL or "CASEGRAPH_TEXTS" in os.environ)
        if WORKBOOK.is_file():
            catalogue, _ = read_workbook(WORKBOOK)
            (root / "ontology/pcf").mkdir(parents=True)
            (root / "ontology/pcf" / f"{catalogue.edition}-{catalogue.version}.ttl").write_text(turtle(catalogue))
        Workspace(root).build()
        yield root


def _large(graph: BuiltGraph) -> None:
    print(f"### Questions, {CASES:,} cases, {_size(graph):,} triples\n")
    print("| question | rows | wall ms | CPU ms | narrowed by | rows | wall ms | CPU ms |")
    print("|---|---:|---:|---:|---|---:|---:|---:|")
    plain_ones, narrowed = [], []
    for query in _queries(graph):
        took = _timed(graph, query, {})
        plain_ones.append(took)
        given = _narrowed(query)
        again = _timed(graph, query, given) if given else None
        narrowed += [again] if again else []
        said = ", ".join(f"{name} {value}" for name, value in given.items())
        print(f"| {query.name} | {_cells(took)} | {said} | {_cells(again)} |", flush=True)
    print()
    _summary("As they stand", plain_ones)
    _summary("Narrowed", narrowed)
    graph.close()


def _summary(what: str, found: list[Took]) -> None:
    wall, cpu = (statistics.median(1000 * getattr(each, name) for each in found) for name in ("wall", "cpu"))
    late = sum(each.wall > 1 for each in found)
    print(f"{what}: {len(found)} questions, median {wall:.0f} ms wall, {cpu:.0f} ms CPU; {late} take more than 1 s.\n")


def _cells(took: Took | None) -> str:
    if took is None:
        return "| |"
    return f"{took.rows:,}{'+' if took.cut else ''} | {1000 * took.wall:.0f} | {1000 * took.cpu:.0f}"


def _queries(graph: BuiltGraph) -> list[SavedQuery]:
    return [query for _, query in sorted(graph.queries().queries.items())]


def _narrowed(query: SavedQuery) -> dict[str, str]:
    """What an analyst would narrow a question by: an organisation, or else a process."""
    wanted = {"organisation": "CarMax", "process": "3.0", "case": "case-000007"}
    return next(({name: value} for name, value in wanted.items() if query.parameter(name)), {})


def _timed(graph: BuiltGraph, query: SavedQuery, given: Mapping[str, str]) -> Took:
    def read(text: str) -> Outcome:
        return graph.worker.run(text, replace(LIMITS, rows=READ_TO_SORT))

    def put() -> Any:
        return ask(
            query,
            given,
            lambda text: graph.worker.run(text, LIMITS),
            base=BASE,
            put=partial(run_paged, most=READ, read=read),
        )

    put()
    before, clock = _cpu(graph), time.perf_counter()
    answer = put()
    return Took(time.perf_counter() - clock, _cpu(graph) - before, len(answer.table.rows), answer.truncated)


def _cpu(graph: BuiltGraph) -> float:
    """CPU of this process and of the worker's."""
    pipe = graph.worker._pipe
    assert pipe is not None
    said = Path(f"/proc/{pipe._process.pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return time.process_time() + (int(said[11]) + int(said[12])) / TICKS


def _size(graph: BuiltGraph) -> int:
    answer = graph.worker.run("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", LIMITS).answer
    return int(plain(answer.rows[0][0]))


def _against_rdflib(workspace: Workspace) -> None:
    store = workspace.store
    quads = (quad for quad in store.quads() if quad.graph_name == ox.DefaultGraph())
    text = ox.serialize((quad.triple for quad in quads), format=ox.RdfFormat.N_TRIPLES)
    assert text is not None
    other = Graph().parse(data=text, format="nt")
    print(f"### Questions against rdflib, {len(other):,} triples\n")
    print("| question | rows | ms CPU | rdflib ms CPU | times | equal |\n|---|---:|---:|---:|---:|---|")
    times: list[float] = []
    for query in _queries(workspace.built):
        clock = time.process_time()
        answer = run_paged(query.text, lambda text: Outcome(store.query(text))).answer
        ours = time.process_time() - clock
        theirs, rows = _patiently(other, query.text)
        said = "too slow to say" if rows is None else "yes" if rows == [_texts(row) for row in answer.rows] else "NO"
        times.append(theirs / ours)
        more = ">" if rows is None else ""
        print(
            f"| {query.name} | {len(answer.rows):,} | {1000 * ours:.1f} | {more}{1000 * theirs:.0f} "
            f"| {more}{theirs / ours:.0f} | {said} |",
            flush=True,
        )
    print(f"\nMedian: rdflib takes {statistics.median(times):.0f} times as long.")


def _patiently(graph: Graph, text: str) -> tuple[float, list[list[str]] | None]:
    """What rdflib takes and gives, in a process that is ended where it takes too long."""
    here, there = multiprocessing.get_context("fork").Pipe(duplex=False)
    child = multiprocessing.get_context("fork").Process(target=_answer, args=(graph, text, there))
    child.start()
    try:
        return here.recv() if here.poll(PATIENCE) else (PATIENCE, None)
    finally:
        child.kill()
        child.join()


def _answer(graph: Graph, text: str, there: Any) -> None:
    clock = time.process_time()
    rows = [["" if term is None else str(term) for term in row] for row in graph.query(text)]
    there.send((time.process_time() - clock, rows))


def _texts(row: tuple[Any, ...]) -> list[str]:
    return [plain(term) for term in row]


if __name__ == "__main__":
    main()
