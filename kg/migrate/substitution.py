"""Operations that replace values one by one: what becomes of a value, and the effect of that on a record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kg import vocab
from kg.migrate import tree
from kg.migrate.layout import Layout
from kg.migrate.operation import MapValues, Merge, Recode, Rename, RetireTerm, Split
from kg.migrate.subject import FieldName, Otherwise, Pairs
from kg.migrate.visit import At, Effect
from kg.yamltree import Mapping, Node, Scalar, Sequence


@dataclass(frozen=True, slots=True)
class Write:
    """Another value stands there."""

    text: str


@dataclass(frozen=True, slots=True)
class Ask:
    """A person says what stands there."""

    candidates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lose:
    """Nothing stands there."""


Outcome = Write | Ask | Lose | None
"""What becomes of a value; None where it stays."""
Decide = Callable[[str], Outcome]


@dataclass(frozen=True, slots=True)
class Substitution:
    """What becomes of the values of some fields."""

    fields: frozenset[FieldName]
    decide: Decide
    where: Pairs = ()
    write: Pairs = ()


def substitution(operation: Rename | Merge | Split | RetireTerm | MapValues | Recode, layout: Layout) -> Substitution:
    """What an operation puts in place of which values."""
    match operation:
        case Rename(vocabulary, term, to):
            return Substitution(layout.fields_of(vocabulary), _from({term: Write(to)}))
        case Merge(vocabulary, terms, to):
            return Substitution(layout.fields_of(vocabulary), _from({each: Write(to) for each in terms if each != to}))
        case Split(vocabulary, term, into):
            return Substitution(layout.fields_of(vocabulary), _from({term: Ask(into)}))
        case RetireTerm(vocabulary, term, consider):
            return Substitution(layout.fields_of(vocabulary), _from({term: Ask(consider)}))
        case MapValues():
            return Substitution(frozenset([operation.field]), _mapped(operation))
        case Recode():
            decide = _recoded(operation)
            return Substitution(frozenset([operation.field]), decide, operation.where, operation.write)


def effect(found: Substitution, layout: Layout) -> Effect:
    """The substitution as an effect on records: those with the fields, and those that hold pending values of them."""
    records = frozenset(field.record for field in found.fields)

    def touch(node: Mapping, at: At) -> Mapping:
        return _touch(_pending(node, at, found), at, found)

    return Effect(records | holders(layout, records), touch)


def holders(layout: Layout, records: frozenset[str]) -> frozenset[str]:
    """The kinds of record that may hold pending values of some kinds of record."""
    return frozenset(
        record
        for record in layout.records
        if layout.by_path(record, vocab.pending) and layout.reached[record] & records
    )


def _from(outcomes: dict[str, Write] | dict[str, Ask]) -> Decide:
    return outcomes.get


def _mapped(operation: MapValues) -> Decide:
    said: dict[str, Outcome] = {old: Write(new) if old != new else None for old, new in operation.values}
    said |= {old: Ask(candidates) for old, candidates in operation.propose}
    said |= dict.fromkeys(operation.drop, Lose())
    rest = _rest(operation.otherwise)
    return lambda value: said[value] if value in said else rest if value or rest is None else Lose()


def _recoded(operation: Recode) -> Decide:
    said: dict[str, Outcome] = {old: Write(new[0]) if len(new) == 1 else Ask(new) for old, new in operation.table}
    rest = _rest(operation.otherwise)
    return lambda value: said.get(value, rest)


def _rest(otherwise: Otherwise) -> Outcome:
    return {Otherwise.KEEP: None, Otherwise.PENDING: Ask(()), Otherwise.DROP: Lose()}[otherwise]


def _touch(node: Mapping, at: At, found: Substitution) -> Mapping:
    if not holds(node, found.where):
        return node
    for name, value in list(node.pairs):
        if isinstance(name, Scalar) and FieldName(at.record, name.text) in found.fields:
            changed = _value(value, name.text, at, found)
            if changed is not value:
                node = tree.with_value(node, name.text, changed, order=at.order)
                node = _beside(node, value, at, found)
    return node


def _beside(node: Mapping, value: Node, at: At, found: Substitution) -> Mapping:
    """What is written beside a value that was replaced."""
    if isinstance(value, Scalar) and isinstance(found.decide(value.text), Write):
        for key, text in found.write:
            node = tree.with_value(node, key, _text(node.get(key) or value, text), order=at.order)
    return node


def _text(place: Node, text: str) -> Scalar:
    return tree.text(text, place)


def holds(node: Mapping, where: Pairs) -> bool:
    """Whether a record says all that a condition asks; an empty text asks that it says nothing."""
    return all((tree.text_of(node.get(key)) or "") == value for key, value in where)


def _value(value: Node, key: str, at: At, found: Substitution) -> Node:
    if isinstance(value, Sequence):
        items = _items(value, key, at, found)
        same = len(items) == len(value.items) and all(map(_is, items, value.items))
        return value if same else tree.sequence(items, value)
    if not isinstance(value, Scalar) or value.is_null:
        return value
    return _scalar(value, key, at, found) or tree.null(value)


def _is(one: Node, other: Node) -> bool:
    return one is other


def _items(value: Sequence, key: str, at: At, found: Substitution) -> list[Node]:
    """A list's items; one that becomes what the list has already stands once."""
    items: list[Node] = []
    for item in value.items:
        changed = _scalar(item, key, at, found) if isinstance(item, Scalar) and not item.is_null else item
        if changed is not None:
            items.append(changed)
    kept = {item.text: item for item in reversed(items) if isinstance(item, Scalar)}
    new = {id(item) for item in items} - {id(item) for item in value.items}
    return [item for item in items if not _is_echo(item, kept, new)]


def _is_echo(item: Node, kept: dict[str, Scalar], new: set[int]) -> bool:
    """Whether a replaced value, or one that a replaced value has come to equal, stands earlier in the list."""
    if not isinstance(item, Scalar) or kept[item.text] is item:
        return False
    return id(item) in new or id(kept[item.text]) in new


def _scalar(value: Scalar, key: str, at: At, found: Substitution) -> Scalar | None:
    """What stands in place of a value; None where nothing does."""
    outcome = found.decide(value.text)
    match outcome:
        case Write(text):
            at.scene.count()
            return tree.reworded(value, text)
        case Ask(candidates):
            at.ask(key, value, candidates)
            return None
        case Lose():
            at.lose(key, value.text)
            return None
        case None:
            return value


# --- values that already wait for a person ---------------------------------------------------------------


def _pending(node: Mapping, at: At, found: Substitution) -> Mapping:
    """The record with the candidates of its pending values as the operation leaves them."""
    holder = at.scene.layout.by_path(at.record, vocab.pending)
    held = node.get(holder.name) if holder else None
    if holder is None or not isinstance(held, Sequence):
        return node
    items = [_entry(item, holder.record, at, found) for item in held.items]
    if all(map(_is, items, held.items)):
        return node
    return tree.with_value(node, holder.name, tree.sequence(items, held), order=at.order)


def _entry(item: Node, record: str, at: At, found: Substitution) -> Node:
    layout = at.scene.layout
    field, candidates = (layout.by_path(record, path) for path in (vocab.pendingField, vocab.candidate))
    if not isinstance(item, Mapping) or field is None or candidates is None:
        return item
    listed = item.get(candidates.name)
    meant = layout_field(layout, at.record, tree.text_of(item.get(field.name)) or "")
    if meant not in found.fields or not isinstance(listed, Sequence):
        return item
    words = list(dict.fromkeys(word for each in tree.scalars(listed) for word in _words(each.text, found.decide)))
    if words == [each.text for each in tree.scalars(listed)]:
        return item
    by_text = {each.text: each for each in tree.scalars(listed)}
    nodes = [by_text.get(word) or tree.text(word, listed) for word in words]
    return tree.with_value(item, candidates.name, tree.sequence(nodes, listed), order=lambda _: 0)


def _words(candidate: str, decide: Decide) -> tuple[str, ...]:
    match decide(candidate):
        case Write(text):
            return (text,)
        case Ask(candidates):
            return candidates
        case Lose():
            return ()
        case None:
            return (candidate,)


def layout_field(layout: Layout, record: str, dotted: str) -> FieldName | None:
    """The field that a pending value of a record names: ``metric_raw.metric_type`` is ``Metric.metric_type``."""
    first, dot, rest = dotted.partition(".")
    if not dot:
        return FieldName(record, first)
    key = layout.key(FieldName(record, first))
    return layout_field(layout, key.record, rest) if key and key.record else None
