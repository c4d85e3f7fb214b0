"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

from kg.export.answers import BINARY, FORMATS
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

_FILE = click.Path(dir_okay=False, path_type=Path)


def answers(command: Callable[..., None]) -> Callable[..., None]:
    """The options of everything that prints an answer; what they say is read by ``kg.cli.answers.Wanted``."""
    for option in reversed(_ANSWERS):
        command = option(command)
    return command


_ANSWERS = (
    click.option(
        "--format",
        "form",
        type=click.Choice(["table", *FORMATS, *BINARY]),
        help="How to print the answer.  [default: table, or by the ending of -o]",
    ),
    click.option("-o", "--output", type=_FILE, metavar="FILE", help="Write the answer to a file."),
    click.option("--chart", type=_FILE, metavar="FILE", help="Draw the answer as .svg, .png or .html."),
    click.option("--limit", type=click.IntRange(min=1), metavar="ROWS", help="Print no more rows than this."),
    click.option(
        "--timeout",
        type=click.FloatRange(min=0, min_open=True),
        default=DEFAULT.seconds,
        metavar="SECONDS",
        help=f"Stop the query after this time.  [default: {DEFAULT.seconds:g}]",
    ),
    click.option(
        "--diff",
        metavar="BUILD",
        help="What has changed in the answer since a build that is kept: its id, or `previous`.",
    ),
    click.option(
        "--endpoint",
        metavar="URL",
        help="Ask this SPARQL endpoint, or this [targets.NAME] of kg.toml, instead of the workspace's graph.",
    ),
    click.option("--explain", is_flag=True, help="Say how the query is evaluated and what is costly; do not run it."),
)
