"""``kg processes review``: claims whose process is open, grouped by what one decision covers."""

from __future__ import annotations

import json
import shlex
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from textwrap import wrap
from typing import Any

import click

from kg.about import BASES, SETTLED, Group, Linking, worklist
from kg.catalogue import Process
from kg.cli import options
from kg.cli.signing import author_of
from kg.process import Candidate, Reason
from kg.workspace import Workspace

WIDTH = 79
NAMED = 5
"""Candidates that a group shows."""


@click.command("review")
@options.workspace
@options.cases
@click.option("--all", "everything", is_flag=True, help="Claims that are linked, too.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
@click.option("--limit", type=click.IntRange(min=0), default=20, show_default=True, help="Groups to show; 0: all.")
def review(root: Path, cases: Sequence[Path], form: str, limit: int, *, everything: bool) -> None:
    """List functional claims whose process is open, and how to decide.

    Claims that state the same code and name stand together, because one decision can cover them; those that
    most claims share come first. In JSON every claim stands by itself: by_code, by_name and linked are PCF IDs
    or null.
    """
    workspace = Workspace(root, cases=cases)
    found = [each for each in workspace.linkings() if each.is_functional]
    if form == "json":
        rows = [_row(each) for each in found if everything or each.resolution.reason not in SETTLED]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    if everything:
        for line in _settled(found):
            click.echo(line)
    groups = worklist(found)
    shown = groups[:limit] if limit else groups
    decide = f"kg processes decide{'' if root == Path() else f' -C {shlex.quote(str(root))}'}"
    by = "" if author_of(root) else " --by NAME"
    for group in shown:
        click.echo("\n".join(_block(group, decide, by)) + "\n")
    for line in _summary(found, groups, len(shown), workspace.catalogue.name):
        click.echo(line)


# --- JSON --------------------------------------------------------------------------------------------


def _row(each: Linking) -> dict[str, Any]:
    found = each.resolution
    return {
        "case": each.case_id,
        "claim": each.claim_id,
        "stated_code": each.code or None,
        "stated_name": each.name or None,
        "by_code": found.by_code.pcf_id if found.by_code else None,
        "by_name": found.by_name.pcf_id if found.by_name else None,
        "linked": found.linked.pcf_id if found.linked else None,
        "reason": found.reason.value,
        "candidates": [_candidate(candidate) for candidate in found.candidates],
    }


def _candidate(candidate: Candidate) -> dict[str, Any]:
    process = candidate.process
    said = {"pcf_id": process.pcf_id, "hierarchy_id": process.hierarchy_id, "name": process.name}
    return {**said, "basis": candidate.basis, "score": candidate.score}


# --- what a person reads -----------------------------------------------------------------------------

_WHY = {
    Reason.DISAGREE: "the code is one process, the name another",
    Reason.UNKNOWN_NAME: "the code is a process; no process has the name",
    Reason.UNKNOWN_CODE: "the name is a process; no process has the code",
    Reason.CODE_ONLY: "the code is a process; there is no name",
    Reason.NAME_ONLY: "the name is a process; there is no code",
    Reason.UNKNOWN: "no process has the code or the name",
    Reason.NOTHING_STATED: "neither code nor name",
    Reason.RULED_OUT: "code and name agree, but somebody ruled that process out",
}


def _block(group: Group, decide: str, by: str) -> Iterator[str]:
    """One group: what is stated, why that is no link, the candidates, where, and the command that decides."""
    first, count = group.first, len(group.linkings)
    claims = f"{count:,} claim{'' if count == 1 else 's'}"
    title = group.subject
    gap = WIDTH - len(title) - len(claims)
    yield click.style(title, bold=True) + (" " * gap + claims if gap > 1 else f"\n  {claims}")
    yield f"  {_WHY[first.resolution.reason]}"
    for row in first.unsure:
        yield f"  left open by {row.author or 'somebody'}: {row.object.text.rpartition('/')[2]} {row.comment}".rstrip()
    candidates = first.resolution.candidates[:NAMED]
    for candidate in candidates:
        yield from _candidate_lines(candidate)
    where = [f"{each.case_id}/{each.claim_id}" for each in group.linkings]
    yield from filled(f"in {_named(where)}", "  ")
    best = next((each.process.pcf_id for each in candidates if each.basis == "name"), "PCF_ID")
    yield from _command(f"{decide} {shlex.quote(group.subject)}", f"{best}{by}")


def _candidate_lines(candidate: Candidate) -> Iterator[str]:
    process = candidate.process
    basis = BASES[candidate.basis] + ("" if candidate.score == 1 else f" {candidate.score:.0%}")
    start = f"  {process.pcf_id:>7}  {process.hierarchy_id:<9} "
    room = WIDTH - len(start) - 14
    lines = wrap(process.name, room) or [""]
    yield f"{start}{lines[0]:<{room}} {basis:>13}"
    for line in lines[1:]:
        yield " " * len(start) + line


def filled(text: str, indent: str) -> list[str]:
    """A text in lines of a terminal's width; ids are not broken."""
    return wrap(
        text,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=f"{indent}   ",
        break_on_hyphens=False,
        break_long_words=False,
    )


def _named(where: list[str]) -> str:
    more = f" and {len(where) - 3:,} more" if len(where) > 4 else ""
    return ", ".join(where[:3] if more else where) + more


def _command(start: str, end: str) -> Iterator[str]:
    if len(start) + len(end) + 3 <= WIDTH:
        yield f"  {start} {end}"
    else:
        yield f"  {start} \\"
        yield f"      {end}"


def _settled(found: Iterable[Linking]) -> Iterator[str]:
    """The claims that leave nothing to decide, by process."""
    by_process: dict[Process | None, list[Linking]] = {}
    for each in found:
        if each.resolution.reason in SETTLED:
            by_process.setdefault(each.resolution.linked, []).append(each)
    ordered = sorted(by_process.items(), key=lambda each: each[0].position if each[0] else ())
    for process, linkings in ordered:
        name = f"{process.hierarchy_id}  {process.name}  ({process.pcf_id})" if process else "no process, as decided"
        yield click.style(name, bold=True)
        for each in linkings:
            yield f"  {each.case_id}/{each.claim_id}  ({each.resolution.reason.value})"
        yield ""


def _summary(found: list[Linking], groups: list[Group], shown: int, catalogue: str) -> Iterator[str]:
    reasons = Counter(each.resolution.reason for each in found)
    open_ = sum(len(group.linkings) for group in groups)
    if shown < len(groups):
        yield f"{len(groups) - shown:,} more groups: --limit 0 shows all."
    by_code = sum(each.resolution.by_code is not None for each in found)
    by_name = sum(each.resolution.by_name is not None for each in found)
    yield f"{len(found):,} functional claims, by APQC's processes {catalogue}"
    yield f"  {by_code:,} codes are a process, {by_name:,} names are"
    agree = reasons[Reason.AGREE] + reasons[Reason.REFERRED]
    decided = reasons[Reason.DECIDED] + reasons[Reason.DECIDED_NONE]
    yield f"  {agree:,} linked because both agree, {decided:,} decided, {open_:,} open in {len(groups):,} groups"
