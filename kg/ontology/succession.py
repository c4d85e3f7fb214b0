"""What is gone and what took its place in; renamed, moved, merged, split, retired and added out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from kg.bump import Bump
from kg.ontology.change import Change, ChangeKind, What

Successors = Mapping[str, tuple[str, ...]]
"""Name of a term or field of the earlier release → names of what took its place."""


def succession(gone: Successors, what: Mapping[str, What], new: frozenset[str]) -> Iterator[Change]:
    """The changes behind what is gone and what is new."""
    takers = Counter(name for names in gone.values() for name in names)
    explained: set[str] = set()
    for name in sorted(gone):
        kind = _kind(name, gone[name], takers, new)
        explained |= set(gone[name])
        yield Change(kind, what[name], name, Bump.MAJOR, to=gone[name])
    for name in sorted(new - explained):
        yield Change(ChangeKind.ADDED, what[name], name, Bump.MINOR)
    for name in sorted(new & explained):
        if takers[name] > 1 or any(name in names and len(names) > 1 for names in gone.values()):
            yield Change(ChangeKind.ADDED, what[name], name, Bump.MINOR)


def _kind(name: str, to: tuple[str, ...], takers: Counter[str], new: frozenset[str]) -> ChangeKind:
    match to:
        case ():
            return ChangeKind.RETIRED
        case (taker,) if takers[taker] > 1 or taker not in new:
            return ChangeKind.MERGED
        case (taker,):
            return ChangeKind.MOVED if _last(name) == _last(taker) else ChangeKind.RENAMED
        case _:
            return ChangeKind.SPLIT


def _last(name: str) -> str:
    """The part of a name that stays when the thing moves.

    >>> _last("outcome/innovation"), _last("ValueClaim.metric_type")
    ('innovation', 'metric_type')
    """
    return name.replace("/", ".").rsplit(".", 1)[-1]
