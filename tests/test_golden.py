"""The real corpus as a graph answers as the independently computed answers say."""

from pathlib import Path

import pytest

from kg.problem import Severity
from kg.store.base import Table
from kg.workspace import Workspace
from tests.material import CORPUS, LEGACY, golden, needs_golden, needs_legacy


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = Workspace(tmp_path_factory.mktemp("corpus"), cases=[CORPUS])
    workspace.build()
    return workspace


def number(workspace: Workspace, pattern: str) -> int:
    answer = workspace.sparql(f"SELECT (COUNT(DISTINCT ?x) AS ?n) {{ {pattern} }}")
    assert isinstance(answer, Table)
    [[term]] = answer.rows
    assert term is not None
    return int(term.value)


def tally(workspace: Workspace, kind: str, path: str) -> dict[str, int]:
    answer = workspace.sparql(f"SELECT ?term (COUNT(*) AS ?n) {{ ?x a {kind} . ?x {path} ?term }} GROUP BY ?term")
    assert isinstance(answer, Table)
    return {row[0].value.rsplit("/", 1)[-1]: int(row[1].value) for row in answer.rows if row[0] and row[1]}


COUNTS = {
    "cases": "?x a cg:Case",
    "organisations": "?c cg:organisationName ?x",
    "sources": "?x a cg:Source",
    "distinct_urls_exact": "?s cg:statedUrl ?x",
    "distinct_urls_norm": "?x a foaf:Document",
    "value_claims": "?x a cg:ValueClaim",
    "context_claims": "?x a cg:ContextClaim",
}


@needs_golden
@pytest.mark.parametrize("key", COUNTS)
def test_counts(corpus: Workspace, key: str):
    assert number(corpus, COUNTS[key]) == golden()["counts"][key]


TALLIES = {
    "cases_per_status": ("cg:Case", "cg:caseStatus"),
    "value_claims_per_verification_status": ("cg:ValueClaim", "cg:verificationStatus"),
    "value_claims_per_evidence_level": ("cg:ValueClaim", "cg:evidenceLevel"),
    "value_claims_per_evidence_grade": ("cg:ValueClaim", "cg:evidenceGrade"),
    "value_claims_per_ai_attribution": ("cg:ValueClaim", "cg:attribution"),
    "value_claims_per_cognitive_depth": ("cg:ValueClaim", "cg:cognitiveDepth"),
    "value_claims_per_application_type": ("cg:ValueClaim", "cg:applicationType"),
    "value_claims_per_mechanism": ("cg:ValueClaim", "cg:mechanism"),
    "value_claims_per_outcome": ("cg:ValueClaim", "cg:outcome"),
    "context_claims_per_context_type": ("cg:ContextClaim", "cg:contextType"),
    "context_claims_per_verification_status": ("cg:ContextClaim", "cg:verificationStatus"),
}


@needs_golden
@pytest.mark.parametrize("key", TALLIES)
def test_tallies(corpus: Workspace, key: str):
    assert tally(corpus, *TALLIES[key]) == golden()[key]


@needs_golden
def test_the_corpus_has_no_errors(corpus: Workspace):
    manifest = corpus.manifest
    assert [str(each) for each in manifest.problems() if each.severity is Severity.ERROR] == []
    assert manifest.left_out() == []


@needs_legacy
def test_cases_of_an_older_format_are_named_not_guessed_at(tmp_path: Path):
    result = Workspace(tmp_path, cases=[LEGACY]).build()
    assert result.manifest.cases() == []
    errors = {each.code for each in result.manifest.problems() if each.severity is Severity.ERROR}
    assert errors <= {"missing-release", "unreadable-yaml"}
    assert len(result.manifest.left_out()) == len(list(LEGACY.glob("*/4_casefile.md")))
