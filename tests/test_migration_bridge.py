"""A store that is half-way through a migration answers bridged queries as one that is wholly through."""

from collections import Counter
from pathlib import Path

import pyoxigraph as ox
import pytest

from kg.case import Reader
from kg.migrate.effects import Meant
from kg.migrate.files import Rewritten, rewrite
from kg.migrate.graph.bridge import Bridge, bridge
from kg.migrate.reading import read_migration
from kg.migrate.upgrade import Upgrader
from kg.release import find_releases
from kg.source import Source
from kg.triples import home_graph, nquads, stated
from tests.material import demonstration_files
from tests.strategies import BASE

MIGRATION = """from: '1.0'
to: '1.1'
operations:
- rename: {vocabulary: mechanism, term: automation, to: augmentation_x}
- merge: {vocabulary: context-type, terms: [scale, temporal], to: scale}
- split: {vocabulary: cognitive-depth, term: generative, into: [descriptive, autonomous]}
- retire: {vocabulary: outcome, term: velocity}
"""
HEAD = "PREFIX cg: <https://w3id.org/casegraph/ontology#> PREFIX mechanism: <https://w3id.org/casegraph/mechanism/>\n"
QUERIES = [
    "SELECT ?claim { ?claim cg:mechanism mechanism:augmentation_x }",
    "SELECT ?m (COUNT(?claim) AS ?n) { ?claim cg:mechanism ?m } GROUP BY ?m",
    "SELECT ?m ?o (COUNT(?claim) AS ?n) { ?claim cg:mechanism ?m ; cg:outcome ?o } GROUP BY ?m ?o",
    "SELECT ?claim ?type { ?claim cg:contextType ?type }",
    "SELECT ?claim { ?claim a cg:ValueClaim . FILTER NOT EXISTS { ?claim cg:cognitiveDepth ?any } }",
    "SELECT ?claim ?m { VALUES ?m { mechanism:augmentation_x } ?m ^cg:mechanism ?claim }",
    "SELECT ?case (COUNT(DISTINCT ?o) AS ?n) { ?case cg:hasValueClaim/cg:outcome ?o } GROUP BY ?case",
]


def lines(raw: bytes, reader: Reader) -> list[str]:
    case = reader.read(raw, "case.md")
    assert case
    assert case.record
    return nquads(stated(case, BASE), home_graph(case.record, BASE))


def store(files: list[list[str]], bridging: Bridge | None = None) -> ox.Store:
    found = ox.Store()
    text = "".join(line for file in files for line in file)
    found.extend(ox.Quad(*quad.triple) for quad in ox.parse(text.encode(), format=ox.RdfFormat.N_QUADS))
    said = "".join(" ".join((*triple, ".\n")) for triple in bridging.triples) if bridging else ""
    found.load(said.encode(), format=ox.RdfFormat.N_TRIPLES)
    return found


def rows(found: ox.Store, query: str) -> Counter[str]:
    answer = found.query(query)
    assert isinstance(answer, ox.QuerySolutions)
    return Counter(" ".join(map(str, row)) for row in answer)


@pytest.fixture(scope="module")
def half_way() -> tuple[ox.Store, ox.Store, Bridge]:
    """A store with every second case migrated, with the bridge; a store with all of them, without."""
    reader = Reader(find_releases())
    migration, problems = read_migration(Source("m.yaml", MIGRATION), lambda name: Path(name).read_text())
    assert migration, problems
    upgrader = Upgrader([migration], reader.shapes, lambda _: Meant())
    before = [path.read_bytes() for path in demonstration_files()]
    after: list[bytes] = []
    for raw in before:
        found = rewrite(raw, "case.md", reader, upgrader)
        assert isinstance(found, Rewritten)
        after.append(found.raw)
    bridging = bridge((migration,), reader.shapes, reader.releases["1.1"].facts)
    mixed = [lines((old, new)[number % 2], reader) for number, (old, new) in enumerate(zip(before, after, strict=True))]
    return store(mixed, bridging), store([lines(raw, reader) for raw in after]), bridging


@pytest.mark.parametrize("query", QUERIES)
def test_a_bridged_query_gives_the_rows_of_the_migrated_store(half_way: tuple[ox.Store, ox.Store, Bridge], query: str):
    mixed, migrated, bridging = half_way
    bridged = bridging.query(HEAD + query)
    assert bridged is not None
    expected = rows(migrated, HEAD + query)
    assert expected
    assert rows(mixed, bridged) == expected
    assert rows(mixed, HEAD + query) != expected


def test_no_bridge_says_that_terms_are_the_same(half_way: tuple[ox.Store, ox.Store, Bridge]):
    assert not any("sameAs" in predicate for _, predicate, _ in half_way[2].triples)
    exact = {(s, o) for s, p, o in half_way[2].triples if p.endswith("#exactMatch>")}
    assert exact == {
        (
            "<https://w3id.org/casegraph/mechanism/automation>",
            "<https://w3id.org/casegraph/mechanism/augmentation_x>",
        )
    }


def test_a_query_that_no_bridge_carries_is_said_to_be_so(half_way: tuple[ox.Store, ox.Store, Bridge]):
    """A retired term has no successor; a predicate among values cannot become a path."""
    assert half_way[2].query(HEAD + "SELECT ?p { VALUES ?p { cg:mechanism } ?claim ?p ?term }") is None
    retired = "SELECT ?c { ?c cg:outcome <https://w3id.org/casegraph/outcome/velocity> }"
    assert half_way[2].query(HEAD + retired) is None
