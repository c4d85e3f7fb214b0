"""A plan in; graphs sent, counted and recorded in batches: pending, then sent, then counted, then done."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TypeVar

from kg.problem import Failure
from kg.push.delta import update_of
from kg.push.local import LocalBuild, LocalGraph
from kg.push.lock import Lock, LockLost
from kg.push.plan import Plan, Step
from kg.push.record import COMPLETE, DONE, RUNNING, Entry, Head, Ledger, Record
from kg.push.report import Report
from kg.push.verify import lacking, samples
from kg.store.base import StoreError
from kg.store.remote import Remote
from kg.store.transport import Refused

Progress = Callable[[int, int], None]
REFUSALS = 20
"""Graphs refused one after the other after which a store is taken to refuse everything."""
RENEWAL = 60.0
"""Seconds after which the lock is renewed."""


@dataclass(slots=True)
class _Batch:
    """Some steps that are recorded and counted together, and how far each has come."""

    steps: tuple[Step, ...]
    begun: set[str] = field(default_factory=set[str])
    sent: dict[str, LocalGraph | None] = field(default_factory=dict[str, "LocalGraph | None"])
    """Graphs that the store took; None for those that it removed."""
    counts: dict[str, int] = field(default_factory=dict[str, int])
    """How many triples each of these holds in the store."""
    failed: dict[str, str] = field(default_factory=dict[str, str])


class Run:
    """One push."""

    def __init__(self, build: LocalBuild, ledger: Ledger, lock: Lock, progress: Progress) -> None:
        self.build = build
        self.ledger = ledger
        self.remote: Remote = ledger.remote
        self.lock = lock
        self.progress = progress
        self._renewed = time.monotonic()
        self._refusals = 0
        self._written: dict[str, Entry] = {}

    def push(self, plan: Plan, record: Record) -> Report:
        """Bring the store to the build. The report says what holds, however the push ended."""
        report = Report(plan.build, len(plan.steps), len(plan.same))
        if plan.is_empty and record.head.state == COMPLETE and record.head.build == plan.build:
            return report
        todo, batch = iter(plan.steps), _Batch(())
        try:
            self.ledger.write_head(next_head(record.head, plan.build, RUNNING))
            for steps in _batches(todo, self.remote.target.profile.batch):
                batch = _Batch(steps)
                self._push_batch(batch, report)
            self._finish(plan, record, report)
        except (Failure, KeyboardInterrupt) as stop:
            report.stopped = stop
            self._settle(batch, report)
            for step in todo:
                _leave(step, report)
        return report

    def _push_batch(self, batch: _Batch, report: Report) -> None:
        self.lock.renew()
        self.ledger.write({step.graph: step.pending for step in batch.steps})
        if not self.ledger.holds_pending([step.graph for step in batch.steps]):
            raise StoreError(f"the store at {self.remote.target.url} says that it stored the push record, and did not")
        for step, graph in self._with_triples(batch.steps):
            batch.begun.add(step.graph)
            self._renew()
            self._send(step, graph, batch)
            self.progress(
                len(report.new) + len(report.removed) + len(report.pending) + len(batch.begun), report.planned
            )
        self._count(batch)
        self._conclude(batch, report)

    def _with_triples(self, steps: Sequence[Step]) -> Iterator[tuple[Step, LocalGraph | None]]:
        """Steps with what is to be sent; the graphs of a part are read together."""
        read: dict[str, LocalGraph] = {}
        for step in steps:
            if step.after is None:
                yield step, None
                continue
            if step.graph not in read:
                read = {graph.iri: graph for graph in self.build.graphs(step.after.part, step.siblings)}
            yield step, read[step.graph]

    def _send(self, step: Step, graph: LocalGraph | None, batch: _Batch) -> None:
        """Send or remove one graph. What the store will not have is noted, and the others go on."""
        try:
            fault = self._fault(graph) if graph else ""
            if fault:
                batch.failed[step.graph] = fault
                return
            update = update_of(self.build, step, graph, self.remote) if graph else ""
            if update:
                self.remote.update(update)
            else:
                self._change(step.graph, graph)
        except Refused as refusal:
            batch.failed[step.graph] = str(refusal)
            self._refusals += 1
            if self._refusals >= REFUSALS:
                raise StoreError(f"the store refused {REFUSALS} graphs one after the other: {refusal}") from None
            return
        self._refusals = 0
        batch.sent[step.graph] = graph

    def _fault(self, graph: LocalGraph) -> str:
        limit = self.remote.target.profile.size_limit
        if limit and len(graph.triples) > limit:
            return f"it has {len(graph.triples):,} bytes, and the store takes {limit:,}; use its bulk loader"
        return graph.fault()

    def _change(self, iri: str, graph: LocalGraph | None) -> None:
        if graph and graph.count:
            self.remote.put(iri, graph.triples)
        else:
            self.remote.delete(iri)

    def _count(self, batch: _Batch) -> None:
        """Send graphs whose count is wrong once more; those that stay wrong have failed."""
        for graph in self._miscounted(batch):
            with suppress(Refused):
                self._change(graph, batch.sent[graph])
        for graph, found in self._miscounted(batch).items():
            sent = batch.sent.pop(graph)
            wanted = sent.count if sent else 0
            batch.failed[graph] = f"the store said that it was done, and holds {found:,} of {wanted:,} triples"
        for graph in lacking(self.remote, samples(each for each in batch.sent.values() if each)):
            del batch.sent[graph]
            batch.failed[graph] = "the store holds as many triples as were sent, but not the same"

    def _miscounted(self, batch: _Batch) -> dict[str, int]:
        counts = self.remote.counts(list(batch.sent))
        batch.counts = {graph: counts.get(graph, 0) for graph in batch.sent}
        return {graph: found for graph, found in batch.counts.items() if not is_counted(found, batch.sent[graph])}

    def _conclude(self, batch: _Batch, report: Report) -> None:
        """Record what was done; what failed stays pending."""
        sent = [step for step in batch.steps if step.graph in batch.sent]
        removed = [step.graph for step in sent if not step.after]
        done = {step.graph: replace(step.after, count=batch.counts[step.graph]) for step in sent if step.after}
        self.ledger.write(done, forget=removed)
        self._written |= done
        report.new += done
        report.removed += removed
        report.pending |= batch.failed
        report.triples += sum(entry.count for entry in done.values())

    def _settle(self, batch: _Batch, report: Report) -> None:
        """After an interruption: record what is known of a batch, and say what is not."""
        if {*report.new, *report.removed, *report.pending}.issuperset(step.graph for step in batch.steps):
            return
        for graph in batch.begun - batch.sent.keys() - batch.failed.keys():
            batch.failed[graph] = "the push ended while it was being sent"
        try:
            if isinstance(report.stopped, LockLost):
                raise report.stopped
            self._count(batch)
            self._conclude(batch, report)
            self._restore([step for step in batch.steps if step.graph not in batch.begun], report)
        except (Failure, KeyboardInterrupt):
            said = {step.graph: "the push ended before it was recorded" for step in batch.steps}
            report.pending |= said | batch.failed
            report.new = [graph for graph in report.new if graph not in said]
            report.removed = [graph for graph in report.removed if graph not in said]

    def _restore(self, steps: Sequence[Step], report: Report) -> None:
        """Let the record say what it said before of graphs that were not touched."""
        known = {step.graph: step.before for step in steps if step.before}
        self.ledger.write(known, forget=[step.graph for step in steps if not step.before])
        for step in steps:
            _leave(step, report)

    def _finish(self, plan: Plan, record: Record, report: Report) -> None:
        for entries in _batches(plan.renamed.items(), self.remote.target.profile.batch):
            self.ledger.write(dict(entries))
            self._written |= entries
        self._check_record(report)
        if report.is_complete:
            head = next_head(record.head, plan.build, COMPLETE)
            self.ledger.write_head(head)
            if self.ledger.head() != head:
                raise StoreError("every graph is there, but the store did not keep that the push is complete")

    def _check_record(self, report: Report) -> None:
        """Read the record back: a store may say that it wrote what it did not."""
        graphs = [*report.removed, *self._written]
        kept = self.ledger.read_entries({self.ledger.shard(graph) for graph in graphs})
        lost = [graph for graph in graphs if kept.get(graph) != self._written.get(graph)]
        report.pending |= dict.fromkeys(lost, "the store did not keep its record")
        report.new = [graph for graph in report.new if graph not in report.pending]
        report.removed = [graph for graph in report.removed if graph not in report.pending]

    def _renew(self) -> None:
        """Renew the lock within a batch that takes long."""
        if time.monotonic() - self._renewed > RENEWAL:
            self.lock.renew()
            self._renewed = time.monotonic()


def is_counted(found: int, sent: LocalGraph | None) -> bool:
    """Whether a store holds as many triples as were sent; triples that it takes for equal count once."""
    if sent is None:
        return found == 0
    return found == sent.count or (0 < found < sent.count and found == len(sent.normalised()))


def _leave(step: Step, report: Report) -> None:
    """Say of a graph that was not touched that it is as it was."""
    if step.before and step.before.state != DONE:
        report.pending[step.graph] = "an earlier push ended while it was being sent"
    else:
        report.old.append(step.graph)


def next_head(held: Head, build: str, state: str) -> Head:
    """What a store is to say that it holds: a build, and the one before it that was there as a whole.

    >>> first = Head(COMPLETE, "a")
    >>> broken = next_head(first, "b", RUNNING)
    >>> next_head(broken, "c", COMPLETE)
    Head(state='complete', build='c', previous='a')
    """
    is_whole = held.state == COMPLETE and held.build != build
    previous = held.build if is_whole else held.previous
    return Head(state, build, "" if previous == build else previous)


_Item = TypeVar("_Item")


def _batches(items: Iterable[_Item], size: int) -> Iterator[tuple[_Item, ...]]:
    source = iter(items)
    while batch := tuple(islice(source, size)):
        yield batch
