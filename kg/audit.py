"""A store in; what is odd across its cases, as Problems at the lines of each of them, out.

A rule across cases is a query in the release's ``rules/`` folder, named by the code of its problem. Each row of its
answer is a group of subjects that should not be alike; the catalogue of problems says at which property's value each
is reported.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from kg import codes, vocab
from kg.check import as_hint
from kg.problem import Code, Problem, Span
from kg.release import Release
from kg.store.base import Store, Table
from kg.terms import plain

Place = Callable[[str, str], Span]
"""The IRI of a case or claim and a predicate → where its file says that."""
NAMED = 3
"""Others of a group that a message names."""

_CODES = {code.name: code for code in vars(codes).values() if isinstance(code, Code)}


def audit(store: Store, release: Release, place: Place) -> list[Problem]:
    """What the release's rules across cases find."""
    return [problem for rule in rules(release) for problem in _apply(rule, store, release, place)]


def rules(release: Release) -> list[Path]:
    """The queries, by name."""
    return list(release.rules.values())


def _apply(rule: Path, store: Store, release: Release, place: Place) -> Iterator[Problem]:
    about = release.facts[vocab.PROBLEM + rule.stem]
    [predicate], [message], [mend] = about[vocab.reportedAt], about[vocab.sh_message], about[vocab.mend]
    answer = store.query(rule.read_text(encoding="utf-8"))
    assert isinstance(answer, Table)
    for row in answer.rows:
        group = {subject: place(subject, predicate) for subject in sorted(set(plain(row[0]).split()))}
        for subject, span in group.items():
            others = [f"{other.rsplit('/', 1)[-1]} ({at})" for other, at in group.items() if other != subject]
            more = f" and {len(others) - NAMED} more" if len(others) > NAMED else ""
            found = f"{message}: {', '.join(others[:NAMED])}{more}"
            yield _CODES[rule.stem].at(span, found, hint=as_hint(mend), record=_record(subject))


def _record(subject: str) -> str:
    """A claim's id; nothing for a case."""
    return subject.rsplit("/", 1)[-1] if "/claim/" in subject else ""
