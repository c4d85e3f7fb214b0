"""Organisations in builds: what a decision merges, what its withdrawal splits, and names that meet or name nobody."""

from pathlib import Path

import pyoxigraph as ox
import pytest

from kg import vocab
from kg.build import Result
from kg.identity import ORGANISATION_METHOD
from kg.store.base import Table
from kg.terms import plain
from kg.workspace import BASE, Workspace
from tests.material import minimal, write_case

HEADER = "subject_label\tpredicate_id\tpredicate_modifier\tobject_id\tobject_label\tauthor_label\tmapping_date\n"
NAMES = ("Siemens", "SIEMENS AG", "Siemens Healthineers", "Quill More", "Quill-More")


def build(root: Path, *, full: bool = False) -> Result:
    return Workspace(root, workers=1).build(full=full)


def decide(root: Path, *rows: str) -> None:
    path = root / "links/organisations.sssom.tsv"
    path.parent.mkdir(exist_ok=True)
    path.write_text(HEADER + "".join(row + "\n" for row in rows), encoding="utf-8", newline="")


def same(one: str, other: str) -> str:
    return f"{one}\tskos:exactMatch\t\t\t{other}\tAnn\t2026-11-20"


def asked(root: Path, text: str) -> list[list[str]]:
    answer = Workspace(root).sparql(text)
    assert isinstance(answer, Table)
    return [[plain(term).removeprefix(BASE) for term in row] for row in answer.rows]


def cases(root: Path) -> dict[str, str]:
    rows = asked(root, "SELECT ?name ?node { ?case cg:organisationName ?name ; cg:organisation ?node }")
    return {name: node.removeprefix("organisation/") for name, node in rows}


def labels(root: Path, slug: str) -> list[str]:
    """The preferred label of an organisation, then its other names."""
    query = "SELECT ?label {{ <{base}organisation/{slug}> skos:{kind}Label ?label }} ORDER BY ?label"
    found = [asked(root, query.format(base=BASE, slug=slug, kind=kind)) for kind in ("pref", "alt")]
    return [label for rows in found for (label,) in rows]


def told(root: Path, code: str) -> list[str]:
    return [str(each) for each in build(root).manifest.problems() if each.code == code]


def same_as_full(root: Path) -> bool:
    incremental = set(Workspace(root).store.quads())
    build(root, full=True)
    return set(Workspace(root).store.quads()) == incremental


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for index, name in enumerate(NAMES):
        write_case(tmp_path, minimal(f"case-{index}", name), f"case-{index}")
    build(tmp_path)
    return tmp_path


def test_nothing_merges_by_itself(root: Path):
    assert cases(root) == {
        "Siemens": "siemens",
        "SIEMENS AG": "siemens-ag",
        "Siemens Healthineers": "siemens-healthineers",
        "Quill More": "quill-more",
        "Quill-More": "quill-more",
    }


def test_a_yes_makes_one_node_with_all_names_and_says_who_decided(root: Path):
    decide(root, same("SIEMENS AG", "Siemens"))
    assert build(root).read == 2
    assert (cases(root)["SIEMENS AG"], cases(root)["Siemens Healthineers"]) == ("siemens", "siemens-healthineers")
    assert labels(root, "siemens") == ["Siemens", "SIEMENS AG"]
    assert labels(root, "siemens-ag") == []
    [row] = asked(
        root,
        f"SELECT ?method ?graph ?who ?when ?one ?other {{ GRAPH <{BASE}entities> {{ <{BASE}organisation/siemens> "
        "cg:derivedBy ?method ; prov:wasDerivedFrom ?link } GRAPH ?graph { ?link "
        f"<{vocab.sssom_author_label}> ?who ; <{vocab.pav_authoredOn}> ?when ; "
        f"<{vocab.sssom_subject_label}> ?one ; <{vocab.sssom_object_label}> ?other }} }}",
    )
    assert row == [ORGANISATION_METHOD, "links", "Ann", "2026-11-20", "SIEMENS AG", "Siemens"]
    assert same_as_full(root)


def test_the_stated_name_stays(root: Path):
    decide(root, same("SIEMENS AG", "Siemens"))
    build(root)
    stated = asked(root, "SELECT ?name { GRAPH ?case { ?case cg:organisationName ?name } } ORDER BY ?name")
    assert [name for (name,) in stated] == sorted(NAMES)


def test_a_withdrawn_yes_splits_again(root: Path):
    def facts() -> set[tuple[object, ...]]:
        """What the graph says, but for the record of the build."""
        record = BASE + "build"
        quads = [quad for quad in Workspace(root).store.quads() if isinstance(quad.graph_name, ox.NamedNode)]
        return {(*quad.triple, quad.graph_name.value) for quad in quads if quad.graph_name.value != record}

    before = facts()
    decide(root, same("SIEMENS AG", "Siemens"))
    build(root)
    assert facts() != before
    decide(root)
    assert build(root).read == 2
    assert facts() == before
    assert same_as_full(root)


def test_a_preferred_name_that_no_case_uses(root: Path):
    decide(root, same("Siemens", "Siemens Aktiengesellschaft"), same("SIEMENS AG", "Siemens Aktiengesellschaft"))
    build(root)
    assert cases(root)["Siemens"] == cases(root)["SIEMENS AG"] == "siemens-aktiengesellschaft"
    assert labels(root, "siemens-aktiengesellschaft") == ["Siemens Aktiengesellschaft", "SIEMENS AG", "Siemens"]
    assert told(root, "unknown-link-target") == []
    assert same_as_full(root)


def test_ids_elsewhere(root: Path):
    decide(root, "Siemens\tskos:exactMatch\t\twikidata:Q81230\t\tAnn\t2026-11-20", same("SIEMENS AG", "Siemens"))
    build(root)
    query = f"SELECT ?other {{ <{BASE}organisation/siemens> skos:exactMatch ?other }}"
    assert asked(root, query) == [["http://www.wikidata.org/entity/Q81230"]]
    decide(root, same("SIEMENS AG", "Siemens"))
    build(root)
    assert asked(root, query) == []
    assert same_as_full(root)


def test_names_of_one_iri_are_told_until_a_yes(root: Path):
    first = "warning organisation-collision “Quill More” and “Quill-More” (cases/case-4/casefile.md) make one"
    one, other = told(root, "organisation-collision")
    assert one.partition(": ")[2].startswith(first)
    assert "“Quill-More” and “Quill More” (cases/case-3/casefile.md)" in other
    decide(root, same("Quill-More", "Quill More"))
    assert told(root, "organisation-collision") == []
    assert labels(root, "quill-more") == ["Quill More", "Quill-More"]
    assert same_as_full(root)
    decide(root, same("SIEMENS AG", "Siemens"))
    assert len(told(root, "organisation-collision")) == 2


def test_merged_names_are_no_collision(root: Path):
    decide(root, same("SIEMENS AG", "Siemens"), same("Quill More", "Siemens"))
    found = told(root, "organisation-collision")
    assert len(found) == 2
    assert all("Siemens" not in line for line in found)


def test_a_bad_row_is_told_and_the_rest_applies(root: Path):
    decide(root, "SIEMENS AG\tskos:sameThing\t\t\tSiemens\tAnn\t2026-11-20", same("Siemens", "Siemens Healthineers"))
    assert [line.split(": ")[0] for line in told(root, "bad-link-row")] == ["links/organisations.sssom.tsv:2:12"]
    assert cases(root)["Siemens"] == "siemens-healthineers"
    assert same_as_full(root)


def test_what_names_no_organisation_is_told_at_its_line(root: Path):
    text = minimal("several", "Multiple organisations (Acme, Quill)")
    path = write_case(root, text, "several")
    [line] = told(root, "pseudo-organisation")
    assert line == (
        "cases/several/casefile.md:3:15: warning pseudo-organisation “Multiple organisations (Acme, Quill)” names no "
        "organisation: it stands for several organisations"
    )
    workspace = Workspace(root)
    assert [each.code for each in workspace.check_text(text.encode(), path)].count("pseudo-organisation") == 1
