"""Saved queries in; the list of them, and whether their answers are those they promise, out."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from kg.builtgraph import BuiltGraph
from kg.cli import render, tables
from kg.problem import Problem
from kg.query import SavedQuery, differences
from kg.release import bundled

if TYPE_CHECKING:
    from kg.workspace import Workspace


def print_list(graph: BuiltGraph, tags: Sequence[str], form: str) -> None:
    """Print the saved queries that have all of some tags; what is wrong with the files of others on standard error."""
    catalogue = graph.queries()
    found = [query for query in catalogue.queries.values() if set(tags) <= set(query.tags)]
    if form == "json":
        click.echo(json.dumps([_said(query) for query in found], ensure_ascii=False, indent=2))
    else:
        width = render.width()
        head = [tables.Heading(label) for label in ("Query", "Question", "Tags")]
        rows = [[tables.Cell(text) for text in (each.name, each.summary, ", ".join(each.tags))] for each in found]
        for line in tables.lines(head, rows, width):
            click.echo(line)
        click.echo(f"{len(found):,} of {len(catalogue.queries):,} queries; `kg query NAME --help` says more", err=True)
    _print(catalogue.problems, graph.root)


def _said(query: SavedQuery) -> dict[str, object]:
    parameters = [
        {"name": each.name, "type": each.type, "default": each.default, "description": each.description}
        | ({"allowed": list(each.allowed)} if each.allowed else {})
        for each in query.parameters
    ]
    columns = [{"name": each.name, "label": each.label, "kind": each.kind, "unit": each.unit} for each in query.columns]
    return {
        "name": query.name,
        "summary": query.summary,
        "description": query.description,
        "tags": list(query.tags),
        "parameters": parameters,
        "columns": columns,
        "file": query.file,
    }


def run_tests(queries: Iterable[SavedQuery], problems: Iterable[Problem] = (), root: Path | None = None) -> None:
    """Compare answers on the demonstration cases with those that headers expect; ends with 1 where some differ."""
    found = list(problems)
    with TemporaryDirectory() as folder:
        demonstration = _demonstration(Path(folder))
        for query in queries:
            differing = differences(query, demonstration.built.worker.run, base=demonstration.settings.base)
            found += differing
            expected = len(query.expectations)
            state = "FAILED" if differing else "ok" if expected else "no test"
            click.echo(f"{state:8}{query.name} ({expected} expectation{'' if expected == 1 else 's'})")
        demonstration.close()
    _print(found, root)
    if found:
        sys.exit(1)


def _demonstration(root: Path) -> Workspace:
    """The demonstration cases and what goes with them, built in a folder."""
    from kg.workspace import Workspace

    for name in ("cases", "overlays"):
        if bundled(name).is_dir():
            (root / name).symlink_to(bundled(name))
    demonstration = Workspace(root, workers=1)
    demonstration.build()
    return demonstration


def _print(problems: Sequence[Problem], root: Path | None) -> None:
    for line in render.problems(problems, root):
        click.echo(line, err=True)
