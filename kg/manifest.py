"""What a build was made of and holds: files by hash, parts by name, counts, problems. Read by the next build.

An incremental build, a diff, a push and an export read the manifest and the parts, never the case files.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from kg.identity import Entity
from kg.packed import Problems
from kg.problem import Problem, Severity, Span, has_errors

FORMAT = 4
"""Layout of the manifest; one of another layout is as good as none, and the next build makes everything anew."""


@dataclass(frozen=True, slots=True)
class TextEntry:
    """A captured text as a build found it; without hash and stamp where it was not there."""

    path: str
    sha256: str
    stamp: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class FileEntry:
    """One Markdown file as a build found it; ``case`` is empty where it is no case, or one with errors."""

    path: str
    sha256: str
    stamp: tuple[int, ...]
    is_case: bool = False
    """Whether this is, or is meant to be, a case file."""
    release: str = ""
    """The release of the ontology that it states, where that is known."""
    case: str = ""
    """The case's IRI relative to the base."""
    part: str = ""
    """Name of the part that holds it; empty where a file was only checked."""
    quads: int = 0
    counts: dict[str, int] = field(default_factory=dict[str, int])
    """Records by class."""
    texts: tuple[TextEntry, ...] = ()
    entities: tuple[Entity, ...] = ()
    mentions: tuple[str, ...] = ()
    """What in the case a person's decision can be about (``kg.links``)."""
    problems: Problems = field(default_factory=Problems)
    """What is wrong with the file by itself."""
    across: tuple[Problem, ...] = ()
    """What is wrong with it beside the other files."""

    @property
    def is_in_graph(self) -> bool:
        """Whether the graph holds this file's case."""
        return bool(self.case) and not has_errors(self.across)

    @property
    def is_left_out(self) -> bool:
        """Whether this is meant to be a case and is not in the graph."""
        return not self.is_in_graph and self.has_errors

    @property
    def has_errors(self) -> bool:
        """Whether anything that is wrong with it is an error."""
        return self.problems.severities()[Severity.ERROR] > 0 or has_errors(self.across)

    def all_problems(self) -> Problems:
        """What is wrong with it by itself and beside the others, in reading order."""
        return in_order((*self.problems, *self.across)) if self.across else self.problems


@dataclass(frozen=True, slots=True)
class OverlaysEntry:
    """The overlays of a workspace as a build found them, and what it made of them."""

    key: str = ""
    """A hash of all that they depend on."""
    files: dict[str, str] = field(default_factory=dict[str, str])
    """SHA-256 by path."""
    cases: tuple[str, ...] = ()
    """Case files that were read for the ids of their claims."""
    parts: dict[str, str] = field(default_factory=dict[str, str])
    """Part name by the graph of an overlay or a taxonomy."""
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Manifest:
    """One build."""

    basis: dict[str, str]
    """What every case depends on: program, base, release, methods. Another basis makes every part anew."""
    files: dict[str, FileEntry]
    curated: dict[str, FileEntry] = field(default_factory=dict[str, FileEntry])
    """Files of curated links by path, with what is wrong with their rows."""
    decided: dict[str, str] = field(default_factory=dict[str, str])
    """A digest of what people decided, by what it is about; cases that mention it depend on it."""
    shared: dict[str, str] = field(default_factory=dict[str, str])
    """Part name by shared graph: entities, links, ontology, catalogue, build record."""
    build: str = ""
    looked: float = 0.0
    """When the files were looked at (seconds since 1970): stamps near it are not trusted."""
    overlays: OverlaysEntry = OverlaysEntry()

    @property
    def parts(self) -> dict[str, str]:
        """Part name by what it holds: a case's relative IRI, or a shared graph's IRI."""
        return {entry.case: entry.part for entry in self.cases()} | self.shared

    def graphs(self, name: str) -> tuple[str, ...]:
        """The named graphs of the part that holds a case, or a shared graph."""
        if name in self.shared:
            return (name,)
        return case_graphs(self.basis["base"] + name)

    def cases(self) -> list[FileEntry]:
        """Files that are in the graph, in path order."""
        return [entry for entry in self.files.values() if entry.is_in_graph]

    def left_out(self) -> list[FileEntry]:
        """Files that are meant to be cases and are not in the graph."""
        return [entry for entry in self.files.values() if entry.is_left_out]

    def in_error(self) -> list[FileEntry]:
        """Files with errors: cases that are left out, and those of links and overlays that have unusable entries."""
        curated = [entry for entry in self.curated.values() if entry.has_errors]
        overlays = {each.span.file for each in self.overlays.problems if has_errors([each])}
        return [*self.left_out(), *curated, *(FileEntry(path, "", ()) for path in sorted(overlays))]

    def problems(self) -> Problems:
        """Every problem of every file, in reading order; only those of overlays, which are few, are unpacked for it."""
        found = {path: entry.all_problems() for path, entry in (*self.files.items(), *self.curated.items())}
        others: dict[str, list[Problem]] = {}
        for each in self.overlays.problems:
            others.setdefault(each.span.file, list(found.get(each.span.file, ()))).append(each)
        found |= {path: in_order(problems) for path, problems in others.items()}
        return Problems.joined(found[path] for path in sorted(found))

    def counts(self) -> Counter[str]:
        """How many records of each class are in the graph."""
        total: Counter[str] = Counter()
        for entry in self.cases():
            total.update(entry.counts)
        return total

    def write(self, path: Path) -> None:
        """Write to a file that is complete or absent."""
        said = {name: getattr(self, name) for name in ("basis", "decided", "shared", "build", "looked")}
        for name, entries in (("files", self.files), ("curated", self.curated)):
            said[name] = [_said(entry) for entry in entries.values()]
        said |= {"format": FORMAT, "overlays": asdict(self.overlays)}
        text = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
        aside = path.with_suffix(".tmp")
        with aside.open("w", encoding="utf-8", errors="surrogatepass") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)


def in_order(problems: Iterable[Problem]) -> Problems:
    """Problems in any order, packed in reading order."""
    return Problems.of(sorted(problems, key=lambda each: each.order))


def read_manifest(path: Path) -> Manifest | None:
    """The manifest in a file; None where there is none, or one that this version cannot read."""
    try:
        said = json.loads(path.read_text(encoding="utf-8", errors="surrogatepass"))
        return _manifest(said) if said["format"] == FORMAT else None
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _manifest(said: dict[str, Any]) -> Manifest:
    files, curated = ({each[0]: _entry(*each) for each in said[name]} for name in ("files", "curated"))
    overlays = OverlaysEntry(
        key=said["overlays"]["key"],
        files=said["overlays"]["files"],
        cases=tuple(said["overlays"]["cases"]),
        parts=said["overlays"]["parts"],
        problems=tuple(_problems(said["overlays"]["problems"])),
    )
    kept = {name: said[name] for name in ("basis", "decided", "shared", "build", "looked")}
    return Manifest(files=files, curated=curated, overlays=overlays, **kept)


def case_graphs(case: str) -> tuple[str, str]:
    """The graphs of a case's IRI: what its file states, and what is derived from it."""
    return case, f"{case}/derived"


def current_manifest(home: Path) -> Manifest | None:
    """The manifest of the current build of a ``.kg`` folder."""
    folder = current_build(home)
    return read_manifest(folder / "manifest.json") if folder else None


def current_build(home: Path) -> Path | None:
    """The folder of the current build; None before the first."""
    try:
        return home / "builds" / (home / "current").read_text(encoding="utf-8").strip()
    except OSError:
        return None


def make_current(home: Path, build: str) -> None:
    """Make a build the one that readers open, at one stroke."""
    aside = home / "current.tmp"
    aside.write_text(build + "\n", encoding="utf-8")
    aside.replace(home / "current")


def _said(entry: FileEntry) -> list[Any]:
    """An entry as JSON; lists in field order, because ``asdict`` copies deeply and 10,000 entries are many."""
    return [
        *(entry.path, entry.sha256, entry.stamp, entry.is_case, entry.release),
        *(entry.case, entry.part, entry.quads, entry.counts),
        [(each.path, each.sha256, each.stamp) for each in entry.texts],
        [(each.iri, each.kind, each.name) for each in entry.entities],
        entry.mentions,
        entry.problems.said(),
        [asdict(problem) for problem in entry.across],
    ]


def _entry(*said: Any) -> FileEntry:
    path, sha256, stamp, is_case, release, case, part, quads, counts, texts, entities, mentions, problems, across = said
    return FileEntry(
        *(path, sha256, tuple(stamp), is_case, release, case, part, quads, counts),
        texts=tuple(TextEntry(path, sha256, tuple(stamp)) for path, sha256, stamp in texts),
        entities=tuple(Entity(*each) for each in entities),
        mentions=tuple(mentions),
        problems=Problems.read(problems),
        across=tuple(_problems(across)),
    )


def _problems(said: Iterable[dict[str, Any]]) -> Iterable[Problem]:
    for each in said:
        span, severity = Span(**each["span"]), Severity(each["severity"])
        yield Problem(each["code"], severity, span, each["message"], each["hint"], each["record"])
