"""What all cases say of organisations and documents in; the entities graph, and names that meet in one IRI, out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from kg import codes, identity, vocab
from kg.build.cases import where
from kg.build.inputs import Inputs, curated
from kg.identity import Entity, slug
from kg.links import organisation_triples
from kg.manifest import Manifest
from kg.ntriples import Triple
from kg.problem import Problem


def entity_triples(manifest: Manifest, inputs: Inputs) -> Iterator[Triple]:
    """Organisations and documents; an organisation with what people decided about it."""
    said: dict[str, list[Entity]] = defaultdict(list)
    for entry in manifest.cases():
        for entity in entry.entities:
            said[entity.iri].append(entity)
    decided, stem = curated(inputs).organisations, f"{inputs.base}organisation/"
    for node, entities in said.items():
        own = node.removeprefix(stem)
        yield from identity.describe(node, entities, preferred=decided.labels.get(own, ""))
        yield from organisation_triples(own, decided, inputs.base) if own != node else ()


def collisions(manifest: Manifest, inputs: Inputs) -> Iterator[tuple[str, Problem]]:
    """Names that share an IRI though nobody said that they are one organisation's: a warning at each file."""
    decided = curated(inputs).organisations
    for names in _names(manifest):
        for name, paths in names.items() if len(names) > 1 else ():
            met = [each for each in names if slug(each) == slug(name) and not decided.is_confirmed(name, each)]
            for path in paths if met else ():
                others = ", ".join(f"“{other}” ({names[other][0]})" for other in met)
                message = f"“{name}” and {others} make one organisation in the graph"
                hint = "use one spelling, or say with `kg organisations decide` that they are one; else tell them apart"
                span = where(path, vocab.organisationName, inputs)
                yield path, codes.ORGANISATION_COLLISION.at(span, message, hint=hint)


def _names(manifest: Manifest) -> list[Mapping[str, list[str]]]:
    """For each organisation, its names with the files that use them."""
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for entry in manifest.cases():
        for entity in entry.entities:
            if entity.kind == vocab.org_Organization:
                found[entity.iri][entity.name].append(entry.path)
    return list(found.values())
