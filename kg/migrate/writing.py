"""New YAML nodes in, their text out, in the style of the file that they go into."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import yaml
from yaml.resolver import Resolver

from kg.yamltree import Mapping, Node, Scalar, Sequence

_PLAIN = re.compile(r"[^\W](?:(?:[\w ./()+%&;=~^$*@?-]|:(?=\S))*[\w./()+%;=~^$-])?")
"""Texts that need no quotes wherever they stand, unless YAML would guess another type."""
_STRING = "tag:yaml.org,2002:str"
_resolve = cast("Callable[[type[yaml.Node], str, tuple[bool, bool]], str]", Resolver().resolve)  # pyright: ignore[reportUnknownMemberType]
_OFFSET = re.compile(r"(?:^|[\r\n])([ ]*)(?:- )*[^\s#-][^\r\n]*:[ \t]*(?:\r\n|\n|\r)([ ]*)-[ \t]")


@dataclass(frozen=True, slots=True)
class Style:
    """How a file writes what has more than one way: line ends, quotes, how far lists are set in."""

    eol: str = "\n"
    quote: str = "'"
    list_offset: int = 0
    step: int = 2


def style_of(text: str) -> Style:
    """The style of a front matter."""
    eol = re.search(r"\r\n|\n|\r", text)
    quote = '"' if len(re.findall(r': "', text)) > len(re.findall(r": '", text)) else "'"
    found = _OFFSET.search(text)
    offset = 2 if found and len(found[2]) > len(found[1]) else 0
    return Style(eol[0] if eol else "\n", quote, offset)


def is_plain(text: str) -> bool:
    """Whether a text may stand without quotes and stays text.

    >>> [is_plain(each) for each in ("generative", "two words", "1.0", "no", "a: b", "'a", "")]
    [True, True, False, False, False, False, False]
    """
    return bool(_PLAIN.fullmatch(text)) and _resolve(yaml.ScalarNode, text, (True, False)) == _STRING


def same_guess(one: str, other: str) -> bool:
    """Whether YAML guesses the same type for two bare texts.

    >>> same_guess("1.0", "1.1"), same_guess("1.0", "x")
    (True, False)
    """
    kind = _resolve(yaml.ScalarNode, one, (True, False))
    return kind == _resolve(yaml.ScalarNode, other, (True, False))


def scalar(text: str, quote: str = "'") -> str:
    """A text as a value on one line: bare where that is safe.

    >>> scalar("a"), scalar("1.0"), scalar("it's: so"), scalar("1.0", '"')
    ('a', "'1.0'", "'it''s: so'", '"1.0"')
    """
    return text if is_plain(text) else quoted(text, quote)


def quoted(text: str, quote: str) -> str:
    r"""A text in quotes; in double ones where single ones cannot hold it.

    >>> quoted("a\nb", "'"), quoted("a'b", "'"), quoted('a"b', '"')
    ('"a\\nb"', "'a''b'", '"a\\"b"')
    """
    if quote == "'" and text.isprintable():
        return f"'{text.replace(chr(39), chr(39) * 2)}'"
    return f'"{"".join(map(_escaped, text))}"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    if character.isprintable():
        return character
    code = ord(character)
    short = {10: "\\n", 13: "\\r", 9: "\\t"}.get(code)
    return short or (f"\\u{code:04X}" if code < 0x10000 else f"\\U{code:08X}")


def _value(node: Scalar, style: Style) -> str:
    if node.is_null:
        return node.text
    if node.text in ("true", "false"):
        return node.text
    return scalar(node.text, style.quote)


def flow(node: Node, style: Style) -> str:
    """A node on one line."""
    if isinstance(node, Scalar):
        return _value(node, style)
    if isinstance(node, Sequence):
        return f"[{', '.join(flow(item, style) for item in node.items)}]"
    return f"{{{', '.join(f'{flow(key, style)}: {flow(value, style)}' for key, value in node.pairs)}}}"


def pair(key: Node, value: Node, *, column: int, style: Style) -> str:
    """A key and its value as lines, the first without its indent, the last without its end."""
    assert isinstance(key, Scalar)
    return f"{_value(key, style)}:{after_colon(value, column=column, style=style)}"


def after_colon(value: Node, *, column: int, style: Style) -> str:
    """What stands behind the colon of a key in some column."""
    if isinstance(value, Sequence) and value.items:
        indent = column + style.list_offset
        return "".join(f"{style.eol}{' ' * indent}{item(each, column=indent, style=style)}" for each in value.items)
    if isinstance(value, Mapping) and value.pairs:
        indent = column + style.step
        lines = (pair(key, each, column=indent, style=style) for key, each in value.pairs)
        return "".join(f"{style.eol}{' ' * indent}{line}" for line in lines)
    return f" {flow(value, style)}"


def item(node: Node, *, column: int, style: Style) -> str:
    """An item of a list whose dash stands in some column, from the dash on."""
    if isinstance(node, Mapping) and node.pairs:
        lines = [pair(key, value, column=column + 2, style=style) for key, value in node.pairs]
        return "- " + f"{style.eol}{' ' * (column + 2)}".join(lines)
    return f"- {flow(node, style)}"
