"""``kg push``: a triple store brought to the current build, or back to the one before."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path

import click

from kg import atomic
from kg.cli import options, render
from kg.problem import Failure
from kg.push.local import LocalBuild
from kg.push.plan import Plan
from kg.push.record import Ledger
from kg.push.report import Report
from kg.push.session import Planned, Wishes, planned, push
from kg.store.profile import PROFILES
from kg.store.remote import Remote
from kg.store.target import Target
from kg.workspace import Workspace

NAMED = 20
"""Graphs that are named on the screen; a report names all."""
BULK = 1_000_000
"""Triples above which a store's own bulk loader is worth its trouble."""


@click.command("push")
@click.argument("target", required=False, default="")
@options.workspace
@click.option("--dry-run", "-n", is_flag=True, help="Say what would be done, and do nothing.")
@click.option("--verify", is_flag=True, help="Count every graph in the store; send those that differ again.")
@click.option("--prune", is_flag=True, help="Remove graphs below the base that no push brought there.")
@click.option("--remove-many", is_flag=True, help="Remove cases even where they are many of those in the store.")
@click.option("--rollback", is_flag=True, help="Put the build back that the store held before.")
@click.option("--break-lock", is_flag=True, help="Push although another pusher seems to be at work.")
@click.option(
    "--report",
    "path",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write what became of every graph, as JSON.",
)
@click.option("--profiles", is_flag=True, help="List the kinds of stores that are known.")
def command(
    target: str,
    root: Path,
    *,
    dry_run: bool,
    verify: bool,
    prune: bool,
    remove_many: bool,
    rollback: bool,
    break_lock: bool,
    path: Path | None,
    profiles: bool,
) -> None:
    """Bring a triple store up to date with the graph.

    TARGET is a [targets.TARGET] of kg.toml; it may be left out where there is one only. Each case has two named graphs
    (what it states, what is derived), and only graphs that changed since the last push are sent. A push that was
    interrupted goes on where it ended. Passwords come from the environment (KG_TARGET_USER, KG_TARGET_PASSWORD,
    KG_TARGET_TOKEN) or from ~/.netrc.
    """
    if profiles:
        _print_profiles()
        return
    workspace = Workspace(root)
    store = workspace.push_target(target)
    if not store.graphs_url or not (store.profile.has_paths or (store.graphs and store.update)):
        raise Failure(f"[targets.{store.name}] has the profile generic: add update = and graphs =, the other services")
    wishes = Wishes(verify=verify, prune=prune, remove_many=remove_many, break_lock=break_lock)
    remote = Remote(store)
    try:
        build = _build(workspace, remote, is_back=rollback)
        if dry_run:
            _print_plan(planned(build, remote, wishes), store, named=NAMED)
            return
        report = push(
            *(build, remote, wishes), tell=lambda found: _tell(found, store), progress=render.progress("Pushing")
        )
    finally:
        remote.close()
    if path:
        atomic.write_text(path, json.dumps(report.as_json(), indent=2, ensure_ascii=False) + "\n")
    _print_report(report, store)
    _leave(report)


def _build(workspace: Workspace, remote: Remote, *, is_back: bool) -> LocalBuild:
    if not is_back:
        return workspace.pushable()
    current = workspace.pushable()
    previous = Ledger(remote, current.base).head().previous
    if not previous:
        raise Failure(f"the store at {remote.target.url} has held no build before the present one")
    return workspace.pushable(previous)


def _tell(found: Planned, target: Target) -> None:
    if found.record.head.state and found.record.pending():
        pending = _many(len(found.record.pending()), "graph")
        click.echo(f"The last push to this store did not end; {pending} pending will be sent again.", err=True)
    for base in found.record.other_bases:
        click.echo(f"Note: this store also holds what was pushed below {base}, which stays as it is.", err=True)
    if different := [step.graph for step in found.plan.steps if step.why == "different"]:
        named = _some(different)
        click.echo(f"Somebody else changed {_many(len(different), 'graph')}: {named}. --verify counts all.", err=True)
    if found.plan.triples > BULK and not found.record.entries and target.profile.loader:
        click.echo(
            f"Note: {found.plan.triples:,} triples are many for HTTP. Faster: `kg export --partitioned DIR`, then "
            f"`{target.profile.loader}` there (docs/pushing.md).",
            err=True,
        )


def _print_plan(found: Planned, target: Target, *, named: int) -> None:
    _tell(found, target)
    plan = found.plan
    click.echo(f"Would send {_sizes(plan)} and remove {_many(len(plan.removed), 'graph')}; {_same(plan)}")
    for step in plan.steps[:named]:
        size = f", {_many(step.after.count, 'triple')}" if step.after else ""
        click.echo(f"  {step.why.value:9} {step.graph}{size}")
    if len(plan.steps) > named:
        click.echo(f"  … and {len(plan.steps) - named:,} more")
    for graph in found.strangers:
        click.echo(f"  {'prune':9} {graph}")


def _sizes(plan: Plan) -> str:
    reasons = ", ".join(f"{count:,} {why}" for why, count in sorted(plan.counts().items()) if why != "gone")
    return f"{_many(len(plan.sent), 'graph')} ({_many(plan.triples, 'triple')}{': ' if reasons else ''}{reasons})"


def _same(plan: Plan) -> str:
    return f"{_many(len(plan.same), 'graph')} stay as they are"


def _print_report(report: Report, target: Target) -> None:
    if report.is_complete and not report.planned and not report.pruned:
        same = _many(report.same, "graph")
        click.echo(f"Nothing to do: the store at {target.url} holds build {report.build} ({same})")
        return
    done = f"{_many(len(report.new), 'graph')} sent and counted ({_many(report.triples, 'triple')})"
    line = f"{done}, {len(report.removed):,} removed, {report.same:,} as they were"
    pruned = f", {len(report.pruned):,} pruned" if report.pruned else ""
    if report.is_complete:
        click.echo(f"Pushed build {report.build} at {target.url}: {line}{pruned}")
        return
    if sys.stderr.isatty():
        click.echo(err=True)  # below the line of progress
    click.echo(f"NOT COMPLETE at {target.url}: {line}{pruned}", err=True)
    if report.pending:
        click.echo(f"  {_many(len(report.pending), 'graph')} pending (old, new or half of each):", err=True)
    for graph, why in list(report.pending.items())[:NAMED]:
        click.echo(f"    {graph}: {why}", err=True)
    if len(report.pending) > NAMED:
        click.echo(f"    … and {len(report.pending) - NAMED:,} more; --report FILE names all", err=True)
    if report.old:
        click.echo(f"  {_many(len(report.old), 'graph')} old, as before this push: {_some(report.old)}", err=True)
    click.echo("  `kg push` goes on from here.", err=True)


def _leave(report: Report) -> None:
    if isinstance(report.stopped, Failure):
        raise report.stopped
    if report.stopped is not None:
        raise click.Abort
    if not report.is_complete:
        sys.exit(1)


def _print_profiles() -> None:
    rows = [
        (
            profile.name,
            profile.label,
            "tested" if profile.is_tested else "untested",
            profile.auth,
            "union" if profile.is_union else "empty",
            f"{profile.row_limit:,}" if profile.row_limit else "",
            profile.about,
        )
        for profile in PROFILES.values()
    ]
    render.table(("profile", "store", "", "password", "default graph", "row limit", "url"), rows)


def _some(graphs: Iterable[str]) -> str:
    listed = list(graphs)
    more = f" and {len(listed) - 3:,} more" if len(listed) > 3 else ""
    return ", ".join(listed[:3]) + more


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
