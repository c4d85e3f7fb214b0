"""A difference between two releases and what a person knows of it in; a migration file to begin from out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from kg.migrate.writing import Style, scalar
from kg.ontology.change import Change, ChangeKind, Difference, What
from kg.ontology.questions import Question, questions

Renamed = Mapping[str, str]
"""Old name → new name, as ``mechanism/innovation`` or ``ValueClaim.mechanism``."""


def open_questions(found: Difference) -> list[Question]:
    """What only a person can know of the terms and fields that are gone: renamed, or retired and the others added?"""
    return [each for each in questions(found) if each.retired.what in (What.TERM, What.FIELD)]


def draft(found: Difference, renamed: Renamed) -> str:
    """The text of a migration file; what cannot be told from the releases stands in it as a comment."""
    known = {name for pair in renamed.items() for name in pair}
    asked = {each.retired.name: each for each in open_questions(found)}
    lines = [f"from: {scalar(found.before)}", f"to: {scalar(found.after)}", "title: ''", "operations:"]
    for old, new in renamed.items():
        lines.append(_renamed(old, new))
    for change in _merged(found.changes):
        if change.name not in known:
            lines += _asked(asked.get(change.name))
            lines += _operations(change)
    return "\n".join(lines) + "\n"


def _merged(changes: Iterable[Change]) -> Iterator[Change]:
    """The changes, with terms that became one as one change."""
    together: dict[tuple[str, ...], list[str]] = defaultdict(list)
    listed = list(changes)
    for change in listed:
        if change.kind is ChangeKind.MERGED and change.what is What.TERM:
            together[change.to].append(change.name)
    for change in listed:
        if change.kind is not ChangeKind.MERGED or change.what is not What.TERM:
            yield change
        elif together[change.to][0] == change.name:
            names = " ".join(together[change.to])
            yield Change(change.kind, change.what, names, change.bump, change.to, change.note)


def _asked(question: Question | None) -> Iterator[str]:
    if question is not None:
        names = ", ".join(each.name for each in question.added)
        yield f"# Renamed, or retired? {question.retired.name} is gone; new are {names}."


def _operations(change: Change) -> list[str]:
    if change.what is What.TERM:
        found = _term(change)
    elif change.what is What.FIELD:
        found = _field(change)
    elif change.what is What.RECORD and change.kind is ChangeKind.ADDED:
        found = _item("add", record=change.name)
    else:
        found = ""
    return [found] if found else [f"# {change.kind} {change.line}"]


def _term(change: Change) -> str:
    vocabulary, _, term = change.name.partition("/")
    to = [each.partition("/")[2] for each in change.to]
    same = all(each.startswith(f"{vocabulary}/") for each in change.to)
    match change.kind:
        case ChangeKind.ADDED:
            return _item("add", vocabulary=vocabulary, term=term)
        case ChangeKind.RETIRED:
            return _item("retire", vocabulary=vocabulary, term=term, consider=to)
        case ChangeKind.RENAMED if same:
            return _item("rename", vocabulary=vocabulary, term=term, to=to[0])
        case ChangeKind.SPLIT if same:
            return _item("split", vocabulary=vocabulary, term=term, into=to)
        case ChangeKind.MERGED if same:
            return _merge(change, vocabulary, to[0])
        case _:
            return ""


def _merge(change: Change, vocabulary: str, to: str) -> str:
    terms = [each.partition("/")[2] for each in change.name.split()]
    if len(terms) == 1:
        return _item("merge", vocabulary=vocabulary, terms=[*terms, to], to=to)
    return _item("merge", vocabulary=vocabulary, terms=terms, to=to)


def _field(change: Change) -> str:
    record, _, _ = change.name.partition(".")
    match change.kind:
        case ChangeKind.ADDED:
            return _item("add", field=change.name)
        case ChangeKind.RETIRED:
            return _item("retire", field=change.name)
        case ChangeKind.RENAMED if change.to[0].startswith(f"{record}."):
            return _item("rename_property", field=change.name, to=change.to[0].partition(".")[2])
        case ChangeKind.MOVED | ChangeKind.RENAMED:
            return _item("move", field=change.name, to=change.to[0])
        case _:
            return ""


def _renamed(old: str, new: str) -> str:
    """What a person says: a term or a field goes by another name."""
    if "/" in old:
        vocabulary, _, term = old.partition("/")
        return _item("rename", vocabulary=vocabulary, term=term, to=new.rpartition("/")[2])
    return _item("rename_property", field=old, to=new.rpartition(".")[2])


def _item(name: str, **said: str | list[str]) -> str:
    pairs = ", ".join(f"{key}: {_value(value)}" for key, value in said.items() if value)
    return f"- {name}: {{{pairs}}}"


def _value(value: str | list[str]) -> str:
    quote = Style().quote
    return scalar(value, quote) if isinstance(value, str) else f"[{', '.join(scalar(each, quote) for each in value)}]"
