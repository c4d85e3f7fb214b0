"""One regular expression for every way of writing a quantity, built from the words."""

from __future__ import annotations

import re
from collections.abc import Iterable

from kg.metric.words import (
    APPROXIMATE,
    COMPARATORS,
    CURRENCIES,
    ENDINGS,
    FRACTION_SIGNS,
    MULTIPLIERS,
    ONES,
    PARTS,
    PERCENT_WORDS,
    PERIODS,
    SCALE_LETTERS,
    SCALE_WORDS,
    TEENS,
    TENS,
    UNITS,
)


def _any(words: Iterable[str]) -> str:
    """Any of the words, the longest first; a space in one matches any white space."""
    longest_first = sorted(words, key=lambda word: (-len(word), word))
    return "(?:" + "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in longest_first) + ")"


_DIGITS = r"\d{1,25}(?:[.,'’\u00a0\u202f\u2009]\d{1,25}){0,8}(?:(?:[ ]\d{3}){2,5}|[ ]000)?(?!\d)(?![:.,]\d)"
_BELOW_HUNDRED = rf"(?:{_any(TENS)}(?:[\s-]{_any(ONES)})?|{_any(TEENS)}|{_any(ONES)})"
_ONE = rf"an?(?=\s+{_any(SCALE_WORDS)}\b)|(?<=\b(?:than|over)\s)an?(?=\s+{_any(PERIODS)}\b)"
"""``a million``, ``less than a minute``; but not ``2 hours a day``."""
_WORDS = rf"""\b(?: (?:an?|{_any(ONES)})\s+hundred(?:\s+(?:and\s+)?{_BELOW_HUNDRED})?
    | {_BELOW_HUNDRED} | zero | {_ONE} )(?:(?![a-z])|(?=fold\b))"""
_CURRENCY_BEFORE = rf"(?-i:(?<!\w){_any(word for word in CURRENCIES if not word.islower())})"
_CURRENCY_AFTER = rf"(?-i:{_any(CURRENCIES)})(?!\s?\d)"
_SCALE = rf"""(?<=\d)(?:{_any(SCALE_LETTERS)} | \+?[\s-]?{_any((*SCALE_WORDS, "bn", "mn"))})(?!\w)
    | (?<=\w)[\s-]{_any(SCALE_WORDS)}\b"""
_GLUE = r"\s*[-–—−]\s* | \s+(?:to|and|out\s+of|in\s+every|in)\s+"


def _number(index: int) -> str:
    """A number with its sign, currency, scale, % and unit, in groups whose names end in an index."""
    return rf"""
    (?P<sign{index}>(?<![\w%])[-−–+](?=[^\s\w]?\d))?
    (?: (?P<before{index}>{_CURRENCY_BEFORE})\s?(?P<inner{index}>[-−](?=\d))? )?
    (?: (?P<digits{index}>{_DIGITS}) | (?P<words{index}>{_WORDS}) )
    (?P<scale{index}>{_SCALE})?
    (?P<plus{index}>\+)?
    (?: [\s-]{{0,2}}(?: (?P<percent{index}>{_any(PERCENT_WORDS)}) | (?P<unit{index}>{_any(UNITS)})
        | (?P<after{index}>{_CURRENCY_AFTER}) ) )?
    (?!\w)"""


_SHARE = rf"""(?<![\w/])
    (?: (?P<count>an?|{_any(ONES)})[\s-](?P<part>{_any(PARTS)})s?
      | (?P<half>(?<!first\ )(?<!second\ )half)
      | (?P<slash>[1-9]/(?:[2-9]|10)) )(?![\w/-])
    (?: \s+(?:an?\s+)?(?P<share_scale>{_any(SCALE_WORDS)})\b )?
    | (?<![\w.,])(?P<whole>\d{{0,6}})(?P<sign>[{"".join(FRACTION_SIGNS)}])"""
MENTION = re.compile(
    rf"""
    (?P<multiplier>\b{_any(MULTIPLIERS)}\b(?!-))
    | (?P<qualifiers>(?:(?:(?<!\w)|(?<=~)){_any((*COMPARATORS, *APPROXIMATE))}\s*){{0,3}}+)
      (?: (?P<share>{_SHARE})
        | (?<!\w)(?<!\d[.,:])(?<![a-z]-)(?P<between>(?<=between\ ))?(?P<from>(?<=from\ ))?
          {_number(1)} (?: (?P<glue>{_GLUE}){_number(2)} )? (?P<ending>\+|\s+{_any(ENDINGS)}\b)? )""",
    re.VERBOSE | re.IGNORECASE,
)
QUALIFIER = re.compile(_any((*COMPARATORS, *APPROXIMATE)))
THOUSANDS = re.compile(r"[1-9]\d{0,2}([.,])\d{3}(?:\1\d{3})*|[1-9]\d?(?:,\d\d)+,\d{3}")
"""Groups of three digits; or of two and a last one of three, as in India."""
OTHERS = re.compile(r"\b(?:to|from|per|versus|vs)\b", re.IGNORECASE)
"""Words that say that a number is not the whole metric."""
