"""The answer to a query in; what is printed of it, or written to a file, out."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import click
import pyoxigraph as ox

from kg import atomic
from kg.builtgraph import BuiltGraph
from kg.cli import render, tables
from kg.export.answers import BINARY, FORMATS, markdown, triples_as_turtle
from kg.problem import Failure
from kg.query import Column, SavedQuery
from kg.query.addresses import case_files, is_web, web_addresses
from kg.query.cells import shown
from kg.query.values import Run
from kg.store.base import Answer, Table
from kg.worker import DEFAULT, Limits

ENDINGS = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".json": "json",
    ".srj": "json",
    ".md": "md",
    ".txt": "table",
    ".xlsx": "xlsx",
    ".parquet": "parquet",
    ".arrow": "arrow",
    ".feather": "arrow",
}
"""Format by the ending of a file."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What ``options.answers`` collects: how to ask, and what to make of the answer."""

    form: str
    output: Path | None
    chart: Path | None
    limit: int | None
    seconds: float
    diff: str
    endpoint: str
    explain: bool

    @staticmethod
    def of(given: Mapping[str, Any]) -> Wanted:
        """From the values of the options; a usage error where they do not go together."""
        output: Path | None = given["output"]
        form = given["form"] or _by_ending(output)
        if form in BINARY and output is None and sys.stdout.isatty():
            raise click.UsageError(f"--format {form} is no text; name a file with -o")
        if given["diff"] and given["endpoint"]:
            raise click.UsageError("--diff compares builds of the workspace; it takes no --endpoint")
        return Wanted(
            form=form,
            output=output,
            chart=given["chart"],
            limit=given["limit"],
            seconds=given["timeout"],
            diff=given["diff"] or "",
            endpoint=given["endpoint"] or "",
            explain=given["explain"],
        )

    @property
    def limits(self) -> Limits:
        """How far a query may go that is cut at the limit; a saved one is cut when it is in order."""
        return replace(DEFAULT, seconds=self.seconds, rows=self.limit or DEFAULT.rows)


def _by_ending(path: Path | None) -> str:
    if path is None:
        return "table"
    if path.suffix.lower() not in ENDINGS:
        raise click.UsageError(f"{path}: the ending tells no format; known: {', '.join(ENDINGS)}; or give --format")
    return ENDINGS[path.suffix.lower()]


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer with all it takes to show it."""

    table: Table
    columns: Sequence[Column]
    run: Run
    """Answers further questions about what is in the table."""
    graph: BuiltGraph
    cut: str = ""
    """What was cut off, in words."""
    query: SavedQuery | None = None
    said: Mapping[str, str] = field(default_factory=dict[str, str])
    """What was asked: label and text."""

    @property
    def base(self) -> str:
        """Begins the IRIs of the workspace."""
        return self.graph.settings.base

    def texts(self) -> list[list[str]]:
        """The rows as people read them."""
        has_case = any(column.kind == "case" for column in self.columns)
        kinds = [column.kind for column in self.columns]
        return [
            [shown(term, kind, self.base, beside_case=has_case) for term, kind in zip(row, kinds, strict=True)]
            for row in self.table.rows
        ]


def print_other(answer: Answer, form: str, cut: str) -> None:
    """Print the answer of an ASK, CONSTRUCT or DESCRIBE."""
    if isinstance(answer, bool):
        click.echo("true" if answer else "false")
    elif isinstance(answer, list) and form in ("table", "md"):
        click.echo(triples_as_turtle(answer), nl=False)
    else:
        raise Failure(f"--format {form} is for SELECT; a CONSTRUCT or DESCRIBE is printed as Turtle")
    if cut:
        click.echo(cut, err=True)


def deliver(answered: Answered, wanted: Wanted) -> None:
    """Print an answer, or write it where it was wanted; what was cut off is said on standard error."""
    if wanted.chart:
        _draw(answered, wanted.chart)
    if wanted.output:
        _write(answered, wanted.form, wanted.output)
        click.echo(f"Wrote {_count(answered)} to {wanted.output}", err=True)
    elif not wanted.chart:
        content = _content(answered, wanted.form)
        sys.stdout.buffer.write(content) if isinstance(content, bytes) else click.echo(content, nl=False)
        click.echo(_count(answered), err=True)


def _count(answered: Answered) -> str:
    number = len(answered.table.rows)
    rows = f"{number:,} row{'' if number == 1 else 's'}"
    return f"{rows}: {answered.cut}" if answered.cut else rows


def _write(answered: Answered, form: str, path: Path) -> None:
    if not path.parent.is_dir():
        raise Failure(f"{path.parent}: there is no such folder")
    content = _content(answered, form)
    atomic.write_bytes(path, content if isinstance(content, bytes) else content.encode("utf-8", "replace"))


def _content(answered: Answered, form: str) -> str | bytes:
    """An answer in a format."""
    if form == "table":
        return _table(answered)
    if form == "md" and answered.query:
        return markdown([column.heading for column in answered.columns], answered.texts())
    return FORMATS[form](answered.table) if form in FORMATS else _binary(answered, form)


def _binary(answered: Answered, form: str) -> bytes:
    import io

    from kg.export import frames, pack

    out = io.BytesIO()
    if form == "parquet":
        frames.write_parquet(answered.table, out)
    elif form == "arrow":
        frames.write_arrow(answered.table, out)
    else:
        pack.write(_pack(answered), out)
    return out.getvalue()


def _pack(answered: Answered) -> Any:
    """The answer with what proves it."""
    from kg.export.pack import Pack
    from kg.query.evidence import evidence

    table, columns = answered.table, answered.columns
    title = answered.query.summary if answered.query else "A question in SPARQL"
    cut = {"Cut": answered.cut} if answered.cut else {}
    urls = web_addresses(_terms(table), answered.run)
    proofs = evidence(table, columns, answered.run)
    return Pack(title, {**answered.said, **cut}, table, columns, proofs, urls, answered.base)


def _terms(table: Table) -> list[Any]:
    return [term for row in table.rows for term in row if isinstance(term, ox.NamedNode)]


def _draw(answered: Answered, path: Path) -> None:
    from kg.export import chart

    kind = chart.kind_of(path)
    query = answered.query
    if query is None or query.chart is None:
        name = query.name if query else "SPARQL of your own"
        raise chart.NoChart(f"{name} has no `chart` in its header that says what to draw")
    said = chart.specification(query.chart, answered.table, answered.columns, title=query.summary, base=answered.base)
    atomic.write_bytes(path, chart.draw(said, kind))
    click.echo(f"Drew {_count(answered)} in {path}", err=True)


def _table(answered: Answered) -> str:
    """A table as wide as the terminal, with links in it; as wide as it needs to be where nobody looks."""
    is_seen = sys.stdout.isatty()
    texts = answered.texts()
    links = _links(answered) if is_seen else {}
    rows = [
        [tables.Cell(text, links.get(term.value, "") if isinstance(term, ox.NamedNode | ox.Literal) else "")
         for text, term in zip(line, row, strict=True)]
        for line, row in zip(texts, answered.table.rows, strict=True)
    ]  # fmt: skip
    headings = [
        tables.Heading(column.heading, _is_number(column, [line[place] for line in texts]))
        for place, column in enumerate(answered.columns)
    ]
    return "".join(f"{line}\n" for line in tables.lines(headings, rows, render.width()))


def _is_number(column: Column, cells: Sequence[str]) -> bool:
    found = [cell for cell in cells if cell]
    return column.kind == "number" or (
        bool(found) and all(cell.lstrip("-").replace(".", "").isdigit() for cell in found)
    )


def _links(answered: Answered) -> dict[str, str]:
    """Where cells lead: addresses to themselves, sources and documents to their page, the rest to its case file."""
    kinds = {column.kind for column in answered.columns}
    things = _terms(answered.table)
    found = {each: each for row in answered.table.rows for term in row if is_web(each := _literal(term))}
    if kinds & {"case", "claim"}:
        root = answered.graph.root.resolve()
        found |= {iri: (root / path).resolve().as_uri() for iri, path in case_files(things, answered.run).items()}
    if kinds & {"source", "document"}:
        found |= web_addresses(things, answered.run)
    return found


def _literal(term: object) -> str:
    return term.value if isinstance(term, ox.Literal) else ""
