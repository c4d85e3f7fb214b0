"""A build in; a folder for bulk loaders out: compressed N-Quads parts of whole cases, their manifest, loader files.

Which part a case goes to follows from a hash of its IRI: a part holds a range of hashes, and a range that is too
large is cut in halves. So a changed case changes one part, a part that grows too large becomes two, and no other
part notices; the number of a part is where its range begins.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kg.export import nquads
from kg.export.content import Content, Part
from kg.export.dataset import DESCRIPTION, description, previous
from kg.export.description import About, Distribution, count
from kg.export.files import COMPRESSIONS, Folder, checksum, filling
from kg.export.hash import content_hash
from kg.export.loaders import LOADERS

SIZE = 250_000_000
"""Bytes of N-Quads in a part: large enough for a loader to be busy, small enough to send again."""
RANGES = 16
"""Bits of a case's hash that tell its part."""
FIRST_SHARED = 90_000
"""Number of the first shared graph's part; each has one of its own, because the build record changes every time."""


@dataclass(frozen=True, slots=True)
class Partition:
    """One part: its number and what it holds."""

    number: int
    parts: tuple[Part, ...]

    @property
    def name(self) -> str:
        """Path in the folder."""
        return f"data/part-{self.number:05}.nq.gz"


@dataclass(frozen=True, slots=True)
class Exported:
    """What was done: parts in all, parts written anew, quads in all."""

    parts: int
    written: int
    quads: int


def write(content: Content, path: Path, about: About, *, size: int = SIZE) -> Exported:
    """Bring a folder up to date with a build; parts that did not change keep their bytes."""
    about = replace(about, previous=previous(path, content.build))
    found = [*partitions(content.cases, size), *_shared(content.shared)]
    with filling(path, lambda: _said(content, about)) as folder:
        known = {each["path"]: each for each in folder.before}
        anew = [each for each in found if not _keep(each, folder, known=known.get(each.name), content=content)]
        for number, partition in enumerate(anew, 1):
            _write(partition, folder, content=content)
            content.progress(number, len(anew))
        files = [_distribution(folder, each.name) for each in found]
        folder.file(DESCRIPTION).write_text(description(content, about, count(content), files), encoding="utf-8")
        _write_loaders(folder)
    return Exported(len(found), len(anew), sum(folder.files[each.name]["quads"] for each in found))


def _said(content: Content, about: About) -> dict[str, Any]:
    return {
        "build": content.build,
        "previous": about.previous,
        "public": content.disclosure is not None,
        "rdfc10": content_hash(content),
    }


def _distribution(folder: Folder, name: str) -> Distribution:
    """A part as it was just written, or as it was left."""
    written = folder.aside / name
    path = written if written.exists() else folder.path / name
    return Distribution(name, "application/n-quads", path.stat().st_size, checksum(path), "application/gzip")


def partitions(cases: Iterable[Part], size: int) -> Iterator[Partition]:
    """The parts that cases go to, none above a size in bytes unless a single case is."""
    hashed = [(_hash(case.holds), case.path.stat().st_size, case) for case in cases]
    yield from _ranges(hashed, size, start=0, bits=RANGES)


def _ranges(hashed: Sequence[tuple[int, int, Part]], size: int, *, start: int, bits: int) -> Iterator[Partition]:
    if not hashed:
        return
    if bits == 0 or len(hashed) == 1 or sum(length for _, length, _ in hashed) <= size:
        yield Partition(start, tuple(case for _, _, case in hashed))
        return
    middle = start + (1 << (bits - 1))
    yield from _ranges([each for each in hashed if each[0] < middle], size, start=start, bits=bits - 1)
    yield from _ranges([each for each in hashed if each[0] >= middle], size, start=middle, bits=bits - 1)


def _hash(holds: str) -> int:
    return int.from_bytes(hashlib.sha256(holds.encode()).digest()[: RANGES // 8])


def _shared(shared: Sequence[Part]) -> list[Partition]:
    return [Partition(FIRST_SHARED + number, (part,)) for number, part in enumerate(shared)]


def _keep(partition: Partition, folder: Folder, *, known: dict[str, Any] | None, content: Content) -> bool:
    """Keep a part's file where it holds the same already and is as its manifest says."""
    path = folder.path / partition.name
    if not known or known.get("madeOf") != _made_of(partition, content) or not path.is_file():
        return False
    if checksum(path) != known["sha256"]:
        return False
    folder.keep(partition.name, **{name: known[name] for name in ("quads", "madeOf", "holds")})
    return True


def _write(partition: Partition, folder: Folder, *, content: Content) -> None:
    about = {"madeOf": _made_of(partition, content), "holds": [part.holds for part in partition.parts]}
    with folder.file(partition.name).open("wb") as out, COMPRESSIONS[".gz"](out) as packed:
        total = nquads.write_parts(content, partition.parts, packed)
    folder.files[partition.name] = {"quads": total, **about}


def _made_of(partition: Partition, content: Content) -> str:
    """A hash of what goes into a part: the names of its parts are hashes themselves."""
    said = (content.disclosure, [(part.holds, part.path.stem) for part in partition.parts])
    return hashlib.sha256(repr(said).encode()).hexdigest()


def _write_loaders(folder: Folder) -> None:
    for name, text in LOADERS.items():
        path = folder.file(name)
        path.write_text(text, encoding="utf-8", newline="")
        path.chmod(0o755 if name.endswith(".sh") else 0o644)
