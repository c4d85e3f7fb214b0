"""Words and an index in; what has them, the likeliest first, out."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from kg.search.index import Index
from kg.search.words import read, unspaced

KINDS = ("case", "claim", "source", "text")
WEIGHTS = "8.0, 2.0, 4.0"
"""What a word counts in a title, a text and a quote (FTS5's bm25)."""
PASSAGE = 0.5
"""What a passage of a captured text counts against what an analyst wrote."""
LOOKED = 20
"""Entries looked at for each hit that is wanted, as passages of one text count once."""
OPEN, CLOSE = "\x02", "\x03"
"""Stand around the words that were found, while snippets are made."""


@dataclass(frozen=True, slots=True)
class Hit:
    """Something that has the words."""

    kind: str
    """case, claim, source, or text: a passage of a source's captured text."""
    iri: str
    case: str
    """The case's IRI."""
    title: str
    snippet: str
    """The best place."""
    matches: tuple[tuple[int, int], ...]
    """Where in the snippet the words stand: start and end."""
    path: str
    """The case file, or the captured text beside it, as seen from the workspace."""
    line: int
    """Of the passage; 0 for what is not a passage."""
    score: float
    """Higher is better; only to be compared within one answer."""


@dataclass(frozen=True, slots=True)
class Hits:
    """The answer to a search."""

    hits: tuple[Hit, ...]
    is_loose: bool = False
    """Whether nothing has all words, and these have some of them."""


def search(index: Index, text: str, *, kinds: Iterable[str] = KINDS, limit: int = 20) -> Hits:
    """What has all words of a text; where nothing has, what has some of them."""
    words = read(text)
    if not words.wanted:
        return Hits(())
    with index.reading() as connection:
        base = (connection.execute("SELECT base FROM builds").fetchone() or [""])[0]
        found = _find(connection, words.all(), tuple(kinds), base, limit)
        is_loose = not found and len(words.wanted) > 1
        return Hits(tuple(_find(connection, words.any(), tuple(kinds), base, limit) if is_loose else found), is_loose)


_SQL = f"""
SELECT entries.kind, entries.iri, cases.iri, words.title, snippet(words, -1, '{OPEN}', '{CLOSE}', '…', 30),
       cases.path, entries.path, entries.line,
       bm25(words, {WEIGHTS}) * CASE entries.kind WHEN 'text' THEN {PASSAGE} ELSE 1.0 END AS score
FROM words JOIN entries ON entries.id = words.rowid JOIN cases ON cases.id = entries.case_id
WHERE words MATCH ? AND entries.kind IN (SELECT value FROM json_each(?))
ORDER BY score, entries.iri, entries.line LIMIT ?
"""


def _find(connection: sqlite3.Connection, expression: str, kinds: tuple[str, ...], base: str, limit: int) -> list[Hit]:
    """The best hits; of the passages of one text the best one."""
    listed = "[" + ", ".join(f'"{kind}"' for kind in kinds) + "]"
    best: dict[tuple[str, str], Hit] = {}
    for row in connection.execute(_SQL, (expression, listed, limit * LOOKED)):
        hit = _hit(row, base)
        best.setdefault((hit.kind, hit.iri), hit)
    return list(best.values())[:limit]


def _hit(row: tuple[str, str, str, str, str, str, str, int, float], base: str) -> Hit:
    kind, iri, case, title, marked, file, text, line, score = row
    snippet, matches = _unmarked(" ".join(unspaced(marked).split()))
    path = f"{file.rpartition('/')[0]}/{text}".lstrip("/") if text else file
    return Hit(kind, iri, base + case, unspaced(title), snippet, matches, path, line, -score)


def _unmarked(marked: str) -> tuple[str, tuple[tuple[int, int], ...]]:
    """A snippet without its marks, and where they were."""
    parts: list[str] = []
    places: list[tuple[int, int]] = []
    size = 0
    for part in marked.replace(CLOSE, OPEN).split(OPEN):
        if len(parts) % 2:
            places.append((size, size + len(part)))
        parts.append(part)
        size += len(part)
    return "".join(parts), tuple(places)
