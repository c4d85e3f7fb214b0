"""A chain of migrations in; a graph through which queries of the target read cases that are not migrated yet, out.

A store that is half-way holds cases of two releases. The bridge says of each term which one takes its place (itself,
where it stays); a bridged query reads a field's terms through that, and a renamed property under both of its names.
Terms that a person decides about lead nowhere, as in the migrated graph until then. What a migration works out or
moves between fields no bridge can say: such queries are not bridged, and hold once all cases are migrated.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kg import vocab
from kg.migrate.migration import Migration
from kg.migrate.operation import Merge, Operation, Rename, RetireTerm, Split
from kg.migrate.renaming import Renaming, edited
from kg.migrate.splice import Edit
from kg.migrate.subject import Verdict
from kg.migrate.upgrade import Shapes
from kg.ntriples import Triple, iri
from kg.query.blocks import parse
from kg.release import Facts
from kg.shape import Kind
from kg.store.sparql import named, tokens

CURRENT = iri(vocab.currentTerm)


@dataclass(frozen=True, slots=True)
class Bridge:
    """The bridge of a chain."""

    triples: tuple[Triple, ...]
    renaming: Renaming
    through: frozenset[str]
    """Predicates whose terms are read through the bridge."""

    def query(self, text: str) -> str | None:
        """A query of the target that reads cases of either release; None where no bridge leads there."""
        olds: dict[str, list[str]] = {}
        for old, new in self.renaming.names.items():
            olds.setdefault(new, []).append(old)
        found = list(named(list(tokens(text))))
        if any(self._is_beyond(each) for _, each in found):
            return None
        edits = [Edit(token.start, token.end, path) for token, each in found if (path := self._path(each, olds))]
        written = edited(text, edits)
        try:
            parse(written)
        except SyntaxError:
            return None
        return written

    def _path(self, predicate: str, olds: Mapping[str, list[str]]) -> str:
        """How a predicate is read; empty where it is read as it is, or is none."""
        others = [each for each in olds.get(predicate, []) if "#" in each]
        names = "|".join(map(iri, (predicate, *others)))
        if predicate in self.through:
            return f"(({names})/{CURRENT})"
        return f"({names})" if others else ""

    def _is_beyond(self, name: str) -> bool:
        """Whether a query that names this asks for what no renaming of terms and properties explains."""
        worst = self.renaming.verdicts.get(name, Verdict.SAME)
        return worst is not Verdict.SAME and name not in self.renaming.names and name not in self.through


def bridge(chain: tuple[Migration, ...], shapes: Shapes, facts: Facts) -> Bridge:
    """The bridge of a chain; ``facts`` are what the target says."""
    renaming = Renaming.of(chain, shapes)
    touched = {word for each in chain for operation in each.operations for word in _vocabularies(operation)}
    target = shapes(chain[-1].target)
    fields = [each for record in target.walk() for each in record.fields.values() if each.kind is Kind.CONCEPT]
    schemes = {each.scheme for each in fields if each.scheme.rsplit("/", 1)[-1] in touched}
    through = frozenset(each.path for each in fields if each.scheme in schemes)
    return Bridge(tuple(sorted({*_triples(renaming, schemes, facts), *_renamed(renaming)})), renaming, through)


def _vocabularies(operation: Operation) -> Iterator[str]:
    if isinstance(operation, Rename | Merge | Split | RetireTerm):
        yield operation.vocabulary


def _triples(renaming: Renaming, schemes: set[str], facts: Facts) -> Iterator[Triple]:
    for term, said in facts.items():
        is_gone = term in renaming.names or renaming.verdicts.get(term) is Verdict.BROKEN
        if schemes.intersection(said.get(vocab.skos_inScheme, ())) and not is_gone:
            yield iri(term), CURRENT, iri(term)
    for old, new in renaming.names.items():
        if old.rpartition("/")[0] in schemes and old != new:
            is_merged = renaming.verdicts.get(old) is Verdict.WIDENED
            yield iri(old), CURRENT, iri(new)
            yield iri(new), CURRENT, iri(new)
            yield iri(old), iri(vocab.skos_broadMatch if is_merged else vocab.skos_exactMatch), iri(new)


def _renamed(renaming: Renaming) -> Iterator[Triple]:
    for old, new in renaming.names.items():
        yield iri(old), iri(vocab.replacedBy), iri(new)
