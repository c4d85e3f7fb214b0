"""A case and its triples in; the Problems that the shapes of its release find in it out, each at its line."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from kg import vocab
from kg.case import Case
from kg.check.engine import DEFAULT_ENGINE, ENGINES, Result, shapes_of
from kg.check.place import Places, text_of
from kg.check.query import Witness
from kg.check.rulebook import Meaning, Rulebook
from kg.check.view import terms_of
from kg.ntriples import Triple
from kg.problem import Problem, Severity
from kg.release import Release
from kg.shape import Kind, local_name

_SEVERITIES = {vocab.sh_Info: Severity.INFO, vocab.sh_Warning: Severity.WARNING, vocab.sh_Violation: Severity.ERROR}
_TYPE = f"<{vocab.rdf_type}>"
_SHOWN = 60
"""Characters of a value that a message shows."""


class Checker:
    """Checks cases, each under the release that it names, with one engine; a release's shapes are compiled once."""

    def __init__(self, releases: Mapping[str, Release], engine: str = DEFAULT_ENGINE) -> None:
        self._releases = releases
        self._engine = engine
        self._inspectors: dict[str, _Inspector] = {}

    def check(self, case: Case, triples: list[Triple], base: str) -> list[Problem]:
        """What the shapes find in a case that has a record, given what it states under a base; in reading order."""
        inspector = self._inspector(case)
        graph = inspector.graph(triples)
        results = inspector.engine.validate(graph)
        return inspector.problems(results, Places(case, base), Witness(graph)) if results else []

    def results(self, case: Case, triples: list[Triple]) -> list[Result]:
        """The validation results behind the problems."""
        inspector = self._inspector(case)
        return inspector.engine.validate(inspector.graph(triples))

    def _inspector(self, case: Case) -> _Inspector:
        if case.release not in self._inspectors:
            self._inspectors[case.release] = _Inspector(self._releases[case.release], self._engine)
        return self._inspectors[case.release]


class _Inspector:
    """One release's shapes, compiled and explained."""

    def __init__(self, release: Release, engine: str) -> None:
        shapes = shapes_of(release)
        self.engine = ENGINES[engine](shapes)
        self.named = terms_of(shapes)
        self.rulebook = Rulebook(release)

    def graph(self, triples: list[Triple]) -> str:
        """Engines see of a case what a shape names, and of the ontology what it refers to: more only costs time."""
        types, named = self.rulebook.types, self.named
        lines = [f"{s} {p} {o} .\n" for s, p, o in triples if p in named and (p != _TYPE or o in named)]
        lines += [types[o] for o in {o: None for _, _, o in triples} if o in types]
        return "".join((*lines, self.rulebook.superclasses))

    def problems(self, results: list[Result], places: Places, witness: Witness) -> list[Problem]:
        kept = (each for each in results if not places.is_echo(each) and not places.is_pending(each))
        found = {self._problem(each, places, witness): None for each in kept}
        return sorted(found, key=lambda problem: problem.order)

    def _problem(self, result: Result, places: Places, witness: Witness) -> Problem:
        meaning, name = self.rulebook.meaning(result), places.home(result).name
        return Problem(
            code=meaning.code_for(result.component),
            severity=_SEVERITIES.get(result.severity, Severity.ERROR),
            span=places.span(_as_reported(result, meaning), meaning.limit),
            message=self._message(result, places, witness),
            hint=self._hint(result, meaning, places),
            record=name,
        )

    def _message(self, result: Result, places: Places, witness: Witness) -> str:
        """The shape's own words, then what the file says there, then what would be right."""
        meaning = self.rulebook.meaning(result)
        if meaning.reported_at:
            return meaning.message
        said = [*_evidence(result, places), *_compared(result, meaning, places), *_told(result, meaning, witness)]
        parts = [meaning.message, ", ".join(said), self._choices(result, meaning, places)]
        return "; ".join(filter(None, parts)) or f"{local_name(result.component)} does not hold"

    def _choices(self, result: Result, meaning: Meaning, places: Places) -> str:
        allowed = self._allowed(result, meaning, places)
        if allowed is None or meaning.field is None:
            return ""
        lead = "this case declares " if meaning.field.kind is Kind.LINK else "allowed: "
        return lead + (", ".join(allowed) or "none")

    def _allowed(self, result: Result, meaning: Meaning, places: Places) -> list[str] | None:
        """What could stand instead of a value of the wrong class; None where that is not the trouble."""
        field = meaning.field
        if field is None or result.component != vocab.sh_ClassConstraintComponent:
            return None
        return places.declared(field.target) if field.kind is Kind.LINK else self.rulebook.terms.get(field.target, [])

    def _hint(self, result: Result, meaning: Meaning, places: Places) -> str:
        allowed = self._allowed(result, meaning, places)
        near = nearest(text_of(result.value), allowed) if allowed else ""
        if near:
            return f"did you mean `{near}`?"
        return as_hint(meaning.mend) or ("write one of the allowed terms" if allowed else "")


def _as_reported(result: Result, meaning: Meaning) -> Result:
    """A result about the value at which its shape wants it reported."""
    return replace(result, path=f"<{meaning.reported_at}>", value="") if meaning.reported_at else result


def nearest(text: str, allowed: list[str]) -> str:
    """The allowed term that a text most likely stands for, or nothing.

    >>> nearest("Cost Reduction", ["velocity", "cost_reduction"]), nearest("S9", ["S1", "S2"])
    ('cost_reduction', '')
    """
    folded = {_fold(term): term for term in reversed(allowed)}
    return next((folded[found] for found in difflib.get_close_matches(_fold(text), folded, n=1)), "")


def _evidence(result: Result, places: Places) -> Iterator[str]:
    """What the file says at the path of a result; nothing where that only names the record."""
    field, home = places.field(result), places.home(result)
    if places.is_unnamed(result.value):
        return
    texts = [text_of(result.value)] if result.value else places.said(result)
    shown = [f"`{_shown(text)}`" for text in texts if text.strip() and text != home.name]
    names_record = field and field.key in home.record.shape.identifiers
    if not shown or (names_record and result.component == vocab.sh_SPARQLConstraintComponent):
        return
    if field is None:
        yield f"found {shown[0]}"
    elif field.single or result.value:
        yield f"`{field.key}` {'is' if field.single else 'has'} {shown[0]}"
    else:
        yield f"`{field.key}` has {len(shown)}: {', '.join(shown)}"


def _compared(result: Result, meaning: Meaning, places: Places) -> Iterator[str]:
    """What the file says in the field that a rule compares with."""
    record = places.home(result).record
    text = record.text(meaning.compared) if meaning.compared else None
    if text is not None:
        yield f"`{record.shape.by_path[meaning.compared].key}` is `{_shown(text)}`"


def _told(result: Result, meaning: Meaning, witness: Witness) -> list[str]:
    """What else the query of a rule says, by the names that it gives: ``counted 3``."""
    told = witness.told(meaning.query, result) if meaning.query else {}
    return [f"{name.replace('_', ' ')} {_shown(text)}" for name, text in told.items()]


def _shown(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else f"{line[: _SHOWN - 1]}…"


def as_hint(mend: str) -> str:
    """A mend, which is a sentence, as hints are written."""
    return (mend[:1].lower() + mend[1:] if mend[1:2].islower() else mend).rstrip(".")


def _fold(term: str) -> str:
    return re.sub(r"[\s-]+", "_", term.strip().casefold())
