"""One Markdown file in; its manifest entry and, where it is a sound case, its part out."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from kg import codes, identity, vocab
from kg.build.inputs import Inputs, reader
from kg.build.scan import Found
from kg.case import Case
from kg.identity import Entity
from kg.manifest import FileEntry, case_graphs
from kg.ntriples import Triple, iri
from kg.problem import Span
from kg.triples import home_graph, nquads, stated


@dataclass(slots=True)
class Work:
    """A sound case on its way through the steps."""

    case: Case
    base: str
    stated: list[Triple] = field(default_factory=list[Triple])
    derived: list[Triple] = field(default_factory=list[Triple])
    entities: list[Entity] = field(default_factory=list[Entity])

    @property
    def graph(self) -> str:
        """IRI of the graph of what the file states."""
        assert self.case.record is not None
        return home_graph(self.case.record, self.base)

    @property
    def derived_graph(self) -> str:
        """IRI of the graph of what is derived from it."""
        return case_graphs(self.graph)[1]


def state(work: Work) -> None:
    """What the file says."""
    work.stated = stated(work.case, work.base)


def identify(work: Work) -> None:
    """The organisation and the documents that it is about."""
    triples, work.entities = identity.derive(work.case, work.base)
    work.derived += triples


def sign(work: Work) -> None:
    """The methods that the derived facts were made by."""
    graph = iri(work.derived_graph)
    for method in identity.METHODS:
        work.derived.append((graph, iri(vocab.derivedBy), iri(method)))


STEPS: tuple[Callable[[Work], None], ...] = (state, identify, sign)
"""What happens to a sound case, in order."""


def make_entry(found: Found, inputs: Inputs) -> FileEntry:
    """Read one file, run the steps, keep the part."""
    try:
        raw = found.path.read_bytes()
    except OSError as error:
        hint = "give the file read permission, or remove it"
        problem = codes.UNREADABLE_FILE.at(Span(found.shown), f"cannot be read: {error.strerror}", hint=hint)
        return FileEntry(found.shown, "", found.stamp, problems=(problem,))
    entry = FileEntry(found.shown, hashlib.sha256(raw).hexdigest(), found.stamp)
    case = reader(inputs).read(raw, found.shown)
    return entry if case is None else _case_entry(entry, case, inputs)


def _case_entry(entry: FileEntry, case: Case, inputs: Inputs) -> FileEntry:
    problems = tuple(sorted(case.problems, key=lambda problem: problem.order))
    if case.record is None or not case.is_sound:
        return FileEntry(entry.path, entry.sha256, entry.stamp, problems=problems)
    work = Work(case, inputs.base)
    for step in STEPS:
        step(work)
    lines = nquads(work.stated, work.graph) + nquads(work.derived, work.derived_graph)
    return FileEntry(
        entry.path,
        entry.sha256,
        entry.stamp,
        case=case.record.iri,
        part=inputs.parts.write(sorted(lines)),
        quads=len(lines),
        counts=_counts(work.stated),
        entities=tuple(work.entities),
        problems=problems,
    )


def _counts(triples: list[Triple]) -> dict[str, int]:
    """Records by class."""
    kind = iri(vocab.rdf_type)
    return dict(Counter(value[1:-1] for _, predicate, value in triples if predicate == kind))
