"""Problems in; the same problems in a tenth of the memory out, to be gone through as often as one likes."""

from __future__ import annotations

import json
import zlib
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from typing import Any

from kg.problem import Problem, Severity, Span

CHUNK = 500
"""Problems that are packed together, and held unpacked while they are looked at."""

Tally = Counter[tuple[str, Severity]]
"""How many problems there are of each code and severity."""


@dataclass(frozen=True, slots=True)
class Problems:
    """Problems in an order, packed; equal where the problems and their order are.

    >>> some = Problems.of([Problem("odd-id", Severity.WARNING, Span("a.md", 1, 1, 1, 4), "odd")])
    >>> len(some), [str(each) for each in some]
    (1, ['a.md:1:1: warning odd-id odd'])
    """

    chunks: tuple[bytes, ...] = ()
    tally: Tally = field(default_factory=Tally)

    @staticmethod
    def of(problems: Iterable[Problem]) -> Problems:
        """Pack problems as they come."""
        tally, rest = Tally(), iter(problems)
        chunks: list[bytes] = []
        while chunk := list(islice(rest, CHUNK)):
            tally.update(_kind(each.code, each.severity) for each in chunk)
            chunks.append(zlib.compress(json.dumps([_row(each) for each in chunk]).encode("ascii")))
        return Problems(tuple(chunks), tally)

    @staticmethod
    def joined(pieces: Iterable[Problems]) -> Problems:
        """Packed problems one after the other; nothing is unpacked for it."""
        tally, chunks = Tally(), list[bytes]()
        for piece in pieces:
            tally.update(piece.tally)
            chunks += piece.chunks
        return Problems(tuple(chunks), tally)

    @staticmethod
    def read(said: list[Any]) -> Problems:
        """What ``said`` gave."""
        chunks, tally = said
        counts = {_kind(code, _SEVERITIES[severity]): count for code, severity, count in tally}
        return Problems(tuple(map(b64decode, chunks)), Tally(counts))

    def said(self) -> list[Any]:
        """As JSON: the chunks as they are, and the tally."""
        tally = [[code, int(severity), count] for (code, severity), count in self.tally.items()]
        return [[b64encode(chunk).decode("ascii") for chunk in self.chunks], tally]

    def __iter__(self) -> Iterator[Problem]:
        for chunk in self.chunks:
            yield from (_problem(*row) for row in json.loads(zlib.decompress(chunk)))

    def __len__(self) -> int:
        return self.tally.total()

    def at_least(self, least: Severity) -> Problems:
        """Those that are as severe, or more."""
        severe = [severity >= least for _, severity in self.tally]
        if all(severe):
            return self
        if not any(severe):
            return Problems()
        return Problems.of(each for each in self if each.severity >= least)

    def severities(self) -> Counter[Severity]:
        """How many there are of each severity."""
        found: Counter[Severity] = Counter()
        for (_, severity), count in self.tally.items():
            found[severity] += count
        return found


@cache
def _kind(code: str, severity: Severity) -> tuple[str, Severity]:
    """One and the same pair for all problems of a kind: each of thousands of tallies has a dozen."""
    return code, severity


def _row(problem: Problem) -> tuple[str | int, ...]:
    span = problem.span
    place = (span.file, span.line, span.column, span.end_line, span.end_column)
    return (problem.code, int(problem.severity), *place, problem.message, problem.hint, problem.record)


def _problem(code: str, severity: int, file: str, *rest: object) -> Problem:
    *place, message, hint, record = rest
    return Problem(code, _SEVERITIES[severity], Span(file, *place), message, hint, record)  # pyright: ignore[reportArgumentType]


_SEVERITIES = {int(severity): severity for severity in Severity}
