"""A version and the release that it builds on in; the files of a release that changes nothing yet out."""

from __future__ import annotations

from kg import vocab
from kg.bump import Bump, bump_between
from kg.problem import Failure
from kg.release import VERSION, Release

_CARRIED = ("title", "description", "creator", "license")
"""What the header says of the ontology in every release, in Dublin Core."""

_HEADER = """@prefix cg:      <{cg}> .
@prefix cgs:     <{casegraph}shapes#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix owl:     <http://www.w3.org/2002/07/owl#> .

# Release {version}: say here in a sentence what it is for.

<{casegraph}ontology> a owl:Ontology ;
    owl:versionIRI            <{casegraph}ontology/{version}> ;
    owl:versionInfo           "{version}" ;
    owl:priorVersion          <{base}> ;
    {compatible} <{base}> ;
{carried} .

# Whatever is not said here is as in the release that this one builds on. Of a term or shape that cg:revises lists,
# nothing holds but what this release says; what cg:drops lists is gone, with every mention. Terms are retired, not
# dropped: revise them with owl:deprecated true and, where there is one, cg:replacedBy the term to use instead.
<{casegraph}ontology/{version}>
    cg:buildsOn <{base}> .
"""
_ONTOLOGY = """@prefix cg:   <{cg}> .
@prefix owl:  <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd:  <http://www.w3.org/2001/XMLSchema#> .

# New and revised terms
"""
_SHAPES = """@prefix cg:   <{cg}> .
@prefix cgs:  <{casegraph}shapes#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh:   <http://www.w3.org/ns/shacl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd:  <http://www.w3.org/2001/XMLSchema#> .

# New and revised fields and rules
"""


def draft(version: str, base: Release) -> dict[str, str]:
    """Path below the workspace → text of each file; Failure where the version cannot follow the base."""
    if not VERSION.fullmatch(version):
        raise Failure(f"{version} is no version; write it as 1.2, or as 1.2.1 for a release that only mends words")
    bump = bump_between(base.version, version)
    if bump is Bump.NONE:
        raise Failure(f"{version} does not come after {base.version}, which it is to build on")
    predicate = "owl:incompatibleWith     " if bump is Bump.MAJOR else "owl:backwardCompatibleWith"
    said = {"cg": vocab.CG, "casegraph": vocab.CASEGRAPH, "version": version, "base": base.iri}
    header = _HEADER.format(**said, compatible=predicate, carried=_carried(base))
    return {
        f"ontology/{version}/release.ttl": header,
        f"ontology/{version}/ontology.ttl": _ONTOLOGY.format(**said),
        f"shapes/{version}/shapes.ttl": _SHAPES.format(**said),
    }


def _carried(base: Release) -> str:
    """What the header says besides versions, as the base says it."""
    wanted = {vocab.PREFIXES["dcterms"] + name: f"dcterms:{name}" for name in _CARRIED}
    said = (
        (wanted[triple.predicate.value], triple.object)
        for triple in base.terms.get(vocab.CASEGRAPH + "ontology", ())
        if triple.predicate.value in wanted
    )
    return " ;\n".join(f"    {name:<25} {term}" for name, term in said)
