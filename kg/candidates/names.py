"""The name of an organisation in; the forms of it that are compared out."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from kg.candidates.legal import split_form, without_joined

_SMALL = """
    the of and for in at on de del della di da do dos das du des la le les el los y e et und der die a an
"""
_GENERAL = """
    group groupe gruppe grupo gruppo holding holdings international global worldwide enterprise enterprises
    industries industry companies technologies technology solutions services systems partners associates com
    org net usa us america americas uk deutschland germany france italia italy espana spain nederland
    netherlands india china japan canada australia brasil brazil mexico europe nordic nordics asia africa
"""
SMALL = frozenset(_SMALL.split())
"""Words that do not tell two names apart."""
GENERAL = frozenset(_GENERAL.split())
"""Words that often stand behind a name without making another one: what the firm is, or where a branch of it is."""

_LETTERS = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ħ": "h"})
_ACCENTS = re.compile("[\u0300-\u036f]")
_INITIALS = re.compile(r"(?<!\w)(?:[^\W\d_]\.\s?)+[^\W\d_](?!\w)\.?")
_SLASHED = re.compile(r"(?<!\w)([^\W\d_])/([^\W\d_])(?!\w)")
_BRACKETS = re.compile(r"\(([^()]*)\)")


@dataclass(frozen=True, slots=True)
class Name:
    """A name taken apart."""

    text: str
    words: tuple[str, ...]
    """Its words without legal forms, in lower case, without accents and punctuation."""
    forms: tuple[str, ...]
    """Its legal forms."""
    key: str
    """The words written together."""
    content: tuple[str, ...]
    """The words that tell it apart, in alphabetical order."""
    aliases: tuple[str, ...] = ()
    """Keys of what stands in brackets."""
    parts: tuple[str, ...] = ()
    """Keys of the names that it joins with a slash."""


def take_apart(text: str) -> Name:
    """The forms of a name that are compared.

    >>> take_apart("L'Oréal S.A.").key, take_apart("World Food Programme (WFP)").aliases
    ('loreal', ('wfp',))
    """
    rest, written_on = without_joined(unicodedata.normalize("NFKC", text).strip())
    outside = _BRACKETS.sub(" ", rest)
    if not words(outside):
        outside = rest
    core, forms = _core(outside)
    inside = [] if outside == rest else _BRACKETS.findall(rest)
    joined = [part for part in re.split(r"/", _SLASHED.sub("", outside)) if part.strip()]
    return Name(
        text=text,
        words=core,
        forms=written_on + forms,
        key="".join(core),
        content=tuple(sorted(word for word in core if word not in SMALL)) or core,
        aliases=_keys(inside),
        parts=_keys(joined) if len(joined) > 1 else (),
    )


def _keys(texts: list[str]) -> tuple[str, ...]:
    return tuple(key for text in texts if (key := "".join(_core(text)[0])))


def _core(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    found, forms = split_form(words(text))
    return (found[1:] if found[:1] == ("the",) and len(found) > 1 else found), forms


def words(text: str) -> tuple[str, ...]:
    """The words of a name in lower case, without accents and punctuation.

    >>> words("Société Générale S.A."), words("Smith & Sons A/S")
    (('societe', 'generale', 'sa'), ('smith', 'and', 'sons', 'as'))
    """
    folded = unicodedata.normalize("NFKC", text).casefold().translate(_LETTERS)
    bare = unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFD", folded)))
    bare = re.sub("['’‘`´]", "", bare).replace("&", " and ").replace("+", " plus ")
    bare = _INITIALS.sub(lambda found: re.sub(r"[.\s]", "", found[0]) + " ", bare)
    return tuple(re.findall(r"(?:[^\W_]|[\u0900-\u0dff\u0e00-\u0eff])+", _SLASHED.sub(r"\1\2", bare)))
