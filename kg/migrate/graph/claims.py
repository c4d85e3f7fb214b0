"""A graph that is about to be migrated in; what its claims state of processes, and what is meant by it, out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from kg import vocab
from kg.migrate.effects import Meant, Processes, Stated
from kg.migrate.graph.kinds import CASE, Kinds, version_path
from kg.migrate.migration import Migration
from kg.migrate.operation import Resolve
from kg.ntriples import iri, literal
from kg.shape import RecordShape
from kg.store.base import Answer, Table

Query = Callable[[str], Answer]
"""Whatever answers SPARQL."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """One record, what it states of a process, and what is meant."""

    record: str
    """Its IRI."""
    stated: Stated
    meant: Meant


def resolved(migration: Migration, origin: RecordShape, query: Query, processes: Processes) -> tuple[Resolved, ...]:
    """Every record of a store that the migration resolves a process for; nothing where it resolves none."""
    kinds = Kinds.between(origin, origin)
    found: list[Resolved] = []
    for operation in migration.operations:
        if isinstance(operation, Resolve):
            answer = query(_question(operation, kinds, migration, version_path(origin)))
            assert isinstance(answer, Table)
            stated = _stated(answer, operation.catalogue)
            found += [Resolved(record, each, processes(each)) for record, each in stated]
    return tuple(found)


def _question(operation: Resolve, kinds: Kinds, migration: Migration, version: str) -> str:
    record = kinds.subject(operation.code.record)
    code, label = (kinds.path(each.record, each.key) for each in (operation.code, operation.label))
    identifier = iri(vocab.dcterms_identifier)
    return f"""SELECT {record} ?id ?claim ?code ?name WHERE {{ GRAPH ?graph {{
  {CASE} {iri(vocab.rdf_type)} {iri(vocab.Case)} ; {version} {literal(migration.origin)} ; {identifier} ?id .
  {" ".join(kinds.reach(operation.code.record))}
  {record} {identifier} ?claim .
  OPTIONAL {{ {record} {code} ?code }}
  OPTIONAL {{ {record} {label} ?name }}
  FILTER(BOUND(?code) || BOUND(?name))
}} }} ORDER BY {record}"""


def _stated(answer: Table, catalogue: str) -> Iterator[tuple[str, Stated]]:
    for row in answer.to_records():
        record, case, claim, code, name = (str(row[column] or "") for column in answer.columns)
        yield record, Stated(case, claim, code, name, catalogue)
