"""A catalogue of APQC processes goes out as SKOS and comes in; a stated code and name become a process."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import pyoxigraph
from rapidfuzz import fuzz
from rapidfuzz.process import extract

from kg import vocab
from kg.pcf import PCF, Catalogue, Process, hierarchy_id

Triple = tuple[str, str, str]

# --- Terms: to be moved to kg/vocab.py (EXTERNAL in tools/generate.py) ---------------------------------
_CHANGE_NOTE = "http://www.w3.org/2004/02/skos/core#changeNote"
# -------------------------------------------------------------------------------------------------------

_PREFIXES = {
    "cg": vocab.CG,
    "dcterms": vocab.dcterms_title.removesuffix("title"),
    "pcf": PCF,
    "skos": vocab.skos_Concept.removesuffix("Concept"),
}
_ESCAPED = re.compile('["\\\\\x00-\x1f\x7f]')
_NAMED = {"\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", '"': '\\"', "\\": "\\\\"}


# --- SKOS out ----------------------------------------------------------------------------------------


def literal(text: str, suffix: str = "") -> str:
    r"""A literal in N-Triples syntax, canonically escaped; the suffix is its language tag or its datatype.

    >>> print(literal('say "no"', "@en"))
    "say \"no\""@en
    """
    return f'"{_ESCAPED.sub(_escape, text)}"{suffix}'


def _escape(found: re.Match[str]) -> str:
    return _NAMED.get(found[0]) or f"\\u{ord(found[0]):04X}"


def catalogue_lines(catalogue: Catalogue) -> list[str]:
    """The catalogue as N-Triples, sorted by code point, without line ends."""
    return sorted(f"{subject} {predicate} {value} ." for subject, predicate, value in _triples(catalogue))


def turtle(catalogue: Catalogue) -> str:
    """The catalogue as Turtle to read: the scheme first, then the processes in hierarchy order."""
    prefixes = "".join(f"@prefix {prefix + ':':<8} <{namespace}> .\n" for prefix, namespace in _PREFIXES.items())
    by_subject = groupby(_triples(catalogue), key=itemgetter(0))
    return "\n".join([prefixes, *(_block(subject, list(triples)) for subject, triples in by_subject)])


def _triples(catalogue: Catalogue) -> Iterator[Triple]:
    for predicate, value in _scheme(catalogue):
        yield f"<{catalogue.iri}>", f"<{predicate}>", value
    for each in catalogue.processes:
        for predicate, value in _concept(each, catalogue.iri):
            yield f"<{each.iri}>", f"<{predicate}>", value


def _scheme(catalogue: Catalogue) -> Iterator[tuple[str, str]]:
    yield vocab.rdf_type, f"<{vocab.skos_ConceptScheme}>"
    yield vocab.dcterms_title, literal(catalogue.title)
    yield vocab.edition, literal(catalogue.edition)
    yield vocab.editionVersion, literal(catalogue.version)
    yield vocab.dcterms_publisher, literal("APQC")
    yield vocab.dcterms_rights, literal(catalogue.rights)


def _concept(each: Process, scheme: str) -> Iterator[tuple[str, str]]:
    yield vocab.rdf_type, f"<{vocab.skos_Concept}>"
    yield vocab.rdf_type, f"<{vocab.Process}>"
    yield vocab.skos_prefLabel, literal(each.name, "@en")
    if each.description:
        yield vocab.skos_definition, literal(each.description, "@en")
    if each.change:
        yield _CHANGE_NOTE, literal(each.change, "@en")
    yield vocab.pcfId, literal(each.pcf_id)
    yield vocab.hierarchyId, literal(each.hierarchy_id)
    yield vocab.level, literal(str(each.level), f"^^<{vocab.xsd_integer}>")
    if each.parent:
        yield vocab.skos_broader, f"<{PCF}{each.parent}>"
    yield vocab.skos_inScheme, f"<{scheme}>"


def _block(subject: str, triples: list[Triple]) -> str:
    by_predicate = groupby(triples, key=itemgetter(1))
    lines = [
        f"{_short_predicate(predicate)} {' , '.join(_short(value) for _, _, value in group)}"
        for predicate, group in by_predicate
    ]
    return _short(subject) + " " + " ;\n    ".join(lines) + " .\n"


def _short_predicate(term: str) -> str:
    return "a" if term == f"<{vocab.rdf_type}>" else _short(term)


def _short(term: str) -> str:
    """A term as Turtle abbreviates it.

    >>> _short(f"<{vocab.Process}>"), _short(f'"2"^^<{vocab.xsd_integer}>')
    ('cg:Process', '2')
    """
    number = re.fullmatch(rf'"([0-9]+)"\^\^<{re.escape(vocab.xsd_integer)}>', term)
    if number:
        return number[1]
    for prefix, namespace in _PREFIXES.items():
        if re.fullmatch(rf"<{re.escape(namespace)}[A-Za-z0-9]+>", term):
            return f"{prefix}:{term[1:-1].removeprefix(namespace)}"
    return term


# --- and back in -------------------------------------------------------------------------------------


def read_catalogue(path: Path) -> Catalogue:
    """The catalogue in a Turtle file; raises as ``parse_catalogue`` does."""
    return parse_catalogue(path.read_text(encoding="utf-8"))


def parse_catalogue(text: str) -> Catalogue:
    """The catalogue in some Turtle.

    Raises SyntaxError where it is no Turtle, ValueError where it does not hold exactly one catalogue.
    """
    facts: dict[str, dict[str, str]] = {}
    for triple in pyoxigraph.parse(text, format=pyoxigraph.RdfFormat.TURTLE):
        if isinstance(triple.subject, pyoxigraph.NamedNode):
            facts.setdefault(triple.subject.value, {})[triple.predicate.value] = _value(triple.object)
    schemes = [subject for subject, said in facts.items() if vocab.edition in said]
    if len(schemes) != 1:
        raise ValueError(f"expected one catalogue of processes, found {len(schemes)}")
    processes = tuple(_read_process(each, said) for each, said in facts.items() if vocab.pcfId in said)
    terms = vocab.edition, vocab.editionVersion, vocab.dcterms_rights
    edition, version, rights = (_said(schemes[0], facts[schemes[0]], term) for term in terms)
    return Catalogue(edition, version, processes, rights)


def _value(term: object) -> str:
    return term.value if isinstance(term, pyoxigraph.NamedNode | pyoxigraph.Literal) else ""


def _read_process(subject: str, said: dict[str, str]) -> Process:
    hierarchy = _said(subject, said, vocab.hierarchyId)
    if hierarchy_id(hierarchy) != hierarchy:
        raise ValueError(f"<{subject}> has {hierarchy!r} for a hierarchy id; it would look like 3.0 or 3.1.2")
    broader = said.get(vocab.skos_broader)
    return Process(
        said[vocab.pcfId],
        hierarchy,
        _said(subject, said, vocab.skos_prefLabel),
        broader.removeprefix(PCF) if broader else None,
        said.get(vocab.skos_definition, ""),
        said.get(_CHANGE_NOTE, ""),
    )


def _said(subject: str, facts: dict[str, str], predicate: str) -> str:
    if predicate not in facts:
        raise ValueError(f"<{subject}> has no <{predicate}>")
    return facts[predicate]


# --- Resolving ---------------------------------------------------------------------------------------


class Reason(StrEnum):
    """Why a stated code and name do, or do not, make a link."""

    AGREE = "agree"
    """Code and name are those of one process: the only link."""
    DISAGREE = "disagree"
    """The code is one process, the name another."""
    UNKNOWN_NAME = "unknown-name"
    """The code is a process; the name is not its, nor any other's."""
    CODE_ONLY = "code-only"
    """The code is a process; no name is stated."""
    UNKNOWN_CODE = "unknown-code"
    """The name is a process; the code is none."""
    NAME_ONLY = "name-only"
    """The name is a process; no code is stated."""
    UNKNOWN = "unknown"
    """Something is stated, and nothing of it is in the catalogue."""
    NOTHING_STATED = "nothing-stated"
    """Neither code nor name."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A process that may be meant, found by ``code``, ``name`` or ``near`` name; how alike the names are."""

    process: Process
    basis: str
    score: float


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a stated code and name come to; where they are not linked, the candidates, best first."""

    by_code: Process | None
    by_name: Process | None
    linked: Process | None
    reason: Reason
    candidates: tuple[Candidate, ...] = ()


_NEAR = 0.85


@dataclass(frozen=True, slots=True)
class Resolver:
    """Finds the processes of one catalogue."""

    catalogue: Catalogue
    _named: dict[str, list[Process]] = field(
        init=False, repr=False, compare=False, default_factory=dict[str, list[Process]]
    )
    _words: list[tuple[int, str, Process]] = field(
        init=False, repr=False, compare=False, default_factory=list[tuple[int, str, Process]]
    )

    def __post_init__(self) -> None:
        for each in self.catalogue.processes:
            self._named.setdefault(normalised(each.name), []).append(each)
        words = ((_sorted_words(each.name), each) for each in self.catalogue.processes)
        self._words.extend(sorted(((len(text), text, each) for text, each in words), key=itemgetter(0)))

    def by_code(self, text: str) -> Process | None:
        """The process with this PCF ID (five digits) or hierarchy id (``03.0`` and ``3`` are ``3.0``)."""
        code = unicodedata.normalize("NFKC", text).strip()
        if re.fullmatch("[0-9]{5}", code):
            return self.catalogue.by_pcf_id(code)
        return self.catalogue.by_hierarchy_id(hierarchy_id(code) or "")

    def by_name(self, text: str) -> Process | None:
        """The process with this name once both are normalised; of several, the first in the hierarchy."""
        return next(iter(self._all_named(text)), None)

    def _all_named(self, text: str) -> list[Process]:
        return self._named.get(normalised(text) or " ", [])

    def near_names(self, text: str, limit: int = 5) -> list[tuple[Process, float]]:
        """Processes with nearly this name, in any order of words, best first; scores from 0.85 to 1."""
        words = _sorted_words(text)
        least = len(words) * _NEAR / (2 - _NEAR)  # a shorter or longer name cannot be as near
        most = len(words) * (2 - _NEAR) / _NEAR
        first = bisect_left(self._words, least, key=itemgetter(0))
        alike = self._words[first : bisect_right(self._words, most, key=itemgetter(0))]
        names = [name for _, name, _ in alike]
        found = extract(words, names, scorer=fuzz.ratio, score_cutoff=100 * _NEAR, limit=None)
        near = [(alike[index][2], round(score / 100, 4)) for _, score, index in found if words]
        return sorted(near, key=lambda each: (-each[1], each[0].position))[:limit]

    def resolve(self, code: str, name: str) -> Resolution:
        """What a claim's code and name, either of which may be empty, come to."""
        coded, named = self.by_code(code), self._all_named(name)
        if coded in named:
            return Resolution(coded, coded, coded, Reason.AGREE)
        by_name = next(iter(named), None)
        reason = _REASONS.get((_state(code, coded), _state(name, by_name)), Reason.UNKNOWN)
        return Resolution(coded, by_name, None, reason, self._candidates(name, coded, named))

    def _candidates(self, name: str, coded: Process | None, named: list[Process]) -> tuple[Candidate, ...]:
        near = [] if named else self.near_names(name)
        found = [Candidate(each, "near", score) for each, score in near if each != coded]
        found += [Candidate(each, "name", 1.0) for each in named]
        found += [Candidate(coded, "code", _likeness(name, coded.name))] if coded else []
        return tuple(sorted(found, key=lambda each: (-each.score, each.process.position)))


_REASONS = {
    ("known", "known"): Reason.DISAGREE,
    ("known", "unknown"): Reason.UNKNOWN_NAME,
    ("known", "absent"): Reason.CODE_ONLY,
    ("unknown", "known"): Reason.UNKNOWN_CODE,
    ("absent", "known"): Reason.NAME_ONLY,
    ("absent", "absent"): Reason.NOTHING_STATED,
}
"""What is known of the code and of the name → why there is no link."""


def _state(text: str, found: Process | None) -> str:
    if found:
        return "known"
    return "unknown" if text.strip() else "absent"


def normalised(name: str) -> str:
    """A name without what does not tell two names apart.

    >>> normalised("Market & Sell  Products/Services (10004)")
    'market and sell products services'
    """
    text = unicodedata.normalize("NFKC", name).casefold()
    text = re.sub(r"\(\s*[0-9]{5}\s*\)\s*$", "", text).replace("&", " and ")
    return re.sub(r"[\W_]+", " ", text).strip()


def _sorted_words(name: str) -> str:
    return " ".join(sorted(normalised(name).split()))


def _likeness(one: str, other: str) -> float:
    return round(fuzz.ratio(_sorted_words(one), _sorted_words(other)) / 100, 4)
