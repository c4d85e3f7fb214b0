"""A problem code and a release in; what the code means, how to mend it and an example out.

Nothing is written twice: a rule is explained by its shape, a kind of problem by the catalogue in
``ontology/system/problems.ttl``, an unknown term by the ontology's definition of the field and its vocabulary.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kg import vocab
from kg.check.rulebook import Rulebook
from kg.problem import Failure, Severity
from kg.release import Facts, Release
from kg.shape import Field, Kind, read_shapes

_SEVERITIES = {vocab.sh_Info: Severity.INFO, vocab.sh_Warning: Severity.WARNING, vocab.sh_Violation: Severity.ERROR}


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a curator needs to know about one code."""

    code: str
    severity: Severity
    title: str
    """What is wrong, in a few words."""
    meaning: str
    """What that says about the case, and why it matters."""
    mend: str
    example: str
    """A few lines of a file in which it is wrong."""


def explain(code: str, release: Release) -> Explanation:
    """What a code means under a release; Failure, naming the nearest codes, where there is no such code."""
    found = explanations(release)
    if code in found:
        return found[code]
    near = nearest_codes(code, found)
    advice = f"did you mean {' or '.join(near)}?" if near else "kg explain lists all codes"
    raise Failure(f"there is no code {code}; {advice}")


def all_codes(release: Release) -> list[str]:
    """Every code that a problem can have under a release, in alphabetical order."""
    return list(explanations(release))


def nearest_codes(code: str, codes: Iterable[str]) -> list[str]:
    """Up to three codes that a misspelt one may stand for, the likeliest first.

    >>> nearest_codes("Missing_Titel", ["missing-title", "odd-id"])
    ['missing-title']
    """
    plain = code.strip().lower().replace("_", "-").replace(" ", "-")
    return difflib.get_close_matches(plain, list(codes), n=3, cutoff=0.7)


def explanations(release: Release) -> dict[str, Explanation]:
    """Every code of a release in alphabetical order, explained."""
    found = (*_kinds(release.facts), *_rules(release.facts), *_unknown_terms(release))
    return {each.code: each for each in sorted(found, key=lambda each: each.code)}


def _kinds(facts: Facts) -> Iterator[Explanation]:
    """Kinds of problems that Python reports: what the catalogue says."""
    for said in facts.values():
        if vocab.ProblemKind in said.get(vocab.rdf_type, ()):
            yield Explanation(
                code=_one(said, vocab.skos_notation),
                severity=Severity.named(_one(said, vocab.severity)),
                title=_one(said, vocab.skos_prefLabel),
                meaning=_one(said, vocab.skos_definition),
                mend=_one(said, vocab.mend),
                example=_one(said, vocab.skos_example),
            )


def _rules(facts: Facts) -> Iterator[Explanation]:
    """Rules among the shapes; where several share a code, the one with an example speaks for all."""
    shapes: dict[str, dict[str, list[str]]] = {}
    for said in facts.values():
        code = _one(said, vocab.code)
        if code and (code not in shapes or vocab.skos_example in said):
            shapes[code] = said
    for code, said in shapes.items():
        yield Explanation(
            code=code,
            severity=_SEVERITIES.get(_one(said, vocab.sh_severity), Severity.ERROR),
            title=_one(said, vocab.sh_message),
            meaning=_one(said, vocab.rdfs_comment),
            mend=_one(said, vocab.mend),
            example=_one(said, vocab.skos_example),
        )


def _unknown_terms(release: Release) -> Iterator[Explanation]:
    """Fields that take a term of a vocabulary: one code for each key, whichever records have it."""
    fields: dict[str, dict[str, Field]] = {}
    for shape in read_shapes(release).walk():
        for field in shape.fields.values():
            if field.kind is Kind.CONCEPT:
                fields.setdefault(field.key, {})[shape.target] = field
    terms = Rulebook(release).terms
    for uses in fields.values():
        yield _unknown_term(uses, terms, release.facts)


def _unknown_term(uses: dict[str, Field], terms: dict[str, list[str]], facts: Facts) -> Explanation:
    """What is said of one key, given its field in each class of records that has it."""
    field = next(iter(uses.values()))
    term = terms[field.target][0]
    slip = f"{term[:-2]}{term[-1]}{term[-2]}"
    definition = _one(facts[field.path], vocab.skos_definition)
    return Explanation(
        code=f"unknown-{field.key.replace('_', '-')}",  # as kg.check names a value that is not of its field's class
        severity=Severity.ERROR,
        title=f"`{field.key}` has a value that is no term of its vocabulary",
        meaning=f"{definition} A value outside the vocabulary is in no answer that goes by it.",
        mend=f"Write one of the terms exactly as it stands here: {_allowed(uses, terms, facts)}.",
        example=f"{field.key}: {slip if field.single else f'[{slip}]'}  # did you mean {term}?",
    )


def _allowed(uses: dict[str, Field], terms: dict[str, list[str]], facts: Facts) -> str:
    """The terms of a key's vocabulary, or of each where the classes of records have different ones."""
    lists = {target: ", ".join(terms[field.target]) for target, field in uses.items()}
    if len(set(lists.values())) == 1:
        return next(iter(lists.values()))
    return "; ".join(f"of a {_one(facts[target], vocab.rdfs_label)}, {words}" for target, words in lists.items())


def _one(said: dict[str, list[str]], predicate: str) -> str:
    return next(iter(said.get(predicate, ())), "")
