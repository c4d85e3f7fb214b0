"""Content-addressed files of canonical N-Quads: one for each case, one for each shared graph.

A part is named by the SHA-256 of its bytes, which is also the RDFC-1.0 hash of its quads; it is never changed
once written, so builds share parts and a change is the difference of two of them.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Part:
    """The quads of one part, and the named graphs that they stand in."""

    quads: bytes
    graphs: tuple[str, ...]

    def merged(self) -> bytes:
        r"""The same as N-Triples, without the graphs. A line feed inside a literal is escaped, so none is mistaken.

        >>> Part(b'<a:s> <a:p> "o" <a:g> .\n', ("a:g",)).merged()
        b'<a:s> <a:p> "o" .\n'
        """
        merged = self.quads
        for graph in self.graphs:
            merged = merged.replace(f" <{graph}> .\n".encode(), b" .\n")
        return merged


class Parts:
    """A folder of parts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, name: str) -> Path:
        """Where a part stands."""
        return self.folder / name[:2] / f"{name}.nq"

    def read(self, name: str) -> bytes:
        """The bytes of a part."""
        return self.path(name).read_bytes()

    def write(self, lines: Iterable[str]) -> str:
        """Keep some sorted N-Quads lines; their name. Killed at any moment, no half-written part has a name."""
        data = "".join(lines).encode("utf-8")
        name = hashlib.sha256(data).hexdigest()
        path = self.path(name)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=path.parent, prefix="~", delete=False) as file:
                file.write(data)
            Path(file.name).replace(path)
        return name

    def keep_only(self, names: set[str]) -> None:
        """Remove every part that no build needs, and what a killed build left."""
        kept = {f"{name}.nq" for name in names}
        for shelf in self.folder.iterdir():
            for name in set(os.listdir(shelf)) - kept:  # noqa: PTH208  (a Path for each of 10,000 parts takes long)
                (shelf / name).unlink(missing_ok=True)


def difference(old: bytes, new: bytes) -> tuple[list[bytes], list[bytes]]:
    r"""The lines to take out of one part and the lines to put in to make another of it.

    >>> difference(b"a\nb\n", b"b\nc\n")
    ([b'a\n'], [b'c\n'])
    """
    before, after = set(old.split(b"\n")), set(new.split(b"\n"))
    return [line + b"\n" for line in sorted(before - after)], [line + b"\n" for line in sorted(after - before)]


def lines(data: bytes) -> Iterator[str]:
    """The lines of a part; only a line feed ends one."""
    return (line + "\n" for line in data.decode("utf-8").split("\n") if line)
