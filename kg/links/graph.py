"""Curated links in; triples that say who decided what, when and why, out: SSSOM/RDF, with IRIs for blank nodes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from kg import vocab
from kg.links.curies import is_absolute
from kg.links.link import End, Link, Verdict
from kg.links.organisations import Identities
from kg.ntriples import Triple, iri, literal


def link_iri(link: Link, base: str) -> str:
    """The IRI of a row: it changes when the row does."""
    said = (link.subject, link.verdict, link.object, link.justification, link.confidence)
    text = repr((*said, link.author, link.date, link.comment))
    return f"{base}link/{hashlib.sha256(text.encode('utf-8', errors='surrogatepass')).hexdigest()[:16]}"


def link_triples(links: Iterable[Link], base: str) -> list[Triple]:
    """Everything that rows say, for the graph of links."""
    return [triple for link in links for triple in _triples(link, base)]


def organisation_triples(slug: str, found: Identities, base: str) -> list[Triple]:
    """What links add to the node of an organisation, given its slug: its ids elsewhere, and the rows behind it."""
    subject = iri(f"{base}organisation/{slug}")
    triples = [(subject, iri(vocab.skos_exactMatch), iri(other)) for other in found.external.get(slug, ())]
    rows = found.sources.get(slug, ())
    return [*triples, *((subject, iri(vocab.prov_wasDerivedFrom), iri(link_iri(row, base))) for row in rows)]


def _triples(link: Link, base: str) -> list[Triple]:
    said = [
        (vocab.rdf_type, iri(vocab.owl_Axiom)),
        *_end(link.subject, vocab.owl_annotatedSource, vocab.sssom_subject_label),
        (vocab.owl_annotatedProperty, iri(link.predicate)),
        *_end(link.object, vocab.owl_annotatedTarget, vocab.sssom_object_label),
        (vocab.sssom_mapping_justification, iri(link.justification)),
    ]
    if link.verdict is Verdict.NO:
        said.append((vocab.sssom_predicate_modifier, iri(vocab.sssom_NegatedPredicate)))
    if link.confidence is not None:
        said.append(
            (vocab.sssom_confidence, literal(f"{link.confidence:f}".rstrip("0").rstrip("."), vocab.xsd_decimal))
        )
    said += [_author(each) for each in link.author.split("|") if each]
    if link.date:
        said.append((vocab.pav_authoredOn, literal(link.date, vocab.xsd_date)))
    if link.comment:
        said.append((vocab.rdfs_comment, literal(link.comment)))
    return [(iri(link_iri(link, base)), iri(predicate), value) for predicate, value in said]


def _author(author: str) -> tuple[str, str]:
    if is_absolute(author):
        return vocab.pav_authoredBy, iri(author)
    return vocab.sssom_author_label, literal(author)


def _end(end: End, id_term: str, label_term: str) -> list[tuple[str, str]]:
    """An end as SSSOM has it: what is no IRI is a label."""
    if is_absolute(end.id):
        return [(id_term, iri(end.id)), *([(label_term, literal(end.label))] if end.label else [])]
    return [(label_term, literal(end.label or end.id))]
