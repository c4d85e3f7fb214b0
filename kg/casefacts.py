"""A case file as it was read, in; what it says as values of Python, out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Union

import pyoxigraph as ox

from kg import vocab
from kg.case import Case, Record
from kg.problem import Failure, Problem
from kg.shape import Field
from kg.store.values import Value, value
from kg.yamltree import Scalar

Facts = Union[Value, "Sequence[Facts]", "Mapping[str, Facts]"]
"""What a key of a case file holds."""


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """One case of a workspace. Keys are those of the case file; they are read from the shapes."""

    path: Path
    case: Case
    record: Record
    iri: str

    @property
    def case_id(self) -> str:
        """The id as the file writes it."""
        return self.record.text(vocab.dcterms_identifier) or ""

    @property
    def title(self) -> str:
        """The title."""
        return self.record.text(vocab.dcterms_title) or ""

    @property
    def organisation(self) -> str:
        """The organisation's name as written."""
        return self.record.text(vocab.organisationName) or ""

    def is_called(self, name: str) -> bool:
        """Whether this is the case's id, IRI, title or path."""
        return name in (self.case_id, self.iri, self.record.iri, self.title, self.path.as_posix())

    @property
    def problems(self) -> list[Problem]:
        """What kept parts of the file from being read; `kg check` says more."""
        return list(self.case.problems)

    @property
    def body(self) -> str:
        """The Markdown below the front matter."""
        return self.case.body

    def to_dict(self) -> dict[str, Facts]:
        """The whole front matter: typed values, lists of dictionaries for claims and sources; nothing absent."""
        return _said(self.record)

    def value_claims(self) -> list[dict[str, Facts]]:
        """What the case claims to have gained."""
        return [_said(claim) for claim in self.record.records(vocab.hasValueClaim)]

    def context_claims(self) -> list[dict[str, Facts]]:
        """Who, when, where: the context."""
        return [_said(claim) for claim in self.record.records(vocab.hasContextClaim)]

    def sources(self) -> list[dict[str, Facts]]:
        """What the case was read from."""
        return [_said(source) for source in self.record.records(vocab.hasSource)]


class CaseMissing(Failure):
    """There is no case of this name, or more than one."""


def find_case(
    name: str, known: Iterable[tuple[Path, Case]], others: Callable[[], Iterable[tuple[Path, Case]]], *, base: str
) -> CaseFacts:
    """The case of a name: of those known, else of all, which are read for it. CaseMissing where there is not one."""
    found = [facts for each in known if (facts := _facts_of(*each, base=base)).is_called(name)]
    if not found:
        all_cases = [_facts_of(*each, base=base) for each in others()]
        found = [facts for facts in all_cases if facts.is_called(name)]
        if not found:
            near = get_close_matches(name, [facts.case_id for facts in all_cases], 3)
            hint = f"; did you mean {', '.join(near)}?" if near else ""
            raise CaseMissing(f"there is no case `{name}`{hint}")
    if len(found) > 1:
        raise CaseMissing(f"`{name}` is more than one case: {', '.join(facts.path.as_posix() for facts in found)}")
    return found[0]


def _facts_of(path: Path, case: Case, *, base: str) -> CaseFacts:
    assert case.record is not None
    return CaseFacts(path, case, case.record, base + case.record.iri)


def _said(record: Record) -> dict[str, Facts]:
    return {key: _facts(record.shape.fields[key], values) for key, values in record.values.items() if values}


def _facts(field: Field, values: Sequence[Scalar] | Sequence[Record]) -> Facts:
    found = [_said(each) if isinstance(each, Record) else _typed(each.text, field) for each in values]
    return found[0] if field.single else found


def _typed(text: str, field: Field) -> Value:
    return value(ox.Literal(text, datatype=ox.NamedNode(field.datatype))) if field.datatype else text
