"""An embedded store in; the same triples as an rdflib Graph, to read and not to change, out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pyoxigraph as ox
from rdflib import Graph
from rdflib.query import Result
from rdflib.store import Store
from rdflib.term import BNode, Identifier, Literal, Node, URIRef, Variable

from kg import vocab
from kg.store.base import Answer, StoreError, Table, Term
from kg.store.embedded import Embedded

Pattern = tuple[Node | None, Node | None, Node | None]


class ReadOnly(StoreError):
    """Somebody tried to change a graph that is a view."""


def as_graph(store: Embedded) -> Graph:
    """The default graph as rdflib has graphs; SPARQL runs in the store, in this process and without limits."""
    return Graph(store=_View(store))


class _View(Store):
    """What rdflib asks of a store, answered from the default graph."""

    context_aware = False
    formula_aware = False
    transaction_aware = False
    graph_aware = False

    def __init__(self, store: Embedded) -> None:
        super().__init__()
        self._store = store
        self._prefixes = {prefix: URIRef(iri) for prefix, iri in store.prefixes.items()}

    def triples(self, triple_pattern: Pattern, context: object = None) -> Iterator[tuple[Any, Iterator[Any]]]:  # noqa: ARG002
        """The triples that match."""
        if any(isinstance(each, Literal) for each in triple_pattern[:2]):
            return
        subject, predicate, object_ = (None if each is None else _to_store(each) for each in triple_pattern)
        for quad in self._store.match(subject, predicate, object_):
            if not isinstance(quad.object, ox.Triple):
                yield _triple(quad.subject, quad.predicate, quad.object), iter(())

    def __len__(self, context: object = None) -> int:
        return len(self._store)

    def query(
        self, query: Any, names: Mapping[str, Any], bindings: Mapping[str, Identifier], *_args: Any, **_kinds: Any
    ) -> Result:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Run SPARQL in the store; what binds variables beforehand is left to rdflib's own engine."""
        if not isinstance(query, str) or bindings:
            raise NotImplementedError
        return _result(self._store.query(query, {prefix: str(iri) for prefix, iri in names.items()}))

    def bind(self, prefix: str, namespace: URIRef, override: bool = True) -> None:
        """Remember a prefix."""
        if override or prefix not in self._prefixes:
            self._prefixes[prefix] = namespace

    def namespace(self, prefix: str) -> URIRef | None:
        """The namespace of a prefix."""
        return self._prefixes.get(prefix)

    def prefix(self, namespace: URIRef) -> str | None:
        """The prefix of a namespace."""
        return next((prefix for prefix, iri in self._prefixes.items() if iri == namespace), None)

    def namespaces(self) -> Iterator[tuple[str, URIRef]]:
        """Every prefix."""
        return iter(list(self._prefixes.items()))

    def add(self, *_args: Any, **_kinds: Any) -> None:
        """Refused: a build makes the graph."""
        raise ReadOnly("this graph is a view of the build; change the case files, or copy it: Graph() + graph")

    def remove(self, *_args: Any, **_kinds: Any) -> None:
        """Refused, as adding is."""
        self.add()

    def update(self, *_args: Any, **_kinds: Any) -> None:
        """Refused, as adding is."""
        self.add()


def _result(answer: Answer) -> Result:
    """An answer as rdflib has answers."""
    if isinstance(answer, bool):
        result = Result("ASK")
        result.askAnswer = answer
    elif isinstance(answer, Table):
        result = Result("SELECT")
        result.vars = [Variable(name) for name in answer.columns]
        result.bindings = [_bindings(result.vars, row) for row in answer.rows]
    else:
        result = Result("CONSTRUCT")
        result.graph = Graph()
        for each in answer:
            result.graph.add(_triple(each.subject, each.predicate, each.object))
    return result


def _bindings(names: Iterable[Variable], row: Iterable[Term | None]) -> dict[Variable, Identifier]:
    terms = zip(names, map(_from_store, row), strict=True)
    return {name: term for name, term in terms if term is not None}


def _triple(*terms: object) -> Any:
    return tuple(map(_from_store, terms))


def _to_store(term: Node) -> Any:
    if isinstance(term, Literal):
        datatype = None if term.datatype is None else ox.NamedNode(term.datatype)
        return (
            ox.Literal(str(term), language=term.language) if term.language else ox.Literal(str(term), datatype=datatype)
        )
    return ox.BlankNode(str(term)) if isinstance(term, BNode) else ox.NamedNode(str(term))


def _from_store(term: object) -> Identifier | None:
    if isinstance(term, ox.Literal):
        plain = term.language or term.datatype.value == vocab.xsd_string
        datatype = None if plain else URIRef(term.datatype.value)
        return Literal(term.value, lang=term.language, datatype=datatype, normalize=False)
    if isinstance(term, ox.BlankNode):
        return BNode(term.value)
    return URIRef(term.value) if isinstance(term, ox.NamedNode) else None
