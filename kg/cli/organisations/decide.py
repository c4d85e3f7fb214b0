"""``kg organisations decide``: what a person decided of two names, as one row of links/organisations.sssom.tsv."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from difflib import get_close_matches
from pathlib import Path

import click

from kg.cli import options, render
from kg.cli.signing import author_of, day_of
from kg.identity import slug
from kg.links import ORGANISATIONS, End, Link, LinkTable, Recorded, Verdict, identities, record
from kg.links.curies import PREFIXES, CurieError, expand, is_absolute
from kg.links.organisations import organisations_give_way
from kg.problem import Failure, Problem
from kg.workspace import Workspace


@click.command("decide")
@click.argument("name")
@click.argument("other")
@click.option("--yes", "verdict", flag_value=Verdict.YES.value, help="They are one organisation.")
@click.option("--no", "verdict", flag_value=Verdict.NO.value, help="They are two; never propose them again.")
@click.option("--unsure", "verdict", flag_value=Verdict.UNSURE.value, help="Perhaps; leave it open.")
@click.option("--by", default="", metavar="NAME", help="Who decides: a name or an ORCID.  [default: git's user.name]")
@click.option("--comment", default="", help="Why.")
@click.option("--date", default="", metavar="YYYY-MM-DD", help="When.  [default: today]")
@click.option("--replace", is_flag=True, help="Take away a row that says otherwise.")
@options.workspace
@options.cases
def decide(
    name: str,
    other: str,
    verdict: str | None,
    by: str,
    comment: str,
    date: str,
    root: Path,
    cases: tuple[Path, ...],
    *,
    replace: bool,
) -> None:
    """Decide whether NAME and OTHER are one organisation.

    NAME is written as the cases write it. OTHER is another name, or an id elsewhere: wikidata:Q42, lei:…, or an
    address. After --yes the organisation goes by OTHER, and all its names are kept; OTHER may be a name that no
    case uses. The decision is a row of links/organisations.sssom.tsv, which belongs into git; the next build
    applies it.
    """
    if verdict is None:
        raise click.UsageError("say --yes, --no or --unsure")
    workspace = Workspace(root, cases=cases)
    names = [each.name for each in workspace.organisations(progress=render.progress("Reading"))]
    subject, object_ = End(label=_known(name, names)), _other(other, names, Verdict(verdict))
    author = by or author_of(root)
    if not author:
        raise Failure("say who decides with --by NAME")
    link = Link(subject, Verdict(verdict), object_, author=author, date=day_of(date), comment=comment)
    done = record(_distinct(link), _table(workspace), home=workspace.home, replacing=replace)
    click.echo(_outcome(done, link))
    if link.verdict is Verdict.YES and object_.label and object_.label not in names:
        click.echo(f"  no case is called “{object_.label}”; it is the name that the organisation goes by")


def _table(workspace: Workspace) -> LinkTable:
    set_id = f"{workspace.settings.base}links/organisations"
    return LinkTable(workspace.root, ORGANISATIONS, set_id, _problems, organisations_give_way)


def _problems(links: Sequence[Link]) -> Sequence[Problem]:
    return identities(links).problems


def _known(name: str, names: Collection[str]) -> str:
    """A name as cases write it; Failure where none does."""
    if name in names:
        return name
    alike = [each for each in names if slug(each) == slug(name)]
    if len(alike) == 1:
        return alike[0]
    near = alike or get_close_matches(name, names, n=1, cutoff=0.6)
    hint = f"did you mean {' or '.join(f'“{each}”' for each in near)}?" if near else "write it as the cases do"
    raise Failure(f"no case is about an organisation called “{name}”; {hint}")


def _other(text: str, names: Collection[str], verdict: Verdict) -> End:
    """The other side: an id elsewhere, or a name. After a yes it may be a name that no case uses."""
    try:
        found = expand(text, PREFIXES, strict=False)
    except CurieError as error:
        raise Failure(f"{error}; {error.hint}") from error
    if is_absolute(found):
        return End(id=found)
    try:
        return End(label=_known(text, names))
    except Failure:
        if verdict is not Verdict.YES:
            raise
        return End(label=text)


def _distinct(link: Link) -> Link:
    """The link, where its two sides can be told apart."""
    if link.subject.text == link.object.text:
        raise Failure(f"“{link.subject.shown}” is one name, not two")
    if link.verdict is Verdict.NO and link.object.label and slug(link.subject.label) == slug(link.object.label):
        raise Failure(
            f"“{link.subject.label}” and “{link.object.label}” share one IRI, so a no cannot hold; "
            "give one of them a fuller name in its cases"
        )
    return link


def _outcome(done: Recorded, link: Link) -> str:
    verb = {Verdict.YES: "is", Verdict.NO: "is not", Verdict.UNSURE: "may be"}[link.verdict]
    what = f"“{link.subject.shown}” {verb} “{link.object.shown}”"
    at = f"{done.path}:{done.line}"
    if not done.is_new:
        return f"{at} says so already: {what}"
    gone = f", in place of {len(done.replaced)} row{'' if len(done.replaced) == 1 else 's'}" if done.replaced else ""
    return f"{at}: {what}{gone}\n  `kg build` applies it"
