"""A tree and what is to happen to some kinds of record in it in; the changed tree out, with what was asked and lost.

What needs a person is attached to the record that it is about, or, where the shapes give that kind of record no list of
pending values, to the nearest one around it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from kg import vocab
from kg.migrate import tree
from kg.migrate.layout import Key, Layout
from kg.migrate.subject import FieldName
from kg.yamltree import Mapping, Node, Scalar, Sequence


class Refusal(Exception):
    """A file cannot be migrated as it stands; the message says why, the node where."""

    def __init__(self, message: str, node: Node) -> None:
        super().__init__(message)
        self.node = node


@dataclass(frozen=True, slots=True)
class Asked:
    """A value that a person decides: its key, what it was, what it may become, where it stood."""

    key: str
    value: str
    candidates: tuple[str, ...]
    place: Scalar


@dataclass(frozen=True, slots=True)
class Lost:
    """A value that is in no migrated file."""

    record: str
    """The id of the record, or of the one around it."""
    field: FieldName
    value: str


@dataclass(frozen=True, slots=True)
class Decision:
    """A value that a person has to decide, in the file that holds it."""

    record: str
    key: str
    value: str
    origin: str
    candidates: tuple[str, ...]


@dataclass(slots=True)
class Log:
    """What operations did to one file; ``changed`` counts values and keys by operation."""

    changed: dict[int, int] = field(default_factory=dict[int, int])
    asked: list[Decision] = field(default_factory=list[Decision])
    lost: list[Lost] = field(default_factory=list[Lost])


@dataclass(frozen=True, slots=True)
class Scene:
    """Where an operation is at work: the layout that it meets, the one that it is bound for, the release it leaves."""

    layout: Layout
    target: Layout
    origin: str
    log: Log
    index: int = 0

    def count(self) -> None:
        """One more value or key that the operation changed."""
        self.log.changed[self.index] = self.log.changed.get(self.index, 0) + 1


@dataclass(frozen=True, slots=True)
class At:
    """One record that is being visited."""

    record: str
    label: tuple[str, ...]
    """Ids of this record and those around it, outermost first."""
    scene: Scene
    asked: list[Asked]

    def ask(self, key: str, place: Scalar, candidates: tuple[str, ...]) -> None:
        """Leave a value to a person."""
        self.asked.append(Asked(key, place.text, candidates, place))
        self.scene.count()

    def lose(self, key: str, value: str) -> None:
        """Say that a value is lost; an empty text is none."""
        if value:
            self.scene.log.lost.append(Lost(self.label[-1], FieldName(self.record, key), value))
        self.scene.count()

    def keys(self) -> dict[str, Key]:
        """What the record's keys take."""
        return self.scene.layout.records.get(self.record, {})

    def order(self, key: str) -> float:
        """Where a key belongs: as the target has it, else as it was."""
        for layout in (self.scene.target, self.scene.layout):
            found = layout.key(FieldName(self.record, key))
            if found:
                return found.order
        return -1


Touch = Callable[[Mapping, At], Mapping]
"""What happens to one record."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What an operation does to files: to which kinds of record, and what."""

    records: frozenset[str]
    touch: Touch


def apply(root: Mapping, effect: Effect, scene: Scene) -> Mapping:
    """The tree after an effect. Refusal where the file cannot be changed safely."""
    walk = _Walk(effect, scene)
    changed, asked = walk.record(root, scene.layout.root, ())
    if asked:
        first = asked[0]
        raise Refusal(f"`{first.key}` needs a person, and the shapes give its record no list for that", first.place)
    return changed


class _Walk:
    def __init__(self, effect: Effect, scene: Scene) -> None:
        self.effect = effect
        self.scene = scene

    def record(self, node: Mapping, record: str, outer: tuple[str, ...]) -> tuple[Mapping, list[Asked]]:
        """A record after the effect on it and on all inside it, and what it leaves to the record around it."""
        at = At(record, self._label(node, record, outer), self.scene, [])
        node = self._inner(node, at)
        if record in self.effect.records:
            node = self.effect.touch(node, at)
        if not at.asked:
            return node, []
        holder = self.scene.target.by_path(record, vocab.pending)
        return (node, at.asked) if holder is None else (self._attached(node, at, holder), [])

    def _label(self, node: Mapping, record: str, outer: tuple[str, ...]) -> tuple[str, ...]:
        key = self.scene.layout.by_path(record, vocab.dcterms_identifier)
        found = tree.text_of(node.get(key.name)) if key else None
        return (*outer, found) if found else outer or ("",)

    def _inner(self, node: Mapping, at: At) -> Mapping:
        keys, reached, wanted = at.keys(), self.scene.layout.reached, self.effect.records
        pairs = node.pairs
        for index, (name, value) in enumerate(node.pairs):
            key = keys.get(name.text) if isinstance(name, Scalar) else None
            if key is None or not key.record or not reached[key.record] & wanted:
                continue
            changed = self._value(value, key, at)
            if changed is not value:
                pairs = [*pairs[:index], (name, changed), *pairs[index + 1 :]]
        return node if pairs is node.pairs else tree.with_pairs(node, pairs)

    def _value(self, value: Node, key: Key, at: At) -> Node:
        if isinstance(value, Mapping):
            return self._embedded(value, key, at)
        if isinstance(value, Sequence):
            items = [self._embedded(item, key, at) if isinstance(item, Mapping) else item for item in value.items]
            if any(new is not old for new, old in zip(items, value.items, strict=True)):
                return tree.sequence(items, value)
        return value

    def _embedded(self, node: Mapping, key: Key, at: At) -> Mapping:
        changed, asked = self.record(node, key.record, at.label)
        at.asked.extend(Asked(f"{key.name}.{each.key}", each.value, each.candidates, each.place) for each in asked)
        return changed

    def _attached(self, node: Mapping, at: At, holder: Key) -> Mapping:
        """The record with what it asks added to its list of pending values."""
        held = node.get(holder.name)
        items = list(held.items) if isinstance(held, Sequence) else []
        known = {self._said(item, holder) for item in items}
        for each in at.asked:
            if (each.key, each.value) not in known:
                items.append(self._entry(each, holder))
                known.add((each.key, each.value))
                self.scene.log.asked.append(
                    Decision(at.label[-1], each.key, each.value, self.scene.origin, each.candidates)
                )
        listed = tree.sequence(items, held or tree.place_of_new(node))
        return tree.with_value(node, holder.name, listed, order=at.order)

    def _said(self, item: Node, holder: Key) -> tuple[str | None, str | None]:
        if not isinstance(item, Mapping):
            return None, None
        field_, value = (
            self.scene.target.by_path(holder.record, path) for path in (vocab.pendingField, vocab.pendingValue)
        )
        return (
            tree.text_of(item.get(field_.name)) if field_ else None,
            tree.text_of(item.get(value.name)) if value else None,
        )

    def _entry(self, asked: Asked, holder: Key) -> Mapping:
        """One pending value as the shapes write it."""
        said: dict[str, Node] = {
            vocab.pendingField: tree.text(asked.key, asked.place),
            vocab.pendingValue: tree.text(asked.value, asked.place),
            vocab.pendingFrom: tree.text(self.scene.origin, asked.place),
            vocab.candidate: tree.sequence([tree.text(each, asked.place) for each in asked.candidates], asked.place),
        }
        keys = sorted(self.scene.target.records[holder.record].values(), key=lambda each: each.order)
        return tree.mapping([(key.name, said[key.path]) for key in keys if key.path in said], asked.place)
