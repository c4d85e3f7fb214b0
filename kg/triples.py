"""Records in, stated triples out; and back again.

No blank nodes: sorted N-Quads lines are the canonical form (RDFC-1.0) of what a case states.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kg import vocab
from kg.case import Case, Record
from kg.ntriples import Triple, iri, literal, literal_text
from kg.problem import Span
from kg.shape import Field, Kind, RecordShape, decode, encode
from kg.source import Source
from kg.yamltree import Scalar

_TYPE = f"<{vocab.rdf_type}>"
_NARRATIVE = f"<{vocab.narrative}>"


def stated(case: Case, base: str) -> list[Triple]:
    """Everything that a case file says, as triples under a base IRI."""
    assert case.record is not None
    triples: list[Triple] = []
    _state(case.record, base, triples)
    if case.body.strip():
        triples.append((iri(base + case.record.iri), _NARRATIVE, literal(case.body)))
    return triples


def _state(record: Record, base: str, triples: list[Triple]) -> None:
    subject = f"<{base}{record.iri}>"
    triples.append((subject, _TYPE, f"<{record.shape.target}>"))
    fields = record.shape.fields
    for key, values in record.values.items():
        found = fields[key]
        predicate = f"<{found.path}>"
        for value in values:
            if type(value) is Record:
                triples.append((subject, predicate, f"<{base}{value.iri}>"))
                _state(value, base, triples)
            elif type(value) is Scalar:
                triples.append((subject, predicate, _term(value.text, found, record.scope, base)))


def _term(text: str, found: Field, scope: dict[str, str], base: str) -> str:
    if found.kind is Kind.LITERAL:
        return literal(text, found.datatype)
    if found.kind is Kind.CONCEPT:
        return f"<{found.scheme}/{encode(text)}>"
    return f"<{base}{found.link(text, scope)}>"


def home_graph(record: Record, base: str) -> str:
    """The IRI of the named graph that a case's stated triples stand in."""
    assert record.shape.home is not None
    return base + record.shape.home.mint(record.scope)


def nquads(triples: Iterable[Triple], graph: str) -> list[str]:
    """N-Quads lines, sorted by code point and each once: the canonical form."""
    end = f"<{graph}> .\n"
    return sorted({f"{s} {p} {o} {end}" for s, p, o in triples})


# --- origins: which line a triple came from -----------------------------------------------------------


def origins(case: Case, base: str) -> dict[Triple, Span]:
    """The place in the file that each stated triple was read from."""
    assert case.record is not None
    assert case.front is not None
    offset = case.front.start
    places: dict[Triple, Span] = {}
    for record in case.record.walk():
        subject = iri(base + record.iri)
        places[subject, _TYPE, iri(record.shape.target)] = _span(case.source, record, offset)
        for key, values in record.values.items():
            found = record.shape.fields[key]
            for value in values:
                term = (
                    iri(base + value.iri) if isinstance(value, Record) else _term(value.text, found, record.scope, base)
                )
                places[subject, iri(found.path), term] = _span(case.source, value, offset)
    return places


def _span(source: Source, node: Record | Scalar, offset: int) -> Span:
    return source.span(node.start + offset, node.end + offset)


# --- and back ----------------------------------------------------------------------------------------


def rebuild(triples: Iterable[Triple], shape: RecordShape, base: str) -> tuple[Record, str]:
    """The record tree and the body that some stated triples were made from.

    Raises ValueError where the triples hold no case, or more than one.
    """
    graph: dict[str, dict[str, list[str]]] = {}
    for subject, predicate, value in triples:
        graph.setdefault(subject, {}).setdefault(predicate, []).append(value)
    cases = [subject for subject, facts in graph.items() if iri(shape.target) in facts.get(_TYPE, ())]
    if len(cases) != 1:
        raise ValueError(f"expected the triples of one case, found {len(cases)}")
    body = graph[cases[0]].get(_NARRATIVE, ['""'])[0]
    return _rebuild(cases[0], graph, shape, base), literal_text(body)


def _rebuild(subject: str, graph: dict[str, dict[str, list[str]]], shape: RecordShape, base: str) -> Record:
    relative = subject[1:-1].removeprefix(base)
    scope = shape.template.read(relative) or {}
    record = Record(shape, relative, scope, {})
    facts = graph.get(subject, {})
    for key, found in shape.fields.items():
        terms = facts.get(iri(found.path))
        if not terms:
            continue
        if found.record is not None:
            records = [_rebuild(term, graph, found.record, base) for term in terms]
            record.values[key] = sorted(records, key=lambda each: each.iri)
        else:
            record.values[key] = [Scalar(text, False, 0, 0) for text in sorted(_texts(terms, found, base))]
    return record


def _texts(terms: list[str], found: Field, base: str) -> Iterator[str]:
    for term in terms:
        if found.kind is Kind.LITERAL:
            yield literal_text(term)
        elif found.kind is Kind.CONCEPT:
            yield decode(term[1:-1].removeprefix(found.scheme + "/"))
        else:
            assert found.template is not None
            values = found.template.read(term[1:-1].removeprefix(base))
            if values is None:
                raise ValueError(f"{term} is not an IRI of the form {found.template.text}")
            yield decode(values[found.link_variable])
