"""A migration and the shapes of its two releases in; the SPARQL updates that do to graphs what it does to files out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from kg import vocab
from kg.migrate.graph.claims import Resolved
from kg.migrate.graph.derived import derive, resolve
from kg.migrate.graph.keys import move_field, rename_property, retire_field
from kg.migrate.graph.kinds import CASE, Kinds, version_path
from kg.migrate.graph.pending import Between
from kg.migrate.graph.sparql import Guard, Statement, closing, converted, is_same, repeatable, text
from kg.migrate.graph.swap import swap_fields
from kg.migrate.graph.values import substitute
from kg.migrate.migration import Migration
from kg.migrate.operation import (
    Derive,
    MapValues,
    Merge,
    MoveField,
    Operation,
    Recode,
    Rename,
    RenameProperty,
    Resolve,
    RetireField,
    RetireTerm,
    Split,
    SwapFields,
    Update,
    needs_person,
)
from kg.migrate.subject import FieldName
from kg.ntriples import iri, literal
from kg.shape import Field, RecordShape


@dataclass(frozen=True, slots=True)
class Updates:
    """The updates of one migration, to be run in order."""

    name: str
    statements: tuple[str, ...]

    def __str__(self) -> str:
        """One request with all of them, which stores that know transactions run whole or not at all."""
        return " ;\n\n".join(self.statements) + "\n"


def updates(
    migration: Migration,
    origin: RecordShape,
    target: RecordShape,
    *,
    resolved: Sequence[Resolved] = (),
    is_named: bool = True,
) -> Updates:
    """What a migration does to named graphs of cases, or to a default graph that is no union of them."""
    guard = Guard(migration.origin, migration.target, version_path(origin))
    after = {each.name: each for each in target.walk()}
    between = Between(Kinds.between(origin, target), after, migration.origin, resolved)
    found = list(_statements(migration, between))
    marked = [not each for each in repeatable([_as_statement(each) for each in found])]
    texts = [
        each if isinstance(each, str) else text(each, number, guard, is_marked=is_marked, is_named=is_named)
        for number, (each, is_marked) in enumerate(zip(found, marked, strict=True), 1)
    ]
    return Updates(migration.name, (*texts, closing(guard, is_named=is_named)) if any(marked) else tuple(texts))


def _as_statement(found: Statement | str) -> Statement:
    """An update as its author wrote it may read and write anything that it names."""
    return Statement("", (found,), (found,), ()) if isinstance(found, str) else found


def _statements(migration: Migration, between: Between) -> Iterator[Statement | str]:
    for operation in migration.operations:
        yield from _of(operation, between)
    yield from _retyped(between)
    yield from _versions(migration, between.kinds)


def _of(operation: Operation, between: Between) -> Iterable[Statement | str]:
    """The statements of one operation; ``between`` knows the fields as it leaves them when all have been taken."""
    found: Iterable[Statement | str] = ()
    match operation:
        case Rename() | Merge() | Split() | RetireTerm() | MapValues() | Recode():
            found = substitute(operation, between)
        case RenameProperty():
            found = rename_property(operation, between)
        case RetireField():
            found = retire_field(operation, between)
        case MoveField():
            found = move_field(operation, between)
        case SwapFields():
            found = swap_fields(operation, between)
        case Derive():
            found = derive(operation, between)
        case Resolve():
            found = resolve(operation, between)
        case Update():
            found = _own(operation, between)
        case _:
            pass
    return found


def _own(operation: Update, between: Between) -> Iterator[str]:
    """An update as its author wrote it; what it does to fields is what its operations for files do."""
    yield f"# {operation}\n{operation.sparql.strip()}"
    for each in operation.files:
        list(_of(each, between))


def _retyped(between: Between) -> Iterator[Statement]:
    """Fields whose key stays, but not their predicate or what their values become."""
    kinds = between.kinds
    for record, shape in between.after.items():
        for key, new in shape.fields.items():
            old = kinds.fields.get(record, {}).get(key)
            if old is not None and (old.path != new.path or not is_same(old, new)):
                yield _as_target(FieldName(record, key), old, new, kinds)


def _as_target(name: FieldName, old: Field, new: Field, kinds: Kinds) -> Statement:
    record = kinds.subject(name.record)
    return Statement(
        f"{name} as the target release has it",
        (f"{record} {iri(old.path)} ?old .",),
        (f"{record} {iri(new.path)} ?new .",),
        (*kinds.reach(name.record), f"{record} {iri(old.path)} ?old .", f"BIND({converted('?old', old, new)} AS ?new)"),
    )


def _versions(migration: Migration, kinds: Kinds) -> Iterator[Statement]:
    """Cases with something to decide say so; then version keys say the target, the one that a guard reads last."""
    origin, target = literal(migration.origin), literal(migration.target)
    last: list[Statement] = []
    for record, fields in kinds.fields.items():
        subject, reach = kinds.subject(record), kinds.reach(record)
        for each in fields.values():
            path = iri(each.path)
            if each.path == vocab.needsRetagging and any(map(needs_person, migration.operations)):
                yield _retagging(record, path, origin, kinds)
            if each.path in (vocab.versionUsed, vocab.ontologyVersion):
                said = f"{subject} {path} "
                statement = Statement(
                    f"{record}.{each.key}",
                    (said + f"{origin} .",),
                    (said + f"{target} .",),
                    (*reach, said + f"{origin} ."),
                    settles=path,
                )
                last.insert(0 if each.path == vocab.ontologyVersion else len(last), statement)
    yield from last


def _retagging(record: str, path: str, origin: str, kinds: Kinds) -> Statement:
    subject = kinds.subject(record)
    holders = [name for name in kinds.fields if kinds.by_path(name, vocab.pending)]
    chains = ["/".join(map(iri, chain)) for name in holders for chain in kinds.chains(kinds.root, name)]
    way = f"({'|'.join(chains)})?/{iri(vocab.pending)}"
    return Statement(
        "Cases with something to decide",
        (f"{subject} {path} ?old .",),
        (f"{subject} {path} {literal('true', vocab.xsd_boolean)} .",),
        (
            f"?waiting {iri(vocab.pendingFrom)} {origin} .",
            *kinds.reach(record),
            f"OPTIONAL {{ {subject} {path} ?old }}",
        ),
        (f"?waiting ^({way}) {CASE} .",),
        settles=path,
    )
