"""A release's annotations in; which facts a public export leaves out out.

``cg:isConfidential`` and ``cg:publicLength`` stand on a field's shape, and then hold for that class, or on a
property, and then hold wherever it is used. A thing whose class is not known is held to the rules of every class.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from kg import vocab
from kg.ntriples import literal_text
from kg.release import Facts
from kg.terms import prefixed

Rules = dict[bytes, dict[bytes, int]]
"""Predicate → class → longest text that is shown, 0 for none; the class is empty where it does not matter."""

_TYPE = f"<{vocab.rdf_type}>".encode()
_ANY = b""


@dataclass(frozen=True, slots=True)
class Disclosure:
    """What is confidential."""

    rules: Rules

    @classmethod
    def read(cls, facts: Facts) -> Disclosure:
        """The rules that a release's shapes and properties state."""
        shaped = {shape: said for said in facts.values() for shape in said.get(vocab.sh_property, ())}
        rules: Rules = {}
        for subject, said in facts.items():
            limit = _limit(said)
            if limit is None:
                continue
            path = said.get(vocab.sh_path, [subject])[0]
            targets = shaped[subject][vocab.sh_targetClass] if subject in shaped else [""]
            for target in targets:
                rules.setdefault(_term(path), {})[_term(target) if target else _ANY] = limit
        return cls(rules)

    def shown(self, lines: Iterable[bytes], left_out: Counter[str]) -> Iterator[bytes]:
        """The lines of sorted N-Quads that may be shown; those that may not are counted by what they are."""
        for _, group in groupby(lines, key=_subject):
            entity = list(group)
            classes = {line.split(b" ", 3)[2] for line in entity if line.split(b" ", 2)[1] == _TYPE}
            for line in entity:
                by_class = self.rules.get(line.split(b" ", 2)[1])
                why = _why_not(line.decode("utf-8"), by_class, classes) if by_class else ""
                if why:
                    left_out[why] += 1
                else:
                    yield line


def _why_not(line: str, by_class: dict[bytes, int], classes: set[bytes]) -> str:
    """Which rule leaves a fact out; empty where none does."""
    limits = [limit for target, limit in by_class.items() if target == _ANY or target in classes or not classes]
    if not limits:
        return ""
    _, predicate, rest = line.split(" ", 2)
    limit, name = min(limits), prefixed(predicate[1:-1]) or predicate
    if not limit:
        return name
    value = rest.rsplit(" ", 2)[0]
    is_long = value.startswith('"') and len(literal_text(value)) > limit
    return f"{name} longer than {limit} characters" if is_long else ""


def _limit(said: dict[str, list[str]]) -> int | None:
    if said.get(vocab.isConfidential) == ["true"]:
        return 0
    lengths = said.get(vocab.publicLength)
    return int(lengths[0]) if lengths else None


def _term(iri: str) -> bytes:
    return f"<{iri}>".encode()


def _subject(line: bytes) -> bytes:
    return line[: line.index(b" ")]
