"""A graph's name in, its triples as a store gives them back out: all of them, or StoreError."""

from __future__ import annotations

import pyoxigraph as ox

from kg import vocab
from kg.ntriples import iri, literal
from kg.store.base import StoreError, Term
from kg.store.remote import Remote


def fetch(remote: Remote, graph: str) -> list[ox.Triple]:
    """The triples of a graph; what came is counted against what the store says that there is."""
    count = remote.counts([graph]).get(graph, 0)
    select = f"SELECT ?s ?p ?o WHERE {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}"
    found = {
        _triple(*row) for page in remote.pages(select, order="?s ?p ?o") for row in page.table(("s", "p", "o")).rows
    }
    if len(found) != count:
        raise StoreError(f"the store at {remote.target.url} gave {len(found):,} of the {count:,} triples of {graph}")
    return list(found)


def _triple(subject: Term | None, predicate: Term | None, value: Term | None) -> ox.Triple:
    assert isinstance(subject, ox.NamedNode | ox.BlankNode)
    assert isinstance(predicate, ox.NamedNode)
    assert value is not None
    return ox.Triple(subject, predicate, value)


def canonical(triple: ox.Triple) -> str:
    """A triple as a line of N-Triples without its end, escaped as everywhere else in this program."""
    return f"{_term(triple.subject)} {_term(triple.predicate)} {_term(triple.object)}"


def _term(term: Term) -> str:
    if isinstance(term, ox.NamedNode):
        return iri(term.value)
    if isinstance(term, ox.Literal):
        datatype = "" if term.datatype.value in (vocab.xsd_string, _LANGUAGE_STRING) else term.datatype.value
        return literal(term.value, datatype, language=term.language or "")
    return str(term)


_LANGUAGE_STRING = vocab.rdf_type.replace("type", "langString")
