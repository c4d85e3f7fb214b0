"""A migration and the releases at its ends in; what it names that neither has, as Problems at its lines, out."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Mapping

from kg import codes
from kg.migrate.layout import Layout, between, layout_of
from kg.migrate.migration import Migration
from kg.migrate.operation import (
    Add,
    Derive,
    MapValues,
    Merge,
    MoveField,
    MoveTerm,
    Operation,
    Recode,
    Relabel,
    Rename,
    RenameProperty,
    Require,
    Resolve,
    RetireField,
    RetireTerm,
    Split,
    SwapFields,
    Update,
)
from kg.migrate.subject import FieldName, RecordName, Subject, Term
from kg.problem import Problem
from kg.release import Facts, Release
from kg.shape import encode, read_shapes

Said = tuple[str, str]
"""A message and a hint."""


def subject_problems(migration: Migration, releases: Mapping[str, Release]) -> list[Problem]:
    """What is wrong with the subjects of a migration's operations."""
    origin, target = releases[migration.origin], releases[migration.target]
    last = layout_of(read_shapes(target))
    layout = between(layout_of(read_shapes(origin)), last)
    found: list[Problem] = []
    for step in migration.steps:
        check = _Check(layout, last, origin.facts, target.facts)
        for message, hint in check.operation(step.operation):
            found.append(codes.BAD_MIGRATION.at(step.span, message, hint=hint))
        layout = layout.after(step.operation, last)
    return found


class _Check:
    """Looks up what one operation names, in the layout that it meets and in the one that the migration leads to."""

    def __init__(self, layout: Layout, target: Layout, before: Facts, after: Facts) -> None:
        self.layout = layout
        self.target = target
        self.before = before
        self.after = after

    def operation(self, operation: Operation) -> Iterator[Said]:
        match operation:
            case Rename(vocabulary, term, to):
                yield from self._terms(vocabulary, old=(term,), new=(to,))
            case Merge(vocabulary, terms, to):
                yield from self._terms(vocabulary, old=terms, new=(to,))
            case Split(vocabulary, term, into):
                yield from self._terms(vocabulary, old=(term,), new=into)
            case RetireTerm(vocabulary, term, consider):
                yield from self._terms(vocabulary, old=(term,), new=consider)
            case MoveTerm(vocabulary, term, under):
                yield from self._terms(vocabulary, old=(term,), new=(under,) if under else ())
            case Add(subject) | Relabel(subject):
                yield from self._subject(subject)
            case Update(_, files):
                for each in files:
                    yield from self.operation(each)
            case _:
                yield from self._fields(operation)

    def _fields(self, operation: Operation) -> Iterator[Said]:
        match operation:
            case MapValues(field) | RetireField(field) | Require(field) | Recode(field):
                yield from self._field(field, self.layout)
            case Derive(field, source):
                yield from self._field(field, self.layout)
                yield from self._field(source, self.layout)
                if field.record in self.layout.records and source.record in self.layout.records:
                    yield from self._inside(field.record, source.record)
            case RenameProperty(field, to):
                yield from self._field(field, self.layout)
                yield from self._field(FieldName(field.record, to), self.target)
            case SwapFields(record, keys):
                for key in keys:
                    yield from self._field(FieldName(record, key), self.layout)
            case Resolve(code, label, to):
                yield from self._field(code, self.layout)
                yield from self._field(label, self.layout)
                yield from self._field(to, self.target)
            case MoveField(field, to):
                yield from self._move(field, to)
            case _:
                pass

    def _move(self, field: FieldName, to: FieldName) -> Iterator[Said]:
        yield from self._field(field, self.layout)
        yield from self._field(to, self.target)
        into = {key.record for key in self.layout.embedding(field.record)}
        out = {key.record for key in self.layout.embedding(to.record)}
        if to.record not in into and field.record not in out:
            yield f"neither {field.record} nor {to.record} stands in the other", "a value moves one step at a time"

    def _inside(self, outer: str, inner: str) -> Iterator[Said]:
        if inner not in self.layout.reached[outer]:
            yield f"no {inner} stands in a {outer}", "name a field of the record itself, or of one inside it"

    def _subject(self, subject: Subject) -> Iterator[Said]:
        match subject:
            case FieldName():
                yield from self._field(subject, self.target)
            case RecordName(name):
                if name not in self.target.records:
                    yield f"the later release has no kind of record {name}", _near(name, self.target.records)
            case Term(vocabulary, term):
                yield from self._terms(vocabulary, old=(), new=(term,))

    def _field(self, field: FieldName, layout: Layout) -> Iterator[Said]:
        if field.record not in layout.records:
            yield f"there is no kind of record {field.record}", _near(field.record, layout.records)
        elif field.key not in layout.records[field.record]:
            yield f"{field.record} has no key {field.key}", _near(field.key, layout.records[field.record])

    def _terms(self, vocabulary: str, *, old: Collection[str], new: Collection[str]) -> Iterator[Said]:
        schemes = {key.vocabulary: key.scheme for keys in self.layout.records.values() for key in keys.values()}
        schemes.pop("", None)
        if vocabulary not in schemes:
            yield f"there is no vocabulary {vocabulary}", _near(vocabulary, schemes)
            return
        for terms, facts, release in ((old, self.before, "earlier"), (new, self.after, "later")):
            for term in terms:
                if f"{schemes[vocabulary]}/{encode(term)}" not in facts:
                    known = [iri.rpartition("/")[2] for iri in facts if iri.startswith(f"{schemes[vocabulary]}/")]
                    yield f"the {release} release has no term {term} in {vocabulary}", _near(term, known)


def _near(word: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(word, known, n=1)
    return f"did you mean {near[0]}?" if near else f"known: {', '.join(sorted(known))}"
