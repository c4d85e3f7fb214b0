"""A migration that was applied in; whether its files are what they should be, and nothing but that, out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kg.migrate.files import Rewritten, rewrite
from kg.migrate.graph.proof import GraphProof, Pair, Prover
from kg.migrate.journal import Journal, Kept
from kg.migrate.plan import Plan
from kg.migrate.task import MigrationError, Task, sha256
from kg.problem import Problem
from kg.source import Source, decode, front_matter


@dataclass(frozen=True, slots=True)
class Proof:
    """What was compared."""

    same: int
    """Files that are exactly what the migration makes of their originals."""
    edited: tuple[str, ...]
    """Files that somebody has edited since, of which nothing can be said."""
    faults: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults


def read_back(task: Task, plan: Plan) -> Proof:
    """Whether each file on disk has, byte for byte, what the plan says; that was proven right when it was made."""
    paths = dict(task.files)
    wrong = [each.path for each in plan.files if sha256(paths[each.path].read_bytes()) != each.after]
    return Proof(len(plan.files) - len(wrong), (), tuple(f"{path}: differs from the plan" for path in wrong))


def prove(task: Task, name: str) -> Proof:
    """Migrate each original again and compare. MigrationError where the originals are not kept any more."""
    journal = Journal(task.home / name)
    if not journal.has_originals:
        raise MigrationError(f"the originals of {name} are not kept any more, so there is nothing to compare with")
    paths = dict(task.files)
    same = 0
    edited: list[str] = []
    faults: list[str] = []
    for kept in journal.kept():
        now = paths[kept.path].read_bytes() if kept.path in paths else b""
        if sha256(now) != kept.after:
            edited.append(kept.path)
            continue
        wrong = list(_faults(task, kept, journal.original(kept), now))
        same += not wrong
        faults += wrong
    return Proof(same, tuple(edited), tuple(faults))


def prove_graphs(task: Task, name: str) -> GraphProof:
    """Migrate the graphs of the originals by SPARQL, and compare with the graphs of the files as they are now."""
    upgrader = task.upgrader
    prover = Prover(upgrader.chain, task.reader.shapes, upgrader.processes, task.base)
    return prover.prove(_pairs(task, Journal(task.home / name)))


def _pairs(task: Task, journal: Journal) -> Iterator[Pair]:
    """Every case that nobody has edited since, before and after."""
    paths = dict(task.files)
    for kept in journal.kept():
        now = paths[kept.path].read_bytes() if kept.path in paths else b""
        if sha256(now) != kept.after:
            continue
        before, after = (task.reader.read(raw, kept.path) for raw in (journal.original(kept), now))
        if before and after and before.record and after.record:
            yield before, after


def _faults(task: Task, kept: Kept, original: bytes, now: bytes) -> Iterator[str]:
    found = rewrite(original, kept.path, task.reader, task.upgrader)
    if not isinstance(found, Rewritten) or found.raw != now:
        yield f"{kept.path}: the migration makes something else of the original now"
        return
    before, after = _source(original), _source(now)
    if before.has_bom != after.has_bom or _outside(before.text, found) != _left(before.text, after.text, found):
        yield f"{kept.path}: something outside the declared changes differs"
    if _body(before) != _body(after):
        yield f"{kept.path}: the body differs"


def _source(raw: bytes) -> Source:
    found = decode(raw, "", limit=len(raw))
    assert isinstance(found, Source)
    return found


def _body(source: Source) -> str | None:
    front = front_matter(source)
    return None if front is None or isinstance(front, Problem) else front.body


def _outside(text: str, found: Rewritten) -> list[str]:
    """The stretches of the old text between the edits."""
    ends = [0, *(edit.end for edit in found.edits)]
    starts = [*(edit.start for edit in found.edits), len(text)]
    return [text[end:start] for end, start in zip(ends, starts, strict=True)]


def _left(before: str, after: str, found: Rewritten) -> list[str]:
    """The stretches of the new text that stand where those of the old one stood."""
    stretches: list[str] = []
    shift = at = 0
    for edit in found.edits:
        stretches.append(after[at : edit.start + shift])
        at = edit.start + shift + len(edit.text)
        shift += len(edit.text) - (edit.end - edit.start)
    return [*stretches, after[at : len(before) + shift]]
