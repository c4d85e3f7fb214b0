"""A case as JSON, under the generated context, says the stated triples: to us, to pyoxigraph and to PyLD."""

import json
from pathlib import Path
from typing import Any, NoReturn

import pyoxigraph as ox
import pytest
from hypothesis import given
from pyld import jsonld as pyld
from strategies import BASE, SHAPE, CaseFile, case_files, demonstration_cases, read, real_cases, unhurried

from kg import jsonld
from kg.case import Case
from kg.triples import stated

CONTEXT = jsonld.context(SHAPE)

Triples = set[ox.Triple]


def document(case: Case) -> dict[str, Any]:
    """A case with its context inside."""
    assert case.record is not None
    return {"@context": CONTEXT, **jsonld.document(case.record, case.body, BASE)}


def ours(case: Case) -> Triples:
    lines = "".join(f"{s} {p} {o} .\n" for s, p, o in stated(case, BASE))
    return {quad.triple for quad in ox.parse(lines.encode(), format=ox.RdfFormat.N_TRIPLES)}


def by_pyoxigraph(said: dict[str, Any]) -> Triples:
    quads = list(ox.parse(json.dumps(said).encode(), format=ox.RdfFormat.JSON_LD))
    assert {quad.graph_name for quad in quads} == {ox.DefaultGraph()}
    return {quad.triple for quad in quads}


def by_pyld(said: dict[str, Any]) -> Triples:
    dataset = pyld.to_rdf(said, {"documentLoader": refuse})
    assert dataset.keys() == {"@default"}
    return {
        ox.Triple(*(term(each[role]) for role in ("subject", "predicate", "object"))) for each in dataset["@default"]
    }


def refuse(address: str, _options: object) -> NoReturn:
    raise AssertionError(f"a processor asks for {address}")


def term(said: dict[str, str]) -> ox.NamedNode | ox.Literal:
    if said["type"] == "literal":
        assert "language" not in said
        return ox.Literal(said["value"], datatype=ox.NamedNode(said["datatype"]))
    assert said["type"] == "IRI"
    return ox.NamedNode(said["value"])


def assert_agreement(case: Case):
    said = document(case)
    expected = ours(case)
    assert by_pyoxigraph(said) == expected
    assert by_pyld(said) == expected


@demonstration_cases
def test_demonstration_case(path: Path):
    assert_agreement(read(path.read_bytes()))


@real_cases
def test_real_case(path: Path):
    assert_agreement(read(path.read_bytes()))


@unhurried
@given(case_files())
def test_generated_case(file: CaseFile):
    assert_agreement(read(file.text))


def test_processors_notice_a_difference():
    case = read("---\ncase_id: a\norganisation: Harbour Line\nontology_metadata:\n  version_used: '1.0'\n---\n")
    said = document(case)
    del said["organisation"]
    assert len(by_pyld(said)) == len(ours(case)) - 1
    assert by_pyoxigraph(said) == by_pyld(said)


@pytest.mark.parametrize("body", ["", "\n", " \t\r\n"])
def test_a_blank_body_says_nothing(body: str):
    case = read(f"---\ncase_id: a\nontology_metadata:\n  version_used: '1.0'\n---\n{body}")
    assert case.record is not None
    assert jsonld.document(case.record, body, BASE).keys() == {"@id", "@type", "case_id", "ontology_metadata"}


def test_one_key_may_mean_different_things():
    """``outcome`` is a list of concepts in a claim, and a text in the confidence of its tags."""
    meanings = {
        json.dumps(scoped["@context"][key], sort_keys=True)
        for key in ("outcome",)
        for scoped in CONTEXT.values()
        if isinstance(scoped, dict) and key in scoped["@context"]
    }
    assert len(meanings) == 2


def test_terms_cannot_clash_with_keys():
    keys = {key for shape in SHAPE.walk() for key in shape.fields}
    assert not keys & CONTEXT.keys()
    assert {term for term in CONTEXT if not term.startswith("@")} == {shape.target for shape in SHAPE.walk()}
