"""One file as a build found it: a row that every build reads, and details that stay packed until they are asked for."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from kg.identity import Entity
from kg.packed import Problems
from kg.problem import Problem, Severity, has_errors

Details = tuple[bytes, bytes, bytes]
"""Entities, mentions and problems, each as JSON and a comma: as they stand in a manifest, where they are not parsed."""
NOTHING: Details = (b"[],", b"[],", b"[[],[]],")


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
    severities: tuple[int, ...] = (0,) * len(Severity)
    """How many problems of each severity it has by itself."""
    across: tuple[Problem, ...] = ()
    """What is wrong with it beside the other files."""
    details: Details = NOTHING

    def holding(
        self,
        *,
        entities: Iterable[Entity] = (),
        mentions: Iterable[str] = (),
        problems: Problems | None = None,
    ) -> FileEntry:
        """The same file with other details."""
        problems = problems or Problems()
        tally = problems.severities()
        said = ([(each.iri, each.kind, each.name) for each in entities], list(mentions), problems.said())
        details = tuple(as_json(each) + b"," for each in said)
        return replace(self, details=details, severities=tuple(tally[each] for each in Severity))

    @property
    def entities(self) -> tuple[Entity, ...]:
        """Shared nodes that it is about."""
        return tuple(Entity(*each) for each in json.loads(self.details[0][:-1]))

    @property
    def mentions(self) -> tuple[str, ...]:
        """What in the case a person's decision can be about (``kg.links``)."""
        return tuple(json.loads(self.details[1][:-1]))

    @property
    def problems(self) -> Problems:
        """What is wrong with the file by itself."""
        return Problems.read(json.loads(self.details[2][:-1]))

    @property
    def stamps(self) -> Iterator[tuple[int, ...]]:
        """Stamps of the file and of its captured texts."""
        yield self.stamp
        for text in self.texts:
            yield text.stamp

    @property
    def unstamped(self) -> FileEntry:
        """The same without stamps, to compare what two builds read."""
        return replace(self, stamp=(), texts=tuple(replace(text, stamp=()) for text in self.texts))

    @property
    def is_in_graph(self) -> bool:
        """Whether the graph holds this file's case."""
        return bool(self.case) and not (self.across and has_errors(self.across))

    @property
    def is_left_out(self) -> bool:
        """Whether this is meant to be a case and is not in the graph."""
        return not self.is_in_graph and self.has_errors

    @property
    def has_errors(self) -> bool:
        """Whether anything that is wrong with it is an error."""
        return self.has_any(Severity.ERROR)

    def has_any(self, least: Severity) -> bool:
        """Whether anything that is wrong with it is as severe, or more."""
        return any(self.severities[least:]) or any(each.severity >= least for each in self.across)

    def all_problems(self) -> Problems:
        """What is wrong with it by itself and beside the others, in reading order."""
        return in_order((*self.problems, *self.across)) if self.across else self.problems


def entities_of(entries: list[FileEntry]) -> Iterator[tuple[FileEntry, list[tuple[str, str, str]]]]:
    """The shared nodes of many entries, unpacked at once: IRI, kind and name of each."""
    said = json.loads(b"[%bnull]" % b"".join([entry.details[0] for entry in entries]))
    return zip(entries, said[:-1], strict=True)


def in_order(problems: Iterable[Problem]) -> Problems:
    """Problems in any order, packed in reading order."""
    return Problems.of(sorted(problems, key=lambda each: each.order))


def as_json(value: Any) -> bytes:
    """Compact JSON in ASCII, on one line."""
    return json.dumps(value, separators=(",", ":")).encode("ascii")
