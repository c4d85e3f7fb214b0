"""A build in; N-Triples out: the merge of its graphs."""

from __future__ import annotations

from typing import BinaryIO

from kg.export.content import Content


def write(content: Content, out: BinaryIO) -> int:
    """Write the merge of all graphs; how many triples it has."""
    total = 0
    for block in content.blocks():
        out.write("\n".join([*block, ""]).encode("utf-8"))
        total += len(block)
    return total
