"""Two names in; how likely they are one organisation's, and why, out. Each rule is one function; the best counts."""

from __future__ import annotations

import re
from collections.abc import Callable

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from kg.candidates.names import GENERAL, SMALL, Name, words

Finding = tuple[float, str]
"""A score from 0 to 1 and the reason for it."""

_CAPITALS = r"(?:[A-Z]\.?){3,6}(?![a-z])"
SHORTEST = 5
"""Letters that a name must have for a misspelling of it to be looked for."""


def compare(one: Name, other: Name) -> Finding | None:
    """The best reason to take two names for one organisation; None where there is none."""
    return max(filter(None, (rule(one, other) for rule in RULES)), default=None)


def same_words(one: Name, other: Name) -> Finding | None:
    """Alike up to legal forms, accents, case, spaces and punctuation."""
    if one.key != other.key:
        return None
    if one.aliases != other.aliases:
        return 0.5 if one.aliases and other.aliases else 0.9, "they differ only in what stands in brackets"
    if one.forms == other.forms:
        return 0.97, "they differ only in accents, case, spaces or punctuation"
    if one.forms and other.forms:
        return 0.85, f"they differ only in the legal form: {_spelt(one)} and {_spelt(other)}"
    return 0.95, f"they differ only in the legal form: {_spelt(one) or _spelt(other)}"


def _spelt(name: Name) -> str:
    """The legal forms of a name as it writes them."""
    tokens = [token for token in name.text.split() if (found := words(token)) and set(found) <= set(name.forms)]
    return " ".join(tokens).strip(" ,") or " ".join(name.forms)


def other_order(one: Name, other: Name) -> Finding | None:
    """The same words in another order, or with other small words."""
    if one.content == other.content and one.key != other.key and len(one.content) > 1:
        return 0.8, "they have the same words, in another order or with other small ones"
    return None


def alias(one: Name, other: Name) -> Finding | None:
    """One is what stands in brackets behind the other."""
    for long, short in ((one, other), (other, one)):
        if short.key in long.aliases:
            return 0.85, f"“{short.text}” stands in brackets in “{long.text}”"
    return None


def part(one: Name, other: Name) -> Finding | None:
    """One is among the names that the other joins with a slash."""
    for long, short in ((one, other), (other, one)):
        if short.key in long.parts:
            return 0.3, f"“{long.text}” names two, one of which is “{short.text}”"
    return None


def initials(one: Name, other: Name) -> Finding | None:
    """One is made of the first letters of the other's words."""
    for long, short in ((one, other), (other, one)):
        if is_acronym(short) and short.key in acronyms(long):
            return 0.5, f"{short.text} may be the initials of “{long.text}”"
    return None


def is_acronym(name: Name) -> bool:
    """Whether a name looks like initials: one word of three to six letters, written in capitals.

    >>> from kg.candidates.names import take_apart
    >>> is_acronym(take_apart("IBM")), is_acronym(take_apart("Ikea"))
    (True, False)
    """
    return len(name.words) == 1 and 3 <= len(name.key) <= 6 and re.search(rf"\b{_CAPITALS}", name.text) is not None


def acronyms(name: Name) -> set[str]:
    """The initials of a name of three words or more, with and without its small words."""
    if len(name.words) < 3:
        return set()
    return {"".join(word[0] for word in words) for words in (name.words, _large(name.words)) if len(words) > 2}


def _large(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word for word in words if word not in SMALL)


def extension(one: Name, other: Name) -> Finding | None:
    """One begins or ends with all the words of the other: a branch, a group, or a company of its own."""
    short, long = sorted((one, other), key=lambda name: len(name.words))
    size = len(short.words)
    if size == len(long.words) or len(short.key) < 3:
        return None
    if long.words[:size] == short.words:
        rest = long.words[size:]
        if all(word in GENERAL or word in SMALL for word in rest):
            return 0.65, f"one is the other with “{' '.join(rest)}”"
        return 0.3, f"one begins with the other; “{' '.join(rest)}” may make it an organisation of its own"
    if long.words[-size:] == short.words:
        rest = long.words[:-size]
        return 0.25, f"one ends with the other; “{' '.join(rest)}” may make it an organisation of its own"
    return None


def misspelling(one: Name, other: Name) -> Finding | None:
    """Almost the same letters: every word of one is a word of the other, or nearly."""
    if min(len(one.key), len(other.key)) < SHORTEST or one.content == other.content or _digits(one) != _digits(other):
        return None
    if not (_words_are_near(one, other) if len(one.words) == len(other.words) else _letters_are_near(one, other)):
        return None
    ratio = fuzz.ratio(" ".join(one.content), " ".join(other.content)) / 100
    score = round(0.5 + 0.35 * max(0.0, (ratio - 0.8) / 0.2), 2)
    return score, "they differ only in a letter or two"


def _words_are_near(one: Name, other: Name) -> bool:
    mine, others = _without(one.content, other.content), _without(other.content, one.content)
    return len(mine) == len(others) <= 2 and all(map(_is_near, mine, others))


def _letters_are_near(one: Name, other: Name) -> bool:
    """Whether names of unlike numbers of words are one name with a space too many and a slip; initials are no slip."""
    return min(map(len, one.words + other.words)) > 2 and _is_near(one.key, other.key)


def _without(words: tuple[str, ...], taken: tuple[str, ...]) -> list[str]:
    left = list(taken)
    kept: list[str] = []
    for word in words:
        if word in left:
            left.remove(word)
        else:
            kept.append(word)
    return kept


def _is_near(one: str, other: str) -> bool:
    """Whether two words may be one with a slip: the first letter stands, and a short word has no second slip."""
    longest, shortest = max(len(one), len(other)), min(len(one), len(other))
    if shortest < SHORTEST or one[0] != other[0]:
        return False
    slips = 1 if longest <= 8 else 2
    return OSA.distance(one, other, score_cutoff=slips) <= slips


def _digits(name: Name) -> list[str]:
    return re.findall("[0-9]+", " ".join(name.words))


RULES: tuple[Callable[[Name, Name], Finding | None], ...] = (
    same_words,
    other_order,
    alias,
    part,
    initials,
    extension,
    misspelling,
)
"""Why two names may be one organisation's."""
