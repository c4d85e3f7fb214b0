"""Cases to test with: Hypothesis strategies that know a release's shapes and no field; the files that exist.

``records()`` draws a record tree with its body, ``case_files()`` the text of a case file that reads without errors,
in every style that YAML has for it, together with the record tree and body that it says.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from yaml.resolver import Resolver

from kg import casefile, vocab
from kg.case import Case, Reader, Record
from kg.lexical import DATATYPES
from kg.release import VERSION_USED, find_releases
from kg.shape import AROUND, Field, Kind, RecordShape, encode
from kg.yamltree import NULLS, Scalar

ROOT = Path(__file__).parent.parent
BASE = "https://w3id.org/casegraph/id/"
READER = Reader(find_releases())
VERSION = "1.0"
"""The release that real and demonstration cases are written for."""
RELEASE = READER.releases[VERSION]
SHAPE = READER.shapes(VERSION)

unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
"""For properties of whole cases, which may be large, on machines that may be busy."""

# --- files that exist ----------------------------------------------------------------------------------

CORPUS = Path(os.environ.get("CASEGRAPH_CORPUS", ROOT / "../shared/corpus"))
DEMONSTRATION = sorted(ROOT.glob("cases/*/*.md"))
REAL = sorted(CORPUS.glob("*/casefile.md"))

demonstration_cases = pytest.mark.parametrize("path", DEMONSTRATION, ids=lambda path: path.parent.name)
real_cases = pytest.mark.parametrize(
    "path",
    REAL or [pytest.param(CORPUS, marks=pytest.mark.skip(f"no real cases in {CORPUS}: set CASEGRAPH_CORPUS"))],
    ids=lambda path: path.parent.name,
)
"""Each file once; without the real ones, one skipped test that says so."""


def read(text: str | bytes, file: str = "case.md") -> Case:
    """The case in a file that holds one without errors."""
    raw = text if isinstance(text, bytes) else text.encode()
    case = READER.read(raw, file)
    assert case is not None, f"{file}: not taken for a case"
    assert case.is_sound, [str(problem) for problem in case.problems]
    return case


# --- texts and values ----------------------------------------------------------------------------------

ODD_TEXTS = (
    "", " ", "\n", "\t", "~", "null", "Null", "no", "yes", "on", "=", "<<", "---", "...", "- - -", "010", "0o10",
    "1.10", "1e3", "+1", ".5", "12:30:45", "2026-01-01", "2026-01-01T00:00:00Z", "[]", "{}", "[a", "a: b", "a:",
    ": a", "a #b", "# a", "- a", "? a", "! a", "!!str a", "& a", "* a", "| a", "> a", "%YAML 1.2", "@a", "`a`", "'",
    '"', "''", '""', '\\"', "\\n", "it's", 'say "no"', " leading", "trailing ", "two  spaces", "a\nb", "a\n\nb\n",
    "\na", "a\n b", "a \nb", "a\n---\nb", "---\na: b\n---\n", "a\n...\nb", "a\r\nb", "a\rb", "a\tb", "\ta", "50%",
    "AT&T <x> {y} |z| ^\\`", "a/b", "..", ".", "a?b#c", "\u00a0", "\u0085", "a\u2028b", "\u2029", "\ufeff", "\ufffe",
    "\x00", "\x07", "\x7f", "𝔘 😀", "\U0010ffff", "澪月種苗", "e\u0301", "ﬃ", "\u202eabc", "word " * 40, "x" * 200,
)  # fmt: skip
"""Texts that YAML, RDF or IRIs would rather see written otherwise."""

CHARACTERS = st.characters(exclude_categories=["Cs"])


def texts(*, min_size: int = 0) -> st.SearchStrategy[str]:
    """Any text that UTF-8 can hold, the odd ones often."""
    odd = st.sampled_from([text for text in ODD_TEXTS if len(text) >= min_size])
    lines = st.lists(odd, min_size=1, max_size=3).map("\n".join)
    return st.one_of(odd, lines, st.text(CHARACTERS, min_size=min_size, max_size=60))


def ids() -> st.SearchStrategy[str]:
    """Ids, good and odd; never empty."""
    return st.one_of(st.from_regex(r"[A-Z]{1,2}-?[0-9]{1,3}", fullmatch=True), texts(min_size=1))


VALUES: dict[str, st.SearchStrategy[str]] = {
    vocab.xsd_string: texts(),
    vocab.xsd_anyURI: st.one_of(texts(), st.just("https://harbour-line.example/?a=1&b=%20#c")),
    vocab.xsd_date: st.dates().map(lambda day: day.isoformat()),
    vocab.xsd_boolean: st.sampled_from(["true", "false"]),
    vocab.xsd_integer: st.integers().map(str),
    vocab.xsd_decimal: st.decimals(allow_nan=False, allow_infinity=False).map(
        lambda each: canonical_decimal(f"{each:f}")
    ),
}
"""Literals of each datatype in canonical form."""
assert VALUES.keys() == DATATYPES.keys()

SYNONYMS = {
    vocab.xsd_boolean: {"true": ["True", "yes", "ON"], "false": ["FALSE", "no", "off"]},
    vocab.xsd_integer: {"0": ["-0", "+00"], "1": ["01", "+1"]},
    vocab.xsd_decimal: {"0": ["0.0", "-0", ".0"], "1": ["1.", "1.00", "+01"]},
}
"""Other ways to write some values."""


def canonical_decimal(text: str) -> str:
    found = DATATYPES[vocab.xsd_decimal].canonical(text)
    assert found is not None, text
    return found


def concepts(target: str) -> list[str]:
    """The terms of a class of concepts, as files write them."""
    return [
        facts[vocab.skos_notation][0]
        for facts in RELEASE.facts.values()
        if target in facts.get(vocab.rdf_type, ()) and vocab.skos_notation in facts
    ]


# --- record trees --------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Growth:
    """Grows one case; no two records of it get the same id."""

    draw: st.DrawFn
    taken: set[str]
    version: str

    def record(self, shape: RecordShape, outer: dict[str, str], path: tuple[str, ...]) -> Record:
        scope = {**outer, "key": path[-1] if path else ""}
        values: dict[str, list[Scalar] | list[Record]] = {}
        for key in shape.identifiers:
            text = self.draw(ids().filter(lambda text: text not in self.taken))
            self.taken.add(text)
            scope[key] = encode(text)
            values[key] = [scalar(text)]
        needed = {key for key in shape.fields if VERSION_USED[: len(path) + 1] == (*path, key)}
        chosen = self.draw(st.sets(st.sampled_from(sorted(shape.fields)))) | needed
        iri = shape.template.mint(scope)
        for key, found in shape.fields.items():
            if key in chosen and key not in values:
                values[key] = self.values(found, {**scope, AROUND: iri}, (*path, key))
        return Record(shape, iri, scope, values)

    def values(self, found: Field, scope: dict[str, str], path: tuple[str, ...]) -> list[Scalar] | list[Record]:
        if path == VERSION_USED:
            return [scalar(self.version)]
        if found.record is None:
            most = 1 if found.single else 4
            return [scalar(text) for text in self.draw(st.lists(plain_values(found), max_size=most, unique=True))]
        count = 1 if found.single else self.draw(st.integers(0, 2))
        return [self.record(found.record, scope, path) for _ in range(count)]


def scalar(text: str) -> Scalar:
    """A value that stands nowhere."""
    return Scalar(text, False, 0, 0)


def plain_values(found: Field) -> st.SearchStrategy[str]:
    """Texts that a literal, concept or link may have."""
    if found.kind is Kind.LITERAL:
        return VALUES[found.datatype]
    if found.kind is Kind.CONCEPT:
        return st.one_of(st.sampled_from(concepts(found.target)), texts())
    return ids()


@dataclass(frozen=True, slots=True)
class Tree:
    """A record tree and a body."""

    record: Record
    body: str

    def __repr__(self) -> str:
        return f"{self.record.content()} {self.body!r}"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:  # noqa: ARG002
        printer.text(repr(self))  # Hypothesis would print every field of the shapes


@st.composite
def records(draw: st.DrawFn, shape: RecordShape = SHAPE, *, version: str = VERSION) -> Tree:
    """A case's record tree, each id once, that names a release; and a body."""
    return Tree(_Growth(draw, set(), version).record(shape, {}, ()), draw(texts()))


# --- files ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CaseFile(Tree):
    """A record tree and a body, and the text of a case file that says them."""

    text: str

    def __repr__(self) -> str:
        return repr(self.text)


@st.composite
def case_files(draw: st.DrawFn) -> CaseFile:
    """A case file that reads without errors, in any style of YAML, and the record and body that it says."""
    tree = draw(records())
    text = _Style(Random(draw(st.integers(0, 2**16)))).case_file(tree)
    return CaseFile(tree.record, tree.body, text)


_EMPTY = "nothing-stands-here"
_BARE = re.compile(r"[A-Za-z0-9+=][\w.+-]*", re.ASCII)


@dataclass(slots=True)
class _Style:
    """Writes a record tree, each value in a style of its own; a number decides all, so that Hypothesis is quick."""

    random: Random
    anchored: dict[str, yaml.ScalarNode] = field(default_factory=dict)

    def case_file(self, tree: Tree) -> str:
        pick = self.random.choice
        opening = pick(["", "\ufeff"]) + pick(["---\n", "--- \t\n", "---\r\n"])
        comment = pick(["", "# a comment\n", "\n  # 50 % \n\n"])
        front = (comment + self.front_matter(tree.record)).replace("\n", pick(["\n", "\r\n"]))
        return opening + front + pick(["---\n", "---\r\n", "...  \n"]) + tree.body

    def front_matter(self, record: Record) -> str:
        root = casefile.mapping(record)
        self.vary(root, record.shape)
        text = yaml.serialize(
            root,
            Dumper=self.random.choice([yaml.SafeDumper, yaml.CSafeDumper]),
            width=self.random.choice([50, 80, 10_000]),  # narrower, and PyYAML breaks an escaped space in two
            indent=self.random.choice([2, 4]),
            allow_unicode=self.random.choice([True, False]),
        )
        end = "\n...\n"  # PyYAML ends the document where the last value is a block that keeps its line ends
        return (text.removesuffix(end) + "\n" if text.endswith(end) else text).replace(_EMPTY, "")

    def vary(self, node: yaml.MappingNode, shape: RecordShape) -> None:
        """Keys in any order, some of the empty ones left out."""
        pairs = [pair for pair in node.value if not (is_empty(pair[1]) and self.random.random() < 0.7)]
        self.random.shuffle(pairs)
        node.value = [(key, self.value(value, shape.fields[key.value])) for key, value in pairs]
        node.flow_style = self.random.random() < 0.2

    def value(self, node: yaml.Node, found: Field) -> yaml.Node:
        if isinstance(node, yaml.MappingNode) and found.record is not None:
            self.vary(node, found.record)
        elif isinstance(node, yaml.SequenceNode):
            node.value = [self.value(item, found) for item in node.value]
            node.flow_style = self.random.random() < 0.2
        elif isinstance(node, yaml.ScalarNode):
            return self.null() if is_empty(node) else self.scalar(node.value, found)
        return node

    def null(self) -> yaml.ScalarNode:
        text = self.random.choice(["null", "~", "NULL", _EMPTY])
        return yaml.ScalarNode(guess(text), text)

    def scalar(self, text: str, found: Field) -> yaml.ScalarNode:
        """One of the ways to write a value; a concept that comes again may stand as an alias."""
        text = self.random.choice([*SYNONYMS.get(found.datatype, {}).get(text, ()), text])
        style = self.random.choice(["", "'", '"', "|", "bare"])
        if not text or any(mark in text for mark in "\x85\u2028\u2029"):
            style = '"'
        if style == "bare" and _BARE.fullmatch(text) and text not in NULLS:
            node = yaml.ScalarNode(guess(text), text)
        else:
            node = yaml.ScalarNode("tag:yaml.org,2002:str", text, style=style if style != "bare" else None)
        if found.kind is Kind.CONCEPT and self.random.random() < 0.5:
            return self.anchored.setdefault(text, node)
        return node


def is_empty(node: yaml.Node) -> bool:
    """Whether a node says nothing: null, or an empty list."""
    return not node.value if isinstance(node, yaml.SequenceNode) else node.tag.endswith(":null")


def guess(text: str) -> str:
    """The tag that YAML gives to a bare text."""
    return Resolver().resolve(yaml.ScalarNode, text, (True, False))
