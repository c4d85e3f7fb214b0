"""A folder ``overlays/<id>`` in; the overlay in it and what is wrong with its two files out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kg import codes, jsontree, vocab, yamltree
from kg.ntriples import iri
from kg.overlay.keys import keys
from kg.overlay.records import TAXONOMY, Records, Values, moment
from kg.problem import Problem, Span
from kg.release import Release
from kg.shape import encode
from kg.source import Source, decode
from kg.yamltree import Node

METADATA = "metadata.json"
CLASSIFICATIONS = "classifications.json"

Facts = tuple[tuple[str, str], ...]
"""Predicates, and terms in N-Triples syntax."""


_NOWHERE = Span("")


@dataclass(frozen=True, slots=True)
class Sector:
    """A class of some taxonomy, as an overlay names it."""

    taxonomy: str
    code: str
    name: str = ""
    span: Span = _NOWHERE

    @property
    def scheme(self) -> str:
        """The IRI of its taxonomy.

        >>> Sector("ISIC_Rev_5", "N70").scheme
        'https://w3id.org/casegraph/taxonomy/ISIC_Rev_5'
        """
        return TAXONOMY + encode(self.taxonomy)

    @property
    def iri(self) -> str:
        """Its own IRI."""
        return f"{self.scheme}/{encode(self.code)}"


@dataclass(frozen=True, slots=True)
class Classification:
    """What an overlay says of one case, or of one claim of it."""

    case: str
    claim: str
    primary: Sector
    secondary: tuple[Sector, ...]
    facts: Facts
    by: str
    at: str
    """When it was made, as xsd:dateTime; empty where only the day is known, or nothing."""
    span: Span
    """Where the case is named."""
    claim_span: Span = _NOWHERE

    @property
    def sectors(self) -> tuple[Sector, ...]:
        """All its sectors."""
        return (self.primary, *self.secondary)


@dataclass(frozen=True, slots=True)
class Overlay:
    """What the two files of an overlay say. It goes by the name of its folder, which no other overlay has."""

    id: str
    facts: Facts = ()
    at: str = ""
    """When it was last changed, as xsd:dateTime."""
    taxonomy: str = ""
    classifications: tuple[Classification, ...] = ()

    @property
    def cases_with_claims(self) -> set[str]:
        """The ids of the cases that have a classification of a claim."""
        return {each.case for each in self.classifications if each.claim}


def find_overlays(root: Path) -> list[Path]:
    """The folders of a workspace's overlays, by name."""
    return sorted(path for path in (root / "overlays").glob("*") if path.is_dir() and not path.name.startswith("."))


def read_overlay(folder: Path, release: Release, shown: str = "") -> tuple[Overlay, list[Problem]]:
    """The overlay in a folder, which problems call ``shown``. An entry with an error is left out, the others apply.

    Its terms, such as those of confidence, are the release's.
    """
    shown = shown or folder.as_posix()
    problems: list[Problem] = []
    metadata, listed = (_open(folder / name, f"{shown}/{name}", problems) for name in (METADATA, CLASSIFICATIONS))
    facts, at = ((), "") if metadata is None else _metadata(*_records(metadata, problems, release), folder.name)
    taxonomy, more, entries = ("", (), ()) if listed is None else _listed(*_records(listed, problems, release))
    ordered = sorted(problems, key=lambda problem: problem.order)
    return Overlay(folder.name, facts + more, at, taxonomy, entries), ordered


_Opened = tuple[yamltree.Mapping, Source]
"""The object in a JSON file, and the text that it stands in."""


def _records(opened: _Opened, problems: list[Problem], release: Release) -> tuple[yamltree.Mapping, Records]:
    root, source = opened
    return root, Records(source, problems, release)


def _open(path: Path, shown: str, problems: list[Problem]) -> _Opened | None:
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        hint = f"an overlay is a folder with {METADATA} and {CLASSIFICATIONS}"
        problems.append(codes.BAD_OVERLAY.at(Span(shown), "the file is missing", hint=hint))
        return None
    except OSError as error:
        hint = "give the file read permission, or remove it"
        problems.append(codes.UNREADABLE_FILE.at(Span(shown), f"cannot be read: {error.strerror}", hint=hint))
        return None
    if len(raw) > jsontree.LIMITS.bytes:
        message = f"{len(raw):,} bytes; an overlay may have {jsontree.LIMITS.bytes:,}"
        problems.append(codes.FILE_TOO_LARGE.at(Span(shown), message, hint="split the overlay"))
        return None
    source = decode(raw, shown, limit=jsontree.LIMITS.bytes)
    if isinstance(source, Problem):
        problems.append(source)
        return None
    return _object(source, problems)


def _object(source: Source, problems: list[Problem]) -> _Opened | None:
    root, faults = jsontree.parse(source.text)
    problems += [fault.code.at(source.span(fault.start, fault.end), fault.message, hint=fault.hint) for fault in faults]
    if isinstance(root, yamltree.Mapping):
        return root, source
    if root is not None:
        span = source.span(root.start, root.start + 1)
        problems.append(codes.BAD_OVERLAY.at(span, "the file holds no object", hint="it begins with { and ends with }"))
    return None


def _metadata(root: yamltree.Mapping, records: Records, folder: str) -> tuple[Facts, str]:
    shape = keys("Overlay")
    values = records.values(root, shape)
    for node in values.get(vocab.dcterms_identifier, ()):
        if records.text(values, vocab.dcterms_identifier) != folder:
            message = f"`{shape.at(vocab.dcterms_identifier).name}` is not the name of the folder, `{folder}`"
            records.report(codes.BAD_OVERLAY, node, message, "give both one name; the folder's is used")
    return _literals(values, "Overlay", records), moment(records.text(values, vocab.dcterms_modified))


def _literals(values: Values, shape: str, records: Records) -> Facts:
    """The literals and concepts of a record as facts; its sectors, links and parts are for others."""
    found = [
        (path, term)
        for path, nodes in values.items()
        if (key := keys(shape).at(path)).datatype or key.target == vocab.Confidence
        for node in nodes
        if (term := records.term(node, key))
    ]
    return tuple(dict.fromkeys(found))


def _listed(root: yamltree.Mapping, records: Records) -> tuple[str, Facts, tuple[Classification, ...]]:
    values = records.values(root, keys("ClassificationList"))
    taxonomy = records.text(values, vocab.taxonomy)
    facts = _literals(values, "ClassificationList", records)
    more = ((vocab.taxonomy, iri(TAXONOMY + encode(taxonomy))),) if taxonomy else ()
    found: dict[tuple[str, str], Classification] = {}
    for node in values.get(vocab.dcterms_hasPart, ()):
        entry = _classification(node, taxonomy, records)
        if entry:
            _add(entry, found, records.problems)
    return taxonomy, facts + more, tuple(found.values())


def _add(entry: Classification, found: dict[tuple[str, str], Classification], problems: list[Problem]) -> None:
    first = found.setdefault((entry.case, entry.claim), entry)
    if first is not entry:
        what = f"{entry.case}/{entry.claim}".rstrip("/")
        message = f"`{what}` is classified twice; first at line {first.span.line}"
        problems.append(codes.BAD_OVERLAY.at(entry.span, message, hint="keep one of the two"))


def _classification(node: Node, taxonomy: str, records: Records) -> Classification | None:
    """One entry; None where something is wrong with it."""
    assert isinstance(node, yamltree.Mapping)
    before = len(records.problems)
    values = records.values(node, keys("Classification"))
    facts = _literals(values, "Classification", records)
    primary = [_sector(each, taxonomy, records) for each in values.get(vocab.primarySector, ())]
    secondary = [_sector(each, taxonomy, records) for each in values.get(vocab.secondarySector, ())]
    if len(records.problems) > before:
        return None
    return Classification(
        case=records.text(values, vocab.classifiedCase),
        claim=records.text(values, vocab.classifiedClaim),
        primary=primary[0],
        secondary=tuple(secondary),
        facts=facts,
        by=records.text(values, vocab.classifiedBy),
        at=moment(records.text(values, vocab.classifiedOn)),
        span=records.span(values[vocab.classifiedCase][0]),
        claim_span=next((records.span(each) for each in values.get(vocab.classifiedClaim, ())), _NOWHERE),
    )


def _sector(node: Node, taxonomy: str, records: Records) -> Sector:
    assert isinstance(node, yamltree.Mapping)
    given: Mapping[str, str] = {vocab.skos_inScheme: taxonomy}
    values = records.values(node, keys("Sector"), given=given)
    code, name, own = (
        records.text(values, path) for path in (vocab.skos_notation, vocab.skos_prefLabel, vocab.skos_inScheme)
    )
    where = next(iter(values.get(vocab.skos_notation, ())), node)
    return Sector(own or taxonomy, code, name, records.span(where))
