"""Files that are whole or not there at all, however the program ends."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path


def write_text(path: Path, text: str) -> None:
    """Put a text in place of a file at one stroke; the old one stays until the new one is on disk."""
    write_pieces(path, [text.encode("utf-8")])


def write_bytes(path: Path, content: bytes) -> None:
    """Put bytes in place of a file at one stroke; the old ones stay until the new ones are on disk."""
    write_pieces(path, [content])


def write_pieces(path: Path, pieces: Iterable[bytes]) -> None:
    """The same with bytes that come piece by piece, so that no more than one is held.

    What a link leads to is replaced, not the link; a file keeps its permissions.
    """
    path = path.resolve()
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f"~{path.name}.{os.getpid()}")
    try:
        with aside.open("wb") as file:
            file.writelines(pieces)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileNotFoundError):
            shutil.copymode(path, aside)
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
