"""A line and a place in it; what to show of the line, and what of it to mark, out."""

from __future__ import annotations

from dataclasses import dataclass

from kg.problem import Span
from kg.report.characters import is_joined, visible, width

CUT = "..."
"""Stands where a line was cut; in ASCII, because some terminals give an ellipsis two cells."""
TAB = " " * 4


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A line as it is shown: what stands before the mark, in it and behind it."""

    before: str
    marked: str
    after: str


def excerpt(line: str, bounds: tuple[int, int], room: int) -> Excerpt:
    """As much of a line as fits into a number of cells; the marked stretch comes first, then as much around it."""
    start, end = _whole(line, *bounds)
    reach = 4 * room
    before = _shown(line[max(0, start - reach) : start])
    marked = _shown(line[start : min(end, start + reach)])
    after = _shown(line[end : end + reach])
    kept = _head(marked, room - min(width(before), room // 4) - min(width(after), len(CUT)))
    if kept != marked:
        marked, after = kept, ""
    left = room - width(marked)
    wanted = max(left // 2, left - width(after), room // 4)
    before = _tail(before, min(wanted, left - min(width(after), len(CUT))))
    return Excerpt(before, marked, _head(after, left - width(before)))


def bounds(span: Span, number: int, line: str) -> tuple[int, int]:
    """Where in one of its lines a span begins and ends, counted from 0; never outside the line."""
    inner = len(line) - len(line.lstrip())
    start = min(span.column - 1 if number == span.line and span.column else inner, len(line))
    if number < span.end_line or not span.column:
        end = len(line)
    else:
        end = span.end_column - 1 if number == span.end_line else start + 1
    return start, max(start, min(end, len(line)))


def last_line(span: Span) -> int:
    """The number of the last line that a span covers part of."""
    if span.end_line <= span.line:
        return span.line
    return span.end_line - (span.end_column <= 1)


def _whole(line: str, start: int, end: int) -> tuple[int, int]:
    """Bounds moved outward so that no character is torn from the marks drawn into it."""
    while 0 < start < len(line) and is_joined(line[start]):
        start -= 1
    while start < end < len(line) and is_joined(line[end]):
        end += 1
    return start, end


def _shown(text: str) -> str:
    return visible(text.replace("\t", TAB))


def _head(text: str, room: int) -> str:
    if width(text) <= room:
        return text
    kept = text[: max(0, room - len(CUT))]
    while width(kept) > room - len(CUT) and kept:
        kept = kept[:-1]
    return (kept + CUT)[: max(0, room)]


def _tail(text: str, room: int) -> str:
    if width(text) <= room:
        return text
    kept = text[len(text) - max(0, room - len(CUT)) :]
    while kept and (width(kept) > room - len(CUT) or is_joined(kept[0])):
        kept = kept[1:]
    return (CUT + kept)[: max(0, room)]
