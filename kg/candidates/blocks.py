"""Names taken apart in; the pairs worth comparing out, far fewer than all pairs.

Each kind of block is one function that yields pairs of names with something in common. What is common to too many,
such as the word "bank", says nothing and makes no block.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from itertools import combinations, groupby, pairwise, product
from typing import TypeVar
from zlib import crc32

from rapidfuzz import fuzz
from rapidfuzz.process import extract

from kg.candidates.likeness import SHORTEST, acronyms, is_acronym
from kg.candidates.names import Name

Pair = tuple[int, int]
"""Two positions in the list of names, the smaller first."""

ALIKE = 80
"""Percent of letters that two names which share a word must have in common."""
COMMON = 40
"""Names that share a word above which the word makes no block."""
CROWD = 12
"""Longer names that begin or end with a name, or share its initials, above which that says nothing."""


def pairs(names: Sequence[Name]) -> Iterator[Pair]:
    """Pairs that may be one organisation's; some come more than once."""
    for block in BLOCKS:
        yield from block(names)


def same_letters(names: Sequence[Name]) -> Iterator[Pair]:
    """Names with the same letters, or the same words in another order."""
    for group in _groups((each.key, index) for index, each in enumerate(names)):
        yield from _grouped(group)
    for group in _groups((each.content, index) for index, each in enumerate(names)):
        yield from _grouped(group)


def inside(names: Sequence[Name]) -> Iterator[Pair]:
    """Names that others have in brackets or beside a slash."""
    holders = _index((key, index) for index, each in enumerate(names) for key in (*each.aliases, *each.parts))
    for index, each in enumerate(names):
        yield from _between((index,), holders.get(each.key, [])[:CROWD])


def same_initials(names: Sequence[Name]) -> Iterator[Pair]:
    """Initials and the names that they may stand for."""
    short = _index((each.key, index) for index, each in enumerate(names) if is_acronym(each))
    long = _index((letters, index) for index, each in enumerate(names) for letters in acronyms(each) & short.keys())
    for letters, found in long.items():
        if len(found) <= CROWD:
            yield from _between(short[letters][:CROWD], found)


def longer(names: Sequence[Name]) -> Iterator[Pair]:
    """Names and those that begin or end with all their words."""
    whole = _index((each.words, index) for index, each in enumerate(names))
    found = _index((words, index) for index, each in enumerate(names) for words in _ends(each) & whole.keys())
    for words, extended in found.items():
        if len(extended) <= CROWD:
            yield from _between(whole[words][:CROWD], extended)


def _ends(name: Name) -> set[tuple[str, ...]]:
    sizes = range(1, len(name.words))
    return {words for size in sizes for words in (name.words[:size], name.words[-size:])}


def shared_words(names: Sequence[Name]) -> Iterator[Pair]:
    """Names that are alike as a whole and share a word, or two neighbouring words, that few names have."""
    texts = [" ".join(each.content) for each in names]
    several = [index for index, each in enumerate(names) if len(each.content) > 1]
    by_word = ((word, index) for index in several for word in set(names[index].content) if len(word) > 2)
    yield from _alike(_groups(by_word), texts)
    by_two = ((two, index) for index in several for two in set(pairwise(names[index].content)))
    yield from _alike(_groups(by_two), texts)


def _alike(groups: Iterable[list[int]], texts: Sequence[str]) -> Iterator[Pair]:
    for group in groups:
        if len(group) <= COMMON:
            for at, index in enumerate(group[:-1], 1):
                others = [texts[other] for other in group[at:]]
                for _, _, found in extract(texts[index], others, scorer=fuzz.ratio, score_cutoff=ALIKE, limit=None):
                    yield index, group[at + found]


def one_slip(names: Sequence[Name]) -> Iterator[Pair]:
    """Names that are the same once a letter is left out of one or of both.

    Each variant is a number made of its checksum and of the name's position: sorting brings equal ones together, and
    two million numbers take a fifth of the room of two million strings. Equal checksums of unequal variants only cost
    a comparison.
    """
    size = len(names) + 1
    numbers: list[int] = []
    for index, each in enumerate(names):
        key = each.key
        if len(key) >= SHORTEST:
            variants = {key, *(key[:at] + key[at + 1 :] for at in range(1, len(key)))}
            numbers += [crc32(variant.encode("utf-8", "surrogatepass")) * size + index for variant in variants]
    numbers.sort()
    for _, group in groupby(numbers, key=lambda number: number // size):
        found = [number % size for number in group]
        if len(found) > 1:
            yield from _grouped(found)


BLOCKS: tuple[Callable[[Sequence[Name]], Iterator[Pair]], ...] = (
    same_letters,
    inside,
    same_initials,
    longer,
    shared_words,
    one_slip,
)
"""What two names may have in common."""


Key = TypeVar("Key", bound=Hashable)


def _index(keys: Iterable[tuple[Key, int]]) -> dict[Key, list[int]]:
    """The positions under each key."""
    found: dict[Key, list[int]] = defaultdict(list)
    for key, index in keys:
        found[key].append(index)
    return found


def _groups(keys: Iterable[tuple[Hashable, int]]) -> Iterator[list[int]]:
    """The positions that share a key."""
    return (group for group in _index(keys).values() if len(group) > 1)


def _grouped(group: Sequence[int]) -> Iterator[Pair]:
    """All pairs of a group; of a crowd, the first with each of the others."""
    return combinations(group, 2) if len(group) <= COMMON else ((group[0], other) for other in group[1:])


def _between(some: Iterable[int], others: Iterable[int]) -> Iterator[Pair]:
    return ((min(pair), max(pair)) for pair in product(some, others) if pair[0] != pair[1])
