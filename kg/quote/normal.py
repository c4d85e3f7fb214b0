"""The normal form of a text: white space, quotation marks, dashes, case, compatibility characters, marks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from kg.quote.characters import ASTRAL, DASHES, DROPPED, QUOTATION, RAISED, SPACES, changing, fold, joining_sets
from kg.quote.form import Edit

_BULLET = r"(?:\#{1,6}|[-+•>])(?=\s)"
_FOOTNOTE = r"(?:(?<=[\w.,;:!?)\]%’”])|(?<=\S[\"\']))\[\^?\d{1,3}\]"
"""A number in brackets that hangs on what comes before; in ``by [50] percent`` it is part of the sentence."""
_RAISED_FOOTNOTE = rf"(?<![\d{RAISED}])(?<!\bm)(?<!\b[ckm]m)(?<!\bft)(?<!\bin)[{RAISED}]++"
"""Raised digits; after a digit or a unit they are a power."""
_LINK_TARGET = r"\]\([^()\s]{1,2000}\)"
_GAP = rf"""
    (?= [^\S\ ] | [{DROPPED}] | (?<=\ )\  | (?<!\w)_ | _++(?!\w) | {_RAISED_FOOTNOTE} )
    (?: {_FOOTNOTE} | {_LINK_TARGET} | {_RAISED_FOOTNOTE}
      | \n(?:[\s_{DROPPED}]|{_BULLET})*+ | [\s_{DROPPED}] )++
"""
_OPENING = re.compile(rf"(?:[\s_{DROPPED}]|{_BULLET})++", re.VERBOSE)
_SPACE = re.compile(r"\s")


@cache
def normal_pattern(*, is_ascii: bool, is_spaced: bool) -> re.Pattern[str]:
    """What the normal form changes, case apart.

    It opens with the set of characters that a change can begin with, so that ``re`` skips all others quickly;
    the space is one of them only for a text with a double one.
    """
    beyond = "" if is_ascii else joining_sets()[0] + changing()
    begins = r"\ " * is_spaced + rf"_{SPACES}{DROPPED}{RAISED}{QUOTATION}{beyond}{DASHES}"
    return re.compile(
        rf"""(?=[{begins}])(?: (?P<gap>{_GAP})
        | (?P<quotation>[{QUOTATION}]{{2,}}+|(?!')[{QUOTATION}])
        | (?P<dash>[{DASHES}]{{2,}}+|(?!-)[{DASHES}]) {"" if is_ascii else _clusters()})""",
        re.VERBOSE,
    )


def _clusters() -> str:
    """A changing character with what joins it; characters that join one which needs no change by itself."""
    near, astral = joining_sets()
    joining = rf"(?:[{near}]|(?=[{ASTRAL}])[{astral}])"
    return rf"| (?P<joined>{joining}++) | (?P<cluster>[{changing()}]{joining}*+)"


def normal_edits(text: str) -> Iterator[Edit]:
    """White space, marks, bullets: a space or nothing. Quotation marks: '. Dashes: -. Clusters, folded."""
    opening = _OPENING.match(text)
    done = opening.end() if opening else 0
    yield 0, done, ""
    for event in normal_pattern(is_ascii=text.isascii(), is_spaced="  " in text).finditer(text, done):
        start, end = event.span()
        match event.lastgroup:
            case "gap":
                new = " " if _SPACE.search(event[0]) and text[start - 1 : start] != " " else ""
            case "quotation":
                new = "'"
            case "dash":
                new = "-"
            case "joined":
                start -= start > done
                new = fold(text[start:end])
            case _:
                new = fold(event[0])
        yield start, end, new
        done = end
