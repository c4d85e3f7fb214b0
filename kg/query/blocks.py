"""Tokens of a query in, the VALUES blocks of single variables and the prologue out; terms written between braces.

A parameter is bound by writing terms between the braces of its block and nowhere else. What was written is
read again by the tokenizer: all tokens outside the braces must be those of the saved text, and the tokens
between them must be terms.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pyoxigraph as ox

from kg.store.base import Term
from kg.store.sparql import Kind, Token, form, tokens

UNDEF = "UNDEF"
_TERM_KINDS = frozenset((Kind.IRI, Kind.STRING, Kind.LANGUAGE))


@dataclass(frozen=True, slots=True)
class Block:
    """``VALUES ?name { … }``: the variable, and the offsets between the braces."""

    variable: Token
    start: int
    end: int

    @property
    def name(self) -> str:
        """The variable without its mark."""
        return self.variable.name

    def holds(self, token: Token) -> bool:
        """Whether a token stands between the braces."""
        return self.start <= token.start < self.end


class Unsafe(Exception):
    """What was written between braces did not stay there. A defect of ours, never a user's mistake."""


def blocks(found: Sequence[Token]) -> Iterator[Block]:
    """Every VALUES block of one variable."""
    for index, token in enumerate(found[:-2]):
        variable, brace = found[index + 1], found[index + 2]
        if token.says("VALUES") and variable.kind is Kind.VARIABLE and brace.is_sign("{"):
            closing = next((each for each in found[index + 3 :] if each.is_sign("}")), None)
            if closing:
                yield Block(variable, brace.end, closing.start)


def prologue(text: str, found: Sequence[Token]) -> str:
    """The text before the SELECT: comments and declarations of prefixes."""
    first = form(found)
    return text[: first.start] if first else text


def written(term: Term) -> str:
    r"""A term as every SPARQL parser reads it.

    Some look for the escapes of code points before all others, and take eight digits where there are four. So all
    have eight, and a u behind a backslash is escaped itself.

    >>> print(written(ox.Literal("C:\\users")))
    "C:\\\U00000075sers"
    """
    return _ESCAPES.sub(_unmistakable, str(term))


_ESCAPES = re.compile(r"\\(?:\\(?P<letter>[uU])|u(?P<code>[0-9A-Fa-f]{4})|.)")


def _unmistakable(escape: re.Match[str]) -> str:
    if escape["letter"]:
        return f"\\\\\\U{ord(escape['letter']):08X}"
    return f"\\U0000{escape['code']}" if escape["code"] else escape[0]


def bind(text: str, terms: Mapping[str, Sequence[Term]]) -> str:
    """A query with terms between the braces of some parameters, everything else as it was."""
    before = list(tokens(text))
    places = {block.name: block for block in blocks(before)}
    changed = text
    for block in sorted((places[name] for name in terms), key=lambda each: -each.start):
        inside = " ".join(written(term) for term in terms[block.name])
        changed = f"{changed[: block.start]} {inside} {changed[block.end :]}"
    _check(before, [places[name] for name in terms], changed)
    return changed


def _check(before: Sequence[Token], bound: Sequence[Block], text: str) -> None:
    after = list(tokens(text))
    names = {block.name for block in bound}
    again = [block for block in blocks(after) if block.name in names]
    if _outside(before, bound) != _outside(after, again):
        raise Unsafe("a value changed the query outside its braces")
    strange = [each for each in after if any(b.holds(each) for b in again) and not _is_term(each)]
    if strange:
        raise Unsafe(f"a value wrote more than terms: {strange[0].text}")


def _outside(found: Sequence[Token], bound: Sequence[Block]) -> list[tuple[Kind, str]]:
    return [(each.kind, each.text) for each in found if not any(block.holds(each) for block in bound)]


def _is_term(token: Token) -> bool:
    return token.kind in _TERM_KINDS or token.is_sign("^^")


def parse(text: str) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
    """Let the parser read a query, on a store that has nothing in it; SyntaxError where it cannot."""
    return ox.Store().query(text)


def block_terms(text: str, block: Block) -> list[Term | None]:
    """The terms that stand in a block of a query that can be read."""
    found = list(tokens(text))
    alone = (
        f"{prologue(text, found)}SELECT ?{block.name} {{ VALUES ?{block.name} {{{text[block.start : block.end]}}} }}"
    )
    answer = parse(alone)
    return [row[0] for row in answer] if isinstance(answer, ox.QuerySolutions) else []
