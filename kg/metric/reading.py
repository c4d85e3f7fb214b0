"""A text in; the quantities that it states, as they stand in it, out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from kg.metric.grammar import MENTION, OTHERS, QUALIFIER, THOUSANDS
from kg.metric.quantity import Mention, Quantity
from kg.metric.words import (
    APPROXIMATE,
    COMPARATORS,
    CURRENCIES,
    ENDINGS,
    FRACTION_SIGNS,
    MULTIPLIERS,
    PARTS,
    PERIODS,
    POWERS,
    SPELLED,
    UNITS,
)


def parse(text: str) -> Quantity | None:
    """The quantity that a metric states, if it states one: ``9 days to seconds`` and ``5 per day`` are more.

    >>> quantity = parse("up to $1.2bn")
    >>> quantity.comparator, quantity.high, quantity.currency
    ('<=', Decimal('1200000000'), 'USD')
    """
    found = numbers_in(text)
    if len(found) != 1 or OTHERS.search(text, found[0].end) or OTHERS.search(text, 0, found[0].start):
        return None
    return found[0].quantity


def numbers_in(text: str) -> list[Mention]:
    """The quantities of a text, in order; a ratio (``one in six``) after its two numbers."""
    return [mention for match in MENTION.finditer(text) for mention in _mentions(match)]


def _mentions(match: re.Match[str]) -> list[Mention]:
    if match["multiplier"]:
        times = MULTIPLIERS[match["multiplier"].lower()]
        return [Mention(Quantity(times, times, unit="time"), *match.span())]
    found = [_share(match)] if match["share"] else _numbers(match)
    return [_qualified(mention, match) for mention in found]


def _share(match: re.Match[str]) -> Mention:
    """``a third``, ``half``, ``3/4``, ``2½``, ``half a million``."""
    if match["sign"]:
        above, below = FRACTION_SIGNS[match["sign"]]
        above += int(match["whole"] or 0) * below
    elif match["slash"]:
        above, below = map(int, match["slash"].split("/"))
    elif match["half"]:
        above, below = 1, 2
    else:
        above, below = SPELLED[match["count"].lower()], PARTS[match["part"].lower()]
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
        unit=UNITS.get(group("unit").lower(), ""),
        currency=CURRENCIES.get(group("before") or group("after"), ""),
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
    words: list[str] = QUALIFIER.findall(" ".join(before.lower().split()))
    comparators = [COMPARATORS[word] for word in words if word in COMPARATORS]
    if "over" in words and quantity.unit in PERIODS:
        comparators = []  # "over three years" is as likely a period
    if match["ending"] and mention.end == match.end():
        comparators.append(ENDINGS[" ".join(match["ending"].lower().split())])
    is_approximate = any(word in APPROXIMATE for word in words)
    comparator = comparators[-1] if comparators else quantity.comparator
    return replace(mention, quantity=replace(quantity, comparator=comparator, approximate=is_approximate))


def _power(scale: str) -> Decimal:
    return Decimal(10 ** POWERS.get(scale.lower(), 0))


def _in_words(words: str) -> Decimal:
    """Up to nine hundred and ninety-nine."""
    hundreds, has_hundreds, rest = words.rpartition("hundred")
    below = sum(SPELLED.get(word, 0) for word in re.split(r"[\s-]+", rest))
    return Decimal(SPELLED[hundreds.strip()] * 100 + below if has_hundreds else below)


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
    if THOUSANDS.fullmatch(digits):
        return Decimal(re.sub(r"[.,]", "", digits))
    whole, mark, rest = re.split(r"([.,])(?=\d+$)", digits)[:3]
    if whole.isdecimal():
        return Decimal(f"{whole}.{rest}")
    if mark not in whole and THOUSANDS.fullmatch(whole):
        return Decimal(re.sub(r"[.,]", "", whole) + f".{rest}")
    return None
