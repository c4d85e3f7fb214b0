"""A build in; the RDFC-1.0 hash of its dataset out.

Without blank nodes the canonical form (W3C RDFC-1.0) is all N-Quads lines in code point order, so sorted parts need
only be merged; a part is opened when the merge reaches it, so that few are open at once.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from heapq import heapify, heappop, heappush, heapreplace
from itertools import islice

from kg.export.content import Content
from kg.manifest import Manifest
from kg.parts import Parts

Lines = Callable[[], Iterator[bytes]]
"""Opens a part and reads its lines."""

BATCH = 10_000
"""Lines that are hashed at once."""


def dataset_hash(manifest: Manifest, parts: Parts) -> str:
    """The hash of everything that a build holds, in hexadecimal digits."""
    return _hash([partial(_lines, parts, name) for name in manifest.parts.values()])


def content_hash(content: Content) -> str:
    """The hash of what an export holds."""
    uncounted = replace(content, left_out=Counter())
    return _hash([partial(uncounted.quads, part) for part in (*content.cases, *content.shared)])


def _hash(parts: Sequence[Lines]) -> str:
    digest = hashlib.sha256()
    lines = in_order(parts)
    while batch := b"".join(islice(lines, BATCH)):
        digest.update(batch)
    return digest.hexdigest()


def in_order(parts: Sequence[Lines]) -> Iterator[bytes]:
    """The lines of sorted parts in one order."""
    waiting = [(first, number) for number, part in enumerate(parts) if (first := next(part(), None))]
    heapify(waiting)
    heads: list[tuple[bytes, int, Iterator[bytes]]] = []
    while waiting or heads:
        while waiting and (not heads or waiting[0][0] <= heads[0][0]):
            _, number = heappop(waiting)
            lines = parts[number]()
            heappush(heads, (next(lines), number, lines))
        line, number, lines = heads[0]
        yield line
        following = next(lines, None)
        if following is None:
            heappop(heads)
        else:
            heapreplace(heads, (following, number, lines))


def _lines(parts: Parts, name: str) -> Iterator[bytes]:
    with parts.path(name).open("rb") as file:
        yield from file
