"""The folders of migration files in; the one line from release to release that they make, and what is wrong, out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from kg import codes
from kg.migrate.migration import Migration
from kg.migrate.reading import read_migration
from kg.migrate.subjects import subject_problems
from kg.problem import Failure, Problem, Span
from kg.release import Release, bundled
from kg.source import decode

FOLDER = "ontology/migrations"
LIMIT = 50_000_000
"""Bytes above which a migration file is refused."""


@dataclass(frozen=True, slots=True)
class History:
    """The migrations that a workspace knows, by the release that they lead from."""

    by_origin: Mapping[str, Migration]
    problems: tuple[Problem, ...] = ()

    @property
    def migrations(self) -> tuple[Migration, ...]:
        """All, oldest first."""
        return tuple(sorted(self.by_origin.values(), key=lambda each: _order(each.origin)))

    def chain(self, origin: str, target: str) -> tuple[Migration, ...] | None:
        """The migrations that lead from one release to a later one; None where there is no such line."""
        steps: list[Migration] = []
        at = origin
        while at != target:
            if at not in self.by_origin or len(steps) > len(self.by_origin):
                return None
            steps.append(self.by_origin[at])
            at = steps[-1].target
        return tuple(steps)

    def towards(self, target: str) -> tuple[Migration, ...]:
        """The longest line that leads to a release: whatever files are at, they come in somewhere."""
        by_target = {each.target: each for each in self.by_origin.values()}
        steps: list[Migration] = []
        while target in by_target:
            steps.insert(0, by_target[target])
            target = steps[0].origin
        return tuple(steps)

    def need_sound(self) -> None:
        """Failure where a migration file has problems: then nothing is migrated."""
        if self.problems:
            lines = "\n".join(f"  {each}" for each in self.problems)
            raise Failure(f"the migration files have problems; mend them first\n{lines}")


def find_history(root: Path, releases: Mapping[str, Release]) -> History:
    """The migrations that ship and those of a workspace, which go before."""
    shipped = bundled(FOLDER)
    paths = [*_files(shipped), *(_files(root / FOLDER) if (root / FOLDER).resolve() != shipped.resolve() else ())]
    return history((_read(path, _shown(path, root)) for path in paths), releases)


def history(read: Iterable[tuple[Migration | None, list[Problem]]], releases: Mapping[str, Release]) -> History:
    """The line that some migrations make. A later one takes the place of an earlier one of the same name."""
    found: dict[str, Migration] = {}
    problems: list[Problem] = []
    for migration, wrong in read:
        problems += wrong
        if migration is not None:
            found[migration.name] = migration
    by_origin: dict[str, Migration] = {}
    by_target: dict[str, Migration] = {}
    for migration in found.values():
        problems += _misplaced(migration, by_origin, by_target, releases)
        by_origin.setdefault(migration.origin, migration)
        by_target.setdefault(migration.target, migration)
    for migration in by_origin.values():
        if {migration.origin, migration.target} <= releases.keys():
            problems += subject_problems(migration, releases)
    return History(by_origin, tuple(sorted(problems, key=lambda each: each.order)))


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.yaml"))


def _shown(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()


def _read(path: Path, shown: str) -> tuple[Migration | None, list[Problem]]:
    try:
        source = decode(path.read_bytes(), shown, limit=LIMIT)
    except OSError as error:
        hint = "give the file read permission, or remove it"
        return None, [codes.UNREADABLE_FILE.at(Span(shown), f"cannot be read: {error.strerror}", hint=hint)]
    if isinstance(source, Problem):
        return None, [source]
    return read_migration(source, lambda name: (path.parent / name).read_text(encoding="utf-8"))


def _misplaced(
    migration: Migration,
    by_origin: Mapping[str, Migration],
    by_target: Mapping[str, Migration],
    releases: Mapping[str, Release],
) -> list[Problem]:
    """What stands against a migration's place in the line."""
    unknown = [version for version in (migration.origin, migration.target) if version not in releases]
    said = [(f"there is no release {version}", f"known: {', '.join(releases)}") for version in unknown]
    if _order(migration.target) <= _order(migration.origin):
        said.append((f"{migration.target} is not later than {migration.origin}", "migrations lead forward"))
    for other in (by_origin.get(migration.origin), by_target.get(migration.target)):
        if other is not None:
            message = f"{other.file} leads from {other.origin} to {other.target} already; history is one line"
            said.append((message, "remove one of the two"))
    if Path(migration.file).stem != migration.name:
        said.append((f"the file leads from {migration.origin} to {migration.target}", f"call it {migration.name}.yaml"))
    return [codes.BAD_MIGRATION.at(Span(migration.file), message, hint=hint) for message, hint in said]


def _order(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
