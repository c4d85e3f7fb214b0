"""``kg migrate store`` and ``kg migrate export``: graphs that live elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import click
import pyoxigraph as ox

from kg import atomic, vocab
from kg.build.inputs import history, releases, upgrader
from kg.case import Reader
from kg.cli import options, render
from kg.migrate.graph.bridge import Bridge, bridge
from kg.migrate.graph.running import Run
from kg.migrate.queryfile import query_edits
from kg.migrate.renaming import edited
from kg.migrate.task import MigrationError
from kg.push.lock import Lock
from kg.release import Release
from kg.store.embedded import Embedded
from kg.store.remote import Remote
from kg.workspace import Workspace

TO = click.option(
    "--to", "target", default="", metavar="RELEASE", help="The release to bring graphs to.  [default: the last]"
)


@click.command("store")
@click.argument("name", metavar="TARGET", required=False, default="")
@options.workspace
@TO
@click.option("--dry-run", "-n", is_flag=True, help="Say what would be done, and do nothing.")
def store_(name: str, root: Path, target: str, *, dry_run: bool) -> None:
    """Migrate the graphs of cases in a triple store, where they are, by SPARQL updates.

    TARGET is a [targets.TARGET] of kg.toml. For a store whose cases have no files here; a store that `kg push` keeps
    current is brought to a release by building and pushing. Each statement finds the cases that still need it, so an
    interrupted run goes on with the same command.
    """
    workspace = Workspace(root)
    run, release = _run(workspace, target)
    remote = Remote(workspace.push_target(name))
    try:
        before = run.releases(remote)
        click.echo(f"{remote.target.name}: {_said(before)}")
        if dry_run or not set(before) - {release.version}:
            return
        with Lock(remote, workspace.settings.base).held():
            run.migrate(remote, render.progress("Migrating"), one_by_one=remote.target.profile.mixes_graphs)
            remote.put(f"{vocab.CASEGRAPH}ontology/{release.version}", _ontology(release))
        click.echo(f"{remote.target.name}: {_said(run.releases(remote))}")
    finally:
        remote.close()


@click.command("export")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@options.workspace
@TO
def export(folder: Path, root: Path, target: str) -> None:
    """Write what a team needs to migrate a store by itself: updates, a bridge, and saved queries.

    \b
    FROM-TO.ru      SPARQL updates, to be run in order
    bridge.ttl      leads from old terms to new ones while the store holds both
    queries/        saved queries with the names of the target
    bridged/        the same for a store that is half-way, read through the bridge

    Which processes claims mean is taken from the graph of this workspace.
    """  # noqa: D301 - \b is for click
    workspace = Workspace(root)
    run, release = _run(workspace, target)
    copy = _copy(workspace)
    for migration in run.chain:
        found = run.updates(migration, Embedded(copy).query)
        atomic.write_text(folder / f"{migration.name}.ru", str(found))
        for statement in found.statements:
            copy.update(statement)
    bridging = bridge(tuple(run.chain), run.shapes, release.facts)
    atomic.write_text(folder / "bridge.ttl", _turtle(bridging))
    whole, half = _write_queries(workspace, run, bridging, folder)
    said = f"{len(run.chain):,} updates, a bridge and {whole:,} queries ({half:,} of them bridged)"
    click.echo(f"Wrote {said} to {folder}", err=True)


def _run(workspace: Workspace, target: str) -> tuple[Run, Release]:
    inputs = workspace.inputs
    known = history(inputs)
    known.need_sound()
    target = target or (known.migrations[-1].target if known.migrations else "")
    chain = known.towards(target)
    if not chain:
        raise MigrationError(f"no migration leads to release {target or 'of any name'}")
    shapes = Reader(releases(inputs)).shapes
    later = upgrader(replace(inputs, target=target))
    return Run(chain, shapes, later.processes), releases(inputs)[target]


def _copy(workspace: Workspace) -> ox.Store:
    """The graphs of cases in memory, where one migration after the other can be tried."""
    build, store = workspace.pushable(), ox.Store()
    for entry in build.manifest.cases():
        store.load(build.parts.read(entry.part), format=ox.RdfFormat.N_QUADS)
    return store


def _write_queries(workspace: Workspace, run: Run, bridging: Bridge, folder: Path) -> tuple[int, int]:
    """Every saved query with the names of the target, and those that a bridge carries; how many of each."""
    found = workspace.queries().queries
    bridged = 0
    for name, query in found.items():
        edits = query_edits(query.text, query.file, tuple(run.chain), bridging.renaming)
        text = edited(query.text, edits)
        atomic.write_text(folder / "queries" / f"{name}.rq", text)
        half = bridging.query(text)
        if half is not None:
            atomic.write_text(folder / "bridged" / f"{name}.rq", half)
            bridged += 1
    return len(found), bridged


def _said(found: Mapping[str, int]) -> str:
    return (
        ", ".join(f"{number:,} cases at release {release}" for release, number in sorted(found.items())) or "no cases"
    )


def _ontology(release: Release) -> bytes:
    triples = [each for said in release.terms.values() for each in said]
    return ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b""


def _turtle(bridging: Bridge) -> str:
    lines = "".join(" ".join((*each, ".\n")) for each in bridging.triples)
    listed = sorted((quad.triple for quad in ox.parse(lines, format=ox.RdfFormat.N_TRIPLES)), key=str)
    return (ox.serialize(listed, format=ox.RdfFormat.TURTLE, prefixes=vocab.PREFIXES) or b"").decode("utf-8")
