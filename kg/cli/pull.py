"""``kg pull``: what was pushed to a triple store into a file, or into case files."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import click

from kg import atomic
from kg.cli import options, render
from kg.export.files import COMPRESSIONS, replacing
from kg.problem import Failure
from kg.push.compare import Comparison
from kg.push.pull import case_text, pulled_graphs, write_quads
from kg.push.record import Ledger
from kg.shape import read_shapes
from kg.store.remote import Remote
from kg.workspace import Workspace


@click.command("pull")
@click.argument("target", required=False, default="")
@options.workspace
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write every pushed graph as N-Quads: .nq, .nq.gz or .nq.zst.",
)
@click.option(
    "--cases",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Write a case file for each case that the store has and this workspace lacks.",
)
def command(target: str, root: Path, *, output: Path | None, folder: Path | None) -> None:
    r"""Fetch what was pushed to a triple store.

    TARGET is a [targets.TARGET] of kg.toml. Nothing of the workspace is changed: see what differs with `kg diff`.

    \b
    kg pull team -o store.nq.gz      all graphs, to keep or to load elsewhere
    kg pull team --cases cases       cases that a colleague pushed and that are not here yet
    """
    if (output is None) == (folder is None):
        raise click.UsageError("give -o FILE or --cases DIR")
    workspace = Workspace(root)
    with closing(Remote(workspace.push_target(target))) as remote:
        if output:
            _pull_quads(workspace, remote, output)
        elif folder:
            _pull_cases(workspace, remote, folder)


def _pull_quads(workspace: Workspace, remote: Remote, path: Path) -> None:
    packing = path.suffix if path.suffix in COMPRESSIONS else ""
    if not path.name.removesuffix(packing).endswith(".nq"):
        raise Failure(f"{path}: only N-Quads can be pulled; give a name that ends in .nq, .nq.gz or .nq.zst")
    if not path.resolve().parent.is_dir():
        raise Failure(f"{path.parent}: there is no such folder")
    ledger = Ledger(remote, workspace.settings.base)
    graphs = pulled_graphs(ledger)
    with replacing(path) as out, COMPRESSIONS[packing](out) as packed:
        total = write_quads(remote, graphs, packed, render.progress("Pulling"))
    pending = len(ledger.read().pending())
    click.echo(f"Wrote {total:,} quads of {len(graphs):,} graphs to {path}", err=True)
    if pending:
        click.echo(f"  The last push did not end: {pending:,} graphs may be half old, half new.", err=True)


def _pull_cases(workspace: Workspace, remote: Remote, folder: Path) -> None:
    build = workspace.pushable()
    shape = read_shapes(workspace.target)
    missing = Comparison(build, remote).only_in_store()
    for number, graph in enumerate(missing, 1):
        path = folder / graph.rpartition("/")[2] / "casefile.md"
        if path.exists():
            raise Failure(f"{path} is there already; move it, or give another folder")
        atomic.write_text(path, case_text(remote, graph, shape, build.base))
        click.echo(f"{path}")
        render.progress("Pulling")(number, len(missing))
    click.echo(f"Wrote {len(missing):,} case files to {folder}", err=True)
