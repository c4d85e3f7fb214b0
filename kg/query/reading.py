"""Query files in, saved queries and problems out; a broken file does not hide the others."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import pyoxigraph as ox

from kg import codes, vocab
from kg.lexical import DATATYPES
from kg.problem import Failure, Problem, Severity, Span
from kg.query.blocks import UNDEF, Block, blocks, prologue
from kg.query.header import Header, read_header
from kg.query.saved import LITERALS, Column, Parameter, SavedQuery
from kg.release import bundled
from kg.source import Source, decode
from kg.store.base import Term
from kg.store.sparql import Kind, Token, form, refusal, syntax_fault, tokens

FOLDER = "queries"
SUFFIX = ".rq"
SIZE = 1_000_000
"""Bytes that a query file may have."""


class QueryMissing(Failure):
    """There is no saved query of this name."""


class QueryBroken(Failure):
    """The file of this query has errors."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(each) for each in problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Saved queries by name, and what is wrong with their files."""

    queries: dict[str, SavedQuery]
    problems: tuple[Problem, ...]


def query_folders(root: Path) -> list[Path]:
    """Where saved queries are: those that ship, then the workspace's own, which replace shipped ones of their name."""
    return list(dict.fromkeys(path.resolve() for path in (bundled(FOLDER), root / FOLDER) if path.is_dir()))


def load_queries(folders: Iterable[Path], root: Path | None = None) -> Catalogue:
    """Every saved query of some folders; files are named in problems as seen from the root."""
    queries: dict[str, SavedQuery] = {}
    problems: list[Problem] = []
    for path in sorted(_files(folders).values(), key=lambda path: path.stem):
        query, found = _load(path, root)
        problems += found
        if query:
            queries[query.name] = query
    return Catalogue(queries, tuple(problems))


def load_query(folders: Iterable[Path], name: str, root: Path | None = None) -> SavedQuery:
    """One saved query, without reading the others; QueryMissing or QueryBroken where there is none to run."""
    files = _files(folders)
    if name not in files:
        near = get_close_matches(name, files, 3, 0.5)
        hint = f"did you mean {', '.join(near)}?" if near else "`kg query --list` names them all"
        raise QueryMissing(f"there is no saved query `{name}`; {hint}")
    query, problems = _load(files[name], root)
    if query is None:
        raise QueryBroken(problems)
    return query


def _files(folders: Iterable[Path]) -> dict[str, Path]:
    return {path.stem: path for folder in folders for path in sorted(folder.glob(f"*{SUFFIX}"))}


def _load(path: Path, root: Path | None) -> tuple[SavedQuery | None, list[Problem]]:
    name = _shown(path, root)
    try:
        read = decode(path.read_bytes(), name, limit=SIZE)
    except OSError as error:
        return None, [codes.UNREADABLE_FILE.at(Span(name), f"the file cannot be read: {error.strerror}")]
    if isinstance(read, Problem):
        return None, [read]
    return read_query(read.text, name)


def _shown(path: Path, root: Path | None) -> str:
    for base in (root, bundled(FOLDER).parent):
        if base and path.is_relative_to(base.resolve()):
            return path.relative_to(base.resolve()).as_posix()
    return path.as_posix()


def read_query(text: str, file: str) -> tuple[SavedQuery | None, list[Problem]]:
    """The saved query that a file holds, None where it has errors, and what is wrong with it."""
    source = Source(file, text)
    header, problems = read_header(source)
    found = list(tokens(text))
    faults = list(_syntax(source, found))
    problems += faults
    if not faults:
        problems += _parameters(source, header, found)
    if any(each.severity is Severity.ERROR for each in problems):
        return None, problems
    return _saved(source, header, found), problems


def _saved(source: Source, header: Header, found: Sequence[Token]) -> SavedQuery:
    return SavedQuery(
        name=Path(source.file).stem,
        file=source.file,
        text=source.text,
        summary=header.summary,
        description=header.description,
        tags=header.tags,
        parameters=header.parameters,
        columns=header.columns or tuple(Column(name, name) for name in _selected(source.text)),
        requires=header.requires,
        chart=header.chart,
        expectations=header.expectations,
        endpoint=header.endpoint,
        method=header.method,
    )


def parse(text: str) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
    """Let the parser read a query, on a store that has nothing in it; SyntaxError where it cannot."""
    return ox.Store().query(text)
