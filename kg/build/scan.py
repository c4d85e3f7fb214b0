"""A workspace's folders in; its Markdown files and which of them changed since a build out."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from kg.fileentry import FileEntry

RACY = 2_000_000_000
"""Nanoseconds: a file touched this shortly before a build looked may have changed again within one clock tick."""


@dataclass(frozen=True, slots=True)
class Found:
    """A Markdown file: its path as shown to the user, where it is, and its stamp (size, times, inode)."""

    shown: str
    file: str
    stamp: tuple[int, ...]

    @property
    def path(self) -> Path:
        """Where it is; worked out where it is asked for, because most of 10,000 files are only compared."""
        return Path(self.file)


def find_markdown(root: Path, folders: Iterable[Path]) -> list[Found]:
    """Markdown files below some folders, by shown path; hidden folders are passed over."""
    found: dict[str, Found] = {}
    for folder in folders:
        shown = shown_path(folder, root)
        _walk(str(folder), "" if shown == "." else f"{shown}/", found)
    return [found[shown] for shown in sorted(found)]


def _walk(folder: str, shown: str, found: dict[str, Found]) -> None:
    """Add what is in a folder and those below; ``shown`` begins the shown paths."""
    try:
        with os.scandir(folder) as listed:
            entries = list(listed)
    except OSError:
        return
    for entry in entries:
        name = entry.name
        if name[0] == ".":
            continue
        if entry.is_dir(follow_symlinks=False):
            _walk(entry.path, f"{shown}{name}/", found)
        elif name.lower().endswith((".md", ".markdown")) and entry.is_file():
            found[shown + name] = Found(shown + name, entry.path, _stamp_of(entry.stat()))


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


def recognised(found: Found, entry: FileEntry, root: Path, looked: float) -> FileEntry | None:
    """The entry with its stamps as they are now; None where the file, or a captured text of its, has changed since."""
    if not _is_same(found.file, found.stamp, (entry.stamp, entry.sha256), looked):
        return None
    stamps = [entry.stamp]
    now = [found.stamp]
    for text in entry.texts:
        path = f"{root}/{text.path}"
        now.append(stamp(path))
        stamps.append(text.stamp)
        if not _is_same(path, now[-1], (text.stamp, text.sha256), looked):
            return None
    return entry if now == stamps else _restamped(entry, now)


def _restamped(entry: FileEntry, stamps: list[tuple[int, ...]]) -> FileEntry:
    own, *others = stamps
    texts = tuple(replace(text, stamp=each) for text, each in zip(entry.texts, others, strict=True))
    return replace(entry, stamp=own, texts=texts)


def _is_same(path: str, now: tuple[int, ...], before: tuple[tuple[int, ...], str], looked: float) -> bool:
    """By its stamp, and by its hash where the stamp may lie."""
    old, sha256 = before
    if not now or not old:
        return now == old
    if now == old and not may_lie(now, looked):
        return True
    return file_hash(Path(path)) == sha256


def may_lie(stamp: tuple[int, ...], looked: float) -> bool:
    """Whether a file may have changed, without a change of its stamp, after a build looked."""
    return bool(stamp) and max(stamp[1], stamp[2]) >= looked * 1e9 - RACY


def file_hash(path: Path) -> str:
    """SHA-256 of a file; empty where it cannot be read."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""
