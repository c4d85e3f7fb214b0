"""``kg check``: the rules on case files, each problem at its line."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from heapq import merge
from pathlib import Path

import click

from kg import atomic
from kg.build.scan import find_markdown
from kg.check import DEFAULT_ENGINE, ENGINES
from kg.cli import options, render
from kg.explain import explanations
from kg.packed import Problems
from kg.problem import Failure, Problem, Severity
from kg.report import REPORTS, Findings, Sources, exit_status
from kg.report.baseline import new_since, read_baseline, write_baseline
from kg.report.findings import summary
from kg.workspace import Workspace

LEVELS = [severity.label for severity in sorted(Severity, reverse=True)]
QUERIES, QUERY = "queries", ".rq"
"""Folder of a workspace's saved queries, and how their names end (``kg.query`` takes long to import)."""
PAUSE = 0.1
"""Seconds between two looks of ``--watch``, at least."""
SHARE = 4
"""The pause is this many times as long as a look takes, so that watching many files leaves the machine free."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """How the outcome of a check is to be reported."""

    form: str
    output: Path | None
    fail_on: Severity
    least: Severity
    baseline: Path | None
    update: bool


@click.command("check")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@options.workspace
@options.cases
@click.option("--changed", is_flag=True, help="Only files that differ from git's last commit, or whose texts do.")
@click.option("--only-cases", is_flag=True, help="Pass over FILES that are no case files, such as a README.")
@click.option("--watch", is_flag=True, help="Go on, and check each file again when it is saved.")
@click.option("--stdin-name", default="stdin.md", metavar="PATH", help="Where the text on standard input (-) belongs.")
@click.option("--format", "form", type=click.Choice(list(REPORTS)), default="text", show_default=True)
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write the report to a file.")
@click.option("--least", type=click.Choice(LEVELS), help="Leave out what is less severe.  [default: warning in text]")
@click.option("--fail-on", type=click.Choice(LEVELS), default="error", show_default=True, help="When to exit with 1.")
@click.option("--baseline", type=click.Path(dir_okay=False, path_type=Path), help="Only report what is not in FILE.")
@click.option("--update-baseline", "update", is_flag=True, help="Write all problems to the baseline instead.")
@click.option(
    "--engine", type=click.Choice(list(ENGINES)), default=DEFAULT_ENGINE, show_default=True, help="SHACL engine."
)
def command(
    files: Sequence[Path],
    root: Path,
    cases: Sequence[Path],
    stdin_name: str,
    form: str,
    output: Path | None,
    least: str | None,
    fail_on: str,
    baseline: Path | None,
    engine: str,
    *,
    changed: bool,
    watch: bool,
    update: bool,
    only_cases: bool,
) -> None:
    """Check case files against the rules.

    Checks the FILES, cases or saved queries, all cases below those that are folders, or the whole workspace; - reads
    a case from standard input. Every problem says where it is, what is wrong and how to mend it; `kg explain CODE`
    says more. Where the graph is up to date
    (`kg build`), a check of the whole workspace also looks for what is odd across cases. Exit status: 0 clean, 1
    problems, 2 usage.
    """
    if update and baseline is None:
        raise click.UsageError("--update-baseline needs --baseline FILE")
    workspace = Workspace(root, cases=cases)
    shown = Severity.named(least) if least else Severity.WARNING if form == "text" else Severity.INFO
    wanted = Wanted(form, output, Severity.named(fail_on), shown, baseline, update)
    check = partial(_findings, workspace, engine=engine)
    if watch:
        _watch(workspace, check, wanted)
    named = _changed(workspace) if changed else [each for path in files for each in _below(workspace, path)]
    if files and not named:
        raise click.UsageError(f"there is no case file below {', '.join(map(str, files))}")
    if only_cases:
        named = [path for path in named if str(path) == "-" or workspace.is_case(path)]
    if not named and (changed or only_cases):
        click.echo("there is no case file to check", err=True)
        return
    sys.exit(_report(check(named, stdin_name=stdin_name), wanted))


def _below(workspace: Workspace, path: Path) -> list[Path]:
    """The case files of a folder; a file is itself."""
    if not path.is_dir():
        return [path]
    return [each.path for each in find_markdown(workspace.root, [path]) if workspace.is_case(each.path)]


def _findings(workspace: Workspace, files: Sequence[Path], *, engine: str, stdin_name: str = "") -> Findings:
    """The outcome for the named files, or for all."""
    meanings = explanations(workspace.target)
    if not files:
        manifest = workspace.check(engine=engine, progress=render.progress("Checking"))
        queries = sorted((workspace.root / QUERIES).glob(f"*{QUERY}"))
        names = (*(entry.path for entry in manifest.files.values() if entry.is_case), *map(workspace.shown, queries))
        across = workspace.audit() if workspace.is_current(manifest) else []
        across += _check_queries(workspace) if queries else []
        found = manifest.problems() if not across else _with(manifest.problems(), across)
        findings = Findings(found, names, Sources(workspace.root), explain=meanings.get)
    else:
        given: dict[str, str] = {}
        problems = [each for path in files for each in _check_one(workspace, path, stdin_name, given, engine)]
        names = [workspace.shown(Path(stdin_name) if str(path) == "-" else path) for path in files]
        findings = Findings.of(problems, names, Sources(workspace.root, given), explain=meanings.get)
    return replace(findings, title=workspace.settings.title)


def _check_queries(workspace: Workspace) -> list[Problem]:
    from kg.query import check_queries

    return check_queries([workspace.root / QUERIES], workspace.root, workspace.target)


def _with(found: Problems, others: Iterable[Problem]) -> Problems:
    """Problems in reading order with some others among them."""
    ordered = sorted(others, key=lambda each: each.order)
    return Problems.of(merge(found, ordered, key=lambda each: each.order))


def _check_one(
    workspace: Workspace, path: Path, stdin_name: str, given: dict[str, str], engine: str
) -> Iterable[Problem]:
    if str(path) != "-":
        if not path.is_file():
            raise Failure(f"{path}: there is no such file")
        if path.suffix == QUERY:
            from kg.query import check_query

            text = path.read_text(encoding="utf-8", errors="replace")
            return check_query(text, workspace.shown(path), workspace.target)
        return workspace.check_text(path.read_bytes(), path, engine=engine)
    raw, name = sys.stdin.buffer.read(), Path(stdin_name)
    given[workspace.shown(name)] = raw.decode("utf-8", errors="replace")
    return workspace.check_text(raw, name, engine=engine)


def _report(findings: Findings, wanted: Wanted) -> int:
    """Print or write the report; the exit status."""
    if wanted.baseline and wanted.update:
        write_baseline(wanted.baseline, findings)
        click.echo(f"{len(findings.problems):,} problems are known from now on: {wanted.baseline}")
        return 0
    if wanted.baseline:
        findings = new_since(findings, read_baseline(wanted.baseline))
    status = exit_status(findings, wanted.fail_on)
    shown = findings.at_least(wanted.least)
    pieces = REPORTS[wanted.form](shown if wanted.form == "text" else replace(shown, unshown=Counter()))
    if wanted.output:
        atomic.write_pieces(wanted.output, (click.unstyle(piece).encode() for piece in pieces))
        click.echo(f"{summary(findings)}; report in {wanted.output}")
    else:
        for piece in pieces:
            click.echo(piece, nl=False)
    return status


def _changed(workspace: Workspace) -> list[Path]:
    """Case files that git sees as changed or new, or with a captured text that is."""
    command = ["git", "-C", str(workspace.root), "status", "--porcelain", "-z", "--untracked-files=all", "--no-renames"]
    done = subprocess.run(command, capture_output=True, check=False)
    top = subprocess.run([*command[:3], "rev-parse", "--show-toplevel"], capture_output=True, text=True, check=False)
    if done.returncode:
        raise Failure(f"--changed needs git: {done.stderr.decode(errors='replace').strip()}")
    names = [entry[3:].decode(errors="surrogateescape") for entry in done.stdout.split(b"\0") if entry]
    touched = {(Path(top.stdout.strip()) / name).resolve() for name in names}
    return [each.path for each in workspace.markdown() if _is_touched(each.path.resolve(), touched)]


def _is_touched(case: Path, touched: set[Path]) -> bool:
    return case in touched or any(path.suffix != ".md" and path.is_relative_to(case.parent) for path in touched)


def _watch(workspace: Workspace, check: partial[Findings], wanted: Wanted) -> None:
    """Report everything once, then each file that is saved; ends with Ctrl-C."""
    _report(check([]), wanted)
    seen = {each.path: each.stamp for each in workspace.markdown()}
    click.echo("watching; Ctrl-C ends", err=True)
    took = 0.0
    while True:
        time.sleep(max(PAUSE, SHARE * took))
        start = time.perf_counter()
        now = {each.path: each.stamp for each in workspace.markdown()}
        took = time.perf_counter() - start
        saved = [path for path, stamp in now.items() if seen.get(path) != stamp and workspace.is_case(path)]
        if saved:
            click.echo(f"\n{time.strftime('%H:%M:%S')}", err=True)
            _report(check(saved), wanted)
        seen = now
