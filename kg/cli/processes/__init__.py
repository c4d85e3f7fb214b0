"""``kg processes``: catalogues of APQC processes, and which claims are about which process."""

from __future__ import annotations

import click

from kg.cli.processes import catalogues, decide, diff, review, show


@click.group("processes")
def command() -> None:
    """Import APQC processes, and decide which claims are about which."""


for each in (review.review, decide.decide, show.show, show.tree, catalogues.import_, diff.diff):
    command.add_command(each)
