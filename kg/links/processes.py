"""Links from claims to processes in; what was decided of a claim, by itself or with all that state the same, out.

The subject of a row is a claim (``acme/CC-001``, or its IRI), or what claims state, as the literal ``8.0|Manage IT``:
the code as written, a bar, the name as written. One such row decides for every claim that states that code and that
name; a row for the claim itself goes before it.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from kg import codes, vocab
from kg.links.curies import PCF
from kg.links.link import End, Link, Verdict
from kg.problem import Problem
from kg.shape import decode

Subject = tuple[str, str, str]
""""claim", case and claim; or "stated", code and name."""

_CLAIM = re.compile(r"(?:.*/)?case/([^/]+)/claim/([^/]+)")
_HINT = "decide which of the rows is right and delete the others"


@dataclass(frozen=True, slots=True)
class Decision:
    """A person's yes: the PCF ID of the process; empty where they decided that there is none."""

    process: str
    link: Link


@dataclass(frozen=True, slots=True)
class Decisions:
    """What curated links say of claims and processes, contradictions taken out."""

    problems: tuple[Problem, ...]
    links: tuple[Link, ...]
    """The rows that apply, in the order of the file."""
    yes: Mapping[Subject, Decision]
    no: Mapping[Subject, frozenset[str]]
    """Subject → PCF IDs of the processes that it is not about."""
    unsure: Mapping[Subject, tuple[Link, ...]]
    """Subject → rows that leave it open."""

    def for_claim(self, case: str, claim: str, code: str, name: str) -> Decision | None:
        """What was decided of a claim, given its ids and what it states."""
        own = "claim", case, claim
        found = self.yes.get(own) or self.yes.get(stated(code, name))
        return None if found and found.process in self.no.get(own, ()) else found

    def refused_for_claim(self, case: str, claim: str, code: str, name: str) -> frozenset[str]:
        """PCF IDs of the processes that a claim was decided not to be about."""
        return self.no.get(("claim", case, claim), frozenset()) | self.no.get(stated(code, name), frozenset())

    def unsure_of_claim(self, case: str, claim: str, code: str, name: str) -> tuple[Link, ...]:
        """Rows that leave open what a claim is about."""
        return self.unsure.get(("claim", case, claim), ()) + self.unsure.get(stated(code, name), ())

    def unknown(
        self, claims: Collection[tuple[str, str]], pairs: Iterable[tuple[str, str]], processes: Collection[str]
    ) -> list[Problem]:
        """Warnings for links to claims, to pairs of code and name, or to PCF IDs that are not there."""
        known = {stated(code, name) for code, name in pairs} | {("claim", case, claim) for case, claim in claims}
        return [problem for link in self.links for problem in _unknown(link, known, processes)]


def process_decisions(links: Iterable[Link]) -> Decisions:
    """What the rows of a file come to."""
    rows = list(links)
    readable, problems = _readable(rows)
    refused = _contradictions(readable, problems)
    yes: dict[Subject, Decision] = {}
    no: dict[Subject, frozenset[str]] = {}
    unsure: dict[Subject, tuple[Link, ...]] = {}
    for link, subject, process in sorted(readable, key=lambda each: each[0].span):
        if link in refused:
            continue
        if link.verdict is Verdict.YES:
            yes.setdefault(subject, Decision(process, link))
        elif link.verdict is Verdict.NO:
            no[subject] = no.get(subject, frozenset()) | {process}
        else:
            unsure[subject] = (*unsure.get(subject, ()), link)
    void = refused | (set(rows) - {link for link, _, _ in readable})
    ordered = tuple(sorted(problems, key=lambda problem: problem.order))
    return Decisions(ordered, tuple(link for link in rows if link not in void), yes, no, unsure)


def stated(code: str, name: str) -> Subject:
    """A code and a name as a decision knows them: written alike up to white space and Unicode's composed characters."""
    return "stated", _plain(code), _plain(name)


def literal(code: str, name: str) -> End:
    """The subject of a row that decides for every claim with this code and this name.

    >>> literal("8.0", "Manage IT").label
    '8.0|Manage IT'
    """
    return End(label=f"{_plain(code)}|{_plain(name)}")


def claim_end(case: str, claim: str) -> End:
    """The subject of a row that decides for one claim."""
    return End(id=f"{case}/{claim}")


def process_end(pcf_id: str) -> End:
    """The object of a row: a process, or, without a PCF ID, that there is none."""
    return End(id=PCF + pcf_id if pcf_id else vocab.sssom_NoTermFound)


def gives_way(old: Link, new: Link) -> bool:
    """Whether one row cannot stand beside a new one: it says otherwise, or leaves open what the new one decides."""
    if _subject(old.subject) != _subject(new.subject):
        return False
    if _process(old.object) == _process(new.object):
        return old.verdict is not new.verdict
    if old.verdict is Verdict.YES:
        return new.verdict is not Verdict.NO
    return old.verdict is Verdict.UNSURE and new.verdict is Verdict.YES


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _readable(rows: list[Link]) -> tuple[list[tuple[Link, Subject, str]], list[Problem]]:
    """Rows with their subject and PCF ID, and those that have none."""
    found: list[tuple[Link, Subject, str]] = []
    problems: list[Problem] = []
    for link in rows:
        subject, process = _subject(link.subject), _process(link.object)
        if subject is None:
            message = f"`{link.subject.text}` is neither a claim nor a code and a name"
            hint = "write a claim as case/claim, a code and a name as 8.0|Manage IT"
            problems.append(codes.BAD_LINK_ROW.at(link.span, message, hint=hint))
        elif process is None:
            message = f"`{link.object.text}` is not a process"
            hint = "write pcf: and the PCF ID, or sssom:NoTermFound where there is no process"
            problems.append(codes.BAD_LINK_ROW.at(link.span, message, hint=hint))
        elif not process and link.verdict is Verdict.NO:
            message, hint = "`Not` before sssom:NoTermFound decides nothing", "name the process"
            problems.append(codes.BAD_LINK_ROW.at(link.span, message, hint=hint))
        else:
            found.append((link, subject, process))
    return found, problems


def _subject(end: End) -> Subject | None:
    """What a row is about. A bar tells a code and a name from a claim; a claim that has one is named by its IRI."""
    found = _CLAIM.fullmatch(end.text)
    if found:
        return "claim", decode(found[1]), decode(found[2])
    if "|" in end.text:
        code, _, name = end.text.partition("|")
        return stated(code, name) if (code + name).strip() else None
    case, _, claim = end.text.rpartition("/")
    return ("claim", case, claim) if case and claim else None


def _process(end: End) -> str | None:
    """A PCF ID; empty for "there is none", None for what is neither."""
    if end.text in (vocab.sssom_NoTermFound, "sssom:NoTermFound"):
        return ""
    text = end.text.removeprefix(PCF)
    return text if re.fullmatch("[0-9]{5}", text) else None


def _contradictions(readable: list[tuple[Link, Subject, str]], problems: list[Problem]) -> set[Link]:
    """Rows of one subject that cannot all be right: two processes, or a process with yes and no."""
    by_subject: dict[Subject, list[tuple[Link, str]]] = defaultdict(list)
    for link, subject, process in sorted(readable, key=lambda each: each[0].span):
        by_subject[subject].append((link, process))
    refused: set[Link] = set()
    for said in by_subject.values():
        for what, links in _clashes(said):
            refused.update(links)
            lines = ", ".join(str(link.line) for link in links)
            message = f"lines {lines}: `{links[0].subject.shown}` {what}; none applies"
            problems.append(codes.CONTRADICTING_LINKS.at(links[-1].span, message, hint=_HINT))
    return refused


def _clashes(said: list[tuple[Link, str]]) -> Iterator[tuple[str, list[Link]]]:
    yes = [(link, process) for link, process in said if link.verdict is Verdict.YES]
    if len({process for _, process in yes}) > 1:
        meant = " and ".join(sorted({process or "none" for _, process in yes}))
        yield f"cannot be about two processes, {meant}", [link for link, _ in yes]
    for process in sorted({process for _, process in yes}):
        both = [link for link, each in said if each == process and link.verdict is not Verdict.UNSURE]
        if any(link.verdict is Verdict.NO for link in both):
            yield f"is, and is not, about {process}", both


def _unknown(link: Link, known: Collection[Subject], processes: Collection[str]) -> Iterator[Problem]:
    subject, process = _subject(link.subject), _process(link.object)
    if subject not in known:
        what = "claim" if subject and subject[0] == "claim" else "claim that states"
        message = f"there is no {what} `{link.subject.shown}`"
        yield codes.UNKNOWN_LINK_TARGET.at(link.span, message, hint="correct the subject, or delete the row")
    if process and process not in processes:
        message = f"there is no process {process} in the catalogue"
        yield codes.UNKNOWN_LINK_TARGET.at(
            link.span, message, hint="import the workbook that has it, or correct the id"
        )
