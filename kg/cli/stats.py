"""``kg stats``: what is in the graph."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click

from kg.cli import options, render
from kg.store.base import Table
from kg.store.embedded import Embedded
from kg.terms import plain
from kg.workspace import Workspace

CLASSES = """
SELECT ?label (COUNT(DISTINCT ?thing) AS ?number) {
  { SELECT DISTINCT ?class { ?thing a ?class } }
  ?thing a ?class . ?class rdfs:label|skos:prefLabel ?label
  FILTER (?class NOT IN (skos:Concept, skos:ConceptScheme))
} GROUP BY ?class ?label ORDER BY DESC(?number) ?label
"""
TERMS = """
SELECT ?scheme ?term (COUNT(?thing) AS ?uses) {
  ?concept skos:inScheme/dcterms:title ?scheme ; skos:notation ?term .
  ?thing ?property ?concept . ?property rdfs:isDefinedBy ?ontology .
} GROUP BY ?scheme ?term ORDER BY ?scheme DESC(?uses)
"""
WAITING = """
SELECT ?key ?was (COUNT(DISTINCT ?value) AS ?values) (COUNT(DISTINCT ?record) AS ?records) {
  ?record cg:pending ?value . ?value cg:pendingField ?key ; cg:pendingFrom ?was .
} GROUP BY ?key ?was ORDER BY DESC(?values) ?key
"""
DECIDED = "SELECT (COUNT(?decision) AS ?number) { ?decision a cg:TaggingDecision }"


@click.command("stats")
@options.workspace
@click.option("--terms", is_flag=True, help="Also how often each vocabulary term is used.")
def command(root: Path, *, terms: bool) -> None:
    """Say what is in the graph."""
    workspace = Workspace(root)
    manifest, store = workspace.manifest, workspace.store
    click.echo(f"Build {manifest.build} of {workspace.home}, ontology release {manifest.basis['target']}")
    click.echo(f"{len(store):,} triples in {sum(1 for _ in store.graphs()):,} named graphs\n")
    _print(store, CLASSES, ("class", "number"), right=1)
    if terms:
        click.echo()
        _print(store, TERMS, ("vocabulary", "term", "uses"), right=2)
    _print_waiting(store)
    found = Counter((each.severity.label, each.code) for each in manifest.problems())
    if found:
        click.echo()
        rows = [(code, severity, f"{number:,}") for (severity, code), number in sorted(found.items())]
        render.table(("problem", "severity", "number"), rows, right=frozenset([2]))
    left_out = manifest.left_out()
    if left_out:
        click.echo(f"\nLeft out because of errors: {', '.join(entry.path for entry in left_out)}")


def _print_waiting(store: Embedded) -> None:
    """How far people are with what migrations left to them."""
    waiting, decided = store.query(WAITING), store.query(DECIDED)
    assert isinstance(waiting, Table)
    assert isinstance(decided, Table)
    done = plain(decided.rows[0][0])
    if waiting.rows or done != "0":
        click.echo(f"\nDecided by people: {done} values. Waiting for them (kg retag list):")
        _print(store, WAITING, ("key", "from release", "values", "records"), right=2)


def _print(store: Embedded, query: str, columns: tuple[str, ...], *, right: int) -> None:
    answer = store.query(query)
    assert isinstance(answer, Table)
    render.table(columns, [[plain(term) for term in row] for row in answer.rows], right=frozenset([right]))
