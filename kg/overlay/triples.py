"""An overlay in; what it says of the cases that are there, and the triples of its named graph, out."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from rapidfuzz import fuzz
from rapidfuzz.process import extractOne

from kg import codes, vocab
from kg.ntriples import Triple, iri, literal
from kg.overlay.keys import keys
from kg.overlay.reading import Classification, Overlay
from kg.problem import Problem
from kg.shape import decode, encode

ALIKE = 80
"""Percent of letters that a case id has in common with one that is suggested for it."""
SUGGESTED = 20
"""Unknown cases of an overlay that a case is suggested for; more of them are no slips."""


def overlay_graph(overlay: Overlay, base: str) -> str:
    """The IRI of an overlay, which is also that of its named graph."""
    return f"{base}overlay/{encode(overlay.id)}"


def known_part(
    overlay: Overlay, cases: Collection[str], claims: Collection[tuple[str, str]]
) -> tuple[Overlay, list[Problem]]:
    """An overlay without what it says of cases and claims that are not there, and a warning for each.

    ``cases`` are case ids, ``claims`` pairs of case and claim id.
    """
    kept: list[Classification] = []
    problems: list[Problem] = []
    for each in overlay.classifications:
        if each.case not in cases:
            near = _nearest(each.case, cases) if len(problems) < SUGGESTED else ""
            hint = f"did you mean `{near}`?" if near else "correct the id, or leave the entry until the case is back"
            problems.append(codes.UNKNOWN_OVERLAY_CASE.at(each.span, f"there is no case `{each.case}`", hint=hint))
        elif each.claim and (each.case, each.claim) not in claims:
            message = f"the case `{each.case}` has no claim `{each.claim}`"
            problems.append(codes.UNKNOWN_OVERLAY_CASE.at(each.claim_span, message, hint="correct the id of the claim"))
        else:
            kept.append(each)
    return replace(overlay, classifications=tuple(kept)), problems


def _nearest(case: str, cases: Collection[str]) -> str:
    found = extractOne(case, sorted(cases), scorer=fuzz.ratio, score_cutoff=ALIKE)
    return found[0] if found else ""


def overlay_triples(overlay: Overlay, base: str) -> list[Triple]:
    """The triples of an overlay's graph."""
    return list(_overlay(overlay, base))


def _overlay(overlay: Overlay, base: str) -> Iterator[Triple]:
    node = iri(overlay_graph(overlay, base))
    yield node, iri(vocab.rdf_type), iri(vocab.Overlay)
    yield node, iri(vocab.dcterms_identifier), literal(overlay.id)
    for predicate, value in overlay.facts:
        if predicate != vocab.dcterms_identifier:
            yield node, iri(predicate), value
    if overlay.at:
        yield node, iri(vocab.prov_generatedAtTime), literal(overlay.at, vocab.xsd_dateTime)
    for tagger in sorted({each.by for each in overlay.classifications if each.by}):
        agent = _agent(node, tagger)
        yield agent, iri(vocab.rdf_type), iri(vocab.prov_Agent)
        yield agent, iri(vocab.rdfs_label), literal(tagger)
    for each in overlay.classifications:
        yield from _classification(each, node, base)


def _classification(each: Classification, overlay: str, base: str) -> Iterator[Triple]:
    node = iri(classification_iri(each, overlay[1:-1]))
    yield overlay, iri(vocab.dcterms_hasPart), node
    yield node, iri(vocab.rdf_type), iri(vocab.Classification)
    yield from ((node, iri(path), iri(base + target)) for path, target in _links(each))
    yield node, iri(vocab.primarySector), iri(each.primary.iri)
    yield from ((node, iri(vocab.secondarySector), iri(sector.iri)) for sector in each.secondary)
    yield from ((node, iri(predicate), value) for predicate, value in each.facts)
    if each.by:
        yield node, iri(vocab.prov_wasAttributedTo), _agent(overlay, each.by)
    if each.at:
        yield node, iri(vocab.prov_generatedAtTime), literal(each.at, vocab.xsd_dateTime)


def classification_iri(each: Classification, overlay: str) -> str:
    """The IRI of a classification: below its overlay's, a case's as the case, a claim's as in the case.

    A claim's path has two steps more, so that no case can have the same.
    """
    claim = f"/claim/{encode(each.claim)}" if each.claim else ""
    return f"{overlay}/{encode(each.case)}{claim}"


def claim_id(relative: str) -> tuple[str, str] | None:
    """The ids of a case and of its claim in the IRI of a claim, relative to the base; None for any other IRI.

    >>> claim_id("case/acme/claim/VC-001"), claim_id("case/acme")
    (('acme', 'VC-001'), None)
    """
    shape = keys("Classification")
    key = shape.at(vocab.classifiedClaim)
    assert key.template is not None
    found = key.template.read(relative)
    return (decode(found[shape.at(vocab.classifiedCase).name]), decode(found[key.name])) if found else None


def _links(each: Classification) -> Iterator[tuple[str, str]]:
    """The case, and the claim, as predicate and IRI relative to the base."""
    shape = keys("Classification")
    scope = {
        shape.at(vocab.classifiedCase).name: encode(each.case),
        shape.at(vocab.classifiedClaim).name: encode(each.claim),
    }
    for path in (vocab.classifiedCase, *([vocab.classifiedClaim] if each.claim else [])):
        template = shape.at(path).template
        assert template is not None
        yield path, template.mint(scope)


def _agent(overlay: str, tagger: str) -> str:
    return iri(f"{overlay[1:-1]}/tagger/{encode(tagger)}")
