"""``kg processes show`` and ``tree``: one process with the claims about it; the hierarchy."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from textwrap import wrap

import click

from kg.catalogue import Catalogue, Process
from kg.cli import options
from kg.cli.processes.catalogues import choose, in_use, others
from kg.problem import Failure
from kg.process import Resolver, normalised
from kg.store.base import StoreError, Table
from kg.terms import plain
from kg.workspace import Workspace

WIDTH = 79
LISTED = 50
"""Claims that are listed."""
ASKED = 5
"""Processes that are named where none was meant."""

_NAMED = click.option(
    "--catalogue", "name", default="", metavar="NAME", help="Another catalogue, such as cross-industry/7.4."
)


@click.command("show")
@click.argument("code")
@_NAMED
@options.workspace
def show(code: str, name: str, root: Path) -> None:
    """Show a process: where it stands, what is below it, and the claims about it.

    CODE is a PCF ID such as 10399, a hierarchy id such as 3.0, or a name. The claims are those of the last build.
    """
    catalogue = choose(root, name) if name else in_use(root)
    found = _find(code, catalogue)
    if found is None and not name:
        catalogue, found = next(
            ((other, each) for other in others(root, catalogue) if (each := _find(code, other))), (catalogue, None)
        )
    if found is None:
        raise Failure(_not_found(code, catalogue))
    for line in (catalogue.title, *_described(found, catalogue), *_claims(found, root)):
        click.echo(line)


@click.command("tree")
@click.argument("code", required=False)
@click.option("--depth", type=click.IntRange(min=1), default=2, show_default=True, help="Levels to show.")
@_NAMED
@options.workspace
def tree(code: str | None, depth: int, name: str, root: Path) -> None:
    """Show the hierarchy of processes, of all or below the one with a CODE."""
    catalogue = choose(root, name) if name else in_use(root)
    top = _find(code, catalogue) if code else None
    if code and top is None:
        raise Failure(_not_found(code, catalogue))
    least = top.level if top else 1
    click.echo(catalogue.title)
    for each in catalogue.processes:
        if each.level < least + depth and (top is None or _is_below(each, top)):
            click.echo(_line(each, each.level - least + 1))


def _find(code: str, catalogue: Catalogue) -> Process | None:
    resolver = Resolver(catalogue)
    return resolver.by_code(code) or resolver.by_name(code)


def _not_found(code: str, catalogue: Catalogue) -> str:
    near = [each for each, _ in Resolver(catalogue).near_names(code, ASKED)] or _with_words(code, catalogue)
    named = "; is it " + " or ".join(f"{each.name} ({each.pcf_id})" for each in near[:ASKED]) + "?" if near else ""
    return f"no process of {catalogue.title} has the code or name {code}{named or '; `kg processes tree` lists them'}"


def _with_words(text: str, catalogue: Catalogue) -> list[Process]:
    """The processes whose name has all the words, the shortest name first."""
    words = set(normalised(text).split())
    found = [each for each in catalogue.processes if words and words <= set(normalised(each.name).split())]
    return sorted(found, key=lambda each: (len(each.name), each.position))


def _is_below(each: Process, top: Process) -> bool:
    return each.position[: len(top.position)] == top.position


def _line(each: Process, depth: int) -> str:
    return f"{'  ' * depth}{each.hierarchy_id}  {each.name}  ({each.pcf_id})"


def _described(found: Process, catalogue: Catalogue) -> Iterator[str]:
    above: list[Process] = []
    parent = catalogue.by_pcf_id(found.parent or "")
    while parent:
        above.insert(0, parent)
        parent = catalogue.by_pcf_id(parent.parent or "")
    yield from (_line(each, depth) for depth, each in enumerate(above, 1))
    yield click.style(_line(found, len(above) + 1), bold=True)
    below = [each for each in catalogue.processes if each.parent == found.pcf_id]
    yield from (_line(each, len(above) + 2) for each in below)
    if found.description:
        yield from ("", *wrap(found.description, WIDTH))


# --- claims ------------------------------------------------------------------------------------------

_ASKED = """
SELECT ?how ?case ?claim ?code ?name {{
  VALUES (?property ?how) {{
    (cg:aboutProcess "1") (cg:candidateProcessByCode "2") (cg:candidateProcessByName "3")
  }}
  ?record ?property <{process}> ; dcterms:identifier ?claim .
  ?in cg:hasContextClaim ?record ; dcterms:identifier ?case .
  OPTIONAL {{ ?record cg:statedProcessCode ?code }}
  OPTIONAL {{ ?record cg:statedProcessName ?name }}
  FILTER (?how = "1" || NOT EXISTS {{ ?record cg:aboutProcess <{process}> }})
}} ORDER BY ?how ?case ?claim"""
_BELOW = """
SELECT (COUNT(DISTINCT ?claim) AS ?claims) {{ ?process skos:broader+ <{process}> . ?claim cg:aboutProcess ?process }}"""
_HEADINGS = {
    "1": "about it",
    "2": "with its code, and not linked to it",
    "3": "with its name, and not linked to it",
}


def _claims(found: Process, root: Path) -> Iterator[str]:
    try:
        store = Workspace(root).store
    except StoreError:
        yield from ("", "Claims: there is no graph yet; `kg build` makes one")
        return
    answer, below = store.query(_ASKED.format(process=found.iri)), store.query(_BELOW.format(process=found.iri))
    assert isinstance(answer, Table)
    assert isinstance(below, Table)
    rows = [["" if term is None else plain(term) for term in row] for row in answer.rows]
    for how, heading in _HEADINGS.items():
        claims = [_claim(*row[1:]) for row in rows if row[0] == how]
        if claims or how == "1":
            yield from ("", f"{len(claims):,} claim{'' if len(claims) == 1 else 's'} {heading}")
            yield from claims[:LISTED]
            yield from [f"  and {len(claims) - LISTED:,} more"] if len(claims) > LISTED else []
    count = plain(below.rows[0][0])
    if count != "0":
        yield from ("", f"{int(count):,} about processes below it")


def _claim(case: str, claim: str, code: str, name: str) -> str:
    """A claim and what it states, on two lines where one is too short."""
    where, stated = f"  {case}/{claim}", f"{code}|{name}"
    return f"{where}  {stated}" if len(where) + len(stated) + 2 <= WIDTH else f"{where}\n      {stated}"
