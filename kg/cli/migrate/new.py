"""``kg migrate new``: a migration file to begin from, drafted from what differs between two releases."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from kg.cli import options
from kg.migrate.drafting import draft, open_questions
from kg.migrate.history import FOLDER
from kg.ontology import Difference, difference
from kg.problem import Failure
from kg.workspace import Workspace


@click.command("new")
@options.workspace
@click.option("--from", "origin", required=True, metavar="A", help="The release that files are at.")
@click.option("--to", "target", required=True, metavar="B", help="The release that they are to be at.")
@click.option(
    "--renamed",
    multiple=True,
    metavar="OLD=NEW",
    help="Say that a term or field has only another name, such as mechanism/optimization=mechanism/tuning.",
)
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write it to this file.")
def command(root: Path, origin: str, target: str, renamed: Sequence[str], output: Path | None) -> None:
    """Draft the migration file between two releases.

    What differs between the releases is turned into operations. Whether something that is gone was renamed or retired
    is asked, where a terminal can answer; else it stands in the draft as a question. Read the draft before you use it.
    """
    workspace = Workspace(root)
    for version in (origin, target):
        if version not in workspace.releases:
            raise Failure(f"there is no release {version}; known: {', '.join(workspace.releases)}")
    found = difference(workspace.releases[origin], workspace.releases[target])
    said = dict(_pair(each) for each in renamed)
    if sys.stdin.isatty():
        said |= _answers(found, said)
    path = output or root / FOLDER / f"{origin}-{target}.yaml"
    if path.exists():
        raise Failure(f"{path} exists already; remove it first, or name another file with -o")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(draft(found, said), encoding="utf-8")
    left = [each.retired.name for each in open_questions(found) if each.retired.name not in said]
    click.echo(f"Drafted {path} from {len(found.changes):,} differences.")
    if left:
        click.echo(f"Nobody said whether these were renamed or retired: {', '.join(left)}")


def _pair(text: str) -> tuple[str, str]:
    old, equals, new = text.partition("=")
    if not (old and equals and new):
        raise click.UsageError(f"--renamed takes OLD=NEW, not {text}")
    return old, new


def _answers(found: Difference, said: dict[str, str]) -> dict[str, str]:
    """What a person answers to each open question."""
    answers: dict[str, str] = {}
    for question in open_questions(found):
        taken = {*said.values(), *answers.values()}
        names = [each.name for each in question.added if each.name not in taken]
        if question.retired.name in said or not names:
            continue
        listed = "".join(f"\n  {number}  {name}" for number, name in enumerate(names, 1))
        text = f"{question.retired.name} is gone. Was it renamed? New are{listed}\nNumber, or 0 for retired"
        number = click.prompt(text, type=click.IntRange(0, len(names)), default=0)
        if number:
            answers[question.retired.name] = names[number - 1]
    return answers
