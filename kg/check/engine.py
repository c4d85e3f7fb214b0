"""Shapes and one case's triples in; SHACL validation results out, the same ones from every engine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain
from typing import Protocol

import pyoxigraph as ox

from kg.release import Release, system_shapes
from kg.shape import ShapeError


@dataclass(frozen=True, slots=True, order=True)
class Result:
    """One validation result (SHACL §3.6.2), as both engines must give it; their order is that of the fields.

    Focus node and value are terms in N-Triples syntax, the path is one in SPARQL syntax; component, severity
    and shape are bare IRIs. What a result does not have is empty: a value (cardinality), a path (node shapes),
    the IRI of an unnamed shape.
    """

    focus: str
    path: str
    component: str
    value: str
    severity: str
    shape: str


class Engine(Protocol):
    """Validates data against the shapes that it was made with."""

    def validate(self, triples: str) -> list[Result]:
        """The results for some data in N-Triples, in order; ShapeError where the shapes cannot be applied."""
        ...


class FastEngine:
    """The package ``shacl``, written in Rust: a case in about two milliseconds."""

    def __init__(self, shapes: str) -> None:
        import shacl

        try:
            self._shapes = shacl.Shapes.from_text(shapes, format="ntriples")
        except ValueError as error:
            raise ShapeError(f"the shapes cannot be read: {error}") from error

    def validate(self, triples: str) -> list[Result]:
        """The results for some data in N-Triples."""
        try:
            report = self._shapes.validate_text(triples, format="ntriples")
        except ValueError as error:
            raise ShapeError(f"the shapes cannot be applied: {error}") from error
        return sorted(
            Result(
                focus=each.focus_node,
                path=each.path or "",
                component=each.component_iri,
                value=each.value or "",
                severity=each.severity_iri,
                shape=_bare(each.source_shape or ""),
            )
            for each in report.results
        )


class ReferenceEngine:
    """pySHACL, the reference that the fast engine is held to; some hundred times slower."""

    def __init__(self, shapes: str) -> None:
        from kg.check import reference

        self._shapes = reference.without_messages(reference.graph(shapes))

    def validate(self, triples: str) -> list[Result]:
        """The results for some data in N-Triples."""
        from kg.check import reference

        return sorted(Result(*row) for row in reference.results(self._shapes, reference.graph(triples)))


DEFAULT_ENGINE = "shacl"
ENGINES: dict[str, Callable[[str], Engine]] = {DEFAULT_ENGINE: FastEngine, "pyshacl": ReferenceEngine}
"""What makes an engine of shapes in N-Triples, by name. The libraries are imported when one is made."""


def shapes_of(release: Release) -> str:
    """A release's shapes in N-Triples: what every engine compiles."""
    every = (
        triple
        for path in system_shapes()
        for triple in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE, rename_blank_nodes=True)
    )
    triples = chain(*release.case_shapes.values(), every)
    return (ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b"").decode("utf-8")


def _bare(term: str) -> str:
    return term[1:-1] if term.startswith("<") else ""
