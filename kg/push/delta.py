"""A large graph that changed little in; the update that makes the new one of the old one out, where that is safe.

Replacing 50,000 triples to change ten takes a store seconds. What an update leaves is counted and sampled like
everything else, and a graph that then has the wrong count is sent whole.
"""

from __future__ import annotations

from kg.parts import difference
from kg.push.local import LocalBuild, LocalGraph, PartGone
from kg.push.plan import Step, Why
from kg.store.remote import Remote

LARGE = 2_000
"""Triples above which a graph is worth an update."""
MOST = 2_000
"""Triples in an update; Virtuoso fails at about 5,000."""


def update_of(build: LocalBuild, step: Step, graph: LocalGraph, remote: Remote) -> str:
    """A SPARQL update, or nothing where the graph has to be sent whole.

    It needs the old graph, which this workspace may no longer have, and a store that holds as many triples as recorded.
    """
    before = step.before
    if graph.count < LARGE or len(step.siblings) != 1 or step.why is not Why.CHANGED or before is None:
        return ""
    try:
        (old,) = build.graphs(before.part, step.siblings)
    except PartGone:
        return ""
    removed, added = difference(old.triples, graph.triples)
    if old.sha256 != before.sha256 or len(removed) + len(added) > MOST:
        return ""
    if remote.counts([graph.iri]).get(graph.iri) != before.count:
        return ""
    return " ;\n".join(
        _data(what, graph.iri, lines) for what, lines in (("DELETE", removed), ("INSERT", added)) if lines
    )


def _data(what: str, graph: str, lines: list[bytes]) -> str:
    return f"{what} DATA {{ GRAPH <{graph}> {{\n{b''.join(lines).decode('utf-8')}}} }}"
