"""A stated code and name in, the process of a catalogue that they mean out, or why there is none."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from enum import StrEnum

from rapidfuzz import fuzz
from rapidfuzz.process import extract

from kg.catalogue import Catalogue, Process, hierarchy_id


class Reason(StrEnum):
    """Why a stated code and name do, or do not, make a link."""

    AGREE = "agree"
    """Code and name are those of one process: they make a link."""
    REFERRED = "referred"
    """The claim names the process by its PCF ID (releases from 2.0 on): this makes a link too."""
    DECIDED = "decided"
    """A person decided which process it is: that links as well."""
    DECIDED_NONE = "decided-none"
    """A person decided that no process of the catalogue is meant."""
    RULED_OUT = "ruled-out"
    """Code and name are those of one process, and a person decided that it is not meant."""
    DISAGREE = "disagree"
    """The code is one process, the name another."""
    UNKNOWN_NAME = "unknown-name"
    """The code is a process; the name is not its, nor any other's."""
    CODE_ONLY = "code-only"
    """The code is a process; no name is stated."""
    UNKNOWN_CODE = "unknown-code"
    """The name is a process; the code is none."""
    NAME_ONLY = "name-only"
    """The name is a process; no code is stated."""
    UNKNOWN = "unknown"
    """Something is stated, and nothing of it is in the catalogue."""
    NOTHING_STATED = "nothing-stated"
    """Neither code nor name."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A process that may be meant, found by ``code``, ``name`` or ``near`` name; how alike the names are."""

    process: Process
    basis: str
    score: float


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a stated code and name come to; where they are not linked, the candidates, best first."""

    by_code: Process | None
    by_name: Process | None
    linked: Process | None
    reason: Reason
    candidates: tuple[Candidate, ...] = ()


_NEAR = 0.85
_NEAREST = 5


@dataclass(frozen=True, slots=True)
class Resolver:
    """Finds the processes of one catalogue."""

    catalogue: Catalogue
    _named: dict[str, list[Process]] = field(
        init=False, repr=False, compare=False, default_factory=dict[str, list[Process]]
    )
    _words: dict[str, str] = field(init=False, repr=False, compare=False, default_factory=dict[str, str])
    """PCF ID → the words of the name, sorted; the shortest first."""
    _by_length: list[Process] = field(init=False, repr=False, compare=False, default_factory=list[Process])
    _texts: list[str] = field(init=False, repr=False, compare=False, default_factory=list[str])
    """The sorted words of each, in the same order."""

    def __post_init__(self) -> None:
        for each in self.catalogue.processes:
            self._named.setdefault(normalised(each.name), []).append(each)
            self._words[each.pcf_id] = _sorted_words(each.name)
        self._by_length.extend(sorted(self.catalogue.processes, key=lambda each: len(self._words[each.pcf_id])))
        self._texts.extend(self._words[each.pcf_id] for each in self._by_length)

    def by_code(self, text: str) -> Process | None:
        """The process with this PCF ID (five digits) or hierarchy id (``03.0`` and ``3`` are ``3.0``)."""
        code = unicodedata.normalize("NFKC", text).strip()
        if re.fullmatch("[0-9]{5}", code):
            return self.catalogue.by_pcf_id(code)
        return self.catalogue.by_hierarchy_id(hierarchy_id(code) or "")

    def by_name(self, text: str) -> Process | None:
        """The process with this name once both are normalised; of several, the first in the hierarchy."""
        return next(iter(self._all_named(text)), None)

    def _all_named(self, text: str) -> list[Process]:
        return self._named.get(normalised(text) or " ", [])

    def near_names(self, text: str, limit: int = _NEAREST) -> list[tuple[Process, float]]:
        """Processes with nearly this name, in any order of words, best first; scores from 0.85 to 1."""
        return self._near(_sorted_words(text))[:limit]

    def _near(self, words: str) -> list[tuple[Process, float]]:
        least = len(words) * _NEAR / (2 - _NEAR)  # a shorter or longer name cannot be as near
        most = len(words) * (2 - _NEAR) / _NEAR
        first = bisect_left(self._texts, least, key=len)
        alike = self._texts[first : bisect_right(self._texts, most, key=len)]
        found = extract(words, alike, scorer=fuzz.ratio, score_cutoff=100 * _NEAR, limit=None)
        near = [(self._by_length[first + index], round(score / 100, 4)) for _, score, index in found if words]
        return sorted(near, key=lambda each: (-each[1], each[0].position))

    def resolve(self, code: str, name: str) -> Resolution:
        """What a claim's code and name, either of which may be empty, come to."""
        coded, named = self.by_code(code), self._all_named(name)
        if coded in named:
            return Resolution(coded, coded, coded, Reason.AGREE)
        by_name = next(iter(named), None)
        reason = _REASONS.get((_state(code, coded), _state(name, by_name)), Reason.UNKNOWN)
        return Resolution(coded, by_name, None, reason, self._candidates(name, coded, named))

    def _candidates(self, name: str, coded: Process | None, named: list[Process]) -> tuple[Candidate, ...]:
        words = _sorted_words(name)
        near = [] if named else self._near(words)[:_NEAREST]
        found = [Candidate(each, "near", score) for each, score in near if each != coded]
        found += [Candidate(each, "name", 1.0) for each in named]
        found += [Candidate(coded, "code", self._likeness(words, coded))] if coded else []
        return tuple(sorted(found, key=lambda each: (-each.score, each.process.position)))

    def _likeness(self, words: str, process: Process) -> float:
        return round(fuzz.ratio(words, self._words[process.pcf_id]) / 100, 4) if words else 1.0


_REASONS = {
    ("known", "known"): Reason.DISAGREE,
    ("known", "unknown"): Reason.UNKNOWN_NAME,
    ("known", "absent"): Reason.CODE_ONLY,
    ("unknown", "known"): Reason.UNKNOWN_CODE,
    ("absent", "known"): Reason.NAME_ONLY,
    ("absent", "absent"): Reason.NOTHING_STATED,
}
"""What is known of the code and of the name → why there is no link."""


def _state(text: str, found: Process | None) -> str:
    if found:
        return "known"
    return "unknown" if text.strip() else "absent"


def normalised(name: str) -> str:
    """A name without what does not tell two names apart.

    >>> normalised("Market & Sell  Products/Services (10004)")
    'market and sell products services'
    """
    text = unicodedata.normalize("NFKC", name).casefold()
    text = re.sub(r"\(\s*[0-9]{5}\s*\)\s*$", "", text).replace("&", " and ")
    return re.sub(r"[\W_]+", " ", text).strip()


def _sorted_words(name: str) -> str:
    return " ".join(sorted(normalised(name).split()))
