"""The shapes of overlays in; the keys that their files may have out, so that no Python names a key."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from kg import vocab
from kg.release import Facts, Release, bundled, read_facts
from kg.shape import Template

_SHAPES = vocab.CASEGRAPH + "shapes#"


@dataclass(frozen=True, slots=True)
class Key:
    """One key of one kind of record; a dot in ``name`` leads into a record inside."""

    name: str
    path: str
    """IRI of the predicate."""
    datatype: str
    """IRI of the datatype; empty where the value is no literal of a fixed one."""
    target: str
    """IRI of the class of the value; empty for literals."""
    is_single: bool
    is_needed: bool
    template: Template | None
    """How the IRI of what it links to is made."""


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of one kind of record, in order, and how its IRI is made."""

    by_name: dict[str, Key]
    template: Template | None

    def at(self, path: str) -> Key:
        """The key of a predicate."""
        return next(key for key in self.by_name.values() if key.path == path)

    def inside(self, name: str) -> dict[str, Key]:
        """The keys of the record under a name, by their names there."""
        lead = f"{name}."
        return {each.removeprefix(lead): key for each, key in self.by_name.items() if each.startswith(lead)}


@cache
def keys(shape: str) -> Keys:
    """The keys of a shape, given its local name."""
    facts = _facts()
    properties = facts[_SHAPES + shape][vocab.sh_property]
    fields = [each for each in properties if vocab.sh_codeIdentifier in facts[each]]
    found = [_key(each, facts) for each in sorted(fields, key=lambda each: float(_one(facts, each, vocab.sh_order)))]
    return Keys({key.name: key for key in found}, _template(facts, _SHAPES + shape))


def _key(shape: str, facts: Facts) -> Key:
    return Key(
        name=_one(facts, shape, vocab.sh_codeIdentifier),
        path=_one(facts, shape, vocab.sh_path),
        datatype=_one(facts, shape, vocab.sh_datatype),
        target=_one(facts, shape, vocab.sh_class),
        is_single=_one(facts, shape, vocab.sh_maxCount) == "1",
        is_needed=_one(facts, shape, vocab.sh_minCount) == "1",
        template=_template(facts, shape),
    )


@cache
def concepts(target: str, release: Release) -> dict[str, str]:
    """The terms that a class of concepts has in a release, with their IRIs."""
    facts = release.facts
    return {said[vocab.skos_notation][0]: iri for iri, said in facts.items() if target in said.get(vocab.rdf_type, ())}


@cache
def _facts() -> Facts:
    return read_facts([bundled("shapes/system") / "overlay.ttl"])


def _template(facts: Facts, subject: str) -> Template | None:
    text = _one(facts, subject, vocab.iriTemplate)
    return Template(text) if text else None


def _one(facts: Facts, subject: str, predicate: str) -> str:
    return next(iter(facts[subject].get(predicate, ())), "")
