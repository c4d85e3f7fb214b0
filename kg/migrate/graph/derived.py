"""An operation that works a value out in; the statements that write it, from other values or from a catalogue, out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from kg import vocab
from kg.migrate.effects import Meant
from kg.migrate.graph.claims import Resolved
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
            settles=str(name),
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
    by_pair, alone = _grouped(between.resolved)
    others = f"FILTER({subject} NOT IN ({', '.join(map(iri, alone))}))" if alone else ""
    making = (
        f"BIND({minted(field.record, between.after[record], subject, key=literal(field.key))} AS ?inner)",
        f"BIND({iri(field.record.target)} AS ?innerType)",
        *(f"BIND({term(value, each)} AS ?written{index})" for index, (each, value) in enumerate(written)),
    )
    asking = [each.asking('CONCAT(?code, "|", ?name)', between.origin) for each in holders(operation.to, between)]
    branches = _branches((*has, others), "?code ?name", by_pair, making=making, asking=asking)
    branches += _branches(
        has, subject, {(iri(each),): meant for each, meant in alone.items()}, making=making, asking=asking
    )
    yield Statement(
        str(operation),
        (f"{subject} {iri(code.path)} ?oldCode .", f"{subject} {iri(label.path)} ?oldName ."),
        (*inner, *PENDING),
        union(branches or [(*has, "FILTER(false)")]),
        settles=str(operation.to),
    )


def _branches(
    has: tuple[str, ...],
    variables: str,
    known: Mapping[tuple[str, ...], Meant],
    *,
    making: tuple[str, ...],
    asking: Iterable[tuple[str, ...]],
) -> list[tuple[str, ...]]:
    """The patterns for what is meant: a process, one of several, or none."""
    meant = [(*key, literal(each.pcf_id)) for key, each in known.items() if each.pcf_id]
    asked = [
        (*key, candidate)
        for key, each in known.items()
        if not each.pcf_id and not each.is_none
        for candidate in listed(each.candidates)
    ]
    none = [key for key, each in known.items() if each.is_none]
    branches: list[tuple[str, ...]] = [(*has, values(f"{variables} ?id", meant), *making)] if meant else []
    if asked:
        branches += [(*has, values(f"{variables} ?candidate", asked), *each) for each in asking]
    return [*branches, (*has, values(variables, none))] if none else branches


def _grouped(resolved: Iterable[Resolved]) -> tuple[dict[tuple[str, ...], Meant], dict[str, Meant]]:
    """What is meant by a code and a name; and by the records that a person decided by themselves."""
    meanings: dict[tuple[str, ...], Counter[Meant]] = {}
    for each in resolved:
        pair = literal(each.stated.code), literal(each.stated.name)
        meanings.setdefault(pair, Counter())[each.meant] += 1
    by_pair = {pair: found.most_common(1)[0][0] for pair, found in meanings.items()}
    alone = {
        each.record: each.meant
        for each in resolved
        if by_pair[literal(each.stated.code), literal(each.stated.name)] != each.meant
    }
    return by_pair, alone
