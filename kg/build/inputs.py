"""What a build is told: where to look, what to build towards. Small and hashable, so that workers get it whole."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from kg import __version__, about, evidence, identity, mode
from kg.about import Linker
from kg.case import Reader
from kg.catalogue import CatalogueFile, find_catalogues, read_catalogue
from kg.check import DEFAULT_ENGINE, Checker
from kg.links import Curated, LinkFile, read_curated
from kg.mode import Mode, read_modes
from kg.parts import Parts
from kg.release import Release, find_releases
from kg.yamltree import Fault, Limits, Mapping

if TYPE_CHECKING:  # most workspaces have no file of an earlier release, and migrations take long to import
    from kg.migrate.history import History
    from kg.migrate.migration import Migration
    from kg.migrate.upgrade import Upgrader


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything that decides what a build holds, besides the files themselves."""

    root: Path
    home: Path
    folders: tuple[Path, ...]
    base: str
    target: str
    title: str
    limits: Limits
    catalogue: CatalogueFile
    """The catalogue that codes and names are resolved by, and that the graph holds."""
    links: tuple[LinkFile, ...] = ()
    """The workspace's files of curated links."""
    engine: str = DEFAULT_ENGINE
    """SHACL engine; all give equal results."""
    workers: int = 0
    """Processes that read case files; 0 means one for each processor."""

    @property
    def parts(self) -> Parts:
        """The parts that all builds of this workspace share."""
        return Parts(self.home / "parts")

    @property
    def release(self) -> Release:
        """The release that the built graph is at."""
        return releases(self)[self.target]

    @property
    def methods(self) -> tuple[str, ...]:
        """The methods, with their versions, that derived facts are made by."""
        return (*identity.METHODS, *evidence.METHODS, *about.METHODS, *mode.METHODS)

    def basis(self) -> dict[str, str]:
        """What every part depends on; where it differs from the previous build's, every part is made anew."""
        return {
            "program": __version__,
            "base": self.base,
            "target": self.target,
            "limits": repr(self.limits),
            "methods": " ".join(self.methods),
            "catalogue": f"{self.catalogue.name} {self.catalogue.sha256}",
            **{f"release {version}": release.digest for version, release in releases(self).items()},
            **{f"migration {each.name}": each.digest for each in chain(self)},
            **{f"catalogue {name}": each.sha256 for name, each in consulted(self).items()},
        }


@cache
def releases(inputs: Inputs) -> dict[str, Release]:
    """The releases that a workspace knows."""
    return find_releases((inputs.root,))


@cache
def history(inputs: Inputs) -> History:
    """The migrations that a workspace knows."""
    from kg.migrate.history import find_history

    return find_history(inputs.root, releases(inputs))


@cache
def reader(inputs: Inputs) -> Reader:
    """One reader for each process, because it keeps the shapes; it upgrades older files to the release of the graph."""

    def upgrade(root: Mapping, version: str) -> tuple[Mapping, str] | Fault:
        if version == inputs.target:
            return root, version
        from kg.migrate.files import in_memory

        return in_memory(upgrader(inputs), inputs.target)(root, version)

    return Reader(releases(inputs), inputs.limits, upgrade=upgrade)


def chain(inputs: Inputs) -> tuple[Migration, ...]:
    """The migrations that lead to the release of the graph; none to the oldest."""
    return () if inputs.target == next(iter(releases(inputs)), "") else history(inputs).towards(inputs.target)


@cache
def upgrader(inputs: Inputs) -> Upgrader:
    """Brings files of earlier releases to the release of the graph."""
    from kg.migrate.processes import processes
    from kg.migrate.upgrade import Upgrader

    shapes = Reader(releases(inputs)).shapes
    return Upgrader(chain(inputs), shapes, processes(lambda name: _linker_of(name, inputs)))


def _linker_of(name: str, inputs: Inputs) -> Linker | None:
    """The linker that migrations resolve processes by; None where the workspace has no such catalogue."""
    if name == inputs.catalogue.name:
        return linker(inputs)
    found = consulted(inputs).get(name)
    return _linker(found, inputs) if found else None


@cache
def _linker(found: CatalogueFile, inputs: Inputs) -> Linker:
    return Linker(read_catalogue(found.path), curated(inputs).processes)


@cache
def consulted(inputs: Inputs) -> dict[str, CatalogueFile]:
    """The catalogues, by name, that migrations to the release of the graph resolve processes by."""
    operations = [each for migration in chain(inputs) for each in migration.operations]
    if not operations:
        return {}
    from kg.migrate.operation import Resolve

    wanted = {each.catalogue for each in operations if isinstance(each, Resolve)}
    return {each.name: each for each in find_catalogues(inputs.root) if each.name in wanted} if wanted else {}


@cache
def readable(inputs: Inputs) -> tuple[Path, ...]:
    """The folders that captured texts may stand in, besides the case file's own."""
    return tuple(folder.resolve() for folder in (inputs.root, *inputs.folders))


@cache
def checker(inputs: Inputs) -> Checker:
    """One checker for each process, because it keeps the compiled shapes."""
    return Checker(releases(inputs), inputs.engine)


@cache
def curated(inputs: Inputs) -> Curated:
    """What the files of links come to, read once in each process."""
    return read_curated(inputs.links)


@cache
def modes(inputs: Inputs) -> tuple[Mode, ...]:
    """The evidence modes of the release, read once in each process."""
    return read_modes(inputs.release.facts)


@cache
def linker(inputs: Inputs) -> Linker:
    """One process linker for each process, because it keeps the catalogue."""
    return Linker(read_catalogue(inputs.catalogue.path), curated(inputs).processes)
