"""Two answers to one question in; the rows that only one of them has out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import pyoxigraph as ox

from kg.query.saved import Column
from kg.store.base import Table, Term

Row = tuple[Term | None, ...]

THINGS = ("case", "claim", "source", "organisation", "process", "concept", "document")
"""Kinds of columns that say what a row is about."""
CHANGE = "change"
ADDED, REMOVED, BEFORE, AFTER = (ox.Literal(word) for word in ("added", "removed", "before", "after"))


def changes(before: Table, after: Table, columns: Sequence[Column]) -> Table:
    """Rows with a first column that says added or removed; before and after where the rest of a row has changed.

    Two rows are one before and after where they are about the same things, and no other changed row is.
    """
    gone, come = _without(before.rows, after.rows), _without(after.rows, before.rows)
    places = [place for place, column in enumerate(columns) if column.kind in THINGS]
    pairs = _pairs(gone, come, places) if places else {}
    rows = [*_changed(come, pairs), *((REMOVED, *row) for row in gone if row not in pairs.values())]
    return Table((CHANGE, *after.columns), rows)


def _without(rows: Iterable[Row], others: Iterable[Row]) -> list[Row]:
    """The rows that others do not have, as often as they do not have them."""
    left = Counter(others)
    kept: list[Row] = []
    for row in rows:
        if left[row]:
            left[row] -= 1
        else:
            kept.append(row)
    return kept


def _pairs(gone: Iterable[Row], come: Iterable[Row], places: Sequence[int]) -> dict[Row, Row]:
    """New row → old row."""
    old, new = _by_things(gone, places), _by_things(come, places)
    return {rows[0]: old[key][0] for key, rows in new.items() if len(rows) == 1 and len(old.get(key, ())) == 1}


def _by_things(rows: Iterable[Row], places: Sequence[int]) -> dict[Row, list[Row]]:
    found: dict[Row, list[Row]] = {}
    for row in rows:
        found.setdefault(tuple(row[place] for place in places), []).append(row)
    return found


def _changed(come: Iterable[Row], pairs: dict[Row, Row]) -> Iterator[Row]:
    for row in come:
        if row in pairs:
            yield (BEFORE, *pairs[row])
            yield (AFTER, *row)
        else:
            yield (ADDED, *row)
