"""Links about organisations in; by which two things each row is about out, and the rows that are about none.

An organisation is known here by the slug of its name, as in the graph: names that share a slug share a node anyway.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote

from kg import codes
from kg.identity import slug
from kg.links.chains import Ends, ends
from kg.links.curies import is_absolute
from kg.links.link import End, Link, Verdict
from kg.problem import Problem

Rows = dict[Ends, list[Link]]

_ORGANISATION = re.compile(r"(?:.*/)?organisation/([^/]+)")


@dataclass(frozen=True, slots=True)
class Sorted:
    """Rows by what they are about."""

    between: Rows
    """Two organisations, by slug. Of two names with one slug, both are the same."""
    elsewhere: Rows
    """An organisation and an IRI elsewhere."""
    void: list[Link]
    problems: list[Problem]
    """Why the void rows are."""


@lru_cache(maxsize=100_000)
def key(end: End) -> str | None:
    """The slug of an organisation; None for an IRI that is no organisation's of ours."""
    found = _ORGANISATION.fullmatch(end.id)
    if found:
        return unquote(found[1])
    return None if is_absolute(end.id) else slug(end.text)


def sort(rows: Iterable[Link]) -> Sorted:
    """The rows of a file, sorted."""
    found = Sorted(defaultdict(list), defaultdict(list), [], [])
    for link in rows:
        one, other = key(link.subject), key(link.object)
        if one is None and other is None:
            hint = "put the organisation under subject_label"
            _reject(link, "neither side is an organisation of a case", hint, found)
        elif one is None or other is None:
            found.elsewhere[one or other or "", link.object.id if other is None else link.subject.id].append(link)
        elif one == other and link.verdict is Verdict.NO:
            message = f"“{link.subject.shown}” and “{link.object.shown}” have one IRI, so they cannot be told apart"
            _reject(link, message, "use more distinct names in the cases", found)
        else:
            found.between[ends(one, other)].append(link)
    return found


def _reject(link: Link, message: str, hint: str, found: Sorted) -> None:
    found.void.append(link)
    found.problems.append(codes.BAD_LINK_ROW.at(link.span, message, hint=hint))


def of(said: Iterable[Link], verdict: Verdict) -> list[Link]:
    """The rows with a verdict."""
    return [link for link in said if link.verdict is verdict]


def in_order(links: Iterable[Link]) -> list[Link]:
    """Rows in the order of their file."""
    return sorted(links, key=lambda link: link.span)
