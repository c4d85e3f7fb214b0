"""An operation on values in; the statements that replace them, one by one but all at once, out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kg import vocab
from kg.migrate.graph.kinds import Kinds
from kg.migrate.graph.pending import PENDING, Between, holders, waiting
from kg.migrate.graph.sparql import Statement, listed, term, union, values, words
from kg.migrate.operation import MapValues, Merge, Recode, Rename, RetireTerm, Split
from kg.migrate.subject import FieldName, Otherwise, Pairs
from kg.ntriples import iri, literal
from kg.shape import Field, Kind, local_name


@dataclass(frozen=True, slots=True)
class Table:
    """What becomes of the values of some fields."""

    fields: tuple[FieldName, ...]
    writes: Mapping[str, str]
    asks: Mapping[str, tuple[str, ...]]
    loses: tuple[str, ...] = ()
    keeps: tuple[str, ...] = ()
    otherwise: Otherwise = Otherwise.KEEP
    where: Pairs = ()
    write: Pairs = ()

    @property
    def known(self) -> tuple[str, ...]:
        """The values that it lists."""
        return (*self.writes, *self.asks, *self.loses, *self.keeps)


def table(operation: Rename | Merge | Split | RetireTerm | MapValues | Recode, kinds: Kinds) -> Table:
    """What an operation does to values."""
    match operation:
        case Rename(vocabulary, word, to):
            return Table(_fields_of(vocabulary, kinds), {word: to}, {})
        case Merge(vocabulary, listed, to):
            return Table(_fields_of(vocabulary, kinds), {each: to for each in listed if each != to}, {})
        case Split(vocabulary, word, into):
            return Table(_fields_of(vocabulary, kinds), {}, {word: into})
        case RetireTerm(vocabulary, word, consider):
            return Table(_fields_of(vocabulary, kinds), {}, {word: consider})
        case MapValues():
            return _mapped(operation)
        case Recode():
            writes = {old: new[0] for old, new in operation.table if len(new) == 1}
            asks = {old: new for old, new in operation.table if len(new) != 1}
            return Table(
                (operation.field,), writes, asks, (), (), operation.otherwise, operation.where, operation.write
            )


def _mapped(operation: MapValues) -> Table:
    writes = {old: new for old, new in operation.values if old != new}
    keeps = tuple(old for old, new in operation.values if old == new)
    return Table((operation.field,), writes, dict(operation.propose), operation.drop, keeps, operation.otherwise)


def _fields_of(vocabulary: str, kinds: Kinds) -> tuple[FieldName, ...]:
    return tuple(
        FieldName(record, each.key)
        for record, fields in kinds.fields.items()
        for each in fields.values()
        if each.kind is Kind.CONCEPT and local_name(each.scheme) == vocabulary
    )


def substitute(
    operation: Rename | Merge | Split | RetireTerm | MapValues | Recode, between: Between
) -> Iterator[Statement]:
    """Values that become others, or wait for a person; first the candidates of those that wait already."""
    found = table(operation, between.kinds)
    for name in found.fields:
        for record, dotted in waiting(name, between):
            yield _candidates(found, record, dotted, between.kinds, comment=str(operation))
        said = f"{between.kinds.subject(name.record)} {between.kinds.path(name.record, name.key)} "
        written = [
            f"{between.kinds.subject(name.record)} {between.kinds.path(name.record, key)} " for key, _ in found.write
        ]
        yield Statement(
            str(operation),
            (said + "?old .", *(f"{each}?beside{index} ." for index, each in enumerate(written))),
            (said + "?new .", *(f"{each}?written{index} ." for index, each in enumerate(written)), *PENDING),
            union(_branches(found, name, between)),
        )


def _branches(found: Table, name: FieldName, between: Between) -> Iterator[tuple[str, ...]]:
    """A pattern for each thing that may become of a value: written, asked, lost."""
    kinds = between.kinds
    record, field = kinds.subject(name.record), kinds.fields[name.record][name.key]
    has = (*kinds.reach(name.record), f"{record} {iri(field.path)} ?old .", *_conditions(found.where, name, kinds))
    if found.writes:
        rows = [(term(old, field), term(new, field)) for old, new in found.writes.items()]
        yield (*has, values("?old ?new", rows), *_beside(found, name, kinds))
    for holder in holders(name, between):
        asking = holder.asking(words("?old", field), between.origin)
        if found.asks:
            rows = [(term(old, field), each) for old, new in found.asks.items() for each in listed(new)]
            yield (*has, values("?old ?candidate", rows), *asking)
        if found.otherwise is Otherwise.PENDING:
            yield (*has, _other(found, field), *asking)
    if found.loses:
        yield (*has, values("?old", [(term(old, field),) for old in found.loses]))
    if found.otherwise is Otherwise.DROP:
        yield (*has, _other(found, field))


def _other(found: Table, field: Field) -> str:
    listed = ", ".join(term(each, field) for each in found.known)
    return f"FILTER(?old NOT IN ({listed}))" if listed else ""


def _conditions(where: Pairs, name: FieldName, kinds: Kinds) -> Iterator[str]:
    record = kinds.subject(name.record)
    for key, value in where:
        field = kinds.fields[name.record][key]
        said = f"{record} {iri(field.path)}"
        yield f"{said} {term(value, field)} ." if value else f"FILTER NOT EXISTS {{ {said} ?any }}"


def _beside(found: Table, name: FieldName, kinds: Kinds) -> Iterator[str]:
    """What a record says under the keys that are written beside, and what it will say."""
    record = kinds.subject(name.record)
    for index, (key, value) in enumerate(found.write):
        field = kinds.fields[name.record][key]
        yield f"OPTIONAL {{ {record} {iri(field.path)} ?beside{index} }}"
        yield f"BIND({term(value, field)} AS ?written{index})"


def _candidates(found: Table, record: str, dotted: str, kinds: Kinds, *, comment: str) -> Statement:
    """The candidates of values that wait already."""
    subject = kinds.subject(record)
    has = (
        *kinds.reach(record),
        f"{subject} {iri(vocab.pending)} ?pending .",
        f"?pending {iri(vocab.pendingField)} {literal(dotted)} ; {iri(vocab.candidate)} ?old .",
    )
    rows = [(literal(old), literal(new)) for old, new in found.writes.items()]
    rows += [(literal(old), each) for old, new in found.asks.items() for each in listed(new)]
    rows += [(literal(old), "UNDEF") for old in found.loses]
    branches = [(*has, values("?old ?new", rows))] if rows else []
    if found.otherwise is not Otherwise.KEEP:
        known = ", ".join(map(literal, found.known))
        branches.append((*has, f"FILTER(?old NOT IN ({known}))" if known else ""))
    said = f"?pending {iri(vocab.candidate)} "
    return Statement(f"{comment}, among candidates", (said + "?old .",), (said + "?new .",), union(branches))
