"""SPARQL text in, its tokens with their places out; and whether a text only reads, and reads only here.

Complete for the terminals of SPARQL 1.1. Comments and white space are no tokens. One choice is the
tokenizer's own: ``<`` begins an IRI wherever the text up to the next ``>`` could be one, as the grammar's
longest match asks; a parser that decides by context may see a comparison there (see ``refusal``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import pairwise


class Kind(StrEnum):
    """What a token is; the names of the groups of the pattern."""

    IRI = "IRI"
    NAME = "NAME"
    """A prefixed name, its local part perhaps empty."""
    BLANK = "BLANK"
    VARIABLE = "VARIABLE"
    STRING = "STRING"
    LANGUAGE = "LANGUAGE"
    NUMBER = "NUMBER"
    """Without its sign."""
    WORD = "WORD"
    """A keyword, a built-in function, ``a``, ``true`` or ``false``."""
    SIGN = "SIGN"
    UNKNOWN = "UNKNOWN"
    """A character that begins nothing, such as an unclosed quotation mark."""


@dataclass(frozen=True, slots=True)
class Token:
    """A token and its offsets in code points."""

    kind: Kind
    text: str
    start: int
    end: int

    def says(self, *words: str) -> bool:
        """Whether this is one of some keywords, given in capitals."""
        return self.kind is Kind.WORD and self.text.upper() in words

    def is_sign(self, *signs: str) -> bool:
        """Whether this is one of some signs."""
        return self.kind is Kind.SIGN and self.text in signs

    @property
    def name(self) -> str:
        """A variable without its mark."""
        return self.text[1:]


_LETTER = (
    "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d\u2070-\u218f\u2c00-\u2fef"
    "\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
"""PN_CHARS_BASE of the grammar."""
_MORE = "\u00b7\u0300-\u036f\u203f-\u2040"
_IN_NAME = f"{_LETTER}_0-9{_MORE}\\-"
_ESCAPE = r"%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?#@%]"
_PREFIX = f"(?:[{_LETTER}](?:[{_IN_NAME}.]*[{_IN_NAME}])?)?"
_LOCAL = f"(?:[{_LETTER}_0-9:]|{_ESCAPE})(?:(?:[{_IN_NAME}.:]|{_ESCAPE})*(?:[{_IN_NAME}:]|{_ESCAPE}))?"
_LONG = r'"""(?:"{0,2}(?:[^"\\]|\\.))*"""|' + r"'''(?:'{0,2}(?:[^'\\]|\\.))*'''"
_SHORT = r'"(?:[^"\\\r\n]|\\[^\r\n])*"|' + r"'(?:[^'\\\r\n]|\\[^\r\n])*'"

_TOKEN = "|".join(
    (
        r"(?P<SPACE>[ \t\r\n]+|\#[^\r\n]*)",
        r"(?P<IRI><(?:[^<>\"{}|^`\\\x00-\x20]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*>)",
        f"(?P<NAME>{_PREFIX}:(?:{_LOCAL})?)",
        f"(?P<BLANK>_:[{_LETTER}_0-9](?:[{_IN_NAME}.]*[{_IN_NAME}])?)",
        f"(?P<VARIABLE>[?$][{_LETTER}_0-9][{_LETTER}_0-9{_MORE}]*)",
        f"(?P<STRING>{_LONG}|{_SHORT})",
        "(?P<LANGUAGE>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)",
        r"(?P<NUMBER>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)[eE][+-]?[0-9]+|[0-9]*\.[0-9]+|[0-9]+)",
        "(?P<WORD>[A-Za-z][A-Za-z0-9_]*)",
        r"(?P<SIGN>\^\^|&&|\|\||!=|<=|>=|[{}()\[\].,;*/+\-=<>!|^?&@])",
        "(?P<UNKNOWN>.)",
    )
)


@cache
def _token() -> re.Pattern[str]:
    """Compiled when it is first asked for: that takes longer than most of what the program does at its start."""
    return re.compile(_TOKEN, re.DOTALL)


def tokens(text: str) -> Iterator[Token]:
    """Every token, in the order of the text.

    >>> [token.text for token in tokens("SELECT ?a { ?a ex:b 'c}' } # d")]
    ['SELECT', '?a', '{', '?a', 'ex:b', "'c}'", '}']
    """
    for found in _token().finditer(text):
        group = found.lastgroup or ""
        if group != "SPACE":
            yield Token(Kind(group), found[0], found.start(), found.end())


def named(found: Sequence[Token]) -> Iterator[tuple[Token, str]]:
    """Every IRI of a query with its token, those of its prologue left out."""
    prefixes: dict[str, str] = {}
    passed = -1
    for index, token in enumerate(found):
        if token.says("PREFIX", "BASE") and index + 2 < len(found):
            passed = index + (2 if token.says("PREFIX") else 1)
            prefixes[found[index + 1].text.removesuffix(":")] = found[passed].text[1:-1]
        elif token.kind is Kind.NAME and index > passed:
            prefix, _, local = token.text.partition(":")
            yield token, prefixes.get(prefix, "") + local.replace("\\", "")
        elif token.kind is Kind.IRI and index > passed:
            yield token, token.text[1:-1]


_UPDATES = ("INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "WITH")
_PROLOGUE = ("PREFIX", "BASE", "VERSION")


def form(found: Sequence[Token]) -> Token | None:
    """The keyword behind the prologue: SELECT, ASK, CONSTRUCT, DESCRIBE, or what an update begins with."""
    return next((token for token in found if token.kind is Kind.WORD and not token.says(*_PROLOGUE)), None)


_PLAIN_IRI = re.compile(r"<[A-Za-z][A-Za-z0-9+.-]*://[^>]*>|<[^'()#>]*>")
"""IRIs that no parser can take for a comparison that hides something: an expression has no ``//``."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a text is not run, and the token that says so."""

    reason: str
    token: Token


def refusal(found: Sequence[Token]) -> Refusal | None:
    """Why a query is not one that only reads, and only from the store that it is put to; None if it is.

    To a parser that decides by context, ``?a<1)SERVICE#>`` holds no IRI but the end of a comparison and a keyword.
    IRIs that could be read so are refused, because what is behind them could be anything.
    """
    first = form(found)
    if first and first.says(*_UPDATES):
        return Refusal(f"{first.text.upper()} begins an update; queries only read", first)
    for token in found:
        if token.says("SERVICE"):
            return Refusal("SERVICE asks another endpoint; queries ask only this graph", token)
        if token.kind is Kind.IRI and not _PLAIN_IRI.fullmatch(token.text):
            return Refusal(f"{token.text} could be read as a comparison; percent-encode its quotes and brackets", token)
    return None


@dataclass(frozen=True, slots=True)
class SyntaxFault:
    """What a parser could not read, and where: line and column from 1, or 0 where it does not say."""

    line: int
    column: int
    message: str


def syntax_fault(text: str, message: str, prefixes: Iterable[str] = ()) -> SyntaxFault:
    """Why pyoxigraph cannot read a text, in a short sentence; ``prefixes`` are declared besides those of the text.

    The parser names the farthest place it came to, which is often behind the mistake. So the mistakes that tokens
    show, brackets, quotation marks and prefixes, are looked for first.

    >>> syntax_fault("SELECT * { ?s ex:p ?o }", "error at 1:20: expected OPTIONAL")
    SyntaxFault(line=1, column=15, message='the prefix ex: is not declared')
    >>> syntax_fault("SELECT * { ?s a }", 'error at 1:17: expected one of "(", [_]')
    SyntaxFault(line=1, column=17, message='`}` cannot stand here; expected: (')
    """
    plain = _plain_mistake(list(tokens(text)), prefixes)
    if plain:
        before = text[: plain.token.start]
        return SyntaxFault(before.count("\n") + 1, plain.token.start - before.rfind("\n"), plain.reason)
    found = _PLACE.match(message)
    if not found:
        return SyntaxFault(0, 0, message)
    line, column = int(found[1]), int(found[2])
    said = found[3].removeprefix("expected one of ").removeprefix("expected ")
    return SyntaxFault(line, column, _sentence(_at(text, line, column), _CLASSES.sub("", said)))


_BROKEN_IRI = "an IRI stands between < and >, without spaces, quotes or braces"
_PAIRS = {"}": "{", ")": "(", "]": "["}


def _plain_mistake(found: Sequence[Token], prefixes: Iterable[str]) -> Refusal | None:
    """An unclosed text, a bracket without its other half, or a prefix that is not declared; the first there is."""
    known = {*prefixes, *(each.text[:-1] for before, each in pairwise(found) if before.says("PREFIX"))}
    opened: list[Token] = []
    for token in found:
        if token.kind is Kind.UNKNOWN:
            reason = "opens a text that is never closed" if token.text in "\"'" else "cannot stand here"
            return Refusal(f"{token.text} {reason}", token)
        if token.is_sign(*_PAIRS.values()):
            opened.append(token)
        elif token.is_sign(*_PAIRS) and (not opened or opened.pop().text != _PAIRS[token.text]):
            return Refusal(f"`{token.text}` closes nothing that is open", token)
        elif token.kind is Kind.NAME and (prefix := token.text.partition(":")[0]) not in known:
            is_iri = prefix in ("http", "https", "urn")
            return Refusal(_BROKEN_IRI if is_iri else f"the prefix {prefix}: is not declared", token)
    return Refusal(f"`{opened[-1].text}` is never closed", opened[-1]) if opened else None


_PLACE = re.compile(r"error at (\d+):(\d+): (.*)", re.DOTALL)
_CLASSES = re.compile(r"\[(?:'[^']*'|[^\]'])*\]")
_EXPECTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_REASON = re.compile(r"[A-Za-z]+(?: [A-Za-z]+)+")


def _sentence(token: Token | None, expected: str) -> str:
    """The parser's reason where it has one, else what it stumbled over; keywords it expects are rarely helpful."""
    reason = _REASON.search(_EXPECTED.sub("", expected))
    if reason:
        return reason[0]
    signs = [each.replace("\\", "") for each in _EXPECTED.findall(expected)]
    place = f"`{token.text}` cannot stand here" if token else "the query cannot be read to its end"
    return f"{place}; expected: {' '.join(signs[:12])}" if signs else place


def _at(text: str, line: int, column: int) -> Token | None:
    lines = text.split("\n")[line - 1 :]
    return next(tokens("\n".join(lines)[column - 1 :]), None)


def excerpt(text: str, line: int, column: int) -> str:
    """A line of a query with a caret under a column, on lines of its own; empty where there is no such line."""
    lines = text.split("\n")
    if not 0 < line <= len(lines):
        return ""
    return f"\n    | {lines[line - 1]}\n    | {' ' * (column - 1)}^"


def unreadable(text: str, message: str, prefixes: Iterable[str] = ()) -> str:
    """Why a query cannot be read, in words, with its line and a caret under the place."""
    fault = syntax_fault(text, message, prefixes)
    place = f"line {fault.line}, column {fault.column}: " if fault.line else ""
    return f"the query cannot be read: {place}{fault.message}{excerpt(text, fault.line, fault.column)}"


def in_order(names: list[str], text: str) -> list[str]:
    """Column names as they come; those of ``SELECT *``, which have no order of their own, as the query has them."""
    found = [token for token in tokens(text) if not token.says("DISTINCT", "REDUCED")]
    first = form(found)
    if first is None or not found[found.index(first) + 1 :][:1] or not found[found.index(first) + 1].is_sign("*"):
        return names
    places = {token.name: token.start for token in reversed(found) if token.kind is Kind.VARIABLE}
    return sorted(names, key=lambda name: places.get(name, len(text)))
