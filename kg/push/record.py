"""What a store says of itself: for each pushed graph its hash, count and state, kept in the store in small shards.

A graph's record is *pending* before the graph is touched and *done* after its triples were counted, so that a push
that ends at any moment leaves each graph old, new or marked pending.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from kg import vocab
from kg.ntriples import iri, literal
from kg.store.base import StoreError
from kg.store.remote import Remote

DONE = "done"
PENDING = "pending"
COMPLETE = "complete"
RUNNING = "running"
ROWS = 50_000
"""Rows of the record that are read at once from a server without a limit of its own."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What the record says of one graph."""

    state: str
    sha256: str
    part: str
    count: int

    def triples(self, graph: str) -> str:
        """The entry in SPARQL's syntax."""
        return (
            f"<{graph}> <{vocab.graphState}> {literal(self.state)} ; <{vocab.graphHash}> {literal(self.sha256)} ; "
            f"<{vocab.graphPart}> {literal(self.part)} ; <{vocab.void_triples}> {self.count} . "
        )


UNKNOWN = Entry(PENDING, "", "", 0)
"""Stands for an entry that is not whole."""


@dataclass(frozen=True, slots=True)
class Head:
    """Which build a store holds."""

    state: str = ""
    """Empty where nothing was ever pushed."""
    build: str = ""
    previous: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """All that a store says of what was pushed under one base."""

    head: Head = Head()
    entries: dict[str, Entry] = field(default_factory=dict[str, Entry])
    other_bases: tuple[str, ...] = ()
    """Other bases that something was pushed under to the same store."""

    def is_of_another(self, graph: str, base: str) -> bool:
        """Whether a graph below a base is below another base too, which lies within the first."""
        return any(graph.startswith(other) for other in self.other_bases if len(other) > len(base))

    def pending(self) -> list[str]:
        """Graphs that may be old, new or half of each."""
        return sorted(graph for graph, entry in self.entries.items() if entry.state != DONE)


class Ledger:
    """Reads and writes the record of one base in a store."""

    def __init__(self, remote: Remote, base: str) -> None:
        self.remote = remote
        self.base = base
        self.head_graph = base + "push"

    def is_own(self, graph: str) -> bool:
        """Whether a graph is the record's own: head, lock or shard."""
        return graph == self.head_graph or graph.startswith(self.head_graph + "/")

    def shard(self, graph: str) -> str:
        """The graph that keeps the entry of a graph; graphs that bases share have shards that bases share."""
        root = self.base if graph.startswith(self.base) else vocab.CASEGRAPH
        return f"{root}push/record/{hashlib.sha256(graph.encode()).hexdigest()[:2]}"

    # Reading

    def read(self) -> Record:
        """The whole record, never a part of it: StoreError where the store cuts an answer short."""
        return Record(self.head(), self.read_entries(), self._other_bases())

    def read_entries(self, wanted: Collection[str] = ()) -> dict[str, Entry]:
        """The entries of some shards, or of all."""
        shards = self._shards()
        if wanted:
            shards = Counter({shard: number for shard, number in shards.items() if shard in wanted})
        entries: dict[str, Entry] = {}
        for chosen in _batches(shards, self.remote.target.profile.row_limit // 2 or ROWS):
            entries.update(self._entries(chosen, sum(shards[shard] for shard in chosen)))
        return entries

    def _shards(self) -> Counter[str]:
        roots = " || ".join(f'STRSTARTS(STR(?r), "{root}push/record/")' for root in (self.base, vocab.CASEGRAPH))
        where = f"GRAPH ?r {{ ?g <{vocab.graphState}> ?s }} FILTER ({roots})"
        found = self.remote.rows(f"SELECT ?r (COUNT(DISTINCT ?g) AS ?n) WHERE {{ {where} }} GROUP BY ?r", "r", "n")
        return Counter({shard: int(number) for shard, number in found if shard})

    def _entries(self, shards: Sequence[str], number: int) -> dict[str, Entry]:
        where = (
            f"?g <{vocab.graphState}> ?s ; <{vocab.graphHash}> ?h ; <{vocab.graphPart}> ?p ; <{vocab.void_triples}> ?n"
        )
        names = " ".join(map(iri, shards))
        text = f"SELECT ?g ?s ?h ?p ?n WHERE {{ VALUES ?r {{ {names} }} GRAPH ?r {{ {where} }} }}"
        entries: dict[str, Entry] = {}
        for graph, state, sha256, part, count in self.remote.rows(text, "g", "s", "h", "p", "n"):
            is_twice = graph in entries
            entries[graph] = UNKNOWN if is_twice else Entry(state, sha256, part, int(count))
        if len(entries) < number:
            text = f"SELECT DISTINCT ?g WHERE {{ VALUES ?r {{ {names} }} GRAPH ?r {{ ?g <{vocab.graphState}> ?s }} }}"
            listed = [graph for (graph,) in self.remote.rows(text, "g")]
            if len(listed) < number:
                raise StoreError(f"the store lists {len(listed)} of {number} graphs of its push record")
            entries = {graph: entries.get(graph, UNKNOWN) for graph in listed}
        return entries

    def head(self) -> Head:
        """Which build the store holds."""
        head = self.head_graph
        where = (
            f"<{head}> <{vocab.pushState}> ?s OPTIONAL {{ <{head}> <{vocab.pushedBuild}> ?b }} "
            f"OPTIONAL {{ <{head}> <{vocab.previousBuild}> ?p }}"
        )
        found = self.remote.rows(f"SELECT ?s ?b ?p WHERE {{ GRAPH <{head}> {{ {where} }} }}", "s", "b", "p")
        if not found:
            return Head()
        state, build, previous = found[0]
        return Head(state, *(each.rpartition("build/")[2] for each in (build, previous)))

    def _other_bases(self) -> tuple[str, ...]:
        text = f"SELECT DISTINCT ?h WHERE {{ GRAPH ?h {{ ?h <{vocab.pushState}> ?s }} }}"
        heads = (head for (head,) in self.remote.rows(text, "h") if head != self.head_graph)
        return tuple(sorted(head.removesuffix("push") for head in heads))

    # Writing

    def write(self, entries: dict[str, Entry], *, forget: Iterable[str] = ()) -> None:
        """Put entries in place of those that there are, and take others out."""
        rows = " ".join(f"(<{self.shard(graph)}> <{graph}>)" for graph in (*entries, *forget))
        if not rows:
            return
        old = f"VALUES (?r ?g) {{ {rows} }} GRAPH ?r {{ ?g ?p ?o }}"
        text = f"DELETE {{ GRAPH ?r {{ ?g ?p ?o }} }} WHERE {{ {old} }}"
        if entries:
            said = "".join(
                f"GRAPH <{self.shard(graph)}> {{ {entry.triples(graph)} }} " for graph, entry in entries.items()
            )
            text += f" ;\nINSERT DATA {{ {said} }}"
        self.remote.update(text)

    def holds_pending(self, graphs: Sequence[str]) -> bool:
        """Whether the store really keeps that some graphs are pending."""
        rows = " ".join(f"(<{self.shard(graph)}> <{graph}>)" for graph in graphs)
        where = f'VALUES (?r ?g) {{ {rows} }} GRAPH ?r {{ ?g <{vocab.graphState}> "{PENDING}" }}'
        return self.remote.rows(f"SELECT (COUNT(*) AS ?n) WHERE {{ {where} }}", "n") == [(str(len(graphs)),)]

    def write_head(self, head: Head) -> None:
        """Say which build the store holds, or is on the way to."""
        graph, build = self.head_graph, self.base + "build/"
        lines = [(vocab.rdf_type, iri(vocab.Push)), (vocab.pushState, literal(head.state))]
        lines += [(vocab.pushedBuild, iri(build + head.build))] if head.build else []
        lines += [(vocab.previousBuild, iri(build + head.previous))] if head.previous else []
        self.remote.put(graph, "".join(f"<{graph}> <{name}> {value} .\n" for name, value in lines).encode())


def _batches(shards: Counter[str], rows: int) -> Iterable[list[str]]:
    """Shards that are read together: never more rows than a server gives back."""
    batch: list[str] = []
    size = 0
    for shard, number in sorted(shards.items()):
        if batch and size + number > rows:
            yield batch
            batch, size = [], 0
        batch.append(shard)
        size += number
    if batch:
        yield batch
