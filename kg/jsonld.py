"""The shapes in, a JSON-LD 1.1 context out; a record tree in, a JSON document with minted ids out.

Under the context, any JSON-LD processor reads from the document exactly the stated triples. Each kind of record
has a context of its own, scoped to its type, so that one key may mean different things in different records.
What is no key of a case file (types, the body) is written as a full IRI, which no key can clash with.
"""

from __future__ import annotations

from kg import vocab
from kg.case import Record
from kg.shape import Field, Kind, RecordShape, encode
from kg.yamltree import Scalar

Json = dict[str, object]


def context(shape: RecordShape) -> Json:
    """The context of documents of a kind of record, and of every record inside one."""
    scoped = {each.target: _scoped(each) for each in shape.walk()}
    return {"@version": 1.1, **dict(sorted(scoped.items()))}


def _scoped(shape: RecordShape) -> Json:
    """The term of a record's class: its own IRI, and what the keys mean under it."""
    terms = {key: _term(found) for key, found in shape.fields.items()}
    return {"@id": shape.target, "@context": terms}


def _term(found: Field) -> Json:
    """What one key means.

    Everything is written as text, whatever its datatype; the body of a case has none, so plain text is a string.
    """
    term: Json = {"@id": found.path}
    if found.kind is not Kind.RECORD:
        term["@type"] = found.datatype if found.kind is Kind.LITERAL else "@id"
    if not found.single:
        term["@container"] = "@set"
    return term


def document(record: Record, body: str, base: str) -> Json:
    """A case as JSON, without its context; a body of white space says nothing, as in the graph."""
    said = _node(record, base)
    return {**said, vocab.narrative: body} if body.strip() else said


def _node(record: Record, base: str) -> Json:
    node: Json = {"@id": base + record.iri, "@type": record.shape.target}
    for key, values in record.values.items():
        found = record.shape.fields[key]
        written = [_value(value, found, record, base) for value in values]
        if written:
            node[key] = written[0] if found.single else written
    return node


def _value(value: Scalar | Record, found: Field, record: Record, base: str) -> str | Json:
    if isinstance(value, Record):
        return _node(value, base)
    if found.kind is Kind.LITERAL:
        return value.text
    segment = encode(value.text)
    if found.template is None:
        return f"{found.scheme}/{segment}"
    return base + found.template.mint({**record.scope, found.link_variable: segment})
