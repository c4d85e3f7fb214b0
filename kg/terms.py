"""RDF terms in; the short forms that people read and the plain values that tables hold out."""

from __future__ import annotations

import re

import pyoxigraph as ox

from kg import vocab
from kg.store.base import Term

_LOCAL = re.compile(r"[A-Za-z_][\w-]*", re.A)
_BY_NAMESPACE = sorted(
    ((namespace, prefix) for prefix, namespace in vocab.PREFIXES.items()), key=lambda pair: -len(pair[0])
)


def shortened(term: Term, base: str) -> str:
    """A term for a person: a prefixed or relative IRI, the text of a literal."""
    if isinstance(term, ox.NamedNode):
        return short_iri(term.value, base)
    return plain(term)


def short_iri(iri: str, base: str) -> str:
    """An IRI relative to the workspace's base, or prefixed, or as it is.

    >>> short_iri("https://w3id.org/casegraph/ontology#Case", "http://x/"), short_iri("http://x/case/a", "http://x/")
    ('cg:Case', 'case/a')
    """
    if iri.startswith(base):
        return iri.removeprefix(base)
    return prefixed(iri) or iri.removeprefix(vocab.CASEGRAPH)


def prefixed(iri: str) -> str | None:
    """An IRI as a prefixed name of Turtle and SPARQL; None where it cannot be one."""
    for namespace, prefix in _BY_NAMESPACE:
        if iri.startswith(namespace) and _LOCAL.fullmatch(iri, len(namespace)):
            return f"{prefix}:{iri[len(namespace) :]}"
    return None


def plain(term: Term | None) -> str:
    """The value of a term without its type; empty for an unbound one."""
    if term is None:
        return ""
    return str(term) if isinstance(term, ox.Triple) else term.value
