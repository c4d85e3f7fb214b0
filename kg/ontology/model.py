"""A release in; what two releases are compared by out: terms, kinds of record, fields, rules."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import chain

import pyoxigraph as ox

from kg import vocab
from kg.ontology.change import What
from kg.release import Release, Statements, canonical, rule_text
from kg.shape import Field, RecordShape, local_name, read_shapes

Links = dict[str, frozenset[str]]
"""Predicate → values."""

_SH = vocab.PREFIXES["sh"]
WORDS = frozenset(
    (
        vocab.rdfs_label,
        vocab.rdfs_comment,
        vocab.skos_prefLabel,
        vocab.skos_altLabel,
        vocab.skos_definition,
        vocab.skos_example,
        vocab.skos_changeNote,
        vocab.dcterms_title,
        vocab.dcterms_description,
        vocab.sh_message,
        vocab.mend,
    )
)
"""Predicates whose values are words for readers."""
_KINDS = {
    vocab.owl_Class: What.CLASS,
    vocab.owl_ObjectProperty: What.PROPERTY,
    vocab.owl_DatatypeProperty: What.PROPERTY,
    vocab.owl_AnnotationProperty: What.PROPERTY,
    vocab.skos_ConceptScheme: What.VOCABULARY,
    vocab.skos_Concept: What.TERM,
}
_OF_A_FIELD = frozenset(
    (
        vocab.rdf_type,
        vocab.sh_codeIdentifier,
        vocab.sh_order,
        vocab.sh_path,
        vocab.sh_class,
        vocab.sh_datatype,
        vocab.sh_maxCount,
        vocab.embeds,
        vocab.code,
        vocab.sh_severity,
    )
)


@dataclass(frozen=True, slots=True)
class Term:
    """A class, property, vocabulary or term of one."""

    iri: str
    what: What
    links: Links
    words: frozenset[tuple[str, str]]
    is_retired: bool
    successors: tuple[str, ...]

    @property
    def name(self) -> str:
        """``cg:mechanism``, or ``mechanism/innovation``."""
        return short(self.iri)


@dataclass(frozen=True, slots=True)
class Key:
    """A field of a kind of record."""

    record: str
    field: Field
    rest: str
    """What its shape asks besides, in canonical form."""
    words: frozenset[tuple[str, str]]

    @property
    def name(self) -> str:
        """``ValueClaim.mechanism``."""
        return f"{self.record}.{self.field.key}"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule on records, or one across cases."""

    name: str
    severity: str
    """IRI of the severity; empty for rules across cases, which are warnings."""
    aims: frozenset[str]
    """The shapes that it is a property of."""
    rest: str
    """What it asks, in canonical form, with the shapes that it refers to."""
    words: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Model:
    """One release, ready to compare."""

    version: str
    terms: dict[str, Term] = field(default_factory=dict[str, Term])
    records: dict[str, RecordShape] = field(default_factory=dict[str, RecordShape])
    keys: dict[str, Key] = field(default_factory=dict[str, Key])
    rules: dict[str, Rule] = field(default_factory=dict[str, Rule])


def read_model(release: Release) -> Model:
    """What a release says, by name."""
    records = {each.name: each for each in read_shapes(release).walk()}
    keys = [_key(each, name, release.case_shapes) for name, record in records.items() for each in _own(record, release)]
    shapes = _rules(release.case_shapes, {key.field.shape for key in keys})
    across = (Rule(name, "", frozenset(), rule_text(path)) for name, path in release.rules.items())
    return Model(
        release.version,
        {iri: term for iri, said in release.terms.items() if (term := _term(iri, said))},
        {name: record for name, record in records.items() if record.shape in release.case_shapes},
        {key.name: key for key in keys},
        {rule.name: rule for rule in chain(shapes, across)},
    )


def short(iri: str) -> str:
    """An IRI as people write it.

    >>> short(vocab.mechanism), short(vocab.CASEGRAPH + "mechanism/innovation")
    ('cg:mechanism', 'mechanism/innovation')
    """
    for prefix, namespace in vocab.PREFIXES.items():
        if iri.startswith(namespace):
            return f"{prefix}:{iri.removeprefix(namespace)}"
    return iri.removeprefix(vocab.CASEGRAPH)


def _own(record: RecordShape, release: Release) -> list[Field]:
    """The fields that the release gives a record; those of the software's own shapes are the same in every one."""
    return [each for each in record.fields.values() if each.shape in release.case_shapes]


def _term(iri: str, said: Iterable[ox.Triple]) -> Term | None:
    if not iri.startswith(vocab.CASEGRAPH):
        return None
    facts: dict[str, set[str]] = {}
    for triple in said:
        facts.setdefault(triple.predicate.value, set()).add(_value(triple.object))
    kinds = [_KINDS[each] for each in _KINDS if each in facts.get(vocab.rdf_type, ())]
    if not kinds:
        return None
    successors = facts.get(vocab.replacedBy, set()) | facts.get(vocab.dcterms_isReplacedBy, set())
    ignored = {*WORDS, vocab.replacedBy, vocab.dcterms_isReplacedBy, vocab.owl_deprecated}
    return Term(
        iri,
        kinds[-1] if What.TERM in kinds else kinds[0],
        {predicate: frozenset(values) for predicate, values in facts.items() if predicate not in ignored},
        frozenset((predicate, text) for predicate in WORDS for text in facts.get(predicate, ())),
        "true" in facts.get(vocab.owl_deprecated, ()),
        tuple(sorted(successors)),
    )


def _key(found: Field, record: str, shapes: Statements) -> Key:
    said = shapes[found.shape]
    rest = [each for each in said if each.predicate.value not in _OF_A_FIELD | WORDS]
    return Key(record, found, "".join(canonical(rest)), _words(said))


def _rules(shapes: Statements, fields: set[str]) -> Iterable[Rule]:
    aims: dict[str, set[str]] = {}
    for subject, said in shapes.items():
        for triple in said:
            if triple.predicate.value == vocab.sh_property:
                aims.setdefault(_value(triple.object), set()).add(local_name(subject))
    for subject, said in shapes.items():
        coded = {triple.predicate.value: _value(triple.object) for triple in said if not _is_inner(triple)}
        if vocab.code in coded and subject not in fields:
            severity = coded.get(vocab.sh_severity, vocab.sh_Violation)
            yield Rule(
                local_name(subject), severity, frozenset(aims.get(subject, ())), _asked(subject, shapes), _words(said)
            )


def _asked(subject: str, shapes: Statements) -> str:
    """What a shape asks, and the shapes that it refers to, in canonical form."""
    seen: dict[str, None] = {subject: None}
    triples: list[ox.Triple] = []
    waiting = [subject]
    while waiting:
        for triple in shapes[waiting.pop()]:
            if triple.predicate.value in WORDS or triple.predicate.value == vocab.sh_severity:
                continue
            triples.append(triple)
            target = _value(triple.object)
            if target in shapes and target not in seen:
                seen[target] = None
                waiting.append(target)
    return "".join(canonical(triples))


def _words(said: Iterable[ox.Triple]) -> frozenset[tuple[str, str]]:
    return frozenset((each.predicate.value, _value(each.object)) for each in said if each.predicate.value in WORDS)


def _is_inner(triple: ox.Triple) -> bool:
    return isinstance(triple.subject, ox.BlankNode)


def _value(term: object) -> str:
    return getattr(term, "value", "")
