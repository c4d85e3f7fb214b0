"""A saved query and something that answers it in; where its answers differ from those it must give out."""

from __future__ import annotations

from collections.abc import Iterator

from kg import codes
from kg.problem import Failure, Problem
from kg.query.answer import QueryAnswer, ask
from kg.query.saved import Cell, Expectation, SavedQuery
from kg.query.values import Run
from kg.store.base import Term
from kg.terms import shortened


def differences(query: SavedQuery, run: Run, *, base: str) -> list[Problem]:
    """What differs, at the cell of the header that says otherwise; empty where all expectations hold."""
    return [problem for each in query.expectations for problem in _check(query, each, run, base)]


def _check(query: SavedQuery, expected: Expectation, run: Run, base: str) -> Iterator[Problem]:
    try:
        answer = ask(query, dict(expected.parameters), run, base=base)
    except Failure as failure:
        yield codes.QUERY_ANSWER.at(expected.span, f"there is no answer: {failure}", record=query.name)
        return
    if len(answer.table.rows) != expected.count:
        message = f"{expected.count} rows expected, {len(answer.table.rows)} found"
        yield codes.QUERY_ANSWER.at(expected.span, message + _first_strange(answer, expected, base), record=query.name)
    elif expected.rows is not None:
        yield from _cells(answer, expected.rows, base)


def _first_strange(answer: QueryAnswer, expected: Expectation, base: str) -> str:
    """The first row that is there and not expected, or expected and not there; rows given as a count have none."""
    if expected.rows is None:
        return ""
    found = [[_shown(term, base) for term in row] for row in answer.table.rows]
    wanted = [[cell.text for cell in row] for row in expected.rows]
    for row in found:
        if row not in wanted:
            return f"; not expected: {' | '.join(row)}"
    missing = [row for row in wanted if row not in found]
    return f"; not found: {' | '.join(missing[0])}" if missing else ""


def _cells(answer: QueryAnswer, rows: tuple[tuple[Cell, ...], ...], base: str) -> Iterator[Problem]:
    for number, (found, wanted) in enumerate(zip(answer.table.rows, rows, strict=True), 1):
        for column, term, cell in zip(answer.table.columns, found, wanted, strict=True):
            shown = _shown(term, base)
            if shown != cell.text:
                message = f"row {number}, column {column}: `{cell.text}` expected, `{shown}` found"
                yield codes.QUERY_ANSWER.at(cell.span, message, record=answer.query.name)


def _shown(term: Term | None, base: str) -> str:
    return "" if term is None else shortened(term, base)
