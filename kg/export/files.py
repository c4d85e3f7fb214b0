"""Places to write to: a file or a folder that is replaced only once everything has been written."""

from __future__ import annotations

import filecmp
import gzip
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, cast

import zstandard

from kg.problem import Failure

MANIFEST = "manifest.json"
"""Lists what an export put into a folder. Written last; readers trust only what it lists."""
GENERATOR = "casegraph"


@contextmanager
def _plain(out: BinaryIO) -> Generator[BinaryIO]:
    yield out


@contextmanager
def _gzipped(out: BinaryIO) -> Generator[BinaryIO]:
    with gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=out, mtime=0) as file:
        yield file  # type: ignore[misc]


@contextmanager
def _zstd(out: BinaryIO) -> Generator[BinaryIO]:
    with zstandard.ZstdCompressor(level=6, write_checksum=True).stream_writer(out, closefd=False) as file:
        yield file


COMPRESSIONS = {"": _plain, ".gz": _gzipped, ".zst": _zstd}
"""How the bytes of a file are packed, by the last part of its name. No clock and no name goes into them."""


@contextmanager
def replacing(path: Path) -> Generator[BinaryIO]:
    """A file to write; it takes the place of the one at the path when everything went well, and never else."""
    if path.exists() and not path.is_file():
        with path.open("wb") as file:  # a pipe or a device cannot be replaced
            yield file
        return
    path = path.resolve()
    aside = path.with_name(f"~{path.name}.{os.getpid()}")
    try:
        with aside.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            shutil.copymode(path, aside)
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


@dataclass(slots=True)
class Folder:
    """A folder of files that belong to one export.

    Files are written aside and put in place together at the end; a file that did not change is not touched, one
    that an earlier export wrote and this one does not is removed.
    """

    path: Path
    before: list[dict[str, Any]]
    """What the manifest of an earlier export says of its files."""
    files: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    """The files of this export by name, and what the manifest is to say of them besides size and hash."""

    @property
    def aside(self) -> Path:
        """Where files stand until all are written."""
        return self.path / f"~export.{os.getpid()}"

    def keep(self, name: str, **about: Any) -> None:
        """Leave a file as an earlier export wrote it."""
        self.files[name] = about

    def file(self, name: str, **about: Any) -> Path:
        """A path to write a file of this export to."""
        self.files[name] = about
        path = self.aside / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path


@contextmanager
def filling(path: Path, said: Callable[[], dict[str, Any]]) -> Generator[Folder]:
    """A folder to write files into; ``said`` is asked at the end what its manifest should tell.

    While files are put in place the manifest says that the folder is not complete and lists old and new ones, so
    that the next export clears up after one that was killed.
    """
    folder = Folder(path, listed(path))
    folder.aside.mkdir(parents=True)
    try:
        yield folder
        old_and_new = folder.before + [{"path": name} for name in sorted(folder.files)]
        write_manifest(path, {"complete": False, "files": old_and_new})
        files = [_put(folder, name) for name in sorted(folder.files)]
        remove_others(folder)
        write_manifest(path, {"complete": True, **said(), "files": files})
    finally:
        shutil.rmtree(folder.aside, ignore_errors=True)


def listed(path: Path) -> list[dict[str, Any]]:
    """What an earlier export put into a folder. Failure where the folder holds files of somebody else."""
    if path.exists() and not path.is_dir():
        raise Failure(f"{path} is a file; this export needs a folder")
    said = last_manifest(path)
    if said:
        return said["files"]
    if path.is_dir() and any(not each.name.startswith((".", "~export.")) for each in path.iterdir()):
        raise Failure(f"{path} holds files that no export wrote; name a new folder, or an empty one")
    return []


def last_manifest(path: Path) -> dict[str, Any]:
    """What the manifest of an earlier export into a folder says; nothing where there is none."""
    try:
        said = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    manifest = cast("dict[str, Any]", said) if isinstance(said, dict) else {}
    return manifest if manifest.get("generator") == GENERATOR else {}


def write_manifest(path: Path, said: dict[str, Any]) -> None:
    """Say what a folder holds."""
    text = json.dumps({"generator": GENERATOR, **said}, ensure_ascii=False, indent=1)
    with replacing(path / MANIFEST) as file:
        file.write(text.encode("utf-8") + b"\n")


def remove_others(folder: Folder) -> None:
    """Remove the files that an earlier export wrote and this one did not, and folders that are then empty."""
    root = folder.path.resolve()
    for name in {each["path"] for each in folder.before} - folder.files.keys():
        file = (root / name).resolve()
        if root in file.parents:
            file.unlink(missing_ok=True)
            if file.parent != root and file.parent.is_dir() and not any(file.parent.iterdir()):
                file.parent.rmdir()


def checksum(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _put(folder: Folder, name: str) -> dict[str, Any]:
    new, old = folder.aside / name, folder.path / name
    old.parent.mkdir(parents=True, exist_ok=True)
    if new.exists() and not (old.is_file() and filecmp.cmp(new, old, shallow=False)):
        new.replace(old)
    return {"path": name, "bytes": old.stat().st_size, "sha256": checksum(old), **folder.files[name]}
