"""The Python API: questions, SPARQL, cases, the graph as rdflib's; the notebook runs as it stands."""

import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

import nbformat
import polars
import pyoxigraph as ox
import pytest
from nbclient import NotebookClient
from rdflib import RDF, Graph, Literal, URIRef

from kg import Workspace, query, vocab
from kg.casefacts import CaseMissing
from kg.query import ParameterError, QueryMissing
from kg.store.base import Table
from kg.store.graph import ReadOnly
from kg.worker import Limits, QueryRefused, QueryTimeout, QueryTooLarge
from tests.material import ROOT, demonstration_root, minimal, write_case
from tests.test_cli import kg

NOTEBOOK = ROOT / "docs/python.ipynb"


@pytest.fixture(scope="module")
def ws(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = Workspace(demonstration_root(tmp_path_factory.mktemp("python")))
    workspace.build()
    return workspace


def test_importing_the_package_imports_nothing_slow():
    slow = "{'pyoxigraph', 'rdflib', 'yaml', 'kg.build', 'kg.workspace'}"
    text = f"import sys, kg; sys.exit(len({slow} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", text], check=False).returncode == 0


def test_asking_imports_neither_rdflib_nor_the_build():
    names = "('rdflib', 'pyshacl', 'shacl', 'kg.build', 'kg.workspace', 'polars', 'pandas', 'openpyxl')"
    text = f"import sys, kg.cli.query, kg.cli.search; sys.exit(sum(name in sys.modules for name in {names}))"
    assert subprocess.run([sys.executable, "-c", text], check=False).returncode == 0


def test_an_answer_is_the_same_in_every_form(ws: Workspace):
    answer = ws.query("mechanism-outcome", mode="strict")
    records = answer.to_records()
    assert [type(cell) for cell in records[0].values()] == [str, str, int]
    assert answer.to_polars().to_dicts() == records
    assert answer.to_polars().schema["claims"] == polars.Int64
    assert answer.to_pandas().to_dict("records") == records
    assert answer.shown().to_records()[0] == {"mechanism": "automation", "outcome": "velocity", "claims": 10}


def test_the_command_line_and_the_api_give_the_same(ws: Workspace):
    said = kg("query", "value-claims", "--organisation", "Velmarsund Ferries", "-o", "api.parquet", at=ws.root)
    assert said.returncode == 0
    assert polars.read_parquet(ws.root / "api.parquet").equals(
        ws.query("value-claims", organisation="Velmarsund Ferries").to_polars()
    )


def test_values_are_given_as_python_has_them(ws: Workspace):
    one = ws.query("value-claims", mode="exploratory", outcome="velocity").to_records()
    several = ws.query("value-claims", mode="exploratory", outcome=["velocity", "experience"]).to_records()
    assert len(one) < len(several)
    early = ws.query("review-backlog", before=date(2025, 9, 1)).to_records()
    assert early
    assert early == ws.query("review-backlog", before="2025-09-01").to_records()


def test_mistakes_are_failures_that_say_what_to_do(ws: Workspace, tmp_path: Path):
    with pytest.raises(QueryMissing, match="did you mean value-claims"):
        ws.query("value-claim")
    with pytest.raises(ParameterError, match="nearest: Netflix"):
        ws.query("value-claims", organisation="Netflux")
    with pytest.raises(QueryRefused, match="SERVICE asks another endpoint"):
        ws.sparql("SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }")
    with pytest.raises(CaseMissing, match="did you mean netflix-personalization-algorithms"):
        ws.case("netflix-personalisation-algorithms")
    with pytest.raises(query.answer.QueryError, match="line 1, column"):
        ws.sparql("SELECT * { ?s ?p }")
    with pytest.raises(Exception, match="has no graph yet"):
        Workspace(tmp_path).sparql("ASK {}")


def test_an_answer_is_whole_or_an_error(ws: Workspace):
    with pytest.raises(QueryTooLarge, match="not whole: truncated because the answer has more than 10 rows"):
        ws.sparql("SELECT * { ?s ?p ?o }", limits=Limits(rows=10))
    with pytest.raises(QueryTimeout, match=r"stopped after 0\.3 s"):
        ws.sparql("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }", limits=Limits(seconds=0.3))
    assert ws.sparql("ASK {}") is True, "the next question has a process of its own"


def test_what_a_question_cuts_off_is_a_warning(tmp_path: Path):
    text = (
        "#+ summary: What?\nPREFIX cg: <https://w3id.org/casegraph/ontology#>\n"
        "SELECT ?case WHERE { { SELECT ?case WHERE { ?case a cg:Case } ORDER BY ?case LIMIT 2 } ?case a cg:Case }"
    )
    (tmp_path / "queries").mkdir()
    (tmp_path / "queries/first.rq").write_text(text)
    (tmp_path / "cases").symlink_to(ROOT / "cases")
    workspace = Workspace(tmp_path)
    workspace.build()
    with pytest.warns(UserWarning, match="first: the first 2 of 17"):
        answer = workspace.query("first")
    assert len(answer.table.rows) == 2


def test_cells_are_typed():
    def typed(text: str, kind: str) -> ox.Literal:
        return ox.Literal(text, datatype=ox.NamedNode(vocab.PREFIXES["xsd"] + kind))

    rows = [
        (
            typed("1", "integer"),
            typed("1.50", "decimal"),
            typed("2024-01-31", "date"),
            ox.Literal(True),
            ox.Literal("x"),
        ),
        (None, typed("2", "integer"), None, None, typed("3", "integer")),
    ]
    table = Table(("whole", "real", "day", "truth", "mixed"), rows)
    assert table.to_records()[0] == {
        "whole": 1,
        "real": Decimal("1.50"),
        "day": date(2024, 1, 31),
        "truth": True,
        "mixed": "x",
    }
    assert table.to_polars().rows() == [(1, 1.5, date(2024, 1, 31), True, "x"), (None, 2.0, None, None, "3")]
    kinds = [str(each) for each in table.to_pandas().dtypes]
    assert kinds == ["Int64", "float64", "datetime64[s]", "boolean", "object"]
    empty = Table(("a",), [])
    assert (empty.to_polars().shape, empty.to_pandas().shape) == ((0, 1), (0, 1))


def test_the_worker_follows_the_build(tmp_path: Path):
    write_case(tmp_path, minimal("one"), "one")
    with Workspace(tmp_path) as workspace:
        workspace.build()
        counted = "SELECT (COUNT(*) AS ?n) { ?case a cg:Case }"
        assert workspace.sparql(counted).to_records() == [{"n": 1}]
        write_case(tmp_path, minimal("two"), "two")
        workspace.build()
        assert workspace.sparql(counted).to_records() == [{"n": 2}]
        workspace.build(full=True)
        assert workspace.sparql(counted).to_records() == [{"n": 2}]


# One case


def test_a_case_is_found_by_any_of_its_names(ws: Workspace, tmp_path: Path):
    case = ws.case("netflix-personalization-algorithms")
    assert case.organisation == "Netflix"
    assert [ws.case(name).path for name in (case.iri, case.title, case.path.as_posix())] == [case.path] * 3
    write_case(tmp_path, minimal("unbuilt"), "unbuilt")
    assert Workspace(tmp_path).case("unbuilt").title == "A title", "a case needs no build"


def test_a_case_says_what_its_file_says(ws: Workspace):
    case = ws.case("velmarsund-ferries-booking-assistant")
    said = case.to_dict()
    assert said["case_id"] == case.case_id
    assert said["date_created"] == date(2025, 6, 12)
    assert [claim["id"] for claim in case.value_claims()] == [f"VC-00{number}" for number in range(1, 8)]
    assert case.value_claims() == said["value_claims"]
    assert case.context_claims() == said["context_claims"]
    assert case.sources() == said["sources"]
    assert case.value_claims()[0]["mechanism"] == ["automation"]
    assert case.body.lstrip().startswith("# Booking Assistant")
    assert case.problems == []


# The graph in rdflib


def test_the_graph_is_the_stores(ws: Workspace):
    graph = ws.graph()
    quads = [quad.triple for quad in ws.store.quads() if quad.graph_name == ox.DefaultGraph()]
    copied = Graph() + graph
    stored = {(each.subject.value, each.predicate.value, each.object.value) for each in quads}
    assert len(graph) == len(quads) == len(copied)
    assert {tuple(map(str, triple)) for triple in copied} == stored


def test_patterns_and_queries_of_rdflib(ws: Workspace):
    graph = ws.graph()
    case = URIRef(ws.case("netflix-personalization-algorithms").iri)
    assert (case, RDF.type, URIRef(vocab.Case)) in graph
    assert graph.value(case, URIRef(vocab.organisationName)) == Literal("Netflix")
    assert list(graph.triples((Literal("x"), None, None))) == []
    found = graph.query("SELECT ?title { ?case dcterms:title ?title } LIMIT 1", initBindings={"case": case})
    assert [str(row[0]) for row in found] == [ws.case(str(case)).title]
    assert len(list(graph.query("SELECT ?c { ?c a cg:Case }"))) == 17
    assert graph.query("ASK { ?c a cg:Case }").askAnswer is True
    made = graph.query("CONSTRUCT { ?c a cg:Case } { ?c a cg:Case }").graph
    assert made is not None
    assert len(made) == 17
    with pytest.raises(ReadOnly, match="a view of the build"):
        graph.add((case, RDF.type, case))
    with pytest.raises(ReadOnly):
        graph.remove((case, None, None))
    with pytest.raises(ReadOnly):
        graph.update("DELETE WHERE { ?s ?p ?o }")


# The notebook, the catalogue


def test_the_notebook_runs_as_it_stands():
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    assert not any(cell.get("outputs") for cell in notebook.cells), "kept without outputs"
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": ROOT}}).execute()
    outputs = [cell.outputs for cell in notebook.cells if cell.cell_type == "code"]
    assert sum(bool(each) for each in outputs) == len(outputs) - 1, "all but close() show something"
    shown = "".join(str(each) for each in outputs)
    assert "VC-002" in shown
    assert "error" not in {output["output_type"] for each in outputs for output in each}


def test_the_catalogue_is_exported(ws: Workspace):
    done = kg("export", "--format", "sparql-examples", "-o", "queries.ttl", at=ws.root)
    assert done.returncode == 0
    graph = Graph().parse(ws.root / "queries.ttl")
    sh = vocab.PREFIXES["sh"]
    found = set(graph.subjects(RDF.type, URIRef(f"{sh}SPARQLExecutable")))
    assert len(found) == len(ws.queries().queries)
    for each in found:
        ox.Store().query(str(graph.value(each, URIRef(f"{sh}select"))))
