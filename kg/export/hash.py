"""A build in; the RDFC-1.0 hash of its dataset out.

Without blank nodes the canonical form (W3C RDFC-1.0) is all N-Quads lines in code point order, so sorted parts need
only be merged; a part is opened when the merge reaches it, so that few are open at once.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from heapq import heapify, heappop, heappush, heapreplace
from itertools import islice

from kg.export.content import Content, Part

BATCH = 10_000
"""Lines that are hashed at once."""


def dataset_hash(content: Content) -> str:
    """SHA-256 of the canonical N-Quads, in hexadecimal digits."""
    digest = hashlib.sha256()
    lines = canonical(replace(content, left_out=Counter()))
    while batch := b"".join(islice(lines, BATCH)):
        digest.update(batch)
    return digest.hexdigest()


def canonical(content: Content) -> Iterator[bytes]:
    """Every line of every part, in order."""
    parts = (*content.cases, *content.shared)
    waiting = [(first, number) for number, part in enumerate(parts) if (first := _first(content, part))]
    heapify(waiting)
    heads: list[tuple[bytes, int, Iterator[bytes]]] = []
    while waiting or heads:
        while waiting and (not heads or waiting[0][0] <= heads[0][0]):
            _, number = heappop(waiting)
            lines = content.quads(parts[number])
            heappush(heads, (next(lines), number, lines))
        line, number, lines = heads[0]
        yield line
        following = next(lines, None)
        if following is None:
            heappop(heads)
        else:
            heapreplace(heads, (following, number, lines))


def _first(content: Content, part: Part) -> bytes | None:
    return next(content.quads(part), None)
