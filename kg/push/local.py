"""A build's manifest and parts in; its named graphs as N-Triples out, each with its hash and its number of triples."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

import pyoxigraph as ox

from kg.manifest import Manifest
from kg.parts import Parts
from kg.problem import Failure


class PartGone(Failure):
    """A part that a build is made of is not there, or not what its name says."""


@dataclass(frozen=True, slots=True)
class LocalGraph:
    """One named graph of a build."""

    iri: str
    triples: bytes
    """Canonical N-Triples."""
    count: int
    sha256: str

    @staticmethod
    def of(iri: str, lines: list[bytes]) -> LocalGraph:
        """A graph of some N-Triples lines without their ends."""
        triples = b"".join(line + b" .\n" for line in lines)
        return LocalGraph(iri, triples, len(lines), hashlib.sha256(triples).hexdigest())

    def fault(self) -> str:
        """Why no store could read the triples; empty where they are sound. Stores say success of half a file."""
        try:
            for _ in ox.parse(self.triples, format=ox.RdfFormat.N_TRIPLES):
                pass
        except SyntaxError as error:
            return f"its triples are not sound: {error}"
        return ""

    def normalised(self) -> set[str]:
        """The triples as a store may give them back."""
        return normalised(self.triples)


@dataclass(frozen=True, slots=True)
class LocalBuild:
    """A build as a pusher sees it."""

    manifest: Manifest
    parts: Parts

    @property
    def name(self) -> str:
        """The build's hash."""
        return self.manifest.build

    @property
    def base(self) -> str:
        """Begins the IRIs of cases and entities."""
        return self.manifest.basis["base"]

    @property
    def last(self) -> tuple[str, str]:
        """The graphs that are sent last, because they say that the others are there."""
        return self.base + "entities", self.base + "build"

    def holdings(self) -> list[tuple[str, tuple[str, ...]]]:
        """Part and named graphs, in the order of sending: what cases rest on, cases, what says that all are there."""
        shared = self.manifest.shared
        first = sorted(graph for graph in shared if graph not in self.last)
        cases = sorted((entry.case, entry.part) for entry in self.manifest.cases())
        return [
            *((shared[graph], (graph,)) for graph in first),
            *((part, self.manifest.graphs(case)) for case, part in cases),
            *((shared[graph], (graph,)) for graph in self.last if graph in shared),
        ]

    def graphs(self, part: str, names: tuple[str, ...]) -> Iterator[LocalGraph]:
        """The graphs of a part, those that hold nothing included."""
        lines: dict[bytes, list[bytes]] = {f"<{name}>".encode(): [] for name in names}
        for line in self._read(part).split(b"\n")[:-1]:
            triple, graph = line[:-2].rsplit(b" ", 1)
            lines[graph].append(triple)
        for name in names:
            yield LocalGraph.of(name, lines[f"<{name}>".encode()])

    def _read(self, part: str) -> bytes:
        try:
            data = self.parts.read(part)
        except FileNotFoundError:
            message = "builds replaced it meanwhile, or .kg is damaged"
            raise PartGone(
                f"a part of the build {self.name} is gone: {message}; `kg build --full`, then again"
            ) from None
        if hashlib.sha256(data).hexdigest() != part:
            raise PartGone(f"{self.parts.path(part)} is damaged; `kg build --full`, then again")
        return data


_NUMBERS = frozenset(f"http://www.w3.org/2001/XMLSchema#{name}" for name in ("integer", "decimal", "double", "float"))


def normalised(triples: bytes) -> set[str]:
    """N-Triples as a set of triples in which equal values are written alike: stores write literals their own way."""
    parsed = ox.parse(triples, format=ox.RdfFormat.N_TRIPLES, lenient=True)
    return {f"{each.subject} {each.predicate} {normal(each.object)}" for each in parsed}


def normal(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> str:
    """A term in one of the ways to write its value.

    >>> number = "http://www.w3.org/2001/XMLSchema#decimal"
    >>> normal(ox.Literal("0.80", datatype=ox.NamedNode(number))) == normal(
    ...     ox.Literal(".8", datatype=ox.NamedNode(number))
    ... )
    True
    >>> normal(ox.Literal("colour", language="en-GB"))
    '"colour"@en-gb'
    """
    if not isinstance(term, ox.Literal):
        return str(term)
    if term.language:
        return str(ox.Literal(term.value, language=term.language.lower()))
    return str(ox.Literal(_value(term.value, term.datatype.value), datatype=term.datatype))


def _value(text: str, datatype: str) -> str:
    if datatype.endswith("#boolean"):
        return {"1": "true", "0": "false"}.get(text, text)
    if datatype.endswith("#dateTime"):
        return text.removesuffix("+00:00").removesuffix("Z")
    if datatype not in _NUMBERS:
        return text
    try:
        return repr(Decimal(text).normalize() + 0)
    except InvalidOperation:
        return text
