"""An ontology release by its version: where its ontology, shapes and rules stand, and what they say as triples.

The two YAML keys that must be known before any shape is (``case_id`` makes a file a case, ``version_used``
names its release) are named here and nowhere else.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from pathlib import Path

import pyoxigraph as ox

from kg import vocab
from kg.problem import Failure

CASE_ID = "case_id"
VERSION_USED = ("ontology_metadata", "version_used")

Statements = dict[str, list[ox.Triple]]
"""Named subject → its triples, with those of the blank nodes that hang from it."""

Facts = dict[str, dict[str, list[str]]]
"""Subject → predicate → values; IRIs and literals alike as plain text. For reading shapes, not for reasoning."""

VERSION = re.compile(r"(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*)){1,2}")
"""Major, minor and, where a release only mends words, patch."""


def bundled(folder: str) -> Path:
    """A folder that ships with the package: inside the wheel, or beside the package in a checkout."""
    package = Path(__file__).parent
    inside = package / "_bundle" / folder
    return inside if inside.is_dir() else package.parent / folder


@dataclass(frozen=True)
class Release:
    """One version of the bundle of ontology, shapes and rules.

    A release that builds on another holds only what differs; what is asked of it here is always the whole.
    """

    version: str
    ontology: Path
    shapes: Path
    known: Mapping[str, Release] = field(default_factory=dict[str, "Release"], repr=False, compare=False)
    """The releases that this one may build on, by version."""

    @property
    def iri(self) -> str:
        """The version's IRI."""
        return f"{vocab.CASEGRAPH}ontology/{self.version}"

    @cached_property
    def base(self) -> Release | None:
        """The release that this one builds on."""
        said = self._said(vocab.buildsOn)
        if not said:
            return None
        version = said[0].rsplit("/", 1)[-1]
        if version not in self.known or _order(version) >= self.order:
            earlier = ", ".join(each for each in self.known if _order(each) < self.order) or "none"
            raise Failure(f"{self.ontology}: builds on release {version}; releases before {self.version}: {earlier}")
        return self.known[version]

    @cached_property
    def own_terms(self) -> Statements:
        """What the release's own ontology files say."""
        return grouped(_triples(turtle_files(self.ontology)))

    @cached_property
    def own_shapes(self) -> Statements:
        """What the release's own shapes say."""
        return grouped(_triples(turtle_files(self.shapes)))

    @cached_property
    def terms(self) -> Statements:
        """The whole ontology."""
        return self._over(self.base.terms, self.own_terms) if self.base else self.own_terms

    @cached_property
    def case_shapes(self) -> Statements:
        """The whole of the shapes."""
        return self._over(self.base.case_shapes, self.own_shapes) if self.base else self.own_shapes

    @cached_property
    def rules(self) -> dict[str, Path]:
        """The queries of the rules across cases, by name."""
        inherited = self.base.rules if self.base else {}
        kept = {name: path for name, path in inherited.items() if vocab.PROBLEM + name not in self.dropped}
        own = {path.stem: path for path in (self.ontology / "rules").glob("*.rq")}
        return dict(sorted((kept | own).items()))

    @cached_property
    def facts(self) -> Facts:
        """Ontology, shapes and the software's own terms together."""
        own = chain.from_iterable((*self.terms.values(), *self.case_shapes.values()))
        return _facts(chain(own, _triples(_system_files())))

    @cached_property
    def digest(self) -> str:
        """Tells the release from a changed one."""
        own = digest([*turtle_files(self.ontology), *turtle_files(self.shapes), *_system_files()])
        return hashlib.sha256((self.base.digest + own).encode()).hexdigest() if self.base else own

    @cached_property
    def canonical_hash(self) -> str:
        """SHA-256 of the bundle, however its files are laid out: canonical triples (RDFC-1.0), and its rules."""
        lines = canonical(chain.from_iterable((*self.terms.values(), *self.case_shapes.values())))
        rules = (f"{name}\n{rule_text(path)}" for name, path in self.rules.items())
        return hashlib.sha256("".join((*lines, *rules)).encode("utf-8")).hexdigest()

    @cached_property
    def revised(self) -> frozenset[str]:
        """Subjects that the release describes anew: what the base says of them does not hold."""
        return frozenset((*self._said(vocab.revises), vocab.CASEGRAPH + "ontology"))

    @cached_property
    def dropped(self) -> frozenset[str]:
        """Subjects of the base that the release does not have, nor mentions."""
        return frozenset((*self._said(vocab.drops), self.base.iri if self.base else ""))

    @property
    def order(self) -> tuple[int, ...]:
        """Versions as numbers, so that 1.10 comes after 1.9."""
        return _order(self.version)

    def _said(self, predicate: str) -> list[str]:
        """What the header, ``release.ttl``, says of the version."""
        header = self.ontology / "release.ttl"
        if not header.is_file():
            return []
        return read_facts([header]).get(self.iri, {}).get(predicate, [])

    def _over(self, before: Statements, own: Statements) -> Statements:
        """What the base says, changed by what the release says; revised subjects keep their place."""
        after = {
            subject: [] if subject in self.revised else [each for each in said if _object(each) not in self.dropped]
            for subject, said in before.items()
            if subject not in self.dropped
        }
        for subject, said in own.items():
            after[subject] = [*after.get(subject, []), *said]
        return {subject: said for subject, said in after.items() if said}


def _order(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _object(triple: ox.Triple) -> str:
    return getattr(triple.object, "value", "")


def _system_files() -> list[Path]:
    """The software's own terms, and the shapes that every release has."""
    return [*turtle_files(bundled("ontology/system")), *system_shapes()]


def system_shapes() -> list[Path]:
    """The shapes that every release has, versioned with the program."""
    return turtle_files(bundled("shapes/system/case"))


def grouped(triples: Iterable[ox.Triple]) -> Statements:
    """Triples by the named subject that they, or the blank nodes that they hang from, are about."""
    listed = list(triples)
    above = {each.object: each.subject for each in listed if isinstance(each.object, ox.BlankNode)}
    found: Statements = {}
    for each in listed:
        subject = each.subject
        for _ in above:  # no chain is longer; one that bites its tail ends here
            if not isinstance(subject, ox.BlankNode) or subject not in above:
                break
            subject = above[subject]
        found.setdefault(subject.value if isinstance(subject, ox.NamedNode) else "", []).append(each)
    return found


def canonical(triples: Iterable[ox.Triple]) -> list[str]:
    """Triples as sorted N-Triples lines with canonical names of blank nodes (RDFC-1.0)."""
    bundle = ox.Dataset(ox.Quad(each.subject, each.predicate, each.object) for each in triples)
    bundle.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return sorted(f"{quad.triple} .\n" for quad in bundle)


def rule_text(path: Path) -> str:
    """A rule's query, whatever the line ends of its file."""
    return path.read_text(encoding="utf-8")


def read_facts(files: Iterable[Path]) -> Facts:
    """The triples of some Turtle files as nested dictionaries, in the order of the files."""
    return _facts(_triples(files))


def _facts(triples: Iterable[ox.Triple]) -> Facts:
    facts: Facts = {}
    for triple in triples:
        subject, value = getattr(triple.subject, "value", ""), getattr(triple.object, "value", "")
        facts.setdefault(subject, {}).setdefault(triple.predicate.value, []).append(value)
    return facts


def _triples(files: Iterable[Path]) -> Iterator[ox.Triple]:
    return chain.from_iterable(map(_parse, files))


def digest(files: Iterable[Path]) -> str:
    """SHA-256 of some files, names and bytes."""
    total = hashlib.sha256()
    for path in files:
        total.update(f"{path.name}\0".encode() + path.read_bytes())
    return total.hexdigest()


def _parse(path: Path) -> list[ox.Triple]:
    try:
        return list(ox.parse(path=str(path), format=ox.RdfFormat.TURTLE, rename_blank_nodes=True))
    except SyntaxError as error:
        raise Failure(f"{path}:{error.lineno}:{error.offset}: {error.msg}") from error


def turtle_files(folder: Path) -> list[Path]:
    """The Turtle files of a folder, by name."""
    return sorted(folder.glob("*.ttl"))


def find_releases(roots: Iterable[Path] = ()) -> dict[str, Release]:
    """Every release that ships with the package or stands in one of the workspaces, oldest first."""
    known: dict[str, Release] = {}
    found = {each.version: each for root in (bundled("ontology").parent, *roots) for each in _releases_in(root, known)}
    known |= dict(sorted(found.items(), key=lambda each: each[1].order))
    return known


def _releases_in(root: Path, known: Mapping[str, Release]) -> Iterator[Release]:
    ontologies = root / "ontology"
    if not ontologies.is_dir():
        return
    for folder in ontologies.iterdir():
        shapes = root / "shapes" / folder.name
        if VERSION.fullmatch(folder.name) and (shapes.is_dir() or (folder / "release.ttl").is_file()):
            yield Release(folder.name, folder, shapes, known)
