"""What a query may take, what it gave, and what is said where it took too much."""

from __future__ import annotations

from dataclasses import dataclass

from kg.store.base import Answer, QueryError


class QueryTimeout(QueryError):
    """The query was stopped at its deadline."""


class QueryTooLarge(QueryError):
    """The query was stopped because it wanted more memory than it may have."""


class QueryRefused(QueryError):
    """The text is an update, or would ask another endpoint."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How far a query may go."""

    seconds: float = 30.0
    """From the call to the end of the answer, whatever it waits for."""
    memory: int = 2_000_000_000
    """Bytes beyond those of the open store; kept to on Linux only."""
    rows: int = 100_000
    """Rows of a SELECT, or triples; the answer is cut there, and says so."""
    bytes: int = 100_000_000
    """Size of the answer as text; it is cut there, and says so."""


DEFAULT = Limits()
WHOLE = Limits(seconds=600.0, rows=10_000_000, bytes=2_000_000_000)
"""For programs, which want all rows or to be told that there are more."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer of one query, and the words about what was cut off from it, or nothing."""

    answer: Answer
    truncated: str = ""


def whole(outcome: Outcome) -> Outcome:
    """An outcome, if nothing was cut off; QueryTooLarge otherwise."""
    if outcome.truncated:
        raise QueryTooLarge(f"the answer is not whole: {outcome.truncated}; narrow the query, or allow more")
    return outcome


def truncation(cut: str, limits: Limits) -> str:
    """The words about an answer that was cut.

    >>> truncation("rows", Limits(rows=1000))
    'truncated because the answer has more than 1,000 rows'
    """
    reasons = {"rows": f"{limits.rows:,} rows", "bytes": f"{limits.bytes:,} bytes"}
    return f"truncated because the answer has more than {reasons[cut]}" if cut else ""
