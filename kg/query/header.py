"""The ``#+`` lines of a query file in, what they say and what is wrong with them out.

The header is YAML in comments, as grlc has it; grlc's own keys mean what they mean there, and ours are added.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from kg import vocab
from kg.problem import Problem
from kg.query.nodes import Nodes, as_json, is_given
from kg.query.saved import COLUMN_KINDS, ENTITIES, LITERALS, Cell, Column, Expectation, Json, Parameter, Range
from kg.source import Source
from kg.yamltree import Limits, Node, Scalar, parse
from kg.yamltree import Mapping as Keys
from kg.yamltree import Sequence as Items

LIMITS = Limits(bytes=1_000_000, depth=20, nodes=50_000)
KEYS = (
    "summary",
    "description",
    "tags",
    "parameters",
    "columns",
    "requires",
    "chart",
    "expect",
    "endpoint",
    "method",
)
"""The keys that are read, in the order they are usually written in."""
GRLC = ("endpoint_in_url", "pagination", "enumerate", "defaults", "transform", "auth", "mime")
"""Keys that are grlc's alone; they are passed over."""
PARAMETER_KEYS = ("name", "type", "default", "description", "allowed")
COLUMN_KEYS = ("name", "label", "kind", "unit")
EXPECT_KEYS = ("parameters", "rows", "count")
METHODS = ("GET", "POST")

_HEADER = re.compile(r"(?:#\+[^\n]*(?:\n|\Z))+")
_MARK = re.compile(r"^#\+", re.M)
_NAME = re.compile("[A-Za-z0-9]+")
_SCHEME = re.compile("[a-z]+(-[a-z]+)*")

_Named = TypeVar("_Named", Parameter, Column)


@dataclass(frozen=True, slots=True)
class Header:
    """What a header says."""

    summary: str
    description: str
    tags: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    columns: tuple[Column, ...]
    requires: Range
    chart: Mapping[str, Json] | None
    expectations: tuple[Expectation, ...]
    endpoint: str
    method: str


def read_header(source: Source) -> tuple[Header, list[Problem]]:
    """The header of a query file as far as it can be read, and what is wrong with it."""
    nodes = Nodes(source)
    root = _root(nodes)
    nodes.check_keys(root, (*KEYS, *GRLC))
    if root.pairs and not is_given(root.get("summary")):
        nodes.wrong(root, "`summary` is missing", "say the question in words, in one line")
    parameters = [_parameter(nodes, each) for each in _each(nodes, root, "parameters")]
    columns = _distinct(nodes, "column", [_column(nodes, each) for each in _each(nodes, root, "columns")])
    header = Header(
        summary=_one_line(nodes.text(root, "summary")),
        description=nodes.text(root, "description").strip(),
        tags=nodes.texts(root, "tags"),
        parameters=_distinct(nodes, "parameter", parameters),
        columns=columns,
        requires=_requires(nodes, root),
        chart=_chart(nodes, root, columns),
        expectations=tuple(_expectation(nodes, each, len(columns)) for each in _each(nodes, root, "expect")),
        endpoint=nodes.text(root, "endpoint"),
        method=nodes.one_of(root, "method", METHODS),
    )
    return header, nodes.problems


def _root(nodes: Nodes) -> Keys:
    """The keys of the header; its offsets are those of the file, as the marks are read as spaces."""
    source = nodes.source
    found = _HEADER.match(source.text)
    if not found:
        hint = "begin the file with `#+ summary: ` and the question in words"
        nodes.wrong_at(source.span(0, 0), "there is no header", hint)
        return Keys([], 0, 0)
    later = _MARK.search(source.text, found.end())
    if later:
        nodes.wrong_at(source.span(*later.span()), "this line stands apart from the header at the top of the file")
    node, faults = parse(_MARK.sub("  ", found[0]), LIMITS)
    for fault in faults:
        nodes.wrong_at(source.span(fault.start, fault.end), f"the header is no YAML: {fault.message}", fault.hint)
    if isinstance(node, Keys):
        return node
    if not faults:
        nodes.wrong_at(source.span(0, found.end()), "the header has no keys", "write `#+ summary: ` and the question")
    return Keys([], 0, found.end())


_ELEMENTS = {"parameters": PARAMETER_KEYS, "columns": COLUMN_KEYS, "expect": EXPECT_KEYS}


def _each(nodes: Nodes, root: Keys, key: str) -> list[Keys]:
    return nodes.mappings(root, key, _ELEMENTS[key])


def _distinct(nodes: Nodes, word: str, found: Iterable[_Named]) -> tuple[_Named, ...]:
    """Those with a name of their own; the others are reported."""
    kept: dict[str, _Named] = {}
    for each in found:
        if each.name in kept:
            nodes.wrong_at(each.span, f"there are two {word}s named `{each.name}`", "rename one of the two")
        kept.setdefault(each.name, each)
    return tuple(kept.values())


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _requires(nodes: Nodes, root: Keys) -> Range:
    text = nodes.text(root, "requires")
    found = Range.parse(text) if text else Range()
    if found is None:
        nodes.wrong(root.get("requires") or root, f"`{text}` is no range of releases", 'write one such as ">=1.0,<2.0"')
    return found or Range()


def _name(nodes: Nodes, node: Keys) -> str:
    said = nodes.text(node, "name")
    if not _NAME.fullmatch(said):
        hint = "a name is made of letters a to z and digits; grlc misreads anything else"
        nodes.wrong(node.get("name") or node, f"`{said}` is no name" if said else "`name` is missing", hint)
    return said


def _parameter(nodes: Nodes, node: Keys) -> Parameter:
    kind, scheme = _type(nodes, node)
    allowed = node.get("allowed")
    query = allowed.text if isinstance(allowed, Scalar) and not allowed.is_null else ""
    return Parameter(
        name=_name(nodes, node),
        type=kind,
        scheme=scheme,
        description=_one_line(nodes.text(node, "description")),
        default=nodes.text(node, "default") if is_given(node.get("default")) else None,
        allowed=() if query else nodes.texts(node, "allowed"),
        allowed_query=query,
        span=nodes.span(node.get("name") or node),
    )


def _type(nodes: Nodes, node: Keys) -> tuple[str, str]:
    """The type of a parameter, and the scheme of a concept."""
    said = nodes.text(node, "type") or "string"
    kind, _, scheme = said.partition(" ")
    if kind == "concept" and _SCHEME.fullmatch(scheme):
        return kind, vocab.CASEGRAPH + scheme
    if kind == "concept" or scheme or kind not in (*ENTITIES, *LITERALS):
        known = ", ".join((*LITERALS, *(each for each in ENTITIES if each != "concept")))
        hint = f"write {known}, or concept and its scheme, such as concept outcome"
        nodes.wrong(node.get("type") or node, f"`{said}` is no type of a parameter", hint)
        return "string", ""
    if kind in ENTITIES and is_given(node.get("default")):
        hint = "which there are depends on the workspace"
        nodes.wrong(node.get("default") or node, f"a parameter of type {kind} has no default", hint)
    return kind, ""


def _column(nodes: Nodes, node: Keys) -> Column:
    name = _name(nodes, node)
    return Column(
        name=name,
        label=nodes.text(node, "label") or name,
        kind=nodes.one_of(node, "kind", COLUMN_KINDS) or "text",
        unit=nodes.text(node, "unit"),
        span=nodes.span(node.get("name") or node),
    )


def _chart(nodes: Nodes, root: Keys, columns: Iterable[Column]) -> Mapping[str, Json] | None:
    node = root.get("chart")
    if not is_given(node):
        return None
    if not isinstance(node, Keys):
        nodes.wrong(node or root, "`chart` takes keys of Vega-Lite, such as mark and encoding")
        return None
    names = {column.name for column in columns}
    for field in _drawn(node):
        if field.text not in names:
            nodes.wrong(field, f"the chart draws `{field.text}`, which is no column", f"known: {', '.join(names)}")
    return {key.text: as_json(value) for key, value in node.pairs if isinstance(key, Scalar)}


def _drawn(node: Node) -> Iterator[Scalar]:
    """The names of columns in a chart: the values of every key `field`."""
    if isinstance(node, Items):
        for item in node.items:
            yield from _drawn(item)
    if isinstance(node, Keys):
        for key, value in node.pairs:
            if isinstance(key, Scalar) and key.text == "field" and isinstance(value, Scalar):
                yield value
            yield from _drawn(value)


def _expectation(nodes: Nodes, node: Keys, width: int) -> Expectation:
    has_rows, count = node.get("rows") is not None, nodes.text(node, "count")
    if has_rows == bool(count):
        nodes.wrong(node, "an expectation has either rows or a count")
    if count and not count.isdecimal():
        nodes.wrong(node.get("count") or node, "`count` takes a whole number")
    rows = tuple(_row(nodes, each, width) for each in nodes.items(node, "rows"))
    return Expectation(
        parameters=tuple(_given(nodes, node)),
        rows=rows if has_rows else None,
        count=int(count) if count.isdecimal() else len(rows),
        span=nodes.span(node),
    )


def _given(nodes: Nodes, node: Keys) -> Iterator[tuple[str, tuple[str, ...]]]:
    given = node.get("parameters")
    if given is None:
        return
    if not isinstance(given, Keys):
        nodes.wrong(given, "`parameters` takes names and values")
        return
    for key, value in given.pairs:
        values = value.items if isinstance(value, Items) else [value]
        yield nodes.scalar(key, "parameters"), tuple(nodes.scalar(each, "parameters") for each in values)


def _row(nodes: Nodes, node: Node, width: int) -> tuple[Cell, ...]:
    if not isinstance(node, Items) or len(node.items) != width:
        nodes.wrong(node, f"a row is a list of {width} cells, one for each column")
        return ()
    return tuple(Cell(nodes.scalar(cell, "rows"), nodes.span(cell)) for cell in node.items)
