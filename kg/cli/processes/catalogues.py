"""``kg processes import``: a workbook in, a catalogue of the workspace out; and reading one for other commands."""

from __future__ import annotations

from pathlib import Path

import click

from kg import atomic
from kg.catalogue import Catalogue, choose_catalogue, find_catalogues, read_catalogue, turtle
from kg.cli import options, render
from kg.problem import Failure, has_errors
from kg.workbook import read_workbook
from kg.workspace import Workspace


@click.command("import")
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
    catalogue = read(workbook, edition=edition, version=version)
    path = workspace.root / "ontology" / "pcf" / f"{catalogue.edition}-{catalogue.version}.ttl"
    atomic.write_text(path, turtle(catalogue))
    click.echo(f"Imported {len(catalogue.processes):,} processes of {catalogue.title}")
    used = workspace.catalogue.name
    name = f"{catalogue.edition}/{catalogue.version}"
    if used == name:
        click.echo(f"  into {path}; `kg build` takes them up")
    else:
        click.echo(f'  into {path}; {used} is in use; to change that, write processes = "{name}" into kg.toml')


def read(workbook: Path, *, edition: str = "", version: str = "") -> Catalogue:
    """The catalogue in a workbook; what is wrong with its rows is printed, and Failure where it has errors."""
    catalogue, problems = read_workbook(workbook, edition=edition, version=version)
    for line in render.problems(sorted(problems, key=lambda each: each.order), None):
        click.echo(line, err=True)
    if has_errors(problems):
        raise Failure(f"{workbook} cannot be used; mend its rows first")
    return catalogue


def choose(root: Path, name: str) -> Catalogue:
    """A catalogue by what a user calls it: a workbook, a Turtle file, or a name such as cross-industry/7.4."""
    path = Path(name)
    if path.suffix.lower() in {".xlsx", ".xlsm"}:
        if not path.is_file():
            raise Failure(f"{path}: there is no such workbook")
        return read(path)
    if path.suffix.lower() == ".ttl":
        if not path.is_file():
            raise Failure(f"{path}: there is no such file")
        return read_catalogue(path)
    return read_catalogue(choose_catalogue(root, name).path)


def in_use(root: Path) -> Catalogue:
    """The catalogue that claims are resolved by."""
    return read_catalogue(Workspace(root).catalogue.path)


def others(root: Path, than: Catalogue) -> list[Catalogue]:
    """The other catalogues that the workspace knows."""
    return [read_catalogue(each.path) for each in find_catalogues(root) if each.iri != than.iri]
