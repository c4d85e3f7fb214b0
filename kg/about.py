"""A case, a catalogue and people's decisions in; which process each claim is about, as facts and as problems, out.

A claim is linked to a process where its code and its name agree, or where a person decided so. Everything else is a
problem at the claim's own line, with the processes that may be meant, best first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from kg import codes, vocab
from kg.case import Case, Record
from kg.catalogue import Catalogue, Process
from kg.links import Decision, Decisions, Link, Mention, claim_mentions, link_iri
from kg.links import literal as pair_end
from kg.ntriples import Triple, iri, literal
from kg.problem import Code, Problem, Span
from kg.process import Candidate, Reason, Resolution, Resolver

METHODS = (vocab.CASEGRAPH + "method/process/2",)

FUNCTIONAL = "functional"
"""The context type whose claims are about a process."""
NAMED = 3
"""Candidates that a hint names."""


@dataclass(frozen=True, slots=True)
class Linking:
    """One claim, what it states of a process, and what that comes to."""

    case_id: str
    record: Record
    code: str
    name: str
    resolution: Resolution
    decision: Decision | None = None
    """The decision of a person that applies."""
    unsure: tuple[Link, ...] = ()
    """Rows that leave it open."""

    @property
    def claim_id(self) -> str:
        """The claim's id as the file writes it."""
        return self.record.text(vocab.dcterms_identifier) or ""

    @property
    def is_functional(self) -> bool:
        """Whether it is a claim about a process."""
        return self.record.text(vocab.contextType) == FUNCTIONAL

    @property
    def mentions(self) -> tuple[Mention, Mention]:
        """What a decision about this claim can be about."""
        return claim_mentions(self.case_id, self.claim_id, self.code, self.name)


class Linker:
    """Links the claims of cases to the processes of one catalogue."""

    def __init__(self, catalogue: Catalogue, decisions: Decisions) -> None:
        self.catalogue = catalogue
        self.pcf_ids = frozenset(each.pcf_id for each in catalogue.processes)
        self.decisions = decisions
        self._resolver = Resolver(catalogue)
        self._known: dict[tuple[str, str], Resolution] = {}

    def linkings(self, case: Record) -> list[Linking]:
        """The claims of a case that are, or should be, about a process."""
        case_id = case.text(vocab.dcterms_identifier) or ""
        claims = case.records(vocab.hasContextClaim)
        return [self._linking(case_id, claim) for claim in claims if is_about_a_process(claim)]

    def resolve(self, code: str, name: str) -> Resolution:
        """What a code and a name come to before anyone decides."""
        if (code, name) not in self._known:
            self._known[code, name] = self._resolver.resolve(code, name)
        return self._known[code, name]

    def _linking(self, case_id: str, claim: Record) -> Linking:
        code, name = stated(claim)
        claim_id = claim.text(vocab.dcterms_identifier) or ""
        about = case_id, claim_id, code, name
        decision, refused = self.decisions.for_claim(*about), self.decisions.refused_for_claim(*about)
        found = _without(self._referred(claim) or self.resolve(code, name), refused)
        if decision and (not decision.process or decision.process in self.pcf_ids):
            found = _decided(found, self.catalogue.by_pcf_id(decision.process))
        else:
            decision = None
        return Linking(case_id, claim, code, name, found, decision, self.decisions.unsure_of_claim(*about))

    def _referred(self, claim: Record) -> Resolution | None:
        """What a claim that names its process by PCF ID comes to; None for others. An id needs no second witness."""
        code = _reference(claim)
        if not code:
            return None
        process = self.catalogue.by_pcf_id(code)
        return Resolution(process, None, process, Reason.REFERRED if process else Reason.UNKNOWN)


def is_about_a_process(claim: Record) -> bool:
    """Whether a context claim is functional, or states a process although it is not."""
    return claim.text(vocab.contextType) == FUNCTIONAL or any(stated(claim))


def stated(claim: Record) -> tuple[str, str]:
    """The code and the name that a claim states, or that wait for a decision; empty where it states none."""
    if reference := _reference(claim):
        return reference, ""
    code, _, name = _waiting(claim).partition("|")
    return claim.text(vocab.statedProcessCode) or code, claim.text(vocab.statedProcessName) or name


def _reference(claim: Record) -> str:
    """The PCF ID by which a claim names its process."""
    return next(filter(None, (each.text(vocab.referredId) for each in claim.records(vocab.processReference))), "")


def _waiting(claim: Record) -> str:
    """The code and name of an earlier release that a migration could not resolve."""
    field = claim.shape.by_path.get(vocab.processReference)
    waiting = (each for each in claim.records(vocab.pending) if field and each.text(vocab.pendingField) == field.key)
    return next(filter(None, (each.text(vocab.pendingValue) for each in waiting)), "")


def _without(found: Resolution, refused: frozenset[str]) -> Resolution:
    """A resolution without the processes that a person ruled out."""
    if not refused:
        return found
    left = tuple(each for each in found.candidates if each.process.pcf_id not in refused)
    if found.linked and found.linked.pcf_id in refused:
        return replace(found, linked=None, reason=Reason.RULED_OUT, candidates=left)
    return replace(found, candidates=left)


def _decided(found: Resolution, process: Process | None) -> Resolution:
    reason = Reason.DECIDED if process else Reason.DECIDED_NONE
    return replace(found, linked=process, reason=reason, candidates=())


# --- Facts -------------------------------------------------------------------------------------------


def derive(linkings: list[Linking], base: str) -> list[Triple]:
    """What is known of the process of each claim; a link, or why there is none, and what code and name would mean."""
    return [triple for each in linkings for triple in _facts(each, base) if each.resolution.reason is not _NOTHING]


_NOTHING = Reason.NOTHING_STATED


def _facts(linking: Linking, base: str) -> Iterator[Triple]:
    claim, found = iri(base + linking.record.iri), linking.resolution
    if found.linked:
        yield claim, iri(vocab.aboutProcess), iri(found.linked.iri)
        yield claim, iri(vocab.processBasis), literal(found.reason.value)
    else:
        yield claim, iri(vocab.unlinkedProcess), literal(found.reason.value)
    if linking.decision:
        yield claim, iri(vocab.processDecision), iri(link_iri(linking.decision.link, base))
    if found.by_code:
        yield claim, iri(vocab.candidateProcessByCode), iri(found.by_code.iri)
    if found.by_name:
        yield claim, iri(vocab.candidateProcessByName), iri(found.by_name.iri)
    for each in found.candidates:
        if each.basis == "near":
            yield claim, iri(vocab.candidateProcessByNearName), iri(each.process.iri)


# --- Problems ----------------------------------------------------------------------------------------


def problems(linkings: list[Linking], case: Case, catalogue: Catalogue) -> Iterator[Problem]:
    """Claims whose process is not known, at the line of the code or the name that is to blame."""
    for each in linkings:
        if each.resolution.reason in _CODES:
            code, predicate = _CODES[each.resolution.reason]
            span = _place(each.record, case, predicate) or Span(case.source.file)
            yield code.at(span, _message(each), hint=_hint(each, catalogue), record=each.claim_id)


def _place(claim: Record, case: Case, predicate: str) -> Span | None:
    """Where a claim states its code or name: under their keys, in its reference, or in what is pending."""
    inner = (*claim.records(vocab.processReference), *claim.records(vocab.pending))
    here = (case.span_of(term, claim) for term in (predicate, vocab.statedProcessName))
    there = (case.span_of(term, each) for each in inner for term in (vocab.referredId, vocab.pendingValue))
    return next(filter(None, (*here, *there, case.span_of(vocab.dcterms_identifier, claim))), None)


_CODES: dict[Reason, tuple[Code, str]] = {
    Reason.DISAGREE: (codes.PROCESS_DISAGREES, vocab.statedProcessCode),
    Reason.UNKNOWN_NAME: (codes.UNKNOWN_PROCESS_NAME, vocab.statedProcessName),
    Reason.UNKNOWN_CODE: (codes.UNKNOWN_PROCESS_CODE, vocab.statedProcessCode),
    Reason.UNKNOWN: (codes.UNKNOWN_PROCESS, vocab.statedProcessCode),
    Reason.CODE_ONLY: (codes.UNCONFIRMED_PROCESS, vocab.statedProcessCode),
    Reason.NAME_ONLY: (codes.UNCONFIRMED_PROCESS, vocab.statedProcessName),
}


def _message(each: Linking) -> str:
    code, name = f"code {each.code}", f"“{' '.join(each.name.split())}”"
    found = each.resolution
    by_code = f"“{found.by_code.name}”" if found.by_code else ""
    by_name = f"{found.by_name.hierarchy_id} ({found.by_name.pcf_id})" if found.by_name else ""
    said = (f"has the {code}", each.code), (f"is called {name}", each.name)
    unknown = [words for words, stated in said if stated.strip()]
    return {
        Reason.DISAGREE: f"{code} is {by_code}, but the name is that of {by_name}",
        Reason.UNKNOWN_NAME: f"{code} is {by_code}, and no process is called {name}",
        Reason.UNKNOWN_CODE: f"no process has the {code}; the name is that of {by_name}",
        Reason.UNKNOWN: f"no process {' or '.join(unknown)}",
        Reason.CODE_ONLY: f"{code} is {by_code}; no name confirms it",
        Reason.NAME_ONLY: f"the name is that of {by_name}; no code confirms it",
    }[found.reason]


def _hint(each: Linking, catalogue: Catalogue) -> str:
    named = " or ".join(_candidate(candidate) for candidate in each.resolution.candidates[:NAMED])
    mend = f"correct the claim, or decide: kg processes decide {each.case_id}/{each.claim_id} PCF_ID"
    meant = f"it may be {named}; {mend}" if named else f"no process is like it; {mend}"
    if catalogue.depth > 2 or each.resolution.by_code:
        return meant
    return f"{meant}; the catalogue goes to level {catalogue.depth} only: kg processes import reads all of APQC's"


def _candidate(candidate: Candidate) -> str:
    process = candidate.process
    alike = "" if candidate.score == 1 else f", names {candidate.score:.0%} alike"
    return f"{process.pcf_id} {process.name} (by {BASES[candidate.basis]}{alike})"


BASES = {"code": "code", "name": "name", "near": "near name"}
"""What a candidate was found by, in words."""


# --- What is left to a person ------------------------------------------------------------------------

SETTLED = frozenset((Reason.AGREE, Reason.REFERRED, Reason.DECIDED, Reason.DECIDED_NONE))
"""Reasons that leave nothing to decide."""


@dataclass(frozen=True, slots=True)
class Group:
    """Claims that one decision covers: those that state the same code and name, or one that states neither."""

    linkings: tuple[Linking, ...]

    @property
    def first(self) -> Linking:
        """One of them."""
        return self.linkings[0]

    @property
    def is_pair(self) -> bool:
        """Whether they state anything."""
        return bool(self.first.code.strip() or self.first.name.strip())

    @property
    def subject(self) -> str:
        """What a decision calls them: ``8.0|Manage IT``, or ``acme/CC-001``."""
        if self.is_pair:
            return pair_end(self.first.code, self.first.name).label
        return f"{self.first.case_id}/{self.first.claim_id}"


def worklist(linkings: Iterable[Linking]) -> list[Group]:
    """Functional claims whose process is open, by what they state: those first that most claims share.

    What a person left open stands last.
    """
    groups: dict[tuple[Mention, Reason], list[Linking]] = {}
    for each in linkings:
        if each.is_functional and each.resolution.reason not in SETTLED:
            own, pair = each.mentions
            key = own if each.resolution.reason is Reason.NOTHING_STATED else pair
            groups.setdefault((key, each.resolution.reason), []).append(each)
    found = (Group(tuple(each)) for each in groups.values())
    return sorted(found, key=lambda each: (bool(each.first.unsure), -len(each.linkings), each.subject))
