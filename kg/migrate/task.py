"""What a plan, an apply and an undo are told: the files, the chain of migrations, and what else decides the outcome."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from kg.case import Reader
from kg.migrate.upgrade import Upgrader
from kg.problem import Failure

Progress = Callable[[int, int], None]
"""Files done, files in all."""


class MigrationError(Failure):
    """A migration cannot be done now; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Task:
    """A workspace's files and the release that they are to be brought to."""

    root: Path
    home: Path
    """Where plans and journals are kept."""
    files: tuple[tuple[str, Path], ...]
    """Markdown files of the workspace's case folders, by shown path."""
    reader: Reader
    """Reads files as they are, without an upgrade."""
    upgrader: Upgrader
    target: str
    base: str
    context: str
    """A hash of what else decides the outcome: releases, catalogue, curated links."""

    def contents(self) -> Iterator[tuple[str, Path, bytes]]:
        """Every file with its bytes; those that vanished meanwhile are passed over."""
        for shown, path in self.files:
            try:
                yield shown, path, path.read_bytes()
            except FileNotFoundError:
                continue
            except OSError as error:
                raise MigrationError(f"{shown}: cannot be read: {error.strerror}") from error


def sha256(raw: bytes) -> str:
    """The hash that a file is known by."""
    return hashlib.sha256(raw).hexdigest()


def silent(_done: int, _total: int) -> None:
    """No progress shown."""
