"""A case in, the evidence modes that each of its value claims passes out, as derived facts.

What a mode asks for is read from the ontology: the terms that it admits, by the scheme that they are of.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from kg import vocab
from kg.case import Record
from kg.ntriples import Triple, iri
from kg.release import Facts
from kg.shape import Kind

METHODS = (vocab.CASEGRAPH + "method/evidence-mode/1",)


@dataclass(frozen=True, slots=True)
class Mode:
    """A rule for which claims count: by scheme, the terms of which a claim must have one."""

    iri: str
    admitted: Mapping[str, AbstractSet[str]]

    def passes(self, terms: Mapping[str, AbstractSet[str]]) -> bool:
        """Whether a claim with these terms, by scheme, counts."""
        return all(terms.get(scheme, frozenset()) & admitted for scheme, admitted in self.admitted.items())


def read_modes(facts: Facts) -> tuple[Mode, ...]:
    """The modes that an ontology declares, by IRI."""
    declared = [iri for iri, said in facts.items() if vocab.EvidenceMode in said.get(vocab.rdf_type, ())]
    return tuple(Mode(each, _by_scheme(facts[each].get(vocab.admits, ()))) for each in sorted(declared))


def derive(case: Record, modes: tuple[Mode, ...], base: str) -> Iterator[Triple]:
    """Each value claim with the modes that it passes."""
    for claim in case.records(vocab.hasValueClaim):
        terms = _by_scheme(_terms(claim))
        for mode in modes:
            if mode.passes(terms):
                yield iri(base + claim.iri), iri(vocab.inMode), iri(mode.iri)


def _by_scheme(concepts: list[str] | tuple[str, ...]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for concept in concepts:
        found[concept.rpartition("/")[0]].add(concept)
    return dict(found)


def _terms(claim: Record) -> list[str]:
    """The IRIs of the concepts that a claim names."""
    fields = (field for field in claim.shape.fields.values() if field.kind is Kind.CONCEPT)
    return [f"{field.scheme}/{text}" for field in fields for text in claim.texts(field.path)]
