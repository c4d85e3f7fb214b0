"""Every shipped question: sound, equal on two engines, with the answers it promises; golden on the real corpus."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import Graph
from rdflib.query import ResultRow

from kg import query, vocab
from kg.manifest import current_build
from kg.query import QueryAnswer
from kg.release import find_releases
from kg.store.base import Table
from kg.store.embedded import Embedded
from kg.terms import plain
from kg.worker import Outcome, Worker
from kg.workspace import BASE, Workspace
from tests.material import CORPUS, ROOT, demonstration_root, golden, needs_golden

CATALOGUE = query.load_queries(query.query_folders(Path("nowhere")), ROOT)
NAMES = sorted(CATALOGUE.queries)


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = Workspace(demonstration_root(tmp_path_factory.mktemp("demonstration")))
    workspace.build()
    return workspace


@pytest.fixture(scope="module")
def run(demonstration: Workspace) -> Callable[[str], Outcome]:
    store = demonstration.store
    return lambda text: Outcome(store.query(text))


@pytest.fixture(scope="module")
def rdflib_graph(demonstration: Workspace) -> Graph:
    """The default graph in the reference implementation."""
    quads = (quad for quad in demonstration.store.quads() if quad.graph_name == ox.DefaultGraph())
    text = ox.serialize((quad.triple for quad in quads), format=ox.RdfFormat.N_TRIPLES)
    assert text is not None
    return Graph().parse(data=text, format="nt")


def test_every_file_is_a_question():
    assert [str(problem) for problem in CATALOGUE.problems] == []
    assert sorted(path.stem for path in ROOT.glob("queries/*.rq")) == NAMES
    assert len(NAMES) >= 50


@pytest.mark.parametrize("name", NAMES)
def test_the_header_is_complete(name: str):
    found = CATALOGUE.queries[name]
    assert found.summary.endswith("?")
    assert found.description
    assert found.tags
    assert found.expectations
    assert found.requires.text
    assert all(parameter.description.endswith(".") for parameter in found.parameters)
    assert all(column.label for column in found.columns)
    assert "ORDER BY" in found.text


@pytest.mark.parametrize("name", NAMES)
def test_lint_finds_nothing(name: str):
    """Nor for the newest release that the question is written for."""
    written_for = CATALOGUE.queries[name].requires
    release = [each for each in find_releases().values() if written_for.has(each.version)][-1]
    assert [str(problem) for problem in query.lint(CATALOGUE.queries[name], release)] == []


@pytest.mark.parametrize("name", NAMES)
def test_expectations_hold(name: str, run: Callable[[str], Outcome]):
    assert [str(problem) for problem in query.differences(CATALOGUE.queries[name], run, base=BASE)] == []


FREE_OF_FAULTS = ("cases-without-verified-claims", "terms-never-used")
"""Questions about faults that the demonstration does not have; the real corpus does."""


@pytest.mark.parametrize("name", [name for name in NAMES if name not in FREE_OF_FAULTS])
def test_some_expectation_has_rows(name: str, run: Callable[[str], Outcome]):
    answers = [
        query.ask(CATALOGUE.queries[name], dict(each.parameters), run, base=BASE)
        for each in CATALOGUE.queries[name].expectations
    ]
    assert any(answer.table.rows for answer in answers)


@pytest.mark.parametrize("name", NAMES)
def test_no_two_rows_are_equal(name: str, run: Callable[[str], Outcome]):
    rows = query.ask(CATALOGUE.queries[name], {}, run, base=BASE).table.rows
    assert len(set(rows)) == len(rows)


@pytest.mark.parametrize("name", NAMES)
def test_the_file_runs_as_it_stands_on_two_engines(name: str, run: Callable[[str], Outcome], rdflib_graph: Graph):
    text = CATALOGUE.queries[name].text
    store = Embedded(ox.Store())
    assert store.query(text) is not None, "prefixes are declared in the file"
    answer = query.ask(CATALOGUE.queries[name], {}, run, base=BASE)
    ours = [[plain(term) for term in row] for row in answer.table.rows]
    assert answer.text == text
    assert ours == list(texts(rdflib_graph, text))


def texts(graph: Graph, text: str) -> Iterator[list[str]]:
    for row in graph.query(text):
        assert isinstance(row, ResultRow)
        yield ["" if term is None else str(term) for term in row]


@pytest.mark.parametrize("name", NAMES)
def test_each_parameter_narrows_the_answer(name: str, run: Callable[[str], Outcome], rdflib_graph: Graph):
    """Bound queries give the same on both engines, and never more than the question without the parameter."""
    found = CATALOGUE.queries[name]
    for parameters in {each.parameters for each in found.expectations if each.parameters}:
        answer = query.ask(found, dict(parameters), run, base=BASE)
        ours = [[plain(term) for term in row] for row in answer.table.rows]
        assert ours == list(texts(rdflib_graph, answer.text))


# The real corpus


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worker]:
    workspace = Workspace(tmp_path_factory.mktemp("corpus"), cases=[CORPUS])
    workspace.build()
    build = current_build(workspace.home)
    assert build is not None
    with Worker(build / "store", vocab.PREFIXES) as worker:
        yield worker


def ids(worker: Worker) -> dict[str, str]:
    """The IRI of each case → its id as the file has it."""
    answer = worker.run("SELECT ?case ?id { ?case a cg:Case ; dcterms:identifier ?id }").answer
    assert isinstance(answer, Table)
    return {plain(case): plain(name) for case, name in answer.rows}


def asked(worker: Worker, name: str, **given: str) -> QueryAnswer:
    return query.ask(CATALOGUE.queries[name], given, worker.run, base=BASE)


def cells(answer: QueryAnswer, *columns: str) -> list[tuple[str, ...]]:
    places = [answer.table.columns.index(column) for column in columns]
    return [tuple(plain(row[place]) for place in places) for row in answer.table.rows]


def claims(worker: Worker, answer: QueryAnswer) -> list[str]:
    names = ids(worker)
    return [f"{names[case]}#{claim.rsplit('/', 1)[-1]}" for case, claim in cells(answer, "case", "claim")]


@needs_golden
@pytest.mark.parametrize("mode", ["strict", "standard", "exploratory"])
def test_modes(corpus: Worker, mode: str):
    expected = golden()[f"mode_{mode}"]
    answer = asked(corpus, "value-claims", mode=mode)
    found = claims(corpus, answer)
    assert len(found) == expected["claims"]
    assert len({case for (case,) in cells(answer, "case")}) == expected["cases"]
    assert sorted(found) == sorted(expected.get("ids", found))


@needs_golden
def test_standard_is_the_default(corpus: Worker):
    assert asked(corpus, "value-claims").table == asked(corpus, "value-claims", mode="standard").table


@needs_golden
def test_pairs(corpus: Worker):
    answer = asked(corpus, "mechanism-outcome")
    found = {
        f"{mechanism.rsplit('/', 1)[-1]}+{outcome.rsplit('/', 1)[-1]}": int(count)
        for mechanism, outcome, count in cells(answer, "mechanism", "outcome", "claims")
    }
    assert found == golden()["value_claims_per_mechanism_outcome_pair"]


@needs_golden
def test_organisations_with_several_cases(corpus: Worker):
    names = ids(corpus)
    found: dict[str, list[str]] = defaultdict(list)
    for name, case in cells(asked(corpus, "organisations-with-several-cases"), "name", "case"):
        found[name].append(names[case])
    assert found == golden()["organisations_with_more_than_one_case"]


@needs_golden
def test_shared_documents(corpus: Worker):
    names = ids(corpus)
    found: dict[str, list[str]] = defaultdict(list)
    for url, case in cells(asked(corpus, "shared-documents"), "url", "case"):
        found[url].append(names[case])
    assert found == golden()["urls_declared_by_more_than_one_case_exact"]


@needs_golden
def test_review_backlog(corpus: Worker):
    expected = golden()["needs_human_review"]
    waiting = {status: asked(corpus, "review-backlog", status=status) for status in ("needs_review", "unverified")}
    assert sorted(claims(corpus, waiting["needs_review"])) == sorted(expected["value_ids"])
    assert sorted(claims(corpus, waiting["unverified"])) == sorted(expected["context_ids"])
    everything = asked(corpus, "review-backlog")
    assert len(everything.table.rows) == expected["value_needs_review"] + expected["context_unverified"]
    assert len({case for (case,) in cells(everything, "case")}) == expected["union_cases"]


@needs_golden
def test_uses_of_terms(corpus: Worker):
    answer = asked(corpus, "vocabulary-coverage")
    uses = {term.removeprefix(vocab.CASEGRAPH): int(count) for term, count in cells(answer, "term", "uses")}
    for scheme, key in (("mechanism", "mechanism"), ("outcome", "outcome"), ("attribution", "ai_attribution")):
        expected = golden()[f"value_claims_per_{key}"]
        assert {term: uses[f"{scheme}/{term}"] for term in expected} == expected
