"""What a build was made of and holds: files by hash, parts by name, counts, problems. Read by the next build.

An incremental build, a diff, a push and an export read the manifest and the parts, never the case files.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from itertools import repeat
from pathlib import Path
from typing import Any

from kg.fileentry import Details, FileEntry, TextEntry, as_json, in_order
from kg.packed import Problems
from kg.problem import Problem, Severity, Span, has_errors

FORMAT = 5
"""Layout of the manifest; one of another layout is as good as none, and the next build makes everything anew."""


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

    def problems(self, least: Severity = Severity.INFO) -> Problems:
        """Problems that are as severe, or more, of every file in reading order; few are unpacked for it."""
        entries = (*self.files.items(), *self.curated.items())
        found = {path: entry.all_problems().at_least(least) for path, entry in entries if entry.has_any(least)}
        others: dict[str, list[Problem]] = {}
        for each in self.overlays.problems:
            if each.severity >= least:
                others.setdefault(each.span.file, list(found.get(each.span.file, ()))).append(each)
        found |= {path: in_order(problems) for path, problems in others.items()}
        return Problems.joined(found[path] for path in sorted(found))

    def severities(self) -> Counter[Severity]:
        """How many problems there are of each severity."""
        entries = (*self.files.values(), *self.curated.values())
        total = Counter(each.severity for each in self.overlays.problems)
        total.update(each.severity for entry in entries for each in entry.across)
        for severity in Severity:
            total[severity] += sum(entry.severities[severity] for entry in entries)
        return total

    def counts(self) -> Counter[str]:
        """How many records of each class are in the graph."""
        total: Counter[str] = Counter()
        for entry in self.cases():
            total.update(entry.counts)
        return total

    def write(self, path: Path) -> None:
        """Write to a file that is complete or absent.

        It is JSON, laid out in lines so that a build need not parse what it does not ask for: what the build is,
        the rows of all files, then the details of each on three lines.
        """
        entries = (*self.files.values(), *self.curated.values())
        classes = sorted({name for entry in entries for name in entry.counts})
        head = {name: getattr(self, name) for name in _HEAD} | {"format": FORMAT, "classes": classes}
        head |= {"files": len(self.files), "overlays": asdict(self.overlays)}
        rows = as_json([_row(entry, classes) for entry in entries])
        details = b"\n".join([each for entry in entries for each in entry.details])
        aside = path.with_suffix(".tmp")
        with aside.open("wb") as file:
            file.write(b'{"head":%b,\n"rows":%b,\n"details":[\n' % (as_json(head), rows))
            file.write(details)
            file.write(_END)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)


_END = b"\nnull]}\n"
_HEAD = ("basis", "decided", "shared", "build", "looked")
"""What a manifest says of the build as a whole, besides overlays."""


def read_manifest(path: Path) -> Manifest | None:
    """The manifest in a file; None where there is none, or one that this version cannot read."""
    try:
        return _manifest(path.read_bytes())
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _manifest(text: bytes) -> Manifest | None:
    if not text.endswith(_END):
        return None
    first, second, _, *details = text.split(b"\n")
    head: dict[str, Any] = json.loads(first[:-1] + b"}")["head"]
    if head["format"] != FORMAT:
        return None
    rows = json.loads(b"{" + second[:-1] + b"}")["rows"]
    lines = details[: 3 * len(rows)]
    three = zip(lines[0::3], lines[1::3], lines[2::3], strict=True)
    entries = [_entry(row, head["classes"], each) for row, each in zip(rows, three, strict=True)]
    files, curated = entries[: head["files"]], entries[head["files"] :]
    return Manifest(
        files={entry.path: entry for entry in files},
        curated={entry.path: entry for entry in curated},
        overlays=_overlays(head["overlays"]),
        **{name: head[name] for name in _HEAD},
    )


def _overlays(said: dict[str, Any]) -> OverlaysEntry:
    return OverlaysEntry(
        key=said["key"],
        files=said["files"],
        cases=tuple(said["cases"]),
        parts=said["parts"],
        problems=tuple(_problems(said["problems"])),
    )


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


def _row(entry: FileEntry, classes: list[str]) -> list[Any]:
    """What every build reads of an entry; in field order, because ``asdict`` copies deeply and there are many."""
    return [
        *(entry.path, entry.sha256, entry.stamp, entry.is_case, entry.release, entry.case, entry.part, entry.quads),
        [*map(entry.counts.get, classes, repeat(0))],
        [(each.path, each.sha256, each.stamp) for each in entry.texts],
        entry.severities,
        [asdict(problem) for problem in entry.across],
    ]


def _entry(row: list[Any], classes: list[str], details: Details) -> FileEntry:
    path, sha256, stamp, is_case, release, case, part, quads, counts, texts, severities, across = row
    return FileEntry(
        *(path, sha256, tuple(stamp), is_case, release, case, part, quads),
        {name: count for name, count in zip(classes, counts, strict=True) if count},
        tuple([TextEntry(path, sha256, tuple(stamp)) for path, sha256, stamp in texts]),
        tuple(severities),
        tuple(_problems(across)) if across else (),
        details,
    )


def _problems(said: Iterable[dict[str, Any]]) -> Iterable[Problem]:
    for each in said:
        span, severity = Span(**each["span"]), Severity(each["severity"])
        yield Problem(each["code"], severity, span, each["message"], each["hint"], each["record"])
