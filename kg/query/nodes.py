"""YAML nodes of a header in; texts, lists and mappings out, and a problem wherever a node is not what it should be."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from kg import codes
from kg.problem import Problem, Span
from kg.query.saved import Json
from kg.source import Source
from kg.yamltree import Mapping, Node, Scalar
from kg.yamltree import Sequence as Items

_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")


class Nodes:
    """Reads the nodes of one file, and collects what is wrong with them."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.problems: list[Problem] = []

    def wrong(self, node: Node, message: str, hint: str = "") -> None:
        """Report a node."""
        self.wrong_at(self.span(node), message, hint)

    def wrong_at(self, span: Span, message: str, hint: str = "") -> None:
        """Report a place."""
        self.problems.append(codes.BAD_QUERY_HEADER.at(span, message, hint=hint))

    def span(self, node: Node) -> Span:
        """Where a node stands."""
        return self.source.span(node.start, node.end)

    def check_keys(self, node: Mapping, known: Sequence[str]) -> None:
        """Report keys that are not known, or stand twice."""
        seen: set[str] = set()
        for key, _ in node.pairs:
            name = key.text if isinstance(key, Scalar) else ""
            if name not in known:
                self.wrong(key, f"`{name}` is no key of a header", suggestion(name, known))
            elif name in seen:
                self.wrong(key, f"`{name}` stands twice", "keep one of the two")
            seen.add(name)

    def text(self, node: Mapping, key: str) -> str:
        """The text under a key; empty where there is none."""
        found = node.get(key)
        return "" if found is None else self.scalar(found, key)

    def scalar(self, node: Node, key: str) -> str:
        """The text of a node that stands under a key."""
        if not isinstance(node, Scalar):
            self.wrong(node, f"`{key}` takes a text")
            return ""
        return "" if node.is_null else node.text

    def one_of(self, node: Mapping, key: str, known: Sequence[str]) -> str:
        """The text under a key, which must be one of a few."""
        said = self.text(node, key)
        if said and said not in known:
            self.wrong(node.get(key) or node, f"`{said}` is no {key}", suggestion(said, known))
        return said if said in known else ""

    def texts(self, node: Mapping, key: str) -> tuple[str, ...]:
        """The texts of the list under a key."""
        return tuple(self.scalar(each, key) for each in self.items(node, key))

    def items(self, node: Mapping, key: str) -> list[Node]:
        """The list under a key; empty where there is none."""
        found = node.get(key)
        if found is None or (isinstance(found, Scalar) and found.is_null):
            return []
        if not isinstance(found, Items):
            self.wrong(found, f"`{key}` takes a list")
            return []
        return found.items

    def mappings(self, node: Mapping, key: str, known: Sequence[str]) -> list[Mapping]:
        """The list under a key, each element with keys of its own."""
        found = [each for each in self.items(node, key) if self._is_mapping(each, key, known)]
        mappings = [each for each in found if isinstance(each, Mapping)]
        for each in mappings:
            self.check_keys(each, known)
        return mappings

    def _is_mapping(self, node: Node, key: str, known: Iterable[str]) -> bool:
        if not isinstance(node, Mapping):
            self.wrong(node, f"an element of `{key}` takes the keys {', '.join(known)}")
        return isinstance(node, Mapping)


def suggestion(name: str, known: Sequence[str]) -> str:
    """The hint for a word that is not one of a few."""
    near = get_close_matches(name, known, 1)
    return f"did you mean `{near[0]}`?" if near else f"known: {', '.join(known)}"


def is_given(node: Node | None) -> bool:
    """Whether a key has a value."""
    return node is not None and not (isinstance(node, Scalar) and node.is_null)


def as_json(node: Node) -> Json:
    """A node as JSON has it; plain scalars that look like numbers, truth values or null are such."""
    if isinstance(node, Mapping):
        return {key.text: as_json(value) for key, value in node.pairs if isinstance(key, Scalar)}
    if isinstance(node, Items):
        return [as_json(item) for item in node.items]
    return _json_scalar(node)


def _json_scalar(node: Scalar) -> Json:
    if not node.plain:
        return node.text
    if node.is_null:
        return None
    if node.text in ("true", "false"):
        return node.text == "true"
    found = _NUMBER.fullmatch(node.text)
    if not found:
        return node.text
    return float(node.text) if found[2] or found[3] else int(node.text)
