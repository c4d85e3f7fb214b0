"""A field in; where its values wait for a person in the graph, and the patterns that put them there, out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kg import vocab
from kg.migrate.graph.claims import Resolved
from kg.migrate.graph.kinds import CASE, Kinds
from kg.migrate.graph.sparql import minted
from kg.migrate.subject import FieldName
from kg.ntriples import iri, literal
from kg.shape import RecordShape


@dataclass(frozen=True, slots=True)
class Between:
    """What every operation needs to know: the kinds of record as they are, as they will be, and what is resolved."""

    kinds: Kinds
    after: Mapping[str, RecordShape]
    """The kinds of record of the target, by name."""
    origin: str
    """The release that is left."""
    resolved: Sequence[Resolved] = ()


PENDING = (
    f"?holder {iri(vocab.pending)} ?pending .",
    f"?pending {iri(vocab.rdf_type)} ?pendingType .",
    f"?pending {iri(vocab.pendingField)} ?field .",
    f"?pending {iri(vocab.pendingValue)} ?was .",
    f"?pending {iri(vocab.pendingFrom)} ?from .",
    f"?pending {iri(vocab.candidate)} ?candidate .",
)
"""What a statement that may ask inserts; nothing where it does not ask."""


@dataclass(frozen=True, slots=True)
class Holder:
    """A kind of record that takes the pending values of a field, and how to get to the field from there."""

    record: str
    dotted: str
    way: tuple[str, ...]
    """The pattern from ``?holder`` to the record that the field is of."""
    shape: RecordShape
    pending: RecordShape

    def asking(self, was: str, origin: str) -> tuple[str, ...]:
        """The pattern that makes a pending value of the text that an expression gives."""
        return (
            *self.way,
            f"BIND({literal(self.dotted)} AS ?field)",
            f"BIND({was} AS ?was)",
            f"BIND({minted(self.pending, self.shape, '?holder', field='?field', value='?was')} AS ?pending)",
            f"BIND({literal(origin)} AS ?from)",
            f"BIND({iri(vocab.Pending)} AS ?pendingType)",
            f"FILTER NOT EXISTS {{ ?holder {iri(vocab.pending)} ?pending }}",
        )


def holders(name: FieldName, between: Between) -> list[Holder]:
    """The nearest kinds of record that take the pending values of a field."""
    return list(_holders(name, (), between.kinds.subject(name.record), between))


def _holders(name: FieldName, way: tuple[str, ...], subject: str, between: Between) -> Iterator[Holder]:
    shape = between.after.get(name.record)
    pending = shape.by_path.get(vocab.pending) if shape else None
    if shape is not None and pending is not None and pending.record is not None:
        yield Holder(name.record, name.key, (*way, f"BIND({subject} AS ?holder)"), shape, pending.record)
        return
    for outer, embedding in between.kinds.around(name.record):
        around = f"?around{len(way)}" if outer != between.kinds.root else CASE
        step = f"{around} {iri(embedding.path)} {subject} ."
        yield from _holders(FieldName(outer, f"{embedding.key}.{name.key}"), (*way, step), around, between)


def waiting(name: FieldName, between: Between) -> Iterator[tuple[str, str]]:
    """Every kind of record that may hold pending values of a field, with the dotted name that it has there."""
    kinds = between.kinds
    for record, shape in between.after.items():
        if vocab.pending not in shape.by_path:
            continue
        if record == name.record:
            yield record, name.key
        for chain in kinds.chains(record, name.record):
            yield record, ".".join((*_keys(record, chain, kinds), name.key))


def _keys(record: str, chain: Sequence[str], kinds: Kinds) -> Iterator[str]:
    for path in chain:
        found = kinds.by_path(record, path)
        assert found is not None
        assert found.record is not None
        yield found.key
        record = found.record.name
