"""How a quote was found, as values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kg.quote.form import Place


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
