"""A case file and a person's decisions in; the file that says what was decided, every other byte as it was, out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from collections.abc import Mapping as Lookup
from dataclasses import dataclass

from kg import codes, vocab
from kg.case import Case, Reader
from kg.migrate import tree
from kg.migrate.files import Rewritten, refused, respliced
from kg.migrate.layout import Key, Layout, layout_of
from kg.migrate.operation import Operation, Recode, Resolve
from kg.migrate.subject import FieldName, Pairs
from kg.migrate.visit import Refusal
from kg.problem import Problem, Severity, Span
from kg.yamltree import Mapping, Node, Scalar, Sequence

Decisions = Lookup[tuple[str, str, str], str]
"""Id of a claim or source (empty for the case), field and old value → what was decided; empty: nothing stands there."""


@dataclass(frozen=True, slots=True)
class Writing:
    """What else is written where a field is decided: a record around a code, keys beside it."""

    records: Lookup[FieldName, tuple[str, Pairs]]
    """Field that embeds a record → the record's key for the code, and what stands beside it."""
    beside: Lookup[FieldName, Pairs]


def writing(operations: Iterable[Operation]) -> Writing:
    """What the operations that leave codes to a person say of how a decision is written."""
    records: dict[FieldName, tuple[str, Pairs]] = {}
    beside: dict[FieldName, Pairs] = {}
    for operation in operations:
        if isinstance(operation, Resolve):
            records[operation.to] = operation.id_key, operation.write
        elif isinstance(operation, Recode) and operation.write:
            beside[operation.field] = operation.write
    return Writing(records, beside)


def decide(raw: bytes, file: str, reader: Reader, *, decisions: Decisions, writing: Writing) -> Rewritten | Problem:
    """The file with some decisions written into it; or why that cannot be done."""
    case = reader.read(raw, file)
    if case is None or case.root is None:
        problem = case.problems[0] if case and case.problems else None
        span, message = (problem.span, problem.message) if problem else (Span(file), "this is no case file")
        return codes.MIGRATION_REFUSED.at(span, message, hint="mend the file first")
    worst = next((each for each in case.problems if each.severity is Severity.ERROR), None)
    if worst:
        return codes.MIGRATION_REFUSED.at(worst.span, f"{worst.code}: {worst.message}", hint=worst.hint)
    return _decided(raw, case, _Settling(layout_of(reader.shapes(case.release)), decisions, writing))


def _decided(raw: bytes, case: Case, settling: _Settling) -> Rewritten | Problem:
    assert case.root is not None
    try:
        root = settling.record(case.root, settling.layout.root, "", "")
        if root is case.root:
            raise Refusal("nothing in the file waits for these decisions", case.root)
        if not settling.left:
            root = settling.settled(root, settling.layout.root)
        return respliced(raw, case, root)
    except Refusal as refusal:
        return refused(case, refusal)


class _Settling:
    """Writes decisions into a tree; ``left`` counts what still waits afterwards."""

    def __init__(self, layout: Layout, decisions: Decisions, writing: Writing) -> None:
        self.layout = layout
        self.decisions = decisions
        self.writing = writing
        self.left = 0

    def record(self, node: Mapping, record: str, label: str, prefix: str) -> Mapping:
        """A record with what was decided of it and of all inside it."""
        key = self.layout.by_path(record, vocab.dcterms_identifier)
        own = tree.text_of(node.get(key.name)) if key else None
        if own and record != self.layout.root:
            label, prefix = own, ""
        node = self._inner(node, record, lambda each, key: self.record(each, key.record, label, f"{prefix}{key.name}."))
        holder = self.layout.by_path(record, vocab.pending)
        held = node.get(holder.name) if holder else None
        if holder is None or not isinstance(held, Sequence):
            return node
        return self._settle(node, holder, held, (record, label, prefix))

    def settled(self, node: Mapping, record: str) -> Mapping:
        """The tree without its mark that something waits."""
        node = self._inner(node, record, lambda each, key: self.settled(each, key.record))
        key = self.layout.by_path(record, vocab.needsRetagging)
        value = node.get(key.name) if key else None
        if key is None or tree.text_of(value) != "true" or value is None:
            return node
        return tree.with_value(node, key.name, tree.text("false", value), order=self._order(record))

    def _inner(self, node: Mapping, record: str, change: Callable[[Mapping, Key], Mapping]) -> Mapping:
        for key in self.layout.embedding(record):
            value = node.get(key.name)
            if value is None or key.path == vocab.pending:
                continue
            changed = _each(value, lambda each, key=key: change(each, key))
            if changed is not value:
                node = tree.with_value(node, key.name, changed, order=self._order(record))
        return node

    def _settle(self, node: Mapping, holder: Key, held: Sequence, place: tuple[str, str, str]) -> Mapping:
        """The record with decided entries taken out of its list of pending values, and written where they belong."""
        record, label, prefix = place
        kept: list[Node] = []
        for item in held.items:
            field, value = self._entry(item, holder)
            to = self.decisions.get((label, prefix + field, value))
            if to is None:
                kept.append(item)
            elif to:
                node = self._write(node, record, field, tree.text(to, item))
        self.left += len(kept)
        if len(kept) == len(held.items):
            return node
        if not kept:
            return tree.without(node, holder.name)
        return tree.with_value(node, holder.name, tree.sequence(kept, held), order=self._order(record))

    def _entry(self, item: Node, holder: Key) -> tuple[str, str]:
        if not isinstance(item, Mapping):
            return "", ""
        keys = (self.layout.by_path(holder.record, path) for path in (vocab.pendingField, vocab.pendingValue))
        field, value = ((tree.text_of(item.get(key.name)) or "") if key else "" for key in keys)
        return field, value

    def _write(self, node: Mapping, record: str, dotted: str, to: Scalar) -> Mapping:
        """A record with a decided value under a key, or under a key of a record inside it."""
        name, dot, rest = dotted.partition(".")
        field = FieldName(record, name)
        key = self.layout.key(field)
        if key is None:
            raise Refusal(f"the release of the file has no key `{name}` in {record}", node)
        old = node.get(name)
        if dot:
            inner = old if isinstance(old, Mapping) else tree.mapping((), old or tree.place_of_new(node))
            return tree.with_value(node, name, self._write(inner, key.record, rest, to), order=self._order(record))
        node = tree.with_value(node, name, self._value(old, key, field, to), order=self._order(record))
        for beside, text in self.writing.beside.get(field, ()):
            node = tree.with_value(node, beside, tree.text(text, node.get(beside) or to), order=self._order(record))
        return node

    def _value(self, old: Node | None, key: Key, field: FieldName, to: Scalar) -> Node:
        if not key.single:
            items = list(old.items) if isinstance(old, Sequence) else []
            known = {each.text for each in tree.scalars(old)}
            return tree.sequence(items if to.text in known else [*items, to], old or to)
        if old is not None and not tree.is_absent(old):
            if tree.text_of(old) == to.text:
                return old
            raise Refusal(f"`{key.name}` says something already; delete it, or the pending entry", old)
        if not key.record:
            return to
        if field not in self.writing.records:
            raise Refusal(f"no migration says how `{key.name}` is written", to)
        code, beside = self.writing.records[field]
        said = dict(beside) | {code: to.text}
        ordered = sorted(said, key=self._order(key.record))
        return tree.mapping([(each, tree.text(said[each], to)) for each in ordered], to)

    def _order(self, record: str) -> tree.Order:
        def order(key: str) -> float:
            found = self.layout.key(FieldName(record, key))
            return found.order if found else -1

        return order


def _each(value: Node, change: Callable[[Mapping], Mapping]) -> Node:
    """A record, or a list of them, with a change to each."""
    if isinstance(value, Mapping):
        return change(value)
    if not isinstance(value, Sequence):
        return value
    items = [change(item) if isinstance(item, Mapping) else item for item in value.items]
    same = all(new is old for new, old in zip(items, value.items, strict=True))
    return value if same else tree.sequence(items, value)
