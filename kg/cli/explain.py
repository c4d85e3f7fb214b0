"""``kg explain``: what a problem code means and how to mend it."""

from __future__ import annotations

from pathlib import Path

import click

from kg.cli import options, render
from kg.explain import explain, explanations
from kg.workspace import Workspace


@click.command("explain")
@click.argument("code", required=False)
@options.workspace
def command(code: str | None, root: Path) -> None:
    """Say what a problem CODE means, with an example and how to mend it; without one, list all codes."""
    release = Workspace(root).target
    if code is None:
        rows = [(each.code, each.severity.label, each.title) for each in explanations(release).values()]
        render.table(("code", "severity", "what is wrong"), rows)
        return
    found = explain(code, release)
    click.echo(f"{click.style(found.code, bold=True)} ({found.severity.label}): {found.title}\n")
    for text in filter(None, (found.meaning, f"Mend: {found.mend}" if found.mend else "")):
        click.echo(click.wrap_text(text, width=80) + "\n")
    if found.example:
        click.echo("For example:\n")
        click.echo("\n".join(f"    {line}" for line in found.example.splitlines()))
