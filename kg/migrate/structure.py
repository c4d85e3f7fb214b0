"""Operations on keys: rename, retire, move, change together, derive; each as an effect on records."""

from __future__ import annotations

from collections.abc import Iterator

from kg import vocab
from kg.migrate import tree
from kg.migrate.layout import Key, Layout
from kg.migrate.operation import Derive, MoveField, RenameProperty, RetireField, Row, SwapFields
from kg.migrate.subject import FieldName
from kg.migrate.substitution import holders, holds, layout_field
from kg.migrate.visit import At, Effect, Refusal
from kg.yamltree import Mapping, Node, Scalar, Sequence


def rename_property(operation: RenameProperty, layout: Layout) -> Effect:
    """The key under its new name, in pending values too."""
    field, to = operation.field, operation.to

    def touch(node: Mapping, at: At) -> Mapping:
        node = _renamed_pending(node, at, operation)
        if at.record != field.record or node.get(field.key) is None:
            return node
        _need_room(node, to, field)
        at.scene.count()
        return tree.renamed(node, field.key, to)

    records = frozenset([field.record])
    return Effect(records | holders(layout, records), touch)


def retire_field(operation: RetireField, layout: Layout) -> Effect:
    """The record without the key."""
    field = operation.field

    def touch(node: Mapping, at: At) -> Mapping:
        _need_no_pending(node, at, frozenset([field]))
        value = node.get(field.key)
        if at.record != field.record or value is None:
            return node
        for text in _texts(value):
            at.lose(field.key, text)
        return tree.without(node, field.key)

    records = frozenset([field.record])
    return Effect(records | holders(layout, records), touch)


def move_field(operation: MoveField, layout: Layout) -> Effect:
    """The value a step further in or out, or in place of the records that it stood in."""
    field, to = operation.field, operation.to
    key = layout.key(to)
    if key is not None and key.record == field.record:
        return _flatten(field, to, key)
    inwards = next((key for key in layout.embedding(field.record) if key.record == to.record), None)
    if inwards is not None:
        return _inwards(operation, inwards)
    outwards = next((key for key in layout.embedding(to.record) if key.record == field.record), None)
    assert outwards is not None, "checked when the migration was read"
    return _outwards(operation, outwards)


def _inwards(operation: MoveField, inner: Key) -> Effect:
    field, to = operation.field, operation.to

    def touch(node: Mapping, at: At) -> Mapping:
        _need_no_pending(node, at, frozenset([field]))
        value = node.get(field.key)
        if value is None:
            return node
        held = node.get(inner.name)
        record = held if isinstance(held, Mapping) else tree.mapping((), held or tree.place_of_new(node))
        _need_equal(record.get(to.key), value, to)
        at.scene.count()
        node = tree.without(node, field.key)
        if tree.is_absent(value) and record.get(to.key) is None and not isinstance(held, Mapping):
            return node
        order = _order(at, to.record)
        return tree.with_value(node, inner.name, tree.with_value(record, to.key, value, order=order), order=at.order)

    return Effect(frozenset([field.record]), touch)


def _outwards(operation: MoveField, inner: Key) -> Effect:
    field, to = operation.field, operation.to

    def touch(node: Mapping, at: At) -> Mapping:
        held = node.get(inner.name)
        value = held.get(field.key) if isinstance(held, Mapping) else None
        if value is None or not isinstance(held, Mapping):
            return node
        _need_equal(node.get(to.key), value, to)
        at.scene.count()
        node = tree.with_value(node, inner.name, tree.without(held, field.key), order=at.order)
        return tree.with_value(node, to.key, value, order=at.order)

    return Effect(frozenset([to.record]), touch)


def _flatten(field: FieldName, to: FieldName, key: Key) -> Effect:
    """A list of records, or one, becomes what they say under one key."""

    def touch(node: Mapping, at: At) -> Mapping:
        value = node.get(to.key)
        if tree.is_absent(value) or value is None:
            return node
        items = value.items if isinstance(value, Sequence) else [value]
        kept: list[Node] = []
        for item in items:
            if not isinstance(item, Mapping):
                raise Refusal(f"`{to.key}` holds something that is no {field.record}", item)
            kept += _kept(item, field.key, at)
        at.scene.count()
        one = kept[0] if kept else tree.null(value)
        return tree.with_value(node, to.key, one if key.single else tree.sequence(kept, value), order=at.order)

    return Effect(frozenset([to.record]), touch)


def _kept(item: Mapping, key: str, at: At) -> Iterator[Node]:
    for name, value in item.pairs:
        if tree.is_key(name, key) and not tree.is_absent(value):
            yield value
        elif isinstance(name, Scalar):
            for text in _texts(value):
                at.lose(name.text, text)


def swap_fields(operation: SwapFields, layout: Layout) -> Effect:
    """The keys as the first row that fits says, all at once."""
    records = frozenset([operation.record])
    fields = frozenset(FieldName(operation.record, key) for key in operation.keys)

    def touch(node: Mapping, at: At) -> Mapping:
        _need_no_pending(node, at, fields)
        return _swapped(node, at, operation) if at.record == operation.record else node

    return Effect(records | holders(layout, records), touch)


def _swapped(node: Mapping, at: At, operation: SwapFields) -> Mapping:
    old = {key: node.get(key) for key in operation.keys}
    if all(tree.is_absent(value) for value in old.values()):
        return node
    new = _by_row(node, at, operation, old) if operation.rows else dict(zip(old, reversed(old.values()), strict=True))
    for key in operation.keys:
        value, before = new.get(key), old[key]
        if value is None and before is None:
            continue
        if value is None and before is not None:
            value = tree.null(before)
        assert value is not None
        if tree.text_of(value) != tree.text_of(before) or tree.text_of(value) is None:
            node = tree.with_value(node, key, value, order=at.order)
            at.scene.count()
    return node


def _by_row(node: Mapping, at: At, operation: SwapFields, old: dict[str, Node | None]) -> dict[str, Node | None]:
    row = next((row for row in operation.rows if holds(node, row.when)), Row((), ()))
    taken = {key for key, _ in row.when}
    dropped = dict(operation.drop)
    for key, value in old.items():
        if key in taken or not isinstance(value, Scalar) or value.is_null:
            continue
        if value.text in dropped.get(key, ()):
            at.lose(key, value.text)
        elif (key, value.text) not in row.then:
            at.ask(key, value, ())
    place = next(value for value in old.values() if value is not None)
    return {key: tree.text(text, old[key] or place) for key, text in row.then}


def derive(operation: Derive, layout: Layout) -> Effect:
    """The absent field filled with the first term found."""
    field, source = operation.field, operation.source

    def touch(node: Mapping, at: At) -> Mapping:
        if not tree.is_absent(node.get(field.key)):
            return node
        found: dict[str, Scalar] = {}
        for record in _records(node, at.record, source.record, layout):
            if holds(record, operation.where):
                found.update((each.text, each) for each in tree.scalars(record.get(source.key)))
        best = next((found[term] for term in operation.order if term in found), None)
        if best is None:
            return node
        at.scene.count()
        return tree.with_value(node, field.key, tree.text(best.text, best), order=at.order)

    return Effect(frozenset([field.record]), touch)


def _records(node: Mapping, record: str, wanted: str, layout: Layout) -> Iterator[Mapping]:
    """The records of a kind in a record, itself included."""
    if record == wanted:
        yield node
    for key in layout.embedding(record):
        value = node.get(key.name)
        if wanted not in layout.reached[key.record] or value is None:
            continue
        for item in value.items if isinstance(value, Sequence) else [value]:
            if isinstance(item, Mapping):
                yield from _records(item, key.record, wanted, layout)


# --- what stands in the way ------------------------------------------------------------------------------


def _need_room(node: Mapping, key: str, field: FieldName) -> None:
    taken = node.get(key)
    if taken is not None:
        raise Refusal(f"`{field.key}` is to be called `{key}`, and the record has a `{key}` already", taken)


def _need_equal(old: Node | None, new: Node, to: FieldName) -> None:
    if old is not None and not tree.is_absent(old) and _texts(old) != _texts(new):
        raise Refusal(f"a value is to move to `{to.key}`, which says something else already", old)


def _need_no_pending(node: Mapping, at: At, fields: frozenset[FieldName]) -> None:
    for field, entry in _pending(node, at):
        if field in fields:
            message = f"`{field.key}` waits for a person, and the migration changes what it means; decide it first"
            raise Refusal(message, entry)


def _pending(node: Mapping, at: At) -> Iterator[tuple[FieldName | None, Mapping]]:
    holder = at.scene.layout.by_path(at.record, vocab.pending)
    held = node.get(holder.name) if holder else None
    key = at.scene.layout.by_path(holder.record, vocab.pendingField) if holder else None
    for item in held.items if isinstance(held, Sequence) and key else ():
        if isinstance(item, Mapping) and key:
            yield layout_field(at.scene.layout, at.record, tree.text_of(item.get(key.name)) or ""), item


def _renamed_pending(node: Mapping, at: At, operation: RenameProperty) -> Mapping:
    """The record with pending values of the renamed key under its new name."""
    holder = at.scene.layout.by_path(at.record, vocab.pending)
    key = at.scene.layout.by_path(holder.record, vocab.pendingField) if holder else None
    held = node.get(holder.name) if holder else None
    touched = {id(entry) for field, entry in _pending(node, at) if field == operation.field}
    if not touched or holder is None or key is None or not isinstance(held, Sequence):
        return node
    items = [_with_last(each, key.name, operation.to) if id(each) in touched else each for each in held.items]
    return tree.with_value(node, holder.name, tree.sequence(items, held), order=at.order)


def _with_last(entry: Node, key: str, word: str) -> Node:
    """A pending value whose dotted field ends in another word."""
    old = entry.get(key) if isinstance(entry, Mapping) else None
    if not isinstance(entry, Mapping) or not isinstance(old, Scalar):
        return entry
    lead, dot, _ = old.text.rpartition(".")
    return tree.with_value(entry, key, tree.reworded(old, f"{lead}{dot}{word}"), order=lambda _: 0)


def _texts(value: Node) -> list[str]:
    """The texts in a value, however deep."""
    if isinstance(value, Scalar):
        return [] if value.is_null else [value.text]
    inner = value.items if isinstance(value, Sequence) else [each for _, each in value.pairs]
    return [text for each in inner for text in _texts(each)]


def _order(at: At, record: str) -> tree.Order:
    """Where the keys of another kind of record belong."""

    def order(key: str) -> float:
        found = at.scene.target.key(FieldName(record, key)) or at.scene.layout.key(FieldName(record, key))
        return found.order if found else -1

    return order
