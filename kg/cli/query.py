"""``kg query``: SPARQL in, an answer out."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from kg.cli import options, render
from kg.export.answers import FORMATS, triples_as_turtle
from kg.problem import Failure
from kg.store.base import Answer, Table
from kg.workspace import Workspace


@click.command("query")
@click.argument("text", required=False)
@click.option(
    "-f", "--file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Read the query from a file."
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", *FORMATS]),
    default="table",
    show_default=True,
    help="How to print the answer.",
)
@options.workspace
def command(text: str | None, file: Path | None, form: str, root: Path) -> None:
    r"""Ask the graph a question in SPARQL.

    TEXT is the query; without it the query is read from --file or from standard input. The prefixes cg, skos,
    dcterms, prov, org, foaf, schema, cito, oa, dcat, void, rdf, rdfs, owl and xsd are declared already.

    \b
    kg query 'SELECT ?title { ?case a cg:Case ; dcterms:title ?title } LIMIT 5'
    """
    workspace = Workspace(root)
    _print(workspace.sparql(_text(text, file)), form, workspace.settings.base)


def _text(text: str | None, file: Path | None) -> str:
    if text and file:
        raise click.UsageError("give the query as text or as a file, not both")
    if file:
        return file.read_text(encoding="utf-8")
    if text and text != "-":
        return text
    if sys.stdin.isatty():
        raise click.UsageError("give a query as text, with --file, or on standard input")
    return sys.stdin.read()


def _print(answer: Answer, form: str, base: str) -> None:
    if isinstance(answer, bool):
        click.echo("true" if answer else "false")
    elif isinstance(answer, Table):
        _print_table(answer, form, base)
    elif form in ("table", "md"):
        click.echo(triples_as_turtle(answer), nl=False)
    else:
        raise Failure(f"--format {form} is for SELECT; a CONSTRUCT or DESCRIBE is printed as Turtle")


def _print_table(answer: Table, form: str, base: str) -> None:
    if form != "table":
        click.echo(FORMATS[form](answer), nl=False)
        return
    rows = [[render.cell(term, base) for term in row] for row in answer.rows]
    numbers = frozenset(
        index
        for index in range(len(answer.columns))
        if rows and all(row[index].lstrip("-").replace(".", "").isdigit() for row in rows)
    )
    render.table(answer.columns, rows, right=numbers)
    click.echo(f"{len(rows):,} row{'' if len(rows) == 1 else 's'}", err=True)
