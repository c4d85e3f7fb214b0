"""A local build and a store's record in; what has to be sent and removed so that the store holds the build, out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum

from kg.manifest import case_graphs
from kg.problem import Failure
from kg.push.local import LocalBuild, LocalGraph
from kg.push.record import DONE, PENDING, Entry, Record

MANY = 0.2
"""Share of a store's cases above which their removal has to be asked for."""
FEW = 10
"""Cases that are removed without being asked for, whatever their share."""


class Why(StrEnum):
    """Why something is done with a graph."""

    NEW = "new"
    CHANGED = "changed"
    RESUMED = "pending"
    """A push began with it and did not end."""
    DIFFERENT = "different"
    """The store holds another number of triples than its record says: somebody else changed it."""
    GONE = "gone"
    """The build no longer has it."""


@dataclass(frozen=True, slots=True)
class Step:
    """One graph to send or to remove, and what the record says of it before and shall say after."""

    graph: str
    why: Why
    before: Entry | None
    after: Entry | None = None
    """None where the graph is removed."""
    siblings: tuple[str, ...] = ()
    """The graphs of the part that it stands in."""

    @property
    def pending(self) -> Entry:
        """What the record says while the graph is being sent or removed."""
        entry = self.after or self.before
        return Entry(PENDING, entry.sha256, entry.part, entry.count) if entry else Entry(PENDING, "", "", 0)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a push will do."""

    build: str
    steps: tuple[Step, ...]
    renamed: dict[str, Entry] = field(default_factory=dict[str, Entry])
    """Graphs that stay as they are although their part changed: only the record is written."""
    same: tuple[str, ...] = ()
    """Graphs that the store holds already."""

    @property
    def is_empty(self) -> bool:
        """Whether the store holds the build already."""
        return not self.steps and not self.renamed

    @property
    def sent(self) -> list[Step]:
        """Graphs to send."""
        return [step for step in self.steps if step.after]

    @property
    def removed(self) -> list[Step]:
        """Graphs to remove."""
        return [step for step in self.steps if not step.after]

    @property
    def triples(self) -> int:
        """Triples to send."""
        return sum(step.after.count for step in self.steps if step.after)

    def counts(self) -> Counter[str]:
        """How many graphs for each reason."""
        return Counter(step.why.value for step in self.steps)


def make_plan(build: LocalBuild, record: Record, suspects: Collection[str] = ()) -> Plan:
    """What has to be done. Parts are read only where their hash differs from the recorded one.

    ``suspects`` are graphs that do not hold what their record says.
    """
    steps: list[Step] = []
    renamed: dict[str, Entry] = {}
    same: list[str] = []
    local: set[str] = set()
    for part, names in build.holdings():
        local.update(names)
        if _is_same(part, names, record) and not any(name in suspects for name in names):
            same += names
            continue
        for graph in build.graphs(part, names):
            before = record.entries.get(graph.iri)
            after = Entry(DONE, graph.sha256, part, graph.count)
            if why := _why(graph, before, suspects):
                steps.append(Step(graph.iri, why, before, after, names))
            else:
                same.append(graph.iri)
                if before and before.part != part:
                    renamed[graph.iri] = replace(before, part=part)
    first = [step for step in steps if step.graph not in build.last]
    last = [step for step in steps if step.graph in build.last]
    return Plan(build.name, (*first, *_removals(build, record, local), *last), renamed, tuple(same))


def _is_same(part: str, names: Iterable[str], record: Record) -> bool:
    """Whether the store is known to hold all graphs of a part."""
    for name in names:
        entry = record.entries.get(name)
        if entry is None or entry.part != part or entry.state != DONE:
            return False
    return True


def _why(graph: LocalGraph, before: Entry | None, suspects: Collection[str]) -> Why | None:
    if before is None:
        return Why.NEW
    if before.state != DONE:
        return Why.RESUMED
    if before.sha256 != graph.sha256:
        return Why.CHANGED
    return Why.DIFFERENT if graph.iri in suspects else None


def _removals(build: LocalBuild, record: Record, local: set[str]) -> list[Step]:
    """Recorded graphs that the build no longer has; those outside the base may serve other bases too."""
    gone = sorted(record.entries.keys() - local)
    mine = [graph for graph in gone if graph.startswith(build.base) or not record.other_bases]
    return [Step(graph, Why.GONE, record.entries[graph]) for graph in mine]


def refuse_many_removals(plan: Plan, record: Record) -> None:
    """Failure where a build lacks many of the cases that the store holds: it may be of another folder."""
    cases = [graph for graph in record.entries if case_graphs(graph)[1] in record.entries]
    removed = {step.graph for step in plan.removed}
    gone = [graph for graph in cases if graph in removed]
    if len(gone) <= max(FEW, MANY * len(cases)):
        return
    named = ", ".join(gone[:3])
    raise Failure(
        f"the store holds {len(cases):,} cases, and this build lacks {len(gone):,} of them ({named} …). "
        "Is it the right workspace for this target, with all its case files? If they are to go, give --remove-many"
    )
