"""``kg check`` and its neighbours as a user meets them: modes, formats, exit status."""

import json
import subprocess
import sys
import time
from pathlib import Path
from threading import Timer
from typing import IO

import pytest

from tests.material import DEMONSTRATION, minimal, write_case
from tests.test_cli import kg

BROKEN = minimal().replace("status: in_progress", "status: in_progres")


def codes(output: str) -> list[str]:
    return [each["code"] for each in json.loads(output)]


def test_a_sound_workspace_is_clean(tmp_path: Path):
    write_case(tmp_path, minimal())
    done = kg("check", at=tmp_path)
    assert done.returncode == 0
    assert "1 file: 0 errors" in done.stdout


def test_a_problem_names_line_value_and_mend(tmp_path: Path):
    write_case(tmp_path, BROKEN)
    done = kg("check", at=tmp_path)
    assert done.returncode == 1
    assert "cases/acme/casefile.md:14:9: error unknown-status" in done.stdout
    assert "    | status: in_progres\n    |         ^^^^^^^^^^\n" in done.stdout
    assert "did you mean `in_progress`?" in done.stdout


@pytest.mark.parametrize("engine", ["shacl", "pyshacl"])
def test_both_engines_say_the_same(tmp_path: Path, engine: str):
    write_case(tmp_path, BROKEN)
    done = kg("check", "--engine", engine, "--format", "json", at=tmp_path)
    assert "unknown-status" in codes(done.stdout)


def test_standard_input_is_checked_where_it_belongs(tmp_path: Path):
    write_case(tmp_path, minimal())
    done = kg("check", "-", "--stdin-name", "cases/acme/draft.md", at=tmp_path, stdin=BROKEN)
    assert done.returncode == 1
    assert "cases/acme/draft.md:14:9" in done.stdout


def test_only_what_git_sees_as_changed(tmp_path: Path):
    for name in ("one", "two"):
        write_case(tmp_path, minimal(name), name)
    git = ["git", "-C", str(tmp_path), "-c", "user.name=x", "-c", "user.email=x@y.example"]
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "x"]):
        subprocess.run([*git, *words], check=True)
    assert "no case file" in kg("check", "--changed", at=tmp_path).stderr
    write_case(tmp_path, BROKEN, "two")
    assert "1 file: 1 error" in kg("check", "--changed", at=tmp_path).stdout
    text = tmp_path / "cases/one/sources/text/S1.txt"
    text.parent.mkdir(parents=True)
    text.write_text("A text.")
    assert "2 files: 1 error" in kg("check", "--changed", at=tmp_path).stdout


def test_a_baseline_lets_only_new_problems_through(tmp_path: Path):
    write_case(tmp_path, BROKEN)
    assert kg("check", "--baseline", "known.jsonl", "--update-baseline", at=tmp_path).returncode == 0
    assert kg("check", "--baseline", "known.jsonl", at=tmp_path).returncode == 0
    write_case(tmp_path, BROKEN.replace("confidence: low", "confidence: lo"))
    done = kg("check", "--baseline", "known.jsonl", "--format", "json", at=tmp_path)
    assert (done.returncode, codes(done.stdout)) == (1, ["unknown-confidence"])


def test_fail_on_decides_the_exit_status(tmp_path: Path):
    write_case(tmp_path, minimal())
    assert [kg("check", "--fail-on", level, at=tmp_path).returncode for level in ("error", "warning", "info")] == [
        0,
        1,
        1,
    ]


@pytest.mark.parametrize(
    "words", [["check", "nowhere.md"], ["check", "--update-baseline"], ["check", "--baseline", "no"]]
)
def test_usage_mistakes_exit_with_two(tmp_path: Path, words: list[str]):
    write_case(tmp_path, minimal())
    assert kg(*words, at=tmp_path).returncode == 2


def wait_for(stream: IO[str] | None, words: str) -> bool:
    """Whether a line with some words comes before the stream ends."""
    assert stream is not None
    return any(words in line for line in stream)


def test_a_saved_file_is_checked_again_while_watching(tmp_path: Path):
    write_case(tmp_path, minimal())
    command = [sys.executable, "-m", "kg", "check", "--watch", "--format", "json"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as watcher:
        guard = Timer(60, watcher.kill)
        guard.start()
        try:
            assert wait_for(watcher.stderr, "watching")
            (tmp_path / "cases/README.md").write_text("# No case\n")
            start = time.perf_counter()
            write_case(tmp_path, BROKEN)
            assert wait_for(watcher.stdout, "unknown-status")
            took = time.perf_counter() - start
            assert watcher.poll() is None
        finally:
            guard.cancel()
            watcher.kill()
    assert took < 5, "0.3 s is for the benchmark; this only says that nothing is waited for"


def test_a_check_of_everything_looks_across_cases(tmp_path: Path):
    text = minimal().replace("context_claims: []", "context_claims: []")
    write_case(tmp_path, text.replace("case_id: acme", "case_id: one"), "one")
    write_case(tmp_path, text.replace("case_id: acme", "case_id: two"), "two")
    assert "twin-cases" not in codes(kg("check", "--format", "json", at=tmp_path).stdout)
    kg("build", at=tmp_path)
    found = json.loads(kg("check", "--format", "json", at=tmp_path).stdout)
    twins = [(each["file"], each["line"]) for each in found if each["code"] == "twin-cases"]
    assert twins == [("cases/one/casefile.md", 2), ("cases/two/casefile.md", 2)]


def test_a_strict_build_publishes_nothing_with_errors(tmp_path: Path):
    write_case(tmp_path, minimal())
    kg("build", at=tmp_path)
    write_case(tmp_path, BROKEN.replace("acme", "other"), "other")
    assert kg("build", "--strict", at=tmp_path).returncode == 1
    answer = kg("query", "--format", "csv", "SELECT (COUNT(?c) AS ?n) { ?c a cg:Case }", at=tmp_path)
    assert answer.stdout.split() == ["n", "1"]
    assert kg("build", at=tmp_path).returncode == 0


def test_explain_says_meaning_and_mend(tmp_path: Path):
    done = kg("explain", "undeclared-source", at=tmp_path)
    assert "Mend:" in done.stdout
    assert kg("explain", "undeclared-sorce", at=tmp_path).stderr.count("undeclared-source") == 1
    assert "undeclared-source" in kg("explain", at=tmp_path).stdout


def test_a_new_case_has_no_errors(tmp_path: Path):
    (tmp_path / "cases").mkdir()
    done = kg("new", "case", "harbour", "--organisation", "Harbour", "--title", "Fewer calls", at=tmp_path)
    assert done.returncode == 0
    assert kg("check", at=tmp_path).returncode == 0
    assert kg("new", "case", "harbour", "--organisation", "H", "--title", "T", at=tmp_path).returncode == 2


def test_schema_is_json(tmp_path: Path):
    assert "properties" in json.loads(kg("schema", at=tmp_path).stdout)


def test_evidence_lists_and_shows(tmp_path: Path):
    done = kg("evidence", "--cases", str(DEMONSTRATION), "--format", "json", at=tmp_path)
    rows = json.loads(done.stdout)
    assert set(rows[0]) == {"case", "claim", "status", "kind", "source", "start", "end", "score"}
    found = next(row for row in rows if row["kind"] == "exact")
    shown = kg("evidence", "show", f"{found['case']}/{found['claim']}", "--cases", str(DEMONSTRATION), at=tmp_path)
    assert "»" in shown.stdout
    assert kg("evidence", "show", "no/VC-1", "--cases", str(DEMONSTRATION), at=tmp_path).returncode == 2


def test_a_folder_stands_for_the_cases_below_it(tmp_path: Path):
    for name in ("one", "two"):
        write_case(tmp_path, minimal(name), name)
    (tmp_path / "cases/one/README.md").write_text("# One\n")
    assert "2 files: 0 errors" in kg("check", "cases", at=tmp_path).stdout
    assert "1 file: 0 errors" in kg("check", "cases/one", at=tmp_path).stdout
    (tmp_path / "empty").mkdir()
    assert kg("check", "empty", at=tmp_path).returncode == 2
