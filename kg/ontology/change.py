"""What differs between two releases, as values: each change with what it demands of the version number."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from kg.bump import Bump, bump_between, least_version


class ChangeKind(StrEnum):
    """How a release differs from an earlier one at one place."""

    ADDED = "added"
    RENAMED = "renamed"
    MOVED = "moved"
    """To another vocabulary, kind of record or broader term."""
    MERGED = "merged"
    """Into one that others became as well, or that was there before."""
    SPLIT = "split"
    RETIRED = "retired"
    NARROWED = "narrowed"
    """Some of what was allowed is so no more."""
    WIDENED = "widened"
    """More is allowed than before."""
    CHANGED = "changed"
    """Neither: something else."""
    RELABELLED = "relabelled"
    """Other words for readers."""


class What(StrEnum):
    """What a change is about."""

    CLASS = "class"
    PROPERTY = "property"
    VOCABULARY = "vocabulary"
    TERM = "term"
    RECORD = "record"
    FIELD = "field"
    RULE = "rule"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference."""

    kind: ChangeKind
    what: What
    name: str
    """As people write it: ``cg:mechanism``, ``mechanism/innovation``, ``ValueClaim.mechanism``."""
    bump: Bump
    to: tuple[str, ...] = ()
    """What took its place."""
    note: str = ""
    """What exactly has changed."""

    @property
    def line(self) -> str:
        """The change in one line."""
        successors = f" → {', '.join(self.to)}" if self.to else ""
        return f"{self.what} {self.name}{successors}" + (f": {self.note}" if self.note else "")


@dataclass(frozen=True)
class Difference:
    """Everything that differs between two releases."""

    before: str
    after: str
    changes: tuple[Change, ...]
    is_said_compatible: bool = False
    """Whether the later release states that it is backward compatible with the earlier one."""

    @property
    def demanded(self) -> Bump:
        """The step that the version number has to take."""
        return max((change.bump for change in self.changes), default=Bump.NONE)

    @property
    def taken(self) -> Bump:
        """The step that it takes."""
        return bump_between(self.before, self.after)

    @cached_property
    def refusals(self) -> list[str]:
        """Why the later release may not be called what it is called; nothing where it may."""
        found: list[str] = []
        if self.demanded > self.taken:
            worst = next(change for change in self.changes if change.bump is self.demanded)
            least = least_version(self.before, self.demanded)
            found.append(
                f"{self.before} to {self.after} is a {self.taken.label} step, and the changes demand a "
                f"{self.demanded.label} one ({least} or later), such as {worst.kind} {worst.line}"
            )
        if self.is_said_compatible and self.demanded is Bump.MAJOR:
            found.append(f"{self.after} says owl:backwardCompatibleWith {self.before}; it is owl:incompatibleWith it")
        return found

    def of(self, *kinds: ChangeKind) -> list[Change]:
        """The changes of some kinds."""
        return [change for change in self.changes if change.kind in kinds]
