"""An ontology release by its version: where its ontology and shapes stand, and what they say as triples.

The two YAML keys that must be known before any shape is (``case_id`` makes a file a case, ``version_used``
names its release) are named here and nowhere else.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pyoxigraph as ox

from kg.problem import Failure

CASE_ID = "case_id"
VERSION_USED = ("ontology_metadata", "version_used")

Facts = dict[str, dict[str, list[str]]]
"""Subject → predicate → values; IRIs and literals alike as plain text. For reading shapes, not for reasoning."""

_VERSION = re.compile(r"[0-9]+\.[0-9]+")


def bundled(folder: str) -> Path:
    """A folder that ships with the package: inside the wheel, or beside the package in a checkout."""
    package = Path(__file__).parent
    inside = package / "_bundle" / folder
    return inside if inside.is_dir() else package.parent / folder


@dataclass(frozen=True)
class Release:
    """One version of the bundle of ontology and shapes."""

    version: str
    ontology: Path
    shapes: Path

    @cached_property
    def facts(self) -> Facts:
        """Ontology, shapes and the software's own terms together."""
        return read_facts(self.files)

    @cached_property
    def digest(self) -> str:
        """Tells the release from a changed one."""
        return digest(self.files)

    @cached_property
    def canonical_hash(self) -> str:
        """SHA-256 of the bundle's triples in canonical form (RDFC-1.0): the same however the files are laid out."""
        bundle = ox.Dataset()
        for path in (*turtle_files(self.ontology), *turtle_files(self.shapes)):
            for triple in _parse(path):
                bundle.add(ox.Quad(triple.subject, triple.predicate, triple.object))
        bundle.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
        lines = sorted(f"{quad.triple} .\n" for quad in bundle)
        return hashlib.sha256("".join(lines).encode("utf-8")).hexdigest()

    @property
    def files(self) -> list[Path]:
        """The Turtle files that make up the release, and the software's own terms."""
        folders = (self.ontology, self.shapes, bundled("ontology/system"))
        return [path for folder in folders for path in turtle_files(folder)]

    @property
    def order(self) -> tuple[int, ...]:
        """Versions as numbers, so that 1.10 comes after 1.9."""
        return tuple(int(part) for part in self.version.split("."))


def read_facts(files: Iterable[Path]) -> Facts:
    """The triples of some Turtle files as nested dictionaries, in the order of the files."""
    facts: Facts = {}
    for path in files:
        for triple in _parse(path):
            subject, value = getattr(triple.subject, "value", ""), getattr(triple.object, "value", "")
            facts.setdefault(subject, {}).setdefault(triple.predicate.value, []).append(value)
    return facts


def digest(files: Iterable[Path]) -> str:
    """SHA-256 of some files, names and bytes."""
    total = hashlib.sha256()
    for path in files:
        total.update(f"{path.name}\0".encode() + path.read_bytes())
    return total.hexdigest()


def _parse(path: Path) -> list[ox.Triple]:
    try:
        return list(ox.parse(path=str(path), format=ox.RdfFormat.TURTLE))
    except SyntaxError as error:
        raise Failure(f"{path}:{error.lineno}:{error.offset}: {error.msg}") from error


def turtle_files(folder: Path) -> list[Path]:
    """The Turtle files of a folder, by name."""
    return sorted(folder.glob("*.ttl"))


def find_releases(roots: Iterable[Path] = ()) -> dict[str, Release]:
    """Every release that ships with the package or stands in one of the workspaces, oldest first."""
    found = (release for root in (bundled("ontology").parent, *roots) for release in _releases_in(root))
    return {release.version: release for release in sorted(found, key=lambda release: release.order)}


def _releases_in(root: Path) -> Iterator[Release]:
    ontologies = root / "ontology"
    if not ontologies.is_dir():
        return
    for folder in ontologies.iterdir():
        if _VERSION.fullmatch(folder.name) and (root / "shapes" / folder.name).is_dir():
            yield Release(folder.name, folder, root / "shapes" / folder.name)
