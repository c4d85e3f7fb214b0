"""A query that details the first so many of something in; the same query with these written into it out.

Such a query has a subselect that ends in ORDER BY and LIMIT, and says more of each of its rows around it. The
embedded store reads both terms from disk for each comparison, and has no shortcut to the first 5,000 of 30,000. So
all rows of the subselect are read, which are little but IRIs, sorted here, and only the first ones are put back, as
VALUES: of the same rows 0.6 s instead of 5.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kg.query.blocks import UNDEF, prologue, written
from kg.query.order import run_sorted, sort, sort_keys
from kg.query.values import Run
from kg.store.base import Table
from kg.store.sparql import Token, tokens
from kg.worker import Outcome


@dataclass(frozen=True, slots=True)
class Page:
    """A subselect that is cut off: where it stands, without its order and limit."""

    start: int
    end: int
    text: str
    keys: tuple[tuple[str, bool], ...]
    limit: int


@dataclass(frozen=True, slots=True)
class Cut:
    """A query with its first rows written into it, and the words about the others, or nothing."""

    text: str
    said: str = ""


def run_paged(text: str, run: Run, *, most: int | None = None, read: Run | None = None) -> Outcome:
    """The answer to a query for the embedded store: what is cut off is told, and the rows are in order.

    ``most`` cuts such a query after fewer rows than it says itself; ``read`` runs the subselect that is cut, where it
    may have more rows than an answer.
    """
    cut = first_page(text, read or run, most=most)
    outcome = run_sorted(cut.text, run)
    return Outcome(outcome.answer, outcome.truncated or cut.said)


def run_whole(text: str, run: Run) -> Outcome:
    """The answer to a query as it stands, for endpoints: they sort fast, or cap what they give without saying so."""
    return run(text)


def first_page(text: str, run: Run, *, most: int | None = None) -> Cut:
    """A query whose cut subselect, if it has one, is answered; as it stands where this is not sure to be the same."""
    page = find_page(text)
    if page is None:
        return Cut(text)
    outcome = run(page.text)
    if not isinstance(outcome.answer, Table) or outcome.truncated or not outcome.answer.rows:
        return Cut(text)
    limit = page.limit if most is None else min(most, page.limit)
    first = sort(outcome.answer, page.keys, first=limit)
    if first is None:
        return Cut(text)
    number = len(outcome.answer.rows)
    said = f"the first {limit:,} of {number:,}; narrow the question by its parameters"
    return Cut(text[: page.start] + _values(first) + text[page.end :], said if number > limit else "")


def find_page(text: str) -> Page | None:
    """The one subselect directly inside the outermost group that ends in ORDER BY and LIMIT.

    >>> find_page("SELECT ?a ?b { { SELECT ?a { ?a ?p 1 } ORDER BY ?a LIMIT 10 } ?a ?q ?b }")
    Page(start=17, end=59, text='SELECT ?a { ?a ?p 1 } ', keys=(('a', False),), limit=10)
    """
    found = list(tokens(text))
    pages = [page for group in _groups(found) if (page := _page(text, found, group))]
    return pages[0] if len(pages) == 1 else None


def _groups(found: Sequence[Token]) -> Iterator[range]:
    """What stands between the braces of each group directly inside the outermost one, braces left out."""
    depth, start = 0, 0
    for index, token in enumerate(found):
        if token.is_sign("{"):
            depth += 1
            start = index + 1 if depth == 2 else start
        elif token.is_sign("}"):
            if depth == 2:
                yield range(start, index)
            depth -= 1


def _page(text: str, found: Sequence[Token], group: range) -> Page | None:
    inside = found[group.start : group.stop]
    last = max((index for index, token in enumerate(inside) if token.is_sign("}")), default=0)
    tail = inside[last + 1 :]
    is_cut = len(tail) > 4 and tail[0].says("ORDER") and tail[1].says("BY") and tail[-2].says("LIMIT")
    if not inside or not inside[0].says("SELECT") or not is_cut:
        return None
    keys = sort_keys(tail[2:-2])
    if keys is None:
        return None
    select = text[inside[0].start : tail[0].start]
    return Page(inside[0].start, tail[-1].end, prologue(text, found) + select, keys, int(tail[-1].text))


def _values(table: Table) -> str:
    names = " ".join(f"?{name}" for name in table.columns)
    rows = "\n".join(f"({' '.join(UNDEF if term is None else written(term) for term in row)})" for row in table.rows)
    return f"VALUES ({names}) {{\n{rows}\n}}"
