"""A build and a store in; the cases that only one of them has, and those that differ, claim by claim, out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import cached_property

import pyoxigraph as ox

from kg.manifest import case_graphs
from kg.push.fetch import fetch
from kg.push.local import LocalBuild, normal
from kg.push.record import DONE, Ledger, Record
from kg.push.run import Progress
from kg.push.verify import differing
from kg.store.base import Term
from kg.store.remote import Remote

Fact = tuple[str, Term]
"""A predicate and its value."""


@dataclass(frozen=True, slots=True)
class Change:
    """What is said otherwise of one thing: a claim, a source, the case itself."""

    subject: str
    here: tuple[Fact, ...]
    """Only the build says this."""
    there: tuple[Fact, ...]
    """Only the store says this."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What a build and a store do not have in common."""

    build: str
    pushed: str
    """The build that the store says it holds; empty where nothing was pushed."""
    is_whole: bool
    """Whether the last push ended."""
    added: tuple[str, ...] = ()
    """Cases that only the build has."""
    removed: tuple[str, ...] = ()
    """Cases that only the store has."""
    changed: dict[str, tuple[Change, ...]] = field(default_factory=dict[str, "tuple[Change, ...]"])
    """What differs, by case or shared graph."""
    strangers: tuple[str, ...] = ()
    """Graphs below the base that no push brought to the store."""

    @property
    def is_none(self) -> bool:
        """Whether the store holds the build."""
        return self.is_whole and not (self.added or self.removed or self.changed or self.strangers)


class Comparison:
    """Compares a build with what a store holds."""

    def __init__(self, build: LocalBuild, remote: Remote) -> None:
        self.build = build
        self.remote = remote
        self.ledger = Ledger(remote, build.base)

    @cached_property
    def record(self) -> Record:
        """What the store says of itself."""
        return self.ledger.read()

    def difference(self, *, is_full: bool, progress: Progress = lambda _done, _total: None) -> Difference:
        """The difference; ``is_full`` reads every graph of the store, and not only those whose hash or count differ."""
        held = {*self.ledger.remote.graphs_below(self.build.base)}
        suspects = self._suspects(held, is_full=is_full)
        here = {names: part for part, names in self.build.holdings()}
        changed: dict[str, tuple[Change, ...]] = {}
        for number, (names, part) in enumerate(here.items(), 1):
            if self._is_in_store(names, held) and self._may_differ(part, names, suspects):
                changes = self._changes(part, names)
                changed |= {names[0]: changes} if changes else {}
            progress(number, len(here))
        return Difference(
            self.build.name,
            self.record.head.build,
            self.record.head.state == "complete" and not self.record.pending(),
            tuple(names[0] for names in here if not self._is_in_store(names, held)),
            tuple(sorted(self._only_there(held))),
            changed,
            tuple(sorted(self._strangers(held))),
        )

    def only_in_store(self) -> list[str]:
        """The cases that the store holds and the build lacks."""
        held = {*self.remote.graphs_below(self.build.base)}
        return sorted(graph for graph in self._only_there(held) if case_graphs(graph)[1] in self.record.entries)

    def _suspects(self, held: Collection[str], *, is_full: bool) -> set[str]:
        entries = self.record.entries
        if is_full:
            return {*entries, *held}
        return set(differing(self.remote, entries))

    def _is_in_store(self, names: Iterable[str], held: Collection[str]) -> bool:
        return any(name in held or name in self.record.entries for name in names)

    def _may_differ(self, part: str, names: Iterable[str], suspects: Collection[str]) -> bool:
        for name in names:
            entry = self.record.entries.get(name)
            if name in suspects or entry is None or entry.state != DONE or entry.part != part:
                return True
        return False

    def _local(self) -> set[str]:
        return {name for _, names in self.build.holdings() for name in names}

    def _only_there(self, held: Collection[str]) -> set[str]:
        """Cases that the store holds and the build does not."""
        gone = (self.record.entries.keys() & held) - self._local()
        return gone - {case_graphs(graph)[1] for graph in gone}

    def _strangers(self, held: Collection[str]) -> set[str]:
        unknown = set(held) - self.record.entries.keys() - self._local()
        others = {graph for graph in unknown if self.record.is_of_another(graph, self.build.base)}
        return {graph for graph in unknown - others if not self.ledger.is_own(graph)}

    def _changes(self, part: str, names: tuple[str, ...]) -> tuple[Change, ...]:
        """What differs between the graphs of a part and those in the store, by subject."""
        here: dict[str, dict[str, Fact]] = defaultdict(dict)
        there: dict[str, dict[str, Fact]] = defaultdict(dict)
        for graph in self.build.graphs(part, names):
            for triple in ox.parse(graph.triples, format=ox.RdfFormat.N_TRIPLES, lenient=True):
                _keep(triple.triple, here)
            for triple in fetch(self.remote, graph.iri):
                _keep(triple, there)
        found = [Change(subject, *_sides(here[subject], there[subject])) for subject in sorted({*here, *there})]
        return tuple(change for change in found if change.here or change.there)


def _keep(triple: ox.Triple, facts: dict[str, dict[str, Fact]]) -> None:
    """Sort a triple under its subject, by a text that is the same for values that are the same."""
    assert isinstance(triple.subject, ox.NamedNode | ox.BlankNode)
    key = f"{triple.predicate} {normal(triple.object)}"
    facts[triple.subject.value][key] = (triple.predicate.value, triple.object)


def _sides(here: dict[str, Fact], there: dict[str, Fact]) -> tuple[tuple[Fact, ...], tuple[Fact, ...]]:
    return (
        tuple(here[key] for key in sorted(here.keys() - there.keys())),
        tuple(there[key] for key in sorted(there.keys() - here.keys())),
    )
