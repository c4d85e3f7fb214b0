"""Text in, HTML out that cannot be broken out of: whatever is not ``Markup`` already is escaped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from kg.report.characters import visible

EMPTY: Mapping[str, str | int] = {}
_VOID = frozenset(("input", "meta"))


@dataclass(frozen=True, slots=True)
class Markup:
    """HTML that may stand as it is."""

    text: str


def element(name: str, attributes: Mapping[str, str | int], *content: str | Markup) -> Markup:
    """An element; an attribute that is empty is written as a bare name.

    >>> element("a", {"href": "?x=1&y=2"}, "<", element("b", {}, "bold")).text
    '<a href="?x=1&amp;y=2">&lt;<b>bold</b></a>'
    """
    said = "".join(
        f" {key}" if value == "" else f' {key}="{_escaped(str(value))}"' for key, value in attributes.items()
    )
    inner = joined(*content).text
    return Markup(f"<{name}{said}>" if name in _VOID else f"<{name}{said}>{inner}</{name}>")


def opening(name: str, attributes: Mapping[str, str | int]) -> str:
    """The start tag of an element whose content is written piece by piece."""
    return element(name, attributes).text.removesuffix(f"</{name}>")


def joined(*content: str | Markup) -> Markup:
    """Pieces one behind the other."""
    return Markup("".join(each.text if isinstance(each, Markup) else _escaped(each) for each in content))


def _escaped(text: str) -> str:
    return escape(visible(text))
