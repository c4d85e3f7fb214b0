"""A person's decisions on what a migration left open: found, shown, decided singly or many at once, and by whom."""

from __future__ import annotations

import difflib
import json
import re
from pathlib import Path

import pytest

from kg.build.retagging import NOTHING, Retagging
from kg.migrate import provenance
from kg.migrate.journal import Journal, State
from kg.migrate.task import MigrationError
from kg.migrate.worklist import Choice, Waiting, grouped
from kg.store.base import Table
from kg.terms import plain
from kg.workspace import Workspace
from tests.material import demonstration_files, needs_corpus, real_files, write_case
from tests.older import down, make_release
from tests.test_migration_apply import contents, planned, run

AT = "2026-11-24T09:00:00Z"


def write_older(root: Path, paths: list[Path]) -> None:
    """A workspace of files of release 0.3, brought to 1.0."""
    make_release(root)
    for path in paths:
        write_case(root, down(path.read_text(encoding="utf-8")), path.parent.name)
    done = run("migrate", "plan", "--to", "1.0", "--quick", "-C", str(root))
    assert done.status == 0, done.output
    found = re.search(r"([0-9a-f]{16}) --by", done.output)
    assert found
    assert run("migrate", "apply", found[1], "--by", "Ada", "-C", str(root)).status == 0


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("older")
    write_older(root, demonstration_files()[:6])
    return root


@pytest.fixture
def root(tmp_path: Path, migrated: Path) -> Path:
    """A copy of its own for each test."""
    for path in migrated.rglob("*"):
        if path.is_file() and ".kg" not in path.parts:
            there = tmp_path / path.relative_to(migrated)
            there.parent.mkdir(parents=True, exist_ok=True)
            there.write_bytes(path.read_bytes())
    return tmp_path


def waiting(root: Path, **choice: str) -> list[Waiting]:
    return list(Retagging(Workspace(root).inputs).waiting(Choice(**choice)))


def patch(before: dict[str, bytes], after: dict[str, bytes]) -> dict[str, tuple[list[str], list[str]]]:
    """Lines that only the old, and only the new text of each changed file has."""
    found: dict[str, tuple[list[str], list[str]]] = {}
    for name, raw in before.items():
        if raw != after[name]:
            old, new = raw.decode().splitlines(), after[name].decode().splitlines()
            found[name] = [line for line in old if line not in new], [line for line in new if line not in old]
    return found


# --- the worklist ----------------------------------------------------------------------------------------


def test_what_waits_is_shown_with_what_is_needed_to_decide(root: Path):
    found = waiting(root)
    assert len(found) > 20
    first = next(each for each in found if each.field == "evidence_level")
    assert first.value == "outcome_validation"
    assert first.candidates == ("outcome", "adoption")
    assert first.origin == "0.3"
    assert first.quote
    assert first.title
    assert re.fullmatch(r"cases/.*:\d+:\d+", str(first.span))
    shown = run("retag", "next", "--field", "evidence_level", "-C", str(root)).output
    for text in (first.address, first.quote, first.title, "candidate 1: outcome", "also allowed: method"):
        assert text in shown
    assert shown.startswith("1 of ")
    skipped = run("retag", "next", "--skip", "1", "-C", str(root)).output
    assert skipped.startswith("2 of ")


def test_nested_values_are_named_from_their_claim_on(root: Path):
    fields = {each.field for each in waiting(root)}
    assert "metric_raw.metric_type" in fields
    assert fields <= {"evidence_level", "cognitive_depth", "outcome", "metric_raw.metric_type"}


def test_questions_are_grouped_counted_and_paged(root: Path):
    found = waiting(root)
    groups = grouped(found)
    assert sum(group.count for group in groups) == len(found)
    assert [group.count for group in groups] == sorted((group.count for group in groups), reverse=True)
    listed = run("retag", "list", "-C", str(root)).output
    assert f"{len(found):,} values of " in listed
    assert "outcome_validation" in listed
    items = run("retag", "list", "--items", "--per-page", "5", "--page", "2", "-C", str(root)).output
    assert sum(each.address in items for each in found[5:10]) == 5
    assert "--page 3 shows more" in items
    one = run("retag", "list", "--items", "--case", found[0].case, "-C", str(root)).output
    assert found[0].address in one
    assert found[-1].address not in one


def test_words_are_looked_for_in_titles_descriptions_and_quotes(root: Path):
    word = waiting(root)[0].title.split()[-1]
    found = waiting(root, pattern=re.escape(word))
    assert 0 < len(found) < len(waiting(root))
    assert all(word.lower() in each.words.lower() for each in found)
    assert run("retag", "list", "--matching", "(", "-C", str(root)).status == 2


# --- deciding --------------------------------------------------------------------------------------------


def test_a_decision_changes_its_lines_and_no_others(root: Path):
    each = waiting(root, field="evidence_level")[0]
    before = contents(root)
    done = run("retag", each.address, "--to", "adoption", "--field", "evidence_level", "--by", "Ada", "-C", str(root))
    assert done.status == 0, done.output
    [(name, _)] = patch(before, contents(root)).items()
    assert name == each.span.file
    old, new = before[name].decode().splitlines(), contents(root)[name].decode().splitlines()
    assert len(old) - len(new) >= 6
    entry = "- field: evidence_level, value: outcome_validation, from: '0.3', candidates:, - outcome, - adoption"
    removed = [line.strip() for line in lines_out(old, new)]
    assert removed in (
        ["evidence_level: null", *entry.split(", ")],
        ["evidence_level: null", "pending:", *entry.split(", ")],
    )
    assert [line.strip() for line in lines_out(new, old)] == ["evidence_level: adoption"]


def lines_out(old: list[str], new: list[str]) -> list[str]:
    """The lines of the one list that the other does not have, by a smallest difference."""
    codes = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return [line for kind, a, b, _, _ in codes if kind in ("replace", "delete") for line in old[a:b]]


def test_a_decision_is_noted_with_who_and_when_and_stands_in_the_graph(root: Path):
    retagging = Retagging(Workspace(root).inputs)
    each = waiting(root, field="cognitive_depth")[0]
    retagging.decide([each], "autonomous", by="https://orcid.org/0000-0002-1825-0097", at=AT)
    [noted] = provenance.decisions(root)
    assert noted["decided"] == each.iri
    assert (noted["field"], noted["from"], noted["to"]) == ("cognitive_depth", "generative_autonomous", "autonomous")
    workspace = Workspace(root)
    workspace.build()
    answer = workspace.sparql(
        "SELECT ?by ?at ?to { ?decision a cg:TaggingDecision ; prov:wasAssociatedWith ?by ; prov:startedAtTime ?at ; "
        "cg:decidedTo ?to ; cg:decidedRecord/cg:cognitiveDepth/skos:notation ?to . "
        "?new prov:wasGeneratedBy ?decision ; a cg:CaseFile }"
    )
    assert isinstance(answer, Table)
    assert [[plain(term) for term in row] for row in answer.rows] == [
        ["https://orcid.org/0000-0002-1825-0097", AT, "autonomous"]
    ]
    stats = run("stats", "-C", str(root)).output
    assert "Decided by people: 1 values." in stats
    assert "metric_type" in stats


def test_the_last_decision_of_a_case_takes_its_mark_away(root: Path):
    case = waiting(root)[0].case
    path = waiting(root)[0].path
    assert b"needs_retagging: true" in path.read_bytes()
    retagging = Retagging(Workspace(root).inputs)
    while found := waiting(root, address=case):
        same = [each for each in found if (each.field, each.value) == (found[0].field, found[0].value)]
        to = found[0].candidates[0] if found[0].candidates else NOTHING
        assert len(retagging.decide(same, to, by="Ada", at=AT).values) == len(same)
    assert b"needs_retagging: false" in path.read_bytes()
    assert b"pending:" not in path.read_bytes()


def test_none_leaves_the_field_as_it_is(root: Path):
    each = waiting(root, field="outcome")[0]
    Retagging(Workspace(root).inputs).decide([each], NOTHING, by="Ada", at=AT)
    assert each not in waiting(root)
    [noted] = provenance.decisions(root)
    assert noted["to"] == ""


def test_a_list_gets_the_decided_term_once(root: Path):
    each = waiting(root, field="outcome")[0]
    text = each.path.read_text(encoding="utf-8")
    Retagging(Workspace(root).inputs).decide([each], "business_growth", by="Ada", at=AT)
    claim = each.path.read_text(encoding="utf-8").partition(f"- id: {each.record}\n")[2].partition("\n- id:")[0]
    assert claim.count("  - business_growth\n") == 1
    assert "innovation\n" not in claim
    assert each.path.read_text(encoding="utf-8") != text


def test_many_at_once_first_say_what_they_would_do(root: Path):
    before = contents(root)
    words = ("retag", "many", "--value", "outcome_validation", "--to", "outcome", "--by", "Ada", "-C", str(root))
    preview = run(*words)
    assert "--yes does it" in preview.output
    assert contents(root) == before
    number = len(waiting(root, value="outcome_validation"))
    done = run(*words, "--yes")
    assert f"Decided {number} values in " in done.output
    assert waiting(root, value="outcome_validation") == []
    assert len(provenance.decisions(root)) == number
    for raw in contents(root).values():
        assert b"evidence_level: null\n  evidence_grade" not in raw


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--to", "outcomes", "--field", "evidence_level"), "is no term of `evidence_level`; proposed: outcome, adopt"),
        (("--to", "outcome",), "values wait in .*; say which with --field"),
    ],
)  # fmt: skip
def test_what_cannot_be_decided_is_said(root: Path, words: tuple[str, ...], message: str):
    counts = [each.address for each in waiting(root)]
    address = next(each for each in counts if counts.count(each) > 1 and "VC" in each)
    before = contents(root)
    done = run("retag", address, *words, "--by", "Ada", "-C", str(root))
    assert done.status == 2
    assert re.search(message, done.output)
    assert contents(root) == before
    assert provenance.decisions(root) == []


def test_a_claim_that_waits_for_nothing_is_said(root: Path):
    done = run("retag", "nobody/VC-009", "--to", "outcome", "--by", "Ada", "-C", str(root))
    assert "nothing waits in nobody/VC-009" in done.output
    done = run("retag", "many", "--value", "x", "--to", "outcome", "--by", "Ada", "-C", str(root))
    assert "no value that waits is like that" in done.output


def test_a_value_that_somebody_wrote_meanwhile_is_not_overwritten(root: Path):
    each = waiting(root, field="evidence_level")[0]
    text = each.path.read_text(encoding="utf-8")
    head, mark, tail = text.partition(f"- id: {each.record}\n")
    each.path.write_text(head + mark + tail.replace("evidence_level: null", "evidence_level: method", 1), newline="")
    done = Retagging(Workspace(root).inputs).decide([each], "outcome", by="Ada", at=AT)
    assert done.values == ()
    assert "`evidence_level` says something already" in done.refused[0].message
    assert provenance.decisions(root) == []


def test_the_same_call_again_notes_nothing_twice(root: Path):
    each = waiting(root, field="evidence_level")[0]
    raw = each.path.read_bytes()
    retagging = Retagging(Workspace(root).inputs)
    retagging.decide([each], "outcome", by="Ada", at=AT)
    each.path.write_bytes(raw)
    retagging.decide([each], "outcome", by="Ada", at="2026-11-24T10:00:00Z")
    assert len(provenance.decisions(root)) == 1


def test_decisions_wait_for_a_stopped_migration(root: Path):
    write_case(root, down(demonstration_files()[8].read_text(encoding="utf-8")), "late")
    task, plan = planned(root)
    Journal(task.home / plan.id).set_state(State.APPLYING)
    with pytest.raises(MigrationError, match="was stopped in the middle"):
        Retagging(Workspace(root).inputs).decide(waiting(root, field="evidence_level")[:1], "outcome", by="Ada", at=AT)


def test_damaged_provenance_is_a_problem_at_its_line_and_the_rest_applies(root: Path):
    Retagging(Workspace(root).inputs).decide(waiting(root, field="evidence_level")[:1], "outcome", by="Ada", at=AT)
    path = root / provenance.FILE
    number = len(path.read_text().splitlines())
    path.write_text(path.read_text() + '{"decided": "x"}\nnot json\n')
    assert [(each.code, each.span.line) for each in provenance.problems(root)] == [
        ("bad-provenance", number + 1),
        ("bad-provenance", number + 2),
    ]
    assert len(provenance.decisions(root)) == 1
    problems = Workspace(root).build().manifest.problems()
    assert [each.span.line for each in problems if each.code == "bad-provenance"] == [number + 1, number + 2]


# --- at size ---------------------------------------------------------------------------------------------


@needs_corpus
def test_the_worklist_of_the_real_files_is_usable(tmp_path: Path):
    """Hundreds of claims: few questions, each decided in one call, and nothing left."""
    write_older(tmp_path, real_files())
    found = waiting(tmp_path)
    claims = {(each.case, each.record) for each in found if each.record.startswith("VC")}
    assert len(claims) > 550
    groups = grouped(found)
    assert len(groups) < 10
    for group in groups:
        words = ("--value", group.value, "--field", group.field, "--by", "Ada", "--yes", "-C", str(tmp_path))
        to = group.candidates[0] if group.candidates else NOTHING
        done = run("retag", "many", "--to", to, *words)
        assert done.status == 0, done.output
    assert waiting(tmp_path) == []
    assert "Nothing waits for a person." in run("retag", "next", "-C", str(tmp_path)).output
    noted = provenance.decisions(tmp_path)
    assert len(noted) == len(found)
    assert all(json.dumps(each) for each in noted)
    assert not [each for each in Workspace(tmp_path).check().problems() if each.code == "pending-decision"]
