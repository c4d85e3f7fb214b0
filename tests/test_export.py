"""Every export says what the parts say, in the same bytes each time, and replaces a file whole or not at all."""

import csv
import gzip
import hashlib
import io
import json
import os
import re
import subprocess
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pyoxigraph as ox
import pyshacl
import pytest
import rdflib
import zstandard
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from material import ROOT, demonstration_files, minimal, real_files, write_case
from strategies import BASE, RELEASE, SHAPE, CaseFile, case_files
from strategies import read as read_case

from kg import vocab
from kg.cli import kg
from kg.export import dataset, names, partitioned, percase, tables, turtle
from kg.export.content import Content, read_content
from kg.export.description import About
from kg.export.files import COMPRESSIONS, MANIFEST, filling, replacing
from kg.export.hash import content_hash, dataset_hash
from kg.export.loaders import LOADERS
from kg.export.targets import FOLDER_TARGETS, TARGETS, Form, form_named, form_of
from kg.fileentry import FileEntry
from kg.manifest import Manifest
from kg.parts import Parts
from kg.problem import Failure
from kg.triples import home_graph, nquads, stated
from kg.workspace import Workspace

WITH_GRAPHS = {"trig", "nquads"}
"""The targets that keep named graphs; all others hold the merge."""
RDFLIB = {
    "turtle": "turtle", "trig": "trig", "ntriples": "nt", "nquads": "nquads", "rdfxml": "xml", "jsonld": "json-ld",
}  # fmt: skip
assert RDFLIB.keys() == TARGETS.keys()

VOID = rdflib.Namespace("http://rdfs.org/ns/void#")
ABOUT = About("Cases", "1.0", "What cases say", license="https://creativecommons.org/licenses/by/4.0/")

NASTY = [
    'say "no"', '""', '"""', '"', "\\", "\\\\", '\\"', "\\n", "line\nbreak", "\n", 'a\n"', 'a\n""', 'a\n"""',
    'a\n\\"', "a\n\\", "a\r\nb", "a\rb", "a\tb", "\u0085", "a\u2028b", "\u00a0", "\ufeff", "😀 𝔘 \U0010fffd",
    "AT&T <x/> ]]> &amp;", "{[(|)]}", "%41", "^^<http://x/y>", "@en", "'''", "a\n'''", " a ", "# no comment",
    "\u202eabc", "<> .", "a\\u0041",
]  # fmt: skip
CONTROLS = ["\x00", "\x01 ", "\x1b[0m", "\x08\x0c", "\x7f", "\ufffe", "\uffff"]
"""What most formats escape and RDF/XML cannot hold; delete alone it can."""


def build(root: Path, *texts: str, workers: int = 1) -> Workspace:
    for number, text in enumerate(texts):
        write_case(root, text, folder=f"case-{number:03}")
    workspace = Workspace(root, workers=workers)
    workspace.build()
    return workspace


def content_of(workspace: Workspace, *, public: bool = False) -> Content:
    return read_content(workspace.manifest, Parts(workspace.home / "parts"), workspace.target, public=public)


def nasty_case(case_id: str, texts: list[str]) -> str:
    flags = "".join(f"- {quoted(text)}\n" for text in texts)
    return minimal(quoted(case_id)).replace("status:", f"review_flags:\n{flags}status:") + "\n".join(texts)


def quoted(text: str) -> str:
    """A text in YAML's double quotes."""
    return '"' + "".join(c if c.isascii() and c.isalnum() else f"\\U{ord(c):08x}" for c in text) + '"'


@pytest.fixture(scope="module", params=["demonstration", "real", "nasty"])
def content(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Content:
    if request.param == "nasty":
        ids = ["plain", "by-50%", 'a"b<c>', "a/b", "..", "株式会社", "a:b", "UPPER", "upper", "shared"]
        texts = [nasty_case(each, NASTY) for each in ids]
    else:
        files = demonstration_files() if request.param == "demonstration" else real_files()[:10]
        if not files:
            pytest.skip("no real cases: set CASEGRAPH_CORPUS")
        texts = [path.read_text(encoding="utf-8") for path in files]
    return content_of(build(tmp_path_factory.mktemp(request.param), *texts))


def exported(content: Content, name: str) -> bytes:
    out = io.BytesIO()
    form_named(name).write(content, out)
    return out.getvalue()


# --- what graphs say, comparable: (subject, predicate, object, graph) ------------------------------------


def from_parts(content: Content) -> set[tuple[str, ...]]:
    lines = b"".join(part.path.read_bytes() for part in (*content.cases, *content.shared))
    return {oxigraph_quad(quad) for quad in ox.parse(lines, format=ox.RdfFormat.N_QUADS, lenient=True)}


def merged(quads: set[tuple[str, ...]]) -> set[tuple[str, ...]]:
    return {(*quad[:3], "") for quad in quads}


def oxigraph_quad(quad: ox.Quad) -> tuple[str, ...]:
    graph = "" if isinstance(quad.graph_name, ox.DefaultGraph) else quad.graph_name.value
    subject, value = quad.subject, quad.object
    assert isinstance(subject, ox.NamedNode)
    if isinstance(value, ox.Literal):
        return subject.value, quad.predicate.value, repr((value.value, value.language or value.datatype.value)), graph
    assert isinstance(value, ox.NamedNode)
    return subject.value, quad.predicate.value, value.value, graph


def with_oxigraph(data: bytes, name: str) -> set[tuple[str, ...]]:
    form = ox.RdfFormat.from_extension(TARGETS[name].endings[0].removeprefix("."))
    assert form is not None
    return {oxigraph_quad(quad) for quad in ox.parse(data, format=form)}


def with_rdflib(data: bytes, name: str) -> set[tuple[str, ...]]:
    graph = rdflib.Dataset()
    graph.parse(data=data, format=RDFLIB[name])
    default = str(graph.default_graph.identifier)
    return {
        (str(s), str(p), rdflib_object(o), "" if str(g) in (default, "None") else str(g))
        for s, p, o, g in graph.quads()
    }


def rdflib_object(value: object) -> str:
    if isinstance(value, rdflib.Literal):
        return repr((str(value), value.language or str(value.datatype or vocab.xsd_string)))
    assert isinstance(value, rdflib.URIRef)
    return str(value)


@pytest.fixture(autouse=True)
def _literals_as_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rdflib, "NORMALIZE_LITERALS", False)


# --- every target ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("parse", [with_oxigraph, with_rdflib])
@pytest.mark.parametrize("name", TARGETS)
def test_an_export_says_what_the_parts_say(content: Content, name: str, parse: Any):
    quads = from_parts(content)
    assert len(quads) > 1000
    assert parse(exported(content, name), name) == (quads if name in WITH_GRAPHS else merged(quads))


@pytest.mark.parametrize("name", [*TARGETS, "ttl.gz", "nq.zst"])
def test_the_same_bytes_each_time(content: Content, name: str):
    first = exported(content, name)
    time.sleep(0.01)
    assert exported(content, name) == first


@pytest.mark.parametrize("name", ["turtle", "trig", "rdfxml", "jsonld"])
def test_prefixes_are_declared(content: Content, name: str):
    text = exported(content, name).decode("utf-8")
    assert [
        prefix for prefix, iri in vocab.PREFIXES.items() if not re.search(f"\\b{prefix}\\W.*{re.escape(iri)}", text)
    ] == []


@pytest.mark.parametrize("name", TARGETS)
def test_no_triple_is_written_twice(content: Content, name: str):
    out = io.BytesIO()
    total = TARGETS[name].write(content, out)
    quads = from_parts(content)
    assert total == len(quads if name in WITH_GRAPHS else merged(quads))


def test_any_number_of_workers_gives_the_same_bytes(tmp_path: Path):
    texts = [path.read_text(encoding="utf-8") for path in demonstration_files()]
    one, two = (content_of(build(tmp_path / str(n), *texts, workers=n)) for n in (1, 2))
    assert [name for name in TARGETS if exported(one, name) != exported(two, name)] == []


@given(st.lists(case_files(), min_size=1, max_size=2, unique_by=lambda each: each.record.iri))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_any_case_survives_every_target(tmp_path_factory: pytest.TempPathFactory, files: list[CaseFile]):
    content = written(tmp_path_factory.mktemp("parts"), files)
    quads = from_parts(content)
    for name in TARGETS:
        try:
            data = exported(content, name)
        except Failure as failure:
            assert name == "rdfxml" and "RDF/XML cannot" in str(failure)  # noqa: PT017, PT018
        else:
            assert with_oxigraph(data, name) == (quads if name in WITH_GRAPHS else merged(quads)), name


def written(root: Path, files: list[CaseFile]) -> Content:
    """The stated graphs of some cases as a build's parts."""
    parts, entries = Parts(root), dict[str, FileEntry]()
    for file in files:
        case = read_case(file.text)
        assert case.record is not None
        lines = nquads(stated(case, BASE), home_graph(case.record, BASE))
        entries[case.record.iri] = FileEntry(case.record.iri, "", (), case=case.record.iri, part=parts.write(lines))
    return read_content(Manifest({"base": BASE, "target": RELEASE.version}, entries), parts, RELEASE)


@pytest.mark.parametrize("name", [name for name in TARGETS if name != "rdfxml"])
def test_control_characters(tmp_path: Path, name: str):
    content = content_of(build(tmp_path, nasty_case("acme", CONTROLS)))
    quads = from_parts(content)
    assert with_oxigraph(exported(content, name), name) == (quads if name in WITH_GRAPHS else merged(quads))


@pytest.mark.parametrize("character", [each for each in CONTROLS if each != "\x7f"])
def test_xml_refuses_what_it_cannot_hold(tmp_path: Path, character: str):
    content = content_of(build(tmp_path, nasty_case("acme", [character])))
    old = tmp_path / "graph.rdf"
    old.write_text("old")
    says = rf"cannot hold the character U\+{ord(character[0]):04X}, which <.*#reviewFlag> of <.*/case/acme> has"
    with pytest.raises(Failure, match=says), replacing(old) as out:
        TARGETS["rdfxml"].write(content, out)
    assert old.read_text() == "old"


@pytest.mark.parametrize(
    ("predicate", "element"),
    [
        (f"{vocab.CG}title", "cg:title"),
        (f"{vocab.CG}2nd", f'p:nd xmlns:p="{vocab.CG}2"'),
        ("http://x/a&b/c.d-e", 'p:c.d-e xmlns:p="http://x/a&amp;b/"'),
        ("urn:a", 'p:a xmlns:p="urn:"'),
    ],
)
def test_properties_in_xml(content: Content, predicate: str, element: str):
    path = content.cases[0].path.with_name("one")
    path.write_text(f'<http://x/s> <{predicate}> "a" <http://x/g> .\n', encoding="utf-8")
    one = replace(content, cases=(replace(content.cases[0], path=path),), shared=())
    data = exported(one, "rdfxml")
    path.unlink()
    assert f"<{element}>a<" in data.decode()
    assert (
        with_oxigraph(data, "rdfxml")
        == with_rdflib(data, "rdfxml")
        == {("http://x/s", predicate, repr(("a", vocab.xsd_string)), "")}
    )


def test_a_property_that_xml_cannot_name(content: Content):
    path = content.cases[0].path.with_name("one")
    path.write_text('<http://x/s> <http://x/1> "a" <http://x/g> .\n', encoding="utf-8")
    one = replace(content, cases=(replace(content.cases[0], path=path),), shared=())
    with pytest.raises(Failure, match="RDF/XML cannot name the property http://x/1"):
        exported(one, "rdfxml")
    path.unlink()


def test_a_part_that_is_gone(content: Content):
    gone = replace(content.cases[0], path=content.cases[0].path.with_name("gone"))
    with pytest.raises(Failure, match=f"what the graph says of {re.escape(gone.holds)} is gone"):
        exported(replace(content, cases=(gone,)), "ttl")


# --- Turtle that a person reads ----------------------------------------------------------------------------


def test_turtle_reads_like_the_case(tmp_path: Path):
    text = exported(content_of(build(tmp_path, minimal())), "turtle").decode("utf-8")
    entity = text[text.index("\n<case/acme> ") :].split("\n\n")[0]
    assert (
        entity
        == '''
<case/acme> a cg:Case ;
    dcterms:identifier "acme" ;
    cg:organisationName "Acme" ;
    dcterms:title "A title" ;
    dcterms:created "2026-01-29"^^xsd:date ;
    dcterms:modified "2026-01-29"^^xsd:date ;
    cg:hasSource <case/acme/source/S1> ;
    cg:caseStatus status:in_progress ;
    cg:confidence confidence:low ;
    cg:taggingRecord <case/acme/ontology-metadata> ;
    cg:narrative """
# A title
""" ;
    cg:organisation <organisation/acme> .'''
    )


def test_properties_stand_in_the_order_of_the_shapes():
    order = turtle.Order(SHAPE, names.Names(vocab.PREFIXES))
    predicates = ["<http://x/b>", "<http://x/a>", *(f"<{path}>" for path in sorted(SHAPE.by_path))]
    facts = {predicate: ["<x>"] for predicate in predicates}
    facts[f"<{vocab.rdf_type}>"] = [f"<{SHAPE.target}>"]
    inside = [f"<{each.path}>" for each in SHAPE.fields.values()]
    assert order.of(facts) == [f"<{vocab.rdf_type}>", *inside, "<http://x/a>", "<http://x/b>"]


@pytest.mark.parametrize(
    ("term", "short"),
    [
        ("<http://x/id/case/a>", "<case/a>"),
        ("<http://x/id/case/a%2Fb>", "<case/a%2Fb>"),
        ("<http://x/id/case/..>", "<http://x/id/case/..>"),
        ("<http://x/id/>", "<http://x/id/>"),
        ("<http://x/id//a>", "<http://x/id//a>"),
        ("<http://x/id/a:b>", "<http://x/id/a:b>"),
        ("<http://x/id/a?b>", "<http://x/id/a?b>"),
        ("<http://x/id/organisation/株式会社>", "<organisation/株式会社>"),
        (f"<{vocab.Case}>", "cg:Case"),
        (f"<{vocab.CG}a/b>", f"<{vocab.CG}a/b>"),
        (f"<{vocab.CG}-a>", f"<{vocab.CG}-a>"),
        (f"<{vocab.CG}>", f"<{vocab.CG}>"),
        (f'"12"^^<{vocab.xsd_integer}>', "12"),
        (f'"-12"^^<{vocab.xsd_integer}>', "-12"),
        (f'"012"^^<{vocab.xsd_integer}>', '"012"^^xsd:integer'),
        (f'"-0"^^<{vocab.xsd_integer}>', '"-0"^^xsd:integer'),
        (f'"0.5"^^<{vocab.xsd_decimal}>', "0.5"),
        (f'"5"^^<{vocab.xsd_decimal}>', '"5"^^xsd:decimal'),
        (f'"true"^^<{vocab.xsd_boolean}>', "true"),
        (f'"1"^^<{vocab.xsd_boolean}>', '"1"^^xsd:boolean'),
        ('"a"^^<http://x/type>', '"a"^^<http://x/type>'),
    ],
)
def test_short_forms(term: str, short: str):
    assert names.Names(vocab.PREFIXES, "http://x/id/")[term] == short


@pytest.mark.parametrize("base", ["http://x/id#", "http://x/?a/", "http://x/#/"])
def test_no_relative_names_where_they_would_mean_something_else(base: str):
    found = names.Names(vocab.PREFIXES, base)
    assert "@base" not in found.header()
    assert found[f"<{base}case/a>"] == f"<{base}case/a>"


# --- hashes ------------------------------------------------------------------------------------------------


def test_hash_is_that_of_the_canonical_form(content: Content):
    quads = b"".join(part.path.read_bytes() for part in (*content.cases, *content.shared))
    dataset = ox.Dataset(ox.parse(quads, format=ox.RdfFormat.N_QUADS, lenient=True))
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    lines = (ox.serialize(dataset, format=ox.RdfFormat.N_QUADS) or b"").splitlines(keepends=True)
    assert content_hash(content) == hashlib.sha256(b"".join(sorted(lines))).hexdigest()


def test_hash_of_a_build(tmp_path: Path):
    workspace = build(tmp_path, minimal("a"), minimal("a-b"), minimal("a1"))
    assert dataset_hash(workspace.manifest, Parts(workspace.home / "parts")) == content_hash(content_of(workspace))


# --- formats, compression, files -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("graph.ttl", Form(TARGETS["turtle"])),
        ("GRAPH.TTL.GZ", Form(TARGETS["turtle"], ".gz")),
        ("a.b.nq.zst", Form(TARGETS["nquads"], ".zst")),
        ("graph.json", Form(TARGETS["jsonld"])),
    ],
)
def test_the_ending_says_the_form(name: str, form: Form):
    assert form_of(Path(name)) == form


@pytest.mark.parametrize("name", ["turtle", "ttl", "nquads.gz", "nq.zst", "rdf"])
def test_a_form_has_names(name: str):
    assert form_named(name).ending.endswith(tuple(COMPRESSIONS))


@pytest.mark.parametrize("name", ["graph.docx", "graph", "graph.gz", ".ttl.bz2", "graph.csv"])
def test_an_unknown_ending_lists_the_known(name: str):
    with pytest.raises(Failure, match=r"turtle \(\.ttl\), trig \(\.trig\).*\.gz or \.zst.*casefile, csv, parquet"):
        form_of(Path(name))


def test_compressed_bytes_hold_the_same(content: Content):
    plain = exported(content, "nq")
    assert gzip.decompress(exported(content, "nq.gz")) == plain
    assert zstandard.ZstdDecompressor().stream_reader(exported(content, "nq.zst")).read() == plain


def test_gzip_holds_no_time_and_no_name(content: Content):
    assert exported(content, "nq.gz")[:10] == b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path):
    path = tmp_path / "graph.nq"
    path.write_text("old")
    path.chmod(0o640)
    with pytest.raises(RuntimeError), replacing(path) as out:
        fail(out.write(b"half"))
    assert (path.read_text(), names_in(tmp_path)) == ("old", ["graph.nq"])
    with replacing(path) as out:
        out.write(b"new")
    assert (path.read_text(), names_in(tmp_path), path.stat().st_mode & 0o777) == ("new", ["graph.nq"], 0o640)


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def test_a_link_stays_a_link(tmp_path: Path):
    link, path = tmp_path / "link", tmp_path / "file"
    path.write_text("old")
    link.symlink_to(path)
    with replacing(link) as out:
        out.write(b"new")
    assert (path.read_text(), link.is_symlink()) == ("new", True)


def test_a_device_is_written_to(content: Content):
    with replacing(Path(os.devnull)) as out:
        assert TARGETS["nquads"].write(content, out) > 1000
    assert Path(os.devnull).is_char_device()


# --- folders ---------------------------------------------------------------------------------------------------


def fail(_anything: object) -> None:
    raise RuntimeError


def said() -> dict[str, Any]:
    return {}


def files_in(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def fill(path: Path, files: dict[str, str]) -> None:
    with filling(path, said) as folder:
        for name, text in files.items():
            folder.file(name).write_text(text)


def test_a_folder_holds_one_export(tmp_path: Path):
    path = tmp_path / "out"
    fill(path, {"a": "1", "b/c": "2"})
    (path / "mine").write_text("kept")
    stamp = (path / "a").stat().st_mtime_ns
    fill(path, {"a": "1", "d": "3"})
    assert files_in(path).keys() == {"a", "d", "mine", MANIFEST}
    assert (path / "a").stat().st_mtime_ns == stamp
    listed = json.loads((path / MANIFEST).read_text())
    assert [(each["path"], each["bytes"]) for each in listed["files"]] == [("a", 1), ("d", 1)]
    assert listed["files"][0]["sha256"] == hashlib.sha256(b"1").hexdigest()


def test_a_failing_export_leaves_a_folder_as_it_was(tmp_path: Path):
    fill(tmp_path / "out", {"a": "1"})
    before = files_in(tmp_path / "out")
    with pytest.raises(RuntimeError), filling(tmp_path / "out", said) as folder:
        fail(folder.file("a").write_text("2"))
    assert files_in(tmp_path / "out") == before


def test_what_a_killed_export_left_is_cleared_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    fill(tmp_path / "out", {"a": "1"})
    monkeypatch.setattr("kg.export.files.remove_others", fail)
    with pytest.raises(RuntimeError):
        fill(tmp_path / "out", {"b": "2"})
    monkeypatch.undo()
    assert json.loads((tmp_path / "out" / MANIFEST).read_text())["complete"] is False
    fill(tmp_path / "out", {"c": "3"})
    assert files_in(tmp_path / "out").keys() == {"c", MANIFEST}


@pytest.mark.parametrize("existing", ["notes.txt", MANIFEST])
def test_a_folder_of_somebody_else_is_refused(tmp_path: Path, existing: str):
    (tmp_path / existing).write_text("{}")
    with pytest.raises(Failure, match="holds files that no export wrote"):
        fill(tmp_path, {"a": "1"})
    assert files_in(tmp_path) == {existing: b"{}"}


def test_one_file_per_case_and_one_for_the_rest(content: Content, tmp_path: Path):
    with filling(tmp_path / "out", said) as folder:
        percase.write(content, folder, form_named("ttl"))
    files = {name: data for name, data in files_in(tmp_path / "out").items() if name != MANIFEST}
    assert len(files) == len(content.cases) + 1
    assert len({name.casefold() for name in files}) == len(files)
    assert set().union(*(with_oxigraph(data, "turtle") for data in files.values())) == merged(from_parts(content))


def test_rebuilt_case_files_build_the_same_graph(content: Content, tmp_path: Path):
    with filling(tmp_path / "cases", said) as folder:
        FOLDER_TARGETS["casefile"].write(content, folder)
    workspace = Workspace(tmp_path)
    workspace.build()
    rebuilt = content_of(workspace)
    assert {case.holds: case.path.stem for case in rebuilt.cases} == {
        case.holds: case.path.stem for case in content.cases
    }


# --- tables ------------------------------------------------------------------------------------------------------


@pytest.fixture
def csv_folder(content: Content, tmp_path: Path) -> Path:
    with filling(tmp_path / "out", said) as folder:
        FOLDER_TARGETS["csv"].write(content, folder)
    return tmp_path / "out"


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_tables_have_a_row_for_each_record(content: Content, csv_folder: Path):
    types = Counter(quad[2] for quad in from_parts(content) if quad[1] == vocab.rdf_type)
    found = tables.tables(SHAPE)
    assert {target: len(rows_of(csv_folder / f"{table.name}.csv")) for target, table in found.items()} == {
        target: types[target] for target in found
    }
    claims = rows_of(csv_folder / "source.csv")
    assert list(claims[0])[:4] == ["iri", "case_id", "id", "title"]


def test_cells_hold_what_the_graph_says(content: Content, csv_folder: Path):
    quads = from_parts(content)
    flags = {(quad[0], quad[2]) for quad in quads if quad[1] == vocab.reviewFlag}
    from_table = {
        (row["iri"], repr((text, vocab.xsd_string)))
        for row in rows_of(csv_folder / "case.csv")
        for text in split(row["review_flags"])
    }
    assert from_table == {flag for flag in flags if flag[1] != repr(("", vocab.xsd_string))}


def split(cell: str) -> list[str]:
    found = [re.sub(r"\\(.)", r"\1", each, flags=re.DOTALL) for each in re.findall(r"(?:[^|\\]|\\.)+", cell, re.DOTALL)]
    return found if cell else []


def test_the_data_package_describes_the_tables(csv_folder: Path):
    package = json.loads((csv_folder / "datapackage.json").read_text(encoding="utf-8"))
    assert {resource["path"] for resource in package["resources"]} == {path.name for path in csv_folder.glob("*.csv")}
    for resource in package["resources"]:
        data = (csv_folder / resource["path"]).read_bytes()
        assert (resource["bytes"], resource["hash"]) == (len(data), f"sha256:{hashlib.sha256(data).hexdigest()}")
        columns = [field["name"] for field in resource["schema"]["fields"]]
        assert data.decode("utf-8").split("\r\n", 1)[0].split(",") == columns
        for row in rows_of(csv_folder / resource["path"]):
            jsonschema.validate(typed(row, resource["schema"]), {"type": "object", "properties": json_schema(resource)})


def typed(row: dict[str, str], schema: dict[str, Any]) -> dict[str, Any]:
    numbers = {field["name"] for field in schema["fields"] if field["type"] in ("integer", "number", "boolean")}
    return {name: json.loads(value) if name in numbers else value for name, value in row.items() if value}


def json_schema(resource: dict[str, Any]) -> dict[str, Any]:
    kinds = {"date": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d$"}}
    return {field["name"]: kinds.get(field["type"], {"type": field["type"]}) for field in resource["schema"]["fields"]}


def test_parquet_holds_the_same_rows(content: Content, csv_folder: Path, tmp_path: Path):
    polars = pytest.importorskip("polars", reason="polars is the extra [dataframe]")
    with filling(tmp_path / "parquet", said) as folder:
        FOLDER_TARGETS["parquet"].write(content, folder)
    for target, table in tables.tables(SHAPE).items():
        frame = polars.read_parquet(tmp_path / "parquet" / f"{table.name}.parquet")
        texts = [
            [tables.as_text(cell) if isinstance(cell, str | list) else cell for cell in row] for row in frame.rows()
        ]
        expected = [list(row.values()) for row in rows_of(csv_folder / f"{table.name}.csv")]
        assert [[plain(cell) for cell in row] for row in texts] == expected, target


def plain(cell: object) -> str:
    if isinstance(cell, bool):
        return str(cell).lower()
    return str(cell).removesuffix(".0") if isinstance(cell, float) else "" if cell is None else str(cell)


def test_without_polars_the_message_says_what_to_do(content: Content, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("kg.export.parquet.find_spec", lambda _name: None)
    with pytest.raises(Failure, match=r"casegraph\[dataframe\]"), filling(tmp_path / "out", said) as folder:
        FOLDER_TARGETS["parquet"].write(content, folder)


# --- public ------------------------------------------------------------------------------------------------------

REVIEWED = """value_claims:
- id: VC-001
  claim_title: Short
  source_ids: [S1]
  ai_attribution: direct
  verification_status: needs_review
  evidence_level: method
  source_quote: {short}
  human_validation:
    reviewed: true
    reviewer_verdict: valid
    review_notes: a note
    reviewer_id: reviewer-7
- id: VC-002
  claim_title: Long
  source_ids: [S1]
  ai_attribution: direct
  verification_status: needs_review
  evidence_level: method
  source_quote: {long}
"""


def test_public_leaves_out_what_the_shapes_call_confidential(tmp_path: Path):
    claims = REVIEWED.format(short="é" * 300, long="é" * 301)
    workspace = build(tmp_path, minimal().replace("value_claims: []\n", claims))
    content = content_of(workspace, public=True)
    left_out = from_parts(content) - with_oxigraph(exported(content, "nq"), "nquads")
    assert sorted((quad[1].removeprefix(vocab.CG), quad[2][:12]) for quad in left_out) == [
        ("narrative", r"('\n# A titl"),
        ("reviewNotes", "('a note', '"),
        ("reviewerId", "('reviewer-7"),
        ("sourceQuote", "('" + "é" * 10),
    ]
    assert content.left_out == {
        "cg:narrative": 1, "cg:reviewNotes": 1, "cg:reviewerId": 1, "cg:sourceQuote longer than 300 characters": 1,
    }  # fmt: skip


@pytest.mark.parametrize("name", [*TARGETS, *FOLDER_TARGETS])
def test_no_target_tells_what_is_confidential(tmp_path: Path, name: str):
    if name == "parquet":
        pytest.importorskip("polars", reason="polars is the extra [dataframe]")
    claims = REVIEWED.format(short="short", long="long " * 100)
    content = content_of(build(tmp_path, minimal().replace("value_claims: []\n", claims)), public=True)
    if name in TARGETS:
        texts = {"": exported(content, name)}
    else:
        with filling(tmp_path / "out", said) as folder:
            FOLDER_TARGETS[name].write(content, folder)
        texts = files_in(tmp_path / "out")
    together = b"".join(texts.values())
    assert b"VC-002" in together or name == "parquet"
    assert [secret for secret in (b"reviewer-7", b"a note", b"long long", b"# A title") if secret in together] == []


def test_a_thing_of_unknown_class_is_held_to_every_rule(tmp_path: Path):
    content = content_of(build(tmp_path, minimal()), public=True)
    assert content.disclosure is not None
    line = f'<http://x/1> <{vocab.reviewerId}> "me" <http://x/g> .\n'.encode()
    case = f"<http://x/1> <{vocab.rdf_type}> <{vocab.Case}> <http://x/g> .\n".encode()
    assert list(content.disclosure.shown([line], Counter())) == []
    assert list(content.disclosure.shown([case, line], Counter())) == [case, line]


# --- partitioned ---------------------------------------------------------------------------------------------------


def many_cases(root: Path, number: int = 60) -> Workspace:
    return build(root, *(minimal(f"case-{index}", f"Organisation {index}") for index in range(number)))


def test_partitions_hold_the_dataset(content: Content, tmp_path: Path):
    done = partitioned.write(content, tmp_path / "out", ABOUT, size=100_000)
    manifest = json.loads((tmp_path / "out" / MANIFEST).read_text(encoding="utf-8"))
    parts = {name: gzip.decompress(data) for name, data in files_in(tmp_path / "out" / "data").items()}
    assert with_oxigraph(b"".join(parts.values()), "nquads") == from_parts(content)
    assert manifest["rdfc10"] == content_hash(content)
    assert sum(each.get("quads", 0) for each in manifest["files"]) == done.quads == len(from_parts(content))
    assert all(re.fullmatch(r"part-\d{5}\.nq\.gz", name) for name in parts)
    assert {each["path"] for each in manifest["files"]} == {
        *LOADERS, dataset.DESCRIPTION, *(f"data/{name}" for name in parts),
    }  # fmt: skip


def test_one_changed_case_touches_one_part(tmp_path: Path):
    workspace, out = many_cases(tmp_path / "ws"), tmp_path / "out"
    first = partitioned.write(content_of(workspace), out, ABOUT, size=20_000)
    before = files_in(out / "data")
    assert len(before) == first.parts > 8
    again = partitioned.write(content_of(workspace), out, ABOUT, size=20_000)
    assert (again.written, files_in(out / "data")) == (0, before)
    build(tmp_path / "ws", minimal("case-0", "Organisation 0").replace("A title", "Another title"))
    changed = partitioned.write(content_of(workspace), out, ABOUT, size=20_000)
    after = files_in(out / "data")
    differing = [name for name in after if after[name] != before.get(name)]
    assert len([name for name in differing if name < "part-9"]) == 1
    assert len(differing) == changed.written <= 3  # the build record, too, and the organisations


def test_a_damaged_part_is_written_again(tmp_path: Path):
    content, out = content_of(many_cases(tmp_path / "ws", 5)), tmp_path / "out"
    partitioned.write(content, out, ABOUT)
    before = files_in(out)
    (out / "data" / "part-00000.nq.gz").write_bytes(b"damaged")
    assert partitioned.write(content, out, ABOUT).written == 1
    assert files_in(out) == before


def test_parts_depend_on_the_cases_alone(tmp_path: Path):
    """However the folder came about, equal builds make equal parts."""
    workspace = many_cases(tmp_path / "ws", 30)
    partitioned.write(content_of(workspace), tmp_path / "grown", ABOUT, size=20_000)
    build(tmp_path / "ws", *(minimal(f"case-{index}", f"Organisation {index}") for index in range(60)))
    partitioned.write(content_of(workspace), tmp_path / "grown", ABOUT, size=20_000)
    partitioned.write(content_of(workspace), tmp_path / "fresh", ABOUT, size=20_000)
    assert files_in(tmp_path / "grown" / "data") == files_in(tmp_path / "fresh" / "data")


def test_a_part_stays_below_its_size(tmp_path: Path):
    content = content_of(many_cases(tmp_path))
    found = list(partitioned.partitions(content.cases, 20_000))
    assert sorted(case.holds for each in found for case in each.parts) == sorted(case.holds for case in content.cases)
    sizes = [sum(case.path.stat().st_size for case in each.parts) for each in found]
    assert max(sizes) <= 20_000
    numbers = [each.number for each in found]
    assert numbers == sorted(set(numbers))


@pytest.mark.parametrize("name", [name for name in LOADERS if name.endswith(".sh")])
def test_loaders_are_shell_that_says_what_it_needs(tmp_path: Path, name: str):
    path = tmp_path / "load.sh"
    path.write_text(LOADERS[name])
    assert subprocess.run(["sh", "-n", path], check=False).returncode == 0
    done = subprocess.run(["sh", path], capture_output=True, text=True, env={"PATH": os.environ["PATH"]}, check=False)
    assert done.returncode != 0
    assert re.search(r"set [A-Z]+ to", done.stderr)


# --- a described dataset ---------------------------------------------------------------------------------------------


def described(folder: Path) -> rdflib.Graph:
    return rdflib.Graph().parse(folder / dataset.DESCRIPTION, format="turtle")


def values(graph: rdflib.Graph, predicate: str) -> set[str]:
    return {str(value) for value in graph.objects(None, rdflib.URIRef(predicate))}


def test_dataset_describes_its_files_and_its_content(content: Content, tmp_path: Path):
    forms = [form_named("turtle.gz"), form_named("nq.zst"), form_named("jsonld")]
    dataset.write(content, tmp_path / "out", ABOUT, forms)
    graph = described(tmp_path / "out")
    conforms, _, text = pyshacl.validate(graph, shacl_graph=str(ROOT / "shapes/published/dataset.ttl"))
    assert conforms, text
    files = {name: data for name, data in files_in(tmp_path / "out").items() if name.startswith("graph.")}
    assert values(graph, vocab.spdx_checksumValue) == {hashlib.sha256(data).hexdigest() for data in files.values()}
    assert values(graph, vocab.dcat_byteSize) == {str(len(data)) for data in files.values()}
    merged = list(ox.parse(exported(content, "ntriples"), format=ox.RdfFormat.N_TRIPLES))
    [dataset_node] = graph.subjects(rdflib.RDF.type, rdflib.URIRef(vocab.dcat_Dataset))
    assert graph.value(dataset_node, rdflib.URIRef(vocab.void_triples)) == rdflib.Literal(len(merged))
    types = Counter(each.object.value for each in merged if each.predicate.value == vocab.rdf_type)
    partitions = graph.objects(dataset_node, rdflib.URIRef(vocab.void_classPartition))
    said = {str(graph.value(each, VOID["class"])): graph.value(each, VOID.entities).toPython() for each in partitions}
    assert said == types


def test_dataset_carries_the_notice_of_a_catalogue(content: Content, tmp_path: Path):
    dataset.write(content, tmp_path / "out", ABOUT, [form_named("nq")])
    assert any("APQC" in notice for notice in values(described(tmp_path / "out"), vocab.dcterms_rights))


def test_dataset_names_the_version_before(tmp_path: Path):
    root, out = tmp_path / "ws", tmp_path / "out"
    first = content_of(build(root, minimal("a")))
    dataset.write(first, out, ABOUT, [form_named("nq")])
    assert values(described(out), vocab.dcat_previousVersion) == set()
    second = content_of(build(root, minimal("a").replace("A title", "Another title")))
    dataset.write(second, out, ABOUT, [form_named("nq")])
    assert values(described(out), vocab.dcat_previousVersion) == {f"{second.base}dataset/{first.build}"}
    before = files_in(out)
    dataset.write(second, out, ABOUT, [form_named("nq")])
    assert files_in(out) == before


def test_a_description_that_lacks_its_title_does_not_conform(content: Content, tmp_path: Path):
    dataset.write(content, tmp_path / "out", ABOUT, [form_named("nq")])
    graph = described(tmp_path / "out")
    graph.remove((None, rdflib.DCTERMS.title, None))
    assert not pyshacl.validate(graph, shacl_graph=str(ROOT / "shapes/published/dataset.ttl"))[0]


# --- the command ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("workspace"), minimal("a"), minimal("b")).root


def run(workspace: Path, *words: str | Path) -> tuple[int, str, str]:
    done = CliRunner().invoke(kg, ["export", "-C", str(workspace), *map(str, words)])
    message = str(done.exception) if isinstance(done.exception, Failure) else ""
    return done.exit_code, done.stdout, done.stderr + message


def test_command_writes_a_file_and_says_so(workspace: Path, tmp_path: Path):
    status, out, error = run(workspace, "-o", tmp_path / "graph.ttl")
    assert (status, out) == (0, "")
    assert re.fullmatch(r"Wrote [\d,]+ triples, [\d.]+ kB to .*graph\.ttl as Turtle\n", error)
    assert (tmp_path / "graph.ttl").read_bytes() == exported(content_of(Workspace(workspace)), "turtle")


def test_command_writes_to_standard_output(workspace: Path):
    assert run(workspace)[1].startswith("@base <")
    assert run(workspace, "--format", "nt")[1].startswith("<http")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["-o", "graph.docx"], "`.docx` is no known ending; known: turtle"),
        (["-o", "graph.ttl", "--format", "word"], "`word` is no known format; known: turtle"),
        (["-o", "nowhere/graph.ttl"], "nowhere: there is no such folder"),
        (["-o", "here.ttl"], "is a folder"),
        (["-o", "a.ttl", "--per-case", "b"], "give one of -o, --per-case, --partitioned and --dataset"),
        (["--format", "csv"], "name a folder with -o DIR"),
        (["--partitioned", "out", "--format", "ttl"], "parts are N-Quads"),
        (["--per-case", "here", "--format", "csv"], "no --per-case"),
    ],
)
def test_command_says_what_is_wrong(
    workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], message: str
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "here.ttl").mkdir()
    status, _, error = run(workspace, *words)
    assert status != 0
    assert message in error
    assert [path.name for path in tmp_path.rglob("*")] == ["here.ttl"]


def test_command_before_the_first_build(tmp_path: Path):
    assert "make one with `kg build`" in run(tmp_path, "-o", tmp_path / "graph.ttl")[2]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["--per-case", "out"], {"a.ttl", "b.ttl", "shared.ttl"}),
        (["--per-case", "out", "--format", "nq.gz"], {"a.nq.gz", "b.nq.gz", "shared.nq.gz"}),
        (["-o", "out", "--format", "casefile"], {"a/casefile.md", "b/casefile.md"}),
        (["--partitioned", "out", "--public"], {"data/part-00000.nq.gz", "load/virtuoso.sh", "Qleverfile"}),
    ],
)
def test_command_writes_folders(
    workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], found: set[str]
):
    monkeypatch.chdir(tmp_path)
    status, _, error = run(workspace, *words)
    assert (status, error.startswith("Wrote")) == (0, True)
    assert found <= files_in(tmp_path / "out").keys()


def test_command_says_what_public_left_out(workspace: Path, tmp_path: Path):
    assert run(workspace, "-o", tmp_path / "graph.nq", "--public")[2].endswith(
        "Left out as confidential: 2 cg:narrative\n"
    )


def test_the_help_names_every_format():
    text = CliRunner().invoke(kg, ["export", "--help"]).stdout
    endings = [target.endings[0] for target in TARGETS.values()]
    assert [each for each in (*endings, *COMPRESSIONS, *FOLDER_TARGETS) if each not in text] == []
