"""``kg search``: words in, the cases, claims and sources that have them out."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click

from kg.builtgraph import BuiltGraph
from kg.cli import options, render, tables
from kg.search import KINDS, Hit
from kg.terms import short_iri


@click.command("search")
@click.argument("words", nargs=-1, required=True)
@click.option("--kind", "kinds", multiple=True, type=click.Choice(KINDS), help="Only these (text: captured texts).")
@click.option("--limit", type=click.IntRange(min=1), default=10, show_default=True, metavar="HITS")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@options.workspace
def command(words: Sequence[str], kinds: Sequence[str], limit: int, form: str, root: Path) -> None:
    r"""Find words in titles, descriptions, quotes and captured texts, the best places first.

    All words must occur, in any form ("booking" finds "booked"). The first search reads all captured texts; later
    ones only what has changed.

    \b
    kg search booking centre
    kg search '"booking centre"'                in this order
    kg search 'refund*' -- -hotel               beginnings; without a word
    """
    graph = BuiltGraph(root)
    found = graph.search(" ".join(words), kinds=kinds or KINDS, limit=limit, progress=render.progress("Reading texts"))
    if form == "json":
        said = [{**asdict(hit), "id": short_iri(hit.iri, graph.settings.base)} for hit in found.hits]
        click.echo(json.dumps(said, ensure_ascii=False, indent=2))
    else:
        for number, hit in enumerate(found.hits, 1):
            _print(number, hit, graph)
    note = " with some of the words; none has all" if found.is_loose else ""
    click.echo(f"{len(found.hits)} {'hit' if len(found.hits) == 1 else 'hits'}{note}", err=True)


def _print(number: int, hit: Hit, graph: BuiltGraph) -> None:
    width = min(render.width(), 110)
    place = f"{hit.path}:{hit.line}" if hit.line else hit.path
    link = (graph.root.resolve() / hit.path).as_uri() if sys.stdout.isatty() else ""
    name = short_iri(hit.iri, graph.settings.base)
    click.echo(f"{number:>2}  {click.style(hit.title or name, bold=True)}")
    click.echo(f"    {hit.kind} {tables.linked(name, link)}" + (f"  {place}" if hit.kind == "text" else ""))
    for line in tables.wrap(_marked(hit), width - 4) if hit.snippet != hit.title else ():
        click.echo(f"    {line}")


def _marked(hit: Hit) -> str:
    """The snippet, with the words that were found in bold where somebody looks."""
    if not sys.stdout.isatty():
        return hit.snippet
    text, end = "", 0
    for start, stop in hit.matches:
        text += hit.snippet[end:start] + click.style(hit.snippet[start:stop], bold=True)
        end = stop
    return text + hit.snippet[end:]
