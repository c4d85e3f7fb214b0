"""Files → store: incremental is the same as full, atomic however it ends, one builder at a time."""

import multiprocessing
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyoxigraph as ox
import pytest

import kg.codes
from kg.build import BuildError, Result
from kg.build.engine import CHUNK
from kg.build.look import look
from kg.build.scan import file_hash
from kg.manifest import read_manifest
from kg.problem import Code
from kg.store.base import Table
from kg.workspace import Workspace
from tests.material import DEMONSTRATION, minimal, write_case


def quads(root: Path) -> set[ox.Quad]:
    return set(Workspace(root).store.quads())


def build(root: Path, *, full: bool = False, workers: int = 1) -> Result:
    return Workspace(root, workers=workers).build(full=full)


def rows(root: Path, query: str) -> list[tuple[str, ...]]:
    answer = Workspace(root).sparql(query)
    assert isinstance(answer, Table)
    return [tuple("" if term is None else term.value for term in row) for row in answer.rows]


BUILDING = {code.name for code in vars(kg.codes).values() if isinstance(code, Code)}
"""What reading and building report; the rules of the shapes are tested elsewhere."""


def codes(result: Result) -> list[tuple[str, str]]:
    found = result.manifest.problems()
    return [(problem.span.file, problem.code) for problem in found if problem.code in BUILDING]


def write_three(root: Path) -> None:
    for name in ("alpha", "beta", "gamma"):
        write_case(root, minimal(name, name.title()), name)


def test_a_case_becomes_a_graph(tmp_path: Path):
    write_case(tmp_path, minimal())
    result = build(tmp_path)
    assert (result.read, result.is_new, len(result.manifest.cases())) == (1, True, 1)
    asked = (
        "SELECT ?name ?url { ?case cg:organisation/skos:prefLabel ?name ; cg:hasSource/cg:document/schema:url ?url }"
    )
    assert rows(tmp_path, asked) == [("Acme", "https://www.acme.example/page")]


def test_every_triple_has_one_home_and_the_merge_holds_each_once(tmp_path: Path):
    Workspace(tmp_path, cases=[DEMONSTRATION]).build()
    everything = quads(tmp_path)
    named = [quad.triple for quad in everything if not isinstance(quad.graph_name, ox.DefaultGraph)]
    merge = [quad.triple for quad in everything if isinstance(quad.graph_name, ox.DefaultGraph)]
    assert len(named) == len(set(named))
    assert set(named) == set(merge)
    terms = {term for triple in named for term in (triple.subject, triple.object)}
    assert not [term for term in terms if isinstance(term, ox.BlankNode)]


def test_nothing_changed_reads_nothing(tmp_path: Path):
    write_three(tmp_path)
    build(tmp_path)
    result = build(tmp_path)
    assert (result.read, result.is_new) == (0, False)


def test_a_touched_file_with_the_same_bytes_changes_nothing(tmp_path: Path):
    write_three(tmp_path)
    build(tmp_path)
    os.utime(tmp_path / "cases/beta/casefile.md", (1, 1))
    assert build(tmp_path).is_new is False


def test_one_changed_case_replaces_its_own_graphs_only(tmp_path: Path):
    write_three(tmp_path)
    build(tmp_path)
    before = quads(tmp_path)
    write_case(tmp_path, minimal("beta", "Beta").replace("A title", "Another title"), "beta")
    assert build(tmp_path).read == 1
    touched = {
        quad.graph_name.value for quad in before ^ quads(tmp_path) if not isinstance(quad.graph_name, ox.DefaultGraph)
    }
    assert {graph.removeprefix("https://w3id.org/casegraph/id/") for graph in touched} == {"case/beta", "build"}


def test_an_organisation_goes_with_its_last_case(tmp_path: Path):
    write_three(tmp_path)
    build(tmp_path)
    (tmp_path / "cases/beta/casefile.md").unlink()
    build(tmp_path)
    names = rows(tmp_path, "SELECT ?name { ?o a org:Organization ; skos:prefLabel ?name } ORDER BY ?name")
    assert names == [("Alpha",), ("Gamma",)]
    assert not [quad for quad in quads(tmp_path) if "beta" in str(quad).lower()]


@pytest.mark.parametrize("seed", range(8))
def test_many_small_edits_give_the_same_store_as_a_full_build(tmp_path: Path, seed: int):
    """Cases come, change, break, move and go; after each round the changed store equals one made anew."""
    chance = random.Random(seed)
    for index in range(30):
        write_case(tmp_path, minimal(f"case-{index}", f"Org {index % 7}"), f"folder-{index}")
    build(tmp_path)
    for _ in range(4):
        for _ in range(chance.randint(1, 5)):
            _edit(tmp_path, chance)
        build(tmp_path)
        changed = quads(tmp_path)
        build(tmp_path, full=True)
        assert quads(tmp_path) == changed


def _edit(root: Path, chance: random.Random) -> None:
    path = root / "cases" / f"folder-{chance.randrange(34)}" / "casefile.md"
    kind = chance.choice(["write", "write", "remove", "break", "swap"])
    if kind == "remove":
        path.unlink(missing_ok=True)
    elif kind == "break":
        write_case(root, "---\ncase_id: broken\n  x: [\n---\n", path.parent.name)
    elif kind == "swap":
        write_case(root, minimal("case-1", "Org 1"), path.parent.name)
    else:
        text = minimal(f"case-{chance.randrange(40)}", chance.choice(["Org 1", "ORG 1", "Org 2", "C++", "C#"]))
        write_case(root, text.replace("A page", f"Page {chance.random()}"), path.parent.name)


@pytest.mark.parametrize("folder", [DEMONSTRATION])
def test_any_number_of_workers_gives_the_same_parts(tmp_path: Path, folder: Path):
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    one = Workspace(tmp_path / "one", cases=[folder], workers=1).build()
    two = Workspace(tmp_path / "two", cases=[folder], workers=2).build()
    assert one.manifest.parts
    assert one.manifest.parts == two.manifest.parts


def test_files_with_errors_are_left_out_and_the_others_are_built(tmp_path: Path):
    write_three(tmp_path)
    write_case(tmp_path, minimal("beta").replace("title: A title", "titel: A title"), "beta")
    result = build(tmp_path)
    assert [entry.path for entry in result.manifest.left_out()] == ["cases/beta/casefile.md"]
    assert len(result.manifest.cases()) == 2
    assert codes(result) == [("cases/beta/casefile.md", "unknown-key")]


def test_one_case_id_in_two_files(tmp_path: Path):
    write_case(tmp_path, minimal("acme"), "a")
    write_case(tmp_path, minimal("acme", "Other"), "b")
    result = build(tmp_path)
    assert codes(result) == [("cases/a/casefile.md", "duplicate-case"), ("cases/b/casefile.md", "duplicate-case")]
    assert {each.span.line for each in result.manifest.problems() if each.code == "duplicate-case"} == {2}
    assert rows(tmp_path, "SELECT ?n { ?c cg:organisationName ?n }") == []
    (tmp_path / "cases/a/casefile.md").unlink()
    build(tmp_path)
    assert rows(tmp_path, "SELECT ?n { ?c cg:organisationName ?n }") == [("Other",)]


def test_two_names_of_one_organisation_are_said_aloud(tmp_path: Path):
    write_case(tmp_path, minimal("a", "Acme Ltd"), "a")
    write_case(tmp_path, minimal("b", "ACME Ltd."), "b")
    result = build(tmp_path)
    assert codes(result) == [(f"cases/{name}/casefile.md", "organisation-collision") for name in "ab"]
    assert {each.span.line for each in result.manifest.problems() if each.code == "organisation-collision"} == {3}


def test_other_markdown_is_passed_over_and_a_misspelt_case_is_named(tmp_path: Path):
    write_case(tmp_path, minimal())
    (tmp_path / "cases/README.md").write_text("# Cases\n")
    (tmp_path / "cases/page.md").write_text("---\ntitle: A page\nlayout: x\n---\n")
    write_case(tmp_path, minimal().replace("case_id:", "caseid:"), "misspelt")
    result = build(tmp_path)
    assert codes(result) == [("cases/misspelt/casefile.md", "misspelt-case-id")]
    assert result.manifest.left_out() == []


def test_an_unknown_release_is_not_mapped_by_guess(tmp_path: Path):
    write_case(tmp_path, minimal().replace("version_used: '1.0'", "version_used: '7.3'"))
    result = build(tmp_path)
    assert codes(result) == [("cases/acme/casefile.md", "unknown-release")]
    assert result.manifest.cases() == []


@pytest.mark.slow
def test_a_killed_worker_changes_nothing_of_what_is_built(tmp_path: Path):
    for root in (tmp_path / "killed", tmp_path / "whole"):
        for number in range(4 * CHUNK):
            write_case(root, minimal(f"case-{number:03}", f"Name {number}"), f"case-{number:03}")
    killed, seen = list[int](), set[int]()

    def kill_the_first(_done: int, _total: int) -> None:
        running = [each.pid for each in multiprocessing.active_children() if each.pid]
        if not killed:
            os.kill(running[0], signal.SIGKILL)
            killed.append(running[0])
        seen.update(running)

    broken = Workspace(tmp_path / "killed", workers=2).build(progress=kill_the_first).manifest
    whole = Workspace(tmp_path / "whole", workers=1).build().manifest
    assert len(killed) == 1
    assert len(seen) > 2, "no pool was started anew"
    assert broken.parts == whole.parts
    assert len(broken.cases()) == 4 * CHUNK


KILLED = """
import sys, os, signal
from kg.build import pipeline
from kg.workspace import Workspace
countdown = int(sys.argv[2])
def trace(frame, event, arg):
    global countdown
    countdown -= 1
    if countdown == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return trace if "kg" in frame.f_code.co_filename else None
sys.settrace(trace)
Workspace(sys.argv[1], workers=1).build()
"""


@pytest.mark.parametrize("seed", range(5))
def test_a_killed_build_leaves_the_previous_store_in_use(tmp_path: Path, seed: int):
    write_three(tmp_path)
    build(tmp_path)
    before = quads(tmp_path)
    write_case(tmp_path, minimal("beta", "New name"), "beta")
    chance = random.Random(seed)
    killed = 0
    while killed < 3:
        steps = str(chance.randint(1, 9_000))
        done = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path), steps], check=False)
        if done.returncode == 0:
            break
        assert done.returncode == -signal.SIGKILL
        killed += 1
        if quads(tmp_path) != before:
            break
    build(tmp_path)
    after = quads(tmp_path)
    build(tmp_path, full=True)
    assert quads(tmp_path) == after != before


def test_the_second_of_two_builds_says_so_and_stops(tmp_path: Path):
    write_three(tmp_path)
    code = "import sys, time, filelock\nwith filelock.FileLock(sys.argv[1]): print('held', flush=True); time.sleep(60)"
    (tmp_path / ".kg").mkdir()
    command = [sys.executable, "-c", code, str(tmp_path / ".kg/lock")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
        try:
            assert other.stdout is not None
            assert other.stdout.readline() == "held\n"
            with pytest.raises(BuildError, match="another build"):
                build(tmp_path)
        finally:
            other.kill()
    assert build(tmp_path).is_new


def test_readers_of_the_old_build_go_on_while_a_new_one_is_made(tmp_path: Path):
    write_three(tmp_path)
    build(tmp_path)
    old = Workspace(tmp_path).store
    write_case(tmp_path, minimal("beta", "New name"), "beta")
    build(tmp_path)
    assert len(list(old.quads())) > 0
    answer = old.query("SELECT ?n { ?c cg:organisationName ?n } ORDER BY ?n")
    assert isinstance(answer, Table)
    assert [row[0].value for row in answer.rows if row[0]] == ["Alpha", "Beta", "Gamma"]


def test_the_manifest_comes_back_as_it_was(tmp_path: Path):
    write_three(tmp_path)
    write_case(tmp_path, minimal("delta").replace("title: A title", "titel: x"), "delta")
    manifest = build(tmp_path).manifest
    path = tmp_path / "manifest.json"
    manifest.write(path)
    assert read_manifest(path) == manifest


def test_files_that_only_their_hashes_tell_to_be_the_same_are_hashed_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    write_three(tmp_path)
    paths = sorted(tmp_path.glob("cases/*/*.md"))
    build(tmp_path)
    hashed = list[Path]()
    monkeypatch.setattr("kg.build.scan.file_hash", lambda path: hashed.append(path) or file_hash(path))
    age(paths, seconds=1_000)
    assert (build(tmp_path).read, hashed) == (0, paths)
    time.sleep(2.1)  # their inodes changed just now, and a stamp is trusted two seconds later
    assert (build(tmp_path).read, hashed) == (0, 2 * paths)
    assert (build(tmp_path).read, hashed) == (0, 2 * paths)
    paths[0].write_text(minimal("alpha", "Another"), encoding="utf-8")
    assert build(tmp_path).read == 1


def age(paths: list[Path], *, seconds: int) -> None:
    for path in paths:
        os.utime(path, (path.stat().st_atime, path.stat().st_mtime - seconds))


def test_a_build_starts_from_what_another_one_made_in_the_meantime(tmp_path: Path):
    write_three(tmp_path)
    build(tmp_path)
    workspace = Workspace(tmp_path, workers=1)
    seen = look(tmp_path, workspace.case_folders, workspace.home)
    write_case(tmp_path, minimal("delta"), "delta")
    newer = build(tmp_path)
    assert len(newer.manifest.cases()) == 4
    assert seen.again(workspace.home).manifest == newer.manifest
    assert seen.again(workspace.home).found == seen.found


def test_the_build_record_names_each_file_by_its_hash(tmp_path: Path):
    write_three(tmp_path)
    manifest = build(tmp_path).manifest
    asked = """SELECT ?path ?hash { ?dataset prov:wasGeneratedBy/prov:used/prov:hadMember ?file .
               ?file cg:path ?path ; cg:sha256 ?hash } ORDER BY ?path"""
    assert rows(tmp_path, asked) == [(entry.path, entry.sha256) for entry in manifest.cases()]


def test_a_build_does_not_depend_on_when_or_where_it_runs(tmp_path: Path):
    hashes: list[str] = []
    for name in ("here", "there"):
        write_three(tmp_path / name)
        hashes.append(build(tmp_path / name).manifest.build)
        time.sleep(0.02)
    assert hashes[0] == hashes[1]


def test_a_script_without_a_guard_builds_once(tmp_path: Path):
    """Processes of the pool do not run the script that started the build."""
    for name in ("a", "b", "c"):
        write_case(tmp_path, minimal(name), name)
    script = tmp_path / "build.py"
    script.write_text("from kg import Workspace\nprint(Workspace('.', workers=2).build().read)\n", encoding="utf-8")
    done = subprocess.run([sys.executable, script], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr, done.returncode) == ("3\n", "", 0)
