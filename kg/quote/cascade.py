"""A quote and the texts of its sources in; the best match over all of them out."""

from __future__ import annotations

from collections.abc import Sequence

from kg.quote.form import Place
from kg.quote.match import Kind, Match, Passage
from kg.quote.near import closest_passage, length, longest_common
from kg.quote.search import bare, ellipsis, exact, normalised
from kg.quote.text import Text

_CASCADE = (
    (Kind.EXACT, exact),
    (Kind.NORMALISED, normalised),
    (Kind.NORMALISED, bare),
    (Kind.ELLIPSIS, ellipsis),
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
        if place := longest_common(needle, text.bare.text):
            found = Match(Kind.PARTIAL, source, (text.from_bare(place),), length(place) / len(needle))
            best = max(best, found, key=lambda match: match.score)
    return best if best.places else _missed(needle, sources)


def _missed(needle: str, sources: Sequence[tuple[int, Text]]) -> Match:
    best = Match(Kind.NOT_FOUND)
    for source, text in sources:
        if found := closest_passage(needle, text.bare.text):
            place, score = found
            miss = Match(Kind.NOT_FOUND, score=score, closest=Passage(source, *text.from_bare(place)))
            best = max(best, miss, key=lambda match: match.score)
    return best
