"""Something of a release that has a name in; where case files, shapes, rules and saved queries name it out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from kg import vocab
from kg.case import Case, Record
from kg.ontology.change import What
from kg.ontology.naming import Named
from kg.problem import Span
from kg.release import Release, rule_text
from kg.shape import Field, Kind, encode, local_name
from kg.store.sparql import Kind as TokenKind
from kg.store.sparql import tokens
from kg.yamltree import Scalar


def in_case(thing: Named, case: Case) -> list[Span]:
    """Where a case file names it."""
    if case.record is None or case.front is None:
        return []
    places = (place for record in case.record.walk() for place in _in_record(thing, record))
    return [case.source.span(case.front.start + start, case.front.start + end) for start, end in places]


def _in_record(thing: Named, record: Record) -> Iterator[tuple[int, int]]:
    if record.shape.target == thing.iri:
        yield record.start, record.end
    for key, values in record.values.items():
        found = record.shape.fields[key]
        if thing.what in (What.PROPERTY, What.FIELD) and _is_field(thing, record, found) and values:
            yield record.keys[key].start, record.keys[key].end
        if found.kind is Kind.CONCEPT and thing.what in (What.TERM, What.VOCABULARY):
            concepts = (value for value in values if isinstance(value, Scalar))
            meant = (each for each in concepts if thing.iri in (found.scheme, f"{found.scheme}/{encode(each.text)}"))
            yield from ((each.start, each.end) for each in meant)


def _is_field(thing: Named, record: Record, found: Field) -> bool:
    if thing.what is What.FIELD:
        return thing.name == f"{record.shape.name}.{found.key}"
    return thing.iri == found.path


def in_shapes(thing: Named, release: Release) -> tuple[list[str], list[str]]:
    """The fields and kinds of record, and the rules, whose shapes name it."""
    shapes, rules = set[str](), set[str]()
    for subject, said in release.case_shapes.items():
        values = {getattr(term, "value", "") for each in said for term in (each.subject, each.object)}
        queries = (each.object for each in said if each.predicate.value == vocab.sh_select)
        inside = {iri for query in queries for iri in iris(getattr(query, "value", ""), _prefixes(release))}
        if thing.iri in values | inside and subject != thing.iri:
            kept = rules if any(each.predicate.value == vocab.sh_severity for each in said) else shapes
            kept.add(local_name(subject))
    across = (name for name, path in release.rules.items() if thing.iri in iris(rule_text(path), vocab.PREFIXES))
    return sorted(shapes), sorted({*rules, *across})


def in_queries(thing: Named, queries: Mapping[str, str]) -> list[str]:
    """The names of the queries, given with their texts, that name it."""
    return sorted(name for name, text in queries.items() if thing.iri in iris(text, vocab.PREFIXES))


def iris(text: str, known: Mapping[str, str]) -> Iterable[str]:
    """The IRIs that a query names; prefixes that it does not declare are those known."""
    prefixes = dict(known)
    found: set[str] = set()
    waiting = ""
    for token in tokens(text):
        if waiting and token.kind is TokenKind.IRI:
            prefixes[waiting.removesuffix(":")] = token.text[1:-1]
            waiting = ""
        elif waiting == "" and token.kind is TokenKind.IRI:
            found.add(token.text[1:-1])
        elif token.kind is TokenKind.NAME:
            prefix, _, local = token.text.partition(":")
            waiting = token.text if not local else ""
            found.add(prefixes.get(prefix, "") + local.replace("\\", ""))
    return found


def _prefixes(release: Release) -> dict[str, str]:
    """The prefixes that the queries of a release's rules use."""
    facts = release.facts.values()
    declared = ((each.get(vocab.sh_prefix), each.get(vocab.sh_namespace)) for each in facts)
    return {prefix[0]: namespace[0] for prefix, namespace in declared if prefix and namespace}
