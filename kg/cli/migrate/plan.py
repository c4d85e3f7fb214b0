"""``kg migrate plan``: what a migration would do, before it does it."""

from __future__ import annotations

import difflib
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

import click

from kg.build.migrating import migration_task
from kg.cli import options, render
from kg.cli.migrate.rehearsal import print_rehearsal
from kg.migrate.files import Rewritten, rewrite
from kg.migrate.plan import Plan, make_plan, save_plan
from kg.migrate.task import Task
from kg.rehearsal import rehearse
from kg.workspace import Workspace

SHOWN = 10
"""Questions that are listed unless all are asked for."""


@click.command("plan")
@options.workspace
@options.cases
@click.option(
    "--to", "target", default="", metavar="RELEASE", help="The release to bring files to.  [default: the last]"
)
@click.option("--diff", "with_diff", is_flag=True, help="Also print what would change, line by line.")
@click.option("--file", "only", multiple=True, metavar="PATH", help="With --diff: only this file (may be repeated).")
@click.option("--all", "everything", is_flag=True, help="List every question that is left to a person.")
@click.option("--quick", is_flag=True, help="Leave out what needs both graphs: queries, new problems, the proof.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(
    root: Path,
    cases: Sequence[Path],
    target: str,
    only: Sequence[str],
    form: str,
    *,
    with_diff: bool,
    everything: bool,
    quick: bool,
) -> None:
    """Say what a migration would do. No case file is written.

    Keeps the plan under an id that covers migrations, files, catalogue and links; `kg migrate apply ID` does exactly
    that or nothing. Both graphs are built aside, so that every saved query is asked before and after. Exit status 1
    where files are refused, where new errors appear, or where files and graphs would not agree.
    """
    inputs = Workspace(root, cases=cases).inputs
    task = migration_task(inputs, target)
    plan = make_plan(task, render.progress("Planning"))
    save_plan(plan, task.home)
    found = None if quick else rehearse(inputs, task.target, progress=render.progress("Rehearsing"))
    if form == "json":
        said = asdict(plan) | {"id": plan.id} | ({"rehearsal": asdict(found)} if found else {})
        click.echo(json.dumps(said, ensure_ascii=False, indent=2))
    else:
        _print(plan, root, everything=everything)
        if found:
            print_rehearsal(found, root)
        _print_next(plan, root)
    if with_diff:
        for line in _diff(task, plan, only):
            click.echo(line, nl=False)
    sys.exit(1 if plan.refused or (found and not found.holds) else 0)


def _print(plan: Plan, root: Path, *, everything: bool) -> None:
    names = ", ".join(name for name, _ in plan.migrations)
    click.echo(f"Plan {plan.id}: to release {plan.target} by {names}")
    click.echo(f"  {len(plan.files):,} files change, {plan.unchanged:,} stay, {len(plan.refused):,} are refused")
    if plan.files:
        click.echo(f"  lines −{plan.lines[0]:,} +{plan.lines[1]:,}, stated quads −{plan.quads[0]:,} +{plan.quads[1]:,}")
    _print_operations(plan)
    _print_questions(plan, len(plan.questions) if everything else SHOWN)
    if plan.lost:
        click.echo("\nLost:")
        render.table(
            ("values of", "number"), [(field, f"{number:,}") for field, number in plan.lost], right=frozenset([1])
        )
    if plan.refused:
        click.echo("\nRefused; these files stay as they are:")
        for line in render.problems(plan.refused, root):
            click.echo(line)


def _print_next(plan: Plan, root: Path) -> None:
    if plan.files:
        at = "" if root == Path() else f" -C {root}"
        click.echo(f"\nApply it: kg migrate apply{at} {plan.id} --by YOU")


def _print_operations(plan: Plan) -> None:
    rows = [(each.migration, each.operation, f"{each.changed:,}") for each in plan.operations if each.changed]
    if rows:
        click.echo(f"\nOf {plan.automatic + plan.for_people:,} changes, {plan.automatic:,} need no person:")
        render.table(("migration", "operation", "changes"), rows, right=frozenset([2]))


def _print_questions(plan: Plan, shown: int) -> None:
    if not plan.questions:
        return
    click.echo(f"\n{plan.for_people:,} values are left to a person, in {len(plan.questions):,} different questions:")
    rows = [
        (each.field, each.value, ", ".join(each.candidates) or "–", f"{each.count:,}")
        for each in plan.questions[:shown]
    ]
    render.table(("field", "was", "candidates", "values"), rows, right=frozenset([3]))
    if len(plan.questions) > shown:
        click.echo(f"… and {len(plan.questions) - shown:,} more (--all)")


def _diff(task: Task, plan: Plan, only: Sequence[str]) -> Iterator[str]:
    """The changes as a patch; one file after the other, nothing kept."""
    changed = {each.path for each in plan.files}
    for shown, path in task.files:
        if shown not in changed or (only and shown not in only):
            continue
        raw = path.read_bytes()
        found = rewrite(raw, shown, task.reader, task.upgrader)
        if isinstance(found, Rewritten):
            old, new = (each.decode("utf-8").splitlines(keepends=True) for each in (raw, found.raw))
            yield from difflib.unified_diff(old, new, f"a/{shown}", f"b/{shown}")
