"""``kg schema``: the JSON Schema of a case file, for editors that complete YAML."""

from __future__ import annotations

import json
from pathlib import Path

import click

from kg import atomic
from kg.cli import options
from kg.schema import json_schema
from kg.workspace import Workspace


@click.command("schema")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write to a file.")
@options.workspace
def command(output: Path | None, root: Path) -> None:
    """Write the JSON Schema of a case file's front matter.

    An editor with a YAML language server completes keys and vocabulary terms from it, with their definitions.
    """
    workspace = Workspace(root)
    schema = json_schema(workspace.target, workspace.reader.shapes(workspace.target.version))
    text = json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
    if output is None:
        click.echo(text, nl=False)
        return
    atomic.write_text(output, text)
    click.echo(f"Wrote {output}; begin a case file's front matter with")
    click.echo(f"  # yaml-language-server: $schema={output.resolve().as_uri()}")
