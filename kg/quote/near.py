"""A quote that does not stand in a text in; its longest common substring or the closest passage out."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from math import ceil
from typing import TypeAlias

from kg.quote.form import Place
from kg.quote.search import MOST_PLACES, MOST_TRIES, REACH, cuts_nothing, occurrences

PARTIAL_SHARE = 0.6
"""The share of a quote that must stand in a text in one piece to be called a partial match."""
MOST_WORK = 20_000_000
"""Characters compared around the occurrences of one seed, at most."""
SEEDS, SEED_PLACES, SEED_WORK = 48, 8, 200_000_000
"""For the closest passage: snippets of a quote, places looked at of each, characters read in all."""


Seed: TypeAlias = tuple[int, int, int]
"""Where a snippet stands in a text, where in the needle, and its size."""


def length(place: Place) -> int:
    """How many characters a place has."""
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


def longest_common(needle: str, text: str) -> Place | None:
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
        if length(run) >= least and (best is None or length(run) > length(best)):
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
            for at in islice(occurrences(text, needle[start : start + size], cuts_nothing), SEED_PLACES)
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


def closest_passage(needle: str, text: str) -> tuple[Place, float] | None:
    """The stretch of the text that holds most snippets of the needle; the share of their longest run."""
    group = _densest(_seeds(needle, text), len(needle))
    if not group:
        return None
    best, shift = (0, 0), 0
    for at, start, size in group[:MOST_PLACES]:
        run = _grow(needle, text, seed=(start, start + size), at=at)
        if length(run) > length(best):
            best, shift = run, at - start
    place = max(0, min(best[0], shift)), min(len(text), max(best[1], shift + len(needle)))
    return _to_words(text, place), length(best) / len(needle)


def _to_words(text: str, place: Place) -> Place:
    """The place with the words at its edges made whole, unless they are very long."""
    start, end = place
    left = text.rfind(" ", max(0, start - REACH), start + 1)
    right = text.find(" ", end, end + REACH)
    return left + 1 if left >= 0 else start, right if right >= 0 else end
