"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path

import click

workspace = click.option(
    "-C",
    "root",
    type=click.Path(file_okay=False, path_type=Path),
    default=".",
    metavar="DIR",
    help="The workspace: a folder with cases/ and perhaps a kg.toml.  [default: here]",
)

cases = click.option(
    "--cases",
    multiple=True,
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Look for case files here instead of cases/ (may be given more than once).",
)
