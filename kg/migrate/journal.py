"""What an apply has done so far, on disk before it is done: the originals of files, so that it can go on or be undone.

One folder for each plan, below ``.kg/migrations``: ``plan.json``, ``journal`` (a line of JSON for each original kept),
``originals`` (their bytes, compressed, one after the other) and ``state``. A line that a kill cut short is ignored: its
file has not been touched yet.
"""

from __future__ import annotations

import json
import os
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

import zstandard
from filelock import FileLock, Timeout

from kg import atomic
from kg.migrate.task import MigrationError, sha256


class State(StrEnum):
    """How far an apply has come."""

    PLANNED = "planned"
    APPLYING = "applying"
    APPLIED = "applied"
    UNDOING = "undoing"
    UNDONE = "undone"

    @property
    def is_half_way(self) -> bool:
        """Whether some files are at one release and some at another because of it."""
        return self in (State.APPLYING, State.UNDOING)


@dataclass(frozen=True, slots=True)
class Kept:
    """The original of one file."""

    path: str
    before: str
    """SHA-256 of the original."""
    after: str
    """SHA-256 of the migrated file."""
    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class Applied:
    """Who began an apply, and when."""

    by: str
    at: str


class Journal:
    """The journal of one plan."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def name(self) -> str:
        """The id of the plan."""
        return self.folder.name

    @property
    def state(self) -> State:
        """How far the apply has come."""
        try:
            return State((self.folder / "state").read_text(encoding="utf-8").strip())
        except (OSError, ValueError):
            return State.PLANNED

    def set_state(self, state: State) -> None:
        """Say how far the apply has come, on disk."""
        atomic.write_text(self.folder / "state", state.value + "\n")
        _sync_folder(self.folder)

    @property
    def has_originals(self) -> bool:
        """Whether the apply can still be undone."""
        return (self.folder / "journal").exists()

    def begin(self, by: str, at: str) -> Applied:
        """Note who applies, and when; a resumed apply keeps what was noted first."""
        path = self.folder / "applied.json"
        if not path.exists():
            atomic.write_text(path, json.dumps(asdict(Applied(by, at))))
        return Applied(**json.loads(path.read_text(encoding="utf-8")))

    def kept(self) -> list[Kept]:
        """The originals that are safe on disk."""
        try:
            lines = (self.folder / "journal").read_bytes().splitlines(keepends=True)
        except FileNotFoundError:
            return []
        return [Kept(**json.loads(line)) for line in lines if line.endswith(b"\n")]

    def keep(self, originals: Iterable[tuple[str, bytes, str]]) -> None:
        """Put originals on disk: path, bytes, the hash that the file will have. They are safe when this returns."""
        lines: list[str] = []
        with (self.folder / "originals").open("ab") as file:
            for path, raw, after in originals:
                packed = zstandard.compress(raw)
                kept = Kept(path, sha256(raw), after, file.tell(), len(packed))
                file.write(packed)
                lines.append(json.dumps(asdict(kept), ensure_ascii=False) + "\n")
            file.flush()
            os.fsync(file.fileno())
        with (self.folder / "journal").open("ab") as file:
            file.write("".join(lines).encode("utf-8", errors="surrogatepass"))
            file.flush()
            os.fsync(file.fileno())
        _sync_folder(self.folder)

    def original(self, kept: Kept) -> bytes:
        """The bytes of an original. MigrationError where the journal itself is damaged."""
        with (self.folder / "originals").open("rb") as file:
            file.seek(kept.offset)
            packed = file.read(kept.length)
        try:
            raw = zstandard.decompress(packed)
        except zstandard.ZstdError:
            raw = b""
        if sha256(raw) != kept.before:
            raise MigrationError(f"{self.folder / 'originals'} is damaged at {kept.path}; restore it from a backup")
        return raw

    def forget(self) -> None:
        """Remove the originals; what was done cannot be undone any more."""
        self._unlink("journal", "originals")

    def restart(self) -> None:
        """Begin again after an undo, with nothing kept."""
        self._unlink("journal", "originals", "applied.json", "state")

    def _unlink(self, *names: str) -> None:
        for name in names:
            (self.folder / name).unlink(missing_ok=True)

    def mend(self) -> None:
        """Cut off a line that a kill left unfinished, so that the next one begins a line."""
        path = self.folder / "journal"
        if not path.exists():
            return
        raw = path.read_bytes()
        whole = raw[: raw.rfind(b"\n") + 1]
        if len(whole) < len(raw):
            atomic.write_bytes(path, whole)


def journals(home: Path) -> list[Journal]:
    """The journals of a workspace, those of plans that were never applied included."""
    return [Journal(path.parent) for path in sorted(home.glob("*/plan.json"))]


def half_way(home: Path) -> Journal | None:
    """The journal of an apply, or an undo, that was stopped in the middle."""
    return next((each for each in journals(home) if each.state.is_half_way), None)


@contextmanager
def only_one(home: Path) -> Generator[None]:
    """Keep others from changing case files meanwhile. MigrationError where somebody is at it."""
    home.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(home / "lock").acquire(blocking=False):
            yield
    except Timeout:
        raise MigrationError("another migration of this workspace is running; wait for it, or stop it") from None


def _sync_folder(folder: Path) -> None:
    """Make names in a folder durable, where the system can."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(descriptor)
    except OSError:
        return
    finally:
        os.close(descriptor)
