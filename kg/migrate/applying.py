"""A plan in; the migrated files on disk, each replaced at one stroke, and a journal that can undo it, out.

Killed at any moment, every file is the old one or the new one; the same call again goes on where it stopped.
"""

from __future__ import annotations

import errno
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from kg import atomic
from kg.migrate import provenance
from kg.migrate.files import Rewritten, rewrite
from kg.migrate.journal import Applied, Journal, State, half_way, only_one
from kg.migrate.plan import FilePlan, Plan, read_plan
from kg.migrate.task import MigrationError, Progress, Task, sha256, silent

BATCH = 64
"""Files whose originals are put on disk together."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an apply or an undo did."""

    changed: int
    """Files that were written."""
    already: int
    """Files that a stopped run had written before."""


def apply(task: Task, name: str, *, by: str, at: str, progress: Progress = silent) -> Outcome:
    """Do what a plan says; ``by`` and ``at`` say who and when. MigrationError where anything differs from the plan.

    Nothing is written before everything has been compared.
    """
    with only_one(task.home):
        plan, journal = read_plan(task.home, name), Journal(task.home / name)
        _need_free(task, journal)
        todo = _need_as_planned(task, plan, is_resumed=journal.state is State.APPLYING)
        _need_writable(task, todo)
        applied = journal.begin(by, at)
        journal.set_state(State.APPLYING)
        for done in _write_all(task, journal, todo):
            progress(done, len(todo))
        _finish(task, plan, journal, applied)
        return Outcome(len(todo), len(plan.files) - len(todo))


def undo(task: Task, name: str, progress: Progress = silent) -> Outcome:
    """Put the originals back, to the byte. MigrationError where a file has been edited since, or they are forgotten."""
    with only_one(task.home):
        journal = Journal(task.home / name)
        _need_undoable(task, journal)
        paths = dict(task.files)
        todo = [each for each in journal.kept() if _hash(paths.get(each.path)) == each.after != each.before]
        _need_files_as_left(task, journal)
        journal.set_state(State.UNDOING)
        for number, each in enumerate(todo, 1):
            _replace(paths[each.path], each.path, journal.original(each))
            progress(number, len(todo))
        provenance.withdraw(task.root, name)
        journal.set_state(State.UNDONE)
        return Outcome(len(todo), len(journal.kept()) - len(todo))


# --- before anything is written ---------------------------------------------------------------------------


def _need_free(task: Task, journal: Journal) -> None:
    other = half_way(task.home)
    if other is not None and other.name != journal.name:
        hint = f"`kg migrate apply {other.name}` goes on with it, `kg migrate undo {other.name}` takes it back"
        raise MigrationError(f"the migration {other.name} was stopped in the middle; {hint}")
    if journal.state is State.APPLIED:
        raise MigrationError(f"{journal.name} is applied already")
    if journal.state is State.UNDOING:
        raise MigrationError(f"the undo of {journal.name} was stopped in the middle; `kg migrate undo {journal.name}`")
    if journal.state is State.UNDONE:
        journal.restart()


def _need_as_planned(task: Task, plan: Plan, *, is_resumed: bool) -> list[FilePlan]:
    """The files that are still to be written. MigrationError where anything is not as the plan has it."""
    migrations = tuple((each.name, each.digest) for each in task.upgrader.chain)
    if migrations != plan.migrations or task.target != plan.target:
        raise _changed("the migration files have changed since the plan was made")
    if task.context != plan.context:
        raise _changed("the releases, the process catalogue or the curated links have changed since the plan was made")
    planned = {each.path: each for each in plan.files}
    others: list[str] = []
    todo: list[FilePlan] = []
    for shown, _, raw in task.contents():
        found = planned.pop(shown, None)
        now = sha256(raw)
        if found is None:
            others.append(f"{shown}\0{now}\0")
        elif now == found.before:
            todo.append(found)
        elif now != found.after or not is_resumed:
            raise _changed(f"{shown} has changed since the plan was made")
    if planned:
        raise _changed(f"{next(iter(planned))} is not there any more")
    if sha256("".join(others).encode("utf-8", errors="surrogatepass")) != plan.others:
        raise _changed("files that the plan leaves alone have changed, come or gone since it was made")
    return todo


def _changed(message: str) -> MigrationError:
    return MigrationError(f"{message}; look at it again with `kg migrate plan`")


def _need_writable(task: Task, todo: list[FilePlan]) -> None:
    paths = dict(task.files)
    locked = [each.path for each in todo if not paths[each.path].stat().st_mode & stat.S_IWUSR]
    if locked:
        raise MigrationError(f"read-only, so nothing was migrated: {_some(locked)}")


def _need_undoable(task: Task, journal: Journal) -> None:
    if journal.state not in (State.APPLIED, State.APPLYING, State.UNDOING):
        raise MigrationError(f"there is nothing to undo: {journal.name} is {journal.state.value}")
    if not journal.has_originals and read_plan(task.home, journal.name).files:
        if journal.state is State.APPLYING:
            return
        raise MigrationError(f"the originals of {journal.name} have been forgotten; take them from your own versions")


def _need_files_as_left(task: Task, journal: Journal) -> None:
    """No file of the journal says anything but what it said before or was given."""
    paths = dict(task.files)
    kept = journal.kept()
    edited = [each.path for each in kept if _hash(paths.get(each.path)) not in (each.before, each.after)]
    if edited:
        raise MigrationError(f"edited since they were migrated, so nothing was undone: {_some(edited)}")


def _hash(path: Path | None) -> str:
    try:
        return sha256(path.read_bytes()) if path else ""
    except OSError:
        return ""


def _some(paths: list[str]) -> str:
    more = f" and {len(paths) - 3:,} more" if len(paths) > 3 else ""
    return ", ".join(paths[:3]) + more


# --- writing ----------------------------------------------------------------------------------------------


def _write_all(task: Task, journal: Journal, todo: list[FilePlan]) -> Iterator[int]:
    """Migrate files batch by batch: originals on disk first, then each file at one stroke."""
    paths = dict(task.files)
    journal.mend()
    known = {each.path for each in journal.kept()}
    waiting = iter(todo)
    done = 0
    while batch := list(islice(waiting, BATCH)):
        ready = [_prepared(task, each, paths[each.path]) for each in batch]
        try:
            journal.keep((each.path, raw, each.after) for each, raw, _ in ready if each.path not in known)
        except OSError as error:
            raise _stopped(str(journal.folder), error) from error
        for each, _, written in ready:
            _replace(paths[each.path], each.path, written)
            done += 1
            yield done


def _prepared(task: Task, planned: FilePlan, path: Path) -> tuple[FilePlan, bytes, bytes]:
    """A file, its bytes, and the bytes that it is to have: exactly those of the plan."""
    raw = path.read_bytes()
    found = rewrite(raw, planned.path, task.reader, task.upgrader)
    if sha256(raw) != planned.before or not isinstance(found, Rewritten) or sha256(found.raw) != planned.after:
        raise _changed(f"{planned.path} has changed since the plan was made")
    return planned, raw, found.raw


def _replace(path: Path, shown: str, content: bytes) -> None:
    try:
        atomic.write_bytes(path, content)
    except OSError as error:
        raise _stopped(shown, error) from error


def _stopped(what: str, error: OSError) -> MigrationError:
    reason = "the disk is full" if error.errno in (errno.ENOSPC, errno.EDQUOT) else error.strerror or str(error)
    hint = "make room or give permission, and call the same command again; or undo"
    return MigrationError(f"{what}: {reason}. The files before it are migrated, the others are as they were; {hint}")


def _finish(task: Task, plan: Plan, journal: Journal, applied: Applied) -> None:
    try:
        provenance.record(task.root, plan, applied)
        journal.set_state(State.APPLIED)
    except OSError as error:
        raise _stopped(provenance.FILE, error) from error
