"""The rules of two releases in; what differs between them out."""

from __future__ import annotations

from collections.abc import Iterator

from kg import vocab
from kg.bump import Bump
from kg.ontology.change import Change, ChangeKind, What
from kg.ontology.model import Model, Rule
from kg.ontology.succession import Successors
from kg.shape import local_name

_RANKS = {vocab.sh_Info: 0, vocab.sh_Warning: 1, vocab.sh_Violation: 2}


def compare(old: Model, new: Model, _successors: Successors) -> Iterator[Change]:
    """The changes of rules; to ask for more is a breach only where the answer is an error."""
    for name in sorted(old.rules.keys() - new.rules.keys()):
        yield Change(ChangeKind.WIDENED, What.RULE, name, Bump.MINOR, note="no longer asked for")
    for name in sorted(new.rules.keys() - old.rules.keys()):
        rule = new.rules[name]
        concerns_old = bool(rule.aims - (new.records.keys() - old.records.keys())) or not rule.aims
        kind = ChangeKind.NARROWED if _is_binding(rule) and concerns_old else ChangeKind.ADDED
        bump = Bump.MAJOR if kind is ChangeKind.NARROWED else Bump.MINOR
        yield Change(kind, What.RULE, name, bump, note=f"asked for ({_severity(rule)})")
    for name in sorted(old.rules.keys() & new.rules.keys()):
        yield from _compared(old.rules[name], new.rules[name])


def _compared(old: Rule, new: Rule) -> Iterator[Change]:
    before, after = _RANKS.get(old.severity, 1), _RANKS.get(new.severity, 1)
    note = f"{_severity(old)} → {_severity(new)}"
    if after > before:
        bump = Bump.MAJOR if _is_binding(new) else Bump.MINOR
        yield Change(ChangeKind.NARROWED, What.RULE, old.name, bump, note=note)
    if after < before:
        yield Change(ChangeKind.WIDENED, What.RULE, old.name, Bump.MINOR, note=note)
    if old.rest != new.rest or new.aims - old.aims:
        bump = Bump.MAJOR if _is_binding(new) else Bump.MINOR
        yield Change(ChangeKind.CHANGED, What.RULE, old.name, bump, note="asks for something else")
    elif old.aims - new.aims:
        fewer = ", ".join(sorted(old.aims - new.aims))
        yield Change(ChangeKind.WIDENED, What.RULE, old.name, Bump.MINOR, note=f"no longer asked of {fewer}")
    if old.words != new.words:
        yield Change(ChangeKind.RELABELLED, What.RULE, old.name, Bump.PATCH)


def _is_binding(rule: Rule) -> bool:
    """Whether a file that breaks it is in error."""
    return rule.severity == vocab.sh_Violation


def _severity(rule: Rule) -> str:
    return local_name(rule.severity).lower() if rule.severity else "warning"
