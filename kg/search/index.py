"""A build in; an index of its words in one SQLite file beside it, kept up to date case by case, out.

The index is made when something is looked for, not when a graph is built: builds stay fast. Parts are named by their
content, so what has changed since the last search is what has another name.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Generator, Iterable
from contextlib import closing, contextmanager
from pathlib import Path

from kg.fileentry import FileEntry
from kg.manifest import Manifest
from kg.parts import Parts
from kg.problem import Failure
from kg.search.entries import entries
from kg.search.words import spaced

FILE = "search.sqlite"
VERSION = 1
"""Layout of the tables; a file of another layout is made anew."""
WAIT = 60.0
"""Seconds to wait while another search brings the index up to date."""
_TABLES = """
CREATE TABLE builds (build TEXT, base TEXT);
CREATE TABLE cases (id INTEGER PRIMARY KEY, iri TEXT UNIQUE, state TEXT, path TEXT);
CREATE TABLE entries (id INTEGER PRIMARY KEY, case_id INTEGER, kind TEXT, iri TEXT, path TEXT, line INTEGER);
CREATE INDEX entries_of_case ON entries (case_id);
CREATE VIRTUAL TABLE words USING fts5 (title, text, quote, tokenize = "porter unicode61 remove_diacritics 2");
"""
Progress = Callable[[int, int], None]


class SearchError(Failure):
    """The index cannot be used; the message says why."""


class Index:
    """The index of one workspace."""

    def __init__(self, home: Path) -> None:
        self.path = home / FILE

    @contextmanager
    def reading(self) -> Generator[sqlite3.Connection]:
        """A connection for queries; SearchError where the file cannot be used."""
        try:
            with closing(self._open()) as connection:
                yield connection
        except sqlite3.Error as error:
            raise SearchError(
                f"{self.path} cannot be used: {error}; remove it, and the next search makes it anew"
            ) from None

    def build(self) -> str:
        """The build that the index is of; empty before the first."""
        with self.reading() as connection:
            found = connection.execute("SELECT build FROM builds").fetchone()
        return found[0] if found else ""

    def refresh(self, manifest: Manifest, parts: Parts, root: Path, progress: Progress) -> None:
        """Bring the index to a build, by the cases that differ. A search at the same time sees the old or the new."""
        with self.reading() as connection:
            connection.execute("BEGIN IMMEDIATE")
            wanted = {entry.case: entry for entry in manifest.cases()}
            states = dict(connection.execute("SELECT iri, state FROM cases"))
            _forget(connection, [iri for iri, state in states.items() if state != _state(wanted.get(iri))])
            fresh = [entry for entry in wanted.values() if states.get(entry.case) != _state(entry)]
            for number, entry in enumerate(fresh, 1):
                _add(connection, entry, parts.read(entry.part), base=manifest.basis["base"], root=root)
                progress(number, len(fresh))
            connection.execute("DELETE FROM builds")
            connection.execute("INSERT INTO builds VALUES (?, ?)", (manifest.build, manifest.basis["base"]))
            connection.execute("COMMIT")

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=WAIT, isolation_level=None)
        try:
            self._prepare(connection)
        except sqlite3.DatabaseError:
            connection.close()
            raise
        return connection

    def _prepare(self, connection: sqlite3.Connection) -> None:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version == VERSION:
            return
        connection.execute("BEGIN IMMEDIATE")
        if connection.execute("PRAGMA user_version").fetchone()[0] != VERSION:
            for table in ("builds", "cases", "entries", "words"):
                connection.execute(f"DROP TABLE IF EXISTS {table}")
            for statement in _TABLES.strip().split(";\n"):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")


def _state(entry: FileEntry | None) -> str:
    """What an indexed case depends on: its part, where its file is, and its captured texts."""
    return " ".join([entry.part, entry.path, *(text.sha256 for text in entry.texts)]) if entry else ""


def _forget(connection: sqlite3.Connection, cases: Iterable[str]) -> None:
    for iri in cases:
        [case] = connection.execute("SELECT id FROM cases WHERE iri = ?", (iri,)).fetchone()
        connection.execute("DELETE FROM words WHERE rowid IN (SELECT id FROM entries WHERE case_id = ?)", (case,))
        connection.execute("DELETE FROM entries WHERE case_id = ?", (case,))
        connection.execute("DELETE FROM cases WHERE id = ?", (case,))


def _add(connection: sqlite3.Connection, entry: FileEntry, quads: bytes, *, base: str, root: Path) -> None:
    found = (entry.case, _state(entry), entry.path)
    case = connection.execute("INSERT INTO cases (iri, state, path) VALUES (?, ?, ?)", found).lastrowid
    for each in entries(quads, base, (root / entry.path).parent):
        row = (case, each.kind, each.iri, each.path, each.line)
        done = connection.execute("INSERT INTO entries (case_id, kind, iri, path, line) VALUES (?, ?, ?, ?, ?)", row)
        words = (done.lastrowid, spaced(each.title), spaced(each.text), spaced(each.quote))
        connection.execute("INSERT INTO words (rowid, title, text, quote) VALUES (?, ?, ?, ?)", words)
