"""``kg processes diff``: what is new, removed, renamed or moved in a catalogue, and the claims that it bears on."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from textwrap import wrap
from typing import Any

import click

from kg.about import Linking
from kg.catalogue import Catalogue
from kg.cli import options
from kg.cli.processes.catalogues import choose
from kg.cli.processes.review import filled
from kg.revision import Change, Kind, changes, meant_by, stated_changes
from kg.workspace import Workspace

WIDTH = 79


@click.command("diff")
@click.argument("old")
@click.argument("new", required=False)
@click.option("--affected", is_flag=True, help="Only changes that bear on a claim.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
@options.workspace
@options.cases
def diff(old: str, new: str | None, form: str, root: Path, cases: tuple[Path, ...], *, affected: bool) -> None:
    """Say what has changed in a catalogue, and which claims it bears on.

    With one workbook: what its change column says is new, removed or renamed. With an OLD and a NEW one: what
    differs between them, hierarchy ids that moved too. Each is a workbook (.xlsx), or a catalogue of the workspace,
    such as cross-industry/7.4. A claim is borne on if it is linked to the process, or states its code or name,
    before or after.
    """
    first = choose(root, old)
    second = choose(root, new) if new else first
    found = changes(first, second) if new else stated_changes(first)
    claims = _claims(Workspace(root, cases=cases))
    rows = [_row(each, _borne_on(each, claims)) for each in found]
    rows = [row for row in rows if row["claims"] or not affected]
    if form == "json":
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for row in rows:
        click.echo("\n".join(_lines(row)))
    click.echo(_summary(found, rows, (first, second) if new else (first,)))


def _claims(workspace: Workspace) -> dict[str, list[Linking]]:
    """Claims by the codes and names that they state and the PCF IDs that they come to; none where no cases are."""
    found: dict[str, list[Linking]] = defaultdict(list)
    if not any((workspace.root / name).is_dir() for name in workspace.settings.cases):
        return found
    for each in workspace.linkings():
        linked = each.resolution.linked
        for key in meant_by(each.code, each.name) | frozenset((linked.pcf_id,) if linked else ()):
            found[key].append(each)
    return found


def _borne_on(change: Change, claims: dict[str, list[Linking]]) -> list[str]:
    return sorted({f"{each.case_id}/{each.claim_id}" for key in change.bears_on for each in claims.get(key, ())})


def _row(change: Change, claims: list[str]) -> dict[str, Any]:
    return {
        "change": change.kind.value,
        "pcf_id": change.pcf_id,
        "hierarchy_id": change.hierarchy_id or None,
        "name": change.name or None,
        "was": change.was or None,
        "claims": claims,
    } | ({"under": change.under} if change.under else {})


def _lines(row: dict[str, Any]) -> Iterator[str]:
    start = f"{row['change']:<8} {row['pcf_id']}  {row['hierarchy_id'] or '':<10} "
    name = row["name"] or f"(stood under {row['under']})"
    first, *rest = wrap(name, WIDTH - len(start)) or [""]
    yield start + first
    yield from (" " * len(start) + line for line in rest)
    if row["was"]:
        yield from wrap(f"was {row['was']}", WIDTH, initial_indent=" " * len(start), subsequent_indent=" " * len(start))
    if row["claims"]:
        count = len(row["claims"])
        named = ", ".join(row["claims"][:3]) + (f" and {count - 3:,} more" if count > 3 else "")
        yield from filled(f"in {named}", " " * 9)


def _summary(found: list[Change], rows: list[dict[str, Any]], between: tuple[Catalogue, ...]) -> str:
    counts = Counter(each.kind for each in found)
    said = ", ".join(f"{counts[kind]:,} {kind.value}" for kind in Kind if counts[kind]) or "nothing has changed"
    claims = len({claim for row in rows for claim in row["claims"]})
    titles = " → ".join(f"{each.edition} {each.version}" for each in between)
    where = titles if len(between) > 1 else f"{titles}, as its change column says"
    return f"{where}: {said}\n  {claims:,} claim{'' if claims == 1 else 's'} borne on"
