"""Releases that build on others, the lock that holds them to what they were, and the release of a graph."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given, settings

from kg import casefile, vocab
from kg.case import Reader
from kg.check import Checker
from kg.ontology import difference, locked_faults, read_lock
from kg.ontology.draft import draft
from kg.ontology.lock import lock, lock_path
from kg.problem import Failure
from kg.release import Release, find_releases
from kg.shape import read_shapes
from kg.triples import rebuild, stated
from kg.workspace import BASE, Workspace
from tests.material import minimal, write_case
from tests.strategies import READER, Tree, records

SHIPPED = find_releases()
PREFIXES = """@prefix cg:   <https://w3id.org/casegraph/ontology#> .
@prefix cgs:  <https://w3id.org/casegraph/shapes#> .
@prefix owl:  <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh:   <http://www.w3.org/ns/shacl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix xsd:  <http://www.w3.org/2001/XMLSchema#> .
@prefix mechanism: <https://w3id.org/casegraph/mechanism/> .
@prefix outcome: <https://w3id.org/casegraph/outcome/> .
"""
NEXT = "7.0"
"""A release of a workspace's own, on top of the first that ships."""
Make = Callable[..., Release]


def write_release(
    root: Path, *, version: str = NEXT, base: str = "1.0", terms: str = "", shapes: str = "", header: str = ""
) -> None:
    """A release below a workspace that holds only what differs; ``header`` says what it revises and drops."""
    iri = f"<https://w3id.org/casegraph/ontology/{version}>"
    files = {
        f"ontology/{version}/release.ttl": f"{iri} cg:buildsOn <{vocab.CASEGRAPH}ontology/{base}> .\n{header}",
        f"ontology/{version}/ontology.ttl": terms,
        f"shapes/{version}/shapes.ttl": shapes,
    }
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(PREFIXES + text.replace("THIS", iri), encoding="utf-8")


@pytest.fixture
def make(tmp_path: Path) -> Make:
    def made(**said: str) -> Release:
        write_release(tmp_path, **said)
        return find_releases((tmp_path,))[said.get("version", NEXT)]

    return made


# --- Building on another release -----------------------------------------------------------------------


def test_what_is_not_said_is_as_in_the_base(make: Make):
    made, base = make(), SHIPPED["1.0"]
    own = {f"{vocab.CASEGRAPH}ontology/{NEXT}"}
    assert set(made.terms) - own == set(base.terms) - {f"{vocab.CASEGRAPH}ontology"}
    assert {
        subject: list(map(str, said)) for subject, said in made.case_shapes.items()
    }.keys() == base.case_shapes.keys()
    assert made.rules == base.rules
    assert difference(base, made).changes == ()


def test_a_revised_term_says_only_what_the_release_says_and_keeps_its_place(make: Make):
    terms = 'mechanism:automation a skos:Concept ; skos:prefLabel "by machine"@en ; skos:notation "automation" .'
    made = make(terms=terms, header="THIS cg:revises mechanism:automation .")
    automation = vocab.CASEGRAPH + "mechanism/automation"
    assert made.facts[automation][vocab.skos_prefLabel] == ["by machine"]
    assert vocab.skos_definition not in made.facts[automation]
    order = [each for each in made.terms if each.startswith(vocab.CASEGRAPH + "mechanism/")]
    assert order == [each for each in SHIPPED["1.0"].terms if each.startswith(vocab.CASEGRAPH + "mechanism/")]


def test_what_is_added_to_a_subject_stands_beside_what_the_base_says(make: Make):
    made = make(shapes='cgs:Case sh:property cgs:Case-team . cgs:Case-team sh:codeIdentifier "team" ; sh:order 50 ; '
                       "sh:path cg:team ; sh:datatype xsd:string ; sh:maxCount 1 .")  # fmt: skip
    fields = read_shapes(made).fields
    assert list(fields)[-2:] == ["team", "pending"]
    assert len(fields) == len(read_shapes(SHIPPED["1.0"]).fields) + 1


def test_what_is_dropped_is_gone_with_every_mention(make: Make):
    made = make(
        header="THIS cg:drops cgs:missing-title, cgs:missing-text, <https://w3id.org/casegraph/problem/twin-cases> ."
    )
    text = "".join(str(each) for said in made.case_shapes.values() for each in said)
    assert "shapes#missing-text>" in "".join(str(each) for said in SHIPPED["1.0"].case_shapes.values() for each in said)
    assert "shapes#missing-title>" not in text
    assert "shapes#missing-text>" not in text
    assert list(made.rules) == ["quote-of-several-cases"]
    case = Reader(find_releases((made.ontology.parent.parent,))).read(
        minimal().replace("title: A title\n", "", 1).replace("'1.0'", f"'{NEXT}'").encode(), "a.md"
    )
    assert case is not None
    found = Checker({NEXT: made}).check(case, stated(case, BASE), BASE)
    assert "missing-title" not in {problem.code for problem in found}


def test_blank_nodes_go_with_the_subject_that_they_hang_from(make: Make):
    made = make(header="THIS cg:drops cgs:odd-id-of-case .")
    gone = sum(map(len, SHIPPED["1.0"].case_shapes.values())) - sum(map(len, made.case_shapes.values()))
    assert gone == len(SHIPPED["1.0"].case_shapes[vocab.CASEGRAPH + "shapes#odd-id-of-case"]) + 1
    nodes = {
        each.subject for said in made.case_shapes.values() for each in said if isinstance(each.subject, ox.BlankNode)
    }
    held = {each.object for said in made.case_shapes.values() for each in said if isinstance(each.object, ox.BlankNode)}
    assert nodes == held


def test_a_rule_of_the_same_name_takes_the_place_of_the_base_s(tmp_path: Path):
    write_release(tmp_path)
    rule = tmp_path / "ontology" / NEXT / "rules" / "twin-cases.rq"
    rule.parent.mkdir()
    rule.write_text("SELECT ?subjects { VALUES ?subjects { UNDEF } }", encoding="utf-8")
    made = find_releases((tmp_path,))[NEXT]
    assert made.rules["twin-cases"] == rule
    assert made.rules.keys() == SHIPPED["1.0"].rules.keys()


@pytest.mark.parametrize("base", ["6.5", NEXT, "8.0"])
def test_a_base_that_is_not_there_or_not_earlier(make: Make, base: str):
    with pytest.raises(Failure, match=f"builds on release {base}; releases before {NEXT}: 1.0, 1.1"):
        make(base=base).terms  # noqa: B018


def test_releases_of_a_workspace_may_build_on_each_other(tmp_path: Path):
    write_release(tmp_path, terms='cg:team a owl:DatatypeProperty ; rdfs:label "team"@en .')
    write_release(tmp_path, version="7.1", base=NEXT)
    made = find_releases((tmp_path,))["7.1"]
    assert vocab.CG + "team" in made.terms
    assert f"{vocab.CASEGRAPH}ontology/{NEXT}" not in made.terms


@pytest.mark.parametrize("version", [version for version in SHIPPED if version != "1.0"])
def test_whatever_a_case_of_a_release_says_comes_back_from_its_triples(version: str):
    shape = READER.shapes(version)

    @settings(max_examples=60)
    @given(records(shape, version=version))
    def comes_back(tree: Tree):
        case = READER.read(casefile.write(tree.record, tree.body).encode(), "a.md")
        assert case is not None
        assert case.record is not None
        assert case.record.content() == tree.record.content()
        said = stated(case, BASE)
        assert len({subject for subject, _, _ in said}) == len(list(case.record.walk()))
        record, _ = rebuild(said, shape, BASE)
        assert record.content() == case.record.content()

    comes_back()


def test_a_drafted_release_changes_nothing(tmp_path: Path):
    for name, text in draft("1.2", SHIPPED["1.1"]).items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    made = find_releases((tmp_path,))["1.2"]
    found = difference(SHIPPED["1.1"], made)
    assert (found.changes, found.refusals) == ((), [])
    assert made.facts[f"{vocab.CASEGRAPH}ontology"][vocab.owl_backwardCompatibleWith] == [SHIPPED["1.1"].iri]


@pytest.mark.parametrize(
    ("version", "message"),
    [
        ("1.0", "1.0 does not come after 1.1"),
        ("1.1", "1.1 does not come after 1.1"),
        ("v2", "v2 is no version"),
        ("01.2", "01.2 is no version"),
    ],
)
def test_a_version_that_cannot_follow(version: str, message: str):
    with pytest.raises(Failure, match=message):
        draft(version, SHIPPED["1.1"])


# --- The lock ------------------------------------------------------------------------------------------


def test_shipped_releases_are_as_they_were_locked():
    assert locked_faults(SHIPPED.values()) == []
    assert list(read_lock(lock_path(SHIPPED["1.0"]))) == list(SHIPPED)


def test_shipped_releases_take_the_step_that_their_changes_demand():
    later = [release for release in SHIPPED.values() if release.base]
    assert len(later) >= 2
    for release in later:
        assert release.base is not None
        assert difference(release.base, release).refusals == []


def test_the_hash_does_not_depend_on_how_files_are_laid_out(tmp_path: Path):
    shapes = tmp_path / "shapes"
    shapes.mkdir()
    texts = [path.read_text(encoding="utf-8") for path in sorted(SHIPPED["1.0"].shapes.glob("*.ttl"))]
    (shapes / "all.ttl").write_text("\n".join(reversed(texts)), encoding="utf-8")
    one_file = Release("1.0", SHIPPED["1.0"].ontology, shapes)
    assert one_file.canonical_hash == SHIPPED["1.0"].canonical_hash


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the shipped releases, all locked, that a test may change."""
    for folder in ("ontology", "shapes"):
        for version, release in SHIPPED.items():
            source = release.ontology if folder == "ontology" else release.shapes
            shutil.copytree(source, tmp_path / folder / version)
    for release in find_releases((tmp_path,)).values():
        lock(release)
    return tmp_path


def faults(root: Path) -> list[str]:
    return locked_faults(find_releases((root,)).values())


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_nothing_changed(checkout: Path):
    assert faults(checkout) == []
    edit(
        checkout / "shapes/2.0/process-reference.ttl",
        "# How a context claim",
        "\n# Comments are no content. How a claim",
    )
    assert faults(checkout) == []


BUILT_ON = [
    "release 1.1 is locked and has changed with release 1.0, which it builds on",
    "release 2.0 is locked and has changed with release 1.1, which it builds on",
]


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("ontology/1.0/ontology.ttl", "does a task from", "does work from", "term mechanism/automation differs"),
        ("ontology/1.0/ontology.ttl", "rank               6", "rank 7", "term cognitive-depth/autonomous differs"),
        ("shapes/1.0/rules-case.ttl", 'sh:pattern "[^a-z0-9-]"', 'sh:pattern "[^a-z]"', "shape odd-id-of-case differs"),
        ("shapes/1.0/case.ttl", "sh:order 14 ;", "sh:order 13.5 ;", "shape Case-review_flags differs"),
        ("ontology/1.0/rules/twin-cases.rq", "> 1", "> 2", "rule twin-cases differs"),
    ],
)  # fmt: skip
def test_a_changed_release_is_found_by_the_name_of_what_changed(
    checkout: Path, file: str, old: str, new: str, said: str
):
    edit(checkout / file, old, new)
    assert faults(checkout) == [f"release 1.0 is locked and has changed: {said}", *BUILT_ON]


def test_what_is_new_or_gone_is_named_too(checkout: Path):
    edit(checkout / "ontology/2.0/ontology.ttl", "cg:referredId a", "cg:referredNumber a")
    [found] = faults(checkout)
    assert found == "release 2.0 is locked and has changed: term cg:referredId is gone; term cg:referredNumber is new"


def test_a_locked_release_cannot_be_locked_anew_with_other_content(checkout: Path):
    edit(checkout / "ontology/2.0/ontology.ttl", '"7.4"', '"8.0"')
    with pytest.raises(Failure, match="term cg:referredVersion differs; a released version stays as it is"):
        lock(find_releases((checkout,))["2.0"])


def test_a_release_is_locked_after_the_one_that_it_builds_on(checkout: Path):
    lock_file = checkout / "ontology/releases.lock"
    said = json.loads(lock_file.read_text(encoding="utf-8"))
    said["1.1"]["locked"] = False
    lock_file.write_text(json.dumps(said), encoding="utf-8")
    write_release(checkout, version="1.2", base="1.1")
    with pytest.raises(Failure, match=r"release 1\.2 builds on 1\.1, which is still open"):
        lock(find_releases((checkout,))["1.2"])


def test_too_small_a_step_is_not_locked(checkout: Path):
    write_release(checkout, version="2.1", base="2.0", header="THIS cg:drops cgs:Case-confidence .")
    with pytest.raises(Failure, match=r"2\.0 to 2\.1 is a minor step.* major one \(3\.0 or later\).*Case\.confidence"):
        lock(find_releases((checkout,))["2.1"])
    assert "2.1" not in read_lock(checkout / "ontology/releases.lock")


@pytest.mark.parametrize("text", ["{", "[]", '{"1.0": {}}', '{"1.0": 3}'])
def test_a_lock_that_cannot_be_read(tmp_path: Path, text: str):
    (tmp_path / "releases.lock").write_text(text, encoding="utf-8")
    with pytest.raises(Failure, match="no lock of releases"):
        read_lock(tmp_path / "releases.lock")


# --- The release of the graph --------------------------------------------------------------------------


def at(version: str, case_id: str = "acme") -> str:
    return minimal(case_id).replace("version_used: '1.0'", f"version_used: '{version}'")


def test_the_graph_is_at_the_highest_release_that_a_file_states(tmp_path: Path):
    write_case(tmp_path, at("1.0"))
    assert Workspace(tmp_path).target.version == "1.0"
    write_case(tmp_path, at("1.1", "other"), "other")
    assert Workspace(tmp_path).target.version == "1.1"


def test_the_settings_go_before_what_files_state(tmp_path: Path):
    write_case(tmp_path, at("1.0"))
    (tmp_path / "kg.toml").write_text('release = "1.1"\n', encoding="utf-8")
    assert Workspace(tmp_path).target.version == "1.1"


def test_where_no_file_states_a_release_it_is_the_newest(tmp_path: Path):
    (tmp_path / "cases").mkdir()
    assert Workspace(tmp_path).target.version == list(SHIPPED)[-1]


@pytest.mark.parametrize(
    "stated",
    [
        "ontology_metadata: {version_used: '1.1'}",
        'ontology_metadata: {"version_used": "1.1"}',
        "ontology_metadata:\n  version_used:   1.1  # bare",
        "ontology_metadata:\n  version_used:\n    '1.1'",
    ],
)
def test_however_yaml_writes_it(tmp_path: Path, stated: str):
    write_case(tmp_path, f"---\ncase_id: acme\norganisation: Acme\n{stated}\n---\n")
    assert Workspace(tmp_path).target.version == "1.1"


def test_a_mention_is_no_statement(tmp_path: Path):
    write_case(tmp_path, at("1.0").replace("# A title", "In `version_used: '2.0'` the process has an id."))
    (tmp_path / "cases" / "README.md").write_text("version_used: '2.0'\n", encoding="utf-8")
    assert Workspace(tmp_path).target.version == "1.0"


def test_an_unknown_release_is_passed_over(tmp_path: Path):
    write_case(tmp_path, at("1.0"))
    write_case(tmp_path, at("9.3", "other"), "other")
    assert Workspace(tmp_path).target.version == "1.0"


def test_a_build_knows_the_releases_of_files_that_have_not_changed(tmp_path: Path):
    write_case(tmp_path, at("1.0"))
    path = write_case(tmp_path, at("1.1", "other"), "other")
    workspace = Workspace(tmp_path)
    workspace.build()
    assert {entry.release for entry in workspace.manifest.files.values()} == {"1.0", "1.1"}
    assert Workspace(tmp_path).target.version == "1.1"
    path.write_text(at("1.0", "other"), encoding="utf-8")
    assert Workspace(tmp_path).target.version == "1.0"
