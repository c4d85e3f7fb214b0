"""The words and symbols that numbers are written with in English, by what they mean."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import TypeVar

from kg.metric.quantity import Comparator

T = TypeVar("T")


def _by_word(meanings: Mapping[T, str]) -> dict[str, T]:
    """From each of the words listed, with commas, under a meaning to that meaning."""
    return {word: meaning for meaning, words in meanings.items() for word in words.split(", ")}


ONES = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
TEENS = (
    *("ten", "eleven", "twelve", "thirteen", "fourteen"),
    *("fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
SPELLED = {
    **{word: value for value, word in enumerate((*ONES, *TEENS), 1)},
    **{word: 10 * value for value, word in enumerate(TENS, 2)},
    "zero": 0,
    "a": 1,
    "an": 1,
}
SCALE_LETTERS = _by_word({3: "k", 6: "m, mn, mm", 9: "b, bn", 12: "tn"})
SCALE_WORDS = _by_word({3: "thousand", 5: "lakh", 6: "million", 7: "crore", 9: "billion", 12: "trillion"})
POWERS = SCALE_LETTERS | SCALE_WORDS
PARTS = _by_word({2: "half, halves", 3: "third", 4: "quarter", 5: "fifth", 6: "sixth", 8: "eighth"})
FRACTION_SIGNS = {"½": (1, 2), "⅓": (1, 3), "⅔": (2, 3), "¼": (1, 4), "¾": (3, 4), "⅕": (1, 5), "⅛": (1, 8)}
MULTIPLIERS = _by_word(
    {
        Decimal("0.5"): "halve, halves, halved, halving",
        Decimal(2): "double, doubles, doubled, doubling, twice",
        Decimal(3): "triple, triples, tripled, tripling, thrice",
        Decimal(4): "quadruple, quadruples, quadrupled, quadrupling",
    }
)
PERCENT_WORDS = ("%", "percent", "per cent", "pct")
PERIODS = ("second", "minute", "hour", "day", "week", "month", "quarter", "year", "decade")
UNITS = {name + ending: name for name in PERIODS for ending in ("", "s")} | _by_word(
    {
        "time": "x, ×, times, fold",
        "second": "sec, secs",
        "minute": "min, mins",
        "hour": "hr, hrs",
        "millisecond": "ms, millisecond, milliseconds",
        "percentage point": "pp, ppt, percentage point, percentage points",
        "basis point": "bps, basis point, basis points",
        "kilometre": "km, kilometre, kilometres, kilometer, kilometers",
        "mile": "mile, miles",
        "kilogram": "kg, kilogram, kilograms",
        "tonne": "tonne, tonnes",
        "litre": "litre, litres, liter, liters",
        "megawatt": "mw",
        "gigawatt": "gw",
        "kilowatt-hour": "kwh",
        "megawatt-hour": "mwh",
        "megabyte": "mb",
        "gigabyte": "gb",
        "terabyte": "tb",
        "petabyte": "pb",
    }
)
_CURRENCY_CODES = re.findall(
    "...",
    "AEDARSAUDBDTBGNBHDBRLCADCHFCLPCNYCOPCZKDKKEGPEURGBPHKDHUFIDRILSINRISKJODJPYKESKRWKWDKZTLKRMADMXNMYRNGN"
    "NOKNZDOMRPHPPKRPLNQARRONRSDRUBSARSEKSGDTHBTNDTRYTWDUAHUSDVNDZAR",
)
"""The codes of ISO 4217 that business texts use, without those that spell a word (ALL, TOP, PEN)."""
CURRENCIES = {code: code for code in _CURRENCY_CODES} | _by_word(
    {
        "AUD": "A$, AU$",
        "BRL": "R$",
        "CAD": "C$, CA$",
        "CNY": "RMB, yuan",
        "EUR": "€, euro, euros",
        "GBP": "£",
        "HKD": "HK$",
        "ILS": "₪",
        "INR": "₹, Rs, Rs., rupees",
        "JPY": "¥, yen",
        "KRW": "₩",
        "MXN": "MX$",
        "NGN": "₦",
        "NZD": "NZ$",
        "PHP": "₱",
        "RUB": "₽",
        "SGD": "S$",
        "THB": "฿",
        "TRY": "₺",
        "TWD": "NT$",
        "UAH": "₴",
        "USD": "$, US$, U.S.$, dollar, dollars, US dollars, U.S. dollars",
        "VND": "₫",
    }
)
"""A bare $ or ¥ is taken for the US dollar and the yen; words that several currencies share are left out."""
COMPARATORS: dict[str, Comparator] = _by_word(
    {
        "<=": "up to, as much as, as many as, as high as, at most, maximum of, no more than, ≤, <=",
        "<": "less than, fewer than, lower than, under, below, <",
        ">=": "at least, no less than, no fewer than, minimum of, ≥, >=",
        ">": "more than, greater than, higher than, over, above, exceeding, >",
    }
)
ENDINGS: dict[str, Comparator] = _by_word(
    {
        ">=": "+, or more, or higher, or greater, plus",
        "<=": "or less, or fewer, or lower",
    }
)
APPROXIMATE = (
    *("about", "around", "approximately", "approx.", "approx", "roughly", "nearly", "almost", "close to"),
    *("circa", "estimated", "some", "~", "≈"),
)
