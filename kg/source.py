"""A file's bytes in; its text, its front matter and body, and the place of every offset out."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from kg import codes
from kg.problem import Problem, Span

_OPENING = re.compile(r"---[ \t]*(?:\r\n|\n|\r)")
_CLOSING = re.compile(r"(?<=[\r\n])(?:---|\.\.\.)[ \t]*(?:\r\n|\n|\r|\Z)")
_LINE_ENDS = re.compile(r"\r\n|\n|\r")


@dataclass(frozen=True)
class Source:
    """The text of one file, without its byte order mark."""

    file: str
    text: str
    has_bom: bool = False

    @cached_property
    def _line_starts(self) -> list[int]:
        if "\r" not in self.text:
            return [0, *accumulate([len(line) + 1 for line in self.text.split("\n")[:-1]])]
        return [0, *(found.end() for found in _LINE_ENDS.finditer(self.text))]

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column, both from 1, of an offset in code points."""
        line = bisect_right(self._line_starts, offset)
        return line, offset - self._line_starts[line - 1] + 1

    def span(self, start: int, end: int) -> Span:
        """The place of a stretch of the text."""
        return Span(self.file, *self.position(start), *self.position(max(start, end)))

    def line(self, number: int) -> str:
        """One line by its number from 1, without its end."""
        starts = self._line_starts
        end = starts[number] if number < len(starts) else len(self.text)
        return self.text[starts[number - 1] : end].rstrip("\r\n")


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """Where the YAML of a file stands, and the Markdown below it."""

    yaml: str
    start: int
    body: str


def decode(raw: bytes, file: str, *, limit: int) -> Source | Problem:
    """The text of a file, or why it cannot be read as text."""
    if len(raw) > limit:
        message = f"{len(raw):,} bytes; a case file may have {limit:,}"
        return codes.FILE_TOO_LARGE.at(
            Span(file), message, hint="move long texts to captured sources, or raise max_file_size"
        )
    has_bom = raw.startswith(b"\xef\xbb\xbf")
    try:
        return Source(file, raw[3 * has_bom :].decode("utf-8"), has_bom)
    except UnicodeDecodeError as error:
        before = raw[: error.start + 3 * has_bom].decode("utf-8", errors="replace")
        line, column = Source(file, before).position(len(before))
        message = f"byte 0x{raw[error.start + 3 * has_bom]:02x} is not UTF-8"
        span = Span(file, line, column, line, column + 1)
        return codes.NOT_UTF_8.at(span, message, hint="save the file as UTF-8")


def front_matter(source: Source) -> FrontMatter | Problem | None:
    """The front matter of a file; None where it has none, a Problem where it is never closed."""
    opening = _OPENING.match(source.text)
    if not opening:
        return None
    closing = _CLOSING.search(source.text, opening.end())
    if not closing:
        hint = "close the front matter with a line that holds only ---"
        return codes.UNCLOSED_FRONT_MATTER.at(
            source.span(0, 3), "the front matter opened here has no closing ---", hint=hint
        )
    yaml = source.text[opening.end() : closing.start()]
    return FrontMatter(yaml, opening.end(), source.text[closing.end() :])
