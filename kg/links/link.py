"""What a curated link is: two sides, a verdict, and who decided so when and why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kg import vocab
from kg.problem import Span


class Verdict(StrEnum):
    """What a person decided about a link."""

    YES = "yes"
    """``skos:exactMatch``: they are the same."""
    NO = "no"
    """``skos:exactMatch`` with the modifier ``Not``: they are not."""
    UNSURE = "unsure"
    """``skos:closeMatch``: alike, and left open. SSSOM has no word for "I do not know"; a close match claims least,
    and no reader of SKOS merges by it."""


@dataclass(frozen=True, slots=True)
class End:
    """One side of a link: an identifier (an IRI, or what the file has in its place), or a text that has none."""

    id: str = ""
    label: str = ""

    @property
    def text(self) -> str:
        """What tells it apart."""
        return self.id or self.label

    @property
    def shown(self) -> str:
        """What a reader calls it."""
        return self.label or self.id


_NOWHERE = Span("")


@dataclass(frozen=True, slots=True)
class Link:
    """One row: what a person decided, why, and where it stands."""

    subject: End
    verdict: Verdict
    object: End
    justification: str = vocab.semapv_ManualMappingCuration
    confidence: float | None = None
    author: str = ""
    """IRIs or names; several stand with a bar between them."""
    date: str = ""
    comment: str = ""
    span: Span = _NOWHERE
    extra: tuple[tuple[str, str], ...] = ()
    """Columns that are not read, by name, as they stand."""

    @property
    def line(self) -> int:
        """The line that the row begins at."""
        return self.span.line

    @property
    def predicate(self) -> str:
        """The IRI of the predicate."""
        return vocab.skos_closeMatch if self.verdict is Verdict.UNSURE else vocab.skos_exactMatch
