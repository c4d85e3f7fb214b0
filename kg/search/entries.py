"""The part of a case and its captured texts in; what can be found of it, entry by entry, out."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from kg import vocab

PASSAGE = 1_200
"""Characters of a captured text that make one entry, at most, unless one line is longer."""
_PROPERTIES = (
    vocab.dcterms_title,
    vocab.dcterms_description,
    vocab.sourceQuote,
    vocab.organisationName,
    vocab.textFile,
    vocab.textHash,
)
_LINE = re.compile(rb"^[^ ]+ <(?:" + "|".join(map(re.escape, _PROPERTIES)).encode() + rb")> .*\n", re.M)


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that can be found: a case, claim or source, or a passage of a source's captured text."""

    kind: str
    iri: str
    title: str
    text: str = ""
    quote: str = ""
    path: str = ""
    """For a passage: the file, as the case file names it."""
    line: int = 0


def entries(quads: bytes, base: str, folder: Path) -> Iterator[Entry]:
    """The entries of one case; ``folder`` is the case file's."""
    said: dict[str, dict[str, str]] = defaultdict(dict)
    lines = b"".join(found[0] for found in _LINE.finditer(quads))
    for quad in ox.parse(lines, format=ox.RdfFormat.N_QUADS, lenient=True):
        assert isinstance(quad.subject, ox.NamedNode)
        assert isinstance(quad.object, ox.Literal)
        said[quad.subject.value][quad.predicate.value] = quad.object.value
    for iri, facts in said.items():
        kind = kind_of(iri.removeprefix(base))
        if kind:
            yield _entry(kind, iri, facts)
        if kind == "source":
            yield from _passages(iri, facts, folder)


def kind_of(name: str) -> str:
    """What an IRI below the base names; empty for what is nested deeper.

    >>> kind_of("case/a"), kind_of("case/a/claim/VC-001"), kind_of("case/a/claim/VC-001/quote")
    ('case', 'claim', '')
    """
    steps = name.split("/")
    return steps[-2] if len(steps) in (2, 4) and steps[-2] in ("case", "claim", "source") else ""


def _entry(kind: str, iri: str, facts: Mapping[str, str]) -> Entry:
    text = facts.get(vocab.organisationName if kind == "case" else vocab.dcterms_description, "")
    return Entry(kind, iri, facts.get(vocab.dcterms_title, ""), text, facts.get(vocab.sourceQuote, ""))


def _passages(iri: str, facts: Mapping[str, str], folder: Path) -> Iterator[Entry]:
    """The captured text, if it is still the one that the build read."""
    name, sha256 = facts.get(vocab.textFile, ""), facts.get(vocab.textHash, "")
    try:
        raw = (folder / name).read_bytes() if name and sha256 else b""
    except (OSError, ValueError):
        return
    if raw and hashlib.sha256(raw).hexdigest() == sha256:
        title = facts.get(vocab.dcterms_title, "")
        for line, text in passages(raw.decode("utf-8", errors="replace")):
            yield Entry("text", iri, title, text, path=name, line=line)


def passages(text: str) -> Iterable[tuple[int, str]]:
    r"""A text in passages of whole lines, each with the number of its first line.

    >>> list(passages("one\n\ntwo\n"))
    [(1, 'one two')]
    """
    held: list[str] = []
    size = first = 0
    for number, line in enumerate(text.split("\n"), 1):
        if held and size + len(line) > PASSAGE:
            yield first, " ".join(held)
            held, size = [], 0
        if line.strip():
            first = first if held else number
            held.append(line.strip())
            size += len(line)
    if held:
        yield first, " ".join(held)
