"""A node of an overlay's JSON in; its values by predicate out, and every departure from its shape as a Problem."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from kg import codes, vocab, yamltree
from kg.lexical import DATATYPES
from kg.ntriples import iri, literal
from kg.overlay.keys import Key, Keys, concepts
from kg.problem import Code, Problem, Span
from kg.release import Release
from kg.source import Source
from kg.yamltree import Node, Scalar, Sequence

TAXONOMY = vocab.CASEGRAPH + "taxonomy/"
Values = dict[str, list[Node]]
"""Predicate → what the record has for it, empty values left out."""

_MOMENT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})(T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:Z|[+-][0-9]{2}:[0-9]{2})?)?"
)
_RECORDS = frozenset((vocab.Sector, vocab.Classification))


@dataclass(frozen=True, slots=True)
class Records:
    """Reads the records of one file and collects what is wrong."""

    source: Source
    problems: list[Problem]
    release: Release
    """The release whose terms they may name."""

    def values(self, node: yamltree.Mapping, shape: Keys, *, given: Mapping[str, str] | None = None) -> Values:
        """The values of a record by predicate; ``given`` are predicates that it need not have a value for."""
        found: Values = {}
        self._fill(found, node, shape.by_name, shape)
        stated = {key.text for key, value in node.pairs if isinstance(key, Scalar) and not _is_empty(value)}
        for key in shape.by_name.values():
            if key.is_needed and key.name not in stated and not (given or {}).get(key.path):
                self.report(codes.BAD_OVERLAY, node, f"`{key.name}` is missing", "every entry needs it")
        return found

    def _fill(self, found: Values, node: yamltree.Mapping, named: Mapping[str, Key], shape: Keys) -> None:
        seen: dict[str, Node] = {}
        for key, value in node.pairs:
            assert isinstance(key, Scalar)
            if key.text in seen:
                line = self.span(seen[key.text]).line
                self.report(codes.DUPLICATE_KEY, key, f"`{key.text}` stands twice; first at line {line}", "keep one")
                continue
            seen[key.text] = key
            inner = shape.inside(key.text)
            if inner and isinstance(value, yamltree.Mapping):
                self._fill(found, value, inner, shape)
            elif key.text in named:
                kept = self._kept(value, named[key.text])
                if kept:
                    found[named[key.text].path] = kept
            elif not inner:
                self._unknown(key, named)
            elif not _is_empty(value):
                self.report(codes.WRONG_KIND, value, f"`{key.text}` takes an object", "see the shape of overlays")

    def _kept(self, value: Node, key: Key) -> list[Node]:
        """The values of a key: one, or those of a list."""
        if isinstance(value, Scalar) and _is_empty(value):
            return []
        if key.is_single == isinstance(value, Sequence):
            self._wrong_kind(value, key, "one value" if key.is_single else "a list")
            return []
        items = value.items if isinstance(value, Sequence) else [value]
        wanted = yamltree.Mapping if key.target in _RECORDS else Scalar
        for item in items:
            if not isinstance(item, wanted):
                self._wrong_kind(item, key, "an object" if key.target in _RECORDS else "a text or number")
        return [item for item in items if isinstance(item, wanted) and not _is_empty(item)]

    def _wrong_kind(self, node: Node, key: Key, wanted: str) -> None:
        kind = {Scalar: "one value", Sequence: "a list", yamltree.Mapping: "an object"}[type(node)]
        self.report(codes.WRONG_KIND, node, f"`{key.name}` takes {wanted}, found {kind}", "see the shape of overlays")

    def _unknown(self, key: Scalar, named: Mapping[str, Key]) -> None:
        near = difflib.get_close_matches(key.text, named, n=1)
        hint = f"did you mean `{near[0]}`?" if near else f"known here: {', '.join(named)}"
        self.report(codes.BAD_OVERLAY, key, f"`{_short(key.text)}` is not a key of an overlay", hint)

    def term(self, node: Node, key: Key) -> str:
        """A value as a term; empty, with a Problem, where it is none of its kind."""
        assert isinstance(node, Scalar)
        if key.target in _CONCEPTS:
            return self._concept(node, key)
        text = _day(node.text) if key.datatype == vocab.xsd_date else DATATYPES[key.datatype].canonical(node.text)
        is_boolean = node.plain and node.text in ("true", "false")
        if text is None or is_boolean:
            expected = DATATYPES[key.datatype].expected or "a text"
            self.report(codes.BAD_OVERLAY, node, f"`{key.name}` is `{_short(node.text)}`", f"it takes {expected}")
            return ""
        return literal(text, key.datatype)

    def _concept(self, node: Scalar, key: Key) -> str:
        known = concepts(key.target, self.release)
        if node.text not in known:
            message = f"`{key.name}` is `{_short(node.text)}`; allowed: {', '.join(known)}"
            self.report(codes.BAD_OVERLAY, node, message, "write one of the terms as it stands here")
            return ""
        return iri(known[node.text])

    def text(self, values: Values, path: str) -> str:
        """The one text under a predicate; empty where there is none."""
        return next((node.text.strip() for node in values.get(path, ()) if isinstance(node, Scalar)), "")

    def report(self, code: Code, node: Node, message: str, hint: str = "") -> None:
        """Add a problem at a node."""
        self.problems.append(code.at(self.span(node), message, hint=hint))

    def span(self, node: Node) -> Span:
        """Where a node stands; of an object or list, where it begins."""
        end = node.end if isinstance(node, Scalar) else node.start + 1
        return self.source.span(node.start, end)


_CONCEPTS = frozenset((vocab.Confidence,))


def moment(text: str) -> str:
    """A date with a time as xsd:dateTime; empty for a date alone.

    >>> moment("2026-01-30T12:47:01Z"), moment("2026-01-30")
    ('2026-01-30T12:47:01Z', '')
    """
    found = _date(text)
    return text if found and found[2] else ""


def _day(text: str) -> str | None:
    """The day of a date, or of a date with a time."""
    found = _date(text)
    return found[1] if found else None


def _date(text: str) -> re.Match[str] | None:
    """The day and the time in a date that the calendar has."""
    found = _MOMENT.fullmatch(text)
    try:
        datetime.fromisoformat(text if found else "")
    except ValueError:
        return None
    return found


def _is_empty(node: Node) -> bool:
    return isinstance(node, Scalar) and (node.is_null or not node.text.strip())


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59]}…"
