"""One Markdown file in; its manifest entry and, where it is a sound case, its part out."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from kg import about, codes, evidence, identity, mode, vocab
from kg.build.inputs import Inputs, checker, curated, linker, modes, readable, reader
from kg.build.scan import Found, shown_path, stamp
from kg.candidates import pseudo
from kg.captures import Capture, read_captures
from kg.case import Case
from kg.fileentry import FileEntry, TextEntry, in_order
from kg.identity import Entity
from kg.links import Mention, organisation_mention
from kg.manifest import case_graphs
from kg.ntriples import Triple, iri
from kg.packed import Problems
from kg.problem import Problem, Span
from kg.triples import home_graph, nquads, stated


@dataclass(slots=True)
class Work:
    """A case that has a record, on its way through the steps."""

    case: Case
    inputs: Inputs
    captures: Sequence[Capture] = ()
    stated: list[Triple] = field(default_factory=list[Triple])
    derived: list[Triple] = field(default_factory=list[Triple])
    entities: list[Entity] = field(default_factory=list[Entity])
    mentions: list[Mention] = field(default_factory=list[Mention])
    """What in the case a person's decision can be about."""

    @property
    def base(self) -> str:
        """What every IRI begins with."""
        return self.inputs.base

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
    assert work.case.record is not None
    decided = curated(work.inputs).organisations.roots
    triples, work.entities = identity.derive(work.case, work.base, decided)
    work.derived += triples
    name = work.case.record.text(vocab.organisationName)
    if name:
        work.mentions.append(organisation_mention(identity.slug(name)))
        work.case.problems += _unnamed(name, work.case)


def _unnamed(name: str, case: Case) -> Iterator[Problem]:
    """What is wrong with an organisation's name that names none."""
    reason = pseudo(name)
    if reason:
        hint = "name the one organisation that the case is about, or make a case for each"
        span = case.span_of(vocab.organisationName) or Span(case.source.file)
        yield codes.PSEUDO_ORGANISATION.at(span, f"“{name}” names no organisation: {reason}", hint=hint)


def locate(work: Work) -> None:
    """Where its quotes stand in the captured texts, and what its figures are."""
    assert work.case.record is not None
    work.derived += evidence.derive(work.case.record, work.captures, work.base)


def resolve(work: Work) -> None:
    """The processes that its claims are about, or why that is not known."""
    assert work.case.record is not None
    at = linker(work.inputs)
    linkings = at.linkings(work.case.record)
    earlier = at.linkings(work.case.earlier) if work.case.earlier else []
    work.mentions += (mention for each in (*linkings, *earlier) for mention in each.mentions)
    work.derived += about.derive(linkings, work.base)
    work.case.problems += about.problems(linkings, work.case, at.catalogue)


def weigh(work: Work) -> None:
    """The evidence modes that its value claims pass."""
    assert work.case.record is not None
    work.derived += mode.derive(work.case.record, modes(work.inputs), work.base)


def sign(work: Work) -> None:
    """The methods that the derived facts were made by."""
    graph = iri(work.derived_graph)
    work.derived += [(graph, iri(vocab.derivedBy), iri(method)) for method in work.inputs.methods]


def check(work: Work) -> None:
    """What the shapes find wrong, in what is stated and in how it agrees with what is derived."""
    found = checker(work.inputs).check(work.case, [*work.stated, *work.derived], work.base)
    work.case.problems += found


STEPS: tuple[Callable[[Work], None], ...] = (state, identify, locate, resolve, weigh, sign, check)
"""What happens to a case that has a record, in order."""


def run_steps(case: Case, inputs: Inputs, folder: Path) -> Work:
    """A case after all steps; its problems are complete then."""
    assert case.record is not None
    captures = read_captures(case.record, folder, (folder.resolve(), *readable(inputs)))
    work = Work(case, inputs, captures)
    for step in STEPS:
        step(work)
    return work


def make_entry(found: Found, inputs: Inputs) -> FileEntry:
    """Read one file, run the steps, keep the part."""
    entry, work = _examined(found, inputs)
    if work is None:
        return entry
    entry = replace(entry, texts=tuple(_text_entry(each, inputs.root) for each in work.captures))
    if not work.case.is_sound:
        return entry
    lines = nquads(work.stated, work.graph) + nquads(work.derived, work.derived_graph)
    return replace(entry, part=inputs.parts.write(sorted(lines)), quads=len(lines))


def examine(found: Found, inputs: Inputs) -> FileEntry:
    """Read one file and run the steps, for its problems only: nothing is written."""
    entry = _examined(found, inputs)[0]
    named = tuple(each for each in entry.entities if each.kind in _NAMED)
    mentions = entry.mentions if inputs.links else ()
    return replace(entry, counts={}).holding(entities=named, mentions=mentions, problems=entry.problems)


_NAMED = (vocab.org_Organization,)
"""Shared nodes whose names are compared across files."""


def problems_of(raw: bytes, shown: str, folder: Path, inputs: Inputs) -> list[Problem]:
    """What is wrong with the text of a case file that would stand in a folder."""
    case = reader(inputs).read(raw, shown)
    if case is None:
        hint = "a case file begins with YAML front matter between two lines of ---, with a case_id in it"
        return [codes.NO_FRONT_MATTER.at(Span(shown), "this is not a case file", hint=hint)]
    if case.record:
        run_steps(case, inputs, folder)
    return sorted(case.problems, key=lambda problem: problem.order)


def _examined(found: Found, inputs: Inputs) -> tuple[FileEntry, Work | None]:
    try:
        raw = found.path.read_bytes()
    except OSError as error:
        hint = "give the file read permission, or remove it"
        problem = codes.UNREADABLE_FILE.at(Span(found.shown), f"cannot be read: {error.strerror}", hint=hint)
        return FileEntry(found.shown, "", found.stamp).holding(problems=Problems.of([problem])), None
    entry = FileEntry(found.shown, hashlib.sha256(raw).hexdigest(), found.stamp)
    case = reader(inputs).read(raw, found.shown)
    if case is None:
        return entry, None
    work = run_steps(case, inputs, found.path.parent) if case.record else None
    entry = replace(entry, is_case=True, release=case.stated_release)
    mentions, problems = dict.fromkeys(work.mentions) if work else (), in_order(case.problems)
    if work is None or case.record is None or not case.is_sound:
        return entry.holding(mentions=mentions, problems=problems), work
    entry = replace(entry, case=case.record.iri, counts=_counts(work.stated))
    return entry.holding(entities=work.entities, mentions=mentions, problems=problems), work


def where(path: str, predicate: str, inputs: Inputs, *, subject: str = "") -> Span:
    """Where a case file says something, of itself or of a record by IRI; for problems found after it was read."""
    try:
        case = reader(inputs).read((inputs.root / path).read_bytes(), path)
    except OSError:
        return Span(path)
    if case is None or case.record is None:
        return Span(path)
    record = next((each for each in case.record.walk() if inputs.base + each.iri == subject), None)
    return case.span_of(predicate, record) or Span(path)


def _text_entry(capture: Capture, root: Path) -> TextEntry:
    return TextEntry(shown_path(capture.path, root), capture.sha256, stamp(capture.path))


def _counts(triples: list[Triple]) -> dict[str, int]:
    """Records by class."""
    kind = iri(vocab.rdf_type)
    return dict(Counter(value[1:-1] for _, predicate, value in triples if predicate == kind))
