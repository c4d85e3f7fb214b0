"""From validation results to Problems: the place in the file, the words, the hint, the order."""

from __future__ import annotations

import random
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from kg.case import Case, Reader
from kg.check import ENGINES, Checker, Result, shapes_of
from kg.explain import all_codes
from kg.problem import Problem, Severity
from kg.release import Release, find_releases
from kg.shape import ShapeError
from kg.triples import stated
from tests.faults import Faults

BASE = "https://w3id.org/casegraph/id/"
RELEASES = find_releases()
RELEASE = RELEASES["1.0"]
CHECKER = Checker(RELEASES)
FAULTS = Faults(RELEASE)

CASE = """---
case_id: acme
organisation: Acme
title: Fewer calls
date_created: '2026-03-01'
date_updated: '2026-03-09'
sources:
- id: S1
  title: Report
  url: https://acme.example/report
  text_file: sources/text/S1.txt
  type: primary
  origin: press office
  grade: organisation_itself
- {id: S2, title: Press release, url: 'https://acme.example/press', text_file: sources/text/S2.txt, type: primary,
   origin: press office, grade: organisation_itself}
value_claims:
- id: VC-001
  claim_title: A third fewer calls
  claim_description: The booking centre takes 33 % fewer calls.
  source_ids: [S1, S2]
  source_quote: a third of the callers no longer need one of our agents
  ai_attribution: direct
  attribution_evidence: The report names the assistant.
  verification_status: verified
  evidence_level: adoption
  evidence_grade: primary
  application_type: capability_enhancement
  mechanism: [automation]
  outcome: [velocity, experience, cost_reduction]
  cognitive_depth: generative
  metric_raw:
    value: 33 %
    metric_type: percentage
verification_summary:
  value_claims: {total: 1, verified: 1, needs_review: 0, rejected: 0}
evidence_level: adoption
status: complete
confidence: high
ontology_metadata:
  version_used: '1.0'
  tagged_date: '2026-03-02'
---

# Fewer calls
"""


@dataclass(frozen=True)
class Found:
    """A problem, and the text that its span covers."""

    problem: Problem
    text: str

    def __str__(self) -> str:
        each = self.problem
        return f"{each.severity.label} {each.code} [{self.text}] {each.message} ({each.hint})"


def read(text: str, releases: dict[str, Release] = RELEASES) -> Case:
    case = Reader(releases).read(text.encode(), "acme.md")
    assert case is not None
    return case


def check(text: str, checker: Checker = CHECKER) -> list[Found]:
    """What the shapes find, but for what they say of derived facts that are not there."""
    case = read(text)
    problems = checker.check(case, stated(case, BASE), BASE)
    return [Found(each, under(case, each)) for each in problems if each.code != "unread-metric"]


def under(case: Case, problem: Problem) -> str:
    """What stands in the file where a problem points."""
    span, lines = problem.span, case.source.text.split("\n")
    assert span.file == "acme.md"
    assert span.line == span.end_line
    return lines[span.line - 1][span.column - 1 : span.end_column - 1]


def with_(old: str, new: str) -> str:
    """The case with one stretch of text replaced."""
    assert CASE.count(old) == 1
    return CASE.replace(old, new)


def codes(found: list[Found]) -> list[tuple[str, str]]:
    return [(each.problem.code, each.text) for each in found]


def test_a_sound_case_has_no_problem():
    assert read(CASE).problems == []
    assert check(CASE) == []


# --- where ------------------------------------------------------------------------------------------------


def test_value_of_a_field():
    [found] = check(with_("ai_attribution: direct", "ai_attribution: directly"))
    assert found.text == "directly"
    assert str(found.problem.span) == "acme.md:23:19"
    assert found.problem.severity is Severity.ERROR
    assert found.problem.record == "VC-001"


def test_the_bad_one_of_three():
    [found] = check(with_("[velocity, experience, cost_reduction]", "[velocity, experiance, cost_reduction]"))
    assert found.text == "experiance"


def test_undeclared_source():
    [found] = check(with_("source_ids: [S1, S2]", "source_ids: [S1, S2, S9]"))
    assert codes([found]) == [("undeclared-source", "S9")]
    assert "`source_ids` has `S9`; this case declares S1, S2" in found.problem.message


def test_first_value_above_the_limit():
    terms = ["velocity", "experience", "cost_reduction", "revenue_lift", "risk_avoidance", "business_growth"]
    [found] = check(with_("[velocity, experience, cost_reduction]", f"[{', '.join(terms)}]"))
    assert codes([found]) == [("too-many-outcomes", "risk_avoidance")]
    assert "`outcome` has 6: `velocity`, `experience`," in found.problem.message


@pytest.mark.parametrize("empty", ["", " null", " []", " ~"])
def test_missing_value_whose_key_is_there(empty: str):
    assert codes(check(with_("mechanism: [automation]", f"mechanism:{empty}"))) == [("missing-mechanism", "mechanism")]


def test_missing_value_of_a_record_with_an_id():
    assert codes(check(with_("  mechanism: [automation]\n", ""))) == [("missing-mechanism", "VC-001")]
    assert codes(check(with_("  type: primary\n", ""))) == [("missing-source-type", "S1")]


def test_missing_value_of_a_record_without_an_id():
    [found] = check(with_("    metric_type: percentage\n", ""))
    assert codes([found]) == [("missing-metric-type", "value")]
    assert found.problem.record == "VC-001"


def test_missing_value_of_the_case():
    [found] = check(with_("organisation: Acme\n", ""))
    assert codes([found]) == [("missing-organisation", "acme")]
    assert found.problem.record == ""


def test_missing_records():
    cited = with_("  source_ids: [S1, S2]\n", "")
    start, end = cited.index("- id: S1"), cited.index("value_claims:\n")
    found = check(f"{cited[:start]}{cited[end:]}")
    assert codes(found) == [("case-without-sources", "sources"), ("claim-without-source", "VC-001")]


def test_rule_in_sparql_with_a_value():
    [found] = check(with_("total: 1", "total: 4"))
    assert codes([found]) == [("wrong-count", "4")]
    assert found.problem.message.endswith("`total` is `4`, counted 1")


def test_rule_in_sparql_that_chooses_its_path():
    assert codes(check(with_("rejected: 0", "rejected: 3"))) == [("wrong-count", "3")]


def test_rule_in_sparql_about_a_record():
    [found] = check(with_("source_ids: [S1, S2]", "source_ids: [S1]"))
    assert codes([found]) == [("uncited-source", "S2")]
    assert "`id`" not in found.problem.message


def test_values_that_are_quoted_folded_or_canonicalised():
    assert codes(check(with_("'2026-03-01'", '"2026-04-01"'))) == [("updated-before-created", '"2026-04-01"')]
    assert codes(check(with_("total: 1", "total: 007"))) == [("wrong-count", "007")]
    assert codes(check(with_("https://acme.example/report", '"ftp:\\u002F/a b"'))) == [("bad-url", '"ftp:\\u002F/a b"')]


def test_windows_line_ends_and_a_byte_order_mark():
    text = with_("ai_attribution: direct", "ai_attribution: directly").replace("\n", "\r\n")
    [found] = check("\ufeff" + text)
    assert (found.problem.span.line, found.text) == (23, "directly")


# --- what reading has said already ------------------------------------------------------------------------


def test_a_value_that_could_not_be_read_is_not_missing_too():
    text = with_("date_created: '2026-03-01'", "date_created: March")
    assert [each.code for each in read(text).problems] == ["bad-date"]
    assert check(text) == []


def test_records_with_one_id_are_not_counted_as_one():
    text = with_("- {id: S2, ", "- {id: S1, ").replace("[S1, S2]", "[S1]")
    assert [each.code for each in read(text).problems] == ["duplicate-id"]
    assert check(text) == []


# --- what is said -----------------------------------------------------------------------------------------


def test_unknown_term():
    [found] = check(with_("mechanism: [automation]", "mechanism: [automatoin]"))
    assert str(found) == (
        "error unknown-mechanism [automatoin] `mechanism` has `automatoin`; "
        "allowed: automation, augmentation, optimization, innovation (did you mean `automation`?)"
    )


def test_term_of_another_vocabulary():
    found = check(with_("verification_status: verified", "verification_status: inferred"))
    [found] = [each for each in found if each.problem.code == "unknown-verification-status"]
    assert found.problem.hint == "write one of the allowed terms"
    assert "allowed: needs_review, verified, rejected" in found.problem.message


def test_case_and_spaces_do_not_hide_the_nearest_term():
    [found] = check(with_("cost_reduction]", "Cost Reduction]"))
    assert found.problem.hint == "did you mean `cost_reduction`?"


def test_no_near_term():
    [found] = check(with_("source_ids: [S1, S2]", "source_ids: [S1, S2, Report]"))
    assert found.problem.hint == "correct the id, or declare the source under sources"


def test_both_values_that_are_compared():
    [found] = check(with_("'2026-03-01'", "'2026-04-01'"))
    assert "`date_created` is `2026-04-01`, `date_updated` is `2026-03-09`" in found.problem.message


def test_long_values_are_shortened():
    [found] = check(with_("https://acme.example/report", "x" * 100))
    assert f"`{'x' * 59}…`" in found.problem.message


# --- rules that a release may bring -----------------------------------------------------------------------

RULES = """
@prefix cg:  <https://w3id.org/casegraph/ontology#> .
@prefix cgs: <https://w3id.org/casegraph/shapes#> .
@prefix cito: <http://purl.org/spar/cito/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix sh:  <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

cgs:Case sh:property cgs:few-claims, cgs:titles-of-claims, cgs:sources-of-claims .
cgs:AnyClaim sh:targetClass cg:Claim ; sh:property cgs:untitled .

cgs:few-claims a sh:PropertyShape ;
    cg:code "few-claims" ; sh:severity sh:Info ; sh:path cg:caseStatus ; sh:message "complete, with few claims" ;
    cg:mend "Read on." ;
    sh:sparql [ sh:prefixes cgs:more-prefixes ; sh:select \"\"\"
SELECT $this ?value (COUNT(?claim) AS ?claims_counted) (SAMPLE(?title) AS ?one) WHERE {
  $this $PATH ?value . OPTIONAL { $this cg:hasValueClaim ?claim . ?claim dcterms:title ?title }
} GROUP BY $this ?value HAVING (COUNT(?claim) < 3)\"\"\" ] .
cgs:more-prefixes sh:declare [ sh:prefix "cg" ; sh:namespace "https://w3id.org/casegraph/ontology#"^^xsd:anyURI ],
    [ sh:prefix "dcterms" ; sh:namespace "http://purl.org/dc/terms/"^^xsd:anyURI ] .

cgs:titles-of-claims a sh:PropertyShape ;
    sh:path ( cg:hasValueClaim dcterms:title ) ; sh:pattern "^The " ; sh:message "a title begins with an article." .

cgs:sources-of-claims a sh:PropertyShape ;
    cg:code "sources-of-claims" ; sh:severity sh:Warning ; sh:message "an odd source" ;
    sh:path ( cg:hasValueClaim cito:citesAsEvidence ) ; sh:not [ sh:class cg:Source ] .

cgs:untitled a sh:PropertyShape ;
    cg:code "untitled" ; sh:path cg:attribution ; sh:maxCount 0 ; sh:message "attributed" .
"""


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Release]:
    folder = tmp_path_factory.mktemp("shapes") / "1.0"
    shutil.copytree(RELEASE.shapes, folder)
    (folder / "more.ttl").write_text(RULES, encoding="utf-8")
    return {RELEASE.version: Release(RELEASE.version, RELEASE.ontology, folder)}


@pytest.mark.parametrize("engine", ENGINES)
def test_rules_of_many_kinds(releases: dict[str, Release], engine: str):
    assert [str(each) for each in check(CASE, Checker(releases, engine))] == [
        "warning sources-of-claims [S1] an odd source; found `S1` ()",
        "warning sources-of-claims [S2] an odd source; found `S2` ()",
        "error titles-of-claims [A third fewer calls] a title begins with an article; found `A third fewer calls` ()",
        "error untitled [direct] attributed; `ai_attribution` is `direct` ()",
        (
            "info few-claims [complete] complete, with few claims; `status` is `complete`, claims counted 1, "
            "one A third fewer calls (read on)"
        ),
    ]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    "bad",
    ["cgs:Case sh:path 3 ; a sh:PropertyShape .", 'cgs:Case sh:sparql [ sh:select "SELECT $this WHERE { nonsense" ] .'],
)
@pytest.mark.filterwarnings("ignore")
def test_broken_shapes_are_no_fault_of_the_case(engine: str, bad: str, tmp_path: Path):
    shutil.copytree(RELEASE.shapes, tmp_path / "1.0")
    prefixes = RULES.partition("cgs:Case")[0]
    (tmp_path / "1.0/bad.ttl").write_text(prefixes + bad, encoding="utf-8")
    release = Release("1.0", RELEASE.ontology, tmp_path / "1.0")
    case = read(CASE)
    with pytest.raises(ShapeError):
        Checker({"1.0": release}, engine).results(case, stated(case, BASE))


# --- in all -----------------------------------------------------------------------------------------------


def test_order_is_that_of_the_file_whatever_the_order_of_the_triples():
    text = with_("mechanism: [automation]", "mechanism: [x, y, z]").replace("direct\n", "indirect\n")
    case = read(text)
    triples = stated(case, BASE)
    problems = CHECKER.check(case, triples, BASE)
    assert [each.order for each in problems] == sorted(each.order for each in problems)
    assert len(problems) >= 4
    assert CHECKER.check(case, random.Random(1).sample(triples, len(triples)), BASE) == problems


def test_results_are_ordered_and_whole():
    engine = ENGINES["shacl"](shapes_of(RELEASE))
    case = read(with_("ai_attribution: direct", "ai_attribution: directly"))
    results = engine.validate("".join(f"{s} {p} {o} .\n" for s, p, o in stated(case, BASE)))
    assert results == sorted(results)
    assert (
        Result(
            focus=f"<{BASE}case/acme/claim/VC-001>",
            path="<https://w3id.org/casegraph/ontology#attribution>",
            component="http://www.w3.org/ns/shacl#ClassConstraintComponent",
            value="<https://w3id.org/casegraph/attribution/directly>",
            severity="http://www.w3.org/ns/shacl#Violation",
            shape="https://w3id.org/casegraph/shapes#ValueClaim-ai_attribution",
        )
        in results
    )


def test_whatever_is_damaged_each_problem_has_a_line_a_known_code_and_words():
    known, checked = set(all_codes(RELEASE)), 0
    for fault in FAULTS.all:
        case = read(FAULTS.text((fault,)))
        if case.record is None:
            continue
        problems = CHECKER.check(case, stated(case, BASE), BASE)
        assert len(set(problems)) == len(problems)
        for each in problems:
            assert each.code in known, (fault, each)
            assert each.span.line > 1, (fault, each)
            assert each.span.column > 0, (fault, each)
            assert each.message.strip(), (fault, each)
            assert each.hint, (fault, each)
            checked += 1
    assert checked > 2_000


def test_a_record_without_an_id_is_not_named_by_its_iri():
    text = with_(
        "  verification_status: verified\n", "  verification_status: verified\n  human_validation: {reviewed: true}\n"
    )
    [found] = [each for each in check(text) if each.problem.code == "missing-verdict"]
    assert "`review`" not in str(found)
    assert found.problem.record == "VC-001"


def test_a_misspelt_key_is_said_once():
    text = with_("confidence: high", "confidance: high")
    assert [each.code for each in read(text).problems] == ["unknown-key"]
    assert codes(check(text)) == []
    assert codes(check(with_("confidence: high\n", ""))) == [("missing-confidence", "acme")]
