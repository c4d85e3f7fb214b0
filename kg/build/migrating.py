"""What a build is told, and a release to bring its files to, in; the task of a migration out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from kg.build.inputs import Inputs, consulted, history, releases, upgrader
from kg.build.scan import find_markdown, shown_path
from kg.case import Reader
from kg.migrate.task import MigrationError, Task
from kg.release import bundled

QUERIES = "queries"
FOLDER = "migrations"
"""Where plans and journals are kept, in the folder that builds go to."""


def migration_task(inputs: Inputs, target: str = "") -> Task:
    """The task of bringing a workspace's files to a release; by default the last that migrations lead to."""
    known = history(inputs)
    known.need_sound()
    target = target or (known.migrations[-1].target if known.migrations else "")
    if target not in releases(inputs):
        raise MigrationError(f"there is no release {target or 'to migrate to'}; known: {', '.join(releases(inputs))}")
    at = replace(inputs, target=target)
    return Task(
        root=inputs.root,
        home=inputs.home / FOLDER,
        files=(*_case_files(inputs), *_own_queries(inputs)),
        reader=Reader(releases(inputs), inputs.limits),
        upgrader=upgrader(at),
        target=target,
        base=inputs.base,
        context=_context(at),
    )


def _case_files(inputs: Inputs) -> Iterator[tuple[str, Path]]:
    return ((each.shown, each.path) for each in find_markdown(inputs.root, inputs.folders))


def _own_queries(inputs: Inputs) -> Iterator[tuple[str, Path]]:
    """The saved queries of the workspace; those that ship come with their releases."""
    folder = inputs.root / QUERIES
    if folder.resolve() != bundled(QUERIES).resolve():
        yield from ((shown_path(path, inputs.root), path) for path in sorted(folder.glob("*.rq")))


def _context(inputs: Inputs) -> str:
    """A hash of what else decides what a migration does."""
    said = [
        repr(inputs.limits),
        *(f"release {version} {release.digest}" for version, release in releases(inputs).items()),
        *(f"catalogue {name} {each.sha256}" for name, each in consulted(inputs).items()),
        *(f"links {each.path} {each.sha256}" for each in inputs.links),
    ]
    return hashlib.sha256("\n".join(said).encode("utf-8")).hexdigest()
