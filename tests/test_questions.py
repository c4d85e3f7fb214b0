"""The questions on the real corpus and the whole process framework: golden answers, by API and command line."""

from __future__ import annotations

import csv
import io
import os
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from click.testing import CliRunner

from kg.catalogue import turtle
from kg.cli import kg
from kg.query import page
from kg.store.base import Table
from kg.store.embedded import Embedded
from kg.terms import plain
from kg.workbook import read_workbook
from kg.worker import Outcome
from kg.workspace import Workspace
from tests.material import CORPUS, ROOT, golden, minimal, needs_golden, write_case

WORKBOOK = ROOT / os.environ.get("CASEGRAPH_PCF", "../shared/pcf/APQC-PCF-Cross-Industry-7.4.xlsx")
needs_workbook = pytest.mark.skipif(not WORKBOOK.is_file(), reason=f"no APQC workbook in {WORKBOOK} (CASEGRAPH_PCF)")

Row = dict[str, Any]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """The real corpus, its processes resolved by the whole framework."""
    root = tmp_path_factory.mktemp("corpus")
    catalogue, _ = read_workbook(WORKBOOK)
    path = root / "ontology/pcf" / f"{catalogue.edition}-{catalogue.version}.ttl"
    path.parent.mkdir(parents=True)
    path.write_text(turtle(catalogue), encoding="utf-8")
    (root / "cases").symlink_to(CORPUS)
    workspace = Workspace(root)
    workspace.build()
    yield workspace
    workspace.built.close()


@pytest.fixture(scope="module")
def ids(corpus: Workspace) -> dict[str, str]:
    """The IRI of each case → its id as the file has it."""
    return pairs(corpus, "SELECT ?case ?id { ?case a cg:Case ; dcterms:identifier ?id }")


def pairs(corpus: Workspace, text: str) -> dict[str, str]:
    answer = corpus.sparql(text)
    assert isinstance(answer, Table)
    return {plain(one): plain(other) for one, other in answer.rows}


def rows(corpus: Workspace, name: str, **given: Any) -> list[Row]:
    answer = corpus.query(name, **given)
    assert answer.truncated == ""
    return answer.to_records()


def printed(corpus: Workspace, name: str, *options: str) -> list[Row]:
    """The answer as the command line prints it."""
    done = CliRunner().invoke(kg, ["query", name, *options, "--format", "csv", "-C", str(corpus.root)])
    assert done.exit_code == 0, done.output
    return list(csv.DictReader(io.StringIO(done.stdout)))


def last(iri: str | None) -> str:
    return (iri or "null").rsplit("/", 1)[-1]


COUNTS = {
    "claims-by-mechanism": ("mechanism", "value_claims_per_mechanism"),
    "claims-by-outcome": ("outcome", "value_claims_per_outcome"),
    "claims-by-cognitive-depth": ("depth", "value_claims_per_cognitive_depth"),
    "claims-by-application-type": ("application", "value_claims_per_application_type"),
    "claims-by-attribution": ("attribution", "value_claims_per_ai_attribution"),
    "claims-by-evidence-level": ("level", "value_claims_per_evidence_level"),
    "claims-by-evidence-grade": ("grade", "value_claims_per_evidence_grade"),
    "claims-by-status": ("status", "value_claims_per_verification_status"),
    "claims-by-metric-type": ("type", "value_claims_per_metric_type"),
}


@needs_golden
@needs_workbook
@pytest.mark.parametrize("name", COUNTS)
def test_counts_of_value_claims(corpus: Workspace, name: str):
    column, key = COUNTS[name]
    assert {last(row[column]): row["claims"] for row in rows(corpus, name)} == golden()[key]
    assert {last(row[column]): int(row["claims"]) for row in printed(corpus, name)} == golden()[key]


@needs_golden
@needs_workbook
@pytest.mark.parametrize("mode", ["strict", "standard", "exploratory"])
def test_modes_by_both_ways(corpus: Workspace, ids: dict[str, str], mode: str):
    expected = golden()[f"mode_{mode}"]
    for found in (rows(corpus, "value-claims", mode=mode), printed(corpus, "value-claims", "--mode", mode)):
        claims = sorted(f"{ids[row['case']]}#{last(row['claim'])}" for row in found)
        assert len(claims) == expected["claims"]
        assert len({row["case"] for row in found}) == expected["cases"]
        assert claims == sorted(expected.get("ids", claims))


@needs_golden
@needs_workbook
def test_pairs_by_the_command_line(corpus: Workspace):
    found = {
        f"{last(row['mechanism'])}+{last(row['outcome'])}": int(row["claims"])
        for row in printed(corpus, "mechanism-outcome")
    }
    assert found == golden()["value_claims_per_mechanism_outcome_pair"]


@needs_golden
@needs_workbook
def test_size(corpus: Workspace):
    found = {row["kind"]: row["count"] for row in rows(corpus, "overview")}
    expected = golden()["counts"]
    assert found["cases"] == expected["cases"]
    assert found["organisations"] == expected["organisations"]
    assert found["sources"] == expected["sources"]
    assert found["documents"] == expected["distinct_urls_norm"]
    assert found["value claims"] == expected["value_claims"]
    assert found["context claims"] == expected["context_claims"]


LACKS = {"value claims": "zero_value_claims", "context claims": "zero_context_claims", "sources": "zero_sources"}


@needs_golden
@needs_workbook
@pytest.mark.parametrize("lacks", LACKS)
def test_cases_without_evidence(corpus: Workspace, ids: dict[str, str], lacks: str):
    expected = sorted(golden()[f"cases_with_{LACKS[lacks]}"])
    assert sorted(ids[row["case"]] for row in rows(corpus, "cases-without-evidence", lacks=lacks)) == expected
    asked = printed(corpus, "cases-without-evidence", "--lacks", lacks)
    assert sorted(ids[row["case"]] for row in asked) == expected


@needs_golden
@needs_workbook
def test_cases_without_verified_claims(corpus: Workspace, ids: dict[str, str]):
    found = sorted(ids[row["case"]] for row in rows(corpus, "cases-without-verified-claims"))
    assert found == sorted(golden()["cases_with_value_claims_none_verified"])


@needs_golden
@needs_workbook
def test_review(corpus: Workspace, ids: dict[str, str]):
    expected = golden()["needs_human_review"]
    waiting = printed(corpus, "review-backlog")
    claims = sorted(f"{ids[row['case']]}#{last(row['claim'])}" for row in waiting)
    assert claims == sorted(expected["value_ids"] + expected["context_ids"])
    by_case = rows(corpus, "review-backlog-by-case")
    assert len(by_case) == expected["union_cases"]
    assert sum(row["value"] for row in by_case) == expected["value_needs_review"]
    assert sum(row["context"] for row in by_case) == expected["context_unverified"]
    progress = rows(corpus, "review-progress")
    assert sum(row["claims"] for row in progress if row["reviewed"] == "no") == expected["never_human_reviewed"]


@needs_golden
@needs_workbook
def test_quotes_not_found(corpus: Workspace, ids: dict[str, str]):
    found = rows(corpus, "quotes-not-found")
    of_all = [f"{ids[row['case']]}#{last(row['claim'])}" for row in found if row["reason"] != "partial"]
    assert sorted(of_all) == sorted(golden()["grounding_fails_all"]["ids"])
    verified = printed(corpus, "quotes-not-found", "--status", "verified")
    claims = sorted(f"{ids[row['case']]}#{last(row['claim'])}" for row in verified)
    assert claims == sorted(golden()["grounding_verified_but_fails_strict"]["ids"])


@needs_golden
@needs_workbook
def test_documents(corpus: Workspace, ids: dict[str, str]):
    by_url: dict[str, list[str]] = defaultdict(list)
    for row in printed(corpus, "shared-documents"):
        by_url[row["url"]].append(ids[row["case"]])
    assert by_url == golden()["urls_declared_by_more_than_one_case_exact"]
    cited = {row["url"].removeprefix("https://") for row in rows(corpus, "documents-of-several-cases")}
    assert cited == set(golden()["urls_cited_by_claims_of_more_than_one_case_norm"])


# Processes: the golden figures take a code as it is spelt. A code such as 03.0 is the process 3.0 here, which
# docs/questions.md explains. Leaving out the claims whose code is spelt otherwise must give the golden figures.


@pytest.fixture(scope="module")
def respelt(corpus: Workspace) -> set[str]:
    """The claims whose code is neither the PCF id nor the hierarchy id of the process that it names."""
    answer = corpus.sparql(
        "SELECT ?claim { ?claim cg:candidateProcessByCode ?process ; cg:statedProcessCode ?code . "
        "?process cg:pcfId ?id ; cg:hierarchyId ?place . FILTER (?code != ?id && ?code != ?place) }"
    )
    assert isinstance(answer, Table)
    return {plain(row[0]) for row in answer.rows}


def organisations_of(found: list[Row], names: dict[str, str]) -> dict[str, set[str]]:
    """Hierarchy id → the names of the organisations whose cases name the process."""
    by_process: dict[str, set[str]] = defaultdict(set)
    for row in found:
        by_process[row["hierarchy"]].add(names[row["organisation"]])
    return by_process


def shared(by_process: dict[str, set[str]]) -> dict[tuple[str, str], list[str]]:
    """Pairs of organisations → the processes that they share."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for process, members in by_process.items():
        for one in members:
            for other in (each for each in members if one < each):
                found[one, other].append(process)
    return {pair: sorted(processes) for pair, processes in found.items()}


@pytest.fixture(scope="module")
def names(corpus: Workspace) -> dict[str, str]:
    return pairs(corpus, "SELECT ?it ?name { ?it a org:Organization ; skos:prefLabel ?name }")


def asked_pairs(found: list[Row], names: dict[str, str]) -> dict[tuple[str, str], list[str]]:
    """The pairs of ``organisations-sharing-a-process``, whose rows say how many processes each shares."""
    pairs: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in found:
        one, other = sorted((names[row["one"]], names[row["other"]]))
        pairs[one, other].append(row["hierarchy"])
    assert all(
        int(row["shared"]) == len(pairs[min(a, b), max(a, b)])
        for row in found
        for a, b in [(names[row["one"]], names[row["other"]])]
    )
    return {pair: sorted(processes) for pair, processes in pairs.items()}


def agrees(found: dict[tuple[str, str], list[str]], expected: dict[str, Any]) -> bool:
    top = {tuple(sorted((each["a"], each["b"]))): sorted(each["codes"]) for each in expected["top10"]}
    several = sum(len(processes) > 1 for processes in found.values())
    return (
        len(found) == expected["pairs"]
        and several == expected["pairs_sharing_2_or_more"]
        and all(found.get((pair[0], pair[1])) == codes for pair, codes in top.items())
    )


@needs_golden
@needs_workbook
def test_organisations_sharing_a_process_by_name(corpus: Workspace, names: dict[str, str]):
    expected = golden()["org_pairs_sharing_apqc_name"]
    found = asked_pairs(rows(corpus, "organisations-sharing-a-process", basis="name"), names)
    assert agrees(found, expected)
    again = asked_pairs(printed(corpus, "organisations-sharing-a-process", "--basis", "name"), names)
    assert agrees(again, expected)


@needs_golden
@needs_workbook
def test_organisations_sharing_a_process_by_code(corpus: Workspace, names: dict[str, str], respelt: set[str]):
    expected = golden()["org_pairs_sharing_apqc_pcf_node"]
    by_code = rows(corpus, "cases-by-process", basis="code")
    as_spelt = [row for row in by_code if row["via"] not in respelt]
    assert len(respelt) == 8
    assert agrees(shared(organisations_of(as_spelt, names)), expected)
    everything = shared(organisations_of(by_code, names))
    assert asked_pairs(rows(corpus, "organisations-sharing-a-process", basis="code"), names) == everything
    again = asked_pairs(printed(corpus, "organisations-sharing-a-process", "--basis", "code"), names)
    assert again == everything


@needs_golden
@needs_workbook
def test_processes_ranked(corpus: Workspace, respelt: set[str]):
    by_name = {row["hierarchy"]: row["cases"] for row in rows(corpus, "processes-ranked", basis="name")}
    expected = {each["hierarchy_id"]: each["cases"] for each in golden()["apqc_top20_by_cases_name_resolved"]}
    assert {process: by_name[process] for process in expected} == expected
    assert sorted(by_name.values(), reverse=True)[: len(expected)] == list(expected.values())

    cases: dict[str, set[str]] = defaultdict(set)
    spelt: dict[str, set[str]] = defaultdict(set)
    for row in rows(corpus, "cases-by-process", basis="code"):
        cases[row["hierarchy"]].add(row["case"])
        if row["via"] not in respelt:
            spelt[row["hierarchy"]].add(row["case"])
    expected = {each["hierarchy_id"]: each["cases"] for each in golden()["apqc_top20_by_cases_pcf_node"]}
    assert {process: len(spelt[process]) for process in expected} == expected
    by_code = {row["hierarchy"]: row["cases"] for row in printed(corpus, "processes-ranked", "--basis", "code")}
    assert {process: int(by_code[process]) for process in cases} == {each: len(cases[each]) for each in cases}


@needs_golden
@needs_workbook
def test_resolution(corpus: Workspace, respelt: set[str]):
    expected = golden()["apqc_resolution"]
    linked = {row["via"] for row in rows(corpus, "cases-by-process")}
    conflicts = rows(corpus, "process-conflicts")
    assert len(linked) + len(conflicts) == expected["functional_claims"]
    assert len(linked - respelt) == expected["code_and_name_agree"]
    assert len(rows(corpus, "cases-by-process", basis="name")) == expected["name_resolves"]
    by_code = {row["via"] for row in rows(corpus, "cases-by-process", basis="code")}
    assert len(by_code - respelt) == expected["code_resolves"]


@needs_workbook
@needs_golden
def test_a_process_has_its_sub_processes(corpus: Workspace):
    """What is found for a process is what is found for those below it, one by one."""
    below = pairs(
        corpus, "SELECT ?process ?id { ?process skos:broader* ?top ; cg:pcfId ?id . ?top cg:hierarchyId '3.0' }"
    )
    every = rows(corpus, "claims-by-process", basis="code", mode="exploratory")
    expected = [row for row in every if row["named"] in below]
    assert expected == rows(corpus, "claims-by-process", basis="code", mode="exploratory", process="3.0")
    assert {row["named"] for row in expected} != {row["named"] for row in expected if row["hierarchy"] == "3.0"}
    claims = {row["claim"] for row in expected}
    found = rows(corpus, "value-claims", basis="code", mode="exploratory", process="3.0")
    assert {row["claim"] for row in found} == claims


# What is cut off

CUT = """SELECT ?a ?b ?c { { SELECT ?a ?b { ?a <x:p> ?b } ORDER BY DESC(?b) ?a LIMIT %d } ?a <x:q> ?c }
ORDER BY DESC(?b) ?a"""


@pytest.fixture(scope="module")
def numbers() -> Callable[[str], Outcome]:
    store = ox.Store()
    for number in range(300):
        subject = ox.NamedNode(f"x:{number}")
        store.add(ox.Quad(subject, ox.NamedNode("x:p"), ox.Literal(f"{number % 7}")))
        store.add(ox.Quad(subject, ox.NamedNode("x:q"), ox.Literal(number)))
    return lambda text: Outcome(Embedded(store).query(text))


@pytest.mark.parametrize("limit", [1, 20, 299, 300, 400])
def test_a_cut_answer_is_the_stores_and_says_what_is_missing(numbers: Callable[[str], Outcome], limit: int):
    text = CUT % limit
    paged = page.run_paged(text, numbers)
    assert paged.answer == numbers(text).answer
    said = f"the first {limit:,} of 300; narrow the question by its parameters"
    assert paged.truncated == (said if limit < 300 else "")


@pytest.mark.parametrize("most", [1, 20, 300])
def test_fewer_rows_than_the_question_gives_are_the_first_of_them(numbers: Callable[[str], Outcome], most: int):
    fewer = page.run_paged(CUT % 200, numbers, most=most)
    assert fewer == page.run_paged(CUT % min(most, 200), numbers)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT ?a { ?a <x:p> ?b } ORDER BY ?a LIMIT 3",
        "SELECT ?a { { SELECT ?a { ?a <x:p> ?b } ORDER BY ?a } }",
        "SELECT ?a { { SELECT ?a { ?a <x:p> ?b } ORDER BY STR(?a) LIMIT 3 } }",
        "SELECT ?a { { SELECT ?a { ?a <x:p> ?b } ORDER BY ?a LIMIT 3 OFFSET 1 } }",
        "SELECT ?a { { { SELECT ?a { ?a <x:p> ?b } ORDER BY ?a LIMIT 3 } } }",
        "SELECT ?a { { SELECT ?a { ?a <x:p> ?b } ORDER BY ?a LIMIT 3 } { SELECT ?a { ?a ?p 1 } ORDER BY ?a LIMIT 1 } }",
    ],
)
def test_other_queries_are_put_as_they_stand(numbers: Callable[[str], Outcome], text: str):
    assert page.first_page(text, numbers) == page.Cut(text)


def test_the_cut_of_a_question_is_told(corpus_of_many: Workspace):
    with pytest.warns(UserWarning, match="the first 5,000 of 5,100"):
        answer = corpus_of_many.query("sources-never-cited")
    assert len(answer.table.rows) == 5_000
    assert answer.truncated == "the first 5,000 of 5,100; narrow the question by its parameters"


def test_a_table_has_the_rows_that_a_person_reads(corpus_of_many: Workspace, tmp_path: Path):
    root = str(corpus_of_many.root)
    table = CliRunner().invoke(kg, ["query", "sources-never-cited", "-C", root])
    assert table.exit_code == 0
    assert "the first 1,000 of 5,100; narrow the question by its parameters" in table.stderr
    file = CliRunner().invoke(kg, ["query", "sources-never-cited", "-o", str(tmp_path / "all.csv"), "-C", root])
    assert "the first 5,000 of 5,100" in file.stderr
    assert len((tmp_path / "all.csv").read_text(encoding="utf-8").splitlines()) == 5_001


@pytest.fixture(scope="module")
def corpus_of_many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """A case of 5,100 sources, of which no claim cites any."""
    root = tmp_path_factory.mktemp("many")
    sources = "\n".join(f"- {{id: S{n}, title: Page {n}, url: https://acme.example/{n}}}" for n in range(1, 5_101))
    head, _, tail = minimal().partition("sources:\n")
    write_case(root, f"{head}sources:\n{sources}\nvalue_claims:{tail.partition('value_claims:')[2]}")
    workspace = Workspace(root)
    workspace.build()
    yield workspace
    workspace.built.close()
