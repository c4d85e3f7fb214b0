"""``kg new``: the beginnings of files."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from kg.cli import options
from kg.problem import Failure
from kg.scaffold import new_case
from kg.shape import encode
from kg.workspace import Workspace


@click.group("new")
def command() -> None:
    """Begin a new file."""


@command.command("case")
@click.argument("case_id")
@click.option("--organisation", prompt="Organisation", help="Name of the organisation.")
@click.option("--title", prompt="Title", help="What the case is about, in one line.")
@options.workspace
def case(case_id: str, organisation: str, title: str, root: Path) -> None:
    """Begin the case CASE_ID: a valid file with every key, to be filled in.

    Writes CASE_ID/casefile.md and an empty folder sources/text below the first folder of cases, made if need be.
    """
    workspace = Workspace(root)
    if encode(case_id) != case_id or case_id != case_id.lower():
        raise Failure(f"{case_id} is no good id: use lower-case letters, digits and hyphens")
    folder = root / workspace.settings.cases[0] / case_id
    path = folder / "casefile.md"
    if path.exists():
        raise Failure(f"{path} is there already")
    (folder / "sources" / "text").mkdir(parents=True, exist_ok=True)
    shape = workspace.reader.shapes(workspace.target.version)
    today = datetime.now().astimezone().date().isoformat()
    text = new_case(workspace.target, shape, case_id=case_id, organisation=organisation, title=title, today=today)
    path.write_text(text, encoding="utf-8", newline="\n")
    click.echo(f"Wrote {path}\n  Save captured texts below {folder / 'sources' / 'text'}, then: kg check {path}")
