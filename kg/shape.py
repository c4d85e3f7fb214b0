"""What a case may contain, read from a release's shapes: the fields of each kind of record.

A node shape is a kind of record; a property shape with ``sh:codeIdentifier`` is a field of it. Everything that
maps, rebuilds, documents or completes a case file walks these values, so that no Python names a field.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from urllib.parse import quote, unquote

from kg import vocab
from kg.problem import Failure
from kg.release import Release


class ShapeError(Failure):
    """A release's shapes cannot be read: the release is broken, not a case."""


class Kind(Enum):
    """What the value of a field becomes in the graph."""

    LITERAL = "literal"
    CONCEPT = "concept"
    LINK = "link"
    RECORD = "record"


AROUND = "record"
"""The variable of IRI templates that stands for the IRI of the enclosing record."""

_SAFE = re.compile(r"[A-Za-z0-9._~-]+")


@cache
def encode(text: str) -> str:
    """An id as one IRI segment; everything but unreserved ASCII is percent-encoded, and so are dot segments.

    >>> encode("VC-001"), encode("50%"), encode("..")
    ('VC-001', '50%25', '%2E%2E')
    """
    if text in (".", ".."):
        return text.replace(".", "%2E")
    return text if _SAFE.fullmatch(text) else quote(text, safe="")


def decode(segment: str) -> str:
    """The id that a segment encodes."""
    return unquote(segment)


@dataclass(frozen=True, slots=True)
class Template:
    """An IRI template such as ``case/{case_id}/claim/{id}``, relative to the workspace's base."""

    text: str

    @property
    def variables(self) -> tuple[str, ...]:
        """Names of the variables, in order."""
        return tuple(re.findall(r"\{(\w+)\}", self.text))

    def mint(self, scope: Mapping[str, str]) -> str:
        """The IRI, relative to the base; the scope's values are encoded already."""
        return self.text.format_map(scope)

    def read(self, relative: str) -> dict[str, str] | None:
        """The encoded values of the variables in an IRI that the template minted, or None.

        >>> Template("case/{case_id}/source/{id}").read("case/a/source/S1")
        {'case_id': 'a', 'id': 'S1'}
        >>> Template("{record}/metric").read("case/a/claim/VC-001/metric")
        {'record': 'case/a/claim/VC-001'}
        """
        escaped = re.escape(self.text).replace(rf"\{{{AROUND}\}}", f"(?P<{AROUND}>.+)")
        pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]*)", escaped)
        found = re.fullmatch(pattern, relative)
        return found.groupdict() if found else None


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """One key of one kind of record."""

    key: str
    path: str
    kind: Kind
    single: bool
    order: float
    shape: str
    """IRI of the property shape."""
    datatype: str = ""
    """Literals: the datatype's IRI."""
    target: str = ""
    """Concepts, links and records: the class."""
    scheme: str = ""
    """Concepts: the scheme that holds the allowed terms."""
    record: RecordShape | None = None
    """Records: their shape."""
    template: Template | None = None
    """Links: the template of what they link to."""
    takes_any_text: bool = False
    """Whether the value is one text that needs no canonical form."""

    @property
    def link_variable(self) -> str:
        """The template variable that the text of a link fills."""
        assert self.template is not None
        return self.template.variables[-1]

    def link(self, text: str, scope: Mapping[str, str]) -> str:
        """The IRI, relative to the base, that a link's text means inside a record's scope."""
        assert self.template is not None
        return self.template.mint({**scope, self.link_variable: encode(text)})


@dataclass(frozen=True, slots=True, eq=False)
class RecordShape:
    """One kind of record: its class, the template of its IRI, its fields by key."""

    shape: str
    target: str
    template: Template
    home: Template | None
    fields: dict[str, Field]
    identifiers: tuple[str, ...]
    """Keys of this record's own fields that its IRI template uses."""
    by_path: dict[str, Field] = field(default_factory=dict[str, "Field"])

    @property
    def name(self) -> str:
        """The class's local name.

        ``ValueClaim`` for ``…ontology#ValueClaim``.
        """
        return local_name(self.target)

    def walk(self) -> Iterator[RecordShape]:
        """This shape and every one embedded in it, outermost first."""
        yield self
        for inner in self.fields.values():
            if inner.record is not None:
                yield from inner.record.walk()


def local_name(iri: str) -> str:
    """What stands behind the last ``#`` or ``/``."""
    return re.split("[#/]", iri)[-1]


def read_shapes(release: Release) -> RecordShape:
    """The shape of a case, and through it of every record inside one."""
    return _Shapes(release).record(vocab.Case)


_TEXTS = frozenset(("", vocab.xsd_string, vocab.xsd_anyURI))


class _Shapes:
    """Reads one release's shapes; each kind of record once."""

    def __init__(self, release: Release) -> None:
        self.version = release.version
        self.facts = release.facts
        self.shape_of = {
            target: subject for subject, facts in self.facts.items() for target in facts.get(vocab.sh_targetClass, ())
        }
        self.records: dict[str, RecordShape] = {}

    def record(self, target: str) -> RecordShape:
        if target not in self.records:
            self.records[target] = self._record(target)
        return self.records[target]

    def _record(self, target: str) -> RecordShape:
        shape = self._shape_of(target)
        properties = self.facts[shape].get(vocab.sh_property, [])
        fields = [self._field(iri) for iri in properties if self._one(iri, vocab.sh_codeIdentifier)]
        fields.sort(key=lambda each: each.order)
        home = self._one(shape, vocab.homeGraph)
        template = Template(self._need(shape, vocab.iriTemplate))
        return RecordShape(
            shape=shape,
            target=target,
            template=template,
            home=Template(home) if home else None,
            fields={each.key: each for each in fields},
            identifiers=tuple(each.key for each in fields if each.key in template.variables),
            by_path={each.path: each for each in fields},
        )

    def _field(self, iri: str) -> Field:
        target = self._one(iri, vocab.sh_class)
        scheme = self._one(target, vocab.conceptScheme)
        kind = self._kind(iri, target, scheme)
        single = self._one(iri, vocab.sh_maxCount) == "1"
        datatype = self._need(iri, vocab.sh_datatype) if kind is Kind.LITERAL else ""
        return Field(
            key=self._need(iri, vocab.sh_codeIdentifier),
            path=self._need(iri, vocab.sh_path),
            kind=kind,
            single=single,
            order=self._order(iri),
            shape=iri,
            datatype=datatype,
            target=target,
            scheme=scheme,
            record=self.record(target) if kind is Kind.RECORD else None,
            template=Template(self._need(self._shape_of(target), vocab.iriTemplate)) if kind is Kind.LINK else None,
            takes_any_text=single and kind is not Kind.RECORD and datatype in _TEXTS,
        )

    def _order(self, iri: str) -> float:
        text = self._need(iri, vocab.sh_order)
        try:
            return float(text)
        except ValueError:
            raise ShapeError(f"release {self.version}: {iri} has {text} for sh:order, which takes a number") from None

    def _kind(self, iri: str, target: str, scheme: str) -> Kind:
        if not target:
            return Kind.LITERAL
        if scheme:
            return Kind.CONCEPT
        return Kind.RECORD if self._one(iri, vocab.embeds) == "true" else Kind.LINK

    def _shape_of(self, target: str) -> str:
        if target not in self.shape_of:
            raise ShapeError(f"release {self.version}: no node shape targets {target}")
        return self.shape_of[target]

    def _need(self, subject: str, predicate: str) -> str:
        value = self._one(subject, predicate)
        if not value:
            raise ShapeError(f"release {self.version}: {subject} has no {predicate}")
        return value

    def _one(self, subject: str, predicate: str) -> str:
        return next(iter(self.facts.get(subject, {}).get(predicate, ())), "")
