"""The fields of two releases in; what differs between them out."""

from __future__ import annotations

from collections.abc import Iterator

from kg import vocab
from kg.bump import Bump
from kg.ontology.change import Change, ChangeKind, What
from kg.ontology.model import Key, Model, short
from kg.ontology.succession import Successors, succession
from kg.shape import Kind


def compare(old: Model, new: Model, successors: Successors) -> Iterator[Change]:
    """The changes of fields."""
    added = frozenset(new.keys.keys() - old.keys.keys())
    gone = {name: _successors(old.keys[name], new, successors) for name in old.keys.keys() - new.keys.keys()}
    yield from succession(gone, dict.fromkeys((*old.keys, *new.keys), What.FIELD), added)
    for name in sorted(old.keys.keys() & new.keys.keys()):
        yield from _compared(old.keys[name], new.keys[name])


def _successors(key: Key, new: Model, said: Successors) -> tuple[str, ...]:
    """The fields that took the place of one: as a migration says, or those of its property, or of its successor's."""
    if key.name in said:
        return tuple(name for name in said[key.name] if name in new.keys)
    term = new.terms.get(key.field.path)
    paths = {key.field.path} if term is None or not term.is_retired else set(term.successors)
    found = [each for each in new.keys.values() if each.field.path in paths]
    same = [each.name for each in found if each.record == key.record]
    return tuple(same or [each.name for each in found if term and not term.is_retired and len(found) == 1])


def _compared(old: Key, new: Key) -> Iterator[Change]:
    for kind, bump, note in (*_meaning(old, new), *_amount(old, new)):
        yield Change(kind, What.FIELD, old.name, bump, note=note)
    if old.words != new.words:
        yield Change(ChangeKind.RELABELLED, What.FIELD, old.name, Bump.PATCH)


def _meaning(old: Key, new: Key) -> Iterator[tuple[ChangeKind, Bump, str]]:
    before, after = old.field, new.field
    if before.path != after.path:
        yield ChangeKind.CHANGED, Bump.MAJOR, f"{short(before.path)} → {short(after.path)}"
    one, other = (short(each.datatype or each.target) for each in (before, after))
    if one != other or before.kind is not after.kind:
        is_text = after.kind is Kind.LITERAL and after.datatype == vocab.xsd_string
        yield ChangeKind.WIDENED if is_text else ChangeKind.NARROWED, Bump.MAJOR, f"{one} → {other}"


def _amount(old: Key, new: Key) -> Iterator[tuple[ChangeKind, Bump, str]]:
    before, after = old.field, new.field
    if before.single and not after.single:
        yield ChangeKind.WIDENED, Bump.MINOR, "a list instead of one value"
    if after.single and not before.single:
        yield ChangeKind.NARROWED, Bump.MAJOR, "one value instead of a list"
    if old.rest != new.rest:
        yield ChangeKind.NARROWED, Bump.MAJOR, "its shape asks for something else"
    if before.order != after.order:
        yield ChangeKind.CHANGED, Bump.PATCH, "another place in the order of keys"
