"""The command line as a user meets it: real processes, their output and exit status; never a traceback."""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.material import DEMONSTRATION, ROOT, minimal, write_case


def kg(*words: str, at: Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "COLUMNS": "80", "NO_COLOR": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "kg", *words],
        input=stdin,
        capture_output=True,
        text=True,
        cwd=at,
        env=environment,
        check=False,
    )
    assert "Traceback" not in done.stderr
    return done


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("workspace")
    (root / "cases").symlink_to(DEMONSTRATION)
    assert kg("build", at=root).returncode == 0
    return root


def test_build_ends_with_what_to_ask_next(workspace: Path):
    done = kg("build", "--full", at=workspace)
    assert "Built 17 cases" in done.stdout
    proposed = [shlex.split(line)[1:] for line in done.stdout.splitlines() if line.startswith("  kg query")]
    answers = [kg(*words, at=workspace) for words in proposed]
    assert [answer.returncode for answer in answers] == [0, 0, 0]
    assert "velmarsund-ferries" in answers[1].stdout


def test_build_names_errors_with_their_line_and_goes_on(tmp_path: Path):
    write_case(tmp_path, minimal("good"), "good")
    write_case(tmp_path, minimal("bad").replace("date_created: '2026-01-29'", "date_created: 29.1.2026"), "bad")
    done = kg("build", at=tmp_path)
    assert done.returncode == 0
    assert "cases/bad/casefile.md:5:15: error bad-date" in done.stderr
    assert "    | date_created: 29.1.2026\n    |               ^^^^^^^^^\n" in done.stderr
    assert "Built 1 case " in done.stdout
    assert "1 file left out because of errors: cases/bad/casefile.md" in done.stdout


QUERY = "SELECT ?case ?name { ?case cg:organisationName ?name } ORDER BY ?name LIMIT 2"


@pytest.mark.parametrize("way", ["argument", "file", "stdin"])
def test_query_text_comes_three_ways(workspace: Path, tmp_path: Path, way: str):
    (tmp_path / "q.rq").write_text(QUERY)
    words = {"argument": [QUERY], "file": ["-f", str(tmp_path / "q.rq")], "stdin": []}[way]
    done = kg("query", "--format", "csv", *words, at=workspace, stdin=QUERY)
    assert done.stdout.splitlines()[0] == "case,name"
    assert len(done.stdout.splitlines()) == 3


def test_query_formats(workspace: Path):
    said = {form: kg("query", "--format", form, QUERY, at=workspace).stdout for form in ("table", "tsv", "json", "md")}
    assert "2 rows" not in said["table"]
    assert said["tsv"].splitlines()[0] == "?case\t?name"
    assert len(json.loads(said["json"])["results"]["bindings"]) == 2
    assert said["md"].splitlines()[1] == "| --- | --- |"


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        (["query", "SELECT * { ?s ?p }"], 2, "the query cannot be read"),
        (["query", "DELETE WHERE { ?s ?p ?o }"], 2, "DELETE begins an update; queries only read"),
        (["query", "-f", "nowhere.rq"], 2, "does not exist"),
        (["query", "ASK {}", "-f", __file__], 2, "not both"),
        (["query", "ASK {}", "-C", "nowhere"], 2, "there is no such folder"),
        (["build", "--cases", "nowhere"], 2, "there is no such folder of cases"),
        (["bild"], 2, "No such command"),
        (["processes", "import", __file__], 2, "bad-workbook"),
        (["processes", "show", "99999"], 2, "has the code or name 99999"),
    ],
)
def test_mistakes_get_one_clear_message(workspace: Path, words: list[str], status: int, message: str):
    done = kg(*words, at=workspace)
    assert done.returncode == status
    assert message in done.stderr
    assert "defect" not in done.stderr


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("bse = 'x'", "kg.toml:1: `bse` is not a setting"),
        ("# x\nbase = 'x'", "kg.toml:2: `base` takes an absolute IRI"),
        ("cases = 'x'", "kg.toml:1: `cases` takes a list of folder names"),
        ("release = '9.9'", '"9.9" is not known; known: 1.0'),
        ("a = ", "kg.toml: Invalid value"),
    ],
)
def test_mistakes_in_the_settings_name_the_line(tmp_path: Path, text: str, message: str):
    write_case(tmp_path, minimal())
    (tmp_path / "kg.toml").write_text(text)
    done = kg("build", at=tmp_path)
    assert done.returncode == 2
    assert message in done.stderr


def test_a_workspace_may_have_a_base_of_its_own(tmp_path: Path):
    write_case(tmp_path, minimal())
    (tmp_path / "kg.toml").write_text('base = "https://acme.example/kg/"\n')
    assert kg("build", at=tmp_path).returncode == 0
    done = kg("query", "--format", "csv", "SELECT ?c { ?c a cg:Case }", at=tmp_path)
    assert done.stdout.splitlines()[1] == "https://acme.example/kg/case/acme"


def test_questions_before_the_first_build_say_what_to_do(tmp_path: Path):
    for command in (["query", "ASK {}"], ["stats"]):
        done = kg(*command, at=tmp_path)
        assert done.returncode == 2
        assert "make one with `kg build`" in done.stderr


def test_stats_counts_what_is_there(workspace: Path):
    done = kg("stats", "--terms", at=workspace)
    assert done.returncode == 0
    assert "value claim" in done.stdout
    assert max(len(line) for line in done.stdout.splitlines()) <= 80


def test_a_reader_that_stops_early_is_no_failure(workspace: Path):
    command = f"{sys.executable} -m kg query 'SELECT * {{ ?s ?p ?o }}' --format tsv | head -1"
    done = subprocess.run(["bash", "-c", command], cwd=workspace, capture_output=True, text=True, check=False)
    assert done.stdout == "?s\t?p\t?o\n"
    assert "Traceback" not in done.stderr
    assert "Broken pipe" not in done.stderr


def test_help_is_fast_because_commands_are_imported_when_called():
    slow = ("pyoxigraph", "rdflib", "rich", "yaml", "pyshacl")
    code = f"import sys, kg.cli; print([name for name in {slow} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout == "[]\n"
