"""The bare form of a text: its normal form without punctuation; numbers keep all that makes their value."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from kg.quote.characters import joining_sets
from kg.quote.form import Edit

CURRENCY = "$¢-¥֏؋߾߿৲৳৻૱௹฿៛₠-⃀꠸"
PERCENT = "%‰٪"
_INNER = ".,:/'^-"
"""Kept between two digits."""
_SIGNS = "<>≤≥~≈.-"
"""Kept before a digit, not after a word; + and ± are kept everywhere."""


@cache
def _bare_pattern(*, is_ascii: bool) -> re.Pattern[str]:
    joining = "" if is_ascii else "".join(joining_sets())
    mark = rf"[^\w\s{PERCENT}{CURRENCY}{joining}+±×]"
    is_between_digits = rf"(?<=\d[{_INNER}])(?=\d)"
    is_sign = rf"(?<=[{_SIGNS}])(?<!\w[{_SIGNS}])(?=[{CURRENCY}]?\.?\d)"
    punctuation = rf"{mark}(?!{is_between_digits}|{is_sign})"
    return re.compile(
        rf"""(?=[^\w\s{CURRENCY}{joining}])
        (?: (?P<percent>(?<=\d\ )[{PERCENT}]) | {punctuation}(?:{punctuation}|\ )*+ )""",
        re.VERBOSE,
    )


def bare_edits(text: str) -> Iterator[Edit]:
    """Punctuation as one space; ``5 %`` as ``5%``."""
    for event in _bare_pattern(is_ascii=text.isascii()).finditer(text):
        start, end = event.span()
        if event.lastgroup:
            yield start - 1, end, event[0]
        else:
            yield start, end, "" if text[start - 1 : start] == " " else " "
