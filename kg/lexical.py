"""Text as it stands in a file in, the canonical lexical form of its datatype out (XML Schema 1.1, part 2)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from kg import codes, vocab
from kg.problem import Code

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INTEGER = re.compile(r"([+-]?)0*([0-9]+)")
_DECIMAL = re.compile(r"([+-]?)0*([0-9]*)(?:\.([0-9]*?)0*)?")
_BOOLEANS = {"true": "true", "yes": "true", "on": "true", "false": "false", "no": "false", "off": "false"}


def _text(text: str) -> str | None:
    return text


def _date(text: str) -> str | None:
    """A day of the calendar.

    >>> _date("2026-02-28"), _date("2026-02-30"), _date("20260228")
    ('2026-02-28', None, None)
    """
    if not _DATE.fullmatch(text):
        return None
    try:
        date.fromisoformat(text)
    except ValueError:
        return None
    return text


def _boolean(text: str) -> str | None:
    """YAML 1.1's spellings of true and false.

    >>> _boolean("True"), _boolean("no"), _boolean("1")
    ('true', 'false', None)
    """
    return _BOOLEANS.get(text.lower())


def _integer(text: str) -> str | None:
    """Digits without leading zeros.

    >>> _integer("007"), _integer("-0"), _integer("+3"), _integer("1e3")
    ('7', '0', '3', None)
    """
    found = _INTEGER.fullmatch(text)
    if not found:
        return None
    return _signed(found[1], found[2])


def _decimal(text: str) -> str | None:
    """Without leading and trailing zeros.

    >>> _decimal("0.80"), _decimal(".5"), _decimal("1."), _decimal("-0.0"), _decimal("."), _decimal("1e3")
    ('0.8', '0.5', '1', '0', None, None)
    """
    found = _DECIMAL.fullmatch(text)
    if not found or not re.search("[0-9]", text):
        return None
    fraction = f".{found[3]}" if found[3] else ""
    return _signed(found[1], f"{found[2] or '0'}{fraction}")


def _signed(sign: str, digits: str) -> str:
    return f"-{digits}" if sign == "-" and digits.strip("0.") else digits


@dataclass(frozen=True, slots=True)
class Datatype:
    """How the text of one datatype is made canonical, and what is said where it cannot be."""

    canonical: Callable[[str], str | None]
    code: Code | None = None
    expected: str = ""


DATATYPES = {
    vocab.xsd_string: Datatype(_text),
    vocab.xsd_anyURI: Datatype(_text),
    vocab.xsd_date: Datatype(_date, codes.BAD_DATE, "a date as YYYY-MM-DD"),
    vocab.xsd_boolean: Datatype(_boolean, codes.BAD_BOOLEAN, "true or false"),
    vocab.xsd_integer: Datatype(_integer, codes.BAD_INTEGER, "a whole number"),
    vocab.xsd_decimal: Datatype(_decimal, codes.BAD_DECIMAL, "a number such as 0.85"),
}
"""Every datatype that a shape may name."""
