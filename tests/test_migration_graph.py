"""Stated graphs of migrated files are migrated stated graphs, whatever the operations, on two engines."""

import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass

import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st

from kg import casefile
from kg.case import Reader, Record
from kg.migrate.effects import Meant, Stated
from kg.migrate.files import rewrite
from kg.migrate.graph.claims import resolved
from kg.migrate.graph.updates import Updates, updates
from kg.migrate.migration import Migration
from kg.migrate.reading import read_migration
from kg.migrate.upgrade import Upgrader
from kg.problem import Problem
from kg.release import find_releases
from kg.source import Source
from kg.store.embedded import Embedded
from kg.triples import home_graph, nquads, stated
from tests.material import CORPUS, ROOT, needs_corpus
from tests.strategies import BASE, Tree, records, scalar, unhurried

ODD_TERM = re.compile(r"<https://w3id.org/casegraph/(?!id/)[^>]*%")
"""A term that is in no vocabulary, so that no graph holds it; SPARQL cannot take its percent signs off."""

OPERATIONS = """from: '0.9'
to: '1.0'
operations:
- rename_property: {field: ValueClaim.quote, to: source_quote}
- rename: {vocabulary: mechanism, term: automation, to: automatic}
- rename: {vocabulary: mechanism, term: augmentation, to: automation}
- merge: {vocabulary: outcome, terms: [cost_erosion, cost_reduction], to: cost_reduction}
- split: {vocabulary: outcome, term: velocity, into: [experience, risk_avoidance]}
- retire: {vocabulary: cognitive-depth, term: autonomous, consider: [generative]}
- retire: {vocabulary: outcome, term: experience}
- retire: {field: Source.raw_file}
- retire: {field: ValueClaim.ontology_confidence}
- move: {field: ValueClaim.when, to: Metric.timeframe}
- move: {field: Metric.band, to: ValueClaim.quote_location}
- move: {field: RelatedPage.address, to: Source.related_urls}
- map_values:
    field: Metric.metric_type
    values: {count: ratio, ratio: count}
    propose: {percentage: [ratio, count], money: []}
    drop: [none]
    otherwise: keep
- map_values:
    field: Review.reviewer_verdict
    values: {valid: valid}
    drop: [invalid]
    otherwise: pending
- swap_fields: {record: Source, keys: [extraction_method, extraction_quality]}
- swap_fields:
    record: ValueClaim
    keys: [evidence_grade, ai_attribution]
    rows:
    - when: {evidence_grade: primary}
      then: {ai_attribution: direct}
    - when: {evidence_grade: secondary_high, ai_attribution: ''}
      then: {evidence_grade: primary, ai_attribution: contributing}
    drop: {ai_attribution: [contextual]}
- derive:
    field: Case.evidence_level
    from: ValueClaim.evidence_level
    order: [outcome, adoption]
    where: {verification_status: verified}
- recode:
    field: ContextClaim.context_type
    where: {verification_status: verified}
    write: {inferred_from: a new code}
    table: {temporal: scale, scale: [temporal, sectoral], functional: []}
"""
DERIVED = """- derive:
    field: Case.evidence_level
    from: ValueClaim.evidence_level
    order: [outcome, adoption, method]
    where: {verification_status: verified}
"""
PROCESSES = """from: '1.1'
to: '2.0'
operations:
- recode:
    code: ContextClaim.apqc_code
    name: ContextClaim.apqc_name
    to: ContextClaim.process
    id: id
    catalogue: cross-industry/7.4
    write: {edition: cross-industry, version: '7.4'}
- retire: {field: ValueClaim.ontology_version}
"""


def meant(said: Stated) -> Meant:
    """A catalogue that knows some processes, and people who decided otherwise for one claim in nine."""
    number = (sum(map(ord, said.code + said.name)) + (sum(map(ord, said.case + said.claim)) % 9 == 0)) % 4
    return (Meant("10001"), Meant("", ("10002", "10003")), Meant(), Meant(is_none=True))[number]


def _edited(text: str) -> str:
    """Shapes of release 1.0 as an older release had them."""
    text = re.sub(r'(ValueClaim-source_quote sh:codeIdentifier) "source_quote"', r'\1 "quote"', text)
    text = re.sub(r"(ValueClaim-source_quote .*sh:path )cg:sourceQuote", r"\1cg:olderQuote", text)
    text = re.sub(r"(Metric-metric_type .*)sh:class cg:MetricType", r"\1sh:datatype xsd:string", text)
    return re.sub(
        r"(Source-related_urls .*)sh:datatype xsd:anyURI", r"\1sh:class cg:RelatedPage ; cg:embeds true", text
    )


ADDED = """
cgs:ValueClaim sh:property cgs:ValueClaim-when .
cgs:ValueClaim-when sh:codeIdentifier "when" ; sh:order 30 ; sh:path cg:when ; sh:datatype xsd:string ; sh:maxCount 1 .
cgs:Metric sh:property cgs:Metric-band .
cgs:Metric-band sh:codeIdentifier "band" ; sh:order 30 ; sh:path cg:band ; sh:datatype xsd:string ; sh:maxCount 1 .
cgs:RelatedPage a sh:NodeShape ; sh:targetClass cg:RelatedPage ; cg:iriTemplate "{record}/page/{name}" .
cgs:RelatedPage sh:property cgs:RelatedPage-name, cgs:RelatedPage-address .
cgs:RelatedPage-name sh:codeIdentifier "name" ; sh:order 1 ;
    sh:path cg:pageName ; sh:datatype xsd:string ; sh:maxCount 1 .
cgs:RelatedPage-address sh:codeIdentifier "address" ; sh:order 2 ;
    sh:path cg:pageAddress ; sh:datatype xsd:anyURI ; sh:maxCount 1 .
"""


@pytest.fixture(scope="session")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    """Reads the shipped releases, and one before the first."""
    root = tmp_path_factory.mktemp("releases")
    for kind in ("ontology", "shapes"):
        shutil.copytree(ROOT / kind / "1.0", root / kind / "0.9")
        for path in (root / kind / "0.9").rglob("*.ttl"):
            text = _edited(path.read_text(encoding="utf-8").replace("ontology/1.0>", "ontology/0.9>"))
            added = ADDED if path.name == "value-claim.ttl" else ""
            path.write_text(text + added, encoding="utf-8")
    return Reader(find_releases([root]))


def migration(text: str) -> Migration:
    found, problems = read_migration(Source("m.yaml", text), lambda _: "")
    assert found, problems
    return found


@dataclass(frozen=True)
class Route:
    """One migration, by file and by graph."""

    reader: Reader
    migration: Migration

    def by_file(self, text: str) -> set[ox.Quad] | None:
        """The stated graph of the migrated file; nothing where the file is refused, or could not be read."""
        upgrader = Upgrader([self.migration], self.reader.shapes, meant)
        found = rewrite(text.encode(), "case.md", self.reader, upgrader)
        if found is None or isinstance(found, Problem):
            return None
        case = self.reader.read(found.raw, "case.md")
        return quads(self.graph(found.raw.decode())) if case and case.is_sound else None

    def graph(self, text: str) -> list[str]:
        case = self.reader.read(text.encode(), "case.md")
        assert case
        assert case.record
        return nquads(stated(case, BASE), home_graph(case.record, BASE))

    def updates(self, *texts: str, is_named: bool = True) -> Updates:
        graph = ox.Store()
        graph.extend(quads(line for text in texts for line in self.graph(text)))
        origin, target = (self.reader.shapes(each) for each in (self.migration.origin, self.migration.target))
        found = resolved(self.migration, origin, Embedded(graph).query, meant)
        return updates(self.migration, origin, target, resolved=found, is_named=is_named)


def with_oxigraph(lines: list[str], request: Updates) -> set[ox.Quad]:
    store = ox.Store()
    store.extend(quads(lines))
    for each in request.statements:
        store.update(each)
    return set(store)


def quads(lines: Iterable[str]) -> set[ox.Quad]:
    return set(ox.parse("".join(lines).encode(), format=ox.RdfFormat.N_QUADS))


def with_rdflib(lines: list[str], request: Updates) -> set[ox.Quad]:
    dataset = rdflib.Dataset()
    dataset.parse(data="".join(lines), format="nquads")
    for each in request.statements:
        dataset.update(each)
    return quads([dataset.serialize(format="nquads")])


def at_release(tree: Tree, version: str) -> str:
    """The text of a drawn case as a file of a release."""
    metadata = tree.record.values["ontology_metadata"]
    assert isinstance(metadata[0], Record)
    metadata[0].values["version_used"] = [scalar(version)]
    return casefile.write(tree.record, tree.body)


@pytest.fixture(scope="session")
def older(reader: Reader) -> Route:
    return Route(reader, migration(OPERATIONS))


@settings(unhurried, max_examples=40, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(data=st.data())
def test_any_case_migrates_alike_by_file_and_by_graph(older: Route, data: st.DataObject):
    text = at_release(data.draw(records(older.reader.shapes("0.9"))), "0.9")
    expected = older.by_file(text)
    assume(expected is not None)
    assume(not any(ODD_TERM.search(line) for line in older.graph(text)))
    assert expected is not None
    found = with_oxigraph(older.graph(text), older.updates(text))
    assert (expected - found, found - expected) == (set(), set())


CASE = """---
case_id: acme
ontology_metadata: {version_used: '0.9', needs_retagging: false}
sources:
- {id: S1, raw_file: a.html, extraction_method: by hand, extraction_quality: good}
- id: S2
  related_urls:
  - {name: press, address: https://acme.example/press}
  - {name: about}
value_claims:
- id: VC-001
  quote: Half of the calls.
  when: 2025
  ontology_version: '0.9'
  mechanism: [automation, augmentation]
  outcome: [cost_erosion, cost_reduction, velocity, experience]
  cognitive_depth: autonomous
  metric_raw: {metric_type: percentage, band: high, value: '50'}
  ontology_confidence: {mechanism: sure, outcome: not so}
  evidence_grade: primary
  ai_attribution: contextual
  evidence_level: adoption
  verification_status: verified
  human_validation: {reviewed: true, reviewer_verdict: unclear}
- id: VC-002
  metric_raw: {metric_type: count}
  evidence_grade: secondary_high
  evidence_level: outcome
  verification_status: needs_review
  human_validation: {reviewer_verdict: invalid}
- id: VC-003
  metric_raw: {metric_type: money}
  evidence_grade: secondary_high
  ai_attribution: direct
context_claims:
- {id: CC-001, context_type: temporal, verification_status: verified}
- {id: CC-002, context_type: scale, verification_status: verified, inferred_from: the date}
- {id: CC-003, context_type: temporal, verification_status: unverified}
- {id: CC-004, context_type: functional, verification_status: verified}
---
"""


def test_every_operation_by_graph_on_two_engines(older: Route):
    """A case that every operation changes: each statement alone is needed for the graph to be right."""
    expected, lines, request = older.by_file(CASE), older.graph(CASE), older.updates(CASE)
    assert with_oxigraph(lines, request) == expected
    assert with_rdflib(lines, request) == expected
    needed = [each for each in request.statements if with_oxigraph(lines, without(each, request)) != expected]
    assert len(needed) >= len(older.migration.operations)


def without(statement: str, request: Updates) -> Updates:
    return Updates(request.name, tuple(each for each in request.statements if each != statement))


@pytest.mark.parametrize("interrupted", range(1, 30, 4))
def test_updates_may_be_run_again(older: Route, interrupted: int):
    """After an interruption anywhere, and after the end."""
    lines, request = older.graph(CASE), older.updates(CASE)
    store = ox.Store()
    store.extend(quads(lines))
    for each in (*request.statements[:interrupted], *request.statements, *request.statements):
        store.update(each)
    assert set(store) == older.by_file(CASE)


def test_updates_are_one_request_too(older: Route):
    store = ox.Store()
    store.extend(quads(older.graph(CASE)))
    store.update(str(older.updates(CASE)))
    assert set(store) == older.by_file(CASE)


def test_updates_of_a_default_graph(older: Route):
    store = ox.Store()
    store.extend(ox.Quad(*quad.triple) for quad in quads(older.graph(CASE)))
    for each in older.updates(CASE, is_named=False).statements:
        store.update(each)
    expected = older.by_file(CASE)
    assert expected
    assert {quad.triple for quad in store} == {quad.triple for quad in expected}


def test_cases_of_other_releases_are_left_alone(older: Route):
    lines = older.graph("---\ncase_id: other\nontology_metadata: {version_used: '1.0'}\nstatus: complete\n---\n")
    assert with_oxigraph(lines, older.updates(CASE)) == quads(lines)


@needs_corpus
def test_real_cases_migrate_alike_by_file_and_by_graph(reader: Reader):
    """Through both shipped migrations, with processes that are resolved, left to a person, or none."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(CORPUS.glob("*/casefile.md"))]
    for each in (migration("from: '1.0'\nto: '1.1'\noperations:\n" + DERIVED), migration(PROCESSES)):
        route = Route(reader, each)
        after = [route.by_file(text) for text in texts]
        found = with_oxigraph([line for text in texts for line in route.graph(text)], route.updates(*texts))
        assert found == set().union(*(each for each in after if each))
        upgrader = Upgrader([each], reader.shapes, meant)
        rewritten = [rewrite(text.encode(), "case.md", reader, upgrader) for text in texts]
        texts = [each.raw.decode() for each in rewritten if each and not isinstance(each, Problem)]
        assert len(texts) == len(after)
