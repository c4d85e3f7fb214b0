"""Cells in, lines for a terminal out: a table where it fits the width, a block of lines for each row where not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rich.cells import cell_len, chop_cells

GAP = 2
"""Blanks between two columns."""
LEAST = 14
"""Cells below which a column of running text is hard to read."""
WORD = 34
"""Cells above which a word may be broken."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A text, and where a click on it leads."""

    text: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class Heading:
    """A column's label, and whether it holds numbers."""

    label: str
    is_number: bool = False


def lines(headings: Sequence[Heading], rows: Sequence[Sequence[Cell]], width: int) -> Iterator[str]:
    """A table of at most a width, or, where its columns would be too narrow to read, blocks."""
    columns = [
        [_flat(heading.label), *(_flat(row[place].text) for row in rows)] for place, heading in enumerate(headings)
    ]
    widths = shared(
        [max(map(cell_len, cells)) for cells in columns], [least(cells) for cells in columns],
        width - GAP * (len(columns) - 1),
    )  # fmt: skip
    return _table(headings, rows, widths) if widths else _blocks(headings, rows, width)


def least(cells: Iterable[str]) -> int:
    """Columns below which a column is hard to read: its words, unless they are very long, and some running text.

    >>> least(["S1"]), least(["velmarsund-ferries"]), least(["the calls fell by 33 percent"])
    (2, 18, 14)
    """
    longest, word = 0, 0
    for cell in cells:
        longest = max(longest, cell_len(cell))
        word = max(word, *(cell_len(each) for each in cell.split() or [""]))
    return min(longest, max(min(word, WORD), LEAST))


def shared(natural: Sequence[int], floors: Sequence[int], width: int) -> list[int]:
    """Widths that fit together, narrow columns keeping theirs; nothing where the columns need more than there is.

    >>> shared([5, 100, 40, 8], [5, 14, 14, 8], 60), shared([5, 6], [5, 6], 60), shared([80, 80], [40, 40], 60)
    ([5, 24, 23, 8], [5, 6], [])
    """
    if sum(floors) > width:
        return []
    left, widths = width - sum(floors), list(floors)
    order = sorted(range(len(natural)), key=lambda place: natural[place] - floors[place])
    for done, place in enumerate(order):
        more = min(natural[place] - floors[place], left // (len(natural) - done))
        widths[place] += more
        left -= more
    return widths


def _table(headings: Sequence[Heading], rows: Sequence[Sequence[Cell]], widths: Sequence[int]) -> Iterator[str]:
    labels = [Cell(heading.label) for heading in headings]
    numbers = [heading.is_number for heading in headings]
    yield from _row(labels, widths, numbers)
    yield "─" * (sum(widths) + GAP * (len(widths) - 1))
    several = any(cell_len(_flat(cell.text)) > width for row in rows for cell, width in zip(row, widths, strict=True))
    for number, row in enumerate(rows):
        if several and number:
            yield ""
        yield from _row(row, widths, numbers)


def _row(row: Sequence[Cell], widths: Sequence[int], numbers: Sequence[bool]) -> Iterator[str]:
    """The lines of one row, each cell wrapped within its width."""
    wrapped = [wrap(cell.text, width) for cell, width in zip(row, widths, strict=True)]
    for line in range(max(len(each) for each in wrapped)):
        parts: list[str] = []
        for cell, found, width, is_number in zip(row, wrapped, widths, numbers, strict=True):
            text = found[line] if line < len(found) else ""
            blank = " " * (width - cell_len(text))
            parts.append(blank + linked(text, cell.link) if is_number else linked(text, cell.link) + blank)
        yield (" " * GAP).join(parts).rstrip()


def _blocks(headings: Sequence[Heading], rows: Sequence[Sequence[Cell]], width: int) -> Iterator[str]:
    """Each row as lines of a label and a value; empty cells are left out."""
    label = max(cell_len(heading.label) for heading in headings) + GAP
    for number, row in enumerate(rows, 1):
        yield f"── {number} " + "─" * max(width - 4 - len(str(number)), 0)
        for heading, cell in zip(headings, row, strict=True):
            for place, text in enumerate(wrap(cell.text, max(width - label, LEAST)) if cell.text else ()):
                name = "" if place else heading.label
                yield name + " " * (label - cell_len(name)) + linked(text, cell.link)


def wrap(text: str, width: int) -> list[str]:
    """A text in lines of a width, broken between words where it can be.

    >>> wrap("the calls fell by 33 percent", 12), wrap("velmarsund-ferries", 12)
    (['the calls', 'fell by 33', 'percent'], ['velmarsund-', 'ferries'])
    """
    found: list[str] = []
    line = ""
    for word in text.split():
        if line and cell_len(line) + 1 + cell_len(word) <= width:
            line += f" {word}"
            continue
        if line:
            found.append(line)
        *whole, line = _chopped(word, max(width, 2)) if cell_len(word) > width else [word]
        found += whole
    return [*found, line]


def _chopped(word: str, width: int) -> list[str]:
    """A word in parts of a width, the cuts behind signs where there are some."""
    parts: list[str] = []
    while cell_len(word) > width:
        part = chop_cells(word, width)[0]
        sign = max(part.rfind(each) for each in "-/_.=&?") + 1
        part = part[:sign] if sign > len(part) // 2 else part
        parts.append(part)
        word = word[len(part) :]
    return [*parts, word]


def linked(text: str, target: str) -> str:
    """A text that leads somewhere in terminals that know OSC 8."""
    return f"\x1b]8;;{target}\x1b\\{text}\x1b]8;;\x1b\\" if text and target else text


def _flat(text: str) -> str:
    return " ".join(text.split())
