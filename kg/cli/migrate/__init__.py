"""``kg migrate``: bring case files from one release of the ontology to another."""

from __future__ import annotations

import click

from kg.cli.migrate import apply, graphs, new, plan, show


@click.group("migrate")
def command() -> None:
    """Bring case files from one release of the ontology to another.

    First `kg migrate plan`, which writes no case file; then `kg migrate apply`, by the id that the plan has.
    """


command.add_command(new.command, "new")
command.add_command(show.history, "history")
command.add_command(show.current, "current")
command.add_command(plan.command, "plan")
command.add_command(apply.apply_, "apply")
command.add_command(apply.verify, "verify")
command.add_command(apply.undo_, "undo")
command.add_command(apply.forget, "forget")
command.add_command(graphs.store_, "store")
command.add_command(graphs.export, "export")
