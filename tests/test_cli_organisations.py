"""``kg organisations`` as a steward meets it: what is proposed, what a decision writes, and what is refused."""

import json
from pathlib import Path

import pytest

from tests.material import demonstration_root
from tests.test_cli import kg

FILE = "links/organisations.sssom.tsv"
AS, FERRIES = "Velmarsund Ferries AS", "Velmarsund Ferries"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return demonstration_root(tmp_path)


def decide(root: Path, *words: str) -> str:
    done = kg("organisations", "decide", *words, "--by", "Ann", "--date", "2026-11-20", at=root)
    assert done.returncode == 0, done.stderr
    return done.stdout


def pairs(root: Path) -> list[tuple[str, str]]:
    done = kg("organisations", "review", "--format", "json", at=root)
    return [(each["a"], each["b"]) for each in json.loads(done.stdout)]


def rows(root: Path) -> list[list[str]]:
    lines = (root / FILE).read_text(encoding="utf-8").splitlines()
    return [[cell for cell in line.split("\t") if cell] for line in lines if not line.startswith(("#", "subject_id"))]


def test_review_says_why_and_how_to_decide_within_80_columns(root: Path):
    done = kg("organisations", "review", at=root)
    assert done.returncode == 0
    assert max(map(len, done.stdout.splitlines())) < 80
    assert "0.96  they differ only in the legal form: AS" in done.stdout
    assert "and documents of both are on skarvia.example" in done.stdout
    assert "kg organisations decide 'Velmarsund Ferries AS' 'Velmarsund Ferries' --yes" in done.stdout
    assert "kg organisations decide 'Tarnhalde Healthworks' Tarnhalde --no" in done.stdout
    assert "16 names, 2 pairs to decide" in done.stdout


def test_review_in_json(root: Path):
    done = kg("organisations", "review", "--format", "json", "--least", "0.9", at=root)
    [found] = json.loads(done.stdout)
    assert found == {
        "a": FERRIES,
        "b": AS,
        "score": 0.96,
        "reasons": ["they differ only in the legal form: AS", "documents of both are on skarvia.example"],
        "is_open": False,
        "cases_a": ["velmarsund-ferries-booking-assistant", "velmarsund-ferries-engine-maintenance"],
        "cases_b": ["velmarsund-ferries-speed-advice"],
    }


def test_a_decision_is_a_row_and_is_not_proposed_again(root: Path):
    assert decide(root, AS, FERRIES, "--yes", "--comment", "one register entry").startswith(f"{FILE}:9: “{AS}” is")
    decide(root, "Tarnhalde", "Tarnhalde Healthworks", "--no")
    text, justified = "rdfs literal", "semapv:ManualMappingCuration"
    assert rows(root) == [
        [text, AS, "skos:exactMatch", text, FERRIES, justified, "Ann", "2026-11-20", "one register entry"],
        [text, "Tarnhalde", "skos:exactMatch", "Not", text, "Tarnhalde Healthworks", justified, "Ann", "2026-11-20"],
    ]
    assert pairs(root) == []
    assert "says so already" in decide(root, AS, FERRIES, "--yes")
    assert len(rows(root)) == 2


def test_what_is_left_open_stays_on_the_list_until_it_is_decided(root: Path):
    decide(root, AS, FERRIES, "--unsure")
    assert (FERRIES, AS) in pairs(root)
    assert "left it open" in kg("organisations", "review", at=root).stdout
    assert "in place of 1 row" in decide(root, AS, FERRIES, "--yes")
    assert len(rows(root)) == 1


def test_a_build_applies_what_was_decided(root: Path):
    kg("build", at=root)
    decide(root, AS, FERRIES, "--yes")
    assert "(3 files read)" in kg("build", at=root).stdout
    query = "SELECT ?name { ?case cg:organisation/skos:prefLabel ?name ; cg:organisationName 'Velmarsund Ferries AS' }"
    assert kg("query", query, "--format", "csv", at=root).stdout.splitlines()[1:] == [FERRIES]


def test_an_id_elsewhere(root: Path):
    decide(root, "netflix", "wikidata:Q907311", "--yes")
    [row] = rows(root)
    assert row[1:4] == ["Netflix", "skos:exactMatch", "wikidata:Q907311"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([AS, FERRIES], "say --yes, --no or --unsure"),
        (["Velmarsund Feries", FERRIES, "--yes"], f"called “Velmarsund Feries”; did you mean “{FERRIES}”?"),
        ([AS, "Nobody", "--no"], "no case is about an organisation called “Nobody”"),
        ([AS, AS, "--yes"], "is one name, not two"),
        ([AS, AS.upper(), "--no"], "is one name, not two"),
        (["Netflix", "lei:HWUPKR0MPOU8FGXBT395", "--yes"], "is no LEI"),
        (["Netflix", "wikidata:907311", "--yes"], "is not an item of Wikidata"),
        ([AS, FERRIES, "--yes", "--date", "20 November"], "is not a day"),
    ],
)
def test_what_is_refused_writes_nothing(root: Path, words: list[str], said: str):
    done = kg("organisations", "decide", *words, "--by", "Ann", at=root)
    assert done.returncode == 2
    assert said in done.stderr
    assert not (root / FILE).exists()


def test_a_decision_against_another_is_refused(root: Path):
    decide(root, AS, FERRIES, "--yes")
    decide(root, FERRIES, "wikidata:Q42", "--yes")
    before = (root / FILE).read_text(encoding="utf-8")
    for words in ([AS, FERRIES, "--no"], [FERRIES, AS, "--yes"], [AS, "wikidata:Q43", "--yes"]):
        done = kg("organisations", "decide", *words, "--by", "Ben", at=root)
        assert done.returncode == 2
        assert "nothing is written" in done.stderr
        assert f"{FILE}:9" in done.stderr or "lines 10, 11" in done.stderr
    assert (root / FILE).read_text(encoding="utf-8") == before
    decide(root, AS, FERRIES, "--no", "--replace")
    assert [row[3] for row in rows(root)] == ["wikidata:Q42", "Not"]


def test_a_name_that_no_case_uses_may_be_the_one_to_go_by(root: Path):
    said = decide(root, "Netflix", "Netflix, Inc.", "--yes")
    assert "no case is called “Netflix, Inc.”; it is the name that the organisation goes by" in said


def test_a_bad_row_is_named_and_the_rest_applies(root: Path):
    (root / "links").mkdir()
    (root / FILE).write_text(
        "subject_label\tpredicate_id\tobject_label\n"
        "Netflix\tskos:sameThing\tTarnhalde\n"
        f"{AS}\tskos:exactMatch\t{FERRIES}\n",
        encoding="utf-8",
    )
    done = kg("check", at=root)
    assert done.returncode == 1
    assert f"{FILE}:2:9: error bad-link-row `skos:sameThing` is not a predicate" in done.stdout
    built = kg("build", at=root)
    assert built.returncode == 0
    assert f"{FILE}:2:9: error bad-link-row" in built.stderr
    assert pairs(root) == [("Tarnhalde", "Tarnhalde Healthworks")]
    assert f"{FILE}:2:9: error bad-link-row" in kg("organisations", "review", at=root).stderr
    assert kg("build", "--strict", at=root).returncode == 1


def test_a_bad_overlay_is_named_in_check_and_build(root: Path):
    (root / "overlays").unlink()
    folder = root / "overlays" / "region"
    folder.mkdir(parents=True)
    (folder / "metadata.json").write_text('{"overlay_id": "region"}')
    (folder / "classifications.json").write_text(
        '{"taxonomy_ref": "Regions", "classifications": [\n'
        ' {"case_id": "netflix-personalisation-algorithms", "primary_sector": {"code": "US"}},\n'
        ' {"case_id": "tarnhalde-spindle-monitoring", "primary_sector": {"code": "AT"}}]}'
    )
    done = kg("check", at=root)
    place = "overlays/region/classifications.json:2:14: warning unknown-overlay-case"
    assert place in done.stdout
    assert "did you mean `netflix-personalization-algorithms`?" in done.stdout
    built = kg("build", "-v", at=root)
    assert place in built.stderr
    assert "1 overlay: region" in built.stdout
