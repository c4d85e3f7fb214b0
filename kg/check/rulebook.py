"""A release in; what its shapes say of themselves out: codes, messages and mends, and the terms of each vocabulary."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from kg import vocab
from kg.check.engine import Result
from kg.check.query import Query
from kg.release import Release
from kg.shape import Field, decode, local_name, read_shapes

_PREFIXES = {
    vocab.sh_ClassConstraintComponent: "unknown",
    vocab.sh_MinCountConstraintComponent: "missing",
    vocab.sh_MaxCountConstraintComponent: "too-many",
}
"""How the code of a field's problem begins; with "bad" for every other component."""

_COMPARISONS = (vocab.sh_lessThan, vocab.sh_lessThanOrEquals, vocab.sh_equals)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a shape says of itself; ``field`` is what it describes, unless it is a rule."""

    code: str
    message: str
    mend: str
    limit: int
    """The most values that it allows; 0 where it does not say."""
    compared: str
    """The predicate whose values it compares with."""
    field: Field | None
    reported_at: str
    """The predicate at whose value the problem is reported; empty where that is the shape's path."""
    query: Query | None
    """The query of a rule in SPARQL."""

    def code_for(self, component: str) -> str:
        """The code of the problem that a constraint component found: a rule's own; a field's by component and key."""
        if self.field is None or (self.code and component == vocab.sh_ClassConstraintComponent):
            return self.code
        return f"{_PREFIXES.get(component, 'bad')}-{self.field.key.replace('_', '-')}"


class Rulebook:
    """What one release's shapes say of themselves."""

    def __init__(self, release: Release) -> None:
        self._facts = release.facts
        self._case = read_shapes(release)
        self._fields = {field.shape: field for shape in self._case.walk() for field in shape.fields.values()}
        self._meanings: dict[str, Meaning] = {}

    def meaning(self, result: Result) -> Meaning:
        """What the shape of a result says."""
        if result.shape not in self._meanings:
            self._meanings[result.shape] = self._read(result.shape)
        return self._meanings[result.shape]

    def _read(self, shape: str) -> Meaning:
        compared = (self._one(shape, predicate) for predicate in _COMPARISONS)
        return Meaning(
            code=self._one(shape, vocab.code) or ("" if shape in self._fields else local_name(shape) or "unnamed-rule"),
            message=self._one(shape, vocab.sh_message).rstrip("."),
            mend=self._one(shape, vocab.mend),
            limit=int(self._one(shape, vocab.sh_maxCount) or 0),
            compared=next(filter(None, compared), ""),
            field=self._fields.get(shape),
            reported_at=self._one(shape, vocab.reportedAt),
            query=self._query(shape),
        )

    def _query(self, shape: str) -> Query | None:
        constraint = self._one(shape, vocab.sh_sparql)
        if not constraint:
            return None
        declared = self._facts.get(self._one(constraint, vocab.sh_prefixes), {}).get(vocab.sh_declare, [])
        prefixes = {self._one(each, vocab.sh_prefix): self._one(each, vocab.sh_namespace) for each in declared}
        return Query.of(self._one(constraint, vocab.sh_select), self._one(shape, vocab.sh_path), prefixes)

    @cached_property
    def terms(self) -> dict[str, list[str]]:
        """The terms that a case may write for the concepts of each class, in the ontology's order."""
        found: dict[str, list[str]] = {}
        for concept, kind, scheme in self._concepts():
            found.setdefault(kind, []).append(decode(concept.removeprefix(f"{scheme}/")))
        return found

    @cached_property
    def types(self) -> dict[str, str]:
        """What the ontology says of the class of each concept: its term → triples in N-Triples."""
        found: dict[str, str] = {}
        for concept, kind, _ in self._concepts():
            term = f"<{concept}>"
            found[term] = f"{found.get(term, '')}{term} <{vocab.rdf_type}> <{kind}> .\n"
        return found

    @cached_property
    def superclasses(self) -> str:
        """The subclass triples, in N-Triples, that shapes for a superclass of a kind of record rely on."""
        aimed = {target for facts in self._facts.values() for target in self._targets(facts)}
        kinds = sorted({shape.target for shape in self._case.walk()})
        edges = {edge: None for kind in kinds if aimed & set(self._above(kind)) for edge in self._edges(kind)}
        return "".join(f"<{below}> <{vocab.rdfs_subClassOf}> <{above}> .\n" for below, above in edges)

    def _targets(self, facts: dict[str, list[str]]) -> list[str]:
        return facts.get(vocab.sh_targetClass, []) + facts.get(vocab.sh_class, [])

    def _above(self, kind: str) -> list[str]:
        return [above for _, above in self._edges(kind)]

    def _edges(self, kind: str) -> list[tuple[str, str]]:
        parents = self._facts.get(kind, {}).get(vocab.rdfs_subClassOf, [])
        return [edge for parent in parents for edge in ((kind, parent), *self._edges(parent))]

    def _concepts(self) -> Iterator[tuple[str, str, str]]:
        """Concept, class and scheme, for every class that has a scheme."""
        schemes = {kind: scheme for kind in self._facts if (scheme := self._one(kind, vocab.conceptScheme))}
        for concept, facts in self._facts.items():
            for kind in facts.get(vocab.rdf_type, ()):
                if kind in schemes:
                    yield concept, kind, schemes[kind]

    def _one(self, subject: str, predicate: str) -> str:
        return next(iter(self._facts.get(subject, {}).get(predicate, ())), "")
