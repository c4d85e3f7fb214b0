"""A build's manifest and parts in; what one export holds, as lines of N-Quads or N-Triples, out.

Every export reads a ``Content`` and nothing else: never a case file, never the store. Cases come first, in the
order of their IRIs, then the graphs that no single case owns.
"""

from __future__ import annotations

import heapq
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import groupby, islice
from pathlib import Path
from typing import BinaryIO

from kg.export.public import Disclosure
from kg.manifest import Manifest
from kg.ntriples import Triple
from kg.parts import Parts
from kg.problem import Failure
from kg.release import Release
from kg.shape import RecordShape, read_shapes

CHUNK = 1 << 20
"""Bytes copied at once."""
BATCH = 10_000
"""Lines copied at once where some are left out."""

Progress = Callable[[int, int], None]

_GRAPH = re.compile(rb" <[^<> ]*> \.\n")


def silent(_done: int, _total: int) -> None:
    """Progress that nobody looks at."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part's file, and what it holds: the IRI of a case relative to the base, or that of a shared graph."""

    holds: str
    path: Path


@dataclass(frozen=True, slots=True)
class Content:
    """The cases and shared graphs that one export holds."""

    base: str
    shape: RecordShape
    build: str
    cases: tuple[Part, ...]
    shared: tuple[Part, ...]
    disclosure: Disclosure | None = None
    """What a public export leaves out; None where everything is shown."""
    left_out: Counter[str] = field(default_factory=Counter[str])
    """How often each rule of disclosure left a fact out, counted while reading."""
    progress: Progress = silent
    """Called with cases read and cases in all."""

    def only(self, case: Part) -> Content:
        """One case by itself."""
        return replace(self, cases=(case,), shared=(), progress=silent)

    def without_cases(self) -> Content:
        """The shared graphs by themselves."""
        return replace(self, cases=())

    def each_case(self) -> Iterator[Part]:
        """The cases, telling progress."""
        for done, case in enumerate(self.cases, 1):
            yield case
            self.progress(done, len(self.cases))

    def quads(self, part: Part) -> Iterator[bytes]:
        """The lines of a part that may be shown, in canonical order."""
        with _opened(part) as file:
            if self.disclosure is None:
                yield from file
            else:
                yield from self.disclosure.shown(file, self.left_out)

    def chunks(self, part: Part) -> Iterator[bytes]:
        """The same as bytes of any length: faster where nobody looks at lines."""
        if self.disclosure is not None:
            lines = self.quads(part)
            while batch := b"".join(islice(lines, BATCH)):
                yield batch
            return
        with _opened(part) as file:
            while chunk := file.read(CHUNK):
                yield chunk

    def blocks(self) -> Iterator[list[str]]:
        """The merge of all graphs as N-Triples lines without their ends, each line once.

        Every block holds whole entities: a case with all that is derived from it, or one shared entity.
        """
        for case in self.each_case():
            yield list(dict.fromkeys(_triples(b"".join(self.chunks(case)))))
        lines = heapq.merge(*map(self.triples, self.shared))
        for _, entity in groupby(lines, key=_subject):
            yield list(dict.fromkeys(entity))

    def triples(self, part: Part) -> Iterator[str]:
        """The lines of a shared graph's part as N-Triples, one at a time, because it may be large."""
        for line in self.quads(part):
            yield from _triples(line)

    def graphs(self, case: Part) -> dict[str, list[str]]:
        """The N-Triples lines of a case by named graph, what it states before what is derived."""
        found: dict[str, list[str]] = {}
        for line in b"".join(self.chunks(case)).decode("utf-8").split("\n")[:-1]:
            triple, graph, _ = line.rsplit(" ", 2)
            found.setdefault(graph[1:-1], []).append(triple + " .")
        return dict(sorted(found.items()))

    def home(self, case: Part) -> str:
        """The IRI of the graph that holds what a case's file states."""
        assert self.shape.home is not None
        return self.base + self.shape.home.mint(self.shape.template.read(case.holds) or {})


def read_content(manifest: Manifest, parts: Parts, release: Release, *, public: bool = False) -> Content:
    """Everything that a build holds, or all of it that is public; the release is the one it was built at."""
    return Content(
        base=manifest.basis["base"],
        shape=read_shapes(release),
        build=manifest.build,
        cases=tuple(sorted((Part(entry.case, parts.path(entry.part)) for entry in manifest.cases()), key=_holds)),
        shared=tuple(Part(graph, parts.path(name)) for graph, name in sorted(manifest.shared.items())),
        disclosure=Disclosure.read(release.facts) if public else None,
    )


def _opened(part: Part) -> BinaryIO:
    try:
        return part.path.open("rb")
    except FileNotFoundError:
        message = f"what the graph says of {part.holds} is gone: builds replaced it meanwhile, or .kg is damaged"
        raise Failure(f"{message}; try again, then `kg build --full`") from None


def _holds(part: Part) -> str:
    return part.holds


def _triples(quads: bytes) -> list[str]:
    """N-Quads as N-Triples lines; the graph is the last IRI of a line."""
    return _GRAPH.sub(b" .\n", quads).decode("utf-8").split("\n")[:-1]


def _subject(line: str) -> str:
    return line[: line.index(" ")]


def triple(line: str) -> Triple:
    """The terms of an N-Triples line.

    >>> triple('<http://x/s> <http://x/p> "a b" .')
    ('<http://x/s>', '<http://x/p>', '"a b"')
    """
    subject, predicate, rest = line.split(" ", 2)
    return subject, predicate, rest[:-2]
