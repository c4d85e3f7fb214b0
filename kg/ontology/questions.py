"""A difference between two releases in; what only a person can know of it, as questions, out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rapidfuzz import fuzz

from kg.ontology.change import Change, ChangeKind, Difference, What


@dataclass(frozen=True, slots=True)
class Question:
    """Something is gone, and nothing says what took its place: was it renamed, or retired and the others added?"""

    retired: Change
    added: tuple[Change, ...]
    """What may be its new name, the likeliest first."""


def questions(found: Difference) -> Iterator[Question]:
    """One for each retired term or field of whose kind something new is there."""
    for change in found.of(ChangeKind.RETIRED):
        alike = [each for each in found.of(ChangeKind.ADDED) if _may_be(change, each)]
        if alike:
            yield Question(change, tuple(sorted(alike, key=lambda each: (-_likeness(change, each), each.name))))


def _may_be(retired: Change, added: Change) -> bool:
    """Whether one can be a new name of the other: the same sort of thing, of the same vocabulary or record."""
    if retired.what is not added.what:
        return False
    return retired.what not in (What.TERM, What.FIELD) or _home(retired.name) == _home(added.name)


def _home(name: str) -> str:
    return name.replace("/", ".").rsplit(".", 1)[0]


def _likeness(retired: Change, added: Change) -> float:
    return fuzz.ratio(retired.name, added.name)
