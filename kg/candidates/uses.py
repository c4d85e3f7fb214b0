"""What cases say of organisations and documents in; the names that they use, each with its cases and hosts, out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from kg import vocab
from kg.identity import Entity, normalise_url
from kg.shape import decode, local_name


@dataclass(frozen=True, slots=True)
class OrganisationUse:
    """A name that cases use, and the hosts of the documents that these cases cite."""

    name: str
    hosts: Collection[str] = ()
    cases: tuple[str, ...] = ()
    """Ids of the cases."""


def uses(cases: Iterable[tuple[str, Iterable[Entity]]]) -> list[OrganisationUse]:
    """The names of some cases, each given with its relative IRI and its entities; in code point order."""
    ids: dict[str, list[str]] = defaultdict(list)
    hosts: dict[str, set[str]] = defaultdict(set)
    for case, entities in cases:
        said = list(entities)
        for name in (each.name for each in said if each.kind == vocab.org_Organization):
            ids[name].append(decode(local_name(case)))
            hosts[name].update(_host(each.name) for each in said if each.kind == vocab.foaf_Document)
    return [OrganisationUse(name, frozenset(hosts[name]), tuple(sorted(ids[name]))) for name in sorted(ids)]


def _host(url: str) -> str:
    return (normalise_url(url) or "").partition("/")[0]
