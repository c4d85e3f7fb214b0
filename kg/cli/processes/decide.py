"""``kg processes decide``: what a person decided, as one row of links/processes.sssom.tsv."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

import click

from kg.about import Linking
from kg.cli import options
from kg.cli.signing import author_of, day_of
from kg.links import (
    PROCESSES,
    End,
    Link,
    LinkTable,
    Recorded,
    Verdict,
    gives_way,
    literal,
    process_decisions,
    process_end,
    record,
)
from kg.problem import Failure, Problem
from kg.process import Resolver
from kg.workspace import Workspace

NONE = "none"


@click.command("decide")
@click.argument("claims")
@click.argument("process")
@click.option("--no", "verdict", flag_value=Verdict.NO.value, help="They are not about PROCESS.")
@click.option("--unsure", "verdict", flag_value=Verdict.UNSURE.value, help="Perhaps; leave it open.")
@click.option("--yes", "verdict", flag_value=Verdict.YES.value, default=True, help="They are.  [default]")
@click.option("--alike", is_flag=True, help="CLAIMS is one claim; decide for all that state the same code and name.")
@click.option("--by", default="", metavar="NAME", help="Who decides: a name or an ORCID.  [default: git's user.name]")
@click.option("--comment", default="", help="Why.")
@click.option("--date", default="", metavar="YYYY-MM-DD", help="When.  [default: today]")
@click.option("--replace", is_flag=True, help="Take away rows that say otherwise.")
@options.workspace
@options.cases
def decide(
    claims: str,
    process: str,
    verdict: str,
    by: str,
    comment: str,
    date: str,
    root: Path,
    cases: tuple[Path, ...],
    *,
    alike: bool,
    replace: bool,
) -> None:
    """Decide that CLAIMS are about a PROCESS.

    CLAIMS is one claim, CASE/CLAIM, or what claims state, 'CODE|NAME': the decision is for all of them. PROCESS is
    a PCF ID, a hierarchy id, or none, where the catalogue has no such process. The decision is a row of
    links/processes.sssom.tsv, which belongs into git; the next build applies it.
    """
    workspace = Workspace(root, cases=cases)
    subject = _subject(claims, workspace, alike=alike)
    pcf_id, shown = _process(process, workspace)
    if not pcf_id and verdict == Verdict.NO.value:
        raise Failure("--no with none decides nothing; name the process that is not meant")
    author = by or author_of(root)
    if not author:
        raise Failure("say who decides with --by NAME")
    object_ = End(process_end(pcf_id).id, shown if pcf_id else "")
    link = Link(subject, Verdict(verdict), object_, author=author, date=day_of(date), comment=comment)
    done = record(link, _table(workspace), home=workspace.home, replacing=replace)
    click.echo(_outcome(done, link, shown))


def _table(workspace: Workspace) -> LinkTable:
    set_id = f"{workspace.settings.base}links/processes"
    return LinkTable(workspace.root, PROCESSES, set_id, _problems, gives_way)


def _problems(links: Sequence[Link]) -> tuple[Problem, ...]:
    return process_decisions(links).problems


def _subject(claims: str, workspace: Workspace, *, alike: bool) -> End:
    """The subject of the row; Failure where no claim is meant by it."""
    if "|" in claims:
        code, _, name = claims.partition("|")
        wanted = literal(code, name).label
        known = {literal(each.code, each.name).label for each in workspace.linkings()}
        if wanted in known:
            return End(label=wanted)
        raise Failure(_unknown(f"no claim states {claims}", wanted, known))
    found = {f"{each.case_id}/{each.claim_id}": each for each in workspace.linkings()}
    if claims not in found:
        raise Failure(_unknown(f"there is no functional claim {claims}", claims, set(found)))
    return _alike(found[claims]) if alike else End(workspace.settings.base + found[claims].record.iri, claims)


def _alike(linking: Linking) -> End:
    if not (linking.code.strip() or linking.name.strip()):
        raise Failure(f"{linking.case_id}/{linking.claim_id} states neither code nor name; decide for it alone")
    return literal(linking.code, linking.name)


def _unknown(what: str, wanted: str, known: set[str]) -> str:
    near = get_close_matches(wanted, known, n=1, cutoff=0.6)
    return f"{what}; did you mean '{near[0]}'?" if near else f"{what}; `kg processes review` lists what there is"


def _process(text: str, workspace: Workspace) -> tuple[str, str]:
    """The PCF ID and the name of a process; the ID is empty for none."""
    if text.casefold() == NONE:
        return "", "no process of the catalogue"
    catalogue = workspace.linker.catalogue
    found = Resolver(catalogue).by_code(text)
    if found is None:
        raise Failure(f"no process of {catalogue.title} has the code {text}; `kg processes tree` lists them")
    return found.pcf_id, found.name


def _outcome(done: Recorded, link: Link, process: str) -> str:
    verb = {Verdict.YES: "is", Verdict.NO: "is not", Verdict.UNSURE: "may be"}[link.verdict]
    what = f"{link.subject.shown} {verb} {process}"
    at = f"{done.path}:{done.line}"
    if not done.is_new:
        return f"{at} says so already: {what}"
    gone = f", in place of {len(done.replaced)} row{'' if len(done.replaced) == 1 else 's'}" if done.replaced else ""
    return f"{at}: {what}{gone}\n  `kg build` applies it"
