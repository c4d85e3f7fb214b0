"""A build and a store in; the store brought to the build, under the lock, and a report of what became of each graph."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kg.push.local import LocalBuild
from kg.push.lock import Lock
from kg.push.plan import Plan, make_plan, refuse_many_removals
from kg.push.record import Ledger, Record
from kg.push.report import Report
from kg.push.run import Progress, Run
from kg.push.verify import differing, some_differing
from kg.store.base import StoreError
from kg.store.remote import Remote


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a push is asked to do besides."""

    verify: bool = False
    """Count every graph that the store holds, not only those that are sent and a few more."""
    prune: bool = False
    """Remove graphs below our base that no push brought there."""
    remove_many: bool = False
    """Remove cases even where they are many of those that the store holds."""
    break_lock: bool = False
    """Push although another pusher seems to be at work."""


@dataclass(frozen=True, slots=True)
class Planned:
    """What a push would do."""

    plan: Plan
    record: Record
    strangers: tuple[str, ...] = ()
    """Graphs below our base that no push brought there; only looked for where they are to be pruned."""


def planned(build: LocalBuild, remote: Remote, wishes: Wishes) -> Planned:
    """What a push would do now. Only reads."""
    ledger = Ledger(remote, build.base)
    record = ledger.read()
    suspects = differing(remote, record.entries) if wishes.verify else some_differing(remote, record, build.name)
    plan = make_plan(build, record, set(suspects))
    if not wishes.remove_many:
        refuse_many_removals(plan, record)
    return Planned(plan, record, _strangers(ledger, plan, record) if wishes.prune else ())


def push(
    build: LocalBuild,
    remote: Remote,
    wishes: Wishes,
    *,
    tell: Callable[[Planned], None] = lambda _: None,
    progress: Progress = lambda _done, _total: None,
) -> Report:
    """Bring a store to a build. ``tell`` is called with the plan before anything is changed."""
    lock = Lock(remote, build.base)
    with lock.held(is_broken=wishes.break_lock):
        found = planned(build, remote, wishes)
        tell(found)
        report = Run(build, Ledger(remote, build.base), lock, progress).push(found.plan, found.record)
        if report.stopped is None:
            _prune(remote, found.strangers, report)
    return report


def _strangers(ledger: Ledger, plan: Plan, record: Record) -> tuple[str, ...]:
    known = {*plan.same, *record.entries, *(step.graph for step in plan.steps)}
    below = (graph for graph in ledger.remote.graphs_below(ledger.base) if graph not in known)
    return tuple(graph for graph in below if not ledger.is_own(graph) and not record.is_of_another(graph, ledger.base))


def _prune(remote: Remote, strangers: tuple[str, ...], report: Report) -> None:
    """Remove graphs that no push brought; what the store says of it is checked."""
    try:
        for graph in strangers:
            remote.delete(graph)
            if remote.counts([graph]):
                report.pending[graph] = "the store said that it removed it, and did not"
            else:
                report.pruned.append(graph)
    except (StoreError, KeyboardInterrupt) as stop:
        report.stopped = stop
