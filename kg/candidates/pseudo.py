"""What a case has for the name of its organisation in; why it names none, out.

A real name is better missed than reported: where a word may begin or end a name, capitals decide. People write names
with them and remarks without: "AA (Alcoholics Anonymous)" is a name, "Acme (name anonymous)" is a remark.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from html import unescape

from kg.candidates.names import words

LONGEST = 500
"""Letters of a text that are looked at."""

_NONE = """
    unknown | n a | na | none | null | nil | tbd | tba | tbc | to be determined | to be confirmed | various | multiple
    several | many | anonymous | anonymised | anonymized | confidential | undisclosed | unnamed | unspecified | withheld
    not disclosed | not specified | not stated | not available | not applicable | not named | not provided | not known
    not given | name withheld | no name | no organisation | no organization | organisation | organization | company
    client | customer | test | todo | xxx | placeholder | unbekannt | diverse | verschiedene | inconnu | divers
    anonyme | varios | desconocido | diversos | desconhecido | sconosciuto | onbekend | okand | ukjent
    不明 | 未知 | 匿名
"""
_NO_NAMES = frozenset(" ".join(each.split()) for each in _NONE.replace("\n", "|").split("|") if each.strip())
_KIND = (
    "organi[sz]ation|compan(?:y|ie)|firm|business(?:e(?=s))?|client|customer|enterprise|institut(?:e|ion)|"
    "agenc(?:y|ie)|bank|retailer|hospital|universit(?:y|ie)|school|provider|manufacturer|vendor|employer|"
    "utilit(?:y|ie)|insurer|brand|government|municipalit(?:y|ie)|corporation|operator|start-?up|sme|user|team|partner|"
    "entit(?:y|ie)|carrier|airline|distributor|supplier|source"
)
_KINDS = rf"(?:[\w-]+\s){{0,3}}?(?:{_KIND})s(?:\s(?:in|from|of|across|at|using|with|worldwide)\b.*)?"
_MANY = re.compile(rf"(?:multiple|various|several|many|numerous|different|diverse)\s{_KINDS}", re.IGNORECASE)
_COUNTED = re.compile(rf"\d+\s{_KINDS}")
_UNNAMED = re.compile(
    r"(?:(?:an?|one|some)\s)?(?:[\w-]+\s){0,2}?(?:unnamed|undisclosed|anonymous|anonymi[sz]ed|unspecified|unidentified|"
    rf"unknown|confidential|undefined)\s(?:[\w-]+\s){{0,4}}?(?:{_KIND})s?",
    re.IGNORECASE,
)
_DESCRIBED = re.compile(rf"(?:[Aa]n?\s|(?:[Aa]\s)?[Ff]ortune\s\d+\s)(?:[\w-]+\s){{0,5}}?(?:{_KIND}|SME)s?")
_OTHERS = re.compile(
    r"(?:,|,?\s(?:and|&))\s(?:\d+\s)?others?$|(?:,|,?\s(?:and|&))\s\d+\smore$|,\sand\smore$|\set\sal$|\setc$", re.I
)
_LIST = re.compile(r"\S;\s*\S")
_BRACKETS = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]")
_REMARK = re.compile(
    r"\b(?:inferred|assumed|presumed|guessed|unknown|undisclosed|anonymi[sz]ed|anonymous|unnamed|withheld|confidential|"
    r"placeholder|fictional|fictitious|hypothetical|tb[dc]|"
    r"not (?:disclosed|named|specified|stated|available|known|given|provided)|to be (?:confirmed|determined))\b"
)


def pseudo(name: str) -> str | None:
    """Why a text is no name of one organisation; None where it may be one.

    >>> pseudo("Multiple organisations (Acme, Quill)"), pseudo("Acme")
    ('it stands for several organisations', None)
    """
    text = " ".join(unicodedata.normalize("NFKC", unescape(name)).split())[:LONGEST]
    bare = " ".join(_BRACKETS.sub(" ", text).split()).rstrip(" :;,.-–—")
    return next((reason for reason, holds in REASONS.items() if holds(text, bare)), None)


def _says_no_name(text: str, bare: str) -> bool:
    return not _NO_NAMES.isdisjoint({_plain(text), _plain(bare)})


def _has_remark(text: str) -> bool:
    """Whether something in brackets is a remark in small letters, or nothing but a word of doubt."""
    inside = [found[1] or found[2] or "" for found in _BRACKETS.finditer(text)]
    return any(_REMARK.search(each) or _REMARK.fullmatch(each.casefold().strip()) for each in inside)


def _plain(text: str) -> str:
    return " ".join(words(text))


REASONS: dict[str, Callable[[str, str], object]] = {
    "it has neither letters nor digits": lambda text, _: not re.search(r"\w", text),
    "it says that there is no name": _says_no_name,
    "it stands for several organisations": lambda _, bare: _MANY.fullmatch(bare) or _COUNTED.fullmatch(bare),
    "it lists several organisations": lambda _, bare: _OTHERS.search(bare) or _LIST.search(bare),
    "it describes an organisation without naming it": lambda _, bare: (
        _UNNAMED.fullmatch(bare) or _DESCRIBED.fullmatch(bare)
    ),
    "it says itself that the name is unknown, withheld or guessed": lambda text, _: _has_remark(text),
}
"""Why a text is no name → whether that holds of it, given with and without what stands in brackets."""
