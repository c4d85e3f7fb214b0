"""A migration rehearsed: both graphs are built aside, every saved query is asked before and after."""

import json
import shutil
from pathlib import Path

import pytest

from kg.case import Reader
from kg.migrate.files import Rewritten, rewrite
from kg.migrate.reading import read_migration
from kg.migrate.subject import Verdict
from kg.migrate.upgrade import Upgrader
from kg.problem import Problem
from kg.rehearsal import Rehearsal, rehearse
from kg.release import find_releases
from kg.source import Source
from kg.workspace import Workspace
from tests.material import CORPUS, DEMONSTRATION, needs_corpus
from tests.test_cli import kg

OWN = """#+ summary: Which claims work by automation?
#+ requires: ">=1.0,<1.1"
PREFIX mechanism: <https://w3id.org/casegraph/mechanism/>
PREFIX cg: <https://w3id.org/casegraph/ontology#>
SELECT ?claim WHERE { ?claim cg:mechanism mechanism:automation } ORDER BY ?claim
"""
CODES = """#+ summary: Which codes are stated?
#+ requires: ">=1.0"
PREFIX cg: <https://w3id.org/casegraph/ontology#>
SELECT ?claim ?code WHERE { ?claim cg:statedProcessCode ?code } ORDER BY ?claim
"""


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    root = tmp_path_factory.mktemp("rehearsal")
    shutil.copytree(DEMONSTRATION, root / "cases")
    (root / "queries").mkdir()
    (root / "queries" / "by-automation.rq").write_text(OWN, encoding="utf-8")
    (root / "queries" / "stated-codes.rq").write_text(CODES, encoding="utf-8")
    return Workspace(root)


@pytest.fixture(scope="module")
def rehearsal(workspace: Workspace) -> Rehearsal:
    return rehearse(workspace.inputs, "2.0")


def test_files_and_graphs_agree_on_two_engines(rehearsal: Rehearsal):
    assert rehearsal.holds
    assert (rehearsal.graphs.pyoxigraph, rehearsal.graphs.rdflib, rehearsal.graphs.faults) == (17, 17, ())


def test_no_new_errors_and_warnings(rehearsal: Rehearsal):
    assert rehearsal.new_problems == ()


def test_every_saved_query_has_a_verdict(rehearsal: Rehearsal, workspace: Workspace):
    found = {each.name: each for each in rehearsal.queries}
    assert found.keys() == workspace.queries().queries.keys()
    assert found["by-automation"].verdict is found["by-automation"].possible is Verdict.SAME
    assert found["stated-codes"].verdict is found["stated-codes"].possible is Verdict.BROKEN
    assert (found["stated-codes"].before, found["stated-codes"].after) == (32, 0)
    assert found["stated-codes"].names == ("https://w3id.org/casegraph/ontology#statedProcessCode",)


def test_nothing_that_is_in_use_changes(rehearsal: Rehearsal, workspace: Workspace):
    assert rehearsal
    assert not (workspace.home / "current").exists()


def test_own_queries_take_new_names():
    reader = Reader(find_releases())
    text = "from: '1.0'\nto: '1.1'\noperations:\n- rename: {vocabulary: mechanism, term: automation, to: automating}\n"
    migration, problems = read_migration(Source("m.yaml", text), lambda _: "")
    assert migration, problems
    upgrader = Upgrader([migration], reader.shapes, lambda _: pytest.fail("nothing is resolved"))
    found = rewrite(OWN.encode(), "queries/by-automation.rq", reader, upgrader)
    assert isinstance(found, Rewritten)
    expected = OWN.replace("mechanism:automation }", "mechanism:automating }").replace('">=1.0,<1.1"', '">=1.1"')
    assert found.raw.decode() == expected
    assert rewrite(found.raw, "queries/by-automation.rq", reader, upgrader) is None
    assert rewrite(CODES.encode(), "queries/stated-codes.rq", reader, upgrader) is None
    assert not isinstance(rewrite(b"\xff", "queries/bad.rq", reader, upgrader), Problem)


@needs_corpus
def test_real_files_and_their_graphs_agree(tmp_path: Path):
    found = rehearse(Workspace(tmp_path, cases=[CORPUS]).inputs, "2.0")
    assert found.graphs.pyoxigraph == 117
    assert found.graphs.rdflib >= 20
    assert found.graphs.faults == ()
    assert [each for each in found.new_problems if each.severity.label == "error"] == []


def test_a_plan_says_what_a_rehearsal_found(workspace: Workspace):
    done = kg("migrate", "plan", "--format", "json", at=workspace.root)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["rehearsal"]["graphs"]["faults"] == []
