"""An operation that works a value out in; the statements that write it, from other values or from a catalogue, out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from kg import vocab
from kg.migrate.effects import Meant, Stated
from kg.migrate.graph.pending import PENDING, Between, holders
from kg.migrate.graph.sparql import Statement, listed, minted, term, union, values
from kg.migrate.operation import Derive, Resolve
from kg.migrate.subject import Pairs
from kg.ntriples import iri, literal
from kg.shape import Field


def derive(operation: Derive, between: Between) -> Iterator[Statement]:
    """One statement for each term, the one that wins first; what was filled in before is not filled again."""
    name, source, kinds = operation.field, operation.source, between.kinds
    field, origin = kinds.fields[name.record][name.key], kinds.fields[source.record][source.key]
    record = kinds.subject(name.record)
    chains = "|".join("/".join(map(iri, chain)) for chain in kinds.chains(name.record, source.record))
    way = f"{record} {chains} ?from ." if chains else f"BIND({record} AS ?from)"
    if name.record == source.record:
        way = f"{record} ({chains})? ?from ." if chains else way
    for word in operation.order:
        said = f"{record} {iri(field.path)}"
        yield Statement(
            f"{operation}: {word}",
            (),
            (f"{said} ?new .",),
            (
                *kinds.reach(name.record),
                way,
                f"?from {iri(origin.path)} {term(word, origin)} .",
                *_conditions_of("?from", operation.where, kinds.fields[source.record]),
                f"FILTER NOT EXISTS {{ {said} ?any }}",
                f"BIND({term(word, field)} AS ?new)",
            ),
        )


def _conditions_of(subject: str, where: Pairs, fields: Mapping[str, Field]) -> Iterator[str]:
    for key, value in where:
        said = f"{subject} {iri(fields[key].path)}"
        yield f"{said} {term(value, fields[key])} ." if value else f"FILTER NOT EXISTS {{ {said} ?none }}"


def resolve(operation: Resolve, between: Between) -> Iterator[Statement]:
    """Codes and names as the catalogue and curated links resolve them."""
    kinds = between.kinds
    code, label = (kinds.fields[each.record].pop(each.key) for each in (operation.code, operation.label))
    field = between.after[operation.to.record].fields[operation.to.key]
    kinds.fields[operation.to.record][operation.to.key] = field
    assert field.record is not None
    record = operation.to.record
    subject = kinds.subject(record)
    has = (
        *kinds.reach(record),
        f"OPTIONAL {{ {subject} {iri(code.path)} ?oldCode }}",
        f"OPTIONAL {{ {subject} {iri(label.path)} ?oldName }}",
        "FILTER(BOUND(?oldCode) || BOUND(?oldName))",
        'BIND(COALESCE(?oldCode, "") AS ?code)',
        'BIND(COALESCE(?oldName, "") AS ?name)',
    )
    written = [(field.record.fields[key], value) for key, value in operation.write]
    inner = (
        f"{subject} {iri(field.path)} ?inner .",
        f"?inner {iri(vocab.rdf_type)} ?innerType .",
        f"?inner {iri(field.record.fields[operation.id_key].path)} ?id .",
        *(f"?inner {iri(each.path)} ?written{index} ." for index, (each, _) in enumerate(written)),
    )
    known = _grouped(between.resolved)
    making = (
        f"BIND({minted(field.record, between.after[record], subject, key=literal(field.key))} AS ?inner)",
        f"BIND({iri(field.record.target)} AS ?innerType)",
        *(f"BIND({term(value, each)} AS ?written{index})" for index, (each, value) in enumerate(written)),
    )
    branches = [(*has, values("?code ?name ?id", known.meant), *making)] if known.meant else []
    for holder in holders(operation.to, between):
        asking = holder.asking('CONCAT(?code, "|", ?name)', between.origin)
        if known.asked:
            branches.append((*has, values("?code ?name ?candidate", known.asked), *asking))
    if known.none:
        branches.append((*has, values("?code ?name", known.none)))
    yield Statement(
        str(operation),
        (f"{subject} {iri(code.path)} ?oldCode .", f"{subject} {iri(label.path)} ?oldName ."),
        (*inner, *PENDING),
        union(branches or [(*has, "FILTER(false)")]),
    )


@dataclass(frozen=True, slots=True)
class _Known:
    meant: list[tuple[str, ...]]
    asked: list[tuple[str, ...]]
    none: list[tuple[str, ...]]


def _grouped(resolved: Iterable[tuple[Stated, Meant]]) -> _Known:
    known = _Known([], [], [])
    by_pair: dict[tuple[str, str], Meant] = {}
    for stated, meant in resolved:
        by_pair.setdefault((literal(stated.code), literal(stated.name)), meant)
    for pair, meant in by_pair.items():
        if meant.is_none:
            known.none.append(pair)
        elif meant.pcf_id:
            known.meant.append((*pair, literal(meant.pcf_id)))
        else:
            known.asked.extend((*pair, each) for each in listed(meant.candidates))
    return known
