"""What a check found, the files it looked at, and their texts: everything that a report is made from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path, PurePosixPath
from typing import Protocol

from kg import __version__
from kg.packed import Problems
from kg.problem import Problem, Severity, Span
from kg.report.excerpt import bounds
from kg.source import Source

CLEAN = 0
PROBLEMS = 1
USAGE = 2
"""Exit statuses of a check; USAGE is for options and files (a bad baseline) that make no check possible."""


class Meaning(Protocol):
    """What a code stands for, in words for its reader."""

    @property
    def title(self) -> str:
        """The code as a phrase."""
        ...

    @property
    def meaning(self) -> str:
        """What is wrong wherever this code is reported."""
        ...

    @property
    def mend(self) -> str:
        """What to do about it."""
        ...


class Sources:
    """The texts of files, by the names that spans use.

    Only the last file is kept: problems come in file order, so that each is read once, however many there are.
    """

    def __init__(self, root: Path | None, given: Mapping[str, str] | None = None) -> None:
        """Take files from below a root (None: from nowhere) and the given texts (standard input)."""
        self.root = root
        self.given = given or {}
        self._last: tuple[str, Source | None] = "", None

    def line(self, file: str, number: int) -> str | None:
        """A line by its number from 1; None where there is no such file or line."""
        if file != self._last[0]:
            self._last = file, self._read(file)
        source = self._last[1]
        if source is None or number < 1:
            return None
        try:
            return source.line(number)
        except IndexError:
            return None

    def marked(self, span: Span) -> str:
        """What stands at a place, of its first line; empty for a file as a whole."""
        line = self.line(span.file, span.line)
        return "" if line is None else line[slice(*bounds(span, span.line, line))]

    def _read(self, file: str) -> Source | None:
        if file in self.given:
            return Source(file, self.given[file])
        if self.root is None:
            return None
        try:
            raw = (self.root / file).read_bytes()
        except (OSError, ValueError):
            return None
        return Source(file, raw.removeprefix(b"\xef\xbb\xbf").decode("utf-8", errors="replace"))


def unexplained(code: str) -> Meaning | None:  # noqa: ARG001
    """No meaning, whatever the code."""
    return None


@dataclass(frozen=True, slots=True)
class Findings:
    """The outcome of one check."""

    problems: Problems
    """In the order of their places; packed, because there may be hundreds of thousands."""
    files: tuple[str, ...]
    """The files that were checked, with problems or without."""
    sources: Sources
    explain: Callable[[str], Meaning | None] = unexplained
    """Code → what it means."""
    folder: str = ""
    """The workspace as seen from where the report is read (the root of the repository): goes before every file name."""
    title: str = "Casegraph"
    """What was checked, for the reader of a page."""
    known: int = 0
    """Problems that are left out because a baseline holds them."""
    unshown: Counter[Severity] = field(default_factory=Counter[Severity])
    """Problems that are counted, but left out because they are not severe enough."""
    version: str = __version__

    @staticmethod
    def of(
        problems: Iterable[Problem],
        files: Iterable[str],
        sources: Sources,
        *,
        explain: Callable[[str], Meaning | None] = unexplained,
        folder: str = "",
    ) -> Findings:
        """Findings from problems in any order."""
        ordered = Problems.of(sorted(problems, key=lambda each: each.order))
        return Findings(ordered, tuple(sorted(set(files))), sources, explain, folder)

    def at_least(self, least: Severity) -> Findings:
        """The findings without what is less severe, which is only counted."""
        less = {severity: count for severity, count in self.problems.severities().items() if severity < least}
        return replace(self, problems=self.problems.at_least(least), unshown=Counter(less))

    def path(self, file: str) -> str:
        """The name that a report gives to a file."""
        return str(PurePosixPath(self.folder, file)) if self.folder else file

    def severities(self) -> dict[Severity, int]:
        """How many problems there are of each severity, the worst first."""
        found = self.problems.severities()
        return {severity: found[severity] for severity in sorted(Severity, reverse=True)}

    def codes(self) -> dict[str, Severity]:
        """The codes that occur, in alphabetical order, and how bad they are."""
        return dict(sorted(self.problems.tally))

    def by_file(self) -> Iterator[tuple[str, list[Problem]]]:
        """Every file that has problems, with these."""
        return ((file, list(found)) for file, found in groupby(self.problems, key=lambda each: each.span.file))


def summary(findings: Findings) -> str:
    """All counts on one line.

    >>> summary(Findings(Problems(), ("a.md", "b.md"), Sources(None)))
    '2 files: 0 errors, 0 warnings, 0 infos'
    """
    found, unshown = findings.severities(), findings.unshown
    counts = ", ".join(many(count + unshown[severity], severity.label) for severity, count in found.items())
    known = f" ({many(findings.known, 'known problem')} left out)" if findings.known else ""
    labels = " and ".join(f"{severity.label}s" for severity in sorted(unshown) if unshown[severity])
    rest = f" ({labels} not shown: --least info)" if labels else ""
    return f"{many(len(findings.files), 'file')}: {counts}{known}{rest}"


def many(count: int, noun: str) -> str:
    """A count and its noun.

    >>> many(1, "file"), many(1200, "file")
    ('1 file', '1,200 files')
    """
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def exit_status(findings: Findings, fail_on: Severity) -> int:
    """CLEAN, or PROBLEMS where one is as bad as ``fail_on`` or worse."""
    return PROBLEMS if any(severity >= fail_on for _, severity in findings.problems.tally) else CLEAN
