"""A build in; TriG out: readable Turtle with a block for each named graph."""

from __future__ import annotations

from itertools import groupby
from typing import BinaryIO

from kg.export.content import Content, Part
from kg.export.turtle import Writer


def write(content: Content, out: BinaryIO) -> int:
    """Write every graph; how many quads they have."""
    writer = Writer(content)
    out.write(writer.names.header().encode())
    total = 0
    for case in content.each_case():
        for graph, lines in content.graphs(case).items():
            out.write(f"\nGRAPH {writer.names[f'<{graph}>']} {{\n".encode())
            out.write("".join(writer.entities(lines)).encode("utf-8") + b"}\n")
            total += len(lines)
    return total + sum(_shared(content, part, writer=writer, out=out) for part in content.shared)


def _shared(content: Content, part: Part, *, writer: Writer, out: BinaryIO) -> int:
    """One shared graph, an entity at a time, because it may be large."""
    out.write(f"\nGRAPH {writer.names[f'<{part.holds}>']} {{\n".encode())
    total = 0
    for _, entity in groupby(content.triples(part), key=lambda line: line[: line.index(" ")]):
        lines = list(entity)
        out.write("".join(writer.entities(lines)).encode("utf-8"))
        total += len(lines)
    out.write(b"}\n")
    return total
