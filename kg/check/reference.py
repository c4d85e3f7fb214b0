"""pySHACL's report graph in; the rows of validation results out. The only file that needs rdflib to check."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import cast

import pyoxigraph as ox
import pyshacl
from pyshacl.errors import ValidationFailure
from rdflib import RDF, SH, BNode, Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from kg import ntriples, vocab
from kg.shape import ShapeError

Row = tuple[str, str, str, str, str, str]
"""Focus node, path, component, value, severity and shape, as kg.check.Result holds them."""

_validate = cast("Callable[..., tuple[bool, Graph | ValidationFailure, str]]", pyshacl.validate)  # pyright: ignore[reportUnknownMemberType]
_REPEATS: dict[Node, str] = {SH.zeroOrMorePath: "*", SH.oneOrMorePath: "+", SH.zeroOrOnePath: "?"}


def graph(triples: str) -> Graph:
    """An rdflib graph of some N-Triples, every literal exactly as written (rdflib's own parser rewrites some)."""
    read = Graph()
    for triple in ox.parse(triples, format=ox.RdfFormat.N_TRIPLES):
        read.add((_node(triple.subject), URIRef(triple.predicate.value), _node(triple.object)))
    return read


def _node(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> Node:
    match term:
        case ox.NamedNode():
            return URIRef(term.value)
        case ox.BlankNode():
            return BNode(term.value)
        case ox.Literal(language=str() as language):
            return Literal(term.value, lang=language)
        case ox.Literal():
            datatype = term.datatype.value
            return Literal(term.value, datatype=None if datatype == vocab.xsd_string else datatype, normalize=False)
        case ox.Triple():
            raise ShapeError(f"{term} is not a term of RDF 1.1")


def without_messages(shapes: Graph) -> Graph:
    r"""The shapes without words, which no result is compared by.

    pySHACL puts the values of a result into its message as the replacement of a regular expression, and so fails
    for those of a rule in SPARQL with a backslash, ``50% of\it``.
    """
    shapes.remove((None, SH.message, None))
    return shapes


def results(shapes: Graph, data: Graph) -> Iterator[Row]:
    """The results of some data."""
    try:
        report = _validate(data, shacl_graph=shapes, inference="none", inplace=True)[1]
    except Exception as error:  # rdflib raises nothing narrower for a query that it cannot read
        raise ShapeError(f"the shapes cannot be applied: {error}") from error
    if isinstance(report, ValidationFailure):
        raise ShapeError(f"the shapes cannot be applied: {report}")
    return (row(report, result) for result in report.objects(None, SH.result))


def row(report: Graph, result: Node) -> Row:
    """One result of a report graph."""
    return (
        _term(report.value(result, SH.focusNode)),
        _path(report, report.value(result, SH.resultPath)),
        _iri(report.value(result, SH.sourceConstraintComponent)),
        _term(report.value(result, SH.value)),
        _iri(report.value(result, SH.resultSeverity)),
        _iri(report.value(result, SH.sourceShape)),
    )


def _term(node: Node | None) -> str:
    match node:
        case URIRef():
            return ntriples.iri(node)
        case Literal():
            return ntriples.literal(str(node), str(node.datatype or ""), language=node.language or "")
        case BNode():
            return f"_:{node}"
        case _:
            return ""


def _iri(node: Node | None) -> str:
    return str(node) if isinstance(node, URIRef) else ""


def _path(report: Graph, path: Node | None) -> str:
    """A path in SPARQL syntax, bracketed as the fast engine does it (SHACL §2.3.1)."""
    if path is None or isinstance(path, URIRef):
        return _term(path)
    if (path, RDF.first, None) in report:
        return f"({'/'.join(_steps(report, path))})"
    if inverse := report.value(path, SH.inversePath):
        return f"^{_path(report, inverse)}"
    if alternatives := report.value(path, SH.alternativePath):
        return f"({'|'.join(_steps(report, alternatives))})"
    predicate, inner = next((p, o) for p, o in report.predicate_objects(path) if p in _REPEATS)
    return f"({_path(report, inner)}){_REPEATS[predicate]}"


def _steps(report: Graph, head: Node) -> list[str]:
    return [_path(report, step) for step in Collection(report, head)]
