"""``kg retag``: a person's decisions on values that a migration left open."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from kg.build.retagging import NOTHING, Retagging
from kg.cli import options, render
from kg.cli.migrate.apply import now
from kg.migrate import provenance
from kg.migrate.task import MigrationError
from kg.migrate.worklist import Choice, Waiting, grouped
from kg.workspace import Workspace


class Retag(click.Group):
    """Takes a claim, such as ``acme/VC-001``, where no command of its own is named."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name; of a claim, the one that decides it."""
        return super().get_command(ctx, cmd_name) or (None if cmd_name.startswith("-") else self.commands["one"])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is named, and what is left for it: all, where a claim is named."""
        found = super().resolve_command(ctx, args)
        return ("one", found[1], args) if found[1] is self.commands["one"] else found


FIELD = click.option("--field", default="", metavar="KEY", help="Only values of this key.")
VALUE = click.option("--value", default="", metavar="OLD", help="Only this old value.")
MATCHING = click.option("--matching", default="", metavar="REGEX", help="Only where title, description or quote match.")
BY = click.option("--by", required=True, metavar="WHO", help="Who decides: a name, or an IRI such as an ORCID.")
TO = click.option("--to", required=True, metavar="TERM", help=f"What it is; `{NOTHING}` where nothing stands instead.")


@click.group("retag", cls=Retag)
def command() -> None:
    """Decide what a migration left to a person.

    kg retag list groups what waits, kg retag next shows one value with its quote and candidates, and

      kg retag CASE/CLAIM --to TERM --by WHO

    decides it. kg retag many decides the same for many at once. The file then says what was decided, and
    provenance/migrations.jsonl who decided it, and when.
    """


@command.command("next")
@options.workspace
@options.cases
@FIELD
@VALUE
@MATCHING
@click.option("--skip", type=click.IntRange(min=0), default=0, metavar="N", help="Pass over the first N.")
def next_(root: Path, cases: Sequence[Path], field: str, value: str, matching: str, skip: int) -> None:
    """Show the next value that waits, with what is needed to decide it."""
    retagging = Retagging(Workspace(root, cases=cases).inputs)
    found = list(retagging.waiting(Choice(field=field, value=value, pattern=_pattern(matching))))
    if len(found) <= skip:
        click.echo("Nothing waits for a person." if not found else f"Only {len(found):,} values wait.")
        return
    each = found[skip]
    click.echo(f"{skip + 1:,} of {len(found):,}   {each.span}")
    _show(each, retagging, root)


def _show(each: Waiting, retagging: Retagging, root: Path) -> None:
    click.echo(f"\n{click.style(each.address, bold=True)}   {each.title}")
    for label, text in (("", each.description), ("quote", f"“{each.quote}”" if each.quote else "")):
        if text:
            click.echo(f"  {label + ': ' if label else ''}{text}")
    click.echo(f"\n  {each.field} was `{each.value}` in release {each.origin}")
    allowed = retagging.allowed(each) or []
    others = [term for term in allowed if term not in each.candidates]
    for number, candidate in enumerate(each.candidates, 1):
        click.echo(f"  candidate {number}: {retagging.named(candidate, each)}")
    if not each.candidates:
        click.echo("  no candidate is proposed")
    if others:
        click.echo(f"  also allowed: {', '.join(others)}")
    at = "" if root == Path() else f" -C {root}"
    term = each.candidates[0] if each.candidates else "TERM"
    click.echo(f"\n  kg retag '{each.address}'{at} --field {each.field} --to {term} --by YOU")


@command.command("list")
@options.workspace
@options.cases
@FIELD
@VALUE
@MATCHING
@click.option("--case", "address", default="", metavar="CASE", help="Only this case, or this CASE/CLAIM.")
@click.option("--items", is_flag=True, help="List the values one by one, not in groups.")
@click.option("--page", type=click.IntRange(min=1), default=1, show_default=True, metavar="N")
@click.option("--per-page", type=click.IntRange(min=1), default=30, show_default=True, metavar="N")
def list_(
    root: Path,
    cases: Sequence[Path],
    field: str,
    value: str,
    matching: str,
    address: str,
    page: int,
    per_page: int,
    *,
    items: bool,
) -> None:
    """List what waits for a person: the same question once, with how often it is asked."""
    workspace = Workspace(root, cases=cases)
    choice = Choice(address=address, field=field, value=value, pattern=_pattern(matching))
    found = list(Retagging(workspace.inputs).waiting(choice))
    claims = len({(each.case, each.record) for each in found})
    done = len(provenance.decisions(workspace.root))
    click.echo(f"{len(found):,} values of {claims:,} claims and sources wait; {done:,} are decided.")
    if not found:
        return
    columns, rows = _items(found) if items else _groups(found)
    first, last = per_page * (page - 1), per_page * page
    click.echo()
    render.table(columns, rows[first:last], right=frozenset() if items else frozenset([3, 4]))
    if len(rows) > last:
        click.echo(f"\nPage {page} of {-(-len(rows) // per_page)}: --page {page + 1} shows more")


def _items(found: list[Waiting]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    rows = [(each.address, each.field, each.value, ", ".join(each.candidates) or "–", each.title) for each in found]
    return ("claim", "field", "was", "candidates", "title"), rows


def _groups(found: list[Waiting]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    rows = [
        (each.field, each.value, ", ".join(each.candidates) or "–", f"{each.count:,}", f"{each.cases:,}")
        for each in grouped(found)
    ]
    return ("field", "was", "candidates", "values", "cases"), rows


@command.command("one", hidden=True)
@click.argument("address", metavar="CASE/CLAIM")
@options.workspace
@options.cases
@FIELD
@VALUE
@TO
@BY
def one(address: str, root: Path, cases: Sequence[Path], field: str, value: str, to: str, by: str) -> None:
    """Decide the value that waits in one claim or source."""
    retagging = Retagging(Workspace(root, cases=cases).inputs)
    choice = Choice(address, field, value)
    found = [each for each in retagging.waiting_in(address) if choice.takes(each)]
    if not found:
        raise MigrationError(f"nothing waits in {address}; `kg retag list --items` shows what does")
    if len(found) > 1:
        listed = ", ".join(f"{each.field} (was {each.value})" for each in found)
        raise MigrationError(f"{len(found)} values wait in {address}: {listed}; say which with --field and --value")
    _decide(retagging, found, to, by)


@command.command("many")
@options.workspace
@options.cases
@FIELD
@click.option("--value", required=True, metavar="OLD", help="The old value.")
@MATCHING
@TO
@BY
@click.option("--yes", is_flag=True, help="Do it; without it, say what would be done.")
def many(
    root: Path, cases: Sequence[Path], field: str, value: str, matching: str, to: str, by: str, *, yes: bool
) -> None:
    """Decide the same for every claim with an old value, and perhaps words that match a pattern."""
    retagging = Retagging(Workspace(root, cases=cases).inputs)
    found = list(retagging.waiting(Choice(field=field, value=value, pattern=_pattern(matching))))
    fields = sorted({each.field for each in found})
    if len(fields) > 1:
        raise MigrationError(f"`{value}` waits in several fields: {', '.join(fields)}; say which with --field")
    if not found:
        raise MigrationError("no value that waits is like that; `kg retag list` shows what does")
    if yes:
        _decide(retagging, found, to, by)
        return
    retagging.need_allowed(found, to)
    for each in found[:20]:
        click.echo(f"{each.address}  {each.title}")
    more = f" ({len(found) - 20:,} of them not shown)" if len(found) > 20 else ""
    files = len({each.path for each in found})
    click.echo(f"\n{len(found):,} values{more} in {files:,} files would become {to}; --yes does it.")


def _decide(retagging: Retagging, found: list[Waiting], to: str, by: str) -> None:
    done = retagging.decide(found, to, by=by, at=now())
    click.echo(f"Decided {len(done.values):,} values in {done.files:,} files: {to}")
    for problem in done.refused:
        click.echo(str(problem), err=True)
    if done.refused:
        sys.exit(1)


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise click.UsageError(f"--matching takes a regular expression; {text}: {error}") from error
    return text
