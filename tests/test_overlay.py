"""Overlays: the real one, every way to get one wrong, and the graph that comes of it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdflib import RDF, Graph, Namespace, URIRef

from kg import codes, jsontree, vocab
from kg.check.engine import ENGINES
from kg.ntriples import Triple
from kg.overlay import (
    Overlay,
    find_overlays,
    find_taxonomies,
    known_part,
    overlay_graph,
    overlay_triples,
    read_overlay,
    read_taxonomy,
    taxonomy_triples,
)
from kg.overlay.reading import Sector
from kg.problem import Failure, Problem
from kg.release import find_releases
from kg.yamltree import Limits, Mapping, Node, Scalar, Sequence
from tests.material import ROOT, needs_corpus, real_files

OVERLAYS = Path(os.environ.get("CASEGRAPH_OVERLAYS", ROOT / "../shared/overlays"))
needs_overlays = pytest.mark.skipif(
    not OVERLAYS.is_dir(), reason=f"no real overlays in {OVERLAYS} (CASEGRAPH_OVERLAYS)"
)
BASE = "https://x.example/id/"
RELEASE = find_releases()["1.0"]
ISIC = vocab.CASEGRAPH + "taxonomy/ISIC_Rev_5"
SECTIONS = "ABCDEFGHIJKLMNOPQRSTUV"
Json = dict[str, Any]


def entry(case: str = "harbour-line", code: str = "H50", **more: object) -> Json:
    return {"case_id": case, "primary_sector": {"code": code, "name": f"Name of {code}"}, **more}


def write(root: Path, *entries: Json, metadata: Json | str | None = None, **listed: object) -> Path:
    folder = root / "overlays" / "industry"
    folder.mkdir(parents=True, exist_ok=True)
    said = {"overlay_id": "industry", "display_name": "Industries"} if metadata is None else metadata
    text = said if isinstance(said, str) else json.dumps(said, indent=1)
    (folder / "metadata.json").write_text(text, encoding="utf-8")
    body = {"taxonomy_ref": "ISIC_Rev_5", "classifications": entries, **listed}
    (folder / "classifications.json").write_text(json.dumps(body, indent=1), encoding="utf-8")
    return folder


def read(folder: Path) -> tuple[Overlay, list[Problem]]:
    return read_overlay(folder, RELEASE, "overlays/industry")


def shown(problems: list[Problem]) -> list[str]:
    return [
        f"{each.span.file.split('/')[-1][0]}{each.span.line}:{each.span.column} {each.code} {each.message}"
        for each in problems
    ]


def plain(triples: list[Triple]) -> set[tuple[str, str, str]]:
    """Triples without what their IRIs have in common."""
    parsed = ox.parse("".join(f"{s} {p} {o} .\n" for s, p, o in triples), format=ox.RdfFormat.N_TRIPLES)
    return {tuple(_plain(term) for term in (each.subject, each.predicate, each.object)) for each in parsed}  # type: ignore[misc]


def _plain(term: Any) -> str:
    for lead in (BASE, vocab.CG, vocab.CASEGRAPH):
        if isinstance(term, ox.NamedNode) and term.value.startswith(lead):
            return term.value.removeprefix(lead)
    return term.value.split("#")[-1] if isinstance(term, ox.NamedNode) else repr(term.value)


# --- one overlay -------------------------------------------------------------------------------------


def test_an_overlay_with_everything(tmp_path: Path):
    metadata = {
        "overlay_id": "industry",
        "display_name": "Industries",
        "version": "1.0",
        "created_date": "2026-01-29",
        "last_updated": "2026-01-30T13:19:58Z",
        "maintainer": "",
        "coverage": {"total_cases": 12, "classified_cases": 2, "coverage_percent": 16.70},
    }
    whole = entry(
        secondary_sectors=[{"code": "I56", "name": "Food"}, {"code": "541", "name": "Legal", "taxonomy": "NAICS 2022"}],
        confidence="high",
        tagged_by="Ann & Bob",
        tagged_date="2026-01-30T12:47:01Z",
        notes="“Ferries”\nand hotels",
        key_indicators=["eleven ships", "eleven ships", "ferry"],
    )
    folder = write(tmp_path, whole, entry(claim_id="VC-001", tagged_date="2026-01-30"), metadata=metadata, version="2")
    overlay, problems = read(folder)
    known, missing = known_part(overlay, {"harbour-line"}, {("harbour-line", "VC-001")})
    triples = overlay_triples(known, BASE)
    assert problems == missing == []
    assert overlay_graph(overlay, BASE) == BASE + "overlay/industry"
    case, claim = "overlay/industry/harbour-line", "overlay/industry/harbour-line/claim/VC-001"
    agent = "overlay/industry/tagger/Ann%20%26%20Bob"
    assert plain(triples) == {
        ("overlay/industry", "type", "Overlay"),
        ("overlay/industry", "http://purl.org/dc/terms/identifier", "'industry'"),
        ("overlay/industry", "http://purl.org/dc/terms/title", "'Industries'"),
        ("overlay/industry", "https://schema.org/version", "'1.0'"),
        ("overlay/industry", "listVersion", "'2'"),
        ("overlay/industry", "http://purl.org/dc/terms/created", "'2026-01-29'"),
        ("overlay/industry", "http://purl.org/dc/terms/modified", "'2026-01-30'"),
        ("overlay/industry", "generatedAtTime", "'2026-01-30T13:19:58Z'"),
        ("overlay/industry", "statedCaseCount", "'12'"),
        ("overlay/industry", "statedClassifiedCount", "'2'"),
        ("overlay/industry", "statedCoverage", "'16.7'"),
        ("overlay/industry", "taxonomy", "taxonomy/ISIC_Rev_5"),
        ("overlay/industry", "http://purl.org/dc/terms/hasPart", case),
        ("overlay/industry", "http://purl.org/dc/terms/hasPart", claim),
        (agent, "type", "Agent"),
        (agent, "label", "'Ann & Bob'"),
        (case, "type", "Classification"),
        (case, "classifiedCase", "case/harbour-line"),
        (case, "primarySector", "taxonomy/ISIC_Rev_5/H50"),
        (case, "secondarySector", "taxonomy/ISIC_Rev_5/I56"),
        (case, "secondarySector", "taxonomy/NAICS%202022/541"),
        (case, "classificationConfidence", "confidence/high"),
        (case, "classifiedBy", "'Ann & Bob'"),
        (case, "wasAttributedTo", agent),
        (case, "classifiedOn", "'2026-01-30'"),
        (case, "generatedAtTime", "'2026-01-30T12:47:01Z'"),
        (case, "classificationNotes", "'“Ferries”\\nand hotels'"),
        (case, "keyIndicator", "'eleven ships'"),
        (case, "keyIndicator", "'ferry'"),
        (claim, "type", "Classification"),
        (claim, "classifiedCase", "case/harbour-line"),
        (claim, "classifiedClaim", "case/harbour-line/claim/VC-001"),
        (claim, "primarySector", "taxonomy/ISIC_Rev_5/H50"),
        (claim, "classifiedOn", "'2026-01-30'"),
    }


def test_an_odd_case_id_is_encoded(tmp_path: Path):
    overlay, _ = read(write(tmp_path, entry("at\\&t-by-50%")))
    triples = overlay_triples(overlay, BASE)
    assert ("overlay/industry/at%5C%26t-by-50%25", "classifiedCase", "case/at%5C%26t-by-50%25") in plain(triples)


def test_cases_and_claims_that_are_not_there_are_left_out(tmp_path: Path):
    entries = (entry("here"), entry("gone", "Q85"), entry("here", claim_id="VC-009"))
    overlay, _ = read(write(tmp_path, *entries))
    known, problems = known_part(overlay, {"here"}, {("here", "VC-001")})
    triples = overlay_triples(known, BASE)
    assert shown(problems) == [
        "c12:15 unknown-overlay-case there is no case `gone`",
        "c24:16 unknown-overlay-case the case `here` has no claim `VC-009`",
    ]
    assert not [each for each in plain(triples) if "gone" in each[0] or "VC-009" in each[0]]


# --- what is wrong -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bad", "expected"),
    [
        ({"primary_sector": {"code": "H50"}}, "c4:3 bad-overlay `case_id` is missing"),
        ({"case_id": "x"}, "c4:3 bad-overlay `primary_sector` is missing"),
        (entry(primary_sector={"name": "x"}), "c6:22 bad-overlay `code` is missing"),
        (entry(primary_sector={"code": None}), "c6:22 bad-overlay `code` is missing"),
        (entry(primary_sector="H50"), "c6:22 wrong-kind `primary_sector` takes an object, found one value"),
        (entry(primary_sector=[{"code": "H50"}]), "c6:22 wrong-kind `primary_sector` takes one value, found a list"),
        (
            entry(secondary_sectors={"code": "H50"}),
            "c10:25 wrong-kind `secondary_sectors` takes a list, found an object",
        ),
        (entry(secondary_sectors=["H50"]), "c11:5 wrong-kind `secondary_sectors` takes an object, found one value"),
        (entry(confidence="sure"), "c10:18 bad-overlay `confidence` is `sure`; allowed: high, medium, low"),
        (entry(tagged_date="2026-02-30"), "c10:19 bad-overlay `tagged_date` is `2026-02-30`"),
        (entry(tagged_date="30 January"), "c10:19 bad-overlay `tagged_date` is `30 January`"),
        (entry(tagged_by=True), "c10:17 bad-overlay `tagged_by` is `true`"),
        (entry(tagged_by=["a"]), "c10:17 wrong-kind `tagged_by` takes one value, found a list"),
        (entry(key_indicators="a"), "c10:22 wrong-kind `key_indicators` takes a list, found one value"),
        (entry(note="a"), "c10:4 bad-overlay `note` is not a key of an overlay"),
        (entry("good"), "c12:15 bad-overlay `good` is classified twice; first at line 5"),
    ],
)
def test_a_bad_entry_is_shown_at_its_place_and_the_rest_applies(tmp_path: Path, bad: Json, expected: str):
    entries = (entry("good"), bad) if bad == entry("good") else (bad, entry("good"))
    overlay, problems = read(write(tmp_path, *entries))
    assert shown(problems) == [expected]
    assert [each.case for each in overlay.classifications] == ["good"]
    assert all(problem.hint for problem in problems)


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        ({"overlay_id": "other"}, ["m2:16 bad-overlay `overlay_id` is not the name of the folder, `industry`"]),
        ({"display_name": "x"}, ["m1:1 bad-overlay `overlay_id` is missing"]),
        ("[]", ["m1:1 bad-overlay the file holds no object"]),
        ("", ["m1:1 unreadable-json expected a value"]),
        ('{"overlay_id": "industry",}', ["m1:27 unreadable-json expected a key in double quotation marks"]),
        (
            '{"overlay_id": "industry",\n "overlay_id": "b"}',
            ["m2:2 duplicate-key `overlay_id` stands twice; first at line 1"],
        ),
        ('\ufeff{"overlay_id": "industry"}', []),
        ('{"overlay_id": "industry",\r\n "coverage": 3}', ["m2:14 wrong-kind `coverage` takes an object"]),
        ('{"overlay_id": "industry", "coverage": null}', []),
        (
            '{"overlay_id": "industry", "coverage": {"total_cases": "all"}}',
            ["m1:56 bad-overlay `coverage.total_cases` is `all`"],
        ),
        (
            '{"overlay_id": "industry", "coverage": {"cases": 1}}',
            ["m1:41 bad-overlay `cases` is not a key of an overlay"],
        ),
    ],
)
def test_metadata(tmp_path: Path, metadata: Json | str, expected: list[str]):
    overlay, problems = read(write(tmp_path, entry(), metadata=metadata))
    assert shown(problems) == expected
    assert (overlay.id, len(overlay.classifications)) == ("industry", 1)


def test_missing_and_unreadable_files(tmp_path: Path):
    folder = write(tmp_path, entry())
    (folder / "metadata.json").unlink()
    (folder / "classifications.json").write_bytes(b'{"classifications": "\xff"}')
    overlay, problems = read(folder)
    assert [each.code for each in problems] == ["not-utf-8", "bad-overlay"]
    assert (overlay.id, overlay.classifications) == ("industry", ())


def test_a_sector_needs_a_taxonomy(tmp_path: Path):
    _, problems = read(write(tmp_path, entry(), taxonomy_ref=None))
    assert shown(problems) == ["c6:22 bad-overlay `taxonomy` is missing"]


def test_find_overlays(tmp_path: Path):
    assert find_overlays(tmp_path) == []
    folder = write(tmp_path)
    (tmp_path / "overlays" / "README.md").write_text("x")
    assert find_overlays(tmp_path) == [folder]


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["case_id", "code", "primary_sector", "notes", "confidence", "x"]), inner, max_size=4
        )
    ),
    max_leaves=8,
)


@given(st.lists(junk, max_size=3))
def test_any_json_is_read(tmp_path_factory: pytest.TempPathFactory, entries: list[Any]):
    overlay, problems = read(write(tmp_path_factory.mktemp("any"), *entries))
    assert len(overlay.classifications) + len(problems) >= sum(each not in (None, "") for each in entries)
    overlay_triples(overlay, BASE)


# --- JSON with places --------------------------------------------------------------------------------


def as_python(node: Node) -> Any:
    if isinstance(node, Mapping):
        return {as_python(key): as_python(value) for key, value in node.pairs}
    if isinstance(node, Sequence):
        return [as_python(each) for each in node.items]
    return json.loads(node.text) if node.plain else node.text


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.text(), inner)),
)


@given(values, st.sampled_from([None, 0, 2]), st.booleans())
def test_json_is_what_python_reads(value: Any, indent: int | None, ascii_only: bool):
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    root, faults = jsontree.parse(text)
    if "\\ud" in text or any("\ud800" <= character <= "\udfff" for character in text):
        return  # half characters are refused
    assert faults == []
    assert root is not None
    assert as_python(root) == value
    assert (root.start, root.end) == (0, len(text))


@given(st.text('{}[]",:\\ \n0123-.eEtrufalsn/é', max_size=20))
def test_what_python_refuses_is_refused(text: str):
    root, faults = jsontree.parse(text)
    try:
        json.loads(text, parse_constant=pytest.fail)
    except ValueError:
        assert faults
    else:
        assert root is not None
        assert not faults


@pytest.mark.parametrize(
    ("text", "code", "at"),
    [
        ("[" * 100_000, codes.TOO_DEEP, 50),
        ('{"a":' * 100_000, codes.TOO_DEEP, 250),
        ("[" + "1," * 30 + "1]", codes.TOO_MANY_NODES, 20),
        ('"' + "x" * 10_000_000, codes.UNREADABLE_JSON, 0),
        ('["\\ud83d"]', codes.UNREADABLE_JSON, 1),
        ('{"a": 1 // one\n}', codes.UNREADABLE_JSON, 8),
        ("{'a': 1}", codes.UNREADABLE_JSON, 1),
        ("NaN", codes.UNREADABLE_JSON, 0),
        ("1 2", codes.UNREADABLE_JSON, 2),
    ],
)
def test_json_that_is_refused(text: str, code: codes.Code, at: int):
    limits = Limits(nodes=20) if code is codes.TOO_MANY_NODES else jsontree.LIMITS
    root, [fault] = jsontree.parse(text, limits)
    assert root is None
    assert fault.code is code
    assert fault.start == at or code is codes.TOO_MANY_NODES
    assert fault.hint


def test_characters_beyond_the_basic_plane():
    assert jsontree.parse('"\\ud83d\\ude00"') == (Scalar("😀", False, 0, 14), [])


# --- taxonomies --------------------------------------------------------------------------------------


def taxonomies(overlay: Overlay, root: Path) -> tuple[dict[str, set[tuple[str, str, str]]], list[Problem]]:
    graphs, problems = taxonomy_triples([overlay], find_taxonomies(root))
    return {graph: plain(triples) for graph, triples in graphs.items()}, problems


def test_sectors_stand_below_their_section(tmp_path: Path):
    overlay, _ = read(write(tmp_path, entry("a", "H50"), entry("b", "H5011"), entry("c", "H"), entry("d", "X9")))
    graphs, problems = taxonomies(overlay, tmp_path)
    broader = {(s, o) for s, p, o in graphs[ISIC] if p == "broader"}
    lead = "taxonomy/ISIC_Rev_5/"
    assert broader == {(lead + "H50", lead + "H"), (lead + "H5011", lead + "H50")}
    assert (lead + "H", "altLabel", "'Name of H'") in graphs[ISIC]
    assert (lead + "H50", "prefLabel", "'Name of H50'") in graphs[ISIC]
    assert [each.code for each in problems] == ["unplaced-sector"]
    assert problems[0].message.startswith("`X9` is below no sector of ISIC_Rev_5: A, B")


def test_the_name_that_most_entries_use_is_preferred(tmp_path: Path):
    entries = [entry(str(number), primary_sector={"code": "H50", "name": name}) for number, name in enumerate("abb")]
    overlay, _ = read(write(tmp_path, *entries))
    graphs, _ = taxonomies(overlay, tmp_path)
    said = {(p, o) for s, p, o in graphs[ISIC] if s.endswith("H50") and "Label" in p}
    assert said == {("prefLabel", "'b'"), ("altLabel", "'a'")}


def test_a_taxonomy_that_nobody_describes_has_no_levels(tmp_path: Path):
    overlay, _ = read(write(tmp_path, entry("a", "A1"), entry("b", "A10"), taxonomy_ref="Ours v1"))
    graphs, problems = taxonomies(overlay, tmp_path)
    scheme = "taxonomy/Ours%20v1"
    assert problems == []
    assert (scheme, "http://purl.org/dc/terms/title", "'Ours v1'") in graphs[vocab.CASEGRAPH + scheme]
    assert not [each for each in graphs[vocab.CASEGRAPH + scheme] if each[1] == "broader"]


def test_a_workspace_may_describe_a_taxonomy(tmp_path: Path):
    folder = tmp_path / "ontology" / "taxonomy"
    folder.mkdir(parents=True)
    text = (ROOT / "ontology/taxonomy/ISIC_Rev_5.ttl").read_text(encoding="utf-8")
    (folder / "ours.ttl").write_text(text.replace("ISIC_Rev_5", "Ours"), encoding="utf-8")
    assert find_taxonomies(tmp_path).keys() == {ISIC, vocab.CASEGRAPH + "taxonomy/Ours"}
    (folder / "ours.ttl").write_text("<a> <b>")
    with pytest.raises(Failure, match=r"ours\.ttl:1:"):
        find_taxonomies(tmp_path)


def test_the_sections_of_isic():
    known = read_taxonomy(ROOT / "ontology/taxonomy/ISIC_Rev_5.ttl")
    assert known.codes == set(SECTIONS)
    assert known.is_nested
    assert {len(labels) for labels in known.labels.values()} == {1}


# --- the shape ---------------------------------------------------------------------------------------

CGS = Namespace(vocab.CASEGRAPH + "shapes#")


def shapes() -> str:
    triples = ox.parse(path=str(ROOT / "shapes/system/overlay.ttl"), format=ox.RdfFormat.TURTLE)
    return (ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b"").decode()


def data(overlay: Overlay, root: Path) -> str:
    """The overlay, its taxonomies, and the types of what it refers to elsewhere."""
    triples = overlay_triples(overlay, BASE)
    graphs, _ = taxonomy_triples([overlay], find_taxonomies(root))
    for each in graphs.values():
        triples = triples + each
    kinds = {vocab.classifiedCase: vocab.Case, vocab.classificationConfidence: vocab.Confidence}
    types = {(o, f"<{vocab.rdf_type}>", f"<{kinds[p[1:-1]]}>") for _, p, o in triples if p[1:-1] in kinds}
    return "".join(f"{s} {p} {o} .\n" for s, p, o in {*triples, *types})


@pytest.mark.parametrize("engine", ENGINES)
def test_the_graph_is_of_its_shape(tmp_path: Path, engine: str):
    overlay, _ = read(
        write(tmp_path, entry("a", confidence="low", tagged_date="2026-01-30"), entry("b", claim_id="VC-1"))
    )
    good = data(overlay, tmp_path)
    checks = ENGINES[engine](shapes())
    assert checks.validate(good) == []
    bad = "".join(line for line in good.splitlines(keepends=True) if vocab.primarySector not in line or "/b/" in line)
    found = checks.validate(bad)
    assert [(each.focus, each.path) for each in found] == [(f"<{BASE}overlay/industry/a>", f"<{vocab.primarySector}>")]


def test_what_the_shape_names_is_declared():
    ontology, named = Graph(), Graph()
    for path in (*ROOT.glob("ontology/system/*.ttl"), *ROOT.glob("ontology/1.0/*.ttl")):
        ontology.parse(path)
    for path in (*ROOT.glob("shapes/system/*.ttl"), *ROOT.glob("ontology/taxonomy/*.ttl")):
        named.parse(path)
    terms = {term for triple in named for term in triple if isinstance(term, URIRef) and term.startswith(vocab.CG)}
    assert len(terms) > 20
    assert terms - set(ontology.subjects(RDF.type)) == set()


# --- the real overlay --------------------------------------------------------------------------------


@needs_overlays
def test_the_real_overlay():
    overlay, problems = read_overlay(OVERLAYS / "industry_sector", RELEASE)
    said = json.loads((OVERLAYS / "industry_sector" / "classifications.json").read_text(encoding="utf-8"))
    assert problems == []
    assert [each.case for each in overlay.classifications] == [each["case_id"] for each in said["classifications"]]
    assert {each.primary for each in overlay.classifications} >= {
        Sector("ISIC_Rev_5", "N70", each.primary.name, each.primary.span)
        for each in overlay.classifications
        if each.primary.code == "N70"
    }


@needs_overlays
@needs_corpus
def test_cases_by_section():
    overlay, _ = read_overlay(OVERLAYS / "industry_sector", RELEASE)
    cases = {_case_id(path) for path in real_files()}
    known, missing = known_part(overlay, cases, set())
    graphs, problems = taxonomy_triples([known], find_taxonomies(ROOT))
    assert problems == []
    assert len(known.classifications) == len(cases & {each.case for each in overlay.classifications})
    assert len(known.classifications) + len(missing) == len(overlay.classifications)
    store = ox.Store()
    triples = [*overlay_triples(known, BASE), *graphs[ISIC]]
    store.load("".join(f"{s} {p} {o} .\n" for s, p, o in triples), format=ox.RdfFormat.N_TRIPLES)
    rows = store.query(
        f"SELECT ?letter (COUNT(DISTINCT ?case) AS ?n) {{ ?c <{vocab.classifiedCase}> ?case ; "
        f"<{vocab.primarySector}>/<{vocab.skos_broader}>* ?section . ?section <{vocab.skos_notation}> ?letter "
        "FILTER(STRLEN(?letter) = 1) } GROUP BY ?letter"
    )
    counts = {row["letter"].value: int(row["n"].value) for row in rows}  # type: ignore[union-attr]
    expected = [each.primary.code[0] for each in known.classifications]
    assert counts == {letter: expected.count(letter) for letter in set(expected)}
    assert ENGINES["shacl"](shapes()).validate(data(known, ROOT)) == []


def _case_id(path: Path) -> str:
    line = next(line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("case_id:"))
    return line.removeprefix("case_id:").strip()
