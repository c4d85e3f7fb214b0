"""``kg organisations``: which names are one organisation, proposed by kg and decided by a person."""

from __future__ import annotations

import click

from kg.cli.organisations.decide import decide
from kg.cli.organisations.review import review


@click.group("organisations")
def command() -> None:
    """Find names that may be one organisation, and decide.

    Nothing is merged by itself: `review` proposes, `decide` writes down what a person says, and the next
    `kg build` applies it.
    """


command.add_command(review)
command.add_command(decide)
