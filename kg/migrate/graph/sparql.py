"""Fields of a release in; the SPARQL that finds their values in a case's graph and writes others out.

A statement reads and writes one case's graph at a time, of cases that are at the release it leaves. Where running it
again would do harm, it marks the cases that have been through it with its number in the same breath, and passes those
over; so a migration that was interrupted may be run again, on stores that run each statement by itself too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from kg import vocab
from kg.lexical import DATATYPES
from kg.migrate.graph.kinds import CASE
from kg.ntriples import iri, literal
from kg.shape import AROUND, Field, Kind, RecordShape, encode


@dataclass(frozen=True, slots=True)
class Statement:
    """What one statement takes out of a case's graph and puts into it, where its pattern matches."""

    comment: str
    deletes: tuple[str, ...]
    inserts: tuple[str, ...]
    where: tuple[str, ...]
    within: tuple[str, ...] = ()
    """What ties the pattern to the case where no named graph does."""
    settles: str = ""
    """The field that it gives its last value, so that it and others that settle the same may be done twice."""

    @property
    def reads(self) -> frozenset[str]:
        """The IRIs that decide what it does."""
        return frozenset(_IRI.findall(" ".join((*self.where, *self.deletes))))

    @property
    def writes(self) -> frozenset[str]:
        """The IRIs in what it inserts."""
        return frozenset(_IRI.findall(" ".join(self.inserts)))


_IRI = re.compile(r"<[^<>\s]+>")


def repeatable(statements: Sequence[Statement]) -> list[bool]:
    """Which statements may be run again after all of them: neither they nor later ones write what they read.

    What settles a field does no harm to what settles the same.
    """
    return [
        not any(each.reads & later.writes for later in _others(each, statements[place:]))
        for place, each in enumerate(statements)
    ]


def _others(statement: Statement, later: Iterable[Statement]) -> Iterator[Statement]:
    return (each for each in later if not statement.settles or each.settles != statement.settles)


@dataclass(frozen=True, slots=True)
class Guard:
    """How a statement knows the cases that it is for."""

    origin: str
    target: str
    version: str
    """Property path from a case to the release that it names."""

    def pattern(self, number: int) -> str:
        """Cases at the origin; with a number, those that have not been through that statement."""
        found = f"{CASE} {iri(vocab.rdf_type)} {iri(vocab.Case)} ; {self.version} {literal(self.origin)} ."
        if not number:
            return found
        mark = f"{CASE} {iri(vocab.migrationStep)} {literal(self.step(number))}"
        return f"{found}\n    FILTER NOT EXISTS {{ {mark} }}"

    def step(self, number: int) -> str:
        """What marks a case that has been through a statement."""
        return f"{self.origin}-{self.target}/{number}"


def text(statement: Statement, number: int, guard: Guard, *, is_marked: bool, is_named: bool = True) -> str:
    """The update of a statement: on the named graphs of cases, or on a default graph that is no union of them."""
    inserts, where = statement.inserts, (*statement.where, *(() if is_named else statement.within))
    if is_marked:
        inserts = (f"{CASE} {iri(vocab.migrationStep)} {literal(guard.step(number))} .", *inserts)
        where = ("OPTIONAL {", *(f"  {each}" for each in where), "}")
    clauses = [
        ("DELETE", statement.deletes),
        ("INSERT", inserts),
        ("WHERE", (guard.pattern(number if is_marked else 0), *where)),
    ]
    return "\n".join(
        (f"# {number}. {statement.comment}", *(_clause(word, said, is_named) for word, said in clauses if said))
    )


def _clause(word: str, patterns: Iterable[str], is_named: bool) -> str:
    """A part of an update; Virtuoso takes no empty ones."""
    opening, closing = ("GRAPH ?graph {", "}") if is_named else ("", "")
    inside = "\n    ".join(patterns)
    return f"{word} {{ {opening}\n    {inside}\n{closing} }}"


def closing(guard: Guard, *, is_named: bool = True) -> str:
    """The update that forgets the steps of cases that have left the origin; the last one of a migration."""
    opening, end = ("GRAPH ?graph {", "}") if is_named else ("", "")
    mark = f"{CASE} {iri(vocab.migrationStep)} ?step"
    return (
        f"# The marks are not needed any more\n"
        f"DELETE {{ {opening} {mark} {end} }}\n"
        f"WHERE {{ {opening} {mark} . {CASE} {guard.version} {literal(guard.target)} {end} }}"
    )


def term(value: str, found: Field) -> str:
    """The term that a value of a field becomes."""
    if found.kind is Kind.CONCEPT:
        return f"<{found.scheme}/{encode(value)}>"
    return literal(DATATYPES[found.datatype].canonical(value) or value, found.datatype)


def words(variable: str, found: Field) -> str:
    """The expression for the text that a term of a field was made from."""
    if found.kind is Kind.CONCEPT:
        return f"STRAFTER(STR({variable}), {literal(found.scheme + '/')})"
    return f"STR({variable})"


def converted(variable: str, old: Field, new: Field) -> str:
    """The expression for a term of one field as a term of another."""
    if is_same(old, new):
        return variable
    said = words(variable, old)
    if new.kind is not Kind.CONCEPT:
        return said if new.datatype == vocab.xsd_string else f"STRDT({said}, {iri(new.datatype)})"
    tail = said if old.kind is Kind.CONCEPT else f"ENCODE_FOR_URI({said})"
    return f"IRI(CONCAT({literal(new.scheme + '/')}, {tail}))"


def is_same(old: Field, new: Field) -> bool:
    """Whether two fields make the same terms."""
    return (old.kind, old.datatype, old.scheme) == (new.kind, new.datatype, new.scheme)


def minted(shape: RecordShape, outer: RecordShape, around: str, **segments: str) -> str:
    """The expression for the IRI of a record inside another one, ``around``; segments are expressions for texts."""
    pieces: list[str] = []
    own, start = shape.template.text, outer.template.text
    rest = f"{{{AROUND}}}{own.removeprefix(start)}" if own.startswith(start) else own
    while rest:
        before, brace, rest = rest.partition("{")
        if before:
            pieces.append(literal(before))
        if brace:
            name, _, rest = rest.partition("}")
            pieces.append(f"STR({around})" if name == AROUND else f"ENCODE_FOR_URI({segments[name]})")
    return f"IRI(CONCAT({', '.join(pieces)}))"


def values(variables: str, rows: Iterable[Iterable[str]]) -> str:
    """A block of bindings."""
    listed = " ".join(f"({' '.join(row)})" for row in rows)
    return f"VALUES ({variables}) {{ {listed} }}"


def union(branches: Iterable[Iterable[str]]) -> tuple[str, ...]:
    """Patterns any of which may hold."""
    said = ["{ " + " ".join(filter(None, each)) + " }" for each in branches]
    return ("\n      UNION ".join(said),)


def listed(candidates: Iterable[str]) -> list[str]:
    """Candidates as terms for a block of bindings; an unbound one where there are none."""
    return [literal(each) for each in candidates] or ["UNDEF"]
