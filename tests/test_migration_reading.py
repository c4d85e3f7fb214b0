"""Migration files: every operation as the docs write it, its inverse and its demands, and what is wrong at its line."""

import re

import pytest

from kg import codes
from kg.bump import Bump
from kg.migrate.migration import Migration
from kg.migrate.operation import (
    Merge,
    MoveField,
    Operation,
    Recode,
    Rename,
    Require,
    Resolve,
    Row,
    Split,
    SwapFields,
    compatibility,
    needs_person,
)
from kg.migrate.reading import OPERATIONS, read_migration
from kg.migrate.subject import FieldName
from kg.problem import Problem, Severity
from kg.source import Source
from tests.material import ROOT

HEAD = "from: '1.0'\nto: '1.1'\noperations:\n"


def read(text: str, **beside: str) -> tuple[Migration | None, list[Problem]]:
    def opened(name: str) -> str:
        if name not in beside:
            raise FileNotFoundError(2, "No such file", name)
        return beside[name]

    return read_migration(Source("m.yaml", text), opened)


def operation(text: str, **beside: str) -> Operation:
    migration, problems = read(HEAD + text, **beside)
    assert problems == []
    assert migration is not None
    [found] = migration.operations
    return found


def wrong(text: str) -> list[str]:
    _, problems = read(text)
    assert {each.code for each in problems} <= {codes.BAD_MIGRATION.name}
    return [f"{each.span.line}:{each.span.column} {each.message}" for each in problems]


def documented() -> list[str]:
    """The operations that the docs show."""
    text = (ROOT / "docs/migrating.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```yaml\n(.*?)^```", text, re.S | re.M)
    return [each for block in blocks if block.startswith("- ") for each in re.split(r"^(?=- )", block, flags=re.M)[1:]]


def test_the_docs_show_and_name_every_operation():
    text = (ROOT / "docs/migrating.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `(\w+)` ", text, re.M)) == set(OPERATIONS)
    assert len(documented()) > 10


@pytest.mark.parametrize("text", documented())
def test_operations_of_the_docs_are_read(text: str):
    found = operation(text)
    assert text.startswith(f"- {found.nature.name}:")
    assert str(found)


def test_the_table_of_the_docs_says_what_operations_demand():
    text = (ROOT / "docs/migrating.md").read_text(encoding="utf-8")
    table = {
        (cells[0].strip("` "), cells[4].split(";")[0].strip(), cells[5].strip())
        for line in re.findall(r"^\| `.*", text, re.M)
        for cells in [line.strip("|").split("|")]
    }
    found = [operation(each) for each in documented()]
    said = {(each.nature.name, compatibility(each).name.lower(), each.nature.verdict.value) for each in found}
    assert len(said) > 8
    assert said <= table


def test_a_migration_says_what_it_demands_and_loses():
    migration, _ = read(
        f"{HEAD}- require: {{field: Source.type}}\n  comment: because\n- retire: {{field: Source.raw_file}}\n"
    )
    assert migration is not None
    assert migration.name == "1.0-1.1"
    assert migration.compatibility is Bump.MAJOR
    assert migration.losses == ("the values of Source.raw_file",)
    assert [(step.span.line, step.comment) for step in migration.steps] == [(4, "because"), (6, "")]


def test_to_require_as_an_error_is_major():
    assert compatibility(Require(FieldName("Source", "type"))) is Bump.MINOR
    assert compatibility(Require(FieldName("Source", "type"), Severity.ERROR)) is Bump.MAJOR


def test_inverses():
    assert Rename("v", "a", "b").inverse() == Rename("v", "b", "a")
    assert Split("v", "a", ("b", "c")).inverse() == Merge("v", ("b", "c"), "a")
    assert Merge("v", ("b", "c"), "a").inverse().inverse() == Merge("v", ("b", "c"), "a")
    there = MoveField(FieldName("A", "k"), FieldName("B", "k"))
    assert there.inverse().inverse() == there
    swap = SwapFields("A", ("x", "y"), (Row((("x", "1"),), (("y", "1"),)),))
    inverse = swap.inverse()
    assert inverse is not None
    assert inverse.inverse() == swap
    assert SwapFields("A", ("x", "y"), drop=(("x", ("1",)),)).inverse() is None


def test_a_concordance_is_read_from_a_file():
    table = "from\tto\n# a comment\n1\t2\n3\t4\n3\t5\n6\t\n"
    found = operation("- recode: {field: A.b, file: t.tsv}\n", **{"t.tsv": table})
    assert isinstance(found, Recode)
    assert found.table == (("1", ("2",)), ("3", ("4", "5")), ("6", ()))
    assert needs_person(found)
    assert found.inverse().table == (("2", ("1",)), ("4", ("3",)), ("5", ("3",)))


def test_the_hash_covers_the_table():
    text = f"{HEAD}- recode: {{field: A.b, file: t.tsv}}\n"
    one, two = (read(text, **{"t.tsv": f"from\tto\n1\t{new}\n"})[0] for new in "23")
    assert one is not None
    assert two is not None
    assert one.digest != two.digest


def test_what_a_recode_by_catalogue_loses():
    found = operation(next(each for each in documented() if "catalogue" in each))
    assert isinstance(found, Resolve)
    assert "spelt" in found.loss


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", ["1:1 the file holds no mapping"]),
        ("from: 1\nto: '1.1'\n", ["1:7 `1` is no version"]),
        (f"{HEAD}- rename: {{vocabulary: v, term: a}}\n", ["4:11 `to` is missing"]),
        (f"{HEAD}- rename: {{vocabulary: v, term: a, to: b, too: c}}\n", ["4:43 `too` is not read here; known: "]),
        (f"{HEAD}- rename: x\n", ["4:11 `rename` takes a mapping"]),
        (f"{HEAD}- rnam: {{}}\n", ["4:3 an item is one of rename, merge"]),
        (f"{HEAD}- split: {{vocabulary: v, term: a, into: [b]}}\n", ["4:41 `into` takes a list of 2 or more"]),
        (f"{HEAD}- retire: {{field: mechanism}}\n", ["4:19 `mechanism` is no field"]),
        (f"{HEAD}- require: {{field: A.b, severity: bad}}\n", ["4:35 `severity` is `bad`; it takes info"]),
        (f"{HEAD}- map_values: {{field: A.b, values: {{a: b}}, drop: [a]}}\n", ["4:15 `a` is listed twice"]),
        (f"{HEAD}- map_values: {{field: A.b, values: {{a: b, a: c}}}}\n", ["4:36 `values` has `a` twice"]),
        (f"{HEAD}- swap_fields: {{record: A, keys: [x, y], rows: [{{then: {{x: a}}}}]}}\n", ["4:49 the row has no"]),
        (f"{HEAD}- recode: {{field: A.b, file: none.tsv}}\n", ["4:30 the table none.tsv cannot be read"]),
        (f"{HEAD}- update: {{sparql: DELETE}}\n", ["4:11 an update needs a twin for files"]),
        (f"{HEAD}# nothing\ntitle: a\ntitle: b\n", ["6:1 `title` stands twice"]),
    ],
)
def test_what_is_wrong_is_said_at_its_line(text: str, lines: list[str]):
    found = wrong(text)
    assert len(found) >= len(lines)
    for line, start in zip(found, lines, strict=False):
        assert line.startswith(start)
    assert read(text)[0] is None


def test_yaml_that_cannot_be_read():
    migration, problems = read("from: [\n")
    assert migration is None
    assert [each.code for each in problems] == [codes.UNREADABLE_YAML.name]
