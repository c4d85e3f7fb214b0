"""A metric and a quote in; whether the quote says every number of the metric out."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from kg.metric.quantity import Mention, Quantity
from kg.metric.reading import numbers_in


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
