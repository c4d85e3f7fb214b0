"""``kg diff``: the current build against what a triple store holds."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path

import click

from kg.cli import options, render
from kg.push.compare import Change, Comparison, Difference, Fact
from kg.push.local import LocalBuild
from kg.store.remote import Remote
from kg.terms import short_iri, shortened
from kg.workspace import Workspace

LONGEST = 100
"""Characters of a value that are shown."""
LISTED = 20
"""Graphs that no push brought and that are named."""


@click.command("diff")
@click.argument("target", required=False, default="")
@options.workspace
@click.option("--full", is_flag=True, help="Read every graph of the store, whatever its record says.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(target: str, root: Path, *, full: bool, as_json: bool) -> None:
    r"""Compare the graph with what a triple store holds.

    TARGET is a [targets.TARGET] of kg.toml. Lists the cases that only one of them has, and for those that differ what
    each says: - in the store, + in the build. Of shared graphs only sizes are shown; --json has all. Exits with 1
    where they differ.

    \b
    kg diff team           counts every graph, reads those whose hash or count differs
    kg diff team --full    reads every graph
    """
    workspace = Workspace(root)
    with closing(Remote(workspace.push_target(target))) as remote:
        build = workspace.pushable()
        found = Comparison(build, remote).difference(is_full=full, progress=render.progress("Comparing"))
    if as_json:
        click.echo(json.dumps(_json(found, build.base), indent=2, ensure_ascii=False))
    else:
        for line in _lines(found, build):
            click.echo(line)
    sys.exit(0 if found.is_none else 1)


def _lines(found: Difference, build: LocalBuild) -> Iterable[str]:
    base = build.base
    cases = {base + entry.case for entry in build.manifest.cases()}
    yield from _summary(found)
    yield from (f"+ {short_iri(graph, base)} (only in the build)" for graph in found.added)
    yield from (f"- {short_iri(graph, base)} (only in the store)" for graph in found.removed)
    for graph, changes in found.changed.items():
        yield f"~ {short_iri(graph, base)} ({_size(changes)})"
        for change in changes if graph in cases else ():
            yield f"    {_subject(change.subject, graph, base)}"
            yield from (f"      - {_fact(fact, base)}" for fact in change.there)
            yield from (f"      + {_fact(fact, base)}" for fact in change.here)
    yield from (f"? {short_iri(graph, base)} (brought by no push)" for graph in found.strangers[:LISTED])
    if len(found.strangers) > LISTED:
        yield f"? … and {len(found.strangers) - LISTED:,} more that no push brought; `kg push --prune` removes them"


def _summary(found: Difference) -> Iterable[str]:
    if not found.pushed:
        yield "Nothing was pushed to this store yet."
    elif not found.is_whole:
        yield f"The push of build {found.pushed} did not end; `kg push` goes on with it."
    if found.is_none:
        yield f"The store holds build {found.build}."
        return
    counts = (("only in the build", found.added), ("only in the store", found.removed), ("changed", found.changed))
    yield f"Against build {found.build}: " + ", ".join(f"{len(graphs):,} {what}" for what, graphs in counts)


def _size(changes: Sequence[Change]) -> str:
    here, there = sum(len(change.here) for change in changes), sum(len(change.there) for change in changes)
    return f"{here:,} fact{'' if here == 1 else 's'} only in the build, {there:,} only in the store"


def _subject(subject: str, graph: str, base: str) -> str:
    """A claim or source by its path within the case."""
    return subject.removeprefix(graph + "/") if subject.startswith(graph + "/") else short_iri(subject, base)


def _fact(fact: Fact, base: str) -> str:
    predicate, value = fact
    text = shortened(value, base)
    shown = text if len(text) <= LONGEST else text[:LONGEST] + "…"
    return f"{short_iri(predicate, base)} {shown}".replace("\n", "⏎")


def _json(found: Difference, base: str) -> dict[str, object]:
    return {
        "build": found.build,
        "pushed": found.pushed,
        "complete": found.is_whole,
        "added": found.added,
        "removed": found.removed,
        "changed": {graph: [_change(change, base) for change in changes] for graph, changes in found.changed.items()},
        "strangers": found.strangers,
    }


def _change(change: Change, base: str) -> dict[str, object]:
    def facts(said: Sequence[Fact]) -> list[list[str]]:
        return [[short_iri(predicate, base), shortened(value, base)] for predicate, value in said]

    return {"subject": change.subject, "here": facts(change.here), "there": facts(change.there)}
