"""kg processes as a steward meets it: worklist, decisions, diffs of catalogues; never a traceback."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.material import CORPUS, DEMONSTRATION, PCF, golden, needs_golden, needs_pcf, write_case
from tests.test_build_links import case
from tests.test_cli import kg

LINKS = "links/processes.sssom.tsv"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write_case(tmp_path, case("alpha", "Siemens AG", "8.0", "Manage Customer Service"), "alpha")
    write_case(tmp_path, case("beta", "Siemens", "8.0", "Manage Customer Service"), "beta")
    write_case(tmp_path, case("gamma", "Acme", "10.0", "Manage Information Technology"), "gamma")
    write_case(tmp_path, case("delta", "Acme", "03.0", "Market and sell products & services"), "delta")
    return tmp_path


def review(root: Path, *words: str) -> list[dict[str, Any]]:
    done = kg("processes", "review", "--format", "json", *words, at=root)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def decide(root: Path, *words: str) -> str:
    done = kg("processes", "decide", *words, "--by", "ann", "--date", "2026-11-02", at=root)
    assert done.returncode == 0, done.stderr
    return done.stdout


# --- review ------------------------------------------------------------------------------------------


def test_the_worklist_groups_what_one_decision_covers(root: Path):
    done = kg("processes", "review", at=root)
    assert done.returncode == 0
    assert max(map(len, done.stdout.splitlines())) < 80
    first, second, _ = done.stdout.split("\n\n")
    assert first.splitlines()[0] == f"{'8.0|Manage Customer Service':<71}2 claims"
    assert re.search(r"20085  6\.0 +Manage Customer Service +name$", first, re.M)
    assert re.search(r"20607  8\.0 +Manage Information Technology \(IT\) +code 44%$", first, re.M)
    assert "  in alpha/CC-001, beta/CC-001\n" in first
    assert "kg processes decide '8.0|Manage Customer Service' 20085" in first
    assert second.startswith("10.0|Manage Information Technology")
    assert "PCF_ID" in second, "a name that is only near is not proposed"
    assert "4 functional claims, by APQC's processes cross-industry/7.4" in done.stdout
    assert "1 linked because both agree, 0 decided, 3 open in 2 groups" in done.stdout


def test_the_command_of_the_worklist_can_be_run(root: Path):
    command = re.findall(r"^  kg (.* 20085)", kg("processes", "review", at=root).stdout, re.M)[0]
    words = command.replace("'", "\0").split("\0")
    assert decide(root, words[1], words[2].strip()).startswith(f"{LINKS}:9: 8.0|Manage Customer Service is Manage")


def test_json_has_every_functional_claim(root: Path):
    rows = review(root, "--all")
    assert [(row["case"], row["reason"]) for row in rows] == [
        ("alpha", "disagree"),
        ("beta", "disagree"),
        ("delta", "agree"),
        ("gamma", "unknown-name"),
    ]
    assert [row["case"] for row in review(root)] == ["alpha", "beta", "gamma"]
    assert rows[2] == {
        "case": "delta",
        "claim": "CC-001",
        "stated_code": "03.0",
        "stated_name": "Market and sell products & services",
        "by_code": "10004",
        "by_name": "10004",
        "linked": "10004",
        "reason": "agree",
        "candidates": [],
    }
    near, code = rows[3]["candidates"]
    assert near == {
        "pcf_id": "20607",
        "hierarchy_id": "8.0",
        "name": "Manage Information Technology (IT)",
        "basis": "near",
        "score": 0.9508,
    }
    assert (code["pcf_id"], code["basis"]) == ("19207", "code")


def test_all_shows_what_is_linked_too(root: Path):
    decide(root, "gamma/CC-001", "none")
    text = kg("processes", "review", "--all", at=root).stdout
    assert "no process, as decided\n  gamma/CC-001  (decided-none)\n" in text
    assert "3.0  Market and Sell Products and Services  (10004)\n  delta/CC-001  (agree)\n" in text


def test_a_long_worklist_is_cut_and_says_so(root: Path):
    assert "1 more groups: --limit 0 shows all." in kg("processes", "review", "--limit", "1", at=root).stdout
    assert "more groups" not in kg("processes", "review", "--limit", "0", at=root).stdout


# --- decide ------------------------------------------------------------------------------------------


def test_decisions_are_applied_by_the_next_build(root: Path):
    assert kg("build", at=root).returncode == 0
    decide(root, "8.0|Manage Customer Service", "6.0", "--comment", "their call centre")
    decide(root, "gamma/CC-001", "20607")
    decide(root, "beta/CC-001", "none")
    assert {row["case"]: (row["linked"], row["reason"]) for row in review(root, "--all")} == {
        "alpha": ("20085", "decided"),
        "beta": (None, "decided-none"),
        "delta": ("10004", "agree"),
        "gamma": ("20607", "decided"),
    }
    assert "(3 files read)" in kg("build", at=root).stdout
    shown = kg("processes", "show", "20085", at=root).stdout
    assert "1 claim about it\n  alpha/CC-001" in shown
    assert "1 claim with its name, and not linked to it\n  beta/CC-001  8.0|Manage Customer Service" in shown


def test_alike_decides_for_all_that_state_the_same(root: Path):
    decide(root, "alpha/CC-001", "20085", "--alike")
    assert [row["case"] for row in review(root)] == ["gamma"]


def test_no_and_unsure(root: Path):
    decide(root, "gamma/CC-001", "20607", "--no")
    decide(root, "8.0|Manage Customer Service", "20607", "--unsure", "--comment", "ask them")
    assert [each["pcf_id"] for each in review(root)[2]["candidates"]] == ["19207"]
    text = kg("processes", "review", at=root).stdout
    assert text.index("10.0|Manage Info") < text.index("8.0|Manage Customer Service"), "what was left open stands last"
    assert "left open by ann: 20607 ask them" in text
    decide(root, "delta/CC-001", "10004", "--no")
    assert [row["reason"] for row in review(root, "--all") if row["case"] == "delta"] == ["ruled-out"]


def test_an_orcid_becomes_the_author(root: Path):
    done = kg(
        *("processes", "decide", "gamma/CC-001", "20607", "--by", "orcid:0000-0002-1825-0097", "--date", "2026-11-02"),
        at=root,
    )
    assert done.returncode == 0
    rows = (root / LINKS).read_text(encoding="utf-8").splitlines()
    assert "orcid:0000-0002-1825-0097\t\t2026-11-02" in rows[-1]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["8.0|Manage Custmer Service", "20085"], "did you mean '8.0|Manage Customer Service'?"),
        (["alpha/CC-002", "20085"], "there is no functional claim alpha/CC-002; did you mean 'alpha/CC-001'?"),
        (["nothing at all", "20085"], "`kg processes review` lists what there is"),
        (["alpha/CC-001", "99999"], "has the code 99999; `kg processes tree` lists them"),
        (["alpha/CC-001", "none", "--no"], "--no with none decides nothing"),
        (["alpha/CC-001", "20085", "--date", "tomorrow"], "--date tomorrow is not a day"),
    ],
)
def test_what_cannot_be_decided_writes_nothing(root: Path, words: list[str], message: str):
    done = kg("processes", "decide", "--by", "ann", *words, at=root)
    assert done.returncode == 2
    assert message in done.stderr
    assert not (root / LINKS).exists()


def test_a_contradiction_is_refused_or_replaced(root: Path):
    decide(root, "alpha/CC-001", "20085")
    refused = kg("processes", "decide", "alpha/CC-001", "20607", "--by", "bob", at=root)
    assert refused.returncode == 2
    assert f"{LINKS}:9 says yes to 20085 (ann, 2026-11-02); --replace" in refused.stderr
    assert "says so already" in decide(root, "alpha/CC-001", "20085")
    assert "in place of 1 row" in decide(root, "alpha/CC-001", "20607", "--replace")
    assert [row["linked"] for row in review(root, "--all") if row["case"] == "alpha"] == ["20607"]


def test_a_bad_row_is_told_at_its_line_and_the_rest_applies(root: Path):
    decide(root, "alpha/CC-001", "20085")
    path = root / LINKS
    lines = path.read_text(encoding="utf-8").splitlines()
    row = lines[-1]
    bad = [row.replace("alpha/", "gamma/").replace("pcf:20085", "pcf:notes"), row.replace("skos:exactMatch", "")]
    path.write_text("\n".join([*lines[:-1], *bad, row]) + "\n", encoding="utf-8")
    checked = kg("check", at=root)
    assert checked.returncode == 1
    assert re.findall(rf"^{LINKS}:(\d+):\d+: error bad-link-row", checked.stdout, re.M) == ["9", "10"]
    built = kg("build", at=root)
    assert f"{LINKS}:9:" in built.stderr
    assert [row["linked"] for row in review(root, "--all") if row["case"] == "alpha"] == ["20085"]


# --- catalogues --------------------------------------------------------------------------------------

HEADER = ("PCF ID", "Hierarchy ID", "Name", "Difference Index", "Change details", "Metrics available?")
ROWS = (
    (10004, "3.0", "Market and Sell Products and Services", 1, "-10999", "Y"),
    (10105, "3.1", "Develop and manage sales plans", 1, "NEW", "Y"),
    (20085, "6.0", "Manage Customer Service", 1, "RENAME, WAS:Manage Customers", "Y"),
    (20607, "8.0", "Manage Information Technology (IT)", 0, None, "Y"),
)


def workbook(path: Path, rows: tuple[tuple[object, ...], ...] = ROWS) -> Path:
    book = openpyxl.Workbook()
    sheet = book.create_sheet("Combined")
    for row in (HEADER, *rows):
        sheet.append(row)
    book.save(path)
    return path


def test_the_change_column_and_the_claims_it_bears_on(root: Path):
    workbook(root / "APQC PCF - Cross Industry - Version 7.5.xlsx")
    done = kg("processes", "diff", "APQC PCF - Cross Industry - Version 7.5.xlsx", at=root)
    assert done.returncode == 0
    assert "cross-industry 7.5, as its change column says: 1 new, 1 removed, 1 renamed\n  2 claims" in done.stdout
    assert re.search(r"^renamed  20085  6\.0 +Manage Customer Service\n +was Manage Customers$", done.stdout, re.M)
    assert "removed  10999             (stood under 3.0)\n" in done.stdout
    rows = json.loads(
        kg("processes", "diff", "APQC PCF - Cross Industry - Version 7.5.xlsx", "--format", "json", at=root).stdout
    )
    assert {row["pcf_id"]: row["claims"] for row in rows}["20085"] == ["alpha/CC-001", "beta/CC-001"]


def test_two_versions_and_the_hierarchy_ids_that_moved(root: Path):
    workbook(root / "APQC PCF Cross Industry 7.5.xlsx")
    later = (ROWS[0], (20607, "6.0", ROWS[3][2]), (20085, "8.0", "Manage Customers"))
    workbook(root / "APQC PCF Cross Industry 8.0.xlsx", later)
    done = kg(
        "processes",
        "diff",
        "APQC PCF Cross Industry 7.5.xlsx",
        "APQC PCF Cross Industry 8.0.xlsx",
        "--affected",
        at=root,
    )
    found = re.findall(r"^(\w+) +(\d{5})", done.stdout, re.M)
    assert found == [("moved", "20607"), ("renamed", "20085"), ("moved", "20085")]
    assert "cross-industry 7.5 → cross-industry 8.0: 1 removed, 1 renamed, 2 moved" in done.stdout


def test_a_version_of_the_workspace_goes_by_its_name(root: Path):
    workbook(root / "APQC PCF Cross Industry 8.0.xlsx", ROWS[:2])
    assert kg("processes", "import", "APQC PCF Cross Industry 8.0.xlsx", at=root).returncode == 0
    done = kg("processes", "diff", "cross-industry/7.4", "cross-industry/8.0", at=root)
    assert done.returncode == 0
    assert "→ cross-industry 8.0" in done.stdout
    wrong = kg("processes", "diff", "cross-industry/9.9", at=root)
    assert (wrong.returncode, "known: cross-industry/8.0, cross-industry/7.4" in wrong.stderr) == (2, True)


def test_what_is_imported_is_in_use_unless_settings_name_another(root: Path):
    workbook(root / "APQC PCF Cross Industry 8.0.xlsx", ROWS[:2])
    assert "`kg build` takes them up" in kg("processes", "import", "APQC PCF Cross Industry 8.0.xlsx", at=root).stdout
    assert "version 8.0" in kg("processes", "tree", at=root).stdout
    (root / "kg.toml").write_text('processes = "cross-industry/7.4"\n', encoding="utf-8")
    assert "version 7.4" in kg("processes", "tree", at=root).stdout
    again = kg("processes", "import", "APQC PCF Cross Industry 8.0.xlsx", at=root).stdout
    assert 'cross-industry/7.4 is in use; to change that, write processes = "cross-industry/8.0"' in again
    (root / "kg.toml").write_text('title = "x"\nprocesses = "cross-industry/9"\n', encoding="utf-8")
    wrong = kg("build", at=root)
    assert wrong.returncode == 2
    assert "kg.toml:2: there is no process catalogue cross-industry/9; known: cross-industry/8.0" in wrong.stderr


def test_a_new_catalogue_resolves_claims_anew(root: Path):
    kg("build", at=root)
    workbook(root / "APQC PCF Cross Industry 8.0.xlsx", (*ROWS[:2], (10006, "8.0", "Manage Customer Service")))
    kg("processes", "import", "APQC PCF Cross Industry 8.0.xlsx", at=root)
    assert [row["linked"] for row in review(root, "--all")] == ["10006", "10006", "10004", None]
    assert "(4 files read)" in kg("build", at=root).stdout
    assert "2 claims about it" in kg("processes", "show", "8.0", at=root).stdout


@pytest.mark.parametrize(
    ("rows", "cell"),
    [
        (((10004, "3.0", "A"), (10004, "4.0", "B")), "cell A3 (PCF ID) is 10004, as in row 2"),
        (((10004, "3.0", "A"), ("ten", "4.0", "B")), "cell A3 (PCF ID) is 'ten'"),
        (((10004, "3.0", "A"), (10005, None, "B")), "cell B3 (Hierarchy ID) is empty"),
    ],
)
def test_a_bad_workbook_is_refused_with_its_cells(root: Path, rows: tuple[tuple[object, ...], ...], cell: str):
    workbook(root / "APQC PCF Cross Industry 8.0.xlsx", rows)
    for words in (["import"], ["diff"]):
        done = kg("processes", *words, "APQC PCF Cross Industry 8.0.xlsx", at=root)
        assert done.returncode == 2
        assert cell in done.stderr
        assert "cannot be used; mend its rows first" in done.stderr
    assert not (root / "ontology").exists()


def test_a_damaged_catalogue_is_one_message(root: Path):
    folder = root / "ontology" / "pcf"
    folder.mkdir(parents=True)
    (folder / "mine.ttl").write_text("@prefix : <x", encoding="utf-8")
    for words in (["build"], ["processes", "tree"], ["processes", "review"]):
        done = kg(*words, at=root)
        assert done.returncode == 2
        assert "mine.ttl" in done.stderr


def test_show_takes_a_name_and_says_what_is_near(root: Path):
    shown = kg("processes", "show", "manage customer service", at=root).stdout
    assert "6.0  Manage Customer Service  (20085)" in shown
    missing = kg("processes", "show", "Manage Customers Service", at=root)
    assert missing.returncode == 2
    assert "is it Manage Customer Service (20085)?" in missing.stderr
    assert "Manage Information Technology (IT) (20607)" in kg("processes", "show", "technology", at=root).stderr


def test_a_diff_needs_no_cases(tmp_path: Path):
    workbook(tmp_path / "APQC PCF Cross Industry 8.0.xlsx")
    done = kg("processes", "diff", "APQC PCF Cross Industry 8.0.xlsx", at=tmp_path)
    assert (done.returncode, "1 new, 1 removed, 1 renamed\n  0 claims" in done.stdout) == (0, True)


# --- the real cases ----------------------------------------------------------------------------------


@needs_golden
@needs_pcf
def test_the_worklist_of_the_real_cases_is_what_the_golden_figures_say(tmp_path: Path):
    """The golden figures take a code as it is spelt; here ``03`` and ``03.0`` are ``3.0``, which eight claims need."""
    (tmp_path / "cases").symlink_to(CORPUS)
    shutil.copy(PCF, tmp_path / "workbook.xlsx")
    assert kg("processes", "import", "workbook.xlsx", at=tmp_path).returncode == 0
    rows = review(tmp_path, "--all")
    respelt = [row for row in rows if row["by_code"] and re.match("0[0-9]", row["stated_code"])]
    assert (len(respelt), sum(row["linked"] is not None for row in respelt)) == (8, 7)
    as_spelt = [row for row in rows if row not in respelt]
    assert {
        "functional_claims": len(rows),
        "code_resolves": sum(row["by_code"] is not None for row in as_spelt),
        "code_and_name_agree": sum(row["linked"] is not None for row in as_spelt),
        "name_resolves": sum(row["by_name"] is not None for row in rows),
        "code_unresolved": sum(row["by_code"] is None for row in as_spelt) + len(respelt),
    } == golden()["apqc_resolution"]


def test_the_demonstration_cases_have_a_worklist(tmp_path: Path):
    (tmp_path / "cases").symlink_to(DEMONSTRATION)
    rows = review(tmp_path, "--all")
    assert len(rows) > 10
    assert {row["reason"] for row in rows} >= {"agree", "disagree"}
