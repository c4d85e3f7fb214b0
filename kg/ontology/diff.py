"""Two releases in; what differs between them in meaning, and what that demands of the version number, out.

Which term took the place of a retired one is said by ``cg:replacedBy`` in the later release, or by the migration
between the two; it is never guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from kg import vocab
from kg.bump import Bump
from kg.ontology import fields, rules
from kg.ontology.change import Change, ChangeKind, Difference, What
from kg.ontology.model import Model, Term, read_model, short
from kg.ontology.succession import Successors, succession
from kg.release import Release

NOBODY: Successors = {}


def difference(before: Release, after: Release, successors: Successors = NOBODY) -> Difference:
    """Everything that differs; ``successors`` are what a migration says of terms and fields by name."""
    old, new = read_model(before), read_model(after)
    changes = [change for compare in COMPARISONS for change in compare(old, new, successors)]
    ordered = sorted(changes, key=lambda each: (-each.bump, list(ChangeKind).index(each.kind), each.what, each.name))
    said = after.facts.get(vocab.CASEGRAPH + "ontology", {}).get(vocab.owl_backwardCompatibleWith, ())
    return Difference(before.version, after.version, tuple(ordered), before.iri in said)


def _terms(old: Model, new: Model, successors: Successors) -> Iterator[Change]:
    before = {iri: term for iri, term in old.terms.items() if not term.is_retired}
    after = {iri: term for iri, term in new.terms.items() if not term.is_retired}
    gone = {iri: _successors(iri, new, successors) for iri in before.keys() - after.keys()}
    yield from succession(
        {short(iri): tuple(map(short, to)) for iri, to in gone.items()},
        {term.name: term.what for term in (*before.values(), *after.values())},
        frozenset(map(short, after.keys() - before.keys())),
    )
    for iri in before.keys() & after.keys():
        yield from _compared(before[iri], after[iri])


def _successors(iri: str, new: Model, said: Successors) -> tuple[str, ...]:
    """What took the place of a term, as the later release or the migration says."""
    if iri in new.terms and new.terms[iri].successors:
        return new.terms[iri].successors
    known = {short(each): each for each in new.terms}
    return tuple(known[name] for name in said.get(short(iri), ()) if name in known)


def _compared(old: Term, new: Term) -> Iterator[Change]:
    for predicate in sorted({*old.links, *new.links}):
        lost = old.links.get(predicate, frozenset()) - new.links.get(predicate, frozenset())
        gained = new.links.get(predicate, frozenset()) - old.links.get(predicate, frozenset())
        if lost or gained:
            kind, bump = _verdict(predicate, lost, gained)
            yield Change(kind, old.what, old.name, bump, note=_note(predicate, lost, gained))
    if old.words != new.words:
        changed = sorted({short(predicate) for predicate, _ in old.words ^ new.words})
        yield Change(ChangeKind.RELABELLED, old.what, old.name, Bump.PATCH, note=", ".join(changed))


_RESTRICTING = {vocab.rdfs_domain, vocab.rdfs_range}
"""More values say less: what has two ranges is in both."""
_PLACES = {vocab.skos_inScheme: Bump.MAJOR, vocab.skos_broader: Bump.MINOR}


def _verdict(predicate: str, lost: frozenset[str], gained: frozenset[str]) -> tuple[ChangeKind, Bump]:
    """What other values of a property of a term mean."""
    if predicate in _PLACES:
        return ChangeKind.MOVED, _PLACES[predicate]
    if predicate in (vocab.skos_notation, *_RESTRICTING) and lost and gained:
        return ChangeKind.CHANGED, Bump.MAJOR
    narrower = bool(gained) if predicate in _RESTRICTING else bool(lost)
    if predicate in _STRUCTURE or predicate in _RESTRICTING or predicate.startswith(vocab.PREFIXES["schema"]):
        return (ChangeKind.NARROWED, Bump.MAJOR) if narrower else (ChangeKind.WIDENED, Bump.MINOR)
    return ChangeKind.CHANGED, Bump.MINOR


_STRUCTURE = {vocab.rdf_type, vocab.rdfs_subClassOf, vocab.rdfs_subPropertyOf, vocab.skos_notation}


def _note(predicate: str, lost: frozenset[str], gained: frozenset[str]) -> str:
    words = [f"{sign}{short(value)}" for sign, values in (("−", lost), ("+", gained)) for value in sorted(values)]
    return f"{short(predicate)} {' '.join(words)}"


def _records(old: Model, new: Model, _said: Successors) -> Iterator[Change]:
    for name in sorted(old.records.keys() - new.records.keys()):
        yield Change(ChangeKind.RETIRED, What.RECORD, name, Bump.MAJOR)
    for name in sorted(new.records.keys() - old.records.keys()):
        yield Change(ChangeKind.ADDED, What.RECORD, name, Bump.MINOR)
    for name in sorted(old.records.keys() & new.records.keys()):
        before, after = (each.records[name].template.text for each in (old, new))
        if before != after:
            yield Change(ChangeKind.MOVED, What.RECORD, name, Bump.MAJOR, note=f"{before} → {after}")


COMPARISONS: tuple[Callable[[Model, Model, Successors], Iterator[Change]], ...] = (
    _terms,
    _records,
    fields.compare,
    rules.compare,
)
"""Every comparison; what each finds is independent of the others."""
