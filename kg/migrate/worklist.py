"""Cases in; the values that wait for a person, with what they need to see to decide, out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from kg import vocab
from kg.case import Case, Record
from kg.problem import Span
from kg.shape import Field, RecordShape


@dataclass(frozen=True, slots=True)
class Waiting:
    """One value that waits for a person."""

    path: Path
    span: Span
    """Where its entry stands."""
    case: str
    record: str
    """Id of the claim or source that it is of; empty where it is of the case itself."""
    iri: str
    """IRI, relative to the base, of the record that holds the entry."""
    field: str
    """The key that the decision fills, from that claim or source on."""
    value: str
    origin: str
    """The release that the value is of."""
    candidates: tuple[str, ...]
    title: str
    description: str
    quote: str
    release: str
    """The release of the file."""
    takes: Field | None
    """What the shapes say of the key that the decision fills."""

    @property
    def address(self) -> str:
        """What a decision calls the claim: ``acme/VC-001``."""
        return f"{self.case}/{self.record}" if self.record else self.case

    @property
    def words(self) -> str:
        """All that a pattern is looked for in."""
        return "\n".join((self.title, self.description, self.quote))


@dataclass(frozen=True, slots=True)
class Group:
    """The same question, wherever it is asked."""

    field: str
    value: str
    candidates: tuple[str, ...]
    count: int
    cases: int


@dataclass(frozen=True, slots=True)
class Choice:
    """Which waiting values are meant; what is empty leaves all in."""

    address: str = ""
    field: str = ""
    value: str = ""
    pattern: str = ""

    def takes(self, each: Waiting) -> bool:
        """Whether a waiting value is meant."""
        return (
            self.address in ("", each.address, each.case)
            and self.field in ("", each.field)
            and self.value in ("", each.value)
            and (not self.pattern or re.search(self.pattern, each.words, re.IGNORECASE) is not None)
        )


def waiting(path: Path, case: Case) -> Iterator[Waiting]:
    """The values of one case that wait, in the order of the file."""
    if case.record is not None:
        found = _in_record(case.record, _Around(path, case), "")
        yield from sorted(found, key=lambda each: each.span)


def grouped(found: Iterable[Waiting]) -> list[Group]:
    """The questions, those first that are asked most often."""
    counts: Counter[tuple[str, str, tuple[str, ...]]] = Counter()
    cases: dict[tuple[str, str, tuple[str, ...]], set[str]] = {}
    for each in found:
        key = each.field, each.value, each.candidates
        counts[key] += 1
        cases.setdefault(key, set()).add(each.case)
    groups = [Group(*key, count, len(cases[key])) for key, count in counts.items()]
    return sorted(groups, key=lambda each: (-each.count, each.field, each.value))


@dataclass(frozen=True, slots=True)
class _Around:
    """The case, and the claim or source, that a record stands in."""

    path: Path
    case: Case
    holder: Record | None = None


def _in_record(record: Record, around: _Around, prefix: str) -> Iterator[Waiting]:
    if record.text(vocab.dcterms_identifier) and record is not around.case.record:
        around, prefix = _Around(around.path, around.case, record), ""
    for entry in record.records(vocab.pending):
        yield _waiting(entry, record, around, prefix)
    for key, values in record.values.items():
        if record.shape.fields[key].path != vocab.pending:
            for value in values:
                if isinstance(value, Record):
                    yield from _in_record(value, around, f"{prefix}{key}.")


def _waiting(entry: Record, record: Record, around: _Around, prefix: str) -> Waiting:
    assert around.case.record is not None
    assert around.case.front is not None
    shown = around.holder or around.case.record
    start = around.case.front.start
    return Waiting(
        path=around.path,
        span=around.case.source.span(start + entry.start, start + entry.end),
        case=around.case.record.text(vocab.dcterms_identifier) or "",
        record=(around.holder.text(vocab.dcterms_identifier) or "") if around.holder else "",
        iri=record.iri,
        field=prefix + (entry.text(vocab.pendingField) or ""),
        value=entry.text(vocab.pendingValue) or "",
        origin=entry.text(vocab.pendingFrom) or "",
        candidates=tuple(entry.texts(vocab.candidate)),
        title=shown.text(vocab.dcterms_title) or "",
        description=shown.text(vocab.dcterms_description) or "",
        quote=shown.text(vocab.sourceQuote) or "",
        release=around.case.release,
        takes=_field(record.shape, entry.text(vocab.pendingField) or ""),
    )


def _field(shape: RecordShape, dotted: str) -> Field | None:
    """The field that a pending value names, in the record itself or in one inside it."""
    first, dot, rest = dotted.partition(".")
    found = shape.fields.get(first)
    if not dot or found is None:
        return found
    return _field(found.record, rest) if found.record else None
