"""The overlays of a workspace and the cases in the graph in; graphs of overlays and taxonomies, and problems, out.

Overlays are read again when a file of theirs, of a taxonomy, or the set of cases differs from the build before;
graphs that come out as before are the same parts, so that a changed overlay changes its own graph.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from kg import codes
from kg.build.inputs import Inputs, reader
from kg.build.scan import file_hash, shown_path
from kg.check.overlay import overlay_faults
from kg.manifest import Manifest, OverlaysEntry
from kg.ntriples import Triple
from kg.overlay import (
    CLASSIFICATIONS,
    METADATA,
    Overlay,
    claim_id,
    classification_iri,
    find_overlays,
    find_taxonomies,
    known_part,
    overlay_graph,
    overlay_triples,
    read_overlay,
    taxonomy_triples,
)
from kg.problem import Problem
from kg.release import bundled, digest, turtle_files
from kg.shape import decode, local_name
from kg.triples import nquads


@dataclass(frozen=True, slots=True)
class Overlays:
    """What the overlays of a workspace come to."""

    graphs: Mapping[str, list[Triple]]
    """Triples by the IRI of their graph."""
    problems: tuple[Problem, ...]
    cases: tuple[str, ...]
    """Case files that were read again, for the ids of their claims."""


def with_overlays(manifest: Manifest, previous: Manifest | None, inputs: Inputs, *, keep: bool) -> Manifest:
    """The manifest with its overlays, taken from the previous build where nothing about them changed.

    Their parts are written only where they are to be kept.
    """
    if previous is not None and previous.basis == manifest.basis and are_unchanged(manifest, previous, inputs):
        return replace(manifest, overlays=previous.overlays)
    made = make_overlays(manifest, inputs)
    parts = (
        {graph: inputs.parts.write(nquads(triples, graph)) for graph, triples in made.graphs.items()} if keep else {}
    )
    key = _key(manifest, made.cases, inputs)
    return replace(manifest, overlays=OverlaysEntry(key, _files(inputs), made.cases, parts, made.problems))


def are_unchanged(manifest: Manifest, previous: Manifest, inputs: Inputs) -> bool:
    """Whether everything that overlays depend on is as the previous build saw it."""
    return previous.overlays.key == _key(manifest, previous.overlays.cases, inputs)


def _key(manifest: Manifest, cases: Iterable[str], inputs: Inputs) -> str:
    """A hash of the files of overlays, the ids of the cases, and the files of those whose claims were looked up."""
    said = [folder.name for folder in find_overlays(inputs.root)]
    said += [f"{path} {sha256}" for path, sha256 in _files(inputs).items()]
    said += [f"{folder.name} {digest(turtle_files(folder))}" for folder in _described(inputs)]
    said += sorted(entry.case for entry in manifest.cases())
    said += [manifest.files[path].sha256 if path in manifest.files else "" for path in cases]
    return hashlib.sha256("\0".join(said).encode("utf-8", errors="surrogatepass")).hexdigest()


def _files(inputs: Inputs) -> dict[str, str]:
    """The hashes of the files of all overlays, by path; those that cannot be read are not among them."""
    paths = (folder / name for folder in find_overlays(inputs.root) for name in (METADATA, CLASSIFICATIONS))
    return {shown_path(path, inputs.root): sha256 for path in paths if (sha256 := file_hash(path))}


def _described(inputs: Inputs) -> tuple[Path, ...]:
    """The folders that say what taxonomies and overlays are."""
    return bundled("ontology/taxonomy"), bundled("shapes/system"), inputs.root / "ontology" / "taxonomy"


def make_overlays(manifest: Manifest, inputs: Inputs) -> Overlays:
    """Read all overlays; what is said of cases that are not there, or breaks the shape, is left out and reported."""
    files, problems = find_taxonomies(inputs.root), list[Problem]()
    known, cases = _known(list(_read(inputs, problems)), manifest, inputs, problems)
    sound = list(_sound(known, files, inputs, problems))
    taxonomies, unplaced = taxonomy_triples(sound, files)
    graphs = {overlay_graph(each, inputs.base): overlay_triples(each, inputs.base) for each in sound}
    ordered = sorted([*problems, *unplaced], key=lambda problem: problem.order)
    return Overlays(graphs | taxonomies, tuple(ordered), cases)


def _read(inputs: Inputs, problems: list[Problem]) -> Iterator[Overlay]:
    for folder in find_overlays(inputs.root):
        overlay, found = read_overlay(folder, inputs.release, f"overlays/{folder.name}")
        problems += found
        yield overlay


def _known(
    overlays: list[Overlay], manifest: Manifest, inputs: Inputs, problems: list[Problem]
) -> tuple[list[Overlay], tuple[str, ...]]:
    """What overlays say of cases and claims that are there; and the case files that were read for their claims."""
    at = {decode(local_name(entry.case)): entry.path for entry in manifest.cases()}
    files = sorted({at[case] for overlay in overlays for case in overlay.cases_with_claims if case in at})
    claims = {pair for path in files for pair in _claims(path, inputs)}
    found = [known_part(overlay, at.keys(), claims) for overlay in overlays]
    for _, missing in found:
        problems += missing
    return [known for known, _ in found], tuple(files)


def _claims(path: str, inputs: Inputs) -> Iterator[tuple[str, str]]:
    """The ids of a case's claims, each with the case's."""
    case = reader(inputs).read((inputs.root / path).read_bytes(), path)
    records = case.record.walk() if case and case.record else ()
    return (pair for each in records if (pair := claim_id(each.iri)))


def _sound(
    overlays: Iterable[Overlay], files: Mapping[str, Path], inputs: Inputs, problems: list[Problem]
) -> Iterator[Overlay]:
    """Overlays without the classifications that break the shape."""
    for overlay in overlays:
        node = overlay_graph(overlay, inputs.base)
        taxonomies, _ = taxonomy_triples([overlay], files)
        types = (triple for triples in taxonomies.values() for triple in triples)
        faults = overlay_faults(overlay_triples(overlay, inputs.base), types, inputs.engine)
        for each in overlay.classifications:
            for message in faults.get(classification_iri(each, node), ()):
                hint = "mend the entry; until then it is left out"
                problems.append(codes.BAD_OVERLAY.at(each.span, message, hint=hint, record=each.case))
        kept = [each for each in overlay.classifications if classification_iri(each, node) not in faults]
        yield replace(overlay, classifications=tuple(kept))
