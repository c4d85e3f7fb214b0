"""The captured texts of a case's sources: read from files beside the case file, with what a build must remember."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from kg import vocab
from kg.case import Record

MOST_BYTES = 100_000_000
"""A captured text above this size is not read."""


@dataclass(frozen=True, slots=True)
class Capture:
    """One captured text; ``state`` is empty where there is one."""

    source: str
    """The source's IRI, relative to the base."""
    path: Path
    text: str = ""
    sha256: str = ""
    state: str = ""
    """``missing``, ``empty``, ``outside`` (of the folders that may be read) or ``too-large``."""


def read_captures(case: Record, folder: Path, within: tuple[Path, ...]) -> list[Capture]:
    """The captured texts of the sources that name one, in the order of the file."""
    return [
        _read(source.iri, folder / name, within)
        for source in case.records(vocab.hasSource)
        if (name := source.text(vocab.textFile))
    ]


def _read(source: str, path: Path, within: tuple[Path, ...]) -> Capture:
    """A file is read only below the case file's folder, the case folders or the workspace."""
    try:
        resolved = path.resolve()
        if not any(resolved.is_relative_to(folder) for folder in within):
            return Capture(source, path, state="outside")
        if resolved.stat().st_size > MOST_BYTES:
            return Capture(source, path, state="too-large")
        raw = resolved.read_bytes()
    except (OSError, ValueError):
        return Capture(source, path, state="missing")
    text = raw.decode("utf-8", errors="replace")
    return Capture(source, path, text, hashlib.sha256(raw).hexdigest(), "" if text.strip() else "empty")
