"""The sectors that overlays name in; the taxonomies that they are taken from, as concept schemes with levels, out.

A taxonomy has a named graph of its own, because several overlays may use it: ``ontology/taxonomy/*.ttl`` of the
package or of the workspace says what is known of it, the overlays add the codes that they use.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pyoxigraph as ox

from kg import codes, vocab
from kg.ntriples import Triple, iri, literal, literal_text
from kg.overlay.reading import Overlay, Sector
from kg.problem import Failure, Problem
from kg.release import bundled, turtle_files
from kg.shape import decode


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """What a Turtle file says of a taxonomy."""

    triples: tuple[Triple, ...] = ()
    codes: frozenset[str] = frozenset()
    labels: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    """Code → its labels."""
    is_nested: bool = False
    """Whether every code begins with the code of what it is part of."""


def find_taxonomies(root: Path) -> dict[str, Path]:
    """Files of taxonomies by the IRI of their scheme; the workspace's own goes before the one that ships."""
    found: dict[str, Path] = {}
    for folder in (bundled("ontology/taxonomy"), root / "ontology" / "taxonomy"):
        for path in turtle_files(folder):
            found[_scheme(_parse(path), path)] = path
    return found


def taxonomy_triples(
    overlays: Iterable[Overlay], files: Mapping[str, Path]
) -> tuple[dict[str, list[Triple]], list[Problem]]:
    """The triples of each taxonomy that overlays use, by the IRI of its graph; and sectors without a place in one."""
    by_scheme: dict[str, list[Sector]] = defaultdict(list)
    for overlay in overlays:
        for each in overlay.classifications:
            for sector in each.sectors:
                by_scheme[sector.scheme].append(sector)
    problems: list[Problem] = []
    graphs: dict[str, list[Triple]] = {}
    for scheme, sectors in sorted(by_scheme.items()):
        known = read_taxonomy(files[scheme]) if scheme in files else Taxonomy()
        graphs[scheme] = sorted({*known.triples, *_used(scheme, sectors, known, problems)})
    return graphs, sorted(problems, key=lambda problem: problem.order)


def read_taxonomy(path: Path) -> Taxonomy:
    """The taxonomy in a Turtle file."""
    triples = _parse(path)
    notations = {
        subject: literal_text(value) for subject, predicate, value in triples if predicate == iri(vocab.skos_notation)
    }
    labels: dict[str, set[str]] = defaultdict(set)
    for subject, predicate, value in triples:
        if predicate in (iri(vocab.skos_prefLabel), iri(vocab.skos_altLabel)) and subject in notations:
            labels[notations[subject]].add(literal_text(value))
    nested = (iri(vocab.hasNestedCodes), literal("true", vocab.xsd_boolean))
    return Taxonomy(
        triples=tuple(triples),
        codes=frozenset(notations.values()),
        labels={code: frozenset(found) for code, found in labels.items()},
        is_nested=any(triple[1:] == nested for triple in triples),
    )


def _parse(path: Path) -> list[Triple]:
    try:
        found = list(ox.parse(path=str(path), format=ox.RdfFormat.TURTLE))
    except SyntaxError as error:
        raise Failure(f"{path}:{error.lineno}:{error.offset}: {error.msg}") from error
    return [(str(triple.subject), str(triple.predicate), str(triple.object)) for triple in found]


def _scheme(triples: Iterable[Triple], path: Path) -> str:
    for subject, predicate, value in triples:
        if (predicate, value) == (iri(vocab.rdf_type), iri(vocab.skos_ConceptScheme)):
            return subject[1:-1]
    raise Failure(f"{path} declares no skos:ConceptScheme; a taxonomy is one")


def _used(scheme: str, sectors: list[Sector], known: Taxonomy, problems: list[Problem]) -> Iterator[Triple]:
    """What overlays add: their codes, names, and the level above."""
    if not known.triples:
        yield iri(scheme), iri(vocab.rdf_type), iri(vocab.skos_ConceptScheme)
        yield iri(scheme), iri(vocab.dcterms_title), literal(decode(scheme.rsplit("/", 1)[-1]))
    by_code: dict[str, list[Sector]] = defaultdict(list)
    for sector in sectors:
        by_code[sector.code].append(sector)
    for code, found in sorted(by_code.items()):
        yield from _sector(found, known)
        if known.is_nested and code not in known.codes:
            above = _above(code, known.codes | by_code.keys())
            if above:
                yield iri(found[0].iri), iri(vocab.skos_broader), iri(Sector(found[0].taxonomy, above).iri)
            else:
                problems.append(_unplaced(min(found, key=lambda sector: sector.span), known))


def _sector(found: list[Sector], known: Taxonomy) -> Iterator[Triple]:
    node, code = iri(found[0].iri), found[0].code
    counts = Counter(sector.name for sector in found if sector.name)
    names = sorted(counts, key=lambda name: (-counts[name], name))
    labelled = known.labels.get(code, frozenset())
    if code not in known.codes:
        yield node, iri(vocab.rdf_type), iri(vocab.skos_Concept)
        yield node, iri(vocab.rdf_type), iri(vocab.Sector)
        yield node, iri(vocab.skos_notation), literal(code)
        yield node, iri(vocab.skos_inScheme), iri(found[0].scheme)
    for name in names:
        if name not in labelled:
            is_first = name == names[0] and not labelled
            yield node, iri(vocab.skos_prefLabel if is_first else vocab.skos_altLabel), literal(name)


def _above(code: str, all_codes: Iterable[str]) -> str:
    """The longest other code that a code begins with; empty where there is none."""
    return max((each for each in all_codes if code.startswith(each) and each != code), key=len, default="")


def _unplaced(sector: Sector, known: Taxonomy) -> Problem:
    message = f"`{sector.code}` is below no sector of {sector.taxonomy}: {', '.join(sorted(known.codes)[:30])}"
    hint = "write the code with the letter or number of the level above"
    return codes.UNPLACED_SECTOR.at(sector.span, message, hint=hint)
