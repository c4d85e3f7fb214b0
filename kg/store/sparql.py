"""SPARQL text in, its tokens with their places out; and whether a text only reads, and reads only here.

Complete for the terminals of SPARQL 1.1. Comments and white space are no tokens. One choice is the
tokenizer's own: ``<`` begins an IRI wherever the text up to the next ``>`` could be one, as the grammar's
longest match asks; a parser that decides by context may see a comparison there (see ``refusal``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum


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

_TOKEN = re.compile(
    "|".join(
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
    ),
    re.DOTALL,
)


def tokens(text: str) -> Iterator[Token]:
    """Every token, in the order of the text.

    >>> [token.text for token in tokens("SELECT ?a { ?a ex:b 'c}' } # d")]
    ['SELECT', '?a', '{', '?a', 'ex:b', "'c}'", '}']
    """
    for found in _TOKEN.finditer(text):
        group = found.lastgroup or ""
        if group != "SPACE":
            yield Token(Kind(group), found[0], found.start(), found.end())


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


_PLACE = re.compile(r"error at (\d+):(\d+): (.*)", re.DOTALL)
_CLASSES = re.compile(r"\[(?:'[^']*'|[^\]'])*\]")
_NOT_FOR_US = ("SERVICE", "LATERAL")
_EXPECTED = re.compile(r'"(?:[^"\\]|\\.)*"|[A-Za-z][^,"]*')


@dataclass(frozen=True, slots=True)
class SyntaxFault:
    """What a parser could not read, and where: line and column from 1, or 0 where it does not say."""

    line: int
    column: int
    message: str


def syntax_fault(text: str, message: str) -> SyntaxFault:
    """The parser's words about a text that it cannot read, brought into one short sentence.

    >>> syntax_fault("SELECT * { ?s }", 'error at 1:15: expected one of "(", "a", [_]')
    SyntaxFault(line=1, column=15, message='`}` cannot stand here; expected: ( a')
    """
    found = _PLACE.match(message)
    if not found:
        return SyntaxFault(0, 0, message)
    line, column = int(found[1]), int(found[2])
    said = found[3].removeprefix("expected one of ").removeprefix("expected ")
    expected = [each.strip().strip('"') for each in _EXPECTED.findall(_CLASSES.sub("", said))]
    return SyntaxFault(line, column, _sentence(_at(text, line, column), expected))


def _sentence(token: Token | None, expected: list[str]) -> str:
    reasons = [each for each in expected if " " in each]
    if reasons:
        return "; ".join(reasons)
    found = f"`{token.text}` cannot stand here" if token else "the query cannot end here"
    known = [each for each in expected if each not in _NOT_FOR_US]
    shown = " ".join(known[:12]) + (" …" if len(known) > 12 else "")
    return f"{found}; expected: {shown}" if shown else found


def _at(text: str, line: int, column: int) -> Token | None:
    lines = text.splitlines(keepends=True)[line - 1 :]
    return next(tokens("".join(lines)[column - 1 :]), None)


def excerpt(text: str, line: int, column: int) -> str:
    """A line of a query with a caret under a column, on lines of its own; empty where there is no such line."""
    lines = text.splitlines()
    if not 0 < line <= len(lines):
        return ""
    return f"\n    | {lines[line - 1]}\n    | {' ' * (column - 1)}^"


def in_order(names: list[str], text: str) -> list[str]:
    """Column names as they come; those of ``SELECT *``, which have no order of their own, as the query has them."""
    found = [token for token in tokens(text) if not token.says("DISTINCT", "REDUCED")]
    first = form(found)
    if first is None or not found[found.index(first) + 1 :][:1] or not found[found.index(first) + 1].is_sign("*"):
        return names
    places = {token.name: token.start for token in reversed(found) if token.kind is Kind.VARIABLE}
    return sorted(names, key=lambda name: places.get(name, len(text)))
