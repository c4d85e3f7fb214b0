"""What a saved query is: the question, its parameters, its columns, and the answers it must give."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Union

from kg import vocab
from kg.problem import Span

Json = Union[str, int, float, bool, None, "Sequence[Json]", "Mapping[str, Json]"]
"""A value of a chart hint."""

ENTITIES = ("organisation", "process", "case", "concept")
"""Types of parameters whose values are looked up in the graph."""

LITERALS = {
    "string": vocab.xsd_string,
    "integer": vocab.xsd_integer,
    "decimal": vocab.xsd_decimal,
    "date": vocab.xsd_date,
    "boolean": vocab.xsd_boolean,
}
"""Types of parameters whose values are written as they are, and their datatypes."""

COLUMN_KINDS = (
    "case",
    "claim",
    "source",
    "organisation",
    "process",
    "concept",
    "document",
    "url",
    "quote",
    "number",
    "text",
    "date",
)
"""What the cells of a column are: the kinds up to document are IRIs, and link to what they name."""

NOWHERE = Span("")


@dataclass(frozen=True, slots=True)
class Parameter:
    """Something that a question can be narrowed by; without a value it stands for everything."""

    name: str
    type: str
    """One of ENTITIES or LITERALS."""
    scheme: str = ""
    """For a concept: the IRI of its scheme."""
    description: str = ""
    default: str | None = None
    allowed: tuple[str, ...] = ()
    allowed_query: str = ""
    """A SELECT whose first column holds the allowed values."""
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the answer, for links, charts and units."""

    name: str
    label: str
    kind: str = "text"
    unit: str = ""
    span: Span = NOWHERE

    @property
    def heading(self) -> str:
        """The label, with the unit where it does not say it already.

        >>> Column("n", "Claims", unit="claims").heading, Column("n", "Saved", unit="EUR").heading
        ('Claims', 'Saved (EUR)')
        """
        said = self.unit and self.unit.casefold() not in self.label.casefold()
        return f"{self.label} ({self.unit})" if said else self.label


@dataclass(frozen=True, slots=True)
class Cell:
    """A value that an answer must have, as tables print it, and where the header says so."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Expectation:
    """The answer on the demonstration cases for some parameters: its rows, or at least how many."""

    parameters: tuple[tuple[str, tuple[str, ...]], ...]
    rows: tuple[tuple[Cell, ...], ...] | None
    count: int
    span: Span


_BOUND = re.compile(r"(>=|<=|==|!=|>|<)\s*([0-9]+(?:\.[0-9]+)*)")


@dataclass(frozen=True, slots=True)
class Range:
    """Releases of the ontology that a query is written for, such as ``>=1.0,<2.0``."""

    text: str = ""
    bounds: tuple[tuple[str, tuple[int, ...]], ...] = ()

    @staticmethod
    def parse(text: str) -> Range | None:
        """The range that a text means; None where it means none."""
        found = [_BOUND.fullmatch(part.strip()) for part in text.split(",")]
        bounds = [(each[1], _numbers(each[2])) for each in found if each]
        return Range(text, tuple(bounds)) if len(bounds) == len(found) else None

    def has(self, version: str) -> bool:
        """Whether a release is in the range.

        >>> written_for = Range.parse(">=1.0,<2.0")
        >>> written_for.has("1.10"), written_for.has("2.0")
        (True, False)
        """
        number = _numbers(version)
        holds = {
            ">=": number.__ge__,
            "<=": number.__le__,
            "==": number.__eq__,
            "!=": number.__ne__,
            ">": number.__gt__,
            "<": number.__lt__,
        }
        return all(holds[sign](bound) for sign, bound in self.bounds)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


@dataclass(frozen=True, slots=True)
class SavedQuery:
    """One question: a file with a header in comments and a SELECT."""

    name: str
    file: str
    text: str
    summary: str
    """The question in words."""
    description: str = ""
    tags: tuple[str, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    columns: tuple[Column, ...] = ()
    requires: Range = Range()
    chart: Mapping[str, Json] | None = None
    """A hint for Vega-Lite: what to draw from which columns."""
    expectations: tuple[Expectation, ...] = ()
    endpoint: str = ""
    method: str = ""

    def parameter(self, name: str) -> Parameter | None:
        """The parameter of a name."""
        return next((each for each in self.parameters if each.name == name), None)
