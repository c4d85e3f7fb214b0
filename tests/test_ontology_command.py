"""``kg ontology`` from the outside: what it prints, what it writes, how it ends."""

import json
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest
from rdflib import Graph

from kg.catalogue import Catalogue, Process
from kg.migrate.history import find_history
from kg.migrate.operation import Recode
from kg.ontology.recode import recoding
from kg.release import find_releases
from kg.workbook import read_workbook
from tests.material import PCF, minimal, needs_pcf, write_case
from tests.test_ontology_releases import SHIPPED, write_release


def kg(*words: str, at: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "kg", "ontology", *words, "-C", str(at)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def done(*words: str, at: Path) -> str:
    answer = kg(*words, at=at)
    assert (answer.returncode, answer.stderr) == (0, "")
    return answer.stdout


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    write_case(tmp_path, minimal())
    return tmp_path


def test_list(workspace: Path):
    write_release(workspace)
    rows = [line.split("  ") for line in done("list", at=workspace).splitlines()[2:]]
    assert [row[0].strip() for row in rows] == [*SHIPPED, "7.0"]
    assert "of the graph" in " ".join(rows[0])
    assert rows[-1][-1].strip() == "workspace"
    assert rows[0][-1].strip() == "ships"


@pytest.mark.parametrize(
    ("term", "says"),
    [
        ("mechanism/innovation", "The system makes a product"),
        ("cg:mechanism", "rdfs:range cg:Mechanism"),
        ("ValueClaim.mechanism", "<https://w3id.org/casegraph/ontology#mechanism>"),
        ("missing-title", "sh:severity sh:Violation"),
        ("innovation", "mechanism/innovation (term, release 1.0)"),
    ],
)
def test_show(workspace: Path, term: str, says: str):
    assert says in done("show", term, at=workspace)


def test_show_looks_in_the_release_that_is_named(workspace: Path):
    assert "process id referred to" not in kg("show", "referredId", at=workspace).stdout
    assert "five digits" in done("show", "referredId", "--release", "2.0", at=workspace)


def test_a_name_that_nothing_has(workspace: Path):
    answer = kg("show", "mechanism/inovation", at=workspace)
    assert answer.returncode == 2
    assert answer.stderr.strip() == (
        "kg: release 1.0 has nothing called mechanism/inovation; did you mean mechanism/innovation or "
        "mechanism/automation or mechanism/optimization?"
    )


CLAIM = """value_claims:
- {id: VC-001, mechanism: [automation, innovation], source_ids: [S1]}
- {id: VC-002, mechanism: [innovation], source_ids: [S1]}
"""


def test_usage(workspace: Path):
    write_case(workspace, minimal("other").replace("value_claims: []\n", CLAIM), "other")
    said = json.loads(done("usage", "mechanism/innovation", "--format", "json", at=workspace))
    assert said["cases"] == {"cases/other/casefile.md": [13, 14]}
    said = json.loads(done("usage", "cg:mechanism", "--format", "json", at=workspace))
    assert said["cases"] == {"cases/other/casefile.md": [13, 14]}
    assert (said["shapes"], said["rules"]) == (["ValueClaim-mechanism"], ["missing-mechanism", "too-many-mechanisms"])
    assert {"mechanism-outcome", "value-claims"} <= set(said["queries"])
    said = json.loads(done("usage", "evidence-level/outcome", "--format", "json", at=workspace))
    assert said["cases"] == {}
    assert said["rules"] == ["missing-metric"]
    said = json.loads(done("usage", "cg:quoteSource", "--release", "1.1", "--format", "json", at=workspace))
    assert "missing-quote-source" in said["rules"]
    assert len(json.loads(done("usage", "ValueClaim", "--format", "json", at=workspace))["cases"]) == 1


def test_usage_in_words(workspace: Path):
    write_case(workspace, minimal("other").replace("value_claims: []\n", CLAIM), "other")
    text = done("usage", "mechanism/innovation", at=workspace)
    assert text.splitlines()[:4] == [
        "mechanism/innovation (term) is named by",
        "  1 case files, 2 times",
        "    cases/other/casefile.md:13:40",
        "    cases/other/casefile.md:14:28",
    ]


def test_a_name_that_several_things_have(workspace: Path):
    answer = kg("usage", "evidence_level", at=workspace)
    assert answer.returncode == 0, "one property, whatever the records"
    answer = kg("usage", "title", at=workspace)
    assert answer.returncode == 0
    answer = kg("usage", "primary", at=workspace)
    assert answer.returncode == 2
    assert "primary may be evidence-grade/primary (term), source-type/primary (term); say which" in answer.stderr


def test_diff(workspace: Path):
    assert done("diff", "1.0", "1.1", at=workspace).startswith("# Release 1.0 → 1.1\n")
    assert json.loads(done("diff", "1.1", "2.0", "--format", "json", at=workspace))["demanded"] == "major"


def test_a_smaller_step_ends_with_1(workspace: Path):
    write_release(workspace, version="1.0.1", header="THIS cg:drops mechanism:innovation .")
    answer = kg("diff", "1.0", "1.0.1", at=workspace)
    assert answer.returncode == 1
    assert (
        "**Refused:** 1.0 to 1.0.1 is a patch step, and the changes demand a major one (2.0 or later)" in answer.stdout
    )


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("diff", "1.0", "1.7"), "there is no release 1.7; known: 1.0, 1.1, 2.0"),
        (("diff", "2.0", "1.0"), "1.0 does not come after 2.0; name the earlier release first"),
        (("new", "1.1", "--from", "1.0"), "there is a release 1.1 already"),
        (("lock",), "name the releases to lock, or ask with --check"),
        (("lock", "5.0"), "there is no release 5.0"),
    ],
)
def test_what_cannot_be_done(workspace: Path, words: tuple[str, ...], says: str):
    answer = kg(*words, at=workspace)
    assert answer.returncode == 2
    assert says in answer.stderr


def test_docs_hold_the_whole_release(workspace: Path):
    done("docs", "2.0", str(workspace / "out"), at=workspace)
    names = {path.name for path in (workspace / "out").iterdir()}
    assert names == {
        *("case-file-2.0.md", "vocabulary-2.0.md", "context-2.0.jsonld", "ontology-2.0.ttl", "shapes-2.0.ttl"),
    }
    ontology = Graph().parse(workspace / "out" / "ontology-2.0.ttl")
    assert len(ontology) == sum(map(len, SHIPPED["2.0"].terms.values()))
    assert len(Graph().parse(workspace / "out" / "shapes-2.0.ttl")) == sum(
        map(len, SHIPPED["2.0"].case_shapes.values())
    )
    assert "| `process` | [ProcessReference]" in (workspace / "out" / "case-file-2.0.md").read_text(encoding="utf-8")


def test_a_release_of_one_s_own_from_draft_to_lock(workspace: Path):
    done("new", "1.2", "--from", "1.1", at=workspace)
    terms = workspace / "ontology/1.2/ontology.ttl"
    extra = '\ncg:team a owl:DatatypeProperty ; rdfs:label "team"@en .\n'
    terms.write_text(terms.read_text(encoding="utf-8") + extra, encoding="utf-8")
    assert "**added** property `cg:team`" in done("diff", "1.1", "1.2", at=workspace)
    if not all(
        json.loads((SHIPPED["1.0"].ontology.parent / "releases.lock").read_text())[v]["locked"] for v in ("1.0", "1.1")
    ):
        answer = kg("lock", "1.2", at=workspace)
        assert "release 1.2 builds on 1.1, which is still open; lock that first" in answer.stderr
        return
    done("lock", "1.2", at=workspace)
    assert done("lock", "--check", at=workspace) == ""
    terms.write_text(terms.read_text(encoding="utf-8").replace('"team"', '"crew"'), encoding="utf-8")
    answer = kg("lock", "--check", at=workspace)
    assert (answer.returncode, answer.stderr) == (1, "release 1.2 is locked and has changed: term cg:team differs\n")


# --- Process ids of another version --------------------------------------------------------------------

ORCHARD = Catalogue(
    "fruit",
    "1.2",
    (
        Process("90001", "1.0", "Run the orchard", None, "", "+90004, c90002, -90009"),
        Process("90002", "1.1", "Tend trees", "90001", "", "RENAME, WAS: Look after trees"),
        Process("90003", "1.2", "Pick fruit", "90001", "", "-90010, .90011, ?"),
        Process("90004", "1.3", "Sell fruit", "90001", "", "NEW"),
    ),
)


def test_ids_that_stay_lead_to_themselves_and_removed_ones_to_what_came_there():
    found = recoding(ORCHARD, "1.1", "book.xlsx")
    assert found.kept == ("90001", "90002", "90003")
    assert found.removed == {"90009": ("90004", "90001"), "90010": ("90003", "90001")}
    assert (found.new, found.renamed) == (1, 1)
    assert [problem.message for problem in found.problems] == [
        f"process 90003: `{mark}` among its changes is none of NEW, +id, -id, cID or RENAME" for mark in (".90011", "?")
    ]
    rows = found.table().splitlines()
    assert rows[0].startswith("# ©2024 APQC.")
    assert rows[1:] == [
        *("from\tto", "90001\t90001", "90002\t90002", "90003\t90003"),
        *("90009\t90004", "90009\t90001", "90010\t90003", "90010\t90001"),
    ]


def test_one_candidate_alone_is_none_so_that_nothing_is_decided_for_a_person():
    alone = Catalogue("fruit", "1.2", (Process("90001", "1.0", "Run the orchard", None, "", "-90009"),))
    found = recoding(alone, "1.1", "book.xlsx")
    assert found.removed == {"90009": ()}
    assert found.table().splitlines()[-1] == "90009\t"


@needs_pcf
def test_the_real_workbook_as_a_migration_that_can_be_read(tmp_path: Path):
    write_release(tmp_path, version="3.0", base="2.0")
    answer = kg("recode", str(PCF), "--was", "7.3.1", "--from", "2.0", "--to", "3.0", at=tmp_path)
    assert answer.returncode == 0
    assert answer.stdout.startswith("1,865 ids stay, 56 are new, 43 are renamed, 26 gone\n")
    assert answer.stderr.count("bad-catalogue-row") == 1
    assert "`.16801`" in answer.stderr
    history = find_history(tmp_path, find_releases((tmp_path,)))
    assert history.problems == ()
    [operation] = history.by_origin["2.0"].operations
    assert isinstance(operation, Recode)
    table = dict(operation.table)
    assert len(table) == 1865 + 26
    assert table["10002"] == ("10002",)
    assert "16801" not in table
    gone = {code: to for code, to in table.items() if to != (code,)}
    assert len(gone) == 26
    assert all(len(to) != 1 for to in gone.values())
    catalogue, _ = read_workbook(PCF)
    assert all(catalogue.by_pcf_id(code) for to in table.values() for code in to)


def test_a_workbook_is_needed(workspace: Path):
    book = openpyxl.Workbook()
    book.save(workspace / "empty.xlsx")
    words = ("--was", "7.3.1", "--from", "2.0", "--to", "3.0")
    answer = kg("recode", str(workspace / "empty.xlsx"), *words, at=workspace)
    assert answer.returncode == 2
    assert "has errors; `kg processes import` lists them" in answer.stderr


def test_releases_before_2_0_have_no_field_for_ids(workspace: Path):
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Combined"
    for row in (("PCF ID", "Hierarchy ID", "Name", "Change details"), ("90001", "1.0", "Run the orchard", "NEW")):
        sheet.append(row)
    book.save(workspace / "APQC-PCF-Fruit-1.2.xlsx")
    words = ("--was", "1.1", "--from", "1.0", "--to", "1.1")
    answer = kg("recode", str(workspace / "APQC-PCF-Fruit-1.2.xlsx"), *words, at=workspace)
    assert answer.returncode == 2
    assert "release 1.0 has no field for PCF IDs" in answer.stderr
