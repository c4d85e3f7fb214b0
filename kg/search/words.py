"""Words as a person types them in; an expression of SQLite's FTS5, which can be nothing else, out.

All words must occur. ``"in this order"`` is a phrase, ``book*`` a beginning, ``-word`` must not occur.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_TERM = re.compile(r'(?P<minus>-?)(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))')
_UNSPACED = re.compile(
    "([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff])"
)
"""Scripts that put no space between words: Thai, Lao, Burmese, Khmer, Japanese, Chinese."""
SEAM = "\u200b"
"""Separates the characters of those scripts in the index, so that each is a word; it has no width."""


@dataclass(frozen=True, slots=True)
class Words:
    """What is looked for."""

    wanted: tuple[str, ...]
    """FTS5 strings."""
    unwanted: tuple[str, ...] = ()

    def all(self) -> str:
        """The expression for texts that have every wanted word."""
        return self._without(" AND ".join(self.wanted))

    def any(self) -> str:
        """The expression for texts that have at least one."""
        return self._without(" OR ".join(self.wanted))

    def _without(self, expression: str) -> str:
        return " NOT ".join([f"({expression})", *self.unwanted])


def read(text: str) -> Words:
    r"""The words of a text; everything that means something to FTS5 is quoted.

    >>> read('calls "booking centre" -refund* NEAR(a').all()
    '("calls" AND "booking centre" AND "NEAR(a") NOT "refund"*'
    """
    wanted: list[str] = []
    unwanted: list[str] = []
    for found in _TERM.finditer(text.replace("\0", " ")):
        said = found["phrase"] or found["word"] or ""
        if not any(each.isalnum() for each in said):
            continue
        star = "*" if found["word"] and said.endswith("*") else ""
        (unwanted if found["minus"] else wanted).append(f'"{spaced(said.rstrip("*"))}"{star}')
    return Words(tuple(wanted), tuple(unwanted))


def spaced(text: str) -> str:
    """A text whose words a tokenizer finds."""
    return _UNSPACED.sub(f"{SEAM}\\1{SEAM}", text)


def unspaced(text: str) -> str:
    """The text as it was."""
    return text.replace(SEAM, "")
