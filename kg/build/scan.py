"""A workspace's folders in; its Markdown files and which of them changed since a build out."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from kg.manifest import FileEntry

RACY = 2_000_000_000
"""Nanoseconds: a file touched this shortly before a build looked may have changed again within one clock tick."""


@dataclass(frozen=True, slots=True)
class Found:
    """A Markdown file: its path as shown to the user, where it is, and its stamp (size, times, inode)."""

    shown: str
    path: Path
    stamp: tuple[int, ...]


def find_markdown(root: Path, folders: Iterable[Path]) -> list[Found]:
    """Markdown files below some folders, by shown path; hidden folders are passed over."""
    found = {each.shown: each for folder in folders for each in _walk(folder, root)}
    return [found[shown] for shown in sorted(found)]


def _walk(folder: Path, root: Path) -> Iterator[Found]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(Path(entry.path), root)
        elif entry.name.lower().endswith((".md", ".markdown")) and entry.is_file():
            yield Found(shown_path(Path(entry.path), root), Path(entry.path), _stamp_of(entry.stat()))


def shown_path(path: Path, root: Path) -> str:
    """A path as reports print it: relative to the workspace, with forward slashes."""
    return Path(os.path.relpath(path, root)).as_posix()


def stamp(path: Path | str) -> tuple[int, ...]:
    """A file's stamp; empty where there is none."""
    try:
        return _stamp_of(os.stat(path))  # noqa: PTH116  (a Path for each of 30,000 texts costs more than the look)
    except OSError:
        return ()


def _stamp_of(stat: os.stat_result) -> tuple[int, ...]:
    return stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino


def is_unchanged(found: Found, entry: FileEntry | None, root: Path, looked: float) -> bool:
    """Whether a case file and the captured texts of its sources are as a build saw them."""
    if entry is None or not _is_same(found.path, found.stamp, (entry.stamp, entry.sha256), looked):
        return False
    for text in entry.texts:
        path = os.path.join(root, text.path)  # noqa: PTH118
        if not _is_same(path, stamp(path), (text.stamp, text.sha256), looked):
            return False
    return True


def _is_same(path: Path | str, now: tuple[int, ...], before: tuple[tuple[int, ...], str], looked: float) -> bool:
    """By its stamp, and by its hash where the stamp may lie."""
    old, sha256 = before
    if not now or not old:
        return now == old
    if now == old and max(now[1:3]) < looked * 1e9 - RACY:
        return True
    return file_hash(Path(path)) == sha256


def file_hash(path: Path) -> str:
    """SHA-256 of a file; empty where it cannot be read."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""
