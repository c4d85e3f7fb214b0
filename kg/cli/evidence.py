"""``kg evidence``: where the quotes of claims stand in the captured texts."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import click

from kg.cli import options
from kg.evidence import Located
from kg.problem import Failure
from kg.quote import Kind, byte_offsets
from kg.workspace import CaseEvidence, Workspace

AROUND = 300
"""Characters shown before and behind a passage."""


@click.group("evidence", invoke_without_command=True)
@options.workspace
@options.cases
@click.option("--kind", multiple=True, type=click.Choice([kind.value for kind in Kind]), help="Only quotes found so.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
@click.pass_context
def command(context: click.Context, root: Path, cases: tuple[Path, ...], kind: tuple[str, ...], form: str) -> None:
    """List the quotes of all claims: whether, where and how well each was found.

    Offsets are Unicode code points of the captured text. `kg evidence show CASE/CLAIM` prints the passage.
    """
    if context.invoked_subcommand:
        return
    found = (row for each in Workspace(root, cases=cases).evidence() for row in _rows(each))
    rows = [row for row in found if not kind or row["kind"] in kind]
    if form == "json":
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for case, claims in groupby(rows, key=itemgetter("case")):
        click.secho(case, bold=True)
        for row in claims:
            click.echo(_line(row))
    counts = Counter(row["kind"] for row in rows)
    click.echo(", ".join(f"{counts[each.value]:,} {each.value}" for each in Kind if counts[each.value]), err=True)


def _line(row: dict[str, Any]) -> str:
    """A claim below the heading of its case, within 80 columns."""
    place = "" if row["start"] is None else f"{row['source']}  {row['start']}-{row['end']}"
    score = f"  {row['score']:.0%}" if row["kind"] == Kind.PARTIAL else ""
    return f"  {row['claim']:<8} {row['status'] or '-':<13} {row['kind']:<11} {place}{score}".rstrip()


def _rows(evidence: CaseEvidence) -> Iterator[dict[str, Any]]:
    for each in evidence.located:
        place = _place(each)
        yield {
            "case": evidence.case_id,
            "claim": evidence.claim_id(each),
            "status": evidence.status(each),
            "kind": each.match.kind.value,
            "source": evidence.source_id(each),
            "start": place[0] if place else None,
            "end": place[1] if place else None,
            "score": round(each.match.score, 4),
        }


def _place(located: Located) -> tuple[int, int] | None:
    """From the start of the first to the end of the last part; of a miss, nothing."""
    places = located.match.places
    return (places[0][0], places[-1][1]) if places else None


@command.command("show")
@click.argument("claim", metavar="CASE/CLAIM")
@options.workspace
@options.cases
def show(claim: str, root: Path, cases: tuple[Path, ...]) -> None:
    """Print the passage of a claim's quote, or the closest one, with the quote marked."""
    case_id, _, claim_id = claim.rpartition("/")
    for evidence in Workspace(root, cases=cases).evidence():
        found = next((each for each in evidence.located if evidence.claim_id(each) == claim_id), None)
        if evidence.case_id == case_id and found:
            _show(evidence, found)
            return
    raise Failure(f"there is no claim {claim}; name it as CASE/CLAIM, such as acme/VC-001")


def _show(evidence: CaseEvidence, located: Located) -> None:
    match = located.match
    click.echo(f"{evidence.case_id}/{evidence.claim_id(located)}: {evidence.status(located)}, {match.kind.value}")
    click.echo(f"  quote: {' '.join(evidence.quote(located).split())}\n")
    places = list(match.places) or ([(match.closest.start, match.closest.end)] if match.closest else [])
    if not places or located.source is None:
        click.echo("There is no passage to show.")
        return
    text = located.source.text
    if not match.places:
        click.echo(f"The closest passage, {match.score:.0%} alike:\n")
    click.echo(_marked(text, places))
    offsets = byte_offsets(text, [place for each in places for place in each])
    click.echo(f"\n  {evidence.source_id(located)}, {located.source.path}")
    for (start, end), first, last in zip(places, offsets[::2], offsets[1::2], strict=True):
        click.echo(f"  characters {start:,} to {end:,}, bytes {first:,} to {last:,}")
    if match.others:
        starts = ", ".join(f"{start:,}" for start, _ in match.others)
        click.echo(f"  stands in {len(match.others):,} more places, at characters {starts}")


def _marked(text: str, places: list[tuple[int, int]]) -> str:
    """The passage with a little before and behind; the quote stands between » and « and in bold."""
    first, last = max(0, places[0][0] - AROUND), min(len(text), places[-1][1] + AROUND)
    parts: list[str] = ["…" if first else ""]
    for start, end in places:
        parts += [text[first:start], click.style(f"»{text[start:end]}«", bold=True)]
        first = end
    return "".join([*parts, text[first:last], "…" if last < len(text) else ""])
