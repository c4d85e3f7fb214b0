"""A build in; N-Quads out: its parts, one after the other."""

from __future__ import annotations

from collections.abc import Iterable
from typing import BinaryIO

from kg.export.content import Content, Part


def write(content: Content, out: BinaryIO) -> int:
    """Write every graph; how many quads they have."""
    return write_parts(content, content.each_case(), out) + write_parts(content, content.shared, out)


def write_parts(content: Content, parts: Iterable[Part], out: BinaryIO) -> int:
    """Write some parts; how many quads they have."""
    total = 0
    for part in parts:
        for chunk in content.chunks(part):
            out.write(chunk)
            total += chunk.count(b"\n")
    return total
