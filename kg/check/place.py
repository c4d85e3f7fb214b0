"""A result about a case in; the place in its file out: the value that it is about, or the record that lacks one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from kg.case import Case, Record
from kg.check.engine import Result
from kg.ntriples import Triple, iri
from kg.problem import Span
from kg.shape import Field
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
        """What the file says in the field that a result is about: texts, or the names of records."""
        field = self.field(result)
        values = self.home(result).record.values.get(field.key, []) if field else []
        return [value.text if isinstance(value, Scalar) else self.name(value) for value in values]

    def name(self, record: Record) -> str:
        """What a reader of the file knows a record by."""
        return self.homes[iri(self.base + record.iri)].name

    def declared(self, target: str) -> list[str]:
        """The ids of the case's records of a class, in the order of the file."""
        return [home.name for home in self.homes.values() if home.record.shape.target == target]

    def span(self, result: Result, limit: int) -> Span:
        """Where the value stands, or the first one above the limit, or the empty key, or the record without it."""
        if result.value:
            found = self._value(result)
            if found:
                return found
        record, field = self.home(result).record, self.field(result)
        if field and (values := record.values.get(field.key)):
            return self._place(values[limit if 0 < limit < len(values) else 0])
        if field and field.key in record.keys:
            return self._span(record.keys[field.key])
        return self._place(record)

    def is_echo(self, result: Result) -> bool:
        """Whether a result only repeats what reading has reported.

        What counts values says nothing of a node that two records share, nor of a key whose value could not be read.
        """
        if result.value:
            return False
        field = self.field(result)
        return result.focus in self.merged or (
            field is not None and not self.said(result) and self._is_misread(self.home(result).record, field.key)
        )

    def _is_misread(self, record: Record, key: str) -> bool:
        if key not in record.keys or not self.case.problems:
            return False
        first = record.keys[key].end
        last = min((each.start for each in record.keys.values() if each.start > first), default=record.end)
        start, end = (self.case.source.position(self.offset + index) for index in (first, last))
        return any(start <= (each.span.line, each.span.column) < end for each in self.case.problems)

    def _value(self, result: Result) -> Span | None:
        """Where a value stands: at the result's path, at a record's name, or anywhere that one of the path's steps leads."""
        exact = self._origins.get((result.focus, result.path, result.value))
        if result.value in self.homes:
            return self._place(self.homes[result.value].record)
        steps = set(re.findall("<[^>]*>", result.path))
        return exact or next((at for (_, p, o), at in self._origins.items() if o == result.value and p in steps), None)

    def _place(self, node: Scalar | Record) -> Span:
        """A record is shown by its id, or else by its first key: its own span may be half a file."""
        if isinstance(node, Scalar):
            return self._span(node)
        ids = [value for key in node.shape.identifiers for value in node.values.get(key, [])]
        return self._span(next(iter((*ids, *node.keys.values(), node))))

    def _span(self, node: Scalar | Record) -> Span:
        return self.case.source.span(self.offset + node.start, self.offset + node.end)


def _homes(record: Record, name: str) -> Iterator[Home]:
    yield Home(record, name)
    for key, values in record.values.items():
        for value in values:
            if isinstance(value, Record):
                yield from _homes(value, _id(value) or name)
