"""JSON text in, the same tree of nodes with offsets that YAML is read into out; every fault is a value.

Python's own reader gives no positions and keeps the last of two equal keys silently. Strings become quoted scalars,
numbers, ``true``, ``false`` and ``null`` plain ones, with the text that stands in the file.
"""

from __future__ import annotations

import json
import re

from kg import codes
from kg.problem import Code
from kg.yamltree import Fault, Limits, Mapping, Node, Scalar, Sequence

LIMITS = Limits(bytes=50_000_000, depth=50, nodes=5_000_000)
"""How much of a file is read before it is refused; overlays are longer than cases."""

_SPACE = re.compile(r"[ \t\r\n]*+")
_STRING = re.compile(r'"[^"\\\x00-\x1f]*+(?:\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4})[^"\\\x00-\x1f]*+)*+"')
_PLAIN = re.compile(r"-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?(?![\w.])|(?:true|false|null)(?!\w)")
_SURROGATE = re.compile("[\ud800-\udfff]")
_HINTS = {
    "'": "strings stand in double quotation marks",
    "/": "JSON has no comments; remove it",
    "}": "remove the comma before the bracket, or write what should follow",
    "]": "remove the comma before the bracket, or write what should follow",
    "": "the text ends too soon: a bracket or quotation mark is opened and never closed",
    '"': "the string is never closed, or holds a line break or an unknown escape; write \\n for a line break",
}


class _Stop(Exception):
    """Carries a fault out of the reader."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault


def parse(text: str, limits: Limits = LIMITS) -> tuple[Node | None, list[Fault]]:
    """The root node of a JSON text, or None and why it cannot be read."""
    try:
        return _Reader(text, limits).document(), []
    except _Stop as stop:
        return None, [stop.fault]


class _Reader:
    """Reads one text from left to right."""

    def __init__(self, text: str, limits: Limits) -> None:
        self.text = text
        self.limits = limits
        self.at = 0
        self.nodes = 0

    def document(self) -> Node:
        root = self._value(0)
        if self._next():
            raise self._unreadable("something stands behind the end of the value")
        return root

    def _value(self, depth: int) -> Node:
        self.nodes += 1
        if self.nodes > self.limits.nodes:
            raise self._stop(codes.TOO_MANY_NODES, f"more than {self.limits.nodes:,} values", "split the file")
        character = self._next()
        if character == '"':
            return self._string()
        if character not in "{[" or not character:
            return self._plain()
        if depth >= self.limits.depth:
            message = f"nested more than {self.limits.depth} levels deep"
            raise self._stop(codes.TOO_DEEP, message, "an overlay needs four")
        return self._object(depth + 1) if character == "{" else self._array(depth + 1)

    def _object(self, depth: int) -> Mapping:
        start, pairs = self._open(), list[tuple[Node, Node]]()
        if self._next() != "}":
            while True:
                if self._next() != '"':
                    raise self._unreadable("expected a key in double quotation marks")
                key = self._string()
                self._expect(":", "expected a colon between key and value")
                pairs.append((key, self._value(depth)))
                if self._next() != ",":
                    break
                self.at += 1
        self._expect("}", "expected a comma or the closing } of an object")
        return Mapping(pairs, start, self.at)

    def _array(self, depth: int) -> Sequence:
        start, items = self._open(), list[Node]()
        if self._next() != "]":
            while True:
                items.append(self._value(depth))
                if self._next() != ",":
                    break
                self.at += 1
        self._expect("]", "expected a comma or the closing ] of an array")
        return Sequence(items, start, self.at)

    def _open(self) -> int:
        self.at += 1
        return self.at - 1

    def _string(self) -> Scalar:
        found = _STRING.match(self.text, self.at)
        if not found:
            raise self._unreadable("this string cannot be read")
        token = found[0]
        value = token[1:-1] if "\\" not in token else str(json.loads(token))
        if _SURROGATE.search(value):
            message = "the string holds half of a character that is written in two \\u escapes"
            raise self._unreadable(message, "write the character itself")
        self.at = found.end()
        return Scalar(value, False, found.start(), self.at)

    def _plain(self) -> Scalar:
        found = _PLAIN.match(self.text, self.at)
        if not found:
            raise self._unreadable("expected a value")
        self.at = found.end()
        return Scalar(found[0], True, found.start(), self.at)

    def _next(self) -> str:
        """The next character that is no space; empty at the end."""
        space = _SPACE.match(self.text, self.at)
        if space:
            self.at = space.end()
        return self.text[self.at : self.at + 1]

    def _expect(self, character: str, message: str) -> None:
        if self._next() != character:
            raise self._unreadable(message)
        self.at += 1

    def _unreadable(self, message: str, hint: str = "") -> _Stop:
        hint = hint or _HINTS.get(self.text[self.at : self.at + 1], "mend the JSON here or a little before")
        return self._stop(codes.UNREADABLE_JSON, message, hint)

    def _stop(self, code: Code, message: str, hint: str) -> _Stop:
        return _Stop(Fault(code, self.at, min(self.at + 1, len(self.text)), message, hint))
