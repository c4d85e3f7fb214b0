"""Values in, what a person reads in a terminal out."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import click

from kg.build.engine import silent
from kg.problem import Problem, Severity
from kg.source import Source, decode
from kg.store.base import Term
from kg.terms import shortened

COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "blue"}


def problem(each: Problem, line: str | None) -> Iterator[str]:
    """A problem in words: place, severity, code, message; the line with a caret; the hint."""
    place = click.style(str(each.span), bold=True)
    word = click.style(each.severity.label, fg=COLOURS[each.severity], bold=True)
    about = f"{each.record}: " if each.record else ""
    yield f"{place}: {word} {each.code} {about}{each.message}"
    if line is not None and each.span.line:
        yield from _excerpt(each, line)
    if each.hint:
        yield f"    {click.style('mend:', bold=True)} {each.hint}"


def _excerpt(each: Problem, line: str) -> Iterator[str]:
    """The line with a caret under the place; a long line is cut around it."""
    span, width = each.span, 72
    end = span.end_column if span.end_line == span.line else len(line) + 1
    first = max(0, span.column - 1 - width // 2) if len(line) > width else 0
    shown = line[first : first + width].replace("\t", " ")
    before = span.column - 1 - first
    length = max(1, min(end - span.column, width - before))
    yield f"    | {shown}"
    yield f"    | {' ' * before}{click.style('^' * length, fg=COLOURS[each.severity])}"


def problems(found: Iterable[Problem], root: Path | None) -> Iterator[str]:
    """Problems with their excerpts from files below a root; each file is read once. Without a root, no excerpts."""
    sources: dict[str, Source | None] = {}
    for each in found:
        file = each.span.file
        if file not in sources:
            sources[file] = _source(root / file, file) if root else None
        source = sources[file]
        line = source.line(each.span.line) if source and each.span.line else None
        yield from problem(each, line)


def _source(path: Path, file: str) -> Source | None:
    try:
        source = decode(path.read_bytes(), file, limit=sys.maxsize)
    except OSError:
        return None
    return source if isinstance(source, Source) else None


def table(columns: Iterable[str], rows: Iterable[Iterable[str]], *, right: frozenset[int] = frozenset()) -> None:
    """Print a table as wide as the terminal; as wide as it needs to be where nobody looks."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else 100_000
    grid = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for index, column in enumerate(columns):
        grid.add_column(column, justify="right" if index in right else "left", overflow="fold")
    for row in rows:
        grid.add_row(*(cell.replace("[", "\\[") for cell in row))
    console = Console(width=width, soft_wrap=False, highlight=False, emoji=False)
    with console.capture() as captured:
        console.print(grid)
    click.echo("\n".join(line.rstrip() for line in captured.get().splitlines()))


def cell(term: Term | None, base: str) -> str:
    """A term as a person reads it: short IRIs, bare literals."""
    return "" if term is None else shortened(term, base)


def progress(label: str) -> Callable[[int, int], None]:
    """A line on standard error that counts; only in a terminal, and only where there is much to do."""
    if not sys.stderr.isatty():
        return silent

    def show(done: int, total: int) -> None:
        if total < 100:
            return
        filled = 30 * done // total
        end = "\n" if done == total else ""
        click.echo(f"\r{label} {'█' * filled}{'·' * (30 - filled)} {done:,}/{total:,}{end}", nl=False, err=True)

    return show
