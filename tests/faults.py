"""A small case with every field filled, and everything that can be damaged in it, worked out from the shapes.

No field is named below the text of the case: a new field or vocabulary is damaged as soon as it stands in both.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import yaml

from kg import vocab
from kg.captures import MOST_BYTES
from kg.check.rulebook import Rulebook
from kg.release import VERSION_USED, Release
from kg.shape import Field, Kind, RecordShape, read_shapes

WHOLE = """
case_id: harbour-line-calls
organisation: Harbour Line Ferries
title: A third fewer calls
date_created: '2026-03-01'
date_updated: '2026-03-09'
sources:
- {id: S1, title: Annual report, url: 'https://harbour-line.example/report', raw_file: report.html,
   text_file: sources/text/S1.txt, extraction_method: trafilatura, extraction_quality: high, is_multi_page: false,
   related_urls: ['https://harbour-line.example/a', 'https://harbour-line.example/b'], type: primary,
   origin: press office, grade: organisation_itself}
- {id: S2, title: Press release, url: 'https://harbour-line.example/press', text_file: sources/text/S2.txt,
   type: primary, origin: press office, grade: organisation_itself}
value_claims:
- id: VC-001
  claim_title: Fewer calls
  claim_description: The booking centre takes 33 % fewer calls.
  source_ids: [S1]
  source_quote: a third of the callers no longer need one of our agents
  quote_source_id: S1
  quote_location: page 3
  ai_attribution: direct
  attribution_evidence: The report names the assistant.
  verification_status: verified
  evidence_level: outcome
  evidence_grade: primary
  application_type: capability_enhancement
  mechanism: [automation, augmentation]
  outcome: [velocity, experience]
  cognitive_depth: generative
  metric_raw: {value: '33', currency: EUR, magnitude: million, timeframe: 2025, metric_type: percentage}
  metric_classification: {quantification_level: exact, magnitude_band: medium}
  ontology_version: '1.0'
  ontology_confidence: {mechanism: high, outcome: high, cognitive_depth: high}
  human_validation: {reviewed: true, reviewer_verdict: valid, attribution_correct: false,
    attribution_override: contributing, missed_claim: false, review_notes: Odd., review_date: '2026-03-05',
    reviewer_id: rv-07}
context_claims:
- id: CC-001
  context_type: functional
  claim_title: Booking calls
  claim_description: The assistant answers the calls of the booking centre.
  source_ids: [S2]
  source_quote: the assistant answers every call first
  verification_status: inferred
  verification_confidence: high
  inferred_from: The photograph of the booking centre.
  apqc_code: '20607'
  apqc_name: Manage Information Technology (IT)
  human_validation: {reviewed: false, missed_claim: false}
verification_summary:
  value_claims: {total: 1, verified: 1, needs_review: 0, rejected: 0,
    by_attribution: {direct: 1, contributing: 0, contextual: 0}}
  context_claims: {total: 1, verified: 0, unverified: 0, inferred: 1}
  all_value_verified: true
  all_context_verified: false
human_validation_summary:
  reviewed: true
  review_date: '2026-03-05'
  reviewer_id: rv-07
  validation_tier: two
  value_claims: {valid: 1, invalid: 0, unclear: 0, missed: 0}
  context_claims: {valid: 0, invalid: 0, unclear: 0, missed: 0}
  precision_score: 0.9
  recall_score: 0.8
evidence_level: outcome
status: complete
confidence: high
review_flags: [Look at the date., Look at the name.]
ontology_metadata: {version_used: '1.0', tagged_date: '2026-03-02', needs_retagging: false}
"""

TEXTS = {
    "S1.txt": "Today a third of the callers no longer need one of our agents.",
    "S2.txt": "At the ferries the assistant answers every call first.",
    "empty.txt": "",
}
"""Captured texts of the case, and one with nothing in it."""

Tree = dict[str, Any]
Steps = tuple[str | int, ...]

LITERALS: dict[str, tuple[object, ...]] = {
    vocab.xsd_string: (
        *("", " ", "\t\n", "\u00a0", "x" * 400, "Zeile 1\nZeile 2", 'odd & "id" <50%>/x\\y', "e\u0301 \t😀"),
        *(
            "a third of the callers no longer need one of our agents",
            "sources/text/empty.txt",
            "sources/text/large.txt",
        ),
        *("../../../../../../elsewhere.txt", "20607", "8.0"),
    ),
    vocab.xsd_anyURI: (
        "",
        "harbour-line.example",
        "http://",
        "ftp://x.example/",
        'https:\t\\x "y" 😀 e\u0301',
        "https://[bad",
        "HTTP://X",
    ),
    vocab.xsd_date: ("2016-01-01", "2036-12-31", "2026-02-30", "March", "2026-03-09"),
    vocab.xsd_boolean: (True, False, "perhaps"),
    vocab.xsd_integer: (0, 1, 2, 999, -1, "many"),
    vocab.xsd_decimal: (0, 1, 1.5, -0.2, "1.00", "0.123456789012345678", "much"),
}
"""What a literal is replaced by; some of it is valid, some cannot be read."""


def write_texts(folder: Path) -> None:
    """Put the captured texts beside the case, and one that is too large to be read (and takes no room on disk)."""
    texts = folder / "sources/text"
    texts.mkdir(parents=True)
    for name, text in TEXTS.items():
        (texts / name).write_text(text, encoding="utf-8")
    with (texts / "large.txt").open("wb") as large:
        large.truncate(MOST_BYTES + 1)


class _Removed:
    def __repr__(self) -> str:
        return "REMOVED"


REMOVED = _Removed()


@dataclass(frozen=True)
class Fault:
    """One value of the case replaced, or removed."""

    steps: Steps
    value: object

    def damage(self, case: Tree) -> None:
        """Do it; nothing where another fault has already taken that part of the case away."""
        at: Any = case
        for step in self.steps[:-1]:
            at = at[step] if _holds(at, step) else None
        if not self.steps:
            case.clear()
            case.update(copy.deepcopy(self.value))
        elif self.value is not REMOVED and (isinstance(at, dict) or _holds(at, self.steps[-1])):
            at[self.steps[-1]] = copy.deepcopy(self.value)
        elif _holds(at, self.steps[-1]):
            del at[self.steps[-1]]

    def __str__(self) -> str:
        return f"{'.'.join(map(str, self.steps))} = {self.value!r}"


def _holds(node: Any, step: str | int) -> bool:
    if isinstance(node, list):
        return isinstance(step, int) and step < len(node)
    return isinstance(node, dict) and step in node


class Faults:
    """Everything that can be damaged in a case under a release."""

    def __init__(self, release: Release) -> None:
        self.case: Tree = yaml.safe_load(WHOLE)
        self.rulebook = Rulebook(release)
        self.shape = read_shapes(release)
        self.all = list(self._of_record((), self.case, self.shape))

    def unfilled(self) -> set[str]:
        """Fields that the case leaves out, so that nothing damages them; that something waits is a fault itself."""
        filled = {field.shape for _, field in _fields((), self.case, self.shape)}
        shapes = (shape for shape in self.shape.walk() if shape.target != vocab.Pending)
        fields = (field for shape in shapes for field in shape.fields.values() if field.target != vocab.Pending)
        return {field.shape for field in fields} - filled

    def text(self, faults: tuple[Fault, ...] = ()) -> str:
        """The case as a file, with some faults."""
        case = copy.deepcopy(self.case)
        for fault in faults:
            fault.damage(case)
        front = yaml.dump(case, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True)
        return f"---\n{front}---\n\n# A third fewer calls\n"

    def groups(self, count: int, seed: str, first: Iterable[Fault] = ()) -> Iterator[tuple[Fault, ...]]:
        """Groups of one to seven faults, each for one case: those given, then all in any order, as many as counted."""
        random, drawn = Random(seed), list(first)
        while len(drawn) < count:
            drawn += random.sample(self.all, len(self.all))
        drawn = random.sample(drawn[:count], count)
        while drawn:
            size = random.randint(1, 7)
            yield tuple(drawn[:size])
            del drawn[:size]

    def _of_record(self, steps: Steps, record: Tree, shape: RecordShape) -> Iterator[Fault]:
        kept = {key: record[key] for key in (*shape.identifiers, VERSION_USED[0]) if key in record}
        yield Fault(steps, kept)
        yield from (Fault(steps, {**kept, key: record[key]}) for key in record if key not in kept)
        yield from self._waiting(steps, shape)
        for path, field in _fields(steps, record, shape, nested=False):
            for value in (REMOVED, None, *self._values(record[field.key], field)):
                yield Fault(path, value)
            if field.record is not None:
                yield from self._inside(path, record[field.key], field.record)

    def _waiting(self, steps: Steps, shape: RecordShape) -> Iterator[Fault]:
        """A value of the record that waits for a person; one, and two."""
        field = shape.by_path.get(vocab.pending)
        if field is None or field.record is None:
            return
        entries = [
            {key: word if each.single else [word, f"{word} too"] for key, each in field.record.fields.items()}
            for word in ("one", "two")
        ]
        yield from (Fault((*steps, field.key), listed) for listed in (entries[:1], entries))

    def _inside(self, path: Steps, value: Any, shape: RecordShape) -> Iterator[Fault]:
        for steps, inner in _records(path, value):
            yield from self._of_record(steps, inner, shape)

    def _values(self, now: Any, field: Field) -> Iterator[object]:
        if field.record is not None:
            yield from ({}, [], "text") if field.single else self._lists(now, field.record)
            return
        singles = list(self._singles(field))
        if field.single:
            yield from singles
            yield [now]
        else:
            yield from ([each] for each in singles)
            yield from ([*now, each] for each in singles[:2])
            yield from ([], [*now, now[0]], [*now, None], now[0], singles, singles[::-1])

    def _lists(self, now: list[Tree], shape: RecordShape) -> Iterator[object]:
        first, ids = now[0], shape.identifiers
        yield from ([], {}, now[1:], [*now, None], [*now, first], [*now, {**first, **dict.fromkeys(ids, "X 1")}])
        yield [*now, {key: first[key] for key in ids}]
        yield [*now, {key: value if key in ids else _other(value) for key, value in first.items()}]
        yield from ([{**first, **dict.fromkeys(ids, odd)}] for odd in ("50% of\\it", "VC-1", "CC-0001", "S 1"))

    def _singles(self, field: Field) -> Iterator[object]:
        if field.kind is Kind.LITERAL:
            yield from LITERALS[field.datatype]
        elif field.kind is Kind.LINK:
            yield from ("S9", "S2", "S1", "s1", "Bericht über/50%", "")
        else:
            terms = self.rulebook.terms[field.target]
            others = [term for kind in self.rulebook.terms.values() for term in kind if term not in terms]
            yield from (terms[0][:-1], terms[0].upper(), others[len(field.key) % len(others)], "kein Begriff/50%", "")
            yield from terms


def _other(value: object) -> object:
    """Another value, so that two records with one id contradict each other."""
    return f"{value} too" if isinstance(value, str) else not value if isinstance(value, bool) else value


def _fields(steps: Steps, record: Tree, shape: RecordShape, *, nested: bool = True) -> Iterator[tuple[Steps, Field]]:
    """The fields that a record fills, and where they stand."""
    for key, field in shape.fields.items():
        if key not in record:
            continue
        yield (*steps, key), field
        if nested and field.record is not None:
            for inside, inner in _records((*steps, key), record[key]):
                yield from _fields(inside, inner, field.record)


def _records(path: Steps, value: Any) -> Iterator[tuple[Steps, Tree]]:
    if isinstance(value, list):
        yield from (((*path, index), item) for index, item in enumerate(value))
    else:
        yield path, value
