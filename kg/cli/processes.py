"""``kg processes``: catalogues of APQC processes."""

from __future__ import annotations

from pathlib import Path

import click

from kg import atomic
from kg.catalogue import Catalogue, Process, find_catalogues, read_catalogue, turtle
from kg.cli import options, render
from kg.problem import Failure, has_errors
from kg.process import Resolver
from kg.workbook import read_workbook
from kg.workspace import Workspace


@click.group("processes")
def command() -> None:
    """Import and look into catalogues of APQC processes."""


@command.command("import")
@click.argument("workbook", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--edition", default="", help="Edition, such as cross-industry.  [default: what the workbook says]")
@click.option("--version", default="", help="Version, such as 7.4.  [default: what the workbook says]")
@options.workspace
def import_(workbook: Path, edition: str, version: str, root: Path) -> None:
    """Read APQC's official PCF WORKBOOK (.xlsx) into the workspace.

    Writes ontology/pcf/EDITION-VERSION.ttl, with APQC's notice in it; the next build takes it up. Rows that
    cannot be used are named; a workbook with errors is not imported.
    """
    workspace = Workspace(root)
    catalogue, problems = read_workbook(workbook, edition=edition, version=version)
    for line in render.problems(sorted(problems, key=lambda each: each.order), None):
        click.echo(line, err=True)
    if has_errors(problems):
        raise Failure(f"{workbook} is not imported; mend its rows first")
    path = workspace.root / "ontology" / "pcf" / f"{catalogue.edition}-{catalogue.version}.ttl"
    atomic.write_text(path, turtle(catalogue))
    click.echo(f"Imported {len(catalogue.processes):,} processes of {catalogue.title}")
    click.echo(f"  into {path}; `kg build` takes them up")


@command.command("show")
@click.argument("code")
@options.workspace
def show(code: str, root: Path) -> None:
    """Show the process with a CODE: a PCF ID such as 10399, or a hierarchy id such as 3.0."""
    for catalogue in _catalogues(root):
        found = Resolver(catalogue).by_code(code)
        if found:
            click.echo(catalogue.title)
            for line in _described(found, catalogue):
                click.echo(line)
            return
    raise Failure(f"no process has the code {code}; `kg processes tree` lists those that are known")


@command.command("tree")
@click.argument("code", required=False)
@click.option("--depth", type=click.IntRange(min=1), default=2, show_default=True, help="Levels to show.")
@options.workspace
def tree(code: str | None, depth: int, root: Path) -> None:
    """Show the hierarchy of processes, of all or below the one with a CODE."""
    for catalogue in _catalogues(root):
        top = Resolver(catalogue).by_code(code) if code else None
        if code and top is None:
            raise Failure(f"no process has the code {code}")
        least = top.level if top else 1
        click.echo(catalogue.title)
        for each in catalogue.processes:
            if each.level < least + depth and (top is None or _is_below(each, top)):
                click.echo(f"{'  ' * (each.level - least + 1)}{each.hierarchy_id}  {each.name}  ({each.pcf_id})")


def _is_below(each: Process, top: Process) -> bool:
    return each.position[: len(top.position)] == top.position


def _catalogues(root: Path) -> list[Catalogue]:
    """The workspace's catalogues, its own before the starter."""
    return [read_catalogue(each.path) for each in find_catalogues(root)]


def _described(found: Process, catalogue: Catalogue) -> list[str]:
    above: list[Process] = []
    parent = catalogue.by_pcf_id(found.parent or "")
    while parent:
        above.insert(0, parent)
        parent = catalogue.by_pcf_id(parent.parent or "")
    lines = [
        f"{'  ' * depth}{each.hierarchy_id}  {each.name}  ({each.pcf_id})"
        for depth, each in enumerate([*above, found], 1)
    ]
    return [*lines, "", *([found.description] if found.description else [])]
