"""The names that cases use in; pairs of names that may be one organisation, with a score and reasons, out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, combinations

from kg.candidates.blocks import Pair, pairs
from kg.candidates.likeness import Finding, compare
from kg.candidates.names import Name, take_apart, words
from kg.candidates.pseudo import pseudo
from kg.candidates.uses import OrganisationUse
from kg.identity import slug
from kg.links import Identities, Verdict
from kg.links.chains import Ends, ends

RARE = 4
"""Organisations whose documents stand on a host above which sharing it says nothing: a newspaper, a vendor's blog."""
LONGEST = 300
"""Letters of a text above which it is no name to compare."""
BY_ID = 0.98
"""The score of two organisations that have one id elsewhere."""
BY_IRI = 0.99
"""The score of two names that have one IRI."""

Proposal = tuple[Pair, Finding]
"""Two positions in the list of names, and what speaks for them."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Two names that may be one organisation; a person decides. ``is_open`` where one looked and left it open."""

    a: str
    b: str
    score: float
    reasons: tuple[str, ...]
    is_open: bool = False

    def __str__(self) -> str:
        return f"“{self.a}” and “{self.b}” may be one organisation: {'; '.join(self.reasons)} ({self.score:.2f})"


def candidates(organisations: Iterable[OrganisationUse], links: Identities) -> list[Candidate]:
    """Undecided pairs, the likeliest first; of organisations with several names, the likeliest pair of names.

    Pairs that a person said yes or no to, directly or through others, are left out, and so is what names no
    organisation. Names that share an IRI are proposed too, until a person says that they may.
    """
    hosts = _hosts(organisations)
    names = [take_apart(name) for name in sorted(hosts) if len(name) <= LONGEST and not pseudo(name)]
    slugs = [slug(each.text) for each in names]
    roots = [links.roots.get(each, each) for each in slugs]
    found: dict[Ends, Candidate] = {}
    for (one, other), finding in chain(_same_iris(slugs), _same_ids(roots, links), _alike(names)):
        a, b = names[one].text, names[other].text
        between = ends(roots[one], roots[other])
        if one == other or links.undecided.get(between) is Verdict.NO or links.is_confirmed(a, b):
            continue
        proposed = _candidate((a, b), finding, hosts, is_open=between in links.undecided)
        if between not in found or _order(proposed) < _order(found[between]):
            found[between] = proposed
    return sorted(found.values(), key=_order)


def _order(candidate: Candidate) -> tuple[float, str, str]:
    return -candidate.score, candidate.a, candidate.b


def _alike(names: Sequence[Name]) -> Iterator[Proposal]:
    for pair in pairs(names):
        finding = compare(names[pair[0]], names[pair[1]])
        if finding:
            yield pair, finding


def _same_iris(slugs: Sequence[str]) -> Iterator[Proposal]:
    """Names that are spelt so alike that they have one IRI, whether or not they are one organisation."""
    first: dict[str, int] = {}
    for index, each in enumerate(slugs):
        if first.setdefault(each, index) != index:
            yield (first[each], index), (BY_IRI, "they have one IRI, so they count as one already")


def _same_ids(roots: Sequence[str], links: Identities) -> Iterator[Proposal]:
    owners: dict[str, list[int]] = defaultdict(list)
    for index, root in enumerate(roots):
        for iri in links.external.get(root, ()):
            owners[iri].append(index)
    for iri, found in owners.items():
        for pair in combinations(found, 2):
            yield pair, (BY_ID, f"both are {iri}")


# --- hosts -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Hosts:
    """Hosts by name, and how many names have each."""

    of: Mapping[str, frozenset[str]]
    uses: Mapping[str, int]

    def __iter__(self) -> Iterator[str]:
        return iter(self.of)


def _hosts(organisations: Iterable[OrganisationUse]) -> _Hosts:
    of: dict[str, frozenset[str]] = {}
    for each in organisations:
        of[each.name] = of.get(each.name, frozenset()) | {host.lower().removeprefix("www.") for host in each.hosts}
    uses: dict[str, int] = defaultdict(int)
    for found in of.values():
        for host in found:
            uses[host] += 1
    return _Hosts(of, uses)


def _candidate(names: tuple[str, str], finding: Finding, hosts: _Hosts, *, is_open: bool) -> Candidate:
    """A pair with its reason; documents on one host, if few others have any there, make it likelier."""
    score, reason = finding
    shared = sorted(host for host in hosts.of[names[0]] & hosts.of[names[1]] if hosts.uses[host] <= RARE)
    own = [host for host in shared if _is_named_by(host, names)]
    if not shared:
        return Candidate(*names, score, (reason,), is_open)
    raised = score + (1 - score) * (0.4 if own else 0.2)
    return Candidate(*names, round(raised, 2), (reason, f"documents of both are on {(own or shared)[0]}"), is_open)


def _is_named_by(host: str, names: tuple[str, str]) -> bool:
    """Whether a host carries the first word of one of the names."""
    return any(len(first) > 2 and first in host.replace("-", "") for name in names for first in words(name)[:1])
