"""The characters that a normal form changes, drops or joins, as sets for ``re``, and how a changed one is written."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable
from functools import cache, lru_cache
from itertools import chain, groupby, takewhile

SPACES = "\t-\r\x1c-\x1f\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
QUOTATION = "'\"‘’‚‛“”„‟′″‴‵‶‷´«»‹›「」『』＂＇"
DASHES = "\u2010-\u2015\u2212\u2e3a\u2e3b\ufe58\ufe63\uff0d-"
RAISED = "\u2070\u00b9\u00b2\u00b3\u2074-\u2079"
_UNSEEN = "\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
DROPPED = r"*`\[\]®©™℠" + _UNSEEN
"""Marks of Markdown and of trade, and characters without a shape of their own."""


ASTRAL = "\U00010000-\U0010ffff"
_CODES = range(0x80, 0x3400), range(0xA4D0, 0xAC00), range(0xF900, 0x1F000)
"""The code points worth a look. CJK, Yi and Hangul syllables are neither marks nor changed."""


def _as_set(codes: Iterable[int]) -> str:
    """Ascending code points as the inside of a set for ``re``, in ranges."""
    runs = (list(run) for _, run in groupby(enumerate(codes), lambda pair: pair[1] - pair[0]))
    return "".join(f"{chr(run[0][1])}-{chr(run[-1][1])}" for run in runs)


@cache
def joining_sets() -> tuple[str, str]:
    """What may join the character before it: marks, vowels and finals of Hangul.

    Two sets for ``re``, below the astral planes and in them, because ``re`` is slow with astral sets.
    """
    special = re.compile(rf"[{DROPPED}]")
    chars = map(chr, chain(*_CODES))
    marks = {ord(char) for char in chars if unicodedata.category(char)[0] == "M" and not special.match(char)}
    codes = sorted({*marks, *range(0x1160, 0x1200), *range(0xD7B0, 0xD800)})
    split = bisect_right(codes, 0xFFFF)
    return _as_set(codes[:split]), _as_set(codes[split:])


@cache
def changing() -> str:
    """The other characters that need more than case-folding, and all astral ones: a set for ``re``."""
    special = re.compile(rf"[\s{DROPPED}{RAISED}{QUOTATION}{joining_sets()[0]}{DASHES}]")
    chars = takewhile(lambda char: char <= "\uffff", map(chr, chain(*_CODES)))
    return _as_set(ord(char) for char in chars if _is_changed(char) and not special.match(char)) + ASTRAL


def _is_changed(char: str) -> bool:
    return len(char.casefold()) != 1 or fold(char) != char.casefold()


@lru_cache(maxsize=4096)
def fold(cluster: str) -> str:
    """A base and its combining marks in compatibility form, without case.

    Raised digits, fractions and numbers in circles stay: ``10²`` must not become 102, nor ``2½`` 21/2.
    """
    if unicodedata.category(cluster[0]) == "No" and not "\u2080" <= cluster[0] <= "\u2089":
        return cluster
    folded = unicodedata.normalize("NFKC", cluster).casefold()
    return unicodedata.normalize("NFKC", folded)
