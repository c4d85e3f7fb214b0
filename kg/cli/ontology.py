"""``kg ontology``: releases of the ontology, what differs between them, and what a change would touch."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import click
import pyoxigraph as ox

from kg import atomic, vocab
from kg.cli import options, render
from kg.migrate.history import find_history
from kg.migrate.succession import successors
from kg.ontology import difference
from kg.ontology.draft import draft
from kg.ontology.lock import lock, lock_path, locked_faults, read_lock
from kg.ontology.model import WORDS, short
from kg.ontology.naming import Named, named, the_one
from kg.ontology.pages import documents
from kg.ontology.recode import recoding
from kg.ontology.report import FORMATS
from kg.ontology.usage import in_case, in_queries, in_shapes
from kg.problem import Failure, Span, has_errors
from kg.release import Release
from kg.shape import read_shapes
from kg.workbook import read_workbook
from kg.workspace import Workspace

LISTED = 20
"""Places in case files that ``usage`` prints without ``--all``."""

release_option = click.option(
    "--release", "version", default="", help="The release to look in.  [default: that of the graph]"
)


@click.group("ontology")
def command() -> None:
    """Show, compare, draft and lock releases of the ontology.

    A release is a version of the ontology, its shapes and its rules together. Those that ship with the program
    can be extended by releases of the workspace's own.
    """


@command.command("list")
@options.workspace
def list_(root: Path) -> None:
    """List the releases that the workspace knows."""
    workspace = Workspace(root)
    rows = [_row(each, workspace) for each in workspace.releases.values()]
    render.table(("release", "builds on", "state", "terms", "shapes and rules", "where"), rows, right=frozenset((3, 4)))


def _row(release: Release, workspace: Workspace) -> tuple[str, ...]:
    entry = read_lock(lock_path(release)).get(release.version)
    state = "locked" if entry and entry.is_locked else "open"
    target = ", of the graph" if release.version == workspace.target.version else ""
    where = "workspace" if _is_own(release, workspace) else "ships"
    base = release.base.version if release.base else ""
    sizes = str(len(release.terms)), str(len(release.case_shapes) + len(release.rules))
    return release.version, base, state + target, *sizes, where


def _is_own(release: Release, workspace: Workspace) -> bool:
    return release.ontology.resolve().is_relative_to(workspace.root.resolve())


@command.command("show")
@click.argument("term")
@release_option
@options.workspace
def show(term: str, version: str, root: Path) -> None:
    """Show what a release says of a TERM: a class, property, term of a vocabulary, field or rule.

    TERM is written as cg:mechanism, mechanism/automation, ValueClaim.mechanism, or by its last part alone.
    """
    release = _release(Workspace(root), version)
    for each in named(term, release):
        click.echo(f"{click.style(each.name, bold=True)} ({each.what}, release {release.version})")
        for line in _said(each, release):
            click.echo(f"  {line}")


def _said(thing: Named, release: Release) -> Iterable[str]:
    """What is said of it: words first, then the rest; what hangs from blank nodes is left to the Turtle."""
    group = (*release.terms.get(thing.iri, ()), *release.case_shapes.get(thing.iri, ()))
    about = [each for each in group if not isinstance(each.subject, ox.BlankNode)]
    words = [_value(each) for each in about if each.predicate.value in WORDS and each.predicate.value not in _LABELS]
    yield from (click.wrap_text(text, width=88, subsequent_indent="  ") for text in words)
    yield f"<{thing.iri}>"
    for each in about:
        if each.predicate.value not in WORDS and not isinstance(each.object, ox.BlankNode):
            yield f"{short(each.predicate.value)} {short(_value(each))}"


_LABELS = (vocab.rdfs_label, vocab.skos_prefLabel)


def _value(triple: ox.Triple) -> str:
    return getattr(triple.object, "value", "")


@command.command("usage")
@click.argument("term")
@release_option
@click.option("--all", "everything", is_flag=True, help=f"List every place in case files, not only {LISTED}.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@options.workspace
@options.cases
def usage(term: str, version: str, everything: bool, form: str, root: Path, cases: Sequence[Path]) -> None:
    """Say what a change of a TERM would touch: case files, shapes, rules, saved queries.

    Case files are read, so that it is said for files of every release, built or not.
    """
    workspace = Workspace(root, cases=cases)
    release = _release(workspace, version)
    thing = the_one(term, release)
    places = _places(thing, workspace)
    shapes, rules = in_shapes(thing, release)
    queries = in_queries(thing, {name: each.text for name, each in workspace.queries().queries.items()})
    if form == "json":
        said = {"term": thing.name, "what": thing.what, "iri": thing.iri, "cases": _by_file(places)}
        click.echo(json.dumps({**said, "shapes": shapes, "rules": rules, "queries": queries}, indent=2))
        return
    click.echo(f"{thing.name} ({thing.what}) is named by")
    click.echo(f"  {len({place.file for place in places}):,} case files, {len(places):,} times")
    for place in places if everything else places[:LISTED]:
        click.echo(f"    {place}")
    if len(places) > LISTED and not everything:
        click.echo(f"    and {len(places) - LISTED:,} more; --all lists them")
    for what, names in (("shapes", shapes), ("rules", rules), ("saved queries", queries)):
        click.echo(f"  {len(names)} {what}{': ' if names else ''}{', '.join(names)}")


def _places(thing: Named, workspace: Workspace) -> list[Span]:
    return [place for _, case in workspace.cases() for place in in_case(thing, case)]


def _by_file(places: Iterable[Span]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for place in places:
        found.setdefault(place.file, []).append(place.line)
    return found


@command.command("diff")
@click.argument("before")
@click.argument("after")
@click.option("--format", "form", type=click.Choice(list(FORMATS)), default="md", show_default=True)
@options.workspace
def diff(before: str, after: str, form: str, root: Path) -> None:
    """Say what differs in meaning from release BEFORE to release AFTER, and what that demands of the version number.

    What took the place of a retired term is read from the later release (cg:replacedBy) and from the migrations
    between the two. Exits with 1 where AFTER is a smaller step than the changes demand.
    """
    workspace = Workspace(root)
    old, new = _release(workspace, before), _release(workspace, after)
    if new.order <= old.order:
        raise Failure(f"{after} does not come after {before}; name the earlier release first")
    found = difference(old, new, _successors(workspace, before, after))
    click.echo(FORMATS[form](found), nl=False)
    raise SystemExit(1 if found.refusals else 0)


def _successors(workspace: Workspace, before: str, after: str) -> dict[str, tuple[str, ...]]:
    """What the migrations between two releases say of names; nothing where there is no line of them."""
    chain = find_history(workspace.root, workspace.releases).chain(before, after) or ()
    return successors(operation for migration in chain for operation in migration.operations)


@command.command("docs")
@click.argument("version")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@options.workspace
def docs(version: str, folder: Path, root: Path) -> None:
    """Write the reference pages of release VERSION into FOLDER, and the whole of it as two Turtle files."""
    release = _release(Workspace(root), version)
    for name, text in documents(release).items():
        atomic.write_text(folder / name, text)
        click.echo(folder / name)


@command.command("new")
@click.argument("version")
@click.option("--from", "base", required=True, help="The release that it builds on.")
@options.workspace
def new(version: str, base: str, root: Path) -> None:
    """Begin a release VERSION of the workspace's own: files that say only what differs from the one it builds on."""
    workspace = Workspace(root)
    if version in workspace.releases:
        raise Failure(f"there is a release {version} already")
    files = draft(version, _release(workspace, base))
    for name, text in files.items():
        atomic.write_text(workspace.root / name, text)
        click.echo(workspace.root / name)
    click.echo(f"Put terms into ontology/{version}, fields and rules into shapes/{version};")
    click.echo(f"`kg ontology diff {base} {version}` says what that comes to")


@command.command("recode")
@click.argument("workbook", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--was", required=True, help="The version of the PCF that files refer to, such as 7.3.1.")
@click.option("--from", "before", required=True, help="The release that the migration leads from.")
@click.option("--to", "after", required=True, help="The release that it leads to.")
@options.workspace
def recode(workbook: Path, was: str, before: str, after: str, root: Path) -> None:
    """Make of the change column of APQC's WORKBOOK (.xlsx) a migration of process ids.

    Writes ontology/migrations/FROM-TO.yaml and the table of ids that it names. Ids that stay lead to themselves; of
    removed ones a person decides, and sees what came in their place. Marks that are not APQC's are reported.
    """
    workspace = Workspace(root)
    catalogue, problems = read_workbook(workbook)
    if has_errors(problems):
        raise Failure(f"{workbook} has errors; `kg processes import` lists them")
    found = recoding(catalogue, was, str(workbook))
    folder, field = workspace.root / "ontology" / "migrations", _id_field(_release(workspace, before))
    path = folder / f"{before}-{after}.yaml"
    if path.exists():
        raise Failure(f"{path} is there already; add the operation by hand, or choose another step")
    atomic.write_text(folder / found.file, found.table())
    atomic.write_text(path, found.migration(before, after, field))
    for line in render.problems(found.problems, None):
        click.echo(line, err=True)
    click.echo(
        f"{len(found.kept):,} ids stay, {found.new} are new, {found.renamed} are renamed, {len(found.removed)} gone"
    )
    click.echo(f"{path}\n{folder / found.file}")


def _id_field(release: Release) -> str:
    """The field of a release that holds PCF IDs."""
    for record in read_shapes(release).walk():
        if vocab.referredId in record.by_path:
            return f"{record.name}.{record.by_path[vocab.referredId].key}"
    raise Failure(f"release {release.version} has no field for PCF IDs; releases from 2.0 on have one")


@command.command("lock")
@click.argument("versions", nargs=-1)
@click.option("--check", is_flag=True, help="Change nothing; exit with 1 where a locked release has changed.")
@options.workspace
def lock_(versions: Sequence[str], check: bool, root: Path) -> None:
    """Lock the releases VERSIONS: from then on they may not change, which --check and the tests hold them to.

    What has changed is said by name. A release is refused that is a smaller step than its changes demand.
    """
    workspace = Workspace(root)
    if check == bool(versions):
        raise Failure("name the releases to lock, or ask with --check whether the locked ones are as they were")
    for version in versions:
        release = _release(workspace, version)
        lock(release)
        click.echo(f"Locked release {version} in {lock_path(release)}")
    if check:
        faults = locked_faults(workspace.releases.values())
        for fault in faults:
            click.echo(fault, err=True)
        raise SystemExit(1 if faults else 0)


def _release(workspace: Workspace, version: str) -> Release:
    if not version:
        return workspace.target
    if version not in workspace.releases:
        raise Failure(f"there is no release {version}; known: {', '.join(workspace.releases)}")
    return workspace.releases[version]
