"""Offsets in code points in; in bytes of UTF-8 out."""

from __future__ import annotations

from collections.abc import Sequence


def byte_offsets(text: str, offsets: Sequence[int]) -> list[int]:
    """The UTF-8 byte offsets of code point offsets, in the order given.

    >>> byte_offsets("€ 5", [3, 1, 0])
    [5, 3, 0]
    """
    if text.isascii():
        return list(offsets)
    known = {0: 0}
    before = 0
    for offset in sorted(set(offsets)):
        known[offset] = known[before] + len(text[before:offset].encode("utf-8", "surrogatepass"))
        before = offset
    return [known[offset] for offset in offsets]
