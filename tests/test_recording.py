"""Decisions written down: one row more, contradictions refused, rows that give way, files that stay whole."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kg.links import (
    End,
    Link,
    LinkTable,
    Verdict,
    gives_way,
    literal,
    process_decisions,
    process_end,
    read_links,
    record,
)
from kg.links.writing import without_rows
from kg.problem import Failure

PATH = "links/processes.sssom.tsv"
YES, NO, UNSURE = Verdict


def table(root: Path) -> LinkTable:
    return LinkTable(root, PATH, "https://x.example/links", lambda links: process_decisions(links).problems, gives_way)


def decided(pcf_id: str, verdict: Verdict = YES, code: str = "8.0", name: str = "Manage IT") -> Link:
    return Link(literal(code, name), verdict, process_end(pcf_id), author="ann", date="2026-11-02")


def rows(root: Path) -> list[tuple[int, str, str]]:
    links, problems = read_links((root / PATH).read_text(encoding="utf-8"), PATH)
    assert problems == []
    return [(each.line, each.verdict.value, each.object.text.rpartition("/")[2]) for each in links]


def write(root: Path, *links: Link, replacing: bool = False) -> list[tuple[int, str, str]]:
    for each in links:
        record(each, table(root), home=root / ".kg", replacing=replacing)
    return rows(root)


def test_the_first_decision_makes_the_file(tmp_path: Path):
    done = record(decided("20607"), table(tmp_path), home=tmp_path / ".kg")
    assert (done.path, done.is_new, done.replaced) == (PATH, True, ())
    assert rows(tmp_path) == [(done.line, "yes", "20607")]
    text = (tmp_path / PATH).read_text(encoding="utf-8")
    assert "#mapping_set_id: https://x.example/links\n" in text
    assert [each.name for each in (tmp_path / "links").iterdir()] == ["processes.sssom.tsv"]


def test_the_same_decision_is_not_written_twice(tmp_path: Path):
    write(tmp_path, decided("20607"))
    before = (tmp_path / PATH).read_bytes()
    done = record(decided("20607"), table(tmp_path), home=tmp_path / ".kg")
    assert not done.is_new
    assert (tmp_path / PATH).read_bytes() == before


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (decided("20607"), decided("10002")),
        (decided("20607"), decided("")),
        (decided("20607"), decided("20607", NO)),
        (decided("20607", NO), decided("20607")),
        (decided("20607"), decided("20607", UNSURE)),
        (decided("20607"), decided("10002", UNSURE)),
        (decided("20607", NO), decided("20607", UNSURE)),
    ],
)
def test_what_contradicts_a_row_is_refused_or_takes_its_place(tmp_path: Path, old: Link, new: Link):
    [(line, *_)] = write(tmp_path, old)
    before = (tmp_path / PATH).read_bytes()
    with pytest.raises(Failure, match=rf"nothing is written: {PATH}:{line} says .* \(ann, 2026-11-02\); --replace"):
        record(new, table(tmp_path), home=tmp_path / ".kg")
    assert (tmp_path / PATH).read_bytes() == before
    done = record(new, table(tmp_path), home=tmp_path / ".kg", replacing=True)
    assert [each.verdict for each in done.replaced] == [old.verdict]
    assert [row[1] for row in rows(tmp_path)] == [new.verdict.value]


@pytest.mark.parametrize(
    ("old", "new", "left"),
    [
        (decided("20607", UNSURE), decided("20607"), ["yes"]),
        (decided("20607", UNSURE), decided("10002"), ["yes"]),
        (decided("20607", UNSURE), decided("20607", NO), ["no"]),
        (decided("20607", UNSURE), decided("10002", NO), ["unsure", "no"]),
        (decided("20607"), decided("10002", NO), ["yes", "no"]),
        (decided("20607", NO), decided("10002"), ["no", "yes"]),
        (decided("20607", UNSURE), decided("10002", UNSURE), ["unsure", "unsure"]),
        (decided("20607"), decided("10002", code="9.0"), ["yes", "yes"]),
    ],
)
def test_what_was_left_open_gives_way_and_the_rest_stays(tmp_path: Path, old: Link, new: Link, left: list[str]):
    assert [row[1] for row in write(tmp_path, old, new)] == left


def test_rows_are_the_same_subject_however_it_is_written(tmp_path: Path):
    iri = "https://w3id.org/casegraph/id/case/acme/claim/CC-001"
    write(tmp_path, Link(End(iri), YES, process_end("20607")))
    with pytest.raises(Failure, match="says yes to 20607"):
        write(tmp_path, Link(End("acme/CC-001"), YES, process_end("10002")))


def test_a_file_that_others_wrote_keeps_its_other_characters(tmp_path: Path):
    (tmp_path / "links").mkdir()
    odd = (
        "\ufeff# made by hand\r\n"
        "subject_label\tpredicate_id\tpredicate_modifier\tobject_id\tauthor_label\tmapping_date\tcomment\tmine\r\n"
        '8.0|Manage IT\tskos:closeMatch\t\tpcf:20607\tbob\t\t"two\r\nlines"\tkept\r\n'
        "9.0|Money\tskos:exactMatch\t\tpcf:17058\tbob\t\t\tkept\r\n"
    )
    (tmp_path / PATH).write_bytes(odd.encode())
    record(decided("20607"), table(tmp_path), home=tmp_path / ".kg")
    lines = odd.split("\r\n")
    expected = [*lines[:2], lines[4], "8.0|Manage IT\tskos:exactMatch\t\tpcf:20607\tann\t2026-11-02\t\t", ""]
    assert (tmp_path / PATH).read_bytes().decode() == "\r\n".join(expected)


def test_rows_are_taken_out_by_line():
    text = 'subject\tpredicate\tobject\na\tskos:exactMatch\tb\n\n"c\nd"\tskos:exactMatch\te\nf\tskos:exactMatch\tg'
    assert without_rows(text, [4]) == "subject\tpredicate\tobject\na\tskos:exactMatch\tb\n\nf\tskos:exactMatch\tg"
    assert without_rows(text, [2, 6]) == 'subject\tpredicate\tobject\n\n"c\nd"\tskos:exactMatch\te\n'
    assert without_rows(text, []) == without_rows(text, [99]) == text


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"subject\tpredicate\tobject\nb\xffta\tskos:exactMatch\tx\n", "is not UTF-8 at byte 26"),
        (b"subject\tpredicate\tobject\n", "has no column author"),
        (b"", "it has no header row"),
        (b'subject\tpredicate\tobject\nx\tskos:exactMatch\t"open\n', "is never closed"),
    ],
)
def test_a_file_that_takes_no_row_stays_as_it_is(tmp_path: Path, content: bytes, words: str):
    (tmp_path / "links").mkdir()
    (tmp_path / PATH).write_bytes(content)
    with pytest.raises(Failure, match=words):
        write(tmp_path, decided("20607"))
    assert (tmp_path / PATH).read_bytes() == content


def test_decisions_made_at_the_same_moment_are_all_written(tmp_path: Path):
    links = [decided("20607", name=f"Name {number}") for number in range(40)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda link: record(link, table(tmp_path), home=tmp_path / ".kg"), links))
    assert len(rows(tmp_path)) == 40
