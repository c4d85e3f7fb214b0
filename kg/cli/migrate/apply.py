"""``kg migrate apply``, ``verify``, ``undo`` and ``forget``: what a plan says, done, proven and taken back."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from kg.build.migrating import migration_task
from kg.cli import options, render
from kg.cli.migrate.rehearsal import print_graphs
from kg.migrate.applying import apply, undo
from kg.migrate.journal import Journal
from kg.migrate.plan import read_plan
from kg.migrate.proof import Proof, prove, prove_graphs, read_back
from kg.migrate.task import MigrationError, Task
from kg.workspace import Workspace

PLAN = click.argument("name", metavar="ID")


def now() -> str:
    """The time as provenance notes it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@click.command("apply")
@PLAN
@options.workspace
@options.cases
@click.option("--by", required=True, metavar="WHO", help="Who does it: a name, or an IRI such as an ORCID.")
def apply_(name: str, root: Path, cases: Sequence[Path], by: str) -> None:
    """Do what the plan ID says: nothing where anything has changed since.

    Every file is replaced at one stroke, after its original is safe in .kg/migrations. Stopped at any moment, the same
    command goes on; `kg migrate undo ID` takes it back, to the byte.
    """
    task = _task(root, cases, name)
    outcome = apply(task, name, by=by, at=now(), progress=render.progress("Migrating"))
    click.echo(f"Migrated {outcome.changed:,} files to release {task.target}.")
    if outcome.already:
        click.echo(f"{outcome.already:,} more had been migrated before it was stopped.")
    plan = read_plan(task.home, name)
    proof = read_back(task, plan)
    click.echo(f"Read {proof.same:,} files back: they have, byte for byte, what the plan says.")
    if not proof.holds:
        raise MigrationError("; ".join(proof.faults))
    at = "" if root == Path() else f" -C {root}"
    if plan.for_people:
        click.echo(f"{plan.for_people:,} values wait for a person: kg retag next{at}")
    click.echo(f"Build the graph anew: kg build{at}")


@click.command("verify")
@PLAN
@options.workspace
@options.cases
def verify(name: str, root: Path, cases: Sequence[Path]) -> None:
    """Prove that the migrated files are what they should be.

    Each original is migrated again and compared with the file, its body and every byte outside the declared changes
    with what stood there before. Then the graphs of the originals are migrated by SPARQL, with pyoxigraph and for some
    with rdflib, and compared with the graphs of the files. Exit status 1 where something differs.
    """
    task = _task(root, cases, name)
    proof, graphs = prove(task, name), prove_graphs(task, name)
    _print(proof)
    print_graphs(graphs)
    sys.exit(0 if proof.holds and not graphs.faults else 1)


@click.command("undo")
@PLAN
@options.workspace
@options.cases
def undo_(name: str, root: Path, cases: Sequence[Path]) -> None:
    """Put the files back that a migration changed, to the byte.

    Refused where one has been edited since, by a decision of `kg retag` too.
    """
    task = _task(root, cases, name)
    outcome = undo(task, name, render.progress("Undoing"))
    click.echo(f"Put {outcome.changed:,} files back as they were before the migration.")


@click.command("forget")
@PLAN
@options.workspace
def forget(name: str, root: Path) -> None:
    """Remove the originals that are kept for an undo."""
    home = Workspace(root).home / "migrations"
    read_plan(home, name)
    journal = Journal(home / name)
    if journal.state.is_half_way:
        raise MigrationError(f"{name} was stopped in the middle; finish or undo it first")
    journal.forget()
    click.echo(f"The originals of {name} are removed.")


def _task(root: Path, cases: Sequence[Path], name: str) -> Task:
    """The task that a plan was made for."""
    workspace = Workspace(root, cases=cases)
    return migration_task(workspace.inputs, read_plan(workspace.home / "migrations", name).target)


def _print(proof: Proof) -> None:
    click.echo(f"Verified {proof.same:,} files: they read as the migration says, and all else is as it was.")
    if proof.edited:
        click.echo(
            f"{len(proof.edited):,} were edited since: {', '.join(proof.edited[:3])}{' …' * (len(proof.edited) > 3)}"
        )
    for line in proof.faults:
        click.echo(line, err=True)
