"""A result about a case in; the place in its file out: the value that it is about, or the record that lacks one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import cast

from kg import codes, vocab
from kg.case import Case, Record
from kg.check.engine import Result
from kg.ntriples import Triple, iri, literal_text
from kg.problem import Span
from kg.shape import Field, decode, local_name
from kg.triples import origins
from kg.yamltree import Scalar


@dataclass(frozen=True, slots=True)
class Home:
    """A record, and the id that a reader of the file knows it or the record around it by."""

    record: Record
    name: str


class Places:
    """Finds the place of results about one case; the work is done when the first one asks."""

    def __init__(self, case: Case, base: str) -> None:
        assert case.record is not None
        assert case.front is not None
        self.case = case
        self.base = base
        self.root = case.record
        self.offset = case.front.start
        self.homes: dict[str, Home] = {}
        self.merged: set[str] = set()
        """Terms of the nodes that two records share by mistake; the reader has reported them."""
        for home in _homes(case.record, ""):
            term = iri(base + home.record.iri)
            if self.homes.setdefault(term, home) is not home:
                self.merged.add(term)

    @cached_property
    def _origins(self) -> dict[Triple, Span]:
        return origins(self.case, self.base)

    def home(self, result: Result) -> Home:
        """The record that a result is about."""
        return self.homes.get(result.focus) or Home(self.root, "")

    def field(self, result: Result) -> Field | None:
        """The field that a result is about, where its path is one predicate."""
        return self.home(result).record.shape.by_path.get(result.path.strip("<>"))

    def said(self, result: Result) -> list[str]:
        """The texts that the file has in the field that a result is about."""
        field = self.field(result)
        values = self.home(result).record.values.get(field.key, []) if field else []
        return [value.text for value in values if isinstance(value, Scalar)]

    def is_unnamed(self, value: str) -> bool:
        """Whether a value is a record that has no id in the file, such as a review: its IRI says nothing."""
        return value in self.homes and not self.homes[value].record.shape.identifiers

    def declared(self, target: str) -> list[str]:
        """The ids of the case's records of a class, in the order of the file."""
        return [home.name for home in self.homes.values() if home.record.shape.target == target]

    def span(self, result: Result, limit: int) -> Span:
        """Where the value stands, or the first one above the limit, or the field's key, or the record without it."""
        if result.value and (found := self._value(result)):
            return found
        record, field = self.home(result).record, self.field(result)
        values = [] if field is None else record.values.get(field.key, [])
        texts = [value for value in values if isinstance(value, Scalar)]
        if texts:
            return self._span(texts[limit if 0 < limit < len(texts) else 0])
        if field and field.key in record.keys:
            return self._span(record.keys[field.key])
        return self._name(record)

    def is_echo(self, result: Result) -> bool:
        """Whether a result only repeats what reading has reported.

        What counts values says nothing of a node that two records share, nor of a key whose value could not be read.
        """
        if result.value:
            return False
        field = self.field(result)
        return result.focus in self.merged or (
            field is not None
            and not self.home(result).record.values.get(field.key)
            and self._is_reported(self.home(result).record, field.key)
        )

    def is_pending(self, result: Result) -> bool:
        """Whether a result only misses a value that waits for a person's decision, which is reported by itself."""
        record, field = self.home(result).record, self.field(result)
        return field is not None and not record.values.get(field.key) and (record.iri, field.key) in self._waiting

    @cached_property
    def _waiting(self) -> set[tuple[str, str]]:
        """The records and keys whose values are pending; a dotted key leads into the records inside."""
        found = set[tuple[str, str]]()
        for home in self.homes.values():
            for each in home.record.records(vocab.pending):
                *inward, key = (each.text(vocab.pendingField) or "").split(".")
                records = [home.record]
                for step in inward:
                    inside = (value for record in records for value in record.values.get(step, []))
                    records = [value for value in inside if isinstance(value, Record)]
                found.update((record.iri, key) for record in records)
        return found

    def _is_reported(self, record: Record, key: str) -> bool:
        """Whether reading found a value that it could not take, or a key that is likely this one misspelt."""
        if not self.case.problems:
            return False
        return self._is_misread(record, key) if key in record.keys else self._is_misspelt(record, key)

    def _is_misspelt(self, record: Record, key: str) -> bool:
        start, end = (self.case.source.position(self.offset + index) for index in (record.start, record.end))
        found = (each for each in self.case.problems if each.code == codes.UNKNOWN_KEY.name)
        return any(start <= (each.span.line, each.span.column) < end and f"`{key}`?" in each.hint for each in found)

    def _is_misread(self, record: Record, key: str) -> bool:
        first = record.keys[key].end
        last = min((each.start for each in record.keys.values() if each.start > first), default=record.end)
        start, end = (self.case.source.position(self.offset + index) for index in (first, last))
        return any(start <= (each.span.line, each.span.column) < end for each in self.case.problems)

    def _value(self, result: Result) -> Span | None:
        """Where a value stands: in the result's field; else the record that it is; else wherever the path leads."""
        if (field := self.field(result)) and (scalar := self._scalar(result, field)):
            return self._span(scalar)
        if result.value in self.homes:
            return self._name(self.homes[result.value].record)
        steps = set(re.findall("<[^>]*>", result.path))
        return next((at for (_, p, o), at in self._origins.items() if o == result.value and p in steps), None)

    def _scalar(self, result: Result, field: Field) -> Scalar | None:
        """The value in the field of a result, found by its text: sooner than by the origins of the whole case."""
        text = text_of(result.value)
        values = self.home(result).record.values.get(field.key, [])
        return next((value for value in values if isinstance(value, Scalar) and value.text == text), None)

    def _name(self, record: Record) -> Span:
        """A record is shown by its id, or else by its first key: its own span may be half a file."""
        ids = [value for key in record.shape.identifiers for value in record.values.get(key, [])]
        return self._span(next(iter((*ids, *record.keys.values(), record))))

    def _span(self, node: Scalar | Record) -> Span:
        return self.case.source.span(self.offset + node.start, self.offset + node.end)


def text_of(term: str) -> str:
    """The text that a term was made from: IRIs of concepts and records end in it."""
    return literal_text(term) if term.startswith('"') else decode(local_name(term.strip("<>")))


def _homes(record: Record, name: str) -> Iterator[Home]:
    yield Home(record, name)
    for values in record.values.values():
        if values and isinstance(values[0], Record):
            for inner in cast("list[Record]", values):
                yield from _homes(inner, next((_text(inner, key) for key in inner.shape.identifiers), "") or name)


def _text(record: Record, key: str) -> str:
    return next((value.text for value in record.values.get(key, []) if isinstance(value, Scalar)), "")
