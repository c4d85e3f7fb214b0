"""What a build is told: where to look, what to build towards. Small and hashable, so that workers get it whole."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from kg import __version__, evidence, identity, mode, process
from kg.case import Reader
from kg.catalogue import PCF, find_catalogues, read_catalogue
from kg.check import DEFAULT_ENGINE, Checker
from kg.links import Curated, LinkFile, read_curated
from kg.mode import Mode, read_modes
from kg.parts import Parts
from kg.problem import Failure
from kg.process import Linker, Resolver
from kg.release import Release, digest, find_releases
from kg.yamltree import Limits


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
    links: tuple[LinkFile, ...] = ()
    """The workspace's files of curated links."""
    processes: str = ""
    """Edition and version of the catalogue that codes and names are resolved by; empty means the first one."""
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
        return (*identity.METHODS, *evidence.METHODS, *process.METHODS, *mode.METHODS)

    def basis(self) -> dict[str, str]:
        """What every part depends on; where it differs from the previous build's, every part is made anew."""
        return {
            "program": __version__,
            "base": self.base,
            "target": self.target,
            "limits": repr(self.limits),
            "methods": " ".join(self.methods),
            "processes": self.processes,
            "catalogues": digest(find_catalogues(self.root).values()),
            **{f"release {version}": release.digest for version, release in releases(self).items()},
        }


@cache
def releases(inputs: Inputs) -> dict[str, Release]:
    """The releases that a workspace knows."""
    return find_releases((inputs.root,))


@cache
def reader(inputs: Inputs) -> Reader:
    """One reader for each process, because it keeps the shapes."""
    return Reader(releases(inputs), inputs.limits)


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
def resolver(inputs: Inputs) -> Linker:
    """One process linker for each process, because it keeps the catalogue."""
    found = find_catalogues(inputs.root)
    wanted = f"{PCF}{inputs.processes}" if inputs.processes else next(iter(found))
    if wanted not in found:
        known = ", ".join(scheme.removeprefix(PCF) for scheme in found)
        raise Failure(f"there is no process catalogue {inputs.processes}; known: {known}")
    return Linker(Resolver(read_catalogue(found[wanted])))
