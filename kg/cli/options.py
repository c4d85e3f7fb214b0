"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

from kg.export.answers import FORMATS
from kg.worker import DEFAULT

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


def answers(command: Callable[..., None]) -> Callable[..., None]:
    """The options of everything that prints an answer."""
    for option in reversed(_ANSWERS):
        command = option(command)
    return command


_ANSWERS = (
    click.option(
        "--format",
        "form",
        type=click.Choice(["table", *FORMATS]),
        default="table",
        show_default=True,
        help="How to print the answer.",
    ),
    click.option(
        "--limit", type=click.IntRange(min=1), metavar="ROWS", help="Print no more rows than this.  [default: 100,000]"
    ),
    click.option(
        "--timeout",
        type=click.FloatRange(min=0, min_open=True),
        default=DEFAULT.seconds,
        show_default=True,
        metavar="SECONDS",
        help="Stop the query after this time.",
    ),
)
