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
            yield Found(shown_path(Path(entry.path), root), Path(entry.path), _stamp(entry.stat()))


def shown_path(path: Path, root: Path) -> str:
    """A path as reports print it: relative to the workspace, with forward slashes."""
    return Path(os.path.relpath(path, root)).as_posix()


def _stamp(stat: os.stat_result) -> tuple[int, ...]:
    return stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino


def is_unchanged(found: Found, entry: FileEntry | None, looked: float) -> bool:
    """Whether a file is as a build saw it: by its stamp, and by its hash where the stamp may lie."""
    if entry is None:
        return False
    if found.stamp == entry.stamp and max(found.stamp[1:3]) < looked * 1e9 - RACY:
        return True
    return file_hash(found.path) == entry.sha256


def file_hash(path: Path) -> str:
    """SHA-256 of a file; empty where it cannot be read."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""
