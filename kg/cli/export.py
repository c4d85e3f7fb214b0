"""``kg export``: the current build into files."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from kg import atomic
from kg.cli import options, render
from kg.export import dataset, partitioned, percase
from kg.export.content import Content, read_content
from kg.export.description import About
from kg.export.files import Folder, filling, replacing
from kg.export.targets import FOLDER_TARGETS, TARGETS, Form, form_named, form_of
from kg.parts import Parts
from kg.problem import Failure
from kg.query import as_sparql_examples
from kg.workspace import Workspace

EXAMPLES = "sparql-examples"
"""The format that is of the saved queries, not of the graph."""
PUBLISHED = "turtle.gz,nq.gz"
"""Formats of a dataset to publish, where none are asked for."""
_DIR = click.Path(file_okay=False, path_type=Path)


@click.command("export")
@options.workspace
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="The file to write, or the folder for several.  [default: standard output]",
)
@click.option(
    "--format", "name", metavar="FORMAT", help="A format by name or ending, where the ending of PATH does not tell it."
)
@click.option("--per-case", type=_DIR, metavar="DIR", help="Write a file for each case, and one for what cases share.")
@click.option(
    "--partitioned", "parted", type=_DIR, metavar="DIR", help="Write compressed N-Quads parts for bulk loaders."
)
@click.option(
    "--part-size",
    type=click.IntRange(min=1),
    default=partitioned.SIZE // 1_000_000,
    show_default=True,
    metavar="MB",
    help="Largest part, before it is compressed.",
)
@click.option(
    "--dataset", "described", type=_DIR, metavar="DIR", help="Write a folder to publish, with dataset.ttl (DCAT, VoID)."
)
@click.option("--public", is_flag=True, help="Leave out what the shapes call confidential.")
def command(
    root: Path,
    *,
    output: Path | None,
    name: str | None,
    per_case: Path | None,
    parted: Path | None,
    part_size: int,
    described: Path | None,
    public: bool,
) -> None:
    """Write the graph to files.

    \b
    kg export -o graph.ttl                      by ending: .ttl .trig .nt .nq .rdf .jsonld
    kg export -o graph.nq.gz                    compressed: .gz .zst
    kg export --per-case cases-ttl              a Turtle file for each case
    kg export --format casefile -o rebuilt      case files again, from the graph
    kg export --format csv -o tables            a table for each class (also parquet)
    kg export --partitioned dump                N-Quads parts for bulk loaders
    kg export --dataset public --public         graph.ttl.gz, graph.nq.gz, dataset.ttl
    kg export --format sparql-examples          the saved queries, as SIB's catalogues have them

    The same build gives the same bytes, every time. --public leaves out reviewer ids, review notes and narratives,
    and quotes that are longer than the shapes allow. --dataset takes several formats, with commas between them.
    """  # noqa: D301 - \b is for click
    if len([each for each in (output, per_case, parted, described) if each is not None]) > 1:
        raise click.UsageError("give one of -o, --per-case, --partitioned and --dataset")
    if parted is not None and name is not None:
        raise click.UsageError("--partitioned takes no --format: its parts are N-Quads")
    name = name and name.lower()
    if per_case is not None and name in FOLDER_TARGETS:
        raise click.UsageError(f"--format {name} makes a folder by itself: give -o DIR, no --per-case")
    workspace = Workspace(root)
    if name == EXAMPLES:
        _examples(workspace, output)
        return
    content = _content(workspace, public=public)
    if described is not None:
        _dataset(content, described, about=_about(workspace), forms=_forms(name))
        _say_left_out(content)
        return
    form = None if name in FOLDER_TARGETS else _form(output, name)
    if parted is not None:
        _partition(content, parted, about=_about(workspace), size=part_size * 1_000_000)
    elif form is None:
        _folder(content, output, str(name))
    elif per_case is not None:
        _per_case(content, per_case, form)
    else:
        _file(content, output, form)
    _say_left_out(content)


def _examples(workspace: Workspace, path: Path | None) -> None:
    """The catalogue of saved queries; files with errors are left out, and named."""
    catalogue = workspace.queries()
    text = as_sparql_examples(catalogue.queries.values())
    if path is None or str(path) == "-":
        click.echo(text, nl=False)
    else:
        atomic.write_text(path, text)
    for problem in catalogue.problems:
        click.echo(str(problem), err=True)
    click.echo(f"Wrote {len(catalogue.queries):,} saved queries as SPARQL examples", err=True)


def _form(output: Path | None, name: str | None) -> Form:
    if name:
        return form_named(name)
    return form_of(output) if output and str(output) != "-" else Form(TARGETS["turtle"])


def _content(workspace: Workspace, *, public: bool) -> Content:
    manifest = workspace.manifest
    release = workspace.releases.get(manifest.basis["target"])
    if release is None:
        raise Failure(f"the graph was built at release {manifest.basis['target']}, which is not known; run `kg build`")
    content = read_content(manifest, Parts(workspace.home / "parts"), release, public=public)
    return replace(content, progress=render.progress("Writing"))


def _file(content: Content, path: Path | None, form: Form) -> None:
    if path is None or str(path) == "-":
        total = form.write(content, sys.stdout.buffer)
        sys.stdout.buffer.flush()
        click.echo(f"Wrote {_many(total, 'triple')} as {form.target.label}", err=True)
        return
    if path.is_dir():
        raise Failure(f"{path} is a folder; name a file, or give --per-case {path}")
    if not path.parent.is_dir():
        raise Failure(f"{path.parent}: there is no such folder")
    with replacing(path) as out:
        total = form.write(content, out)
    size = f", {_size(path.stat().st_size)}" if path.is_file() else ""
    click.echo(f"Wrote {_many(total, 'triple')}{size} to {path} as {form.target.label}", err=True)


def _per_case(content: Content, path: Path, form: Form) -> None:
    with filling(path, _said(content, form.target.label)) as folder:
        total = percase.write(content, folder, form)
    _say_folder(_many(total, "triple"), folder, label=form.target.label)


def _folder(content: Content, path: Path | None, name: str) -> None:
    if path is None:
        raise click.UsageError(f"--format {name} makes several files; name a folder with -o DIR")
    target = FOLDER_TARGETS[name]
    with filling(path, _said(content, target.label)) as folder:
        total = target.write(content, folder)
    _say_folder(_many(total, target.unit), folder, label=target.label)


def _forms(names: str | None) -> list[Form]:
    return [form_named(each.strip()) for each in (names or PUBLISHED).split(",")]


def _about(workspace: Workspace) -> About:
    said = workspace.settings
    release = workspace.manifest.basis["target"]
    url = said.url if said.url.endswith("/") or not said.url else said.url + "/"
    return About(said.title, release, said.description, license=said.license, publisher=said.publisher, url=url)


def _dataset(content: Content, path: Path, *, about: About, forms: list[Form]) -> None:
    folder = dataset.write(content, path, about, forms)
    total = len(folder.files) - 1
    click.echo(f"Wrote {_many(total, 'file')} and {dataset.DESCRIPTION}, which describes them, to {path}", err=True)


def _partition(content: Content, path: Path, *, about: About, size: int) -> None:
    done = partitioned.write(content, path, about, size=size)
    parts = f"{_many(done.parts, 'part')} ({done.written:,} written, {done.parts - done.written:,} as they were)"
    click.echo(
        f"Wrote {_many(done.quads, 'quad')} in {parts} to {path / 'data'}; how to load them: {path / 'load'}", err=True
    )


def _said(content: Content, label: str) -> Callable[[], dict[str, Any]]:
    return lambda: {"build": content.build, "public": content.disclosure is not None, "format": label}


def _say_folder(what: str, folder: Folder, *, label: str) -> None:
    size = sum((folder.path / name).stat().st_size for name in folder.files)
    files = _many(len(folder.files), "file")
    click.echo(f"Wrote {what} in {files}, {_size(size)}, to {folder.path} as {label}", err=True)


def _say_left_out(content: Content) -> None:
    if content.disclosure is None:
        return
    said = ", ".join(f"{count:,} {what}" for what, count in sorted(content.left_out.items()))
    click.echo(f"Left out as confidential: {said or 'nothing'}", err=True)


def _size(size: int) -> str:
    """Bytes as a person reads them.

    >>> _size(999), _size(12_345_678)
    ('999 bytes', '12.3 MB')
    """
    if size < 1000:
        return f"{size} bytes"
    return f"{size / 1e3:.1f} kB" if size < 1e6 else f"{size / 1e6:,.1f} MB"


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
