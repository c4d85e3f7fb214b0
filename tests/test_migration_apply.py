"""Plans are applied wholly or not at all, go on after a kill, and can be undone to the byte."""

import json
import os
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner
from filelock import FileLock

from kg.build.migrating import migration_task
from kg.bump import Bump
from kg.cli import kg
from kg.migrate import provenance
from kg.migrate.applying import apply, undo
from kg.migrate.drafting import draft
from kg.migrate.journal import Journal, State
from kg.migrate.plan import Plan, make_plan, read_plan, save_plan
from kg.migrate.proof import prove
from kg.migrate.reading import read_migration
from kg.migrate.task import MigrationError, Task
from kg.ontology.change import Change, ChangeKind, Difference, What
from kg.problem import Failure
from kg.source import Source
from kg.store.base import Table
from kg.terms import plain
from kg.workspace import Workspace
from tests.material import ROOT, demonstration_files, minimal, write_case

KILLS = int(os.environ.get("CASEGRAPH_KILLS", "5"))
"""At how many points an apply is killed."""


def write_demonstration(root: Path, number: int = 17) -> None:
    for path in demonstration_files()[:number]:
        write_case(root, path.read_bytes().decode(), path.parent.name)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write_demonstration(tmp_path)
    return tmp_path


def contents(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in sorted((root / "cases").rglob("*.md"))}


def planned(root: Path) -> tuple[Task, Plan]:
    task = migration_task(Workspace(root).inputs)
    plan = make_plan(task)
    save_plan(plan, task.home)
    return task, plan


def applied(root: Path) -> tuple[Task, Plan]:
    task, plan = planned(root)
    apply(task, plan.id, by="Ada Quill", at="2026-11-24T09:00:00Z")
    return task, plan


def again(root: Path) -> Task:
    """The task as the next command sees it."""
    return migration_task(Workspace(root).inputs)


@dataclass(frozen=True)
class Run:
    status: int
    output: str


def run(*words: str) -> Run:
    result = CliRunner().invoke(kg, words)
    if isinstance(result.exception, Failure):
        return Run(2, str(result.exception))
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Run(result.exit_code, result.output)


# --- plan ------------------------------------------------------------------------------------------------


def test_a_plan_says_what_would_change_and_changes_nothing(root: Path):
    before = contents(root)
    _, plan = planned(root)
    assert contents(root) == before
    assert (len(plan.files), len(before)) == (17, 17)
    assert plan.target == "2.0"
    assert [name for name, _ in plan.migrations] == ["1.0-1.1", "1.1-2.0"]
    assert plan.for_people == sum(each.count for each in plan.questions) > 0
    assert plan.lines[0] > plan.lines[1] > 100
    assert dict(plan.lost)["ValueClaim.ontology_version"] > 30
    assert plan.refused == ()


def test_a_plan_is_kept_and_cannot_be_tampered_with(root: Path):
    task, plan = planned(root)
    assert read_plan(task.home, plan.id) == plan
    path = task.home / plan.id / "plan.json"
    said = json.loads(path.read_text())
    said["files"][0]["after"] = "0" * 64
    path.write_text(json.dumps(said))
    with pytest.raises(MigrationError, match="has been changed"):
        read_plan(task.home, plan.id)
    with pytest.raises(MigrationError, match="there is no plan 12345; make one"):
        read_plan(task.home, "12345")


def test_the_id_covers_files_catalogue_and_links(root: Path):
    _, first = planned(root)
    assert planned(root)[1].id == first.id
    (root / "links").mkdir()
    links = "subject_label\tpredicate_id\tobject_id\tmapping_justification\n"
    (root / "links/processes.sssom.tsv").write_text(links)
    _, second = planned(root)
    assert second.id != first.id
    write_case(root, minimal("another").replace("'1.0'", "'2.0'"), "another")
    assert planned(root)[1].id not in (first.id, second.id)


def test_quads_of_the_plan_are_those_of_the_graphs(root: Path):
    def stated(release: str) -> set[tuple[str, ...]]:
        (root / "kg.toml").write_text(f'release = "{release}"\n')
        workspace = Workspace(root)
        workspace.build()
        quads: set[tuple[str, ...]] = set()
        for entry in workspace.manifest.cases():
            lines = workspace.inputs.parts.read(entry.part).decode().split("\n")
            quads |= {(line,) for line in lines if line.endswith(f"{entry.case}> .")}
        return quads

    before, after = stated("1.0"), stated("2.0")
    assert planned(root)[1].quads == (len(before - after), len(after - before))


# --- apply -----------------------------------------------------------------------------------------------


def test_the_graph_of_migrated_files_is_the_graph_that_was_built_of_the_old_ones(root: Path):
    (root / "kg.toml").write_text('release = "2.0"\n')
    before = {entry.case: entry.part for entry in Workspace(root).build().manifest.cases()}
    applied(root)
    after = {entry.case: entry.part for entry in Workspace(root).build().manifest.cases()}
    assert len(before) == 17
    assert before == after


def test_no_new_errors_or_warnings(root: Path):
    def found() -> set[tuple[str, str, str]]:
        problems = Workspace(root).check().problems()
        return {(each.span.file, each.code, each.record) for each in problems if each.severity.label != "info"}

    before = found()
    applied(root)
    assert found() <= before


def test_a_build_says_who_did_what(root: Path):
    _, plan = applied(root)
    workspace = Workspace(root)
    workspace.build()
    answer = workspace.sparql(
        "SELECT ?by ?at ?files ?pending (COUNT(?new) AS ?revisions) { "
        "?run a cg:MigrationRun ; prov:startedAtTime ?at ; "
        "prov:wasAssociatedWith/rdfs:label ?by ; cg:changedFileCount ?files ; cg:pendingCount ?pending . "
        "?new prov:wasGeneratedBy ?run ; prov:wasRevisionOf ?old ; a cg:CaseFile } GROUP BY ?by ?at ?files ?pending"
    )
    assert isinstance(answer, Table)
    [row] = [[plain(term) for term in row] for row in answer.rows]
    assert row == ["Ada Quill", "2026-11-24T09:00:00Z", "17", str(plan.for_people), "17"]


def test_what_was_applied_is_proven(root: Path):
    task, plan = applied(root)
    proof = prove(again(root), plan.id)
    assert (proof.same, proof.edited, proof.faults) == (17, (), ())
    path = next((root / "cases").rglob("*.md"))
    path.write_bytes(path.read_bytes() + b"\nMore.\n")
    proof = prove(task, plan.id)
    assert proof.same == 16
    assert len(proof.edited) == 1


def test_permissions_and_links_of_files_are_kept(root: Path):
    first, second, *_ = sorted((root / "cases").rglob("*.md"))
    first.chmod(0o640)
    elsewhere = root / "elsewhere.txt"
    second.rename(elsewhere)
    second.symlink_to(elsewhere)
    applied(root)
    assert first.stat().st_mode & 0o777 == 0o640
    assert second.is_symlink()
    assert b"version_used: '2.0'" in elsewhere.read_bytes()


@pytest.mark.parametrize("what", ["edited", "added", "removed", "catalogue", "migration"])
def test_what_has_changed_since_the_plan_stops_it(root: Path, what: str):
    _, plan = planned(root)
    path = sorted((root / "cases").rglob("*.md"))[3]
    if what == "edited":
        path.write_bytes(path.read_bytes() + b"\n")
    elif what == "added":
        write_case(root, minimal("another"), "another")
    elif what == "removed":
        path.unlink()
    elif what == "catalogue":
        (root / "ontology/pcf").mkdir(parents=True)
        shutil.copyfile(
            ROOT / "ontology/pcf/cross-industry-7.4-starter.ttl", root / "ontology/pcf/cross-industry-7.4.ttl"
        )
        with (root / "ontology/pcf/cross-industry-7.4.ttl").open("a") as file:
            file.write("# more\n")
    else:
        (root / "ontology/migrations").mkdir(parents=True)
        text = (ROOT / "ontology/migrations/1.1-2.0.yaml").read_text()
        (root / "ontology/migrations/1.1-2.0.yaml").write_text(text + "# more\n")
    before = contents(root)
    done = killed(root, "migrate", "apply", plan.id, "--by", "Ada")
    assert done.returncode
    assert "look at it again with `kg migrate plan`" in done.stderr
    assert contents(root) == before
    assert Journal(again(root).home / plan.id).state is State.PLANNED


def test_a_read_only_file_stops_it_before_anything_is_written(root: Path):
    task, plan = planned(root)
    path = sorted((root / "cases").rglob("*.md"))[5]
    path.chmod(0o444)
    before = contents(root)
    with pytest.raises(MigrationError, match=f"read-only, so nothing was migrated: .*{path.parent.name}"):
        apply(task, plan.id, by="Ada", at="2026-11-24T09:00:00Z")
    assert contents(root) == before


def test_two_at_once_are_refused(root: Path):
    task, plan = planned(root)
    with FileLock(task.home / "lock"), pytest.raises(MigrationError, match=r"another migration .* is running"):
        apply(task, plan.id, by="Ada", at="2026-11-24T09:00:00Z")


def test_a_full_disk_leaves_whole_files_and_says_what_to_do(root: Path):
    """A limit on the size of files stands in for a full disk: some file cannot be written, as there."""
    _, plan = planned(root)
    sizes = sorted(len(raw) for raw in contents(root).values())
    before = contents(root)

    def limited() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (sizes[-1] // 2, sizes[-1] // 2))

    words = [sys.executable, "-m", "kg", "migrate", "apply", plan.id, "-C", str(root), "--by", "Ada"]
    done = subprocess.run(words, capture_output=True, text=True, preexec_fn=limited, cwd=ROOT, check=False)
    assert done.returncode == 2
    assert "call the same command again; or undo" in done.stderr
    now = contents(root)
    migrated = [name for name in before if now[name] != before[name]]
    assert all(b"version_used: '2.0'" in now[name] for name in migrated)
    apply(again(root), plan.id, by="Ada", at="2026-11-24T09:00:00Z")
    assert all(b"version_used: '2.0'" in raw for raw in contents(root).values())
    undo(again(root), plan.id)
    assert contents(root) == before


# --- kill, resume, undo ----------------------------------------------------------------------------------


def killed(root: Path, *words: str, at: int = 0) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "KILL_AT": str(at)}
    command = [sys.executable, "-m", "tests.killed", *words, "-C", str(root)]
    return subprocess.run(command, capture_output=True, text=True, env=environment, cwd=ROOT, check=False)


@pytest.mark.slow
def test_killed_anywhere_it_goes_on_and_can_be_undone(tmp_path: Path):
    reference = tmp_path / "reference"
    write_demonstration(reference, 6)
    before = contents(reference)
    _, plan = planned(reference)
    steps = [count_steps(killed(reference, "migrate", "apply", plan.id, "--by", "Ada"))]
    after = contents(reference)
    steps.append(count_steps(killed(reference, "migrate", "undo", plan.id)))
    assert contents(reference) == before
    assert min(steps) > 6
    draw = random.Random(7)
    for number in range(KILLS):
        at = draw.randrange(1, steps[0] + 1) if steps[0] > KILLS else 1 + number * steps[0] // KILLS
        here = tmp_path / f"kill-{number}"
        write_demonstration(here, 6)
        planned(here)
        check_killed(here, plan, (before, after), (at, draw.randrange(1, steps[1] + 1)))


def count_steps(done: subprocess.CompletedProcess[str]) -> int:
    assert done.returncode == 0, done.stderr
    found = re.search(r"steps (\d+)", done.stdout)
    assert found
    return int(found[1])


def check_killed(here: Path, plan: Plan, texts: tuple[dict[str, bytes], dict[str, bytes]], at: tuple[int, int]) -> None:
    before, after = texts
    done = killed(here, "migrate", "apply", plan.id, "--by", "Ada", at=at[0])
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert all(raw in (before[name], after[name]) for name, raw in contents(here).items())
    if at[1] % 3 == 0:
        undone = run("migrate", "undo", plan.id, "-C", str(here))
        assert undone.status == 0 or "there is nothing to undo" in undone.output
        assert contents(here) == before
    resumed = run("migrate", "apply", plan.id, "--by", "Ada", "-C", str(here))
    assert resumed.status == 0 or "is applied already" in resumed.output, resumed.output
    assert contents(here) == after
    assert len(provenance.runs(here)) == 1
    assert killed(here, "migrate", "undo", plan.id, at=at[1]).returncode in (-signal.SIGKILL, 0)
    assert all(raw in (before[name], after[name]) for name, raw in contents(here).items())
    last = run("migrate", "undo", plan.id, "-C", str(here))
    assert last.status == 0 or "is undone" in last.output, last.output
    assert contents(here) == before
    assert not (here / provenance.FILE).exists()


def test_undo_is_to_the_byte_and_can_be_done_over(root: Path):
    before = contents(root)
    _, plan = applied(root)
    assert contents(root) != before
    assert undo(again(root), plan.id).changed == 17
    assert contents(root) == before
    assert not (root / "provenance").exists()
    with pytest.raises(MigrationError, match=r"there is nothing to undo: .* is undone"):
        undo(again(root), plan.id)
    assert apply(again(root), plan.id, by="Ada", at="2026-11-24T09:00:00Z").changed == 17
    with pytest.raises(MigrationError, match="is applied already"):
        apply(again(root), plan.id, by="Ada", at="2026-11-24T09:00:00Z")


def test_undo_is_refused_for_edited_files_and_forgotten_originals(root: Path):
    _, plan = applied(root)
    path = next((root / "cases").rglob("*.md"))
    whole = path.read_bytes()
    path.write_bytes(whole + b"\nMore.\n")
    with pytest.raises(MigrationError, match="edited since they were migrated, so nothing was undone: "):
        undo(again(root), plan.id)
    path.write_bytes(whole)
    assert run("migrate", "forget", plan.id, "-C", str(root)).status == 0
    with pytest.raises(MigrationError, match="have been forgotten"):
        undo(again(root), plan.id)
    with pytest.raises(MigrationError, match="are not kept any more"):
        prove(again(root), plan.id)


def test_a_damaged_journal_restores_nothing_wrong(root: Path):
    task, plan = applied(root)
    originals = task.home / plan.id / "originals"
    raw = bytearray(originals.read_bytes())
    raw[len(raw) // 2] ^= 0xFF
    originals.write_bytes(bytes(raw))
    with pytest.raises(MigrationError, match="is damaged at"):
        undo(again(root), plan.id)
    good = set(contents(root).values())
    assert all(b"version_used: '2.0'" in raw or b"version_used: '1.0'" in raw for raw in good)


def test_another_migration_waits_for_one_that_was_stopped(root: Path):
    task, plan = planned(root)
    Journal(task.home / plan.id).set_state(State.APPLYING)
    write_case(root, minimal("another"), "another")
    _, second = planned(root)
    with pytest.raises(MigrationError, match=f"the migration {plan.id} was stopped in the middle"):
        apply(again(root), second.id, by="Ada", at="2026-11-24T09:00:00Z")


def test_a_refused_file_does_not_hold_up_the_others(root: Path):
    write_case(root, minimal("another").replace("url:", "url: &u"), "another")
    task, plan = planned(root)
    assert [each.span.file for each in plan.refused] == ["cases/another/casefile.md"]
    shown = run("migrate", "plan", "--quick", "-C", str(root))
    assert shown.status == 1
    assert "the front matter uses YAML anchors" in shown.output
    assert apply(task, plan.id, by="Ada", at="2026-11-24T09:00:00Z").changed == 17
    assert b"version_used: '1.0'" in contents(root)["cases/another/casefile.md"]


# --- command line ----------------------------------------------------------------------------------------


def test_from_plan_to_undo_on_the_command_line(root: Path):
    at = ("-C", str(root))
    assert "1.0" in run("migrate", "current", *at).output
    assert "1.1-2.0" in run("migrate", "history", *at).output
    shown = run(
        "migrate", "plan", "--quick", *at, "--diff", "--file", "cases/netflix-personalization-algorithms/casefile.md"
    )
    assert shown.status == 0
    assert "+++ b/cases/netflix-personalization-algorithms/casefile.md" in shown.output
    assert shown.output.count("+++ b/") == 1
    found = re.search(r"kg migrate apply .* ([0-9a-f]{16}) --by", shown.output)
    assert found
    said = json.loads(run("migrate", "plan", "--quick", *at, "--format", "json").output)
    assert said["id"] == found[1]
    done = run("migrate", "apply", found[1], "--by", "Ada", *at)
    assert "Migrated 17 files to release 2.0." in done.output
    assert "Read 17 files back" in done.output
    assert "kg retag next" in done.output
    assert run("migrate", "verify", found[1], *at).status == 0
    assert "2.0" in run("migrate", "current", *at).output
    assert "Ada" in run("migrate", "history", *at).output
    assert "Put 17 files back" in run("migrate", "undo", found[1], *at).output
    assert "there is no release 7.0; known: 1.0" in run("migrate", "plan", "--to", "7.0", *at).output


def test_a_broken_migration_file_stops_everything_with_its_line(root: Path):
    (root / "ontology/migrations").mkdir(parents=True)
    (root / "ontology/migrations/2.0-2.1.yaml").write_text("from: '2.0'\nto: '2.1'\noperations:\n- renam: {}\n")
    shown = run("migrate", "plan", "--quick", "-C", str(root))
    assert shown.status == 2
    assert "ontology/migrations/2.0-2.1.yaml:4:3: error bad-migration" in shown.output


def test_a_draft_is_read_again(root: Path):
    path = root / "draft.yaml"
    done = run("migrate", "new", "--from", "1.1", "--to", "2.0", "-o", str(path), "-C", str(root))
    assert done.status == 0
    text = path.read_text()
    assert "- add: {field: ContextClaim.process}" in text
    assert "- retire: {field: ValueClaim.ontology_version}" in text
    assert "# merged field ContextClaim.apqc_code" in text
    (root / "ontology/migrations").mkdir(parents=True)
    path.rename(root / "ontology/migrations/1.1-2.0.yaml")
    assert run("migrate", "history", "-C", str(root)).status == 0
    refused = run("migrate", "new", "--from", "1.1", "--to", "2.0", "-C", str(root))
    assert "exists already" in refused.output


def test_a_draft_asks_what_it_cannot_know():
    found = Difference(
        "1.0",
        "2.0",
        (
            Change(ChangeKind.RETIRED, What.TERM, "mechanism/innovation", Bump.MAJOR),
            Change(ChangeKind.ADDED, What.TERM, "mechanism/novelty", Bump.MINOR),
            Change(ChangeKind.MERGED, What.TERM, "outcome/a", Bump.MAJOR, ("outcome/c",)),
            Change(ChangeKind.MERGED, What.TERM, "outcome/b", Bump.MAJOR, ("outcome/c",)),
            Change(ChangeKind.SPLIT, What.TERM, "outcome/d", Bump.MAJOR, ("outcome/e", "outcome/f")),
            Change(ChangeKind.RENAMED, What.FIELD, "Source.kind", Bump.MAJOR, ("Source.type",)),
            Change(ChangeKind.CHANGED, What.RULE, "odd-id", Bump.MINOR, note="asks for something else"),
        ),
    )
    rest = """- merge: {vocabulary: outcome, terms: [a, b], to: c}
- split: {vocabulary: outcome, term: d, into: [e, f]}
- rename_property: {field: Source.kind, to: type}
# changed rule odd-id: asks for something else
"""
    head = "from: '1.0'\nto: '2.0'\ntitle: ''\noperations:\n"
    assert draft(found, {}) == (
        f"{head}# Renamed, or retired? mechanism/innovation is gone; new are mechanism/novelty.\n"
        "- retire: {vocabulary: mechanism, term: innovation}\n"
        f"- add: {{vocabulary: mechanism, term: novelty}}\n{rest}"
    )
    said = draft(found, {"mechanism/innovation": "mechanism/novelty"})
    assert said == f"{head}- rename: {{vocabulary: mechanism, term: innovation, to: novelty}}\n{rest}"
    assert read_migration(Source("", said), lambda _: "")[1] == []
