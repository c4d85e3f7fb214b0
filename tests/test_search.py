"""``kg search``: words found in any form and script, ranked, kept up to date, whatever is typed."""

import json
import shutil
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.search import Index, SearchError, words
from kg.search.entries import passages
from kg.search.index import FILE
from kg.workspace import Workspace
from tests.material import DEMONSTRATION, demonstration_root, minimal, write_case
from tests.test_cli import kg


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = Workspace(demonstration_root(tmp_path_factory.mktemp("search")))
    workspace.build()
    return workspace


def found(workspace: Workspace, text: str, *kinds: str) -> list[str]:
    hits = workspace.search(text, **({"kinds": kinds} if kinds else {})).hits
    return [hit.iri.partition("/id/")[2] for hit in hits]


FERRIES = "case/velmarsund-ferries-booking-assistant"


@pytest.mark.parametrize(
    ("text", "kind", "first"),
    [
        ("booking assistant island", "case", FERRIES),
        ("fewer calls booking centre", "claim", f"{FERRIES}/claim/VC-001"),
        ("CALL Centres booked", "claim", f"{FERRIES}/claim/VC-001"),
        ('"7 minutes 40 seconds"', "claim", f"{FERRIES}/claim/VC-002"),
        ("livestock tides", "text", f"{FERRIES}/source/S2"),
        ("millionth question", "source", f"{FERRIES}/source/S1"),
        ("acidentes mineracao", "claim", ""),
        ("analista proposta numero", "claim", "case/banco-almarven-credit-memos/claim/VC-002"),
        ("telef* waiting", "claim", ""),
        ("teleph* waiting", "claim", f"{FERRIES}/claim/VC-002"),
    ],
)
def test_words_are_found(demonstration: Workspace, text: str, kind: str, first: str):
    hits = [] if demonstration.search(text, kinds=[kind]).is_loose else found(demonstration, text, kind)
    assert (hits or [""])[0] == first


def test_a_title_counts_more_than_a_passage(demonstration: Workspace):
    hits = demonstration.search("spindle").hits
    assert hits[0].kind in ("case", "claim")
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert len({(hit.kind, hit.iri) for hit in hits}) == len(hits), "a text is listed once"


def test_a_word_may_be_excluded(demonstration: Workspace):
    with_it, without = found(demonstration, "ferries", "case"), found(demonstration, "ferries -booking", "case")
    assert set(with_it) - set(without) == {FERRIES}
    assert found(demonstration, "-ferries") == []


def test_where_nothing_has_all_words_some_will_do(demonstration: Workspace):
    loose = demonstration.search("spindle zzzzz")
    assert loose.is_loose
    assert loose.hits
    assert not demonstration.search("zzzzz").hits


def test_a_snippet_knows_its_words_and_its_line(demonstration: Workspace):
    [hit] = demonstration.search("tides", kinds=["text"]).hits
    assert [hit.snippet[start:end] for start, end in hit.matches] == ["tides"]
    text = (demonstration.root / hit.path).read_text(encoding="utf-8")
    assert "tides" in text.split("\n", hit.line - 1)[-1]
    assert hit.case == demonstration.settings.base + FERRIES


@given(st.text(max_size=40))
def test_whatever_is_typed_is_looked_for_and_nothing_else(demonstration: Workspace, text: str):
    demonstration.search(text)


@given(st.text())
def test_a_text_is_indexed_as_it_is(text: str):
    assert words.unspaced(words.spaced(text.replace(words.SEAM, ""))) == text.replace(words.SEAM, "")


@given(st.text(alphabet="ab \n", max_size=4000))
def test_passages_hold_every_word_at_its_line(text: str):
    cut = list(passages(text))
    assert " ".join(part for _, part in cut).split() == text.split()
    lines = text.split("\n")
    assert all(lines[number - 1].strip() and part.startswith(lines[number - 1].strip()) for number, part in cut)


def test_scripts_without_spaces_are_found(tmp_path: Path):
    write_case(tmp_path, minimal("toyota", "株式会社トヨタ").replace("title: A title", "title: 設備保全のための予知"))
    workspace = Workspace(tmp_path)
    workspace.build()
    assert found(workspace, "保全") == ["case/toyota"]
    assert found(workspace, "トヨタ") == ["case/toyota"]
    assert found(workspace, "全保") == []
    assert workspace.search("予知").hits[0].title == "設備保全のための予知"


def test_the_index_follows_the_build(tmp_path: Path):
    for name in ("velmarsund-ferries-booking-assistant", "stadt-gruenlach-plain-letters"):
        shutil.copytree(DEMONSTRATION / name, tmp_path / "cases" / name)
    workspace = Workspace(tmp_path)
    workspace.build()
    assert found(workspace, "booking", "case") == [FERRIES]
    first = rows(tmp_path)
    path = tmp_path / "cases/velmarsund-ferries-booking-assistant/casefile.md"
    path.write_text(path.read_text(encoding="utf-8").replace("title: Booking Assistant", "title: A Zeppelin"))
    assert found(workspace, "zeppelin") == [], "the graph has not been built again"
    workspace.build()
    assert found(workspace, "zeppelin") == [FERRIES]
    assert found(workspace, "booking", "case") == []
    kept = {iri: number for number, iri in rows(tmp_path) if "stadt" in iri}
    assert kept == {iri: number for number, iri in first if "stadt" in iri}, "only what changed was indexed again"
    shutil.rmtree(path.parent)
    workspace.build()
    assert found(workspace, "zeppelin") == []
    assert not any("ferries" in iri for _, iri in rows(tmp_path))


def rows(root: Path) -> list[tuple[int, str]]:
    with sqlite3.connect(root / ".kg" / FILE) as connection:
        found = connection.execute("SELECT id, iri FROM entries").fetchall()
    connection.close()
    return found


def test_a_text_that_is_no_longer_the_one_that_was_built_is_left_out(tmp_path: Path):
    name = "velmarsund-ferries-booking-assistant"
    shutil.copytree(DEMONSTRATION / name, tmp_path / "cases" / name)
    workspace = Workspace(tmp_path)
    workspace.build()
    (tmp_path / "cases" / name / "sources/text/S2.txt").write_text("tides, but another text")
    assert found(workspace, "tides", "text") == []
    assert found(workspace, "millionth", "text") == [f"{FERRIES}/source/S1"]


def test_an_index_that_is_no_index(tmp_path: Path):
    (tmp_path / FILE).write_bytes(b"no database" * 100)
    with pytest.raises(SearchError, match="file is not a database; remove it"):
        Index(tmp_path).build()
    (tmp_path / FILE).unlink()
    with sqlite3.connect(tmp_path / FILE) as connection:
        connection.execute("CREATE TABLE builds (other TEXT)")
    connection.close()
    assert Index(tmp_path).build() == "", "one of another layout is made anew"


def test_the_command(demonstration: Workspace):
    done = kg("search", "fewer", "calls", "--kind", "claim", at=demonstration.root)
    assert done.returncode == 0
    assert done.stdout.splitlines()[:2] == [
        " 1  33 percent fewer calls to the booking centre",
        f"    claim {FERRIES}/claim/VC-001",
    ]
    said = json.loads(kg("search", "tides", "--format", "json", at=demonstration.root).stdout)
    assert said[0]["id"] == f"{FERRIES}/source/S2"
    assert said[0]["path"].endswith("sources/text/S2.txt")
    none = kg("search", '"', "NEAR(", at=demonstration.root)
    assert (none.returncode, none.stdout, none.stderr) == (0, "", "0 hits\n")


def test_there_is_nothing_to_search_before_the_first_build(tmp_path: Path):
    done = kg("search", "words", at=tmp_path)
    assert done.returncode == 2
    assert "has no graph yet; make one with `kg build`" in done.stderr
