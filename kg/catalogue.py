"""A catalogue of APQC processes: its values, SKOS out of it and SKOS into it.

One edition and version is one concept scheme. PCF IDs, and so the IRIs of processes, are stable over versions;
hierarchy ids are not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import pyoxigraph

from kg import vocab
from kg.ntriples import Triple, literal
from kg.problem import Failure
from kg.release import bundled, digest, read_facts, turtle_files

NOTICE = (
    "©2024 APQC. ALL RIGHTS RESERVED. This Process Classification Framework® (“PCF”) is the copyrighted "
    "intellectual property of APQC. APQC encourages the wide distribution, discussion, and use of the "
    "PCF for classifying and defining organizational processes. Accordingly, APQC hereby grants you a "
    "perpetual, worldwide, royalty-free license to use, copy, publish, modify, and create derivative "
    "works of the PCF, provided that all copies of the PCF and any derivative works contain a copy of "
    "this notice."
)
"""APQC's notice as PCF 7.4 words it; stands in for the notice of a workbook that lost its own."""

PCF = vocab.CASEGRAPH + "pcf/"
"""What the IRI of every process and catalogue begins with."""

_PREFIXES = {
    "cg": vocab.CG,
    "dcterms": vocab.dcterms_title.removesuffix("title"),
    "pcf": PCF,
    "skos": vocab.skos_Concept.removesuffix("Concept"),
}


@dataclass(frozen=True, slots=True)
class Process:
    """One element of the PCF.

    ``parent`` is the PCF ID of the process it is part of, ``change`` what APQC says has changed.
    """

    pcf_id: str
    hierarchy_id: str
    name: str
    parent: str | None = None
    description: str = ""
    change: str = ""

    @property
    def level(self) -> int:
        """1 for a category, 2 for a process group, and so on.

        >>> Process("10002", "1.0", "Develop Vision and Strategy").level
        1
        """
        return len(self.position)

    @property
    def position(self) -> tuple[int, ...]:
        """The hierarchy id as numbers, to sort by.

        >>> Process("10941", "10.1.1", "Develop property strategy").position
        (10, 1, 1)
        """
        return tuple(int(part) for part in self.hierarchy_id.removesuffix(".0").split("."))

    @property
    def iri(self) -> str:
        """The same in every edition and version, as PCF IDs are."""
        return PCF + self.pcf_id


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The processes of one edition and version, in hierarchy order whatever order they came in."""

    edition: str
    version: str
    processes: tuple[Process, ...]
    rights: str = NOTICE
    _by_pcf_id: dict[str, Process] = field(init=False, repr=False, compare=False, default_factory=dict[str, Process])
    _by_hierarchy_id: dict[str, Process] = field(
        init=False, repr=False, compare=False, default_factory=dict[str, Process]
    )
    _depth: int = field(init=False, repr=False, compare=False, default=0)

    def __post_init__(self) -> None:
        object.__setattr__(self, "processes", tuple(sorted(self.processes, key=lambda each: each.position)))
        self._by_pcf_id.update((each.pcf_id, each) for each in self.processes)
        self._by_hierarchy_id.update((each.hierarchy_id, each) for each in self.processes)
        object.__setattr__(self, "_depth", max((each.level for each in self.processes), default=0))

    @property
    def iri(self) -> str:
        """The IRI of the concept scheme."""
        return f"{PCF}{self.edition}/{self.version}"

    @property
    def title(self) -> str:
        """What a reader calls it.

        >>> Catalogue("cross-industry", "7.4", ()).title
        'APQC Process Classification Framework, Cross Industry, version 7.4'
        """
        edition = self.edition.replace("-", " ").title()
        return f"APQC Process Classification Framework, {edition}, version {self.version}"

    @property
    def depth(self) -> int:
        """How many levels it has; the starter has the first two."""
        return self._depth

    def by_pcf_id(self, pcf_id: str) -> Process | None:
        """The process with this PCF ID, such as ``10002``."""
        return self._by_pcf_id.get(pcf_id)

    def by_hierarchy_id(self, hierarchy_id: str) -> Process | None:
        """The process with this hierarchy id, spelt as the catalogue does: ``1.0``, ``1.1``."""
        return self._by_hierarchy_id.get(hierarchy_id)


def hierarchy_id(text: str) -> str | None:
    """A hierarchy id in APQC's spelling, or nothing where the text is none.

    >>> [hierarchy_id(text) for text in ("3", "03.0", "3.01", "10.1.0", "0.0", "3,1")]
    ['3.0', '3.0', '3.1', '10.1', None, None]
    """
    if not re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,4}){0,9}", text):
        return None
    parts = [part.lstrip("0") for part in text.split(".")]
    while parts and not parts[-1]:
        parts.pop()
    if not parts or not all(parts):
        return None
    return ".".join(parts) if len(parts) > 1 else f"{parts[0]}.0"


def parent_id(child: str) -> str | None:
    """The hierarchy id of the process that a hierarchy id stands under.

    >>> parent_id("3.1.2"), parent_id("3.1"), parent_id("3.0")
    ('3.1', '3.0', None)
    """
    above, _, last = child.rpartition(".")
    if last == "0":
        return None
    return above if "." in above else f"{above}.0"


# --- SKOS out ----------------------------------------------------------------------------------------


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
    yield vocab.skos_prefLabel, literal(each.name, language="en")
    if each.description:
        yield vocab.skos_definition, literal(each.description, language="en")
    if each.change:
        yield vocab.skos_changeNote, literal(each.change, language="en")
    yield vocab.pcfId, literal(each.pcf_id)
    yield vocab.hierarchyId, literal(each.hierarchy_id)
    yield vocab.level, literal(str(each.level), vocab.xsd_integer)
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


@dataclass(frozen=True, slots=True)
class CatalogueFile:
    """A Turtle file with a catalogue: the IRI of its concept scheme, where it is, and its hash."""

    iri: str
    path: Path
    sha256: str

    @property
    def name(self) -> str:
        """What settings and options call it, such as ``cross-industry/7.4``."""
        return self.iri.removeprefix(PCF)

    @property
    def order(self) -> tuple[list[int], str]:
        """The newest version last."""
        return [int(number) for number in re.findall("[0-9]+", self.name.rpartition("/")[2])], self.name


def find_catalogues(root: Path) -> list[CatalogueFile]:
    """The process catalogues of a workspace: its own, the newest version first, then the starter that ships.

    One of its own takes the place of the starter of the same edition and version.
    """
    own, starter = (_catalogue_files(folder) for folder in (root / "ontology" / "pcf", bundled("ontology/pcf")))
    ordered = sorted(own.values(), key=lambda each: each.order, reverse=True)
    return [*ordered, *(each for iri, each in starter.items() if iri not in own)]


def choose_catalogue(root: Path, name: str = "") -> CatalogueFile:
    """The catalogue of a name; without one, the newest of the workspace's own, else the starter."""
    found = find_catalogues(root)
    if not name:
        return found[0]
    for each in found:
        if each.name == name:
            return each
    raise Failure(f"there is no process catalogue {name}; known: {', '.join(each.name for each in found)}")


def _catalogue_files(folder: Path) -> dict[str, CatalogueFile]:
    files = (CatalogueFile(_scheme_iri(path), path, digest([path])) for path in turtle_files(folder))
    return {each.iri: each for each in files}


def _scheme_iri(path: Path) -> str:
    try:
        facts = read_facts([path])
    except (SyntaxError, UnicodeDecodeError) as error:
        raise Failure(f"{path} is no Turtle: {error}; import the workbook again with `kg processes import`") from None
    for subject, said in facts.items():
        if vocab.skos_ConceptScheme in said.get(vocab.rdf_type, ()):
            return subject
    raise Failure(f"{path} declares no skos:ConceptScheme; a catalogue of processes is one")


def read_catalogue(path: Path) -> Catalogue:
    """The catalogue in a Turtle file; Failure where it holds none."""
    try:
        return parse_catalogue(path.read_text(encoding="utf-8"))
    except (SyntaxError, ValueError) as error:
        message = f"{path} is no catalogue of processes: {error}"
        raise Failure(f"{message}; import the workbook again with `kg processes import`") from None


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
        said.get(vocab.skos_changeNote, ""),
    )


def _said(subject: str, facts: dict[str, str], predicate: str) -> str:
    if predicate not in facts:
        raise ValueError(f"<{subject}> has no <{predicate}>")
    return facts[predicate]
