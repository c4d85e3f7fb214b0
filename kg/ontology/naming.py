"""A name as people write it and a release in; the classes, properties, terms, fields and rules that it means out."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass

from kg import vocab
from kg.ontology.change import What
from kg.ontology.model import Model, read_model, short
from kg.problem import Failure
from kg.release import Release
from kg.shape import local_name


@dataclass(frozen=True, slots=True)
class Named:
    """One thing of a release that has a name."""

    what: What
    name: str
    """The name that nothing else has: ``cg:mechanism``, ``mechanism/automation``, ``ValueClaim.mechanism``."""
    iri: str
    """Of a field, the property; of a rule, the shape."""

    @property
    def spellings(self) -> set[str]:
        """Everything that it may be called."""
        return {self.name, self.iri, local_name(self.iri), self.name.rsplit(".", 1)[-1]}


def everything(release: Release) -> Iterator[Named]:
    """All that has a name in a release."""
    model: Model = read_model(release)
    for term in model.terms.values():
        yield Named(term.what, short(term.iri), term.iri)
    for record in model.records.values():
        yield Named(What.RECORD, record.name, record.target)
    for key in model.keys.values():
        yield Named(What.FIELD, key.name, key.field.path)
    for name in model.rules:
        yield Named(What.RULE, name, vocab.CASEGRAPH + "shapes#" + name)


def named(text: str, release: Release) -> list[Named]:
    """What a name means, the exact ones alone where there are any; Failure, with the nearest names, where nothing."""
    known = list(everything(release))
    exact = [each for each in known if text in (each.name, each.iri)]
    loose = [each for each in known if text in each.spellings]
    if exact or loose:
        return exact or loose
    spellings = {spelling for each in known for spelling in (each.name, local_name(each.iri))}
    near = difflib.get_close_matches(text, sorted(spellings), n=3)
    advice = f"; did you mean {' or '.join(near)}?" if near else ""
    raise Failure(f"release {release.version} has nothing called {text}{advice}")


def the_one(text: str, release: Release) -> Named:
    """The one thing that a name means, a property before its fields; Failure where there are several."""
    found = named(text, release)
    if len({each.iri for each in found}) > 1:
        choices = ", ".join(f"{each.name} ({each.what})" for each in found)
        raise Failure(f"{text} may be {choices}; say which")
    return min(found, key=lambda each: each.what in (What.FIELD, What.RECORD))
