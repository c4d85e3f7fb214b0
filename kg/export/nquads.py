"""A build in; N-Quads out: its parts, one after the other."""

from __future__ import annotations

from typing import BinaryIO

from kg.export.content import Content


def write(content: Content, out: BinaryIO) -> int:
    """Write every graph; how many quads they have."""
    total = 0
    for part in (*content.each_case(), *content.shared):
        for chunk in content.chunks(part):
            out.write(chunk)
            total += chunk.count(b"\n")
    return total
