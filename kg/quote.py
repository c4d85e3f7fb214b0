"""Find a quote in captured texts: a quote and prepared texts in; how well, in which text and where out.

Every step normalises the quote and the texts in the same way and keeps the way back, so that all offsets
that leave this module are Unicode code points of the original captured text.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from itertools import chain, pairwise
from typing import TypeAlias

PARTIAL_SHARE = 0.6
"""The share of a quote that must stand in a text in one piece to be called a partial match."""
MOST_PLACES = 100
"""Places kept of a quote that stands in a text more than once."""
MOST_TRIES = 10_000
"""Occurrences of a needle looked at before a search in one text gives up."""

Place: TypeAlias = tuple[int, int]
"""Where something starts and, exclusive, ends."""


class Kind(StrEnum):
    """How well a quote was found, the best first."""

    EXACT = "exact"
    NORMALISED = "normalised"
    ELLIPSIS = "ellipsis"
    PARTIAL = "partial"
    NOT_FOUND = "not-found"
    NO_TEXT = "no-text"
    NO_QUOTE = "no-quote"

    @property
    def is_found(self) -> bool:
        """Whether the whole quote stands in the text."""
        return self in (Kind.EXACT, Kind.NORMALISED, Kind.ELLIPSIS)


@dataclass(frozen=True, slots=True)
class Passage:
    """The stretch of a text that comes closest to a quote which is not there."""

    source: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Match:
    """How a quote was found.

    ``source`` is the index of the text, ``places`` where the quote stands in it (of an ellipsis: each part, in
    order), ``others`` its further occurrences there, at most MOST_PLACES in all. ``score`` is the share of
    the normalised quote that stands in the text in one piece: 1 for what was found whole.
    """

    kind: Kind
    source: int | None = None
    places: tuple[Place, ...] = ()
    score: float = 0.0
    others: tuple[Place, ...] = ()
    closest: Passage | None = None

    @property
    def is_ambiguous(self) -> bool:
        """Whether the quote stands in the text more than once."""
        return bool(self.others)


# --- Normal forms, with the way back -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Form:
    """A rewritten text and the way back to what it was made from.

    Wherever rewriting changed a length there are two knots, at the start and at the end of the change: ``here``
    holds their offsets in this text, ``there`` in the other. Between the changes offsets run in parallel.
    """

    text: str
    here: array[int]
    there: array[int]

    def origin(self, place: Place) -> Place:
        """The stretch that a non-empty stretch of this text was made from."""
        return self._cluster(place[0])[0], self._cluster(place[1] - 1)[1]

    def _cluster(self, at: int) -> Place:
        knot = bisect_right(self.here, at) - 1
        if knot < 0:
            return at, at + 1
        if knot % 2 == 0:
            return self.there[knot], self.there[knot + 1]
        start = self.there[knot] + at - self.here[knot]
        return start, start + 1


def _rewrite(text: str, events: Iterator[re.Match[str]], *, to: Callable[[re.Match[str]], str]) -> Form:
    """Replace every event by what ``to`` makes of it and case-fold what stands between them.

    What stands between must keep its length when folded.
    """
    parts: list[str] = []
    here, there = array("L"), array("L")
    done = length = 0
    for event in events:
        start, end = event.span()
        new = to(event)
        parts += (text[done:start].casefold(), new)
        length += start - done
        if end - start != 1 or len(new) != 1:
            here.extend((length, length + len(new)))
            there.extend((start, end))
        length += len(new)
        done = end
    parts.append(text[done:].casefold())
    return Form("".join(parts), here, there)


_QUOTATION = "\"'‘’‚‛“”„‟′″‴‵‶‷´«»‹›「」『』＂＇"
_DASHES = "\u2010-\u2015\u2212\u2e3a\u2e3b\ufe58\ufe63\uff0d"
_UNSEEN = "\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
_RAISED = "\u2070\u00b9\u00b2\u00b3\u2074-\u2079"
_MARKS = r"*`\[\]®©™℠" + _UNSEEN
"""Dropped wherever they stand: Markdown's, typographic marks, characters without a shape of their own."""
_UNITS = "".join(rf"(?<!\b{unit})" for unit in ("m", "km", "cm", "mm", "ft", "in"))
_GAP = rf"""
    (?: [{_MARKS}] (?<!\[) | \[ | [^\S ] | (?<=\ )\  | \ (?=[\s_{_MARKS}]) | (?<![^\W_])_ | _(?=_*+(?![^\W_]))
      | (?<![\d{_RAISED}]){_UNITS}[{_RAISED}] )
"""
