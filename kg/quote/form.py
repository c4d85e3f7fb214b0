"""A text and edits of it in; the rewritten text with the way back to the offsets of the first out."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias

CHUNK = 100_000
"""Pieces of a rewritten text that are held before they are joined."""


Place: TypeAlias = tuple[int, int]
"""Where something starts and, exclusive, ends."""
Edit: TypeAlias = tuple[int, int, str]
"""A stretch of a text and what stands for it in another form."""


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


def rewrite(text: str, edits: Iterable[Edit], *, fold: Callable[[str], str] = str) -> Form:
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
