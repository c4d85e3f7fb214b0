"""Findings in; lines for a terminal out: place, severity, code, message, the line with carets, how to mend it."""

from __future__ import annotations

from collections.abc import Iterator

import click

from kg.problem import Problem, Severity, Span
from kg.report.characters import encodable, is_right_to_left, one_line, width
from kg.report.excerpt import bounds, excerpt
from kg.report.findings import Findings, Sources, summary

COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "blue"}
MARGIN = "    | "
ROOM = 80 - len(MARGIN)


def report(findings: Findings) -> Iterator[str]:
    """Every problem, then the counts. Coloured: ``click.echo`` takes the colours off where nobody sees them."""
    for each in findings.problems:
        said = lines(each, findings.sources, findings.path(each.span.file))
        yield encodable("".join(f"{line}\n" for line in said))
    gap = "\n" if findings.problems else ""
    yield encodable(f"{gap}{click.style(summary(findings), bold=True)}\n")


def lines(problem: Problem, sources: Sources, file: str) -> Iterator[str]:
    """One problem; ``file`` is the name to print for its file."""
    span = problem.span
    where = click.style(":".join([one_line(file), *position(span)]), bold=True)
    word = click.style(problem.severity.label, fg=COLOURS[problem.severity], bold=True)
    yield f"{where}: {word} {problem.code} {sentence(problem)}"
    line = sources.line(span.file, span.line)
    if line is not None:
        yield from _excerpt(problem, line)
    if problem.hint:
        yield f"    {click.style('mend:', bold=True)} {one_line(problem.hint)}"


def position(span: Span) -> list[str]:
    """Line and column, as far as they are known: neither for a file as a whole."""
    return [str(number) for number in (span.line, span.column if span.line else 0) if number]


def sentence(problem: Problem) -> str:
    """What a problem is about, and what it says, on one line."""
    return one_line(f"{problem.record}: {problem.message}" if problem.record else problem.message)


def _excerpt(problem: Problem, line: str) -> Iterator[str]:
    """The line with carets under the place.

    Some terminals draw right-to-left scripts in their order of reading, where no caret can follow: those get the
    marked text by itself.
    """
    span = problem.span
    shown = excerpt(line, bounds(span, span.line, line), ROOM)
    carets = click.style("^" * max(1, width(shown.marked)), fg=COLOURS[problem.severity])
    yield f"{MARGIN}{shown.before}{shown.marked}{shown.after}".rstrip()
    yield f"{MARGIN}{' ' * width(shown.before)}{carets}"
    if shown.marked.strip() and is_right_to_left(shown.before + shown.marked):
        yield f"    {click.style('here:', bold=True)} {shown.marked}"
