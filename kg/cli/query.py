"""``kg query``: a saved question, or SPARQL, in; an answer out."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from kg.builtgraph import BuiltGraph
from kg.cli import asked, options
from kg.cli.answers import Answered, Wanted, deliver, print_other
from kg.cli.catalogue import print_list, run_tests
from kg.cli.running import explain, runner
from kg.query import Column, SavedQuery, load_query, query_folders
from kg.query.reading import SUFFIX
from kg.store.base import Table

NAME = re.compile(r"[A-Za-z0-9_][\w.-]*")
"""What can only be the name of a saved query: SPARQL has spaces or braces."""


class Query(click.Command):
    """Becomes the command of a saved query, with the query's parameters as options, where one is named."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """The context of this command, or of the saved query's."""
        saved = self.saved(args)
        if saved is None:
            return super().make_context(info_name, args, parent, **extra)
        return asked.command_of(saved).make_context(f"{info_name} {saved.name}", args, parent, **extra)

    def saved(self, args: Sequence[str]) -> SavedQuery | None:
        """The saved query that the first word names, or whose file it is; None where it is SPARQL or missing."""
        plain = click.Command("query", params=[each for each in self.params if isinstance(each, click.Option)])
        context = click.Context(plain, ignore_unknown_options=True, resilient_parsing=True)
        try:
            given, words, _ = plain.make_parser(context).parse_args(list(args))
        except click.UsageError:
            return None
        root, name = Path(given.get("root") or "."), next((word for word in words if not word.startswith("-")), "")
        if name.endswith(SUFFIX) and Path(name).is_file():
            return load_query([Path(name).parent], Path(name).stem, root)
        return load_query(query_folders(root), name, root) if NAME.fullmatch(name) else None


@click.command("query", cls=Query)
@click.argument("text", required=False)
@click.option(
    "-f", "--file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Read the query from a file."
)
@options.answers
@click.option("--list", "listed", is_flag=True, help="List the saved queries.")
@click.option("--tag", "tags", multiple=True, help="With --list: only those with this tag.")
@click.option("--test", is_flag=True, help="Compare the saved queries with the answers that their headers expect.")
@options.workspace
def command(
    text: str | None, file: Path | None, root: Path, tags: Sequence[str], *, listed: bool, test: bool, **given: Any
) -> None:
    r"""Ask the graph a question: a saved one by its name, or one of your own in SPARQL.

    TEXT is the name of a saved query or of its file, or SPARQL; without it SPARQL is read from --file or from standard
    input. The prefixes cg, skos, dcterms, prov, org, foaf, schema, cito, oa, dcat, void, rdf, rdfs, owl and xsd are
    declared already.

    \b
    kg query --list                                          the saved queries
    kg query value-claims --help                             the parameters of one
    kg query value-claims --organisation Netflix             its answer
    kg query value-claims -o claims.xlsx                     with quotes and sources, to send
    kg query mechanism-outcome --chart chart.svg             as a picture
    kg query 'SELECT ?title { ?case a cg:Case ; dcterms:title ?title } LIMIT 5'
    """
    graph = BuiltGraph(root)
    if listed or tags:
        print_list(graph, tags, given["form"])
    elif test:
        catalogue = graph.queries()
        run_tests(catalogue.queries.values(), catalogue.problems, graph.root)
    else:
        _ask(_text(text, file), graph, Wanted.of(given))


def _ask(text: str, graph: BuiltGraph, wanted: Wanted) -> None:
    """Ask SPARQL of the user's own."""
    if wanted.diff:
        raise click.UsageError("--diff compares answers of saved queries; save this one as queries/NAME.rq")
    run = runner(graph, wanted)
    if wanted.explain:
        explain(text, run)
        return
    outcome = run(text)
    if not isinstance(outcome.answer, Table):
        print_other(outcome.answer, wanted.form, outcome.truncated)
        return
    columns = [Column(name, name) for name in outcome.answer.columns]
    deliver(Answered(outcome.answer, columns, run, graph, outcome.truncated, said={"SPARQL": text}), wanted)


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
