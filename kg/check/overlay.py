"""The graph of an overlay in; what the shape of overlays finds wrong in it out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import cache

import pyoxigraph as ox

from kg import vocab
from kg.check.engine import ENGINES, Engine
from kg.ntriples import Triple, iri
from kg.release import Facts, bundled, read_facts, turtle_files

_CLASSES = {vocab.classifiedCase: vocab.Case, vocab.classificationConfidence: vocab.Confidence}
"""What is only referred to, by predicate → the class that it was found to be of."""


def overlay_faults(triples: Iterable[Triple], taxonomies: Iterable[Triple], engine: str) -> dict[str, list[str]]:
    """The messages of the shapes that an overlay, or a classification of it, breaks, by its IRI."""
    stated = list(triples)
    types = {(o, iri(vocab.rdf_type), iri(_CLASSES[p[1:-1]])) for _, p, o in stated if p[1:-1] in _CLASSES}
    text = "".join(f"{s} {p} {o} .\n" for s, p, o in {*stated, *taxonomies, *types})
    own, found = {subject for subject, _, _ in stated}, defaultdict[str, list[str]](list)
    for result in _engine(engine).validate(text):
        if result.focus in own:
            found[result.focus[1:-1]].append(_facts()[result.shape][vocab.sh_message][0])
    return dict(found)


@cache
def _engine(name: str) -> Engine:
    shapes = [
        triple
        for path in turtle_files(bundled("shapes/system"))
        for triple in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE)
    ]
    return ENGINES[name]((ox.serialize(shapes, format=ox.RdfFormat.N_TRIPLES) or b"").decode("utf-8"))


@cache
def _facts() -> Facts:
    return read_facts(turtle_files(bundled("shapes/system")))
