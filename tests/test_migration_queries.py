"""Saved queries in a migration: new names in their text, and a verdict on what becomes of their answers."""

import pyoxigraph as ox
import pytest

from kg.case import Reader
from kg.migrate.answers import compared
from kg.migrate.migration import Migration
from kg.migrate.reading import read_migration
from kg.migrate.renaming import Renaming
from kg.migrate.subject import Verdict
from kg.release import find_releases
from kg.source import Source
from kg.store.base import Table

CG = "https://w3id.org/casegraph/"
HEAD = "from: '1.0'\nto: '1.1'\noperations:\n"


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(find_releases())


def migration(text: str) -> Migration:
    found, problems = read_migration(Source("m.yaml", text), lambda _: "")
    assert found, problems
    return found


def renaming(reader: Reader, operations: str) -> Renaming:
    return Renaming.of([migration(HEAD + operations)], reader.shapes)


QUERY = """#+ summary: mechanism:automation in a comment stays
PREFIX mechanism: <https://w3id.org/casegraph/mechanism/>
PREFIX cg: <https://w3id.org/casegraph/ontology#>
SELECT ?claim WHERE {
  VALUES ?m { mechanism:automation <https://w3id.org/casegraph/mechanism/automation> }
  ?claim cg:mechanism ?m . # mechanism:automation
  FILTER(STR(?claim) != "mechanism:automation")
}
"""


def test_new_names_stand_in_the_place_of_old_ones_and_nowhere_else(reader: Reader):
    found = renaming(reader, "- rename: {vocabulary: mechanism, term: automation, to: automating}\n")
    assert found.rewritten(QUERY) == QUERY.replace(
        "{ mechanism:automation <https://w3id.org/casegraph/mechanism/automation> }",
        "{ mechanism:automating mechanism:automating }",
    )
    assert found.verdict(QUERY) is Verdict.UP_TO_MAP


def test_a_name_that_no_prefix_can_write_is_written_in_full(reader: Reader):
    found = renaming(reader, "- rename: {vocabulary: mechanism, term: automation, to: 50% done}\n")
    assert "<https://w3id.org/casegraph/mechanism/50%25%20done>" in found.rewritten(QUERY) or (
        "mechanism:50%25%20done" in found.rewritten(QUERY)
    )
    ox.Store().query(found.rewritten(QUERY))


@pytest.mark.parametrize(
    ("operations", "expected"),
    [
        ("- rename: {vocabulary: mechanism, term: optimization, to: optimisation}\n", Verdict.SAME),
        ("- merge: {vocabulary: mechanism, terms: [automation, innovation], to: innovation}\n", Verdict.WIDENED),
        ("- split: {vocabulary: mechanism, term: automation, into: [a, b]}\n", Verdict.BROKEN),
        ("- retire: {vocabulary: mechanism, term: automation}\n", Verdict.BROKEN),
        ("- retire: {field: ValueClaim.mechanism}\n", Verdict.BROKEN),
        ("- map_values: {field: ValueClaim.mechanism, values: {a: b}, otherwise: keep}\n", Verdict.UP_TO_MAP),
        ("- map_values: {field: ValueClaim.mechanism, values: {a: b}, propose: {c: [d]}}\n", Verdict.BROKEN),
        ("- require: {field: ValueClaim.mechanism}\n", Verdict.SAME),
    ],
)
def test_what_becomes_of_a_query_at_worst(reader: Reader, operations: str, expected: Verdict):
    assert renaming(reader, operations).verdict(QUERY) is expected


def test_names_go_through_a_chain(reader: Reader):
    first = migration(HEAD + "- rename: {vocabulary: mechanism, term: automation, to: a}\n")
    second = migration(
        HEAD.replace("1.1", "2.0").replace("1.0", "1.1") + "- rename: {vocabulary: mechanism, term: a, to: b}\n"
    )
    found = Renaming.of([first, second], reader.shapes)
    assert found.names[f"{CG}mechanism/automation"] == f"{CG}mechanism/b"
    assert found.rewritten(QUERY).count("mechanism:b") == 2


def table(*names: str) -> Table:
    return Table(("m", "n"), [(ox.NamedNode(CG + name), ox.Literal(1)) for name in names])


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (["a", "b"], ["b", "a"], Verdict.SAME),
        (["old", "b"], ["new", "b"], Verdict.UP_TO_MAP),
        (["old"], ["new", "b"], Verdict.WIDENED),
        (["old", "b"], ["new"], Verdict.BROKEN),
        (["b", "b"], ["b"], Verdict.BROKEN),
        ([], ["b"], Verdict.WIDENED),
    ],
)
def test_answers_are_compared_as_bags_of_rows(before: list[str], after: list[str], expected: Verdict):
    assert compared(table(*before), table(*after), {CG + "old": CG + "new"}) is expected
