"""Shapes of two releases in; where each kind of record stands and what its keys take, operation by operation, out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from kg.migrate.operation import MoveField, Operation, RenameProperty, Resolve, RetireField, Update
from kg.migrate.subject import FieldName
from kg.shape import Field, Kind, RecordShape, local_name


@dataclass(frozen=True, slots=True)
class Key:
    """What one key of one kind of record takes."""

    name: str
    single: bool
    order: float
    path: str
    record: str = ""
    """The kind of record that it embeds."""
    scheme: str = ""
    """IRI of the scheme that its terms come from."""

    @property
    def vocabulary(self) -> str:
        """The vocabulary that its terms come from, as migration files name it."""
        return local_name(self.scheme)


Records = dict[str, dict[str, Key]]
"""Kind of record → key → what it takes."""


@dataclass(frozen=True)
class Layout:
    """The kinds of record that a case holds at one moment of a migration."""

    root: str
    records: Records

    def key(self, field: FieldName) -> Key | None:
        """What is known of a field."""
        return self.records.get(field.record, {}).get(field.key)

    def embedding(self, record: str) -> list[Key]:
        """The keys of a kind of record that embed others."""
        return [key for key in self.records.get(record, {}).values() if key.record]

    def by_path(self, record: str, path: str) -> Key | None:
        """The key with a predicate behind it."""
        return next((key for key in self.records.get(record, {}).values() if key.path == path), None)

    def fields_of(self, vocabulary: str) -> frozenset[FieldName]:
        """The fields that take terms of a vocabulary."""
        return frozenset(
            FieldName(record, key.name)
            for record, keys in self.records.items()
            for key in keys.values()
            if key.vocabulary == vocabulary
        )

    @cached_property
    def reached(self) -> dict[str, frozenset[str]]:
        """Kind of record → the kinds that stand in it, however deep, and itself."""
        return {record: frozenset(self._below(record, set())) for record in self.records}

    def _below(self, record: str, seen: set[str]) -> Iterator[str]:
        if record in seen:
            return
        seen.add(record)
        yield record
        for key in self.embedding(record):
            yield from self._below(key.record, seen)

    def after(self, operation: Operation, target: Layout) -> Layout:
        """The layout that an operation leaves; what it adds is as the target release has it."""
        records = {record: dict(keys) for record, keys in self.records.items()}
        _change(records, operation, target)
        return Layout(self.root, records)


def layout_of(shape: RecordShape) -> Layout:
    """The layout of one release."""
    return Layout(
        shape.name, {each.name: {key: _key(found) for key, found in each.fields.items()} for each in shape.walk()}
    )


def between(origin: Layout, target: Layout) -> Layout:
    """Where a migration begins: the origin's layout, and what only the target has."""
    names = dict.fromkeys((*origin.records, *target.records))
    return Layout(origin.root, {name: target.records.get(name, {}) | origin.records.get(name, {}) for name in names})


def _key(found: Field) -> Key:
    return Key(
        name=found.key,
        single=found.single,
        order=found.order,
        path=found.path,
        record=found.record.name if found.record else "",
        scheme=found.scheme if found.kind is Kind.CONCEPT else "",
    )


def _change(records: Records, operation: Operation, target: Layout) -> None:
    match operation:
        case RenameProperty(field, to):
            _shift(records, field, FieldName(field.record, to), target)
        case MoveField(field, to):
            _shift(records, field, to, target)
        case RetireField(field):
            records.get(field.record, {}).pop(field.key, None)
        case Resolve(code, label, to):
            for field in (code, label):
                records.get(field.record, {}).pop(field.key, None)
            _take(records, to, target)
        case Update(_, files):
            for each in files:
                _change(records, each, target)
        case _:
            pass


def _shift(records: Records, field: FieldName, to: FieldName, target: Layout) -> None:
    was = records.get(field.record, {}).pop(field.key, None)
    found = target.key(to) or (replace(was, name=to.key) if was else None)
    if found:
        records.setdefault(to.record, {})[to.key] = found


def _take(records: Records, field: FieldName, target: Layout) -> None:
    found = target.key(field)
    if found:
        records.setdefault(field.record, {})[field.key] = found
