"""An operation on keys in; the statements that rename, retire or move what stands under them out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from kg import vocab
from kg.migrate.graph.kinds import Kinds
from kg.migrate.graph.pending import Between, waiting
from kg.migrate.graph.sparql import Statement, converted, minted, union
from kg.migrate.operation import MoveField, RenameProperty, RetireField
from kg.ntriples import iri, literal
from kg.shape import Field


def rename_property(operation: RenameProperty, between: Between) -> Iterator[Statement]:
    """The values under the new predicate; pending values under the new key."""
    name, to, kinds = operation.field, operation.to, between.kinds
    for record, dotted in waiting(name, between):
        yield _renamed_pending(record, dotted, f"{dotted.rpartition('.')[0]}.{to}".lstrip("."), between)
    old = kinds.fields[name.record].pop(name.key)
    new = between.after[name.record].fields[to]
    kinds.fields[name.record][to] = new
    record = kinds.subject(name.record)
    yield Statement(
        str(operation),
        (f"{record} {iri(old.path)} ?old .",),
        (f"{record} {iri(new.path)} ?new .",),
        (*kinds.reach(name.record), f"{record} {iri(old.path)} ?old .", f"BIND({converted('?old', old, new)} AS ?new)"),
    )


def _renamed_pending(record: str, dotted: str, to: str, between: Between) -> Statement:
    """A pending value is named by its key, so it gets another IRI."""
    holder = between.kinds.subject(record)
    held = between.after[record].by_path[vocab.pending].record
    assert held is not None
    new = minted(held, between.after[record], holder, field=literal(to), value="?was")
    return Statement(
        f"Pending values of {dotted}",
        (f"{holder} {iri(vocab.pending)} ?waiting .", "?waiting ?says ?what ."),
        (f"{holder} {iri(vocab.pending)} ?pending .", "?pending ?says ?now ."),
        (
            *between.kinds.reach(record),
            f"{holder} {iri(vocab.pending)} ?waiting .",
            f"?waiting {iri(vocab.pendingField)} {literal(dotted)} ; {iri(vocab.pendingValue)} ?was ; ?says ?what .",
            f"BIND({new} AS ?pending)",
            f"BIND(IF(?says = {iri(vocab.pendingField)}, {literal(to)}, ?what) AS ?now)",
        ),
    )


def retire_field(operation: RetireField, between: Between) -> Iterator[Statement]:
    """The record without the key; without the records below it, where it embeds some."""
    name, kinds = operation.field, between.kinds
    field = kinds.fields[name.record].pop(name.key)
    record, path = kinds.subject(name.record), iri(field.path)
    has = (*kinds.reach(name.record), f"{record} {path} ?old .")
    if field.record is None:
        yield Statement(str(operation), (f"{record} {path} ?old .",), (), has)
        return
    below = {each.path for shape in field.record.walk() for each in shape.fields.values() if each.record}
    deep = f"({'|'.join(map(iri, sorted(below)))})*" if below else ""
    inner = f"?old {deep} ?inner ." if deep else "BIND(?old AS ?inner)"
    yield Statement(
        str(operation),
        (f"{record} {path} ?old .", "?inner ?says ?what ."),
        (),
        (*has, inner, "?inner ?says ?what ."),
    )


def move_field(operation: MoveField, between: Between) -> Iterator[Statement]:
    """A value a step further in or out, or in place of the records that it stood in."""
    name, to, kinds, after = operation.field, operation.to, between.kinds, between.after
    held = kinds.fields.get(to.record, {}).get(to.key)
    if held is not None and held.record is not None and held.record.name == name.record:
        yield _flattened(operation, held, between)
        return
    old = kinds.fields[name.record].pop(name.key)
    new = after[to.record].fields[to.key] if to.record in after else replace(old, key=to.key)
    kinds.fields.setdefault(to.record, {})[to.key] = new
    inwards = next((field for outer, field in kinds.around(to.record) if outer == name.record), None)
    if inwards is not None:
        yield _inwards(operation, inwards, old, new, kinds=kinds)
    else:
        yield _outwards(operation, old, new, kinds=kinds)


def _inwards(operation: MoveField, inner: Field, old: Field, new: Field, *, kinds: Kinds) -> Statement:
    name = operation.field
    outer = kinds.subject(name.record)
    assert inner.record is not None
    return Statement(
        str(operation),
        (f"{outer} {iri(old.path)} ?old .",),
        (
            f"{outer} {iri(inner.path)} ?inner .",
            f"?inner {iri(vocab.rdf_type)} {iri(inner.record.target)} .",
            f"?inner {iri(new.path)} ?new .",
        ),
        (
            *kinds.reach(name.record),
            f"{outer} {iri(old.path)} ?old .",
            f"BIND({minted(inner.record, kinds.shapes[name.record], outer, key=literal(inner.key))} AS ?inner)",
            f"BIND({converted('?old', old, new)} AS ?new)",
        ),
    )


def _outwards(operation: MoveField, old: Field, new: Field, *, kinds: Kinds) -> Statement:
    name, to = operation.field, operation.to
    embedding = next(field for outer, field in kinds.around(name.record) if outer == to.record)
    outer = kinds.subject(to.record)
    return Statement(
        str(operation),
        (f"?inner {iri(old.path)} ?old .",),
        (f"{outer} {iri(new.path)} ?new .",),
        (
            *kinds.reach(to.record),
            f"{outer} {iri(embedding.path)} ?inner .",
            f"?inner {iri(old.path)} ?old .",
            f"BIND({converted('?old', old, new)} AS ?new)",
        ),
    )


def _flattened(operation: MoveField, held: Field, between: Between) -> Statement:
    name, to, kinds = operation.field, operation.to, between.kinds
    old = kinds.fields[name.record].pop(name.key)
    new = between.after[to.record].fields[to.key]
    kinds.fields[to.record][to.key] = new
    outer = kinds.subject(to.record)
    has = (*kinds.reach(to.record), f"{outer} {iri(held.path)} ?inner .")
    return Statement(
        str(operation),
        (f"{outer} {iri(held.path)} ?inner .", "?inner ?says ?what ."),
        (f"{outer} {iri(new.path)} ?new .",),
        union(
            [
                (*has, "?inner ?says ?what ."),
                (*has, f"?inner {iri(old.path)} ?old .", f"BIND({converted('?old', old, new)} AS ?new)"),
            ]
        ),
    )
