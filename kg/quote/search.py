"""A quote and a text in; the places where all of the quote stands out, step by step less strictly."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import TypeAlias

from kg.quote.bare import CURRENCY, PERCENT
from kg.quote.characters import DASHES
from kg.quote.form import Place
from kg.quote.text import Text

MOST_PLACES = 100
"""Places kept of a quote that stands in a text more than once."""
MOST_TRIES = 10_000
"""Occurrences of a needle looked at before a search in one text gives up."""
DISTINCTIVE = 12
"""Characters that the longest part of a quote with an ellipsis needs: short parts stand in any long text."""
MOST_PARTS = 50
"""Parts between ellipses; a quote with more is not taken apart."""


Cuts: TypeAlias = Callable[[str, int], bool]
"""Whether an edge of a match at this offset would cut something in two."""


_NUMBER = re.compile(rf"(?:(?<!\w)[+±<>≤≥~≈{DASHES}])?[{CURRENCY}]?(?:(?<!\w)\.)?\d++(?:[.,]\d++)*+(?:\ ?[{PERCENT}])?")
REACH = 40
"""Characters on each side of an edge in which a number is looked for."""
_ELLIPSIS = re.compile(r"[\[(]?(?:…|\.(?:\s?\.){2,})[\])]?")


def _cuts_number(text: str, at: int) -> bool:
    """Whether a number would be cut there, or cut off from its sign, its currency symbol or its %."""
    first = max(0, at - REACH)
    numbers = _NUMBER.finditer(text[first : at + REACH])
    return any(number.start() < at - first < number.end() for number in numbers)


def _cuts_token(text: str, at: int) -> bool:
    """Whether a token of the bare form other than a word of letters would be cut there."""
    around = text[max(0, at - 1) : at + 1]
    return 0 < at < len(text) and " " not in around and not around.isalpha()


def cuts_nothing(_text: str, _at: int) -> bool:
    """For a search in which every edge will do."""
    return False


def occurrences(text: str, needle: str, cuts: Cuts, *, within: Place | None = None) -> Iterator[int]:
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


def exact(quote: Text, text: Text) -> list[Place]:
    """Where the quote stands as it is written."""
    needle = quote.original
    found = occurrences(text.original, needle, _cuts_number)
    return [(at, at + len(needle)) for at in islice(found, MOST_PLACES)]


def normalised(quote: Text, text: Text) -> list[Place]:
    """Where its normal form stands in that of the text."""
    needle = quote.normal.text.strip()
    found = occurrences(text.normal.text, needle, _cuts_number)
    return [text.normal.origin((at, at + len(needle))) for at in islice(found, MOST_PLACES)]


def bare(quote: Text, text: Text) -> list[Place]:
    """Where its bare form stands in that of the text."""
    needle = quote.bare.text.strip()
    found = occurrences(text.bare.text, needle, _cuts_token)
    return [text.from_bare((at, at + len(needle))) for at in islice(found, MOST_PLACES)]


def ellipsis(quote: Text, text: Text) -> list[Place]:
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
        at = next(occurrences(text, needle, cuts, within=(done, len(text))), None)
        if at is None:
            return []
        done = at + len(needle)
        places.append((at, done))
    for index in range(len(places) - 2, -1, -1):
        within = places[index][0], places[index + 1][0]
        *_, at = occurrences(text, needles[index], cuts, within=within)
        places[index] = at, at + len(needles[index])
    return places
