"""The ontology and the software's own terms: whole, in step with the shapes, and free of contradictions."""

from pathlib import Path

import owlrl
import pyoxigraph as ox
import pytest
from rdflib import DCTERMS, OWL, RDF, RDFS, SKOS, BNode, Graph, Literal, URIRef
from rdflib.term import Node

from kg import vocab
from kg.check import shapes_of
from kg.ontology.pages import turtle
from kg.release import find_releases

ROOT = Path(__file__).parent.parent
RELEASES = find_releases()
SYSTEM = sorted(ROOT.glob("ontology/system/*.ttl"))
FILES = sorted([*SYSTEM, *(path for version in RELEASES for path in ROOT.glob(f"ontology/{version}/*.ttl"))])
SHAPE_NAMES = vocab.CASEGRAPH + "shapes#"
SCHEME = URIRef(vocab.conceptScheme)
LABELS = (RDFS.label, SKOS.prefLabel, DCTERMS.title)
ERROR = URIRef("http://www.daml.org/2002/03/agents/agent-ont#error")
"""What owlrl says of a contradiction."""

BORROWED = """
    @prefix dqv: <http://www.w3.org/ns/dqv#> .
    # What the vocabularies that we align to say of their own terms, where it could contradict us.
    prov:Activity owl:disjointWith prov:Entity .
    prov:Collection rdfs:subClassOf prov:Entity .
    prov:Plan rdfs:subClassOf prov:Entity .
    prov:used rdfs:domain prov:Activity ; rdfs:range prov:Entity .
    prov:hadMember rdfs:domain prov:Collection ; rdfs:range prov:Entity .
    prov:wasDerivedFrom rdfs:domain prov:Entity ; rdfs:range prov:Entity .
    prov:specializationOf rdfs:domain prov:Entity ; rdfs:range prov:Entity .
    skos:ConceptScheme owl:disjointWith skos:Concept .
    skos:topConceptOf rdfs:subPropertyOf skos:inScheme .
    skos:topConceptOf rdfs:domain skos:Concept ; rdfs:range skos:ConceptScheme .
    skos:broader rdfs:domain skos:Concept ; rdfs:range skos:Concept .
    org:Organization rdfs:subClassOf foaf:Agent ; owl:equivalentClass foaf:Organization .
    foaf:Document owl:disjointWith foaf:Organization .
    dqv:QualityAnnotation rdfs:subClassOf oa:Annotation .
"""
EXAMPLE = """
    <case> a cg:Case ; cg:organisationName "Harbour Line" ; cg:hasSource <s1> ; cg:hasValueClaim <vc> ;
        cg:hasContextClaim <cc> ; cg:caseStatus status:needs_review ; cg:reviewSummary <summary> ;
        cg:evidenceLevel evidence-level:outcome ; cg:taggingRecord <tagging> ; cg:organisation <line> .
    <s1> a cg:Source ; cg:statedUrl "https://harbour-line.example/"^^xsd:anyURI ; cg:document <document> .
    <vc> a cg:ValueClaim ; cito:citesAsEvidence <s1> ; cg:quoteSource <s1> ; cg:locatedQuote <quote> ;
        cg:mechanism mechanism:automation ; cg:verificationStatus status:verified ; cg:metric <metric> ;
        cg:review <review> .
    <cc> a cg:ContextClaim ; cg:verificationStatus status:verified ; cg:aboutProcess <20607> .
    <metric> a cg:Metric ; cg:metricValue "33" ; cg:quantity <quantity> .
    <review> a cg:Review ; cg:isReviewed true ; cg:reviewDate "2026-05-12"^^xsd:date .
    <summary> a cg:ReviewSummary ; cg:precisionScore 0.92 ; cg:reviewDate "2026-05-12"^^xsd:date .
    <tagging> a cg:TaggingRecord ; cg:taggedDate "2026-01-29"^^xsd:date ; cg:needsRetagging false .
    <line> a org:Organization ; cg:derivedBy <method> .
    <document> a foaf:Document ; cg:captureDate "2026-01-28"^^xsd:date ; cg:textLength 18342 .
    <quote> a oa:SpecificResource ; cg:matchKind "exact" ; cg:matchScore 1.0 ; cg:byteStart 820 .
    <20607> a cg:Process ; cg:pcfId "20607" ; skos:inScheme <pcf> ; cg:level 1 .
    <pcf> a skos:ConceptScheme ; cg:edition "cross-industry" ; cg:editionVersion "7.4" .
    <build> a cg:Build ; prov:used <files> ; cg:caseCount 1 ; cg:release "1.0" .
    <files> a cg:CaseFileCollection ; prov:hadMember <file> .
    <file> a cg:CaseFile ; cg:path "cases/harbour-line.md" .
"""


def read(*paths: Path) -> Graph:
    graph = Graph()
    for path in paths:
        graph.parse(path)
    return graph


@pytest.fixture(scope="module", params=RELEASES)
def version(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def ontology(version: str) -> Graph:
    """A release as a whole, whatever it builds on, and the software's own terms."""
    release = RELEASES[version]
    return read(*SYSTEM).parse(data=turtle(release.terms, release), format="turtle")


@pytest.fixture(scope="module")
def shapes(version: str) -> Graph:
    return Graph().parse(data=shapes_of(RELEASES[version]), format="nt")


def declared(ontology: Graph) -> set[Node]:
    """Every term, concept and scheme of ours, the headers of the files excepted."""
    ours = {s for s in ontology.subjects(RDF.type) if s.startswith(vocab.CASEGRAPH)}
    return ours - set(ontology.subjects(RDF.type, OWL.Ontology))


def test_every_file_is_tested():
    assert {path.name for path in FILES} >= {"ontology.ttl", "release.ttl", "system.ttl", "problems.ttl"}
    assert set(RELEASES) >= {"1.0", "1.1", "2.0"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_two_parsers_agree_and_no_blank_nodes(path: Path):
    graph = read(path)
    assert len(graph) == len(set(ox.parse(path=str(path), format=ox.RdfFormat.TURTLE))) > 0
    assert not [node for node in graph.all_nodes() if isinstance(node, BNode)]


def test_what_the_shapes_name_is_declared(ontology: Graph, shapes: Graph):
    named = {node for triple in shapes for node in triple if node.startswith(vocab.CASEGRAPH)}
    named = {node for node in named if isinstance(node, URIRef) and not node.startswith(SHAPE_NAMES)}
    assert len(named) > 100
    assert named - declared(ontology) == set()


def test_every_term_is_explained(ontology: Graph):
    terms = declared(ontology)
    assert len(terms) > 200
    assert [term for term in terms if faults(ontology, term)] == []


def faults(ontology: Graph, term: Node) -> list[str]:
    labels = {str(label).casefold() for each in LABELS for label in ontology.objects(term, each)}
    definitions = [str(text).strip() for text in ontology.objects(term, SKOS.definition)]
    is_scheme = (term, RDF.type, SKOS.ConceptScheme) in ontology
    checks = {
        "one label": len(labels) == 1,
        "one definition": len(definitions) == 1,
        "a definition that says more than the label": all(
            text.rstrip(".").casefold() not in {"", *labels} for text in definitions
        ),
        "an example": is_scheme or (term, SKOS.example, None) in ontology,
        "where it is defined": (term, RDFS.isDefinedBy, None) in ontology,
    }
    return [check for check, holds in checks.items() if not holds]


def test_an_unexplained_term_is_found():
    term = URIRef(vocab.CG + "unexplained")
    graph = Graph().add((term, RDFS.label, Literal("Term"))).add((term, SKOS.definition, Literal("term.")))
    assert faults(graph, term) == [
        "a definition that says more than the label",
        "an example",
        "where it is defined",
    ]


def test_concepts_classes_and_schemes_agree(ontology: Graph, shapes: Graph):
    scheme_of = dict((ontology + shapes).subject_objects(SCHEME))
    concepts = {concept for kind in scheme_of for concept in ontology.subjects(RDF.type, kind)}
    assert concepts == set(ontology.subjects(RDF.type, SKOS.Concept)) == set(ontology.subjects(SKOS.inScheme))
    assert {(c, s) for c, kind in ontology.subject_objects(RDF.type) if (s := scheme_of.get(kind))} == {
        (URIRef(f"{scheme}/{ontology.value(concept, SKOS.notation)}"), scheme)
        for concept, scheme in ontology.subject_objects(SKOS.inScheme)
    }
    assert set(ontology.subjects(RDF.type, SKOS.ConceptScheme)) == set(scheme_of.values())


@pytest.mark.parametrize(
    ("extra", "contradicts"),
    [
        pytest.param("", False, id="the example"),
        pytest.param("<vc> a cg:ContextClaim .", True, id="a claim of both kinds"),
        pytest.param("<build> prov:wasDerivedFrom <case> .", True, id="a build as an entity"),
        pytest.param("<pcf> cg:pcfId '1' .", True, id="a scheme as a concept"),
    ],
)
def test_closure_under_owl_2_rl(ontology: Graph, extra: str, contradicts: bool):
    graph = Graph() + ontology
    data = prefixes(ontology) + BORROWED + EXAMPLE + extra
    graph.parse(data=data, format="turtle", publicID="https://example.org/")
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(graph)
    assert bool(list(graph.objects(None, ERROR))) is contradicts


def prefixes(ontology: Graph) -> str:
    return "".join(f"@prefix {prefix}: <{namespace}> .\n" for prefix, namespace in ontology.namespaces())
