"""A term and the kind of its column in; what a person reads in its place out."""

from __future__ import annotations

import pyoxigraph as ox

from kg.store.base import Term
from kg.terms import plain, shortened


def shown(term: Term | None, kind: str, base: str, *, beside_case: bool = False) -> str:
    """The text of a cell: ids rather than IRIs; beside a column of cases, a claim's id without its case's.

    >>> claim = ox.NamedNode("http://x/case/acme/claim/VC-001")
    >>> shown(claim, "claim", "http://x/"), shown(claim, "claim", "http://x/", beside_case=True)
    ('acme VC-001', 'VC-001')
    >>> shown(ox.NamedNode("https://w3id.org/casegraph/outcome/velocity"), "concept", "http://x/")
    'velocity'
    """
    if not isinstance(term, ox.NamedNode):
        return plain(term)
    short = shortened(term, base)
    if kind in ("case", "organisation", "document"):
        return short.removeprefix(f"{kind}/")
    if kind in ("claim", "source"):
        case, _, name = short.removeprefix("case/").partition(f"/{kind}/")
        return name if beside_case and name else f"{case} {name}".rstrip()
    return short.rsplit("/", 1)[-1] if kind in ("concept", "process") else short
