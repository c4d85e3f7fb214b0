"""A scaffolded case: read without a problem, free of errors, every key there, its counts right."""

import shutil
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from strategies import BASE, READER, RELEASE, ROOT, SHAPE, VERSION, concepts, read, texts, unhurried

from kg import casefile, jsonld, vocab
from kg.case import Case, Reader, Record
from kg.check import Checker
from kg.problem import Problem, Severity
from kg.release import find_releases
from kg.scaffold import NOTICE, new_case
from kg.schema import json_schema
from kg.shape import Kind
from kg.triples import rebuild, stated

CHECKER = Checker(READER.releases)
DAY = "2026-03-01"


def made(case_id: str = "harbour-line-calls", organisation: str = "Harbour Line", title: str = "Calls") -> str:
    return new_case(RELEASE, SHAPE, case_id=case_id, organisation=organisation, title=title, today=DAY)


def record_of(case: Case) -> Record:
    assert case.record is not None
    return case.record


def found_in(case: Case) -> list[Problem]:
    return [*case.problems, *CHECKER.check(case, stated(case, BASE), BASE)]


def test_nothing_is_wrong_but_that_nothing_is_verified():
    problems = found_in(read(made()))
    worse = [problem.code for problem in problems if problem.severity > Severity.INFO]
    assert worse == ["case-without-verified-claim"]


@pytest.mark.parametrize("version", READER.releases)
def test_nothing_is_made_up_at_any_release(version: str):
    release, shape = READER.releases[version], READER.shapes(version)
    text = new_case(release, shape, case_id="a", organisation="A", title="A", today=DAY)
    worse = [problem.code for problem in found_in(read(text)) if problem.severity > Severity.INFO]
    assert worse == ["case-without-verified-claim"]


def test_every_key_stands_in_order():
    case = record_of(read(made()))
    seen: set[str] = set()
    for record in case.walk():
        assert list(record.keys) == [key for key, found in record.shape.fields.items() if found.target != vocab.Pending]
        seen.add(record.shape.target)
    assert seen == {shape.target for shape in SHAPE.walk()} - {vocab.Pending}


def test_one_source_and_one_claim_of_each_kind():
    case = record_of(read(made()))
    records = [record for path in EMBEDDED for record in case.records(path)]
    assert [record.text(vocab.dcterms_identifier) for record in records] == ["S1", "VC-001", "CC-001"]
    assert [record.texts(vocab.cito_citesAsEvidence) for record in records] == [[], ["S1"], ["S1"]]


EMBEDDED = (vocab.hasSource, vocab.hasValueClaim, vocab.hasContextClaim)


def test_no_claim_says_that_it_is_verified():
    case = record_of(read(made()))
    [value], [context] = case.records(vocab.hasValueClaim), case.records(vocab.hasContextClaim)
    assert value.text(vocab.verificationStatus) == "needs_review"
    assert context.text(vocab.verificationStatus) == "unverified"
    assert value.text(vocab.evidenceLevel) == "method"


def test_the_summary_counts_right():
    front = yaml.safe_load(made().split("\n---\n")[0])
    assert front["verification_summary"] == {
        "value_claims": {
            "total": 1,
            "verified": 0,
            "needs_review": 1,
            "rejected": 0,
            "by_attribution": {"direct": 0, "contributing": 0, "contextual": 1},
        },
        "context_claims": {"total": 1, "verified": 0, "unverified": 1, "inferred": 0},
        "all_value_verified": False,
        "all_context_verified": False,
    }


def test_the_terms_stand_above_their_keys():
    text = made()
    lines = text.splitlines()
    assert lines[1] == NOTICE.strip()
    case = read(text)
    counted = 0
    for record in record_of(case).walk():
        for key, found in record.shape.fields.items():
            if found.kind is Kind.CONCEPT:
                line, column = case.source.position(case.front.start + record.keys[key].start)
                comment = comment_above(lines[: line - 1], " " * (column - 1) + "# ")
                assert comment.endswith(f"of: {', '.join(concepts(found.target))}")
                counted += 1
    assert counted > 20
    assert max(len(line) for line in lines if line.lstrip().startswith("#")) <= casefile.WIDTH


def comment_above(lines: list[str], lead: str) -> str:
    taken: list[str] = []
    while lines[-1].startswith(lead):
        taken.insert(0, lines.pop().removeprefix(lead))
        if " of: " in taken[0]:
            break
    return " ".join(taken)


def test_it_survives_the_graph():
    case = read(made())
    record, body = rebuild(stated(case, BASE), SHAPE, BASE)
    assert record.content() == record_of(case).content()
    assert body == case.body == "\n# Calls\n"


visible = texts().filter(lambda text: text.strip())


@unhurried
@given(visible, visible, visible)
def test_any_name_is_written_safely(case_id: str, organisation: str, title: str):
    case = read(made(case_id, organisation, title))
    record = record_of(case)
    assert case.problems == []
    assert record.text(vocab.dcterms_identifier) == case_id
    assert record.text(vocab.organisationName) == organisation
    assert record.text(vocab.dcterms_title) == title
    assert [problem for problem in found_in(case) if problem.severity is Severity.ERROR] == []


# --- a property more, and no Python --------------------------------------------------------------------

ONTOLOGY = """
@prefix cg: <https://w3id.org/casegraph/ontology#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
cg:tide rdfs:label "tide"@en ; skos:definition "How high the water stood."@en ; skos:example "2.4" .
"""
SHAPES = """
@prefix cg: <https://w3id.org/casegraph/ontology#> .
@prefix cgs: <https://w3id.org/casegraph/shapes#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
cgs:Case sh:property cgs:Case-tide, cgs:missing-tide .
cgs:Case-tide sh:codeIdentifier "tide" ; sh:order 16 ; sh:path cg:tide ; sh:datatype xsd:decimal ; sh:maxCount 1 .
cgs:missing-tide sh:severity sh:Violation ; sh:path cg:tide ; sh:minCount 1 ; sh:message "no tide" .
"""


@pytest.fixture
def extended(tmp_path: Path) -> Reader:
    """A reader that knows one release more: the newest, with one property more."""
    for folder, text in {"ontology": ONTOLOGY, "shapes": SHAPES}.items():
        copied = shutil.copytree(ROOT / folder / VERSION, tmp_path / folder / "9.9")
        (copied / "more.ttl").write_text(text, encoding="utf-8")
    return Reader(find_releases((tmp_path,)))


def test_a_property_more_needs_no_python(extended: Reader):
    release, shape = extended.releases["9.9"], extended.shapes("9.9")
    text = new_case(release, shape, case_id="a", organisation="b", title="c", today=DAY)
    case = extended.read(text.encode(), "case.md")
    assert case is not None
    assert case.problems == []
    assert "tide: 2.4\n" in text
    assert "tide: 2.4\n" in casefile.write(record_of(case), "")
    assert jsonld.document(record_of(case), "", BASE)["tide"] == "2.4"
    assert jsonld.context(shape)[vocab.Case]["@context"]["tide"]["@id"] == vocab.CG + "tide"
    schema = json_schema(release, shape)
    assert "tide" in schema["required"]
    assert schema["properties"]["tide"]["description"] == "How high the water stood."
