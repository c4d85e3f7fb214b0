"""A decision in; a row more in the workspace's file of links, which is whole at every moment, out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from kg import atomic, codes
from kg.links.link import Link, Verdict
from kg.links.rows import read_links
from kg.links.writing import add_row, new_file, without_rows
from kg.problem import Failure, Problem

PATIENCE = 30
"""Seconds to wait for another command that writes the same file."""


@dataclass(frozen=True, slots=True)
class LinkTable:
    """A file of links, and which of its rows cannot stand beside each other."""

    root: Path
    path: str
    """From the workspace."""
    set_id: str
    """The IRI that a new file goes by."""
    problems: Callable[[Sequence[Link]], Sequence[Problem]]
    """What is wrong with rows beside each other."""
    gives_way: Callable[[Link, Link], bool]
    """Whether a row cannot stand beside a new one."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """Where a decision stands, whether it is new, and the rows that gave way to it."""

    path: str
    line: int
    is_new: bool
    replaced: tuple[Link, ...] = ()


def record(link: Link, to: LinkTable, *, home: Path, replacing: bool = False) -> Recorded:
    """Write a decision down. Failure, and nothing written, where it contradicts a row.

    A row that left open what is now decided gives way; with ``replacing``, so does one that said otherwise. A decision
    that stands there already is not written again.
    """
    home.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(home / "links.lock").acquire(timeout=PATIENCE):
            return _record(link, to, replacing=replacing)
    except Timeout:
        raise Failure(f"another command has been writing {to.path} for {PATIENCE} s; try again") from None


def _record(link: Link, to: LinkTable, *, replacing: bool) -> Recorded:
    file = to.root / to.path
    before = _read(file) if file.exists() else new_file(to.set_id)
    rows, _ = read_links(before, to.path)
    for each in rows:
        if (each.subject.text, each.verdict, each.object.text) == (link.subject.text, link.verdict, link.object.text):
            return Recorded(to.path, each.line, is_new=False)
    gone = [each for each in rows if to.gives_way(each, link)]
    decided = [each for each in gone if each.verdict is not Verdict.UNSURE]
    if decided and not replacing:
        said = "; ".join(f"{to.path}:{each.line} says {_said(each)}" for each in decided)
        raise Failure(f"nothing is written: {said}; --replace puts the new decision in its place")
    after = add_row(without_rows(before, [each.line for each in gone]), link)
    kept, _ = read_links(after, to.path)
    known = {each.message for each in to.problems(rows)}
    for problem in to.problems(kept):
        if problem.code == codes.CONTRADICTING_LINKS.name and problem.message not in known:
            row = f"{to.path}:{kept[-1].line}"
            raise Failure(f"nothing is written, because the new row, {row}, clashes: {problem.message}")
    atomic.write_text(file, after)
    return Recorded(to.path, kept[-1].line, is_new=True, replaced=tuple(gone))


def _read(file: Path) -> str:
    try:
        return file.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise Failure(f"{file} is not UTF-8 at byte {error.start:,}; save it as UTF-8 first") from None


def _said(link: Link) -> str:
    """What a row decided, and whose decision it was."""
    signed = ", ".join(filter(None, (link.author, link.date)))
    return f"{link.verdict} to {link.object.text.rpartition('/')[2]}" + (f" ({signed})" if signed else "")
