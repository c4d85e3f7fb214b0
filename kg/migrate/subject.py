"""What operations of a migration are about, and what can be said of each: fields, terms, kinds of record, classes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kg.bump import Bump

Pairs = tuple[tuple[str, str], ...]
"""Keys and values, or old values and new ones."""


class Verdict(StrEnum):
    """What becomes of a saved query that names the subject of an operation, at worst."""

    SAME = "SAME"
    """The same rows."""
    UP_TO_MAP = "UP-TO-MAP"
    """The same rows once old names are read as new ones."""
    WIDENED = "WIDENED"
    """The same rows and more."""
    BROKEN = "BROKEN"
    """Other rows; a person has to look at the query."""


class Otherwise(StrEnum):
    """What happens to a value that an operation does not list."""

    KEEP = "keep"
    PENDING = "pending"
    """A person decides."""
    DROP = "drop"
    """It is lost."""


@dataclass(frozen=True, slots=True, order=True)
class FieldName:
    """A key of a kind of record, written ``ValueClaim.mechanism``."""

    record: str
    key: str

    def __str__(self) -> str:
        return f"{self.record}.{self.key}"


@dataclass(frozen=True, slots=True, order=True)
class Term:
    """A term of a vocabulary: ``outcome`` and ``velocity`` for ``https://w3id.org/casegraph/outcome/velocity``."""

    vocabulary: str
    term: str

    def __str__(self) -> str:
        return f"{self.vocabulary}/{self.term}"


@dataclass(frozen=True, slots=True, order=True)
class RecordName:
    """A kind of record by the local name of its class, such as ``ValueClaim``."""

    name: str

    def __str__(self) -> str:
        return self.name


Subject = FieldName | Term | RecordName


@dataclass(frozen=True, slots=True)
class Nature:
    """What is true of every operation of one kind."""

    name: str
    """The word that migration files use."""
    compatibility: Bump
    verdict: Verdict
    needs_person: bool = False
    """Whether uses of the subject go to a person."""


def listed(words: tuple[str, ...]) -> str:
    """Words as a sentence lists them.

    >>> listed(("a", "b", "c")), listed(("a",)), listed(())
    ('a, b or c', 'a', 'nothing')
    """
    if len(words) < 2:
        return words[0] if words else "nothing"
    return f"{', '.join(words[:-1])} or {words[-1]}"
