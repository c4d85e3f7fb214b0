"""What a store really holds, against what was sent or recorded: counts of graphs, and samples of their triples."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence

from kg.push.local import LocalGraph
from kg.push.record import DONE, Entry, Record
from kg.store.remote import Remote

SAMPLED = 20
"""Graphs that every push counts although it does not send them."""
GRAPHS = 1000
"""Graphs that are counted by one query, where the server has no limit."""


def samples(graphs: Iterable[LocalGraph]) -> dict[str, str]:
    """One triple of each graph, such as every store writes alike: its object is an IRI."""
    found: dict[str, str] = {}
    for graph in graphs:
        ends = [line for line in graph.triples.splitlines() if line.endswith(b"> .") and b'"' not in line]
        if ends:
            found[graph.iri] = ends[int(graph.sha256[:8], 16) % len(ends)].decode("utf-8")
    return found


def lacking(remote: Remote, wanted: Mapping[str, str]) -> list[str]:
    """The graphs that lack their sample. No join of many patterns: Virtuoso runs out of stack with a hundred."""
    if not wanted:
        return []
    rows = " ".join(f"(<{graph}> {triple.removesuffix(' .')})" for graph, triple in wanted.items())
    text = f"SELECT DISTINCT ?g WHERE {{ VALUES (?g ?s ?p ?o) {{ {rows} }} GRAPH ?g {{ ?s ?p ?o }} }}"
    found = {graph for (graph,) in remote.rows(text, "g")}
    return [graph for graph in wanted if graph not in found]


def some_differing(remote: Remote, record: Record, seed: str) -> list[str]:
    """Of a few recorded graphs, chosen by a seed, those that hold another number of triples than recorded."""
    done = sorted(graph for graph, entry in record.entries.items() if entry.state == DONE)
    chosen = random.Random(seed).sample(done, min(SAMPLED, len(done)))
    return differing(remote, {graph: record.entries[graph] for graph in chosen})


def differing(remote: Remote, entries: Mapping[str, Entry]) -> list[str]:
    """The graphs that hold another number of triples than recorded."""
    found: list[str] = []
    done = [graph for graph, entry in entries.items() if entry.state == DONE]
    for graphs in _chunks(done, 100 if remote.target.profile.row_limit else GRAPHS):
        counts = remote.counts(graphs)
        found += [graph for graph in graphs if counts.get(graph, 0) != entries[graph].count]
    return found


def _chunks(graphs: Sequence[str], size: int) -> Iterable[Sequence[str]]:
    return (graphs[start : start + size] for start in range(0, len(graphs), size))
