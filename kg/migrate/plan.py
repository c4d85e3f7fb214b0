"""A task in; what its migrations would do, file by file and in all, out. Nothing is written to any case file.

A plan's id covers migrations, files, catalogue and links, before and after: two plans with one id do the same.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from kg import atomic
from kg.migrate.files import Rewritten, rewrite
from kg.migrate.splice import Edit
from kg.migrate.task import MigrationError, Progress, Task, sha256, silent
from kg.migrate.visit import Log
from kg.problem import Problem, Severity, Span
from kg.triples import stated

FORMAT = 1
Change = tuple[int, int]
"""How many are taken out, how many put in."""


@dataclass(frozen=True, slots=True)
class FilePlan:
    """One file that would change."""

    path: str
    before: str
    """SHA-256 of its bytes now."""
    after: str
    lines: Change
    quads: Change


@dataclass(frozen=True, slots=True)
class OperationPlan:
    """What one operation would do to all files together."""

    migration: str
    operation: str
    changed: int


@dataclass(frozen=True, slots=True)
class Question:
    """What a person would decide: the same value of the same field, wherever it stands."""

    field: str
    value: str
    candidates: tuple[str, ...]
    count: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What a chain of migrations would do to the files of a workspace."""

    target: str
    migrations: tuple[tuple[str, str], ...]
    """Name and hash of each, in order."""
    context: str
    files: tuple[FilePlan, ...]
    others: str
    """A hash of the Markdown files that would stay as they are."""
    unchanged: int
    refused: tuple[Problem, ...]
    operations: tuple[OperationPlan, ...]
    questions: tuple[Question, ...]
    lost: tuple[tuple[str, int], ...]
    """How many values of which field would be lost."""

    @property
    def id(self) -> str:
        """What the plan is called by."""
        files = [(each.path, each.before, each.after) for each in self.files]
        text = json.dumps([self.target, self.migrations, self.context, self.others, files], ensure_ascii=False)
        return hashlib.sha256(text.encode("utf-8", errors="surrogatepass")).hexdigest()[:16]

    @property
    def lines(self) -> Change:
        """Lines taken out and put in, in all files."""
        return _sum(each.lines for each in self.files)

    @property
    def quads(self) -> Change:
        """Stated quads taken out and put in, in all files."""
        return _sum(each.quads for each in self.files)

    @property
    def for_people(self) -> int:
        """Values that a person would decide."""
        return sum(each.count for each in self.questions)

    @property
    def automatic(self) -> int:
        """Values and keys that would change without a person."""
        return sum(each.changed for each in self.operations) - self.for_people


def make_plan(task: Task, progress: Progress = silent) -> Plan:
    """What a task would do."""
    if not task.upgrader.chain:
        raise MigrationError(f"no migration leads to release {task.target}")
    tally = _Tally(task)
    for number, (shown, _, raw) in enumerate(task.contents(), 1):
        tally.add(shown, raw)
        progress(number, len(task.files))
    return tally.plan()


class _Tally:
    """Adds up what is done to one file after the other; keeps no file."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.files: list[FilePlan] = []
        self.others = hashlib.sha256()
        self.unchanged = 0
        self.refused: list[Problem] = []
        self.changed: Counter[tuple[int, int]] = Counter()
        self.asked: Counter[tuple[str, str, tuple[str, ...]]] = Counter()
        self.lost: Counter[str] = Counter()

    def add(self, shown: str, raw: bytes) -> None:
        found = rewrite(raw, shown, self.task.reader, self.task.upgrader)
        if isinstance(found, Rewritten):
            self._changed(shown, raw, found)
            return
        self.others.update(f"{shown}\0{sha256(raw)}\0".encode("utf-8", errors="surrogatepass"))
        if isinstance(found, Problem):
            self.refused.append(found)
        else:
            self.unchanged += 1

    def _changed(self, shown: str, raw: bytes, found: Rewritten) -> None:
        lines = changed_lines(raw.decode("utf-8").removeprefix("\ufeff"), found.edits)
        quads = _quads(self.task, shown, raw, found.raw)
        self.files.append(FilePlan(shown, sha256(raw), sha256(found.raw), lines, quads))
        for part, log in enumerate(found.logs):
            self._log(part, log)

    def _log(self, part: int, log: Log) -> None:
        self.changed.update({(part, index): count for index, count in log.changed.items()})
        self.asked.update((each.key, each.value, each.candidates) for each in log.asked)
        self.lost.update(str(each.field) for each in log.lost)

    def plan(self) -> Plan:
        chain = self.task.upgrader.chain
        operations = tuple(
            OperationPlan(migration.name, str(operation), self.changed[part, index])
            for part, migration in enumerate(chain)
            for index, operation in enumerate(migration.operations)
        )
        questions = (Question(*said, count) for said, count in self.asked.items())
        return Plan(
            target=self.task.target,
            migrations=tuple((each.name, each.digest) for each in chain),
            context=self.task.context,
            files=tuple(self.files),
            others=self.others.hexdigest(),
            unchanged=self.unchanged,
            refused=tuple(self.refused),
            operations=operations,
            questions=tuple(sorted(questions, key=lambda each: (-each.count, each.field, each.value))),
            lost=tuple(self.lost.most_common()),
        )


def _quads(task: Task, shown: str, before: bytes, after: bytes) -> Change:
    """Stated quads that only the old file, and only the new one, gives."""
    old, new = (_stated(task, shown, raw) for raw in (before, after))
    return len(old - new), len(new - old)


def _stated(task: Task, shown: str, raw: bytes) -> set[tuple[str, str, str]]:
    case = task.reader.read(raw, shown)
    return set(stated(case, task.base)) if case is not None and case.record is not None else set()


def changed_lines(text: str, edits: Sequence[Edit]) -> Change:
    r"""How many lines edits take out and put in; a line that several edits change counts once.

    >>> changed_lines("a\nb\nc\n", [Edit(2, 3, "x"), Edit(4, 4, "y\n")])
    (1, 2)
    """
    removed = added = done = 0
    for edit in edits:
        start = _line_start(text, edit.start)
        end = edit.end if edit.end == _line_start(text, edit.end) != edit.start else _line_end(text, edit.end)
        if edit.start == edit.end == start:
            end = start if edit.text.endswith(("\n", "\r")) else end
        added += _breaks(edit.text) - _breaks(text[edit.start : edit.end])
        fresh = _breaks(text[max(start, done) : end])
        removed, added, done = removed + fresh, added + fresh, max(done, end)
    return removed, added


def _breaks(text: str) -> int:
    return text.count("\n") + text.count("\r") - text.count("\r\n")


def _line_start(text: str, at: int) -> int:
    return max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1


def _line_end(text: str, at: int) -> int:
    ends = [found for found in (text.find("\n", at), text.find("\r", at)) if found >= 0]
    return min(ends, default=len(text) - 1) + 1


def _sum(changes: Iterable[Change]) -> Change:
    removed = added = 0
    for out, put in changes:
        removed, added = removed + out, added + put
    return removed, added


# --- kept until it is applied -----------------------------------------------------------------------------


def save_plan(plan: Plan, home: Path) -> Path:
    """Keep a plan, so that it can be applied by its id; the file."""
    path = home / plan.id / "plan.json"
    said = asdict(plan) | {"format": FORMAT}
    atomic.write_text(path, json.dumps(said, ensure_ascii=False))
    return path


def read_plan(home: Path, name: str) -> Plan:
    """The plan of an id. MigrationError where there is none."""
    path = home / name / "plan.json"
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        plan = _plan(said) if said.pop("format") == FORMAT else None
    except (OSError, ValueError, TypeError, KeyError):
        plan = None
    if plan is None:
        raise MigrationError(f"there is no plan {name}; make one with `kg migrate plan`")
    if plan.id != name:
        raise MigrationError(f"{path} has been changed: its id is now {plan.id}; make a new plan")
    return plan


def _plan(said: dict[str, Any]) -> Plan:
    plan = Plan(**said)
    return replace(
        plan,
        migrations=tuple((name, digest) for name, digest in said["migrations"]),
        files=tuple(_file(each) for each in said["files"]),
        refused=tuple(_problem(each) for each in said["refused"]),
        operations=tuple(OperationPlan(**each) for each in said["operations"]),
        questions=tuple(_question(each) for each in said["questions"]),
        lost=tuple((field, count) for field, count in said["lost"]),
    )


def _file(said: dict[str, Any]) -> FilePlan:
    return FilePlan(said["path"], said["before"], said["after"], tuple(said["lines"]), tuple(said["quads"]))


def _question(said: dict[str, Any]) -> Question:
    return Question(said["field"], said["value"], tuple(said["candidates"]), said["count"])


def _problem(said: dict[str, Any]) -> Problem:
    span, severity = Span(**said["span"]), Severity(said["severity"])
    return Problem(said["code"], severity, span, said["message"], said["hint"], said["record"])
