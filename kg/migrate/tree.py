"""YAML mappings and lists in, changed ones out: pure functions; what is not changed stays the same object.

Places stay with nodes: a key that another key came from stands where that one stood, so that a splice finds it and a
problem with it still points at a line. A wholly new key takes the place of some value of its record.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from kg.yamltree import Mapping, Node, Scalar, Sequence

Order = Callable[[str], float]
"""Where a key belongs among the others."""


def text_of(node: Node | None) -> str | None:
    """The text of a value; None where it is absent, null or no text."""
    return node.text if isinstance(node, Scalar) and not node.is_null else None


def is_absent(node: Node | None) -> bool:
    """Whether a value says nothing: absent, null, an empty list or an empty mapping."""
    if node is None or isinstance(node, Scalar):
        return node is None or node.is_null
    return not (node.items if isinstance(node, Sequence) else node.pairs)


def scalars(node: Node | None) -> list[Scalar]:
    """The texts of a value that is one or a list of them, nulls left out."""
    if isinstance(node, Scalar):
        return [] if node.is_null else [node]
    items = node.items if isinstance(node, Sequence) else []
    return [item for item in items if isinstance(item, Scalar) and not item.is_null]


def null(place: Node) -> Scalar:
    """No value, where something stood."""
    return Scalar("null", True, place.start, place.end)


def text(word: str, place: Node) -> Scalar:
    """A text that comes from some place; how it is quoted is settled when it is written."""
    return Scalar(word, False, place.start, place.end)


def reworded(old: Scalar, word: str) -> Scalar:
    """Another text in the place of one."""
    return Scalar(word, False, old.start, old.end)


def sequence(items: Iterable[Node], place: Node) -> Sequence:
    """A new list."""
    return Sequence(list(items), place.start, place.end)


def mapping(pairs: Iterable[tuple[str, Node]], place: Node) -> Mapping:
    """A new mapping, its keys at one place."""
    return Mapping([(text(key, place), value) for key, value in pairs], place.start, place.end)


def with_pairs(old: Mapping, pairs: list[tuple[Node, Node]]) -> Mapping:
    """The same mapping with other pairs."""
    return Mapping(pairs, old.start, old.end)


def with_value(old: Mapping, key: str, value: Node, *, order: Order) -> Mapping:
    """A mapping in which a key has a value: in place of its old one, or as a new pair where its order puts it."""
    if old.get(key) is not None:
        return with_pairs(old, [(name, value if is_key(name, key) else each) for name, each in old.pairs])
    return _inserted(old, key, value, order)


def without(old: Mapping, key: str) -> Mapping:
    """A mapping without a key."""
    return with_pairs(old, [pair for pair in old.pairs if not is_key(pair[0], key)])


def renamed(old: Mapping, key: str, to: str) -> Mapping:
    """A mapping in which a key is called otherwise."""
    return with_pairs(
        old,
        [
            (reworded(name, to), value) if is_key(name, key) and isinstance(name, Scalar) else (name, value)
            for name, value in old.pairs
        ],
    )


def is_key(node: Node, key: str) -> bool:
    """Whether a node is this key."""
    return isinstance(node, Scalar) and node.text == key


def place_of_new(record: Mapping) -> Node:
    """A place in a record that is none of its keys': its first value's."""
    return record.pairs[0][1] if record.pairs else record


def _inserted(old: Mapping, key: str, value: Node, order: Order) -> Mapping:
    wanted = order(key)
    at = 0
    for index, (name, _) in enumerate(old.pairs, 1):
        if isinstance(name, Scalar) and order(name.text) <= wanted:
            at = index
    pair = (text(key, place_of_new(old)), value)
    return with_pairs(old, [*old.pairs[:at], pair, *old.pairs[at:]])
