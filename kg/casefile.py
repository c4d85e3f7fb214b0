"""A record tree in, the text of a case file out: every key of the shapes, in their order.

Reading the text gives an equal record and the same body. The style is PyYAML's own, which most case files have.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import cast

import yaml
from yaml.resolver import Resolver

from kg import vocab
from kg.case import Record
from kg.shape import Field
from kg.yamltree import Scalar

WIDTH = 80
"""Columns after which PyYAML breaks a line."""

_TAG = "tag:yaml.org,2002:"
_BARE = frozenset((vocab.xsd_boolean, vocab.xsd_integer, vocab.xsd_decimal))
"""The datatypes that stand without quotes."""

_DOUBLE_QUOTED = re.compile("[\x85\u2028\u2029]")
"""Line breaks to YAML alone; only in double quotes does PyYAML escape them."""


def write(record: Record, body: str) -> str:
    """The text of a case file."""
    return f"---\n{front_matter(record)}---\n{body}"


def front_matter(record: Record) -> str:
    """The YAML of a case; what is absent is written as null, or as an empty list."""
    return yaml.serialize(  # pyright: ignore[reportUnknownMemberType]
        mapping(record), Dumper=yaml.SafeDumper, width=WIDTH, allow_unicode=True
    )


def mapping(record: Record) -> yaml.MappingNode:
    """A record's keys and values as YAML nodes; each node is new, so that none becomes an anchor."""
    fields = ((key, found) for key, found in record.shape.fields.items() if _is_shown(found, record))
    pairs = [(_text(key), _value(record.values.get(key, []), found)) for key, found in fields]
    return yaml.MappingNode(_TAG + "map", pairs, flow_style=False)


def _is_shown(found: Field, record: Record) -> bool:
    """Whether a key is written; that nothing is pending is not worth a line."""
    return found.target != vocab.Pending or bool(record.values.get(found.key))


def _value(values: list[Scalar] | list[Record], found: Field) -> yaml.Node:
    nodes = [mapping(value) if isinstance(value, Record) else _scalar(value.text, found) for value in values]
    if not found.single:
        return yaml.SequenceNode(_TAG + "seq", nodes, flow_style=not nodes)
    return nodes[0] if nodes else yaml.ScalarNode(_TAG + "null", "null")


def _scalar(text: str, found: Field) -> yaml.ScalarNode:
    return yaml.ScalarNode(_guess(text), text) if found.datatype in _BARE else _text(text)


def _text(text: str) -> yaml.ScalarNode:
    """Text that stays text: PyYAML quotes it where YAML would read something else into it."""
    return yaml.ScalarNode(_TAG + "str", text, style='"' if _DOUBLE_QUOTED.search(text) else None)


def _guess(text: str) -> str:
    """The tag that YAML gives to a bare text."""
    return _resolve(yaml.ScalarNode, text, (True, False))


_resolve = cast("Callable[[type[yaml.Node], str, tuple[bool, bool]], str]", Resolver().resolve)  # pyright: ignore[reportUnknownMemberType]
