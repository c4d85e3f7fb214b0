"""The outcome of a query in; what is printed of it, or written to a file, out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import click

from kg.cli import render
from kg.export.answers import FORMATS, triples_as_turtle
from kg.problem import Failure
from kg.store.base import Table
from kg.worker import DEFAULT, Limits, Outcome


@dataclass(frozen=True, slots=True)
class Output:
    """How an answer is to be printed."""

    form: str
    limit: int | None
    seconds: float

    @staticmethod
    def of(options: Mapping[str, Any]) -> Output:
        """The wishes that ``options.answers`` collects."""
        return Output(options["form"], options["limit"], options["timeout"])

    @property
    def limits(self) -> Limits:
        """How far the query may go."""
        return replace(DEFAULT, seconds=self.seconds, rows=self.limit or DEFAULT.rows)


def print_answer(outcome: Outcome, output: Output, base: str, *, labels: Sequence[str] = ()) -> None:
    """Print an answer; whatever was cut off from it is said on standard error."""
    answer = outcome.answer
    if isinstance(answer, bool):
        click.echo("true" if answer else "false")
    elif isinstance(answer, Table):
        _print_table(answer, output.form, base, labels or answer.columns)
        click.echo(_count(answer, outcome.truncated), err=True)
    elif output.form in ("table", "md"):
        click.echo(triples_as_turtle(answer), nl=False)
        if outcome.truncated:
            click.echo(outcome.truncated, err=True)
    else:
        raise Failure(f"--format {output.form} is for SELECT; a CONSTRUCT or DESCRIBE is printed as Turtle")


def _count(table: Table, truncated: str) -> str:
    rows = f"{len(table.rows):,} row{'' if len(table.rows) == 1 else 's'}"
    return f"{rows}: {truncated}" if truncated else rows


def _print_table(table: Table, form: str, base: str, labels: Sequence[str]) -> None:
    if form != "table":
        click.echo(FORMATS[form](table), nl=False)
        return
    rows = [[render.cell(term, base) for term in row] for row in table.rows]
    numbers = frozenset(
        index
        for index in range(len(table.columns))
        if rows and all(row[index].lstrip("-").replace(".", "").isdigit() for row in rows)
    )
    render.table(labels, rows, right=numbers)
