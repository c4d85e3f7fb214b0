"""Pairs of equal things in; their groups, and the chains that make two things equal, out."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping

from kg.links.link import Link

Ends = tuple[str, str]
"""Two things in code point order."""


def ends(one: str, other: str) -> Ends:
    """Two things in code point order.

    >>> ends("b", "a")
    ('a', 'b')
    """
    return (one, other) if one <= other else (other, one)


def components(pairs: Iterable[Ends]) -> list[list[str]]:
    """The groups that pairs make, each and all in code point order.

    >>> components([("c", "d"), ("a", "b"), ("b", "e")])
    [['a', 'b', 'e'], ['c', 'd']]
    """
    parent: dict[str, str] = {}
    for one, other in pairs:
        parent[_top(one, parent)] = _top(other, parent)
    groups: dict[str, list[str]] = defaultdict(list)
    for each in sorted(parent):
        groups[_top(each, parent)].append(each)
    return sorted(groups.values())


def _top(each: str, parent: dict[str, str]) -> str:
    parent.setdefault(each, each)
    while parent[each] != each:
        parent[each] = parent[parent[each]]
        each = parent[each]
    return each


def chain_rows(pair: Ends, equal: Mapping[Ends, list[Link]]) -> list[Link]:
    """The rows of chains that make two things equal, as many as must go so that nothing does.

    The shortest chain goes first, then the shortest that is left, and so on; among equals, by code point.
    """
    left, found = dict(equal), list[Link]()
    while chain := _shortest(pair, left):
        for step in chain:
            found += left.pop(step)
    return sorted(found, key=lambda link: link.span)


def _shortest(pair: Ends, equal: Mapping[Ends, object]) -> list[Ends]:
    neighbours: dict[str, list[str]] = defaultdict(list)
    for one, other in sorted(equal):
        neighbours[one].append(other)
        neighbours[other].append(one)
    came_from, waiting = {pair[0]: ""}, deque([pair[0]])
    while waiting:
        each = waiting.popleft()
        for neighbour in sorted(neighbours[each]):
            if neighbour not in came_from:
                came_from[neighbour] = each
                waiting.append(neighbour)
    return _steps(pair[1], came_from)


def _steps(last: str, came_from: Mapping[str, str]) -> list[Ends]:
    steps: list[Ends] = []
    while came_from.get(last):
        steps.append(ends(last, came_from[last]))
        last = came_from[last]
    return steps
