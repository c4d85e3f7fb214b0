"""Overlays of a workspace in builds and checks: graphs, problems at their lines, and what a change makes anew."""

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from kg import vocab
from kg.build import Result
from kg.shape import decode
from kg.store.base import Table
from kg.terms import plain
from kg.workspace import BASE, Workspace
from tests.material import CORPUS, minimal, needs_corpus, write_case
from tests.test_build_links import case
from tests.test_overlay import OVERLAYS, entry, needs_overlays

ISIC = vocab.CASEGRAPH + "taxonomy/ISIC_Rev_5"


def write(root: Path, *entries: dict[str, Any], name: str = "industry") -> None:
    folder = root / "overlays" / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "metadata.json").write_text(json.dumps({"overlay_id": name}), encoding="utf-8")
    body = {"taxonomy_ref": "ISIC_Rev_5", "classifications": entries}
    (folder / "classifications.json").write_text(json.dumps(body, indent=1), encoding="utf-8")


def build(root: Path, *, full: bool = False) -> Result:
    return Workspace(root, workers=1).build(full=full)


def same_as_full(root: Path) -> bool:
    incremental = set(Workspace(root).store.quads())
    build(root, full=True)
    return set(Workspace(root).store.quads()) == incremental


def problems(root: Path) -> list[str]:
    """What is wrong with overlays, the same in a build and in a check."""
    built = [str(each) for each in build(root).manifest.problems() if each.span.file.startswith("overlays")]
    assert [str(each) for each in Workspace(root).check().problems() if each.span.file.startswith("overlays")] == built
    return built


def graphs(root: Path) -> dict[str, int]:
    found: dict[str, int] = {}
    for quad in Workspace(root).store.quads():
        if isinstance(quad.graph_name, ox.NamedNode):
            found[quad.graph_name.value] = found.get(quad.graph_name.value, 0) + 1
    return found


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write_case(tmp_path, case("alpha", "Acme", "8.0", "Manage Customer Service"), "alpha")
    write_case(tmp_path, minimal("beta", "Beta"), "beta")
    write(tmp_path, entry("alpha", "H50"), entry("alpha", "H52", claim_id="CC-001"))
    build(tmp_path)
    return tmp_path


def test_each_overlay_is_a_graph_of_its_own_beside_its_taxonomy(root: Path):
    write(root, entry("beta", "G47"), name="second")
    assert problems(root) == []
    assert {BASE + "overlay/industry", BASE + "overlay/second", ISIC} < graphs(root).keys()
    answer = Workspace(root).sparql(
        "SELECT ?graph ?class { GRAPH ?graph { [] cg:classifiedCase ?case ; cg:primarySector ?class } } ORDER BY ?class"
    )
    assert isinstance(answer, Table)
    assert [
        [term.value.rsplit("/", 1)[-1] for term in row if isinstance(term, ox.NamedNode)] for row in answer.rows
    ] == [
        ["second", "G47"],
        ["industry", "H50"],
        ["industry", "H52"],
    ]


def test_a_changed_overlay_changes_its_graph_and_no_other(root: Path):
    write(root, entry("beta", "H50"), name="second")
    before = build(root).manifest
    write(root, entry("beta", "H50", notes="seen again"), name="second")
    done = build(root)
    assert (done.read, done.is_new) == (0, True)
    changed = {name for name, part in done.manifest.parts.items() if before.parts.get(name) != part}
    assert changed == {BASE + "overlay/second", BASE + "build"}
    assert same_as_full(root)


def test_the_build_record_names_the_files_of_overlays_by_hash(root: Path):
    query = """SELECT ?path ?hash { ?build prov:used ?file . ?overlay a cg:Overlay ; prov:wasDerivedFrom ?file .
        ?file a cg:OverlayFile ; cg:path ?path ; cg:sha256 ?hash } ORDER BY ?path"""
    path = root / "overlays/industry/classifications.json"
    for text in (path.read_bytes(), b"\n" + path.read_bytes()):
        path.write_bytes(text)
        build(root)
        answer = Workspace(root).sparql(query)
        assert isinstance(answer, Table)
        first, second = [[plain(term) for term in row] for row in answer.rows]
        assert first == ["overlays/industry/classifications.json", hashlib.sha256(text).hexdigest()]
        assert second[0] == "overlays/industry/metadata.json"
    assert same_as_full(root)


def test_a_file_that_is_missing_is_told_and_stops_nothing(root: Path):
    (root / "overlays/industry/metadata.json").unlink()
    (root / "overlays/other").mkdir()
    assert problems(root) == [
        "overlays/industry/metadata.json: error bad-overlay the file is missing",
        "overlays/other/classifications.json: error bad-overlay the file is missing",
        "overlays/other/metadata.json: error bad-overlay the file is missing",
    ]
    assert graphs(root)[BASE + "overlay/industry"] > 5
    assert same_as_full(root)


def test_nothing_changed_is_not_read_again(root: Path):
    assert not build(root).is_new
    (root / "overlays/industry/classifications.json").touch()
    assert not build(root).is_new


def remove_claim(root: Path) -> None:
    write_case(root, minimal("alpha", "Acme"), "alpha")


def remove_case(root: Path) -> None:
    (root / "cases/alpha/casefile.md").unlink()


def break_overlay(root: Path) -> None:
    write(root, {"case_id": "alpha"})


def narrow_taxonomy(root: Path) -> None:
    path = root / "ontology/taxonomy/ISIC_Rev_5.ttl"
    path.parent.mkdir(parents=True)
    path.write_text(
        "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
        f'<{ISIC}> a skos:ConceptScheme ; <{vocab.hasNestedCodes}> true . <{ISIC}/A> skos:notation "A" .\n'
    )


def remove_overlay(root: Path) -> None:
    shutil.rmtree(root / "overlays/industry")


NO_CASE = "warning unknown-overlay-case there is no case `alpha`"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (remove_claim, ["17:16: warning unknown-overlay-case the case `alpha` has no claim `CC-001`"]),
        (remove_case, [f"5:15: {NO_CASE}", f"12:15: {NO_CASE}"]),
        (break_overlay, ["4:3: error bad-overlay `primary_sector` is missing"]),
        (
            narrow_taxonomy,
            [
                "7:13: warning unplaced-sector `H50` is below no sector of ISIC_Rev_5: A",
                "14:13: warning unplaced-sector `H52` is below no sector of ISIC_Rev_5: A",
            ],
        ),
        (remove_overlay, []),
    ],
)
def test_what_an_overlay_depends_on_makes_it_anew(root: Path, change: Callable[[Path], None], expected: list[str]):
    change(root)
    assert problems(root) == [f"overlays/industry/classifications.json:{line}" for line in expected]
    assert (BASE + "overlay/industry" in graphs(root)) == (change is not remove_overlay)
    assert same_as_full(root)


def test_the_shape_is_checked_and_the_rest_applies(root: Path):
    twice = entry("alpha", "H50", secondary_sectors=[{"code": "H50"}])
    write(root, twice, entry("beta", "G47"))
    [found] = problems(root)
    assert found.endswith("classifications.json:5:15: error bad-overlay the primary sector is among the secondary ones")
    answer = Workspace(root).sparql("SELECT ?case { [] a cg:Classification ; cg:classifiedCase ?case }")
    assert isinstance(answer, Table)
    assert [row[0] for row in answer.rows] == [ox.NamedNode(BASE + "case/beta")]


def test_a_strict_build_refuses_an_overlay_with_errors(root: Path):
    write(root, {"case_id": "alpha"})
    for _ in range(2):
        done = Workspace(root, workers=1).build(strict=True)
        assert done.is_refused
    assert [each.path for each in done.manifest.in_error()] == ["overlays/industry/classifications.json"]
    assert not build(root).is_refused


def test_an_overlay_of_cases_that_are_left_out(root: Path):
    """A case with errors is not in the graph, so nothing may point to it."""
    write_case(root, minimal("beta", "Beta").replace("status: in_progress", "status: nonsense"), "beta")
    write(root, entry("beta", "H50"))
    assert problems(root) == [
        "overlays/industry/classifications.json:5:15: warning unknown-overlay-case there is no case `beta`"
    ]


@needs_overlays
@needs_corpus
def test_the_real_overlay_over_the_real_cases(tmp_path: Path):
    (tmp_path / "overlays").symlink_to(OVERLAYS)
    (tmp_path / "cases").symlink_to(CORPUS)
    workspace = Workspace(tmp_path)
    manifest = workspace.build().manifest
    told = [each for each in manifest.problems() if each.span.file.startswith("overlays")]
    said = json.loads((OVERLAYS / "industry_sector/classifications.json").read_text(encoding="utf-8"))[
        "classifications"
    ]
    here = {decode(entry.case.removeprefix("case/")) for entry in manifest.cases()}
    assert {each.code for each in told} <= {"unknown-overlay-case"}
    assert len(told) == sum(each["case_id"] not in here for each in said)
    rows = workspace.query("cases-by-industry").table.rows
    assert len(rows) == len(said) - len(told) > 50
    sections = [each["primary_sector"]["code"][0] for each in said if each["case_id"] in here]
    assert len(workspace.query("cases-by-industry", sector="C").table.rows) == sections.count("C") > 0
    workspace.close()
