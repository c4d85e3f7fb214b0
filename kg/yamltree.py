"""YAML text in, a tree of scalars, sequences and mappings with offsets out; every fault is a value.

Only structure is read here. What a scalar *means* is for the shapes to say: ``no``, ``010`` and ``1.10`` stay
the text that stands in the file. Limits act while events are pulled, so that neither deep nesting nor
exploding anchors cost more than the limit allows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol, cast

import yaml

from kg import codes
from kg.problem import Code

NULLS = frozenset(("", "~", "null", "Null", "NULL"))
"""The plain scalars that mean "no value" (YAML 1.2 core schema, and the empty one)."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a file is read before it is refused."""

    bytes: int = 5_000_000
    depth: int = 50
    nodes: int = 200_000


@dataclass(slots=True)
class Scalar:
    """A piece of text and where it stands; ``plain`` means written without quotes."""

    text: str
    plain: bool
    start: int
    end: int

    @property
    def is_null(self) -> bool:
        """Whether this is YAML's "no value"."""
        return self.plain and self.text in NULLS


@dataclass(slots=True)
class Sequence:
    """A list of nodes."""

    items: list[Node]
    start: int
    end: int


@dataclass(slots=True)
class Mapping:
    """Key and value nodes in the order of the file, duplicates included."""

    pairs: list[tuple[Node, Node]]
    start: int
    end: int

    def get(self, key: str) -> Node | None:
        """The first value under a key."""
        return next((v for k, v in self.pairs if isinstance(k, Scalar) and k.text == key), None)


Node = Scalar | Sequence | Mapping


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with the YAML itself, at offsets into the text that was read."""

    code: Code
    start: int
    end: int
    message: str
    hint: str = ""


class _Mark(Protocol):
    index: int


class _Event(Protocol):
    """What PyYAML's events have in common; which of it is set depends on the kind of event."""

    value: str
    style: str | None
    anchor: str | None
    tag: str | None
    start_mark: _Mark
    end_mark: _Mark


class _Events(Protocol):
    """The part of PyYAML's C parser that is used."""

    def get_event(self) -> Any: ...


_STARTS = (yaml.MappingStartEvent, yaml.SequenceStartEvent)
_ENDS = (yaml.MappingEndEvent, yaml.SequenceEndEvent)


class _Stop(Exception):
    """Carries a fault out of the event loop."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault


_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_BREAKS = re.compile("[\x85\u2028\u2029]")
_HINTS = (
    ("mapping values are not allowed", "put the value in quotes if it holds a colon, or mend the indentation"),
    ("cannot start any token", "put the value in quotes, and indent with spaces, never tabs"),
    (
        "could not find expected ':'",
        "every line of a mapping reads `key: value`; mend the indentation or quote the text",
    ),
    ("found unexpected end of stream", "a quotation mark or bracket is opened and never closed"),
    ("found undefined alias", "a value that begins with * needs quotes"),
    ("did not find expected key", "mend the indentation, or quote a value that holds a quotation mark"),
    ("did not find expected '-' indicator", "mend the indentation of the list"),
    ("did not find expected ',' or", "a bracket is opened and never closed; put text that begins with one in quotes"),
)


def parse(text: str, limits: Limits) -> tuple[Node | None, list[Fault]]:
    """The root node of one YAML document (None where there is none) and what is wrong with it."""
    bad = _FORBIDDEN.search(text)
    if bad:
        return None, [_forbidden(bad)]
    faults = [_line_break(found) for found in _BREAKS.finditer(text)]
    try:
        return _compose(text, limits), faults
    except _Stop as stop:
        return None, [*faults, stop.fault]
    except yaml.MarkedYAMLError as error:
        return None, [*faults, _syntax(error, len(text))]


def _compose(text: str, limits: Limits) -> Node | None:
    """Pull events and hang nodes together; flat lists of children are paired up when a mapping ends."""
    loader = cast("_Events", yaml.CSafeLoader(text))
    pull = loader.get_event
    anchors: dict[str, tuple[Node, int]] = {}
    children: list[Node] = []
    open_nodes: list[tuple[_Event, list[Node], int]] = []
    weight = 0
    while True:
        event = pull()
        kind: type[object] = event.__class__
        weight += 1
        if weight > limits.nodes:
            raise _Stop(_too_many(event, limits))
        if kind is yaml.ScalarEvent:
            children.append(Scalar(event.value, not event.style, event.start_mark.index, event.end_mark.index))
            if event.anchor is not None or event.tag is not None:
                _special(event, children[-1], anchors, 1)
        elif kind in _STARTS:
            if len(open_nodes) >= limits.depth:
                raise _Stop(_too_deep(event, limits))
            open_nodes.append((event, children, weight))
            children = []
        elif kind in _ENDS:
            start, parent, before = open_nodes.pop()
            parent.append(_collection(start, children, event))
            children = parent
            _special(start, children[-1], anchors, weight - before)
        elif kind is yaml.AliasEvent:
            node, cost = _anchored(event, anchors)
            children.append(node)
            weight += cost
        elif kind is yaml.StreamEndEvent:
            return children[0] if children else None


def _collection(start: _Event, children: list[Node], end: _Event) -> Node:
    first, last = start.start_mark.index, end.end_mark.index
    if isinstance(start, yaml.SequenceStartEvent):
        return Sequence(children, first, last)
    walk: Iterator[Node] = iter(children)
    return Mapping(list(zip(walk, walk, strict=True)), first, last)


def _special(event: _Event, node: Node, anchors: dict[str, tuple[Node, int]], cost: int) -> None:
    """Remember an anchor; refuse a tag, because the shapes say what a value is."""
    if event.tag is not None and event.tag != "!":
        start = event.start_mark.index
        tag = event.tag.replace("tag:yaml.org,2002:", "!!")
        raise _Stop(
            Fault(
                codes.YAML_TAG,
                start,
                start + 1,
                f"the tag {tag} is not read",
                "remove the tag; quote the value if it is text",
            )
        )
    if event.anchor is not None:
        anchors[event.anchor] = (node, cost)


def _anchored(event: _Event, anchors: dict[str, tuple[Node, int]]) -> tuple[Node, int]:
    """The node that an alias repeats, and how many nodes that adds."""
    found = anchors.get(event.anchor or "")
    if found is None:
        start, end = event.start_mark.index, event.end_mark.index
        message = f"*{event.anchor} repeats an anchor that is not defined before it"
        raise _Stop(Fault(codes.UNREADABLE_YAML, start, end, message, "a value that begins with * needs quotes"))
    return found


def _forbidden(found: re.Match[str]) -> Fault:
    shown = f"U+{ord(found[0]):04X}"
    return Fault(
        codes.CONTROL_CHARACTER, found.start(), found.end(), f"the character {shown} may not stand in YAML", "remove it"
    )


def _line_break(found: re.Match[str]) -> Fault:
    return Fault(
        codes.LINE_SEPARATOR,
        found.start(),
        found.end(),
        f"U+{ord(found[0]):04X} is a line break to YAML, though editors do not show it as one",
        "replace it with a space or a real line break",
    )


def _too_deep(event: _Event, limits: Limits) -> Fault:
    start = event.start_mark.index
    return Fault(
        codes.TOO_DEEP, start, start + 1, f"nested more than {limits.depth} levels deep", "a case file needs five"
    )


def _too_many(event: _Event, limits: Limits) -> Fault:
    start = event.start_mark.index
    message = f"more than {limits.nodes:,} values, repeated anchors included"
    return Fault(codes.TOO_MANY_NODES, start, start + 1, message, "split the file, or write repeated values out")


def _syntax(error: yaml.MarkedYAMLError, length: int) -> Fault:
    mark = error.problem_mark or error.context_mark
    start = min(mark.index if mark else 0, length)
    problem = error.problem or "this is not YAML"
    hint = next((hint for words, hint in _HINTS if words in problem), "mend the YAML here or on the line above")
    return Fault(codes.UNREADABLE_YAML, start, min(start + 1, length), problem, hint)
