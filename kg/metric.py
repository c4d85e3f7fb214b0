"""Numbers as people write them: a metric or a quote in, quantities out, and whether the two agree.

English and symbols only; what cannot be read stays unread. See docs/decisions/metrics-parsing.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal, TypeAlias

Comparator: TypeAlias = Literal["=", "<", "<=", ">", ">="]


@dataclass(frozen=True, slots=True)
class Quantity:
    """What a number says: ``2-3``, ``up to 40%``, ``$1.2bn``.

    ``low`` and ``high`` differ for a range only. ``unit`` is an English singular (``hour``, ``time``) or empty,
    ``currency`` an ISO 4217 code or empty.
    """

    low: Decimal
    high: Decimal
    comparator: Comparator = "="
    approximate: bool = False
    unit: str = ""
    currency: str = ""
    percentage: bool = False

    @property
    def is_range(self) -> bool:
        """Whether it has two bounds."""
        return self.low != self.high


@dataclass(frozen=True, slots=True)
class Mention:
    """A quantity and where a text has it; ``scale`` is what a word like "million" multiplied its number by.

    ``is_rounded`` marks a fraction that decimals cannot hold: a third.
    """

    quantity: Quantity
    start: int
    end: int
    scale: Decimal = Decimal(1)
    is_rounded: bool = False


# Words and symbols

_ONES = "one two three four five six seven eight nine".split()
_TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_SPELLED = {
    **{word: number for number, word in enumerate((*_ONES, *_TEENS), 1)},
    **{word: 10 * number for number, word in enumerate(_TENS, 2)},
}
_SCALES = {
    **dict.fromkeys(("k", "thousand"), 3),
    **dict.fromkeys(("m", "mn", "mio", "mln", "million"), 6),
    **dict.fromkeys(("b", "bn", "billion"), 9),
    **dict.fromkeys(("t", "tn", "trillion"), 12),
    "lakh": 5,
    "crore": 7,
}
"""The power of ten that a word or a letter stands for."""
_PARTS = {"half": 2, "third": 3, "quarter": 4, "fifth": 5, "sixth": 6, "eighth": 8, "tenth": 10}
_FRACTION_SIGNS = {"½": (1, 2), "⅓": (1, 3), "⅔": (2, 3), "¼": (1, 4), "¾": (3, 4), "⅕": (1, 5), "⅛": (1, 8)}
_MULTIPLIERS = {
    **dict.fromkeys(("double", "doubled", "doubles", "doubling", "twice"), Decimal(2)),
    **dict.fromkeys(("triple", "tripled", "triples", "tripling", "thrice"), Decimal(3)),
    **dict.fromkeys(("quadruple", "quadrupled", "quadruples", "quadrupling"), Decimal(4)),
    **dict.fromkeys(("halve", "halved", "halving"), Decimal("0.5")),
}
_UNITS = {
    **{word: word for word in ("second", "minute", "hour", "day", "week", "month", "quarter", "year", "decade")},
    **{word: word for word in ("tonne", "litre", "mile", "kilometre", "metre", "percentage point", "basis point")},
    **{"sec": "second", "min": "minute", "hr": "hour", "wk": "week", "yr": "year", "ms": "millisecond"},
    **{"km": "kilometre", "kg": "kilogram", "kwh": "kilowatt-hour", "mwh": "megawatt-hour", "mw": "megawatt"},
    **{"mb": "megabyte", "gb": "gigabyte", "tb": "terabyte", "pb": "petabyte", "pp": "percentage point"},
    **dict.fromkeys(("x", "×", "time", "fold", "-fold"), "time"),
}
_TIME_UNITS = {"second", "minute", "hour", "day", "week", "month", "quarter", "year", "decade"}
_SYMBOLS = {
    **{"US$": "USD", "U.S.$": "USD", "A$": "AUD", "AU$": "AUD", "C$": "CAD", "CA$": "CAD", "HK$": "HKD"},
    **{"NZ$": "NZD", "S$": "SGD", "SG$": "SGD", "R$": "BRL", "NT$": "TWD", "MX$": "MXN", "Rs": "INR", "Rs.": "INR"},
    **{"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR", "₩": "KRW", "₽": "RUB", "₺": "TRY", "₴": "UAH"},
    **{"₦": "NGN", "₪": "ILS", "₫": "VND", "฿": "THB", "₱": "PHP", "RMB": "CNY"},
}
"""Symbols; a bare $ is taken for the US dollar, ¥ for the yen. ``kr`` could be four currencies: none."""
_CODES = (
    "AED ARS AUD BDT BGN BHD BRL CAD CHF CLP CNY COP CZK DKK EGP EUR GBP HKD HUF IDR ILS INR ISK JOD JPY KES KRW KWD"
    " KZT LKR MAD MXN MYR NGN NOK NZD OMR PHP PKR PLN QAR RON RSD RUB SAR SEK SGD THB TND TRY TWD UAH USD VND ZAR"
).split()
"""Codes of ISO 4217 that business texts use; those that spell an English word (ALL, TOP, PEN) are left out."""
_CURRENCY_NAMES = {
    **{"euro": "EUR", "dollar": "USD", "us dollar": "USD", "yen": "JPY", "rupee": "INR", "yuan": "CNY"},
    **{"pound sterling": "GBP", "swiss franc": "CHF"},
}
_COMPARATORS: dict[str, Comparator] = {
    **dict.fromkeys(("up to", "as much as", "as many as", "as high as", "at most", "no more than", "≤"), "<="),
    **dict.fromkeys(("a maximum of", "not more than", "<="), "<="),
    **dict.fromkeys(("less than", "fewer than", "lower than", "under", "below", "<"), "<"),
    **dict.fromkeys(("at least", "no less than", "no fewer than", "a minimum of", "≥", ">="), ">="),
    **dict.fromkeys(("more than", "greater than", "higher than", "over", "above", "exceeding", "upwards of", ">"), ">"),
}
_FOLLOWING: dict[str, Comparator] = {
    **dict.fromkeys(("+", "or more", "or higher", "or greater", "and more", "plus"), ">="),
    **dict.fromkeys(("or less", "or fewer", "or lower"), "<="),
}
_APPROXIMATE = (
    *("about", "around", "approximately", "approx.", "approx", "roughly", "nearly", "almost", "close to", "circa"),
    *("an estimated", "estimated", "~", "≈", "some"),
)
