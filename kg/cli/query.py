"""``kg query``: a saved question, or SPARQL, in; an answer out."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from kg.cli import asked, options
from kg.cli.answers import Output, print_answer
from kg.query import load_query, query_folders
from kg.workspace import Workspace

NAME = re.compile(r"[A-Za-z0-9_][\w.-]*")
"""What can only be the name of a saved query: SPARQL has spaces or braces."""


class Query(click.Command):
    """Becomes the command of a saved query, with the query's parameters as options, where one is named."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """The context of this command, or of the saved query's."""
        named = self._named(args)
        if named is None:
            return super().make_context(info_name, args, parent, **extra)
        root, name = named
        command = asked.command_of(load_query(query_folders(root), name, root))
        return command.make_context(f"{info_name} {name}", args, parent, **extra)

    def _named(self, args: Sequence[str]) -> tuple[Path, str] | None:
        """The workspace, and the saved query that the first word names; None where it is SPARQL or missing."""
        plain = click.Command("query", params=[each for each in self.params if isinstance(each, click.Option)])
        context = click.Context(plain, ignore_unknown_options=True, resilient_parsing=True)
        try:
            given, words, _ = plain.make_parser(context).parse_args(list(args))
        except click.UsageError:
            return None
        name = next((word for word in words if not word.startswith("-")), "")
        return (Path(given.get("root") or "."), name) if NAME.fullmatch(name) else None


@click.command("query", cls=Query)
@click.argument("text", required=False)
@click.option(
    "-f", "--file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Read the query from a file."
)
@options.answers
@options.workspace
def command(text: str | None, file: Path | None, root: Path, **wanted: Any) -> None:
    r"""Ask the graph a question: a saved one by its name, or one of your own in SPARQL.

    TEXT is SPARQL; without it the query is read from --file or from standard input. The prefixes cg, skos,
    dcterms, prov, org, foaf, schema, cito, oa, dcat, void, rdf, rdfs, owl and xsd are declared already.

    \b
    kg query value-claims --organisation Netflix
    kg query value-claims --help
    kg query 'SELECT ?title { ?case a cg:Case ; dcterms:title ?title } LIMIT 5'
    """
    workspace = Workspace(root)
    output = Output.of(wanted)
    print_answer(workspace.worker.run(_text(text, file), output.limits), output, workspace.settings.base)


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
