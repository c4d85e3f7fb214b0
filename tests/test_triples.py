"""Record → stated triples → record: nothing lost, one home for each triple, names that any store accepts."""

from collections import Counter

import pyoxigraph as ox
import pytest

from kg import vocab
from kg.ntriples import literal, literal_text
from kg.triples import home_graph, nquads, origins, rebuild, stated
from tests.material import minimal
from tests.strategies import BASE, READER, SHAPE, demonstration_cases, read, real_cases

XSD = "http://www.w3.org/2001/XMLSchema#"


def check_lossless(text: bytes) -> None:
    case = read(text)
    assert case.record is not None
    triples = stated(case, BASE)
    again, body = rebuild(triples, READER.shapes(case.release), BASE)
    assert again.content() == case.record.content()
    assert body == (case.body if case.body.strip() else "")
    assert Counter(triples).most_common(1)[0][1] == 1


@demonstration_cases
def test_demonstration_cases_lose_nothing(path):
    check_lossless(path.read_bytes())


@real_cases
def test_real_cases_lose_nothing(path):
    check_lossless(path.read_bytes())


@demonstration_cases
def test_our_lines_are_the_canonical_form(path):
    """What an independent parser reads and writes again, sorted, is the same to the byte."""
    case = read(path.read_bytes())
    assert case.record is not None
    lines = nquads(stated(case, BASE), home_graph(case.record, BASE))
    quads = ox.parse("".join(lines), format=ox.RdfFormat.N_QUADS)
    written = ox.serialize(quads, format=ox.RdfFormat.N_QUADS)
    assert written is not None
    assert sorted(line + "\n" for line in written.decode().split("\n") if line) == lines


def test_what_a_small_file_states():
    case = read(minimal())
    shown = {
        (s.removeprefix(f"<{BASE}"), p.split("/")[-1].split("#")[-1], o.removeprefix(f"<{BASE}"))
        for s, p, o in stated(case, BASE)
    }
    assert shown == {
        ("case/acme>", "type>", f"<{vocab.Case}>"),
        ("case/acme>", "identifier>", '"acme"'),
        ("case/acme>", "organisationName>", '"Acme"'),
        ("case/acme>", "title>", '"A title"'),
        ("case/acme>", "created>", f'"2026-01-29"^^<{XSD}date>'),
        ("case/acme>", "modified>", f'"2026-01-29"^^<{XSD}date>'),
        ("case/acme>", "caseStatus>", "<https://w3id.org/casegraph/status/in_progress>"),
        ("case/acme>", "confidence>", "<https://w3id.org/casegraph/confidence/low>"),
        ("case/acme>", "narrative>", '"\\n# A title\\n"'),
        ("case/acme>", "hasSource>", "case/acme/source/S1>"),
        ("case/acme>", "taggingRecord>", "case/acme/ontology-metadata>"),
        ("case/acme/source/S1>", "type>", f"<{vocab.Source}>"),
        ("case/acme/source/S1>", "identifier>", '"S1"'),
        ("case/acme/source/S1>", "title>", '"A page"'),
        ("case/acme/source/S1>", "statedUrl>", f'"https://www.acme.example/page"^^<{XSD}anyURI>'),
        ("case/acme/source/S1>", "textFile>", '"sources/text/S1.txt"'),
        ("case/acme/ontology-metadata>", "type>", f"<{vocab.TaggingRecord}>"),
        ("case/acme/ontology-metadata>", "versionUsed>", '"1.0"'),
        ("case/acme/ontology-metadata>", "taggedDate>", f'"2026-01-29"^^<{XSD}date>'),
        ("case/acme/ontology-metadata>", "needsRetagging>", f'"false"^^<{XSD}boolean>'),
    }


ODD = [
    "50%-cut-in-\\<5-mins",
    "at\\&t",
    "a b",
    "ünïcode-株",
    "a/b",
    "x~y",
    '"quoted"',
    "100%25",
    "a,b;c(d).e",
    "{id}",
    "%2F",
]


@pytest.mark.parametrize("name", ODD)
def test_odd_ids_make_names_that_stores_take_and_come_back(name: str):
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    case = read(minimal(case_id=f'"{quoted}"'))
    assert case.record is not None
    lines = nquads(stated(case, BASE), home_graph(case.record, BASE))
    quads = list(ox.parse("".join(lines), format=ox.RdfFormat.N_QUADS, lenient=False))
    assert all(isinstance(quad, ox.Quad) for quad in quads)
    again, _ = rebuild(stated(case, BASE), SHAPE, BASE)
    assert again.content() == case.record.content()
    assert again.text(vocab.dcterms_identifier) == name


def test_every_triple_of_a_file_knows_its_line():
    case = read(minimal())
    places = origins(case, BASE)
    body = {triple for triple in stated(case, BASE) if triple[1] == f"<{vocab.narrative}>"}
    assert set(places) == set(stated(case, BASE)) - body
    by_text = {(p.split("#")[-1].split("/")[-1], span.line, span.column) for (_, p, _), span in places.items()}
    assert ("organisationName>", 3, 15) in by_text
    assert ("textFile>", 11, 14) in by_text
    assert ("versionUsed>", 17, 17) in by_text


@pytest.mark.parametrize("text", ["", 'a "b" \\ c', "line\nline\r\n\ttab", "\x00\x1f\x7f\u2028😀", "\\u0041"])
def test_literals_come_back(text: str):
    assert literal_text(literal(text)) == text
    assert literal_text(literal(text, vocab.xsd_date)) == text
    assert literal_text(literal(text, language="en")) == text
