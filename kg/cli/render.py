"""Values in, what a person reads in a terminal out."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import click

from kg.problem import Problem
from kg.store.base import Term
from kg.terms import shortened


def problems(found: Iterable[Problem], root: Path | None) -> Iterator[str]:
    """Problems with their excerpts from files below a root; each is read once if they come in order."""
    from kg.report import Sources, text

    sources = Sources(root)
    for each in found:
        yield from text.lines(each, sources, each.span.file)


def width() -> int:
    """Columns of the terminal; as many as anything needs where nobody looks."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else 100_000


def table(columns: Iterable[str], rows: Iterable[Iterable[str]], *, right: frozenset[int] = frozenset()) -> None:
    """Print a table as wide as the terminal; as wide as it needs to be where nobody looks."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    grid = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for index, column in enumerate(columns):
        grid.add_column(column, justify="right" if index in right else "left", overflow="fold")
    for row in rows:
        grid.add_row(*(cell.replace("[", "\\[") for cell in row))
    console = Console(width=width(), soft_wrap=False, highlight=False, emoji=False)
    with console.capture() as captured:
        console.print(grid)
    click.echo("\n".join(line.rstrip() for line in captured.get().splitlines()))


def cell(term: Term | None, base: str) -> str:
    """A term as a person reads it: short IRIs, bare literals."""
    return "" if term is None else shortened(term, base)


def progress(label: str) -> Callable[[int, int], None]:
    """A line on standard error that counts; only in a terminal, and only where there is much to do."""
    if not sys.stderr.isatty():
        return _silent

    def show(done: int, total: int) -> None:
        if total < 100:
            return
        filled = 30 * done // total
        end = "\n" if done == total else ""
        click.echo(f"\r{label} {'█' * filled}{'·' * (30 - filled)} {done:,}/{total:,}{end}", nl=False, err=True)

    return show


def _silent(_done: int, _total: int) -> None:
    """Nobody looks."""
