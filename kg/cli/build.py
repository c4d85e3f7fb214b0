"""``kg build``: the case files of a workspace into its store."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from kg.build import Result
from kg.cli import options, render
from kg.manifest import Manifest
from kg.problem import Severity
from kg.shape import decode, local_name
from kg.workspace import Workspace


@click.command("build")
@options.workspace
@options.cases
@click.option("--full", is_flag=True, help="Make everything anew, whatever has changed.")
@click.option("--strict", is_flag=True, help="Publish nothing while a file has errors; exit with 1.")
@click.option(
    "--workers",
    type=click.IntRange(min=0),
    default=0,
    metavar="N",
    help="Processes that read files.  [default: one for each processor]",
)
@click.option("-v", "--verbose", is_flag=True, help="Print warnings too, not only errors.")
def command(root: Path, cases: Sequence[Path], workers: int, *, full: bool, strict: bool, verbose: bool) -> None:
    """Turn the case files into a graph.

    Looks for Markdown files with a case_id in their front matter below cases/ (or the folders that kg.toml
    names), and keeps the graph in .kg/. Files with errors are left out and named; the others are built.
    Only what changed since the last build is read again.
    """
    workspace = Workspace(root, cases=cases, workers=workers)
    result = workspace.build(full=full, strict=strict, progress=render.progress("Reading"))
    _print_problems(result.manifest, workspace, verbose=verbose)
    if result.is_refused:
        left_out = _many(len(result.manifest.in_error()), "file")
        click.echo(f"Not built: {left_out} with errors, and the build is strict. The graph stays as it was.", err=True)
        sys.exit(1)
    click.echo(_summary(result, workspace))
    for line in _next_steps(result.manifest, root):
        click.echo(line)


def _print_problems(manifest: Manifest, workspace: Workspace, *, verbose: bool) -> None:
    least = Severity.INFO if verbose else Severity.ERROR
    shown = manifest.problems(least)
    for line in render.problems(shown, workspace.root):
        click.echo(line, err=True)
    if shown:
        click.echo(err=True)


def _summary(result: Result, workspace: Workspace) -> str:
    manifest = result.manifest
    done = "Built" if result.is_new else "Nothing changed:"
    counts = {local_name(target): count for target, count in manifest.counts().items()}
    left_out = manifest.left_out()
    severities = manifest.severities()
    claims = f"{counts.get('ValueClaim', 0):,} value claims, {counts.get('ContextClaim', 0):,} context claims"
    lines = [
        f"{done} {_many(len(manifest.cases()), 'case')} ({_many(result.read, 'file')} read) into {workspace.home}",
        f"  {counts.get('Source', 0):,} sources, {claims}, ontology release {manifest.basis['target']}",
    ]
    stem = f"{workspace.settings.base}overlay/"
    overlays = [decode(graph.removeprefix(stem)) for graph in manifest.overlays.parts if graph.startswith(stem)]
    if overlays:
        lines.append(f"  {_many(len(overlays), 'overlay')}: {', '.join(overlays)}")
    if left_out:
        names = ", ".join(entry.path for entry in left_out[:3]) + (" …" if len(left_out) > 3 else "")
        lines.append(click.style(f"  {_many(len(left_out), 'file')} left out because of errors: {names}", fg="red"))
    if severities[Severity.WARNING]:
        lines.append(f"  {_many(severities[Severity.WARNING], 'warning')} (kg build -v shows them)")
    return "\n".join(lines)


def _next_steps(manifest: Manifest, root: Path) -> list[str]:
    if not manifest.cases():
        return ["", "There are no cases in the graph yet: put case files below cases/ and build again."]
    at = "" if root == Path() else f" -C {root}"
    return [
        "",
        "Ask next:",
        f"  kg stats{at}",
        f"  kg query{at} --list",
        f"  kg query{at} value-claims --mode strict",
        f"  kg query{at} 'SELECT ?case ?title {{ ?case a cg:Case ; dcterms:title ?title }} LIMIT 9'",
        f"  kg export{at} -o graph.ttl",
    ]


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
