"""The parts that no single case owns: entities, links, ontology, catalogues, overlays, the build record."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

import pyoxigraph as ox

from kg import __version__, vocab
from kg.build.entities import Node, entity_triples
from kg.build.inputs import Inputs, curated
from kg.fileentry import FileEntry
from kg.links import link_triples
from kg.manifest import Manifest
from kg.migrate import provenance
from kg.ntriples import Triple, iri, literal
from kg.release import bundled, turtle_files
from kg.shape import encode
from kg.triples import nquads

_INTEGER = vocab.xsd_integer


def shared_parts(manifest: Manifest, nodes: Iterable[Node], inputs: Inputs) -> dict[str, str]:
    """Part names by graph IRI, for everything but the build record."""
    static = {graph: inputs.parts.write(_part(said, graph)) for graph, said in static_triples(inputs).items()}
    entities = inputs.base + "entities"
    said = {entities: inputs.parts.write(nquads(entity_triples(nodes, inputs), entities))}
    if rows := curated(inputs).links:
        links = inputs.base + "links"
        said[links] = inputs.parts.write(nquads(link_triples(rows, inputs.base), links))
    if provenance.FILE in manifest.curated:
        graph = inputs.base + "provenance"
        said[graph] = inputs.parts.write(nquads(provenance.triples(inputs.root, inputs.base), graph))
    return {**static, **said, **manifest.overlays.parts}


def static_triples(inputs: Inputs) -> dict[str, Iterable[ox.Triple]]:
    """Triples by the graph that they go to: the release, the software's own terms, the process catalogue."""
    return {
        f"{vocab.CASEGRAPH}ontology/{inputs.target}": chain(*inputs.release.terms.values()),
        f"{vocab.CASEGRAPH}system": _read(turtle_files(bundled("ontology/system"))),
        inputs.catalogue.iri: _read([inputs.catalogue.path]),
    }


def _read(files: Iterable[Path]) -> Iterator[ox.Triple]:
    return chain.from_iterable(ox.parse(path=str(path), format=ox.RdfFormat.TURTLE) for path in files)


def _part(triples: Iterable[ox.Triple], graph: str) -> list[str]:
    name = ox.NamedNode(graph)
    quads = {ox.Quad(each.subject, each.predicate, each.object, name) for each in triples}
    text = (ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b"").decode("utf-8")
    return sorted(line + "\n" for line in text.split("\n") if line)


def build_hash(manifest: Manifest) -> str:
    """What a build is named by: its basis, files and parts."""
    digest = hashlib.sha256(repr(sorted(manifest.basis.items())).encode())
    for entry in (*manifest.cases(), *manifest.curated.values()):
        digest.update(f"{entry.path} {entry.sha256} {entry.part}\n".encode("utf-8", errors="surrogatepass"))
    digest.update(repr(sorted((manifest.shared | manifest.overlays.files).items())).encode())
    return digest.hexdigest()[:16]


def record_part(manifest: Manifest, inputs: Inputs) -> tuple[str, str]:
    """Graph IRI and part name of the build record (PROV-O, VoID); no clock in it, so that it is the build's alone."""
    graph = inputs.base + "build"
    return graph, inputs.parts.write(nquads(_record(manifest, inputs), graph))


def _record(manifest: Manifest, inputs: Inputs) -> Iterator[Triple]:
    base = inputs.base
    build, dataset, files = iri(f"{base}build/{manifest.build}"), iri(base + "dataset"), iri(base + "files")
    a = iri(vocab.rdf_type)
    yield build, a, iri(vocab.Build)
    yield build, a, iri(vocab.prov_Activity)
    yield build, iri(vocab.prov_used), files
    yield build, iri(vocab.release), literal(inputs.target)
    yield build, iri(vocab.softwareVersion), literal(__version__)
    yield dataset, a, iri(vocab.dcat_Dataset)
    yield dataset, a, iri(vocab.void_Dataset)
    yield dataset, iri(vocab.dcterms_title), literal(inputs.title)
    yield dataset, iri(vocab.dcterms_conformsTo), iri(f"{vocab.CASEGRAPH}ontology/{inputs.target}")
    yield dataset, iri(vocab.prov_wasGeneratedBy), build
    yield from _class_counts(manifest.counts(), dataset)
    yield files, a, iri(vocab.prov_Collection)
    yield from _case_files(manifest.cases(), files, base)
    for entry in manifest.curated.values():
        yield build, iri(vocab.prov_used), iri(f"{base}file/{entry.sha256}")
        yield from _described(entry.path, entry.sha256, kind=vocab.LinkFile, base=base)
    for path, sha256 in manifest.overlays.files.items():
        file, overlay = iri(f"{base}file/{sha256}"), iri(f"{base}overlay/{encode(Path(path).parent.name)}")
        yield build, iri(vocab.prov_used), file
        yield overlay, iri(vocab.prov_wasDerivedFrom), file
        yield from _described(path, sha256, kind=vocab.OverlayFile, base=base)


def _class_counts(counts: Counter[str], dataset: str) -> Iterator[Triple]:
    for target, count in counts.items():
        partition = iri(f"{dataset[1:-1]}/class/{target.split('#')[-1]}")
        yield dataset, iri(vocab.void_classPartition), partition
        yield partition, iri(vocab.void_class), iri(target)
        yield partition, iri(vocab.void_entities), literal(str(count), _INTEGER)


def _case_files(entries: Iterable[FileEntry], files: str, base: str) -> Iterator[Triple]:
    """What the record says of each case's file; there are many, so terms that do not change are made once."""
    member, derived = iri(vocab.prov_hadMember), iri(vocab.prov_wasDerivedFrom)
    a, kind, path, sha256 = iri(vocab.rdf_type), iri(vocab.CaseFile), iri(vocab.path), iri(vocab.sha256)
    for entry in entries:
        file = f"<{base}file/{entry.sha256}>"
        yield files, member, file
        yield file, a, kind
        yield file, path, literal(entry.path)
        yield file, sha256, f'"{entry.sha256}"'
        yield f"<{base}{entry.case}>", derived, file


def _described(path: str, sha256: str, *, kind: str, base: str) -> Iterator[Triple]:
    file = iri(f"{base}file/{sha256}")
    yield file, iri(vocab.rdf_type), iri(kind)
    yield file, iri(vocab.path), literal(path)
    yield file, iri(vocab.sha256), literal(sha256)
