"""Bytes → text, front matter, places."""

import pytest

from kg.problem import Problem
from kg.source import FrontMatter, Source, decode, front_matter


def test_places_count_lines_as_editors_do():
    source = Source("f", "a\r\nbé\rc\u2028d\n")
    assert [source.position(at) for at in range(len(source.text))] == [
        *[(1, 1), (1, 2), (1, 3)],
        *[(2, 1), (2, 2), (2, 3)],
        *[(3, 1), (3, 2), (3, 3), (3, 4)],
    ]
    assert source.line(2) == "bé"
    assert source.line(3) == "c\u2028d"


def test_byte_order_mark_is_kept_apart():
    source = decode(b"\xef\xbb\xbf---\na: 1\n---\n", "f", limit=100)
    assert isinstance(source, Source)
    assert source.has_bom
    assert source.text.startswith("---")


@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
def test_not_utf_8_names_line_and_column(bom: bytes):
    problem = decode(bom + "é\né".encode() + b"\xe9 caf", "f", limit=100)
    assert isinstance(problem, Problem)
    assert problem.code == "not-utf-8"
    assert (problem.span.line, problem.span.column) == (2, 2)
    assert "0xe9" in problem.message


def test_too_large():
    problem = decode(b"x" * 101, "f", limit=100)
    assert isinstance(problem, Problem)
    assert problem.code == "file-too-large"


@pytest.mark.parametrize(
    ("text", "yaml", "body"),
    [
        ("---\na: 1\n---\nbody", "a: 1\n", "body"),
        ("---  \r\na: 1\r\n---\r\nbody\r\n", "a: 1\r\n", "body\r\n"),
        ("---\na: |\n  ---\n  x\n---\n", "a: |\n  ---\n  x\n", ""),
        ("---\na: 1\n...\nbody", "a: 1\n", "body"),
        ("---\n---\n", "", ""),
        ("---\na: 1\n---", "a: 1\n", ""),
        ("---\ra: 1\r---\rbody", "a: 1\r", "body"),
    ],
)
def test_front_matter(text: str, yaml: str, body: str):
    found = front_matter(Source("f", text))
    assert isinstance(found, FrontMatter)
    assert (found.yaml, found.body) == (yaml, body)
    assert text[found.start :].startswith(yaml)


def test_no_front_matter():
    assert front_matter(Source("f", "# Title\n---\n")) is None


def test_unclosed_front_matter():
    problem = front_matter(Source("f", "---\na: 1\n ---\n"))
    assert isinstance(problem, Problem)
    assert problem.code == "unclosed-front-matter"
