"""What a number says, and where a text has it, as values."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, TypeAlias

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
