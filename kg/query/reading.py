"""Query files in, saved queries and problems out; a broken file does not hide the others."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import pyoxigraph as ox

from kg import codes
from kg.lexical import DATATYPES
from kg.problem import Failure, Problem, Severity, Span
from kg.query.blocks import UNDEF, Block, block_terms, blocks, parse
from kg.query.header import Header, read_header
from kg.query.saved import LITERALS, Column, Parameter, SavedQuery
from kg.release import bundled
from kg.source import Source, decode
from kg.store.base import Term
from kg.store.sparql import Token, form, refusal, syntax_fault, tokens

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
    return _saved(source, header), problems


def _saved(source: Source, header: Header) -> SavedQuery:
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


def _selected(text: str) -> list[str]:
    answer = parse(text)
    return [variable.value for variable in answer.variables] if isinstance(answer, ox.QuerySolutions) else []


def _syntax(source: Source, found: Sequence[Token]) -> Iterator[Problem]:
    """The first thing that keeps the text from being a SELECT over this graph."""
    first, refused = form(found), refusal(found)
    escape = next((token for token in found if _ESCAPE.search(token.text)), None)
    if first is None:
        yield codes.QUERY_SYNTAX.at(source.span(0, 0), "the file has no query", hint="write a SELECT below the header")
    elif refused:
        yield codes.QUERY_SYNTAX.at(_span(source, refused.token), refused.reason)
    elif escape:
        message = f"{escape.text} has an escape that parsers read differently"
        yield codes.QUERY_SYNTAX.at(_span(source, escape), message, hint="write the character itself")
    elif not first.says("SELECT"):
        yield codes.QUERY_SYNTAX.at(_span(source, first), f"a saved query is a SELECT; this is {first.text}")
    else:
        yield from _parse_fault(source)


_ESCAPE = re.compile(r"\\[uU]")


def _parse_fault(source: Source) -> Iterator[Problem]:
    try:
        parse(source.text)
    except SyntaxError as error:
        fault = syntax_fault(source.text, str(error))
        span = Span(source.file, fault.line, fault.column, fault.line, fault.column + 1)
        yield codes.QUERY_SYNTAX.at(span, fault.message)


def _span(source: Source, token: Token) -> Span:
    return source.span(token.start, token.end)


def _parameters(source: Source, header: Header, found: Sequence[Token]) -> Iterator[Problem]:
    """Parameters without a block of their own, and blocks that do not hold the default."""
    places = list(blocks(found))
    for parameter in header.parameters:
        own = [block for block in places if block.name == parameter.name]
        if len(own) == 1:
            yield from _default(source, parameter, own[0])
        else:
            yield _without_block(source, parameter, own)
    known = [parameter.name for parameter in header.parameters]
    for expectation in header.expectations:
        for name in (name for name, _ in expectation.parameters if name not in known):
            yield codes.BAD_QUERY_HEADER.at(expectation.span, f"`{name}` is no parameter of this query")


def _without_block(source: Source, parameter: Parameter, own: Sequence[Block]) -> Problem:
    block = f"VALUES ?{parameter.name} {{ UNDEF }}"
    if not own:
        hint = f"write `{block}` where the value belongs"
        return codes.QUERY_PARAMETER.at(parameter.span, f"the query has no `{block}`", hint=hint)
    message = f"?{parameter.name} has {len(own)} VALUES blocks; a parameter has one"
    return codes.QUERY_PARAMETER.at(_span(source, own[1].variable), message, hint="keep the first")


def _default(source: Source, parameter: Parameter, block: Block) -> Iterator[Problem]:
    if parameter.default is not None and parameter.allowed and parameter.default not in parameter.allowed:
        message = f"the default `{parameter.default}` is not among the allowed values"
        yield codes.BAD_QUERY_HEADER.at(parameter.span, message, hint=f"allowed: {', '.join(parameter.allowed)}")
        return
    wanted = default_term(parameter)
    if block_terms(source.text, block) != [wanted]:
        block_text = f"VALUES ?{parameter.name} {{ {wanted or UNDEF} }}"
        message = f"the block of ?{parameter.name} does not hold its default"
        hint = f"write `{block_text}`, or change `default` in the header"
        yield codes.QUERY_PARAMETER.at(_span(source, block.variable), message, hint=hint)


def default_term(parameter: Parameter) -> Term | None:
    """What a parameter stands for unless it is given: a term, or everything."""
    if parameter.default is None:
        return None
    if parameter.type == "concept":
        return ox.NamedNode(f"{parameter.scheme}/{parameter.default}")
    datatype = LITERALS[parameter.type]
    canonical = DATATYPES[datatype].canonical(parameter.default)
    return ox.Literal(canonical or parameter.default, datatype=ox.NamedNode(datatype))
