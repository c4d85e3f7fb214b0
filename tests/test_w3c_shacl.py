"""The W3C's SHACL test suite, through both engines, result by result."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pyoxigraph as ox
import pytest
from rdflib import RDF, SH, Graph, Namespace
from rdflib.term import Node

from kg.check import ENGINES
from kg.check.reference import graph, row
from kg.shape import ShapeError

ROOT = Path(__file__).resolve().parent.parent
SUITE = ROOT / os.environ.get("CASEGRAPH_W3C_SHACL", "../shared/w3c/shacl")
MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
SHT = Namespace("http://www.w3.org/ns/shacl-test#")

DIFFERENCES = {
    ("shacl", "sparql/pre-binding/unsupported-sparql-004"),
    ("pyshacl", "core/property/uniqueLang-002"),
    ("pyshacl", "sparql/node/prefixes-001"),
    ("pyshacl", "sparql/pre-binding/shapesGraph-001"),
}
"""Engine and test that it fails; docs/reference/shacl-engines.md says why, and why it does not touch our shapes."""

Row = tuple[str, ...]


@dataclass(frozen=True)
class Case:
    """One test: what to validate against what, and the expected results; None where a failure is expected."""

    name: str
    data: str
    shapes: str
    expected: list[Row] | None


def parsed(file: Path) -> Graph:
    return graph(ntriples(file))


def ntriples(file: Path) -> str:
    triples = ox.parse(path=str(file), format=ox.RdfFormat.TURTLE, base_iri=file.as_uri())
    return (ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b"").decode()


def path_of(iri: Node) -> Path:
    return Path(unquote(urlsplit(str(iri)).path))


def cases(suite: Path) -> Iterator[Case]:
    """The tests of every file: the manifests leave one of them out."""
    for file in sorted(suite.rglob("*.ttl")):
        said = parsed(file)
        for entry in said.subjects(RDF.type, SHT.Validate):
            yield case(said, entry)


def case(said: Graph, entry: Node) -> Case:
    action, result = said.value(entry, MF.action), said.value(entry, MF.result)
    data, shapes = (path_of(said.value(action, part)) for part in (SHT.dataGraph, SHT.shapesGraph))
    rows = None if result == SHT.Failure else sorted(told(row(said, each)) for each in said.objects(result, SH.result))
    if rows is not None:
        assert (said.value(result, SH.conforms).toPython()) is (not rows)
    name = Path(path_of(entry)).relative_to(SUITE.resolve()).with_suffix("").as_posix()
    return Case(name, ntriples(data), ntriples(shapes), rows)


def told(fields: Row) -> Row:
    """A result without the labels of blank nodes."""
    return tuple("_:" if field.startswith("_:") else field for field in fields)


def found(engine: str, case: Case) -> list[Row] | None:
    try:
        return sorted(told(astuple(result)) for result in ENGINES[engine](case.shapes).validate(case.data))
    except ShapeError:
        return None


CASES = list(cases(SUITE.resolve())) if SUITE.is_dir() else []
needs_suite = pytest.mark.skipif(not CASES, reason=f"no W3C SHACL suite at {SUITE}; set CASEGRAPH_W3C_SHACL")


@needs_suite
def test_the_suite_is_whole():
    assert len(CASES) == 121
    assert len({case.name for case in CASES}) == 121


@needs_suite
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_engine(case: Case, engine: str):
    agrees = found(engine, case) == case.expected
    assert agrees is ((engine, case.name) not in DIFFERENCES)


@needs_suite
def test_differences_are_documented():
    text = (ROOT / "docs/reference/shacl-engines.md").read_text(encoding="utf-8")
    assert [difference for difference in DIFFERENCES if "| `{}` | `{}` |".format(*difference) not in text] == []
