"""A graph, and where its questions are put, in; what answers them out."""

from __future__ import annotations

import threading
from collections.abc import Callable

import click

from kg.builtgraph import BuiltGraph
from kg.cli import render
from kg.cli.answers import Wanted
from kg.query.values import Run
from kg.store.base import Answer, Table
from kg.store.target import Target, endpoint
from kg.worker import Limits, Outcome, QueryTimeout
from kg.worker.limits import truncation


def runner(graph: BuiltGraph, wanted: Wanted) -> Run:
    """Whatever answers SPARQL: a process of its own over the workspace's graph, or an endpoint."""
    limits = wanted.limits
    if wanted.endpoint:
        return _remote(graph.settings.targets.get(wanted.endpoint) or endpoint(wanted.endpoint), limits)
    worker = graph.worker
    worker.start()
    return lambda text: worker.run(text, limits)


def _remote(target: Target, limits: Limits) -> Run:
    from kg.store.remote import Remote

    remote = Remote(target)

    def run(text: str) -> Outcome:
        answer = _within(limits.seconds, lambda: remote.query(text))
        if not isinstance(answer, Table) or len(answer.rows) <= limits.rows:
            return Outcome(answer)
        return Outcome(Table(answer.columns, answer.rows[: limits.rows]), truncation("rows", limits))

    return run


def _within(seconds: float, call: Callable[[], Answer]) -> Answer:
    """What a call gives, if it gives it in time; a query that is late goes on at the endpoint, and nobody waits."""
    found: list[Answer] = []
    failed: list[BaseException] = []

    def work() -> None:
        try:
            found.append(call())
        except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
            failed.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(seconds)
    if failed:
        raise failed[0]
    if not found:
        raise QueryTimeout(f"the endpoint has not answered after {seconds:g} s; narrow the query, or allow more time")
    return found[0]


def explain(text: str, run: Run) -> None:
    """Print the algebra of a query with the rows that each step is likely to give."""
    from kg.query.explain import explain as explained

    found = explained(text, run)
    width = render.width()
    click.echo(f"{'rows':>11}  step")
    for step in found.steps:
        rows = f"{'' if step.is_counted else '~'}{step.rows:,.0f}"
        line = f"{rows:>11}  {'  ' * step.depth}{step.name} {step.detail}".rstrip()
        click.echo(line if len(line) <= width else line[: width - 1] + "…")
    click.echo(f"Cost: about {found.cost:,.0f} rows are looked at. ~ is an estimate; patterns are counted.", err=True)
