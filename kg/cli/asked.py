"""A saved query in; its command, with the query's parameters as options, out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import click

from kg.builtgraph import BuiltGraph
from kg.cli import options
from kg.cli.answers import Answered, Wanted, deliver
from kg.cli.running import explain, runner
from kg.query import Column, Parameter, QueryAnswer, SavedQuery, ask, bound
from kg.query.difference import CHANGE, changes
from kg.query.page import run_paged, run_whole
from kg.store.base import Table
from kg.terms import shortened
from kg.worker import DEFAULT, Worker

PARAMETER = "parameter_"
"""Begins the names that click keeps values under, so that a parameter may be called as one of our own options is."""

READ = 1_000
"""Rows of a long answer that are printed as a table; each costs the store some 0.1 ms."""

READ_TO_SORT = 1_000_000
"""Rows, of little but IRIs, that are read to find the first ones."""

Given = Mapping[str, tuple[str, ...]]


class Asked(click.Command):
    """The command of one saved query."""

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """The query's name is part of the command's own."""
        return ["[OPTIONS]"]

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The query's parameters apart from the options of every query."""
        own = [each for each in self.params if (each.name or "").startswith(PARAMETER)]
        rest = [each for each in self.get_params(ctx) if each not in own]
        for title, group in (("Parameters", own), ("Options", rest)):
            records = [record for each in group if (record := each.get_help_record(ctx))]
            if records:
                with formatter.section(title):
                    formatter.write_dl(records)


def command_of(query: SavedQuery) -> click.Command:
    """A command that asks a saved query."""

    def run(root: Path, param: Iterable[str], *, show: bool, test: bool, **given: Any) -> None:
        values = {name.removeprefix(PARAMETER): each for name, each in given.items() if name.startswith(PARAMETER)}
        named = {name: each for name, each in values.items() if each} | _named(param)
        graph, wanted = BuiltGraph(root), Wanted.of(given)
        if test:
            from kg.cli.catalogue import run_tests

            run_tests([query])
        elif show:
            click.echo(_bound(query, named, graph, wanted), nl=False)
        elif wanted.explain:
            explain(_bound(query, named, graph, wanted), runner(graph, wanted))
        else:
            _ask(query, named, graph, wanted)

    declared = click.command("query", cls=Asked, help=_help(query))(_options(run))
    taken = {name for each in declared.params for name in each.opts}
    own = [_option(each) for each in query.parameters if f"--{each.name}" not in taken]
    declared.params = [click.Argument(["text"], expose_value=False), *own, *declared.params]
    return declared


def _options(run: Any) -> Any:
    param = click.option(
        "--param", multiple=True, metavar="NAME=VALUE", help="Another way to give a parameter, whatever its name."
    )
    show = click.option("--show", is_flag=True, help="Print the SPARQL with the parameters in place; do not run it.")
    test = click.option("--test", is_flag=True, help="Compare with the answers that the header expects.")
    return options.answers(param(show(test(options.workspace(run)))))


def _help(query: SavedQuery) -> str:
    tags = f"\n\nTags: {', '.join(query.tags)}." if query.tags else ""
    columns = ", ".join(column.name for column in query.columns)
    return f"{query.summary}\n\n{query.description}\n\nColumns: {columns}.{tags}"


def _option(parameter: Parameter) -> click.Option:
    """A parameter as an option; one without a default may be given more than once."""
    kind = (parameter.scheme.rsplit("/", 1)[-1] or parameter.type).upper()
    allowed = f"One of {', '.join(parameter.allowed)}." if parameter.allowed else ""
    default = f"[default: {parameter.default}]" if parameter.default is not None else "[default: any]"
    return click.Option(
        [PARAMETER + parameter.name, f"--{parameter.name}"],
        multiple=True,
        metavar=kind,
        help="  ".join(each for each in (f"{parameter.description} {allowed}".strip(), default) if each),
    )


def _named(given: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """What ``--param`` says; a name that stands twice has two values."""
    values: dict[str, tuple[str, ...]] = {}
    for each in given:
        name, sign, value = each.partition("=")
        if not sign:
            raise click.UsageError(f"--param takes NAME=VALUE, not `{each}`")
        values[name] = (*values.get(name, ()), value)
    return values


def _bound(query: SavedQuery, given: Given, graph: BuiltGraph, wanted: Wanted) -> str:
    """The query with its parameters in place; nothing is asked where none is given."""
    return bound(query, given, runner(graph, wanted), base=graph.settings.base).text if given else query.text


def _ask(query: SavedQuery, given: Given, graph: BuiltGraph, wanted: Wanted) -> None:
    run = runner(graph, replace(wanted, limit=max(wanted.limit or 0, DEFAULT.rows)))
    read = runner(graph, replace(wanted, limit=READ_TO_SORT))
    put = run_whole if wanted.endpoint else partial(run_paged, most=_most(wanted), read=read)
    answer = ask(query, given, run, base=graph.settings.base, put=put)
    found = Answered(answer.table, answer.columns, run, graph, answer.truncated, query, _said(answer, graph))
    if wanted.diff:
        found = _compared(found, answer, wanted)
    deliver(_cut(found, wanted.limit), wanted)


def _most(wanted: Wanted) -> int | None:
    """How many rows a person reads; files, charts and comparisons take as many as the question gives."""
    is_read = wanted.form == "table" and not (wanted.output or wanted.chart or wanted.diff or wanted.limit)
    return READ if is_read else None


def _said(answer: QueryAnswer, graph: BuiltGraph) -> dict[str, str]:
    """What was asked of what, for those who are sent the answer."""
    bound_to = {
        parameter.name: ", ".join(shortened(term, graph.settings.base) for term in answer.terms[parameter.name])
        if parameter.name in answer.terms
        else parameter.default or "any"
        for parameter in answer.query.parameters
    }
    described = {"Description": answer.query.description, "Query": answer.query.name}
    parameters = {f"Parameter {name}": text for name, text in bound_to.items()}
    return {**described, **parameters, "Rows": f"{len(answer.table.rows):,}", "SPARQL": answer.text}


def _compared(found: Answered, answer: QueryAnswer, wanted: Wanted) -> Answered:
    """What is different in the answer of another build, to the same SPARQL."""
    build, limits = found.graph.kept(wanted.diff), replace(wanted, limit=None).limits
    with Worker(build / "store", found.graph.worker.prefixes) as worker:
        before = run_paged(answer.text, lambda text: worker.run(text, limits)).answer
    assert isinstance(before, Table)
    table = changes(before, found.table, found.columns)
    return replace(found, table=table, columns=[Column(CHANGE, "Change"), *found.columns])


def _cut(found: Answered, limit: int | None) -> Answered:
    """The first rows of an answer, and how many there are."""
    rows = found.table.rows
    if limit is None or len(rows) <= limit:
        return found
    said = f"the first of {len(rows):,}{' or more' if found.cut else ''} (--limit)"
    return replace(found, table=Table(found.table.columns, rows[:limit]), cut=said)
