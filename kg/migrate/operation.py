"""The operations of a migration as values: each knows its nature, its subjects, its loss and its inverse.

What they do to files stands in ``kg.migrate.effects``; an inverse is None where none brings the old files back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from kg.bump import Bump
from kg.migrate.subject import (
    FieldName,
    Nature,
    Otherwise,
    Pairs,
    Subject,
    Term,
    Verdict,
    listed,
)
from kg.problem import Severity


@dataclass(frozen=True, slots=True)
class Rename:
    """A term gets another name."""

    nature: ClassVar[Nature] = Nature("rename", Bump.MAJOR, Verdict.UP_TO_MAP)
    loss: ClassVar[str] = ""
    vocabulary: str
    term: str
    to: str

    def inverse(self) -> Rename:
        """The old name again."""
        return Rename(self.vocabulary, self.to, self.term)

    def __str__(self) -> str:
        return f"{self.vocabulary}: {self.term} is called {self.to}"


@dataclass(frozen=True, slots=True)
class Merge:
    """Several terms become one, which may be one of them."""

    nature: ClassVar[Nature] = Nature("merge", Bump.MAJOR, Verdict.WIDENED)
    vocabulary: str
    terms: tuple[str, ...]
    to: str

    @property
    def loss(self) -> str:
        """What cannot be told afterwards."""
        return f"whether {self.to} was {listed(self.terms)}"

    def inverse(self) -> Split:
        """A person says of each which it was."""
        return Split(self.vocabulary, self.to, self.terms)

    def __str__(self) -> str:
        return f"{self.vocabulary}: {', '.join(self.terms)} become {self.to}"


@dataclass(frozen=True, slots=True)
class Split:
    """A term becomes several; a person says of each use which it is."""

    nature: ClassVar[Nature] = Nature("split", Bump.MAJOR, Verdict.BROKEN, needs_person=True)
    loss: ClassVar[str] = ""
    vocabulary: str
    term: str
    into: tuple[str, ...]

    def inverse(self) -> Merge:
        """All of them are the one again."""
        return Merge(self.vocabulary, self.into, self.term)

    def __str__(self) -> str:
        return f"{self.vocabulary}: {self.term} is {listed(self.into)}"


@dataclass(frozen=True, slots=True)
class MoveTerm:
    """A term stands under another one; files do not change."""

    nature: ClassVar[Nature] = Nature("move", Bump.MINOR, Verdict.SAME)
    loss: ClassVar[str] = ""
    vocabulary: str
    term: str
    under: str
    """The broader term; empty for the top."""
    was_under: str = ""

    def inverse(self) -> MoveTerm:
        """Back to where it stood."""
        return MoveTerm(self.vocabulary, self.term, self.was_under, self.under)

    def __str__(self) -> str:
        return f"{self.vocabulary}: {self.term} stands under {self.under or 'no other term'}"


@dataclass(frozen=True, slots=True)
class MoveField:
    """A value moves between a record and one inside it: inwards, outwards, or in place of the records themselves."""

    nature: ClassVar[Nature] = Nature("move", Bump.MAJOR, Verdict.BROKEN)
    loss: ClassVar[str] = ""
    field: FieldName
    to: FieldName

    def inverse(self) -> MoveField:
        """Back to where it stood."""
        return MoveField(self.to, self.field)

    def __str__(self) -> str:
        return f"{self.field} stands in {self.to}"


@dataclass(frozen=True, slots=True)
class RetireTerm:
    """A term may not be used any more; a person says of each use what stands instead."""

    nature: ClassVar[Nature] = Nature("retire", Bump.MAJOR, Verdict.BROKEN, needs_person=True)
    loss: ClassVar[str] = ""
    vocabulary: str
    term: str
    consider: tuple[str, ...] = ()

    def inverse(self) -> Add:
        """The term may be used again."""
        return Add(Term(self.vocabulary, self.term))

    def __str__(self) -> str:
        return f"{self.vocabulary}: {self.term} is retired; consider {listed(self.consider)}"


@dataclass(frozen=True, slots=True)
class RetireField:
    """A key may not be used any more: its values are lost."""

    nature: ClassVar[Nature] = Nature("retire", Bump.MAJOR, Verdict.BROKEN)
    field: FieldName

    @property
    def loss(self) -> str:
        """What cannot be told afterwards."""
        return f"the values of {self.field}"

    def inverse(self) -> None:
        """The values are gone."""

    def __str__(self) -> str:
        return f"{self.field} is retired"


@dataclass(frozen=True, slots=True)
class RenameProperty:
    """A key gets another name, with another predicate behind it."""

    nature: ClassVar[Nature] = Nature("rename_property", Bump.MAJOR, Verdict.UP_TO_MAP)
    loss: ClassVar[str] = ""
    field: FieldName
    to: str

    def inverse(self) -> RenameProperty:
        """The old name again."""
        return RenameProperty(FieldName(self.field.record, self.to), self.field.key)

    def __str__(self) -> str:
        return f"{self.field} is called {self.to}"


@dataclass(frozen=True, slots=True)
class MapValues:
    """The values of one field become others, one by one; some are proposed to a person."""

    nature: ClassVar[Nature] = Nature("map_values", Bump.MAJOR, Verdict.UP_TO_MAP, needs_person=True)
    field: FieldName
    values: Pairs = ()
    propose: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Values that a person decides, with what they may become."""
    drop: tuple[str, ...] = ()
    otherwise: Otherwise = Otherwise.PENDING

    @property
    def loss(self) -> str:
        """What cannot be told afterwards."""
        dropped = f"that {self.field} was {listed(self.drop)}" if self.drop else ""
        met = "" if self._is_one_to_one else f"which of several values {self.field} had"
        rest = f"other values of {self.field}" if self.otherwise is Otherwise.DROP else ""
        return "; ".join(filter(None, (dropped, met, rest)))

    @property
    def _is_one_to_one(self) -> bool:
        return len({new for _, new in self.values}) == len(self.values)

    def inverse(self) -> MapValues | None:
        """The old values again, where every one can be told."""
        if self.loss or self.propose:
            return None
        return MapValues(self.field, tuple((new, old) for old, new in self.values), otherwise=self.otherwise)

    def __str__(self) -> str:
        return f"the values of {self.field} are written otherwise"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a swap: what two or more fields of a record say, and what they say afterwards."""

    when: Pairs
    then: Pairs


@dataclass(frozen=True, slots=True)
class SwapFields:
    """Fields of one record change together, all at once: by the rows, or, without rows, two exchange their values."""

    nature: ClassVar[Nature] = Nature("swap_fields", Bump.MAJOR, Verdict.BROKEN, needs_person=True)
    record: str
    keys: tuple[str, ...]
    rows: tuple[Row, ...] = ()
    drop: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Values by key that are lost where no row takes them up."""

    @property
    def loss(self) -> str:
        """What cannot be told afterwards."""
        return "; ".join(f"that {self.record}.{key} was {listed(values)}" for key, values in self.drop)

    def inverse(self) -> SwapFields | None:
        """The rows read backwards, where each can be told by what it gives."""
        given = {tuple(sorted(row.then)) for row in self.rows}
        if self.drop or len(given) < len(self.rows):
            return None
        return SwapFields(self.record, self.keys, tuple(Row(row.then, row.when) for row in self.rows))

    def __str__(self) -> str:
        return f"{' and '.join(self.keys)} of {self.record} change together"


@dataclass(frozen=True, slots=True)
class Require:
    """A field is asked for from now on; files do not change."""

    nature: ClassVar[Nature] = Nature("require", Bump.MINOR, Verdict.SAME)
    loss: ClassVar[str] = ""
    field: FieldName
    severity: Severity = Severity.INFO

    def inverse(self) -> None:
        """Not to ask is a matter of shapes alone."""

    def __str__(self) -> str:
        return f"{self.field} is asked for ({self.severity.label})"


@dataclass(frozen=True, slots=True)
class Derive:
    """A field that is absent is filled from another one, in the record itself or in those inside it."""

    nature: ClassVar[Nature] = Nature("derive", Bump.MINOR, Verdict.WIDENED)
    loss: ClassVar[str] = ""
    field: FieldName
    source: FieldName
    order: tuple[str, ...]
    """Terms, the one that wins first; nothing is filled in where none of them is found."""
    where: Pairs = ()
    """What the record of the source has to say besides."""

    def inverse(self) -> None:
        """What was filled in cannot be told from what was there."""

    def __str__(self) -> str:
        return f"{self.field} is filled from {self.source}: the first found of {listed(self.order)}"


@dataclass(frozen=True, slots=True)
class Recode:
    """Codes of one version of a code list become those of another, by a concordance of one or more to one or more."""

    nature: ClassVar[Nature] = Nature("recode", Bump.MAJOR, Verdict.BROKEN, needs_person=True)
    field: FieldName
    table: tuple[tuple[str, tuple[str, ...]], ...]
    """Old code → new codes: one is written, several are proposed to a person, none means that it has no successor."""
    where: Pairs = ()
    """What the record has to say besides."""
    write: Pairs = ()
    """What is written beside the new code."""
    otherwise: Otherwise = Otherwise.KEEP

    @property
    def loss(self) -> str:
        """What cannot be told afterwards."""
        new = [codes[0] for _, codes in self.table if len(codes) == 1]
        met = f"which of several codes {self.field} had" if len(set(new)) < len(new) else ""
        rest = f"other codes of {self.field}" if self.otherwise is Otherwise.DROP else ""
        return "; ".join(filter(None, (met, rest)))

    def inverse(self) -> Recode:
        """The table read backwards; what it restores beside the code is what ``where`` said."""
        back: dict[str, list[str]] = {}
        for old, codes in self.table:
            for code in codes:
                back.setdefault(code, []).append(old)
        table = tuple((new, tuple(olds)) for new, olds in back.items())
        return Recode(self.field, table, self.write, self.where, self.otherwise)

    def __str__(self) -> str:
        return f"the codes of {self.field} are those of another version ({len(self.table)} rows)"


@dataclass(frozen=True, slots=True)
class Resolve:
    """A stated process code and name become one record by the catalogue or a curated link, else a person decides."""

    nature: ClassVar[Nature] = Nature("recode", Bump.MAJOR, Verdict.BROKEN, needs_person=True)
    code: FieldName
    label: FieldName
    to: FieldName
    """The key that embeds the new record."""
    id_key: str
    """The key of the new record that takes the PCF ID."""
    catalogue: str
    """Edition and version, such as ``cross-industry/7.4``."""
    write: Pairs = ()
    """What is written beside the id."""

    @property
    def loss(self) -> str:
        """What cannot be told afterwards."""
        return f"how {self.code} and {self.label} were spelt, where they are resolved"

    def inverse(self) -> None:
        """The spelling is gone."""

    def __str__(self) -> str:
        return f"{self.code} and {self.label} become {self.to} by the catalogue {self.catalogue}"


@dataclass(frozen=True, slots=True)
class Add:
    """A term, a field or a kind of record that was not there; files do not change."""

    nature: ClassVar[Nature] = Nature("add", Bump.MINOR, Verdict.SAME)
    loss: ClassVar[str] = ""
    subject: Subject

    def inverse(self) -> RetireTerm | RetireField | None:
        """It may not be used any more."""
        if isinstance(self.subject, Term):
            return RetireTerm(self.subject.vocabulary, self.subject.term)
        return RetireField(self.subject) if isinstance(self.subject, FieldName) else None

    def __str__(self) -> str:
        return f"{self.subject} is new"


@dataclass(frozen=True, slots=True)
class Relabel:
    """Other words for readers; nothing else changes."""

    nature: ClassVar[Nature] = Nature("relabel", Bump.PATCH, Verdict.SAME)
    loss: ClassVar[str] = ""
    subject: Subject
    label: str
    was: str = ""

    def inverse(self) -> Relabel | None:
        """The old words again, where they are said."""
        return Relabel(self.subject, self.was, self.label) if self.was else None

    def __str__(self) -> str:
        return f"{self.subject} reads “{self.label}”"


@dataclass(frozen=True, slots=True)
class Update:
    """The way out: a SPARQL update for graphs, with operations that do the same to files."""

    nature: ClassVar[Nature] = Nature("update", Bump.MAJOR, Verdict.BROKEN)
    sparql: str
    files: tuple[Operation, ...]

    @property
    def loss(self) -> str:
        """What cannot be told afterwards."""
        return "; ".join(each.loss for each in self.files if each.loss)

    def inverse(self) -> None:
        """SPARQL updates cannot be turned round."""

    def __str__(self) -> str:
        return f"a SPARQL update that does to graphs what {len(self.files)} operations do to files"


Operation = (
    Rename
    | Merge
    | Split
    | MoveTerm
    | MoveField
    | RetireTerm
    | RetireField
    | RenameProperty
    | MapValues
    | SwapFields
    | Require
    | Derive
    | Recode
    | Resolve
    | Add
    | Relabel
    | Update
)


def compatibility(operation: Operation) -> Bump:
    """What an operation demands of the version number; to demand a field as an error breaks files."""
    if isinstance(operation, Require) and operation.severity is Severity.ERROR:
        return Bump.MAJOR
    return operation.nature.compatibility


def needs_person(operation: Operation) -> bool:
    """Whether some use of the subject may go to a person."""
    if isinstance(operation, MapValues):
        return bool(operation.propose) or operation.otherwise is Otherwise.PENDING
    if isinstance(operation, Recode):
        return operation.otherwise is Otherwise.PENDING or any(len(codes) != 1 for _, codes in operation.table)
    if isinstance(operation, Update):
        return any(needs_person(each) for each in operation.files)
    return operation.nature.needs_person
