"""A saved query in; its command, with the query's parameters as options, out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from kg.cli import options
from kg.cli.answers import Output, print_answer
from kg.query import Parameter, QueryAnswer, SavedQuery
from kg.store.base import Table
from kg.worker import DEFAULT, Outcome
from kg.workspace import Workspace

PARAMETER = "parameter_"
"""Begins the names that click keeps values under, so that a parameter may be called as one of our own options is."""


class Asked(click.Command):
    """The command of one saved query."""

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """The name is part of the command's own."""
        return ["[OPTIONS]"]


def command_of(query: SavedQuery) -> click.Command:
    """A command that asks a saved query."""

    def ask(root: Path, **given: Any) -> None:
        values = {name.removeprefix(PARAMETER): each for name, each in given.items() if name.startswith(PARAMETER)}
        _ask(query, {name: each for name, each in values.items() if each}, Workspace(root), Output.of(given))

    command = options.answers(options.workspace(ask))
    declared = click.command("query", cls=Asked, help=_help(query))(command)
    taken = {name for each in declared.params for name in each.opts}
    declared.params = [
        click.Argument(["text"], expose_value=False),
        *(_option(each) for each in query.parameters if f"--{each.name}" not in taken),
        *declared.params,
    ]
    return declared


def _help(query: SavedQuery) -> str:
    return f"{query.summary}\n\n{query.description}"


def _option(parameter: Parameter) -> click.Option:
    """A parameter as an option; one without a default may be given more than once."""
    said = [parameter.description]
    if parameter.allowed:
        said.append(f"One of {', '.join(parameter.allowed)}.")
    said.append(f" [default: {parameter.default}]" if parameter.default is not None else " [default: any]")
    return click.Option(
        [PARAMETER + parameter.name, f"--{parameter.name}"],
        multiple=True,
        metavar=(parameter.scheme.rsplit("/", 1)[-1] or parameter.type).upper(),
        help=" ".join(each for each in said if each),
    )


def _ask(query: SavedQuery, given: dict[str, tuple[str, ...]], workspace: Workspace, output: Output) -> None:
    workspace.worker.start()
    rows = max(output.limit or 0, DEFAULT.rows)
    answer = workspace.ask(query, given, limits=replace(DEFAULT, seconds=output.seconds, rows=rows))
    outcome = _cut(answer, output.limit)
    print_answer(outcome, output, workspace.settings.base, labels=[column.label for column in answer.columns])


def _cut(answer: QueryAnswer, limit: int | None) -> Outcome:
    """The first rows of an answer, and how many there are."""
    table = answer.table
    if limit is None or len(table.rows) <= limit:
        return Outcome(table, answer.truncated)
    said = f"the first of {len(table.rows):,}{' or more' if answer.truncated else ''} (--limit)"
    return Outcome(Table(table.columns, table.rows[:limit]), said)
