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
from itertools import chain, groupby, islice, takewhile
from math import ceil
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
MOST_PARTS = 50
"""Parts between ellipses; a quote with more is not taken apart."""
SEEDS, SEED_PLACES, SEED_WORK = 48, 8, 200_000_000
"""For the closest passage: snippets of a quote, places looked at of each, characters read in all."""
CHUNK = 100_000
"""Pieces of a rewritten text that are held before they are joined."""

Place: TypeAlias = tuple[int, int]
"""Where something starts and, exclusive, ends."""
Edit: TypeAlias = tuple[int, int, str]
"""A stretch of a text and what stands for it in another form."""
Seed: TypeAlias = tuple[int, int, int]
"""Where a snippet stands in a text, where in the needle, and its size."""
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

    ``source`` is the index of the text, ``places`` where the quote stands in it (of an ellipsis: each part,
    in order), ``others`` its further places there, MOST_PLACES in all. ``score`` is 1 for what was found, and
    else the share of the normalised quote that stands in the text in one piece. (A partial match of score 1
    would cut a number: ``$1`` is in ``$1.2 million``, but is not said there.)
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

    Wherever rewriting changed a length there are two knots, at the start and at the end of the change:
    ``here`` holds their offsets in this text, ``there`` in the other. Elsewhere offsets run in parallel.
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
    chunks: list[str] = []
    parts: list[str] = []
    here, there = array("I"), array("I")
    done = length = 0
    for start, end, new in edits:
        if len(parts) >= CHUNK:
            chunks.append("".join(parts))
            parts.clear()
        parts += (fold(text[done:start]), new)
        length += start - done
        if end - start != 1 or len(new) != 1:
            here.extend((length, length + len(new)))
            there.extend((start, end))
        length += len(new)
        done = end
    return Form("".join((*chunks, *parts, fold(text[done:]))), here, there)


# The normal form: white space, quotation marks, dashes, case, compatibility characters, marks

_SPACES = "\t-\r\x1c-\x1f\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_QUOTATION = "'\"‘’‚‛“”„‟′″‴‵‶‷´«»‹›「」『』＂＇"
_DASHES = "\u2010-\u2015\u2212\u2e3a\u2e3b\ufe58\ufe63\uff0d-"
_RAISED = "\u2070\u00b9\u00b2\u00b3\u2074-\u2079"
_UNSEEN = "\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
_DROPPED = r"*`\[\]®©™℠" + _UNSEEN
"""Marks of Markdown and of trade, and characters without a shape of their own."""
_BULLET = r"(?:\#{1,6}|[-+•>])(?=\s)"
_FOOTNOTE = r"(?:(?<=[\w.,;:!?)\]%’”])|(?<=\S[\"\']))\[\^?\d{1,3}\]"
"""A number in brackets that hangs on what comes before; in ``by [50] percent`` it is part of the sentence."""
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
_ASTRAL = "\U00010000-\U0010ffff"
_CODES = range(0x80, 0x3400), range(0xA4D0, 0xAC00), range(0xF900, 0x1F000)
"""The code points worth a look. CJK, Yi and Hangul syllables are neither marks nor changed."""


def _as_set(codes: Iterable[int]) -> str:
    """Ascending code points as the inside of a set for ``re``, in ranges."""
    runs = (list(run) for _, run in groupby(enumerate(codes), lambda pair: pair[1] - pair[0]))
    return "".join(f"{chr(run[0][1])}-{chr(run[-1][1])}" for run in runs)


@cache
def _joining() -> tuple[str, str]:
    """What may join the character before it: marks, vowels and finals of Hangul.

    Two sets for ``re``, below the astral planes and in them, because ``re`` is slow with astral sets.
    """
    special = re.compile(rf"[{_DROPPED}]")
    chars = map(chr, chain(*_CODES))
    marks = {ord(char) for char in chars if unicodedata.category(char)[0] == "M" and not special.match(char)}
    codes = sorted({*marks, *range(0x1160, 0x1200), *range(0xD7B0, 0xD800)})
    split = bisect_right(codes, 0xFFFF)
    return _as_set(codes[:split]), _as_set(codes[split:])


@cache
def _changing() -> str:
    """The other characters that need more than case-folding, and all astral ones: a set for ``re``."""
    special = re.compile(rf"[\s{_DROPPED}{_RAISED}{_QUOTATION}{_joining()[0]}{_DASHES}]")
    chars = takewhile(lambda char: char <= "\uffff", map(chr, chain(*_CODES)))
    return _as_set(ord(char) for char in chars if _is_changed(char) and not special.match(char)) + _ASTRAL


def _is_changed(char: str) -> bool:
    return len(char.casefold()) != 1 or _fold(char) != char.casefold()


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
    beyond = "" if is_ascii else _joining()[0] + _changing()
    begins = r"\ " * is_spaced + rf"_{_SPACES}{_DROPPED}{_RAISED}{_QUOTATION}{beyond}{_DASHES}"
    return re.compile(
        rf"""(?=[{begins}])(?: (?P<gap>{_GAP})
        | (?P<quotation>[{_QUOTATION}]{{2,}}+|(?!')[{_QUOTATION}])
        | (?P<dash>[{_DASHES}]{{2,}}+|(?!-)[{_DASHES}]) {"" if is_ascii else _clusters()})""",
        re.VERBOSE,
    )


def _clusters() -> str:
    """A changing character with what joins it; characters that join one which needs no change by itself."""
    near, astral = _joining()
    joining = rf"(?:[{near}]|(?=[{_ASTRAL}])[{astral}])"
    return rf"| (?P<joined>{joining}++) | (?P<cluster>[{_changing()}]{joining}*+)"


def _normal_edits(text: str) -> Iterator[Edit]:
    """White space, marks, bullets: a space or nothing. Quotation marks: '. Dashes: -. Clusters, folded."""
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
    joining = "" if is_ascii else "".join(_joining())
    mark = rf"[^\w\s{_PERCENT}{_CURRENCY}{joining}+±×]"
    is_between_digits = rf"(?<=\d[{_INNER}])(?=\d)"
    is_sign = rf"(?<=[{_SIGNS}])(?<!\w[{_SIGNS}])(?=[{_CURRENCY}]?\.?\d)"
    punctuation = rf"{mark}(?!{is_between_digits}|{is_sign})"
    return re.compile(
        rf"""(?=[^\w\s{_CURRENCY}{joining}])
        (?: (?P<percent>(?<=\d\ )[{_PERCENT}]) | {punctuation}(?:{punctuation}|\ )*+ )""",
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
    def is_blank(self) -> bool:
        """Whether there is nothing but white space."""
        return not self.original or self.original.isspace()

    @property
    def normal(self) -> Form:
        """Without differences of white space, quotation marks, dashes, case, width and marks."""
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
"""Characters on each side of an edge in which a number is looked for."""
_ELLIPSIS = re.compile(r"[\[(]?(?:…|\.(?:\s?\.){2,})[\])]?")


def _cuts_number(text: str, at: int) -> bool:
    """Whether a number would be cut there, or cut off from its sign, its currency symbol or its %."""
    first = max(0, at - _REACH)
    numbers = _NUMBER.finditer(text[first : at + _REACH])
    return any(number.start() < at - first < number.end() for number in numbers)


def _cuts_token(text: str, at: int) -> bool:
    """Whether a token of the bare form other than a word of letters would be cut there."""
    around = text[max(0, at - 1) : at + 1]
    return 0 < at < len(text) and " " not in around and not around.isalpha()


def _cuts_nothing(_text: str, _at: int) -> bool:
    return False


def _occurrences(text: str, needle: str, cuts: Cuts, *, within: Place | None = None) -> Iterator[int]:
    """Where a needle stands in a text, without overlaps and without cutting something in two."""
    start, end = within or (0, len(text))
    for _ in range(MOST_TRIES if needle else 0):
        at = text.find(needle, start, end)
        if at < 0:
            return
        start = at + 1
        if not cuts(text, at) and not cuts(text, at + len(needle)):
            yield at
            start = at + len(needle)


def _exact(quote: Text, text: Text) -> list[Place]:
    needle = quote.original
    found = _occurrences(text.original, needle, _cuts_number)
    return [(at, at + len(needle)) for at in islice(found, MOST_PLACES)]


def _normalised(quote: Text, text: Text) -> list[Place]:
    needle = quote.normal.text.strip()
    found = _occurrences(text.normal.text, needle, _cuts_number)
    return [text.normal.origin((at, at + len(needle))) for at in islice(found, MOST_PLACES)]


def _bare(quote: Text, text: Text) -> list[Place]:
    needle = quote.bare.text.strip()
    found = _occurrences(text.bare.text, needle, _cuts_token)
    return [text.from_bare((at, at + len(needle))) for at in islice(found, MOST_PLACES)]


def _ellipsis(quote: Text, text: Text) -> list[Place]:
    """The places of the parts between the ellipses of a quote, if all stand in the text in this order."""
    parts = [Text(part.strip()) for part in _ELLIPSIS.split(quote.original) if any(map(str.isalnum, part))]
    if not 1 < len(parts) <= MOST_PARTS or max(len(part.original) for part in parts) < DISTINCTIVE:
        return []
    needles = [part.normal.text.strip() for part in parts]
    if places := _in_order(text.normal.text, needles, _cuts_number):
        return [text.normal.origin(place) for place in places]
    needles = [part.bare.text.strip() for part in parts]
    return [text.from_bare(place) for place in _in_order(text.bare.text, needles, _cuts_token)]


def _in_order(text: str, needles: Sequence[str], cuts: Cuts) -> list[Place]:
    """A place for each needle, after the one before; each but the last as close to the next as may be."""
    places: list[Place] = []
    done = 0
    for needle in needles:
        at = next(_occurrences(text, needle, cuts, within=(done, len(text))), None)
        if at is None:
            return []
        done = at + len(needle)
        places.append((at, done))
    for index in range(len(places) - 2, -1, -1):
        within = places[index][0], places[index + 1][0]
        *_, at = _occurrences(text, needles[index], cuts, within=within)
        places[index] = at, at + len(needles[index])
    return places


# Near matches


def _length(place: Place) -> int:
    return place[1] - place[0]


def _common(left: str, right: str) -> int:
    """The length of the beginning that two strings have in common."""
    low, high = 0, min(len(left), len(right))
    while low < high:
        middle = (low + high + 1) // 2
        if left[low:middle] == right[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _common_end(left: str, right: str) -> int:
    return _common(left[::-1], right[::-1])


def _grow(needle: str, text: str, *, seed: Place, at: int) -> Place:
    """The longest stretch that text and needle share around a seed of the needle that stands at ``at``."""
    start, end = seed
    before = _common_end(needle[:start], text[max(0, at - start) : at])
    after = _common(needle[end:], text[at + end - start : at + len(needle) - start])
    return at - before, at + end - start + after


def _partial(needle: str, text: str) -> Place | None:
    """The longest common substring, if it is long enough.

    Whatever covers the PARTIAL_SHARE of the needle covers its middle fifth, so looking for that is enough.
    """
    least = ceil(PARTIAL_SHARE * len(needle))
    seed = len(needle) - least, least
    best, at = None, -1
    for _ in range(max(MOST_PLACES, min(MOST_TRIES, MOST_WORK // len(needle)))):
        at = text.find(needle[slice(*seed)], at + 1)
        if at < 0:
            break
        run = _grow(needle, text, seed=seed, at=at)
        if _length(run) >= least and (best is None or _length(run) > _length(best)):
            best = run
    return best


def _seeds(needle: str, text: str) -> list[Seed]:
    """The longest snippets of the needle that stand in the text at all: in order of the text."""
    most = max(4, min(SEEDS, SEED_WORK // max(1, len(text))))
    for size in (24, 12, 6):
        step = max(1, (len(needle) - size) // most)
        found = [
            (at, start, size)
            for start in range(0, len(needle) - size + 1, step)
            for at in islice(_occurrences(text, needle[start : start + size], _cuts_nothing), SEED_PLACES)
        ]
        if found:
            return sorted(found)
    return []


def _densest(seeds: Sequence[Seed], width: int) -> Sequence[Seed]:
    """The largest group of seeds that stand within a width of each other in the text."""
    best, first = (0, 0), 0
    for last, seed in enumerate(seeds):
        while seed[0] - seeds[first][0] > width:
            first += 1
        if last + 1 - first > best[1] - best[0]:
            best = first, last + 1
    return seeds[slice(*best)]


def _closest(needle: str, text: str) -> tuple[Place, float] | None:
    """The stretch of the text that holds most snippets of the needle; the share of their longest run."""
    group = _densest(_seeds(needle, text), len(needle))
    if not group:
        return None
    best, shift = (0, 0), 0
    for at, start, size in group[:MOST_PLACES]:
        run = _grow(needle, text, seed=(start, start + size), at=at)
        if _length(run) > _length(best):
            best, shift = run, at - start
    place = max(0, min(best[0], shift)), min(len(text), max(best[1], shift + len(needle)))
    return _to_words(text, place), _length(best) / len(needle)


def _to_words(text: str, place: Place) -> Place:
    """The place with the words at its edges made whole, unless they are very long."""
    start, end = place
    left = text.rfind(" ", max(0, start - _REACH), start + 1)
    right = text.find(" ", end, end + _REACH)
    return left + 1 if left >= 0 else start, right if right >= 0 else end


# The cascade

_CASCADE = (
    (Kind.EXACT, _exact),
    (Kind.NORMALISED, _normalised),
    (Kind.NORMALISED, _bare),
    (Kind.ELLIPSIS, _ellipsis),
)


def locate(quote: str, texts: Sequence[Text]) -> Match:
    """Find a quote in the texts of the sources that its claim cites.

    The best kind over all texts wins, then the first text. A quote without a letter or a digit proves
    nothing, wherever it stands, and counts as no quote; a blank text as no text.
    """
    if not any(map(str.isalnum, quote)):
        return Match(Kind.NO_QUOTE)
    sources = [(source, text) for source, text in enumerate(texts) if not text.is_blank]
    if not sources:
        return Match(Kind.NO_TEXT)
    needle = Text(quote.strip())
    for kind, search in _CASCADE:
        for source, text in sources:
            if places := search(needle, text):
                return _found(kind, source, places)
    return _near(needle, sources)


def _found(kind: Kind, source: int, places: Sequence[Place]) -> Match:
    first = len(places) if kind is Kind.ELLIPSIS else 1
    return Match(kind, source, tuple(places[:first]), 1.0, others=tuple(places[first:]))


def _near(quote: Text, sources: Sequence[tuple[int, Text]]) -> Match:
    """The longest common substring in any text, if it is long enough, else the closest passage."""
    needle = quote.bare.text.strip()
    if not needle:
        return Match(Kind.NOT_FOUND)
    best = Match(Kind.NOT_FOUND)
    for source, text in sources:
        if place := _partial(needle, text.bare.text):
            found = Match(Kind.PARTIAL, source, (text.from_bare(place),), _length(place) / len(needle))
            best = max(best, found, key=lambda match: match.score)
    return best if best.places else _missed(needle, sources)


def _missed(needle: str, sources: Sequence[tuple[int, Text]]) -> Match:
    best = Match(Kind.NOT_FOUND)
    for source, text in sources:
        if found := _closest(needle, text.bare.text):
            place, score = found
            miss = Match(Kind.NOT_FOUND, score=score, closest=Passage(source, *text.from_bare(place)))
            best = max(best, miss, key=lambda match: match.score)
    return best


def byte_offsets(text: str, offsets: Sequence[int]) -> list[int]:
    """The UTF-8 byte offsets of code point offsets, in the order given.

    >>> byte_offsets("€ 5", [3, 1, 0])
    [5, 3, 0]
    """
    if text.isascii():
        return list(offsets)
    known = {0: 0}
    before = 0
    for offset in sorted(set(offsets)):
        known[offset] = known[before] + len(text[before:offset].encode("utf-8", "surrogatepass"))
        before = offset
    return [known[offset] for offset in offsets]
