"""Find a quote in captured texts: a quote and prepared texts in; how well, in which text and where out.

Every step normalises the quote and the texts in the same way and keeps the way back, so that all offsets
that leave this module are Unicode code points of the original captured text.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from itertools import chain
from typing import TypeAlias

PARTIAL_SHARE = 0.6
"""The share of a quote that must stand in a text in one piece to be called a partial match."""
MOST_PLACES = 100
"""Places kept of a quote that stands in a text more than once."""
MOST_TRIES = 10_000
"""Occurrences of a needle looked at before a search in one text gives up."""
MOST_WORK = 20_000_000
"""Characters compared around the occurrences of one seed, at most."""
DISTINCTIVE = 12
"""Characters that the longest part of a quote with an ellipsis needs: short parts stand in any long text."""
SEEDS = 48
"""Snippets of a quote that are looked for to find the closest passage."""

Place: TypeAlias = tuple[int, int]
"""Where something starts and, exclusive, ends."""
Edit: TypeAlias = tuple[int, int, str]
"""A stretch of a text and what stands for it in another form."""
Cuts: TypeAlias = Callable[[str, int], bool]
"""Whether an edge of a match at this offset would cut something in two."""


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
        """Whether all of the quote stands in the text."""
        return self in (Kind.EXACT, Kind.NORMALISED, Kind.ELLIPSIS)


@dataclass(frozen=True, slots=True)
class Passage:
    """The stretch of a text that comes closest to a quote that does not stand there."""

    source: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Match:
    """How a quote was found.

    ``source`` is the index of the text, ``places`` where the quote stands in it (of an ellipsis: each part, in
    order), ``others`` its further occurrences there, MOST_PLACES in all. ``score`` is 1 for what was found, else
    the share of the normalised quote that stands in the text in one piece.
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


# Forms of a text, with the way back


@dataclass(frozen=True, slots=True)
class Form:
    """A rewritten text and the way back to the one it was made from.

    Wherever rewriting changed a length there are two knots, at the start and at the end of the change: ``here``
    holds their offsets in this text, ``there`` in the other. Between the changes offsets run in parallel.
    """

    text: str
    here: array[int]
    there: array[int]

    def origin(self, place: Place) -> Place:
        """What a stretch of this text (not an empty one) was made from."""
        return self._cluster(place[0])[0], self._cluster(place[1] - 1)[1]

    def _cluster(self, at: int) -> Place:
        knot = bisect_right(self.here, at) - 1
        if knot < 0:
            return at, at + 1
        if knot % 2 == 0:
            return self.there[knot], self.there[knot + 1]
        start = self.there[knot] + at - self.here[knot]
        return start, start + 1


def _rewrite(text: str, edits: Iterable[Edit], *, fold: Callable[[str], str] = str) -> Form:
    """Make the edits, in order, and fold what stands between them, which must keep its length."""
    parts: list[str] = []
    here, there = array("L"), array("L")
    done = length = 0
    for start, end, new in edits:
        parts += (fold(text[done:start]), new)
        length += start - done
        if end - start != 1 or len(new) != 1:
            here.extend((length, length + len(new)))
            there.extend((start, end))
        length += len(new)
        done = end
    parts.append(fold(text[done:]))
    return Form("".join(parts), here, there)


# The normal form: white space, quotation marks, dashes, case, compatibility characters, marks

_SPACES = "\t-\r\x1c-\x1f\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_QUOTATION = "'\"‘’‚‛“”„‟′″‴‵‶‷´«»‹›「」『』＂＇"
_DASHES = "\u2010-\u2015\u2212\u2e3a\u2e3b\ufe58\ufe63\uff0d-"
_RAISED = "\u2070\u00b9\u00b2\u00b3\u2074-\u2079"
_UNSEEN = "\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
_DROPPED = r"*`\[\]®©™℠" + _UNSEEN
"""Marks of Markdown and of trade, and characters without a shape of their own."""
_BULLET = r"(?:\#{1,6}|[-+•>])(?=\s)"
_FOOTNOTE = r"(?:(?<=\S)\[\^?\d{1,3}\]|\[\^?\d{1,3}\](?=[.,;:!?]))"
"""A number in brackets that hangs on a word or precedes a full stop; ``[50]`` between spaces is a number."""
_RAISED_FOOTNOTE = rf"(?<![\d{_RAISED}])(?<!\bm)(?<!\b[ckm]m)(?<!\bft)(?<!\bin)[{_RAISED}]++"
"""Raised digits; after a digit or a unit they are a power."""
_LINK_TARGET = r"\]\([^()\s]{1,2000}\)"
_GAP = rf"""
    (?= [^\S\ ] | [{_DROPPED}] | (?<=\ )\  | (?<!\w)_ | _++(?!\w) | {_RAISED_FOOTNOTE} )
    (?: {_FOOTNOTE} | {_LINK_TARGET} | {_RAISED_FOOTNOTE}
      | \n(?:[\s_{_DROPPED}]|{_BULLET})*+ | [\s_{_DROPPED}] )++
"""
_OPENING = re.compile(rf"(?:[\s_{_DROPPED}]|{_BULLET})++", re.VERBOSE)
_SPACE = re.compile(r"\s")


@cache
def _unstable() -> tuple[str, str]:
    """The characters that the normal form changes in length or makes of two, and those that join the one before.

    Both as sets for ``re``. CJK, Yi and Hangul syllables are left out for speed: they are neither. Astral
    characters are looked at one by one.
    """
    special = re.compile(rf"[\s{_DROPPED}{_RAISED}{_QUOTATION}{_DASHES}]")
    changing = ["\U00010000-\U0010ffff"]
    joining = ["\u1160-\u11ff\ud7b0-\ud7ff"]
    for code in chain(range(0x80, 0x3400), range(0xA4D0, 0xAC00), range(0xF900, 0x1F000)):
        char = chr(code)
        if special.match(char):
            continue
        if unicodedata.category(char)[0] == "M":
            joining.append(char)
        elif code < 0x10000 and (len(char.casefold()) != 1 or _fold(char) != char.casefold()):
            changing.append(char)
    return "".join(changing), "".join(joining)


@lru_cache(maxsize=4096)
def _fold(cluster: str) -> str:
    """A base and its combining marks in compatibility form, without case.

    Raised digits, fractions and numbers in circles stay: ``10²`` must not become 102, nor ``2½`` 21/2.
    """
    if unicodedata.category(cluster[0]) == "No" and not "\u2080" <= cluster[0] <= "\u2089":
        return cluster
    folded = unicodedata.normalize("NFKC", cluster).casefold()
    return unicodedata.normalize("NFKC", folded)


@cache
def _normal_pattern(*, is_ascii: bool, is_spaced: bool) -> re.Pattern[str]:
    """What the normal form changes, case apart.

    It opens with the set of characters that a change can begin with, so that ``re`` skips all others quickly;
    the space is one of them only for a text with a double one.
    """
    changing, joining = ("", "") if is_ascii else _unstable()
    begins = rf"_{_SPACES}{_DROPPED}{_RAISED}{_QUOTATION}{changing}{joining}{_DASHES}" + r"\ " * is_spaced
    clusters = "" if is_ascii else f"| (?P<joined>[{joining}]++) | (?P<cluster>[{changing}][{joining}]*+)"
    return re.compile(
        rf"""(?=[{begins}])(?: (?P<gap>{_GAP})
        | (?P<quotation>[{_QUOTATION}]{{2,}}+|(?!')[{_QUOTATION}])
        | (?P<dash>[{_DASHES}]{{2,}}+|(?!-)[{_DASHES}]) {clusters})""",
        re.VERBOSE,
    )


def _normal_edits(text: str) -> Iterator[Edit]:
    """White space, marks and bullets as one space or nothing, quotation marks as ', dashes as -, folded clusters."""
    opening = _OPENING.match(text)
    done = opening.end() if opening else 0
    yield 0, done, ""
    for event in _normal_pattern(is_ascii=text.isascii(), is_spaced="  " in text).finditer(text, done):
        start, end = event.span()
        match event.lastgroup:
            case "gap":
                new = " " if _SPACE.search(event[0]) and text[start - 1 : start] != " " else ""
            case "quotation":
                new = "'"
            case "dash":
                new = "-"
            case "joined":
                start -= start > done
                new = _fold(text[start:end])
            case _:
                new = _fold(event[0])
        yield start, end, new
        done = end


# The bare form: the normal form without punctuation; numbers keep all that makes their value

_CURRENCY = "$¢-¥֏؋߾߿৲৳৻૱௹฿៛₠-⃀꠸"
_PERCENT = "%‰٪"
_INNER = ".,:/'^-"
"""Kept between two digits."""
_SIGNS = "<>≤≥~≈.-"
"""Kept before a digit, not after a word; + and ± are kept everywhere."""


@cache
def _bare_pattern(*, is_ascii: bool) -> re.Pattern[str]:
    joining = "" if is_ascii else _unstable()[1]
    kept = rf"[^\w\s{_PERCENT}{_CURRENCY}{joining}+±×]"
    is_dropped = rf"""(?: (?<!\d[{_INNER}]) | (?!\d) )
        (?: (?<![{_SIGNS}]) | (?<=\w[{_SIGNS}]) | (?![{_CURRENCY}]?\.?\d) )"""
    punctuation = rf"{kept}{is_dropped}"
    return re.compile(
        rf"(?=[^\w\s{_CURRENCY}{joining}])(?: (?P<percent>(?<=\d\ )[{_PERCENT}]) | {punctuation}(?:{punctuation}|\ )*+)",
        re.VERBOSE,
    )


def _bare_edits(text: str) -> Iterator[Edit]:
    """Punctuation as one space; ``5 %`` as ``5%``."""
    for event in _bare_pattern(is_ascii=text.isascii()).finditer(text):
        start, end = event.span()
        if event.lastgroup:
            yield start - 1, end, event[0]
        else:
            yield start, end, "" if text[start - 1 : start] == " " else " "


class Text:
    """A captured text, prepared once for many quotes: its forms are made when they are first asked for."""

    __slots__ = ("_bare", "_normal", "original")

    def __init__(self, original: str) -> None:
        self.original = original
        self._normal: Form | None = None
        self._bare: Form | None = None

    @property
    def normal(self) -> Form:
        """Without differences in white space, quotation marks, dashes, case, width, Markdown, footnote marks."""
        if self._normal is None:
            self._normal = _rewrite(self.original, _normal_edits(self.original), fold=str.casefold)
        return self._normal

    @property
    def bare(self) -> Form:
        """The normal form without punctuation, made from that form."""
        if self._bare is None:
            self._bare = _rewrite(self.normal.text, _bare_edits(self.normal.text))
        return self._bare

    def from_bare(self, place: Place) -> Place:
        """Where a stretch of the bare form stands in the original."""
        return self.normal.origin(self.bare.origin(place))


# Searching

_NUMBER = re.compile(
    rf"(?:(?<!\w)[+±<>≤≥~≈{_DASHES}])?[{_CURRENCY}]?(?:(?<!\w)\.)?\d++(?:[.,]\d++)*+(?:\ ?[{_PERCENT}])?"
)
_REACH = 40


def _cuts_number(text: str, at: int) -> bool:
    """Whether a number would be cut there, or cut off from its sign, its currency symbol or its %."""
    if not (text[at - 1 : at].strip() or at == 0) or not text[at : at + 1].strip():
        return False
    first = max(0, at - _REACH)
    return any(number.start() < at - first < number.end() for number in _NUMBER.finditer(text[first : at + _REACH]))
