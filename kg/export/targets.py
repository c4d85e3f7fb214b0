"""The formats that a build can be exported in, and how one is found by its name or by the ending of a file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from kg.export import casefile, jsonld, nquads, ntriples, parquet, rdfxml, tables, trig, turtle
from kg.export.content import Content
from kg.export.files import COMPRESSIONS, Folder
from kg.problem import Failure


@dataclass(frozen=True, slots=True)
class Target:
    """A format of one file: its name for people, the endings of its files, what writes it."""

    label: str
    endings: tuple[str, ...]
    media_type: str
    write: Callable[[Content, BinaryIO], int]
    """Writes and returns how many triples or quads it wrote."""


@dataclass(frozen=True, slots=True)
class FolderTarget:
    """A format of several files in a folder."""

    label: str
    write: Callable[[Content, Folder], int]
    """Writes and returns how many cases or rows it wrote."""
    unit: str


TARGETS: dict[str, Target] = {
    "turtle": Target("Turtle", (".ttl",), "text/turtle", turtle.write),
    "trig": Target("TriG", (".trig",), "application/trig", trig.write),
    "ntriples": Target("N-Triples", (".nt",), "application/n-triples", ntriples.write),
    "nquads": Target("N-Quads", (".nq",), "application/n-quads", nquads.write),
    "rdfxml": Target("RDF/XML", (".rdf", ".xml"), "application/rdf+xml", rdfxml.write),
    "jsonld": Target("JSON-LD", (".jsonld", ".json"), "application/ld+json", jsonld.write),
}
FOLDER_TARGETS: dict[str, FolderTarget] = {
    "casefile": FolderTarget("case files", casefile.write, "case"),
    "csv": FolderTarget("CSV tables", tables.write, "row"),
    "parquet": FolderTarget("Parquet tables", parquet.write, "row"),
}


@dataclass(frozen=True, slots=True)
class Form:
    """A target with a compression: all that the ending of a file name says."""

    target: Target
    compression: str = ""

    @property
    def ending(self) -> str:
        """The ending of a file in this form."""
        return self.target.endings[0] + self.compression

    def write(self, content: Content, out: BinaryIO) -> int:
        """Write a build, compressed where the form asks for it; how many triples it has."""
        with COMPRESSIONS[self.compression](out) as packed:
            return self.target.write(content, packed)


def form_of(path: Path) -> Form:
    """The form that a file's name asks for. Failure where its ending is not known."""
    found = _find(path.name)
    if found is None:
        said = "".join(path.suffixes[-2:])
        raise Failure(f"{path}: {f'`{said}` is no known ending' if said else 'the name has no ending'}; {known()}")
    return found


def form_named(name: str) -> Form:
    """The form of a name or an ending: ``turtle``, ``ttl``, ``nq.gz``. Failure where it is not known."""
    stem, _, packed = name.lower().partition(".")
    compression = f".{packed}" if packed else ""
    if stem in TARGETS and compression in COMPRESSIONS:
        return Form(TARGETS[stem], compression)
    found = _find(f".{name}")
    if found is None:
        raise Failure(f"`{name}` is no known format; {known()}")
    return found


def known() -> str:
    """Every format, for a message."""
    files = ", ".join(f"{name} ({' '.join(target.endings)})" for name, target in TARGETS.items())
    packed = " or ".join(each for each in COMPRESSIONS if each)
    return f"known: {files}, each with {packed} behind it; as folders: {', '.join(FOLDER_TARGETS)}"


def _find(name: str) -> Form | None:
    name = name.lower()
    compression = next((each for each in COMPRESSIONS if each and name.endswith(each)), "")
    name = name.removesuffix(compression)
    target = next((each for each in TARGETS.values() if name.endswith(each.endings)), None)
    return Form(target, compression) if target else None
