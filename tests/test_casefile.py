"""Cases survive every way round: text, records, stated graph, and back."""

from pathlib import Path

from hypothesis import given
from strategies import (
    BASE,
    DEMONSTRATION,
    REAL,
    SHAPE,
    CaseFile,
    Tree,
    case_files,
    demonstration_cases,
    read,
    real_cases,
    records,
    unhurried,
)

from kg import casefile
from kg.case import Case, Record
from kg.triples import Triple, rebuild, stated


def from_graph(triples: list[Triple]) -> tuple[Record, str]:
    return rebuild(triples, SHAPE, BASE)


def meant(body: str) -> str:
    return body if body.strip() else ""


def graph(case: Case) -> set[Triple]:
    return set(stated(case, BASE))


def assert_survives(case: Case):
    """read → stated → rebuild → write → read."""
    assert case.record is not None
    said = stated(case, BASE)
    record, body = from_graph(said)
    assert record.content() == case.record.content()
    assert body == meant(case.body)
    again = read(casefile.write(record, body))
    assert again.record is not None
    assert again.problems == []
    assert again.record.content() == record.content()
    assert again.body == body
    assert graph(again) == set(said)


def test_every_file_is_tested():
    assert len(DEMONSTRATION) >= 17
    assert not REAL or len(REAL) >= 117


@demonstration_cases
def test_demonstration_case(path: Path):
    assert_survives(read(path.read_bytes()))


@real_cases
def test_real_case(path: Path):
    assert_survives(read(path.read_bytes()))


@unhurried
@given(case_files())
def test_what_is_read_is_what_was_written(file: CaseFile):
    case = read(file.text)
    assert case.record is not None
    assert case.problems == []
    assert case.record.content() == file.record.content()
    assert case.body == file.body
    assert_survives(case)


@unhurried
@given(records())
def test_any_record_can_be_written(tree: Tree):
    text = casefile.write(tree.record, tree.body)
    case = read(text)
    assert case.record is not None
    assert case.problems == []
    assert case.record.content() == tree.record.content()
    assert case.body == tree.body
    assert casefile.write(case.record, case.body) == text
