"""The text of an SSSOM/TSV file in; its YAML head, its header row and its rows with the place of every cell out.

The format: https://mapping-commons.github.io/sssom/spec/formats-tsv/. A cell may stand in quotation marks, and then
hold tabs, line ends and, doubled, quotation marks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_HEAD = re.compile(r"(?:#[^\r\n]*+(?:\r\n|[\r\n]|\Z))*+")
_CELL = re.compile(r'"((?:[^"]++|"")*+)"(?=[\t\r\n]|\Z)|[^\t\r\n]*+')
_END = re.compile(r"\r\n|[\r\n]|\Z")


@dataclass(frozen=True, slots=True)
class Cell:
    """One value and where it stands; ``is_broken`` where its quotation marks do not pair up."""

    text: str
    start: int
    end: int
    is_broken: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of one row, which may span lines."""

    cells: tuple[Cell, ...]
    start: int
    end: int

    @property
    def is_empty(self) -> bool:
        """Whether nothing stands in the row."""
        return not any(cell.text.strip() for cell in self.cells)


def head(text: str) -> str:
    """The lines at the beginning that start with ``#``, with their ends."""
    found = _HEAD.match(text)
    return found[0] if found else ""


def rows(text: str, start: int) -> Iterator[Row]:
    """The rows from an offset on, those without any text left out."""
    while start < len(text):
        row, start = _row(text, start)
        if not row.is_empty:
            yield row


def _row(text: str, start: int) -> tuple[Row, int]:
    """The row at an offset, and the offset of the next."""
    cells: list[Cell] = []
    at = start
    while True:
        cells.append(_cell(text, at))
        at = cells[-1].end
        if text[at : at + 1] != "\t":
            break
        at += 1
    end = _END.match(text, at)
    assert end is not None
    return Row(tuple(cells), start, at), end.end() if end.end() > start else start + 1


def _cell(text: str, at: int) -> Cell:
    found = _CELL.match(text, at)
    assert found is not None
    if found[1] is not None:
        return Cell(found[1].replace('""', '"'), at, found.end())
    return Cell(found[0], at, found.end(), is_broken=found[0].startswith('"'))


def quoted(value: str) -> str:
    """A value as a cell: in quotation marks where it must be, or could be taken for a comment.

    >>> quoted("Harbour Line"), quoted("#1")
    ('Harbour Line', '"#1"')
    """
    if re.search(r'[\t\r\n"]', value) or value.startswith("#"):
        doubled = value.replace('"', '""')
        return f'"{doubled}"'
    return value
