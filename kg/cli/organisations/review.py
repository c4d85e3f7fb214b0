"""``kg organisations review``: pairs of names that may be one organisation, likeliest first."""

from __future__ import annotations

import json
import shlex
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from textwrap import wrap
from typing import Any

import click

from kg.candidates import Candidate, OrganisationUse, candidates
from kg.cli import options, render
from kg.cli.signing import author_of
from kg.links import ORGANISATIONS
from kg.workspace import Workspace

WIDTH = 79
NAMED = 3
"""Cases of a name that are shown."""
EVEN = 0.6
"""The score from which a yes is proposed, and a no below."""


@click.command("review")
@options.workspace
@options.cases
@click.option(
    "--least", type=click.FloatRange(0, 1), default=0, metavar="SCORE", help="Leave out pairs below this score."
)
@click.option("--limit", type=click.IntRange(min=0), default=20, show_default=True, help="Pairs to show; 0: all.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
def review(root: Path, cases: Sequence[Path], least: float, limit: int, form: str) -> None:
    """List pairs of names that may be one organisation, with the reasons.

    The score says how much speaks for it, from 0 to 1; however high, only a person decides. Pairs that were
    decided are not listed, directly or through other names; those left open (--unsure) are, and marked.
    """
    workspace = Workspace(root, cases=cases)
    names = {each.name: each for each in workspace.organisations(progress=render.progress("Reading"))}
    for line in render.problems(workspace.curated.problems.get(ORGANISATIONS, ()), root):
        click.echo(line, err=True)
    found = [each for each in candidates(names.values(), workspace.curated.organisations) if each.score >= least]
    if form == "json":
        click.echo(json.dumps([_row(each, names) for each in found], ensure_ascii=False, indent=2))
        return
    shown = found[:limit] if limit else found
    command = f"kg organisations decide{'' if root == Path() else f' -C {shlex.quote(str(root))}'}"
    by = "" if author_of(root) else " --by NAME"
    for each in shown:
        click.echo("\n".join(_block(each, names, command, by)) + "\n")
    for line in _summary(found, shown, names):
        click.echo(line)


def _row(each: Candidate, names: Mapping[str, OrganisationUse]) -> dict[str, Any]:
    return {
        "a": each.a,
        "b": each.b,
        "score": each.score,
        "reasons": each.reasons,
        "is_open": each.is_open,
        "cases_a": names[each.a].cases,
        "cases_b": names[each.b].cases,
    }


def _block(each: Candidate, names: Mapping[str, OrganisationUse], command: str, by: str) -> Iterator[str]:
    """One pair: the two names with their cases, what speaks for it, and the command that decides."""
    for name in (each.a, each.b):
        yield click.style(name, bold=True)
        yield from _wrapped(_named(names[name].cases), "  in ")
    for number, reason in enumerate(each.reasons):
        yield from _wrapped(reason, "  and " if number else f"  {each.score:.2f}  ")
    if each.is_open:
        yield "  somebody looked and left it open"
    kept = max(each.a, each.b, key=lambda name: (len(names[name].cases), -len(name)))
    other = each.b if kept == each.a else each.a
    likelier = "--yes" if each.score >= EVEN else "--no"
    start, end = f"{command} {shlex.quote(other)} {shlex.quote(kept)}", f"{likelier}{by}"
    if len(start) + len(end) + 3 <= WIDTH:
        yield f"  {start} {end}"
    else:
        yield f"  {start} \\"
        yield f"      {end}"


def _wrapped(text: str, lead: str) -> list[str]:
    return wrap(text, WIDTH, initial_indent=lead, subsequent_indent=" " * len(lead), break_on_hyphens=False)


def _named(cases: Sequence[str]) -> str:
    more = f" and {len(cases) - NAMED:,} more" if len(cases) > NAMED + 1 else ""
    return ", ".join(cases[:NAMED] if more else cases) + more


def _summary(found: Collection[Candidate], shown: Collection[Candidate], names: Collection[str]) -> Iterator[str]:
    if len(shown) < len(found):
        yield f"{len(found) - len(shown):,} more pairs: --limit 0 shows all."
    pairs = f"{len(found):,} pair{'' if len(found) == 1 else 's'}"
    yield f"{len(names):,} names, {pairs} to decide with --yes, --no or --unsure"
    if found:
        yield "After a yes the organisation goes by the second name; `kg build` applies it."
