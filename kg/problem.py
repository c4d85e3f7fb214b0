"""Everything that can be wrong with a user's input, as values: a code, a severity, a place, a mend."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum


class Failure(Exception):
    """What was asked cannot be done here and now; the message tells the user why and what to do.

    For the environment (folders, stores, networks), never for the content of a file: that is a Problem.
    """


class Severity(IntEnum):
    """How bad a problem is; ordered, so that ``max()`` gives the worst."""

    INFO = 0
    """A newer specification would ask for it."""
    WARNING = 1
    """Weak evidence; odd but usable."""
    ERROR = 2
    """The file cannot be what it says."""

    @property
    def label(self) -> str:
        """The lower-case word that reports print."""
        return self.name.lower()

    @staticmethod
    def named(label: str) -> Severity:
        """The severity whose label this is.

        >>> Severity.named("warning") is Severity.WARNING
        True
        """
        return Severity[label.upper()]


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of a file.

    Lines and columns count from 1, columns in Unicode code points; the end is exclusive.
    Line 0 means the file as a whole.
    """

    file: str
    line: int = 0
    column: int = 0
    end_line: int = 0
    end_column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, where it is, and how to mend it.

    ``record`` names the record it is about as a reader of the file would (``VC-002``), or is empty.
    """

    code: str
    severity: Severity
    span: Span
    message: str
    hint: str = ""
    record: str = ""

    def __str__(self) -> str:
        return f"{self.span}: {self.severity.label} {self.code} {self.message}"

    @property
    def order(self) -> tuple[Span, str, str]:
        """The key that reports are sorted by: place, then code, then wording."""
        return self.span, self.code, self.message


@dataclass(frozen=True, slots=True)
class Code:
    """A kind of problem: its stable name and its severity. The catalogue is ``ontology/system/problems.ttl``."""

    name: str
    severity: Severity

    def at(self, span: Span, message: str, *, hint: str = "", record: str = "") -> Problem:
        """A problem of this kind at a place."""
        return Problem(self.name, self.severity, span, message, hint, record)


def has_errors(problems: Iterable[Problem]) -> bool:
    """Whether any of the problems is an error."""
    return any(problem.severity is Severity.ERROR for problem in problems)
