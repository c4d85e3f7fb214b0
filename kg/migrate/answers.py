"""The answers of a query before and after a migration in; how they differ, as a verdict, out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import pyoxigraph as ox

from kg.migrate.subject import Verdict
from kg.store.base import Table, Term

Rows = Counter[tuple[Term | None, ...]]


def compared(before: Table, after: Table, names: Mapping[str, str]) -> Verdict:
    """SAME where the rows are equal, in whatever order; UP-TO-MAP and WIDENED once old names are read as new ones."""
    old, new = Counter(before.rows), Counter(after.rows)
    if old == new:
        return Verdict.SAME
    renamed: Rows = Counter()
    for row, number in old.items():
        renamed[tuple(_renamed(cell, names) for cell in row)] += number
    if renamed == new:
        return Verdict.UP_TO_MAP
    return Verdict.WIDENED if renamed <= new else Verdict.BROKEN


def _renamed(cell: Term | None, names: Mapping[str, str]) -> Term | None:
    if isinstance(cell, ox.NamedNode) and cell.value in names:
        return ox.NamedNode(names[cell.value])
    return cell
