"""``kg migrate history`` and ``current``: what migrations there are, and where the files are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import click

from kg.build.inputs import history as known
from kg.build.migrating import migration_task
from kg.build.retagging import Retagging
from kg.cli import options, render
from kg.migrate import provenance
from kg.migrate.journal import half_way, journals
from kg.workspace import Workspace


@click.command("history")
@options.workspace
def history(root: Path) -> None:
    """List the migrations, oldest first, and who has applied them."""
    workspace = Workspace(root)
    found = known(workspace.inputs)
    found.need_sound()
    rows = [
        (each.name, each.title, each.compatibility.label, f"{len(each.steps):,}", "; ".join(each.losses) or "–")
        for each in found.migrations
    ]
    render.table(("migration", "title", "demands", "operations", "loses"), rows, right=frozenset([3]))
    noted = provenance.runs(workspace.root)
    if noted:
        states = {each.name: each.state.value for each in journals(workspace.home / "migrations")}
        click.echo()
        runs = [
            (
                each["run"],
                ", ".join(name for name, _ in each["migrations"]),
                f"{each['files']:,}",
                each["by"],
                each["at"],
            )
            for each in noted
        ]
        render.table(
            ("run", "migrations", "files", "by", "at", "here"),
            [(*row, states.get(row[0], "elsewhere")) for row in runs],
            right=frozenset([2]),
        )


@click.command("current")
@options.workspace
@options.cases
def current(root: Path, cases: Sequence[Path]) -> None:
    """Say at which release the files are, and what is left to do."""
    workspace = Workspace(root, cases=cases)
    task = migration_task(workspace.inputs)
    stated: Counter[str] = Counter()
    for shown, _, raw in task.contents():
        case = task.reader.read(raw, shown)
        if case is not None:
            stated[case.stated_release or "unknown"] += 1
    rows = [(version, f"{number:,}", _way(version, task.target)) for version, number in sorted(stated.items())]
    render.table(("release", "files", "next"), rows, right=frozenset([1]))
    stopped = half_way(task.home)
    if stopped:
        click.echo(f"\nThe migration {stopped.name} was stopped in the middle ({stopped.state.value}).")
        click.echo(f"kg migrate apply {stopped.name} goes on with it, kg migrate undo {stopped.name} takes it back.")
    waiting = sum(1 for _ in Retagging(workspace.inputs).waiting())
    if waiting:
        click.echo(f"\n{waiting:,} values wait for a person: kg retag list")


def _way(version: str, target: str) -> str:
    return "–" if version in (target, "unknown") else f"kg migrate plan --to {target}"
