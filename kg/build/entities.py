"""What all cases say of organisations and documents in; the entities graph, and names that meet in one IRI, out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kg import codes, identity, vocab
from kg.build.cases import where
from kg.build.inputs import Inputs, curated
from kg.fileentry import entities_of
from kg.identity import Entity, slug
from kg.links import organisation_triples
from kg.manifest import Manifest
from kg.ntriples import Triple
from kg.problem import Problem


@dataclass(frozen=True, slots=True)
class Node:
    """A shared node as all cases speak of it."""

    iri: str
    kind: str
    names: dict[str, list[str]]
    """Every name of it, with the files that use it."""


def shared_nodes(manifest: Manifest) -> list[Node]:
    """Every organisation and document that a case in the graph is about."""
    nodes: dict[str, Node] = {}
    for entry, entities in entities_of(manifest.cases()):
        for iri, kind, name in entities:
            node = nodes.get(iri)
            if node is None:
                node = nodes[iri] = Node(iri, kind, {})
            node.names.setdefault(name, []).append(entry.path)
    return list(nodes.values())


def entity_triples(nodes: Iterable[Node], inputs: Inputs) -> Iterator[Triple]:
    """Organisations and documents; an organisation with what people decided about it."""
    decided, stem = curated(inputs).organisations, f"{inputs.base}organisation/"
    for node in nodes:
        own = node.iri.removeprefix(stem)
        uses = {Entity(node.iri, node.kind, name): len(paths) for name, paths in node.names.items()}
        yield from identity.describe(node.iri, uses, preferred=decided.labels.get(own, ""))
        yield from organisation_triples(own, decided, inputs.base) if own != node.iri else ()


def collisions(nodes: Iterable[Node], inputs: Inputs) -> Iterator[tuple[str, Problem]]:
    """Names that share an IRI though nobody said that they are one organisation's: a warning at each file."""
    decided = curated(inputs).organisations
    for names in (node.names for node in nodes if node.kind == vocab.org_Organization and len(node.names) > 1):
        for name, paths in names.items():
            met = [each for each in names if slug(each) == slug(name) and not decided.is_confirmed(name, each)]
            for path in paths if met else ():
                others = ", ".join(f"“{other}” ({names[other][0]})" for other in met)
                message = f"“{name}” and {others} make one organisation in the graph"
                hint = "use one spelling, or say with `kg organisations decide` that they are one; else tell them apart"
                span = where(path, vocab.organisationName, inputs)
                yield path, codes.ORGANISATION_COLLISION.at(span, message, hint=hint)
