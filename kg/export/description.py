"""An export and the files made of it in; what describes them as a dataset (DCAT, VoID, PROV) out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from kg import __version__, vocab
from kg.export.content import Content
from kg.ntriples import Triple, iri, literal

MEDIA_TYPE = "https://www.iana.org/assignments/media-types/"
_TYPE, _RIGHTS, _MODIFIED = iri(vocab.rdf_type), iri(vocab.dcterms_rights), iri(vocab.dcterms_modified)
_NO_LINKS = {_TYPE, iri(vocab.derivedBy), iri(vocab.prov_wasDerivedFrom)}


@dataclass(frozen=True, slots=True)
class About:
    """What only people can say of a dataset, and which build was published before."""

    title: str
    release: str
    description: str = ""
    license: str = ""
    """IRI of the licence."""
    publisher: str = ""
    """IRI, or a name."""
    url: str = ""
    """Where the folder of the files will stand; ends in /."""
    previous: str = ""
    """The build that was published before."""


@dataclass(frozen=True, slots=True)
class Distribution:
    """One file of the dataset."""

    path: str
    media_type: str
    size: int
    sha256: str
    compression: str = ""
    """Media type of the compression; empty where there is none."""


@dataclass(slots=True)
class Statistics:
    """Counts over the merge of all graphs, taken in one pass."""

    triples: int = 0
    classes: Counter[str] = field(default_factory=Counter[str])
    properties: Counter[str] = field(default_factory=Counter[str])
    links: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    """How often a property leads into a namespace of somebody else."""
    rights: set[str] = field(default_factory=set[str])
    """Notices that must go with the data."""
    modified: str = ""
    """The latest date of modification that a case states."""


def count(content: Content) -> Statistics:
    """Read everything once."""
    found = Statistics()
    for block in content.blocks():
        for line in block:
            subject, predicate, rest = line.split(" ", 2)
            found.properties[predicate] += 1
            _look(found, subject, predicate, rest[:-2], base=content.base)
        found.triples += len(block)
    return found


def _look(found: Statistics, subject: str, predicate: str, value: str, *, base: str) -> None:
    if predicate == _TYPE:
        found.classes[value] += 1
    elif predicate == _RIGHTS:
        found.rights.add(value)
    elif predicate == _MODIFIED:
        found.modified = max(found.modified, value)
    elif value[0] == "<" and predicate not in _NO_LINKS:
        ours = f"<{base}"
        if subject.startswith(ours) and not value.startswith(ours):
            found.links[predicate, _namespace(value)] += 1


def _namespace(term: str) -> str:
    """The namespace that an IRI stands in.

    >>> _namespace("<https://w3id.org/casegraph/pcf/10399>")
    'https://w3id.org/casegraph/pcf/'
    """
    inside = term[1:-1]
    return inside[: max(inside.rfind("/"), inside.rfind("#")) + 1]


def describe(content: Content, about: About, found: Statistics, files: Iterable[Distribution]) -> Iterator[Triple]:
    """The dataset as this build has it, its statistics, how it was made and its files."""
    dataset = f"{content.base}dataset/{content.build}"
    yield from _catalogued(dataset, content, about=about, found=found)
    yield from _counted(dataset, found)
    yield from _linked(dataset, found.links)
    for file in files:
        yield from _distributed(dataset, file, about)


def _catalogued(dataset: str, content: Content, *, about: About, found: Statistics) -> Iterator[Triple]:
    node, build = iri(dataset), iri(f"{content.base}build/{content.build}")
    yield node, _TYPE, iri(vocab.dcat_Dataset)
    yield node, iri(vocab.dcterms_title), literal(about.title)
    yield node, iri(vocab.dcat_version), literal(content.build)
    yield node, iri(vocab.dcat_isVersionOf), iri(content.base + "dataset")
    yield node, iri(vocab.dcterms_conformsTo), iri(f"{vocab.CASEGRAPH}ontology/{about.release}")
    if about.description:
        yield node, iri(vocab.dcterms_description), literal(about.description)
    if about.license:
        yield node, iri(vocab.dcterms_license), iri(about.license)
    if about.publisher:
        is_iri = about.publisher.startswith(("http://", "https://"))
        yield node, iri(vocab.dcterms_publisher), iri(about.publisher) if is_iri else literal(about.publisher)
    if about.previous:
        yield node, iri(vocab.dcat_previousVersion), iri(f"{content.base}dataset/{about.previous}")
    if found.modified:
        yield node, _MODIFIED, found.modified
    for notice in sorted(found.rights):
        yield node, _RIGHTS, notice
    yield node, iri(vocab.prov_wasGeneratedBy), build
    yield build, _TYPE, iri(vocab.prov_Activity)
    yield build, iri(vocab.prov_used), iri(content.base + "files")
    yield build, iri(vocab.prov_used), iri(f"{vocab.CASEGRAPH}ontology/{about.release}")
    yield build, iri(vocab.prov_wasAssociatedWith), iri(f"{vocab.CASEGRAPH}software/{__version__}")
    yield iri(f"{vocab.CASEGRAPH}software/{__version__}"), _TYPE, iri(vocab.prov_SoftwareAgent)
    yield iri(f"{vocab.CASEGRAPH}software/{__version__}"), iri(vocab.softwareVersion), literal(__version__)


def _counted(dataset: str, found: Statistics) -> Iterator[Triple]:
    node = iri(dataset)
    yield node, _TYPE, iri(vocab.void_Dataset)
    yield node, iri(vocab.void_triples), _integer(found.triples)
    yield node, iri(vocab.void_classes), _integer(len(found.classes))
    yield node, iri(vocab.void_properties), _integer(len(found.properties))
    for number, (term, total) in enumerate(sorted(found.classes.items()), 1):
        partition = iri(f"{dataset}/class/{number:03}")
        yield node, iri(vocab.void_classPartition), partition
        yield partition, iri(vocab.void_class), term
        yield partition, iri(vocab.void_entities), _integer(total)
    for number, (term, total) in enumerate(sorted(found.properties.items()), 1):
        partition = iri(f"{dataset}/property/{number:03}")
        yield node, iri(vocab.void_propertyPartition), partition
        yield partition, iri(vocab.void_property), term
        yield partition, iri(vocab.void_triples), _integer(total)


def _linked(dataset: str, links: Counter[tuple[str, str]]) -> Iterator[Triple]:
    for number, namespace in enumerate(sorted({namespace for _, namespace in links}), 1):
        target = iri(f"{dataset}/target/{number:03}")
        yield target, _TYPE, iri(vocab.void_Dataset)
        yield target, iri(vocab.void_uriSpace), literal(namespace)
        for place, ((predicate, space), total) in enumerate(sorted(links.items()), 1):
            if space != namespace:
                continue
            linkset = iri(f"{dataset}/linkset/{place:03}")
            yield iri(dataset), iri(vocab.void_subset), linkset
            yield linkset, _TYPE, iri(vocab.void_Linkset)
            yield linkset, iri(vocab.void_linkPredicate), predicate
            yield linkset, iri(vocab.void_subjectsTarget), iri(dataset)
            yield linkset, iri(vocab.void_objectsTarget), target
            yield linkset, iri(vocab.void_triples), _integer(total)


def _distributed(dataset: str, file: Distribution, about: About) -> Iterator[Triple]:
    node, checksum = f"{dataset}/file/{file.path}", f"{dataset}/file/{file.path}/checksum"
    yield iri(dataset), iri(vocab.dcat_distribution), iri(node)
    yield iri(node), _TYPE, iri(vocab.dcat_Distribution)
    yield iri(node), iri(vocab.dcterms_title), literal(file.path)
    yield iri(node), iri(vocab.dcat_mediaType), iri(MEDIA_TYPE + file.media_type)
    if file.compression:
        yield iri(node), iri(vocab.dcat_compressFormat), iri(MEDIA_TYPE + file.compression)
    yield iri(node), iri(vocab.dcat_byteSize), _integer(file.size)
    if about.license:
        yield iri(node), iri(vocab.dcterms_license), iri(about.license)
    if about.url:
        yield iri(node), iri(vocab.dcat_downloadURL), iri(about.url + file.path)
    yield iri(node), iri(vocab.spdx_checksum), iri(checksum)
    yield iri(checksum), _TYPE, iri(vocab.spdx_Checksum)
    yield iri(checksum), iri(vocab.spdx_algorithm), iri(vocab.spdx_checksumAlgorithm_sha256)
    yield iri(checksum), iri(vocab.spdx_checksumValue), literal(file.sha256, vocab.xsd_hexBinary)


def _integer(value: int) -> str:
    return literal(str(value), vocab.xsd_integer)
