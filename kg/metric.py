"""Numbers as people write them: a metric or a quote in, quantities out, and whether the two agree.

English and symbols only; what cannot be read stays unread. See docs/decisions/metrics-parsing.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal, TypeAlias, TypeVar

T = TypeVar("T")
Comparator: TypeAlias = Literal["=", "<", "<=", ">", ">="]


@dataclass(frozen=True, slots=True)
class Quantity:
    """What a number says: ``2-3 hours``, ``up to 40%``, ``$1.2bn``.

    ``low`` and ``high`` differ for a range only. ``unit`` is an English singular (``hour``, ``time``) or
    empty, ``currency`` an ISO 4217 code or empty.
    """

    low: Decimal
    high: Decimal
    comparator: Comparator = "="
    approximate: bool = False
    unit: str = ""
    currency: str = ""
    percentage: bool = False


@dataclass(frozen=True, slots=True)
class Mention:
    """A quantity and where a text has it.

    ``scale`` is what a word like "million" multiplied its number by; ``is_rounded`` marks a fraction that
    decimals cannot hold, as a third.
    """

    quantity: Quantity
    start: int
    end: int
    scale: Decimal = Decimal(1)
    is_rounded: bool = False


# Words and symbols


def _by_word(meanings: Mapping[T, str]) -> dict[str, T]:
    """From each of the words listed, with commas, under a meaning to that meaning."""
    return {word: meaning for meaning, words in meanings.items() for word in words.split(", ")}


_ONES = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TEENS = (
    *("ten", "eleven", "twelve", "thirteen", "fourteen"),
    *("fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_SPELLED = {
    **{word: value for value, word in enumerate((*_ONES, *_TEENS), 1)},
    **{word: 10 * value for value, word in enumerate(_TENS, 2)},
    "zero": 0,
    "a": 1,
    "an": 1,
}
_SCALE_LETTERS = _by_word({3: "k", 6: "m, mn, mm", 9: "b, bn", 12: "tn"})
_SCALE_WORDS = _by_word({3: "thousand", 5: "lakh", 6: "million", 7: "crore", 9: "billion", 12: "trillion"})
_POWERS = _SCALE_LETTERS | _SCALE_WORDS
_PARTS = _by_word({2: "half, halves", 3: "third", 4: "quarter", 5: "fifth", 6: "sixth", 8: "eighth"})
_FRACTION_SIGNS = {"½": (1, 2), "⅓": (1, 3), "⅔": (2, 3), "¼": (1, 4), "¾": (3, 4), "⅕": (1, 5), "⅛": (1, 8)}
_MULTIPLIERS = _by_word(
    {
        Decimal("0.5"): "halve, halves, halved, halving",
        Decimal(2): "double, doubles, doubled, doubling, twice",
        Decimal(3): "triple, triples, tripled, tripling, thrice",
        Decimal(4): "quadruple, quadruples, quadrupled, quadrupling",
    }
)
_PERCENT_WORDS = ("%", "percent", "per cent", "pct")
_PERIODS = ("second", "minute", "hour", "day", "week", "month", "quarter", "year", "decade")
_UNITS = {name + ending: name for name in _PERIODS for ending in ("", "s")} | _by_word(
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
_CURRENCIES = {code: code for code in _CURRENCY_CODES} | _by_word(
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
_COMPARATORS: dict[str, Comparator] = _by_word(
    {
        "<=": "up to, as much as, as many as, as high as, at most, maximum of, no more than, ≤, <=",
        "<": "less than, fewer than, lower than, under, below, <",
        ">=": "at least, no less than, no fewer than, minimum of, ≥, >=",
        ">": "more than, greater than, higher than, over, above, exceeding, >",
    }
)
_ENDINGS: dict[str, Comparator] = _by_word(
    {
        ">=": "+, or more, or higher, or greater, plus",
        "<=": "or less, or fewer, or lower",
    }
)
_APPROXIMATE = (
    *("about", "around", "approximately", "approx.", "approx", "roughly", "nearly", "almost", "close to"),
    *("circa", "estimated", "some", "~", "≈"),
)

# The grammar


def _any(words: Iterable[str]) -> str:
    """Any of the words, the longest first; a space in one matches any white space."""
    longest_first = sorted(words, key=lambda word: (-len(word), word))
    return "(?:" + "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in longest_first) + ")"


_DIGITS = r"\d{1,25}(?:[.,'’\u00a0\u202f\u2009]\d{1,25}){0,8}(?:(?:[ ]\d{3}){2,5}|[ ]000)?(?!\d)(?![:.,]\d)"
_BELOW_HUNDRED = rf"(?:{_any(_TENS)}(?:[\s-]{_any(_ONES)})?|{_any(_TEENS)}|{_any(_ONES)})"
_ONE = rf"an?(?=\s+{_any(_SCALE_WORDS)}\b)|(?<=\b(?:than|over)\s)an?(?=\s+{_any(_PERIODS)}\b)"
"""``a million``, ``less than a minute``; but not ``2 hours a day``."""
_WORDS = rf"""\b(?: (?:an?|{_any(_ONES)})\s+hundred(?:\s+(?:and\s+)?{_BELOW_HUNDRED})?
    | {_BELOW_HUNDRED} | zero | {_ONE} )(?:(?![a-z])|(?=fold\b))"""
_CURRENCY_BEFORE = rf"(?-i:(?<!\w){_any(word for word in _CURRENCIES if not word.islower())})"
_CURRENCY_AFTER = rf"(?-i:{_any(_CURRENCIES)})(?!\s?\d)"
_SCALE = rf"""(?<=\d)(?:{_any(_SCALE_LETTERS)} | \+?[\s-]?{_any((*_SCALE_WORDS, "bn", "mn"))})(?!\w)
    | (?<=\w)[\s-]{_any(_SCALE_WORDS)}\b"""
_GLUE = r"\s*[-–—−]\s* | \s+(?:to|and|out\s+of|in\s+every|in)\s+"


def _number(index: int) -> str:
    """A number with its sign, currency, scale, % and unit, in groups whose names end in an index."""
    return rf"""
    (?P<sign{index}>(?<![\w%])[-−–+](?=[^\s\w]?\d))?
    (?: (?P<before{index}>{_CURRENCY_BEFORE})\s?(?P<inner{index}>[-−](?=\d))? )?
    (?: (?P<digits{index}>{_DIGITS}) | (?P<words{index}>{_WORDS}) )
    (?P<scale{index}>{_SCALE})?
    (?P<plus{index}>\+)?
    (?: [\s-]{{0,2}}(?: (?P<percent{index}>{_any(_PERCENT_WORDS)}) | (?P<unit{index}>{_any(_UNITS)})
        | (?P<after{index}>{_CURRENCY_AFTER}) ) )?
    (?!\w)"""


_SHARE = rf"""(?<![\w/])
    (?: (?P<count>an?|{_any(_ONES)})[\s-](?P<part>{_any(_PARTS)})s?
      | (?P<half>(?<!first\ )(?<!second\ )half)
      | (?P<slash>[1-9]/(?:[2-9]|10)) )(?![\w/-])
    (?: \s+(?:an?\s+)?(?P<share_scale>{_any(_SCALE_WORDS)})\b )?
    | (?<![\w.,])(?P<whole>\d{{0,6}})(?P<sign>[{"".join(_FRACTION_SIGNS)}])"""
_MENTION = re.compile(
    rf"""
    (?P<multiplier>\b{_any(_MULTIPLIERS)}\b(?!-))
    | (?P<qualifiers>(?:(?:(?<!\w)|(?<=~)){_any((*_COMPARATORS, *_APPROXIMATE))}\s*){{0,3}}+)
      (?: (?P<share>{_SHARE})
        | (?<!\w)(?<!\d[.,:])(?<![a-z]-)(?P<between>(?<=between\ ))?(?P<from>(?<=from\ ))?
          {_number(1)} (?: (?P<glue>{_GLUE}){_number(2)} )? (?P<ending>\+|\s+{_any(_ENDINGS)}\b)? )""",
    re.VERBOSE | re.IGNORECASE,
)
_QUALIFIER = re.compile(_any((*_COMPARATORS, *_APPROXIMATE)))
_THOUSANDS = re.compile(r"[1-9]\d{0,2}([.,])\d{3}(?:\1\d{3})*|[1-9]\d?(?:,\d\d)+,\d{3}")
"""Groups of three digits; or of two and a last one of three, as in India."""
_OTHERS = re.compile(r"\b(?:to|from|per|versus|vs)\b", re.IGNORECASE)
"""Words that say that a number is not the whole metric."""

# Reading


def parse(text: str) -> Quantity | None:
    """The quantity that a metric states, if it states one: ``9 days to seconds`` and ``5 per day`` are more.

    >>> quantity = parse("up to $1.2bn")
    >>> quantity.comparator, quantity.high, quantity.currency
    ('<=', Decimal('1200000000'), 'USD')
    """
    found = numbers_in(text)
    if len(found) != 1 or _OTHERS.search(text, found[0].end) or _OTHERS.search(text, 0, found[0].start):
        return None
    return found[0].quantity


def numbers_in(text: str) -> list[Mention]:
    """The quantities of a text, in order; a ratio (``one in six``) after its two numbers."""
    return [mention for match in _MENTION.finditer(text) for mention in _mentions(match)]


def _mentions(match: re.Match[str]) -> list[Mention]:
    if match["multiplier"]:
        times = _MULTIPLIERS[match["multiplier"].lower()]
        return [Mention(Quantity(times, times, unit="time"), *match.span())]
    found = [_share(match)] if match["share"] else _numbers(match)
    return [_qualified(mention, match) for mention in found]


def _share(match: re.Match[str]) -> Mention:
    """``a third``, ``half``, ``3/4``, ``2½``, ``half a million``."""
    if match["sign"]:
        above, below = _FRACTION_SIGNS[match["sign"]]
        above += int(match["whole"] or 0) * below
    elif match["slash"]:
        above, below = map(int, match["slash"].split("/"))
    elif match["half"]:
        above, below = 1, 2
    else:
        above, below = _SPELLED[match["count"].lower()], _PARTS[match["part"].lower()]
    return _fraction(above * _power(match["share_scale"] or ""), Decimal(below), *match.span())


def _fraction(above: Decimal, below: Decimal, start: int, end: int) -> Mention:
    value = above / below
    return Mention(Quantity(value, value), start, end, is_rounded=above * 10**9 % below != 0)


def _numbers(match: re.Match[str]) -> list[Mention]:
    """One number, or a range, or the two numbers of what only looks like a range."""
    first = _number_of(match, 1)
    second = _number_of(match, 2) if match["glue"] else None
    if first is None or second is None:
        return [mention for mention in (first, second) if mention]
    glue = match["glue"].lower().split()
    if glue and glue[0] in ("in", "out"):
        return [first, second, *_ratio(first, second)]
    first, second = _completed(first, second), _with_currency(second, first.quantity.currency)
    low, high = first.quantity, second.quantity
    is_list = glue == ["and"] and match["between"] is None
    is_alike = replace(low, low=high.low, high=high.high, comparator=high.comparator) == high
    if is_list or match["from"] is not None or not is_alike or low.low >= high.low:
        return [first, second]
    return [replace(second, quantity=replace(high, low=low.low), start=first.start)]


def _number_of(match: re.Match[str], index: int) -> Mention | None:
    def group(name: str) -> str:
        return " ".join((match[f"{name}{index}"] or "").split())

    value = _decimal(group("digits")) if group("digits") else _in_words(group("words").lower())
    if value is None:
        return None
    scale = _power(group("scale").strip("+ -"))
    value *= -scale if {"-", "−", "–"} & {group("sign"), group("inner")} else scale
    value = value.to_integral_value() if value == value.to_integral_value() and scale > 1 else value
    quantity = Quantity(
        value,
        value,
        comparator=">=" if "+" in group("scale") + group("plus") else "=",
        unit=_UNITS.get(group("unit").lower(), ""),
        currency=_CURRENCIES.get(group("before") or group("after"), ""),
        percentage=bool(group("percent")),
    )
    if index == 1:
        return Mention(quantity, match.start(), match.start("glue") if match["glue"] else match.end(), scale)
    return Mention(quantity, match.end("glue"), match.end(), scale)


def _ratio(first: Mention, second: Mention) -> Iterator[Mention]:
    """The share that ``one in six`` and ``seven out of 10`` say."""
    above, below = first.quantity, second.quantity
    is_plain = above == Quantity(above.low, above.low) and below == Quantity(below.low, below.low)
    if is_plain and 0 < above.low < below.low <= 100:
        yield _fraction(above.low, below.low, first.start, second.end)


def _completed(first: Mention, second: Mention) -> Mention:
    """The first number of a range with what only the second says: its unit or %, its currency, its scale."""
    mine, theirs = first.quantity, second.quantity
    if not (mine.unit or mine.percentage):
        mine = replace(mine, unit=theirs.unit, percentage=theirs.percentage)
    if first.scale == 1 and mine.low < theirs.low / second.scale:
        first = replace(first, scale=second.scale)
        mine = replace(mine, low=mine.low * second.scale, high=mine.high * second.scale)
    return _with_currency(replace(first, quantity=mine), theirs.currency)


def _with_currency(mention: Mention, currency: str) -> Mention:
    quantity = mention.quantity
    if quantity.currency or quantity.percentage or quantity.unit:
        return mention
    return replace(mention, quantity=replace(quantity, currency=currency))


def _qualified(mention: Mention, match: re.Match[str]) -> Mention:
    """With the words around it: those before qualify the first of two numbers, those after the last."""
    quantity = mention.quantity
    before = match["qualifiers"] if mention.start == match.start() else ""
    words: list[str] = _QUALIFIER.findall(" ".join(before.lower().split()))
    comparators = [_COMPARATORS[word] for word in words if word in _COMPARATORS]
    if "over" in words and quantity.unit in _PERIODS:
        comparators = []  # "over three years" is as likely a period
    if match["ending"] and mention.end == match.end():
        comparators.append(_ENDINGS[" ".join(match["ending"].lower().split())])
    is_approximate = any(word in _APPROXIMATE for word in words)
    comparator = comparators[-1] if comparators else quantity.comparator
    return replace(mention, quantity=replace(quantity, comparator=comparator, approximate=is_approximate))


def _power(scale: str) -> Decimal:
    return Decimal(10 ** _POWERS.get(scale.lower(), 0))


def _in_words(words: str) -> Decimal:
    """Up to nine hundred and ninety-nine."""
    hundreds, has_hundreds, rest = words.rpartition("hundred")
    below = sum(_SPELLED.get(word, 0) for word in re.split(r"[\s-]+", rest))
    return Decimal(_SPELLED[hundreds.strip()] * 100 + below if has_hundreds else below)


def _decimal(digits: str) -> Decimal | None:
    """A number in digits, at most 25 of them.

    One comma before three digits parts thousands, one point does not, for the texts are English; of two kinds
    of separators the last is the decimal one; spaces and apostrophes part thousands.

    >>> [str(_decimal(digits)) for digits in ("1,234", "1.234", "1.234,5", "1,234.5", "1.234.567", "1.2.3")]
    ['1234', '1.234', '1234.5', '1234.5', '1234567', 'None']
    """
    digits = re.sub(r"[\s'’]", "", digits)
    if len(digits) > 25:
        return None
    if digits.isdecimal() or re.fullmatch(r"\d+\.\d+", digits):
        return Decimal(digits)
    if _THOUSANDS.fullmatch(digits):
        return Decimal(re.sub(r"[.,]", "", digits))
    whole, mark, rest = re.split(r"([.,])(?=\d+$)", digits)[:3]
    if whole.isdecimal():
        return Decimal(f"{whole}.{rest}")
    if mark not in whole and _THOUSANDS.fullmatch(whole):
        return Decimal(re.sub(r"[.,]", "", whole) + f".{rest}")
    return None


# Agreement


def agrees(metric: str, quote: str) -> bool:
    """Whether every number of a metric is in its quote; a metric without a number agrees with anything.

    A number may be written in another way: in words, without its scale (``2.3`` for "$2.3 million"), as a
    percentage (``50`` for "half" and "halved"), as a multiple (``2`` and ``100`` for "doubled"), without its
    sign. A % or a currency that the metric does state must not contradict.
    """
    stated = numbers_in(quote)
    return all(
        any(_may_mean(said, value, wanted.quantity) for said in stated)
        for wanted in numbers_in(metric)
        for value in (wanted.quantity.low, wanted.quantity.high)
    )


def _may_mean(said: Mention, value: Decimal, wanted: Quantity) -> bool:
    """Whether what a quote says can be meant by a value of a metric."""
    quantity = said.quantity
    if wanted.currency and quantity.currency and wanted.currency != quantity.currency:
        return False
    is_share = said.is_rounded or quantity.low < 1 or quantity.unit == "time"
    if wanted.percentage and not (quantity.percentage or is_share):
        return False
    return any(_is_equal(abs(value), reading, is_rounded=said.is_rounded) for reading in _readings(said))


def _readings(said: Mention) -> Iterator[Decimal]:
    """What the bounds of a mention may be written as in a metric."""
    quantity = said.quantity
    for bound in (abs(quantity.low), abs(quantity.high)):
        yield from (bound, bound / said.scale)
        if quantity.percentage:
            yield bound / 100
        elif quantity.unit == "time":
            yield from ((bound - 1) * 100, bound * 100) if bound > 1 else (bound * 100,)
        elif bound < 1:
            yield bound * 100


def _is_equal(value: Decimal, reading: Decimal, *, is_rounded: bool) -> bool:
    """Equality; to as many places as the value has where the reading is a rounded one."""
    if is_rounded:
        reading = round(reading, max(0, -int(value.as_tuple().exponent)))
    return reading == value
