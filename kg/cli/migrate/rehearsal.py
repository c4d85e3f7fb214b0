"""What a rehearsal found in; what a person reads of it in a terminal out."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click

from kg.cli import render
from kg.migrate.graph.proof import GraphProof
from kg.migrate.subject import Verdict
from kg.rehearsal import QueryVerdict, Rehearsal
from kg.shape import local_name

SHOWN = 5
"""New problems that are shown in full."""


def print_rehearsal(found: Rehearsal, root: Path) -> None:
    """Saved queries, new problems, and whether files and graphs agree."""
    _print_queries(found)
    _print_problems(found, root)
    print_graphs(found.graphs)


def _print_queries(found: Rehearsal) -> None:
    counts = Counter(each.verdict for each in found.queries)
    said = ", ".join(f"{counts[verdict]:,} {verdict}" for verdict in Verdict if counts[verdict])
    click.echo(f"\nSaved queries, asked before and after: {said or 'none'}")
    others = [each for each in found.queries if each.verdict is not Verdict.SAME or each.possible is not Verdict.SAME]
    if others:
        names = ("query", "verdict", "before", "after", "why")
        render.table(names, [_row(each) for each in others], right=frozenset([2, 3]))


def _row(each: QueryVerdict) -> tuple[str, str, str, str, str]:
    rows = ("–" if number is None else f"{number:,}" for number in (each.before, each.after))
    why = f"names {', '.join(map(local_name, each.names))}" if each.names else "its rows follow the data"
    if each.possible is not each.verdict and each.names:
        why += f"; {each.possible} with other data"
    before, after = rows
    return each.name, each.verdict, before, after, each.note.splitlines()[0] if each.note else why


def _print_problems(found: Rehearsal, root: Path) -> None:
    if not found.new_problems:
        click.echo("\nNo new errors and no new warnings.")
        return
    counts = Counter((each.severity.label, each.code) for each in found.new_problems)
    said = ", ".join(f"{number:,} {label} {code}" for (label, code), number in counts.most_common())
    click.echo(f"\nNew problems: {said}")
    for line in render.problems(found.new_problems[:SHOWN], root):
        click.echo(line)


def print_graphs(proof: GraphProof) -> None:
    """Whether SPARQL makes of graphs what the migration makes of files."""
    if proof.faults:
        click.echo("\nFiles and graphs do not agree:")
        for line in proof.faults:
            click.echo(line)
        return
    click.echo(f"\nGraphs: SPARQL updates make of the stated graphs of {proof.pyoxigraph:,} cases what their files say")
    click.echo(f"(shown with pyoxigraph for all, with rdflib for {proof.rdflib:,}).")
