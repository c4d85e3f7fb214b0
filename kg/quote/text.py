"""A captured text, prepared once for many quotes."""

from __future__ import annotations

from kg.quote.bare import bare_edits
from kg.quote.form import Form, Place, rewrite
from kg.quote.normal import normal_edits


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
            self._normal = rewrite(self.original, normal_edits(self.original), fold=str.casefold)
        return self._normal

    @property
    def bare(self) -> Form:
        """The normal form without punctuation, made from that form."""
        if self._bare is None:
            self._bare = rewrite(self.normal.text, bare_edits(self.normal.text))
        return self._bare

    def from_bare(self, place: Place) -> Place:
        """Where a stretch of the bare form stands in the original."""
        return self.normal.origin(self.bare.origin(place))
