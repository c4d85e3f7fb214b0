"""An APQC PCF workbook (.xlsx) comes in; a catalogue of processes and the problems of its rows go out.

The layout is that of APQC's own files: a sheet ``Combined`` with one process in a row, and text boxes that
give edition, version and the copyright notice. Nothing else is kept, the sheet ``Metrics`` least of all.
"""

from __future__ import annotations

import re
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO
from xml.etree import ElementTree

import openpyxl
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from kg import codes
from kg.catalogue import NOTICE, Catalogue, Process, parent_id
from kg.problem import Code, Problem, Span

_SHEET = "Combined"
_PCF_ID, _HIERARCHY_ID, _NAME = "PCF ID", "Hierarchy ID", "Name"
_CHANGE, _DESCRIPTION = "Change details", "Element Description"
_REQUIRED = {
    _PCF_ID: (re.compile("[0-9]{5}"), "a PCF ID has five digits, such as 10002"),
    _HIERARCHY_ID: (
        re.compile(r"[1-9][0-9]{0,3}(\.0|(\.[1-9][0-9]{0,3}){1,9})"),
        "a hierarchy id looks like 3.0, 3.1 or 3.1.2",
    ),
    _NAME: (re.compile(r"(?!#[A-Z/0]+[!?]?\Z).+"), "a name is text"),
}
"""The columns that a process cannot do without, what may stand in them, and how to say so."""

_MOST_BYTES = 200_000_000
_MOST_ROWS = 1_048_576  # what a sheet can have; a damaged row number would make openpyxl count for hours
_MOST_COLUMNS = 50
_HEADER_WITHIN = 20
_BROKEN = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, RuntimeError, SyntaxError,
    LookupError, ValueError, TypeError, AttributeError, ArithmeticError,
)  # fmt: skip
"""What zipfile, ElementTree and openpyxl raise on a damaged workbook."""


def read_workbook(path: Path, *, edition: str = "", version: str = "") -> tuple[Catalogue, list[Problem]]:
    """The processes of a workbook, and what is wrong with it.

    Edition and version are the caller's, else what the first page says, else what the file name says.
    Rows that cannot be used are left out; with an error among the problems the catalogue is incomplete.
    """
    workbook = _open(path)
    if isinstance(workbook, Problem):
        return Catalogue(_slug(edition), _slug(version), ()), [workbook]
    processes, problems = _processes(workbook)
    catalogue = Catalogue(
        _slug(edition) or _edition(workbook),
        _slug(version) or _version(workbook),
        tuple(processes),
        _rights(workbook),
    )
    problems += _unnamed(catalogue, str(path))
    return catalogue, sorted(problems, key=lambda each: each.order)


@dataclass(frozen=True, slots=True)
class _Workbook:
    """What a file holds: its text boxes, the names of its sheets, the filled rows of ``Combined``."""

    path: Path
    text: str
    sheets: tuple[str, ...]
    rows: tuple[tuple[int, tuple[object, ...]], ...]


def _open(path: Path) -> _Workbook | Problem:
    span = Span(str(path))
    try:
        with path.open("rb") as stream:
            return _read(path, stream)
    except OSError as error:
        hint = "name APQC's workbook, an .xlsx file"
        return codes.BAD_WORKBOOK.at(span, f"cannot be read: {error.strerror or error}", hint=hint)
    except _BROKEN as error:
        hint = "download it again from APQC, or save it as an Excel workbook (.xlsx) without a password"
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        return codes.BAD_WORKBOOK.at(span, f"is no .xlsx workbook that can be read: {reason}", hint=hint)


def _read(path: Path, stream: BinaryIO) -> _Workbook:
    with zipfile.ZipFile(stream) as archive:
        size = sum(entry.file_size for entry in archive.infolist())
        if size > _MOST_BYTES:
            raise ValueError(f"it unpacks to {size:,} bytes; at most {_MOST_BYTES:,} are read")
        text = _text_boxes(archive)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl's, about styles and extensions that do not concern us
        book = openpyxl.load_workbook(stream, read_only=True, data_only=True, keep_links=False)
        sheets = tuple(book.sheetnames)
        found = next((book[name] for name in sheets if name.strip().casefold() == _SHEET.casefold()), None)
        rows = tuple(_rows(found)) if isinstance(found, ReadOnlyWorksheet) else ()
    return _Workbook(path, text, sheets, rows)


def _rows(sheet: ReadOnlyWorksheet) -> Iterator[tuple[int, tuple[object, ...]]]:
    sheet.reset_dimensions()  # some writers store a wrong one, and rows beyond it would be lost
    for number, values in enumerate(sheet.iter_rows(max_col=_MOST_COLUMNS, values_only=True), 1):
        if number > _MOST_ROWS:
            raise ValueError(f"sheet {_SHEET} goes beyond row {_MOST_ROWS:,}")
        if any(str(value).strip() for value in values if value is not None):
            yield number, values


def _text_boxes(archive: zipfile.ZipFile) -> str:
    names = sorted(name for name in archive.namelist() if re.fullmatch(r"xl/drawings/drawing\d+\.xml", name))
    return "\n".join(text for name in names for text in _paragraphs(archive.read(name)))


def _paragraphs(drawing: bytes) -> Iterator[str]:
    namespace = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
    for paragraph in ElementTree.fromstring(drawing).iter(f"{namespace}p"):
        pieces = (piece for piece in paragraph.iter() if piece.tag in {f"{namespace}t", f"{namespace}br"})
        yield "".join(piece.text or "\n" for piece in pieces)


# --- Which catalogue it is ---------------------------------------------------------------------------


def _edition(workbook: _Workbook) -> str:
    found = re.search(
        r"^(?!COMPARED)(.+?) PROCESS CLASSIFICATION FRAMEWORK[ ]*$",
        workbook.text,
        re.IGNORECASE | re.MULTILINE,
    )
    return _slug(found[1]) if found else _edition_of(workbook.path.stem)


def _edition_of(stem: str) -> str:
    """The edition that a file name gives, if it is a name that APQC would give.

    >>> _edition_of("K016808_APQC Process Classification Framework (PCF) - Cross Industry - Excel Version 7.4")
    'cross-industry'
    >>> _edition_of("book1")
    ''
    """
    words = re.findall(r"[a-z]+", stem.lower())
    usual = {"apqc", "pcf", "process", "classification", "framework", "excel", "version", "v", "k"}
    return "-".join(word for word in words if word not in usual) if {"apqc", "pcf"} & {*words} else ""


def _version(workbook: _Workbook) -> str:
    found = re.search(r"VERSION NUMBER\s+([0-9]+(?:\.[0-9]+)*)", workbook.text, re.IGNORECASE)
    if found:
        return found[1]
    numbers = re.findall(r"(?<![0-9.])[0-9]+(?:\.[0-9]+)+(?![0-9])", workbook.path.stem)
    return numbers[-1] if numbers else ""


def _rights(workbook: _Workbook) -> str:
    found = re.search(r"©\s*[0-9]{4}\s+APQC.*?copy of this notice\.", workbook.text, re.DOTALL)
    return " ".join(found[0].split()) if found else NOTICE


def _slug(text: str) -> str:
    """Text as one plain segment of an IRI.

    >>> _slug("Cross Industry"), _slug(" 7.4 ")
    ('cross-industry', '7.4')
    """
    return re.sub(r"[^a-z0-9.]+", "-", text.lower()).strip("-.")


def _unnamed(catalogue: Catalogue, file: str) -> Iterator[Problem]:
    named = {"edition": catalogue.edition, "version": catalogue.version}
    missing = " and ".join(name for name, text in named.items() if not text)
    if missing:
        message = f"neither the workbook's first page nor its file name gives the {missing} of the PCF"
        hint = f"give the {missing}; PCF 7.4 for all industries is edition cross-industry, version 7.4"
        yield codes.BAD_WORKBOOK.at(Span(file), message, hint=hint)


# --- Its rows ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Row:
    """One row of the sheet, its cells by the names of our columns."""

    file: str
    number: int
    columns: Mapping[str, int]
    values: tuple[object, ...]

    def text(self, column: str) -> str:
        """What a cell says; empty where the column is missing or the row ends before it."""
        index = self.columns.get(column, 0)
        value = self.values[index - 1] if 0 < index <= len(self.values) else None
        return _text(value, column)

    def problem(self, code: Code, column: str, message: str, *, hint: str) -> Problem:
        """A problem of one cell."""
        index = self.columns[column]
        cell = f"cell {get_column_letter(index)}{self.number} ({column})"
        return code.at(Span(self.file, self.number, index), f"{cell} {message}", hint=hint, record=self.text(_PCF_ID))


def _text(value: object, column: str) -> str:
    """A cell's value as text; spreadsheets like to make numbers of ids.

    >>> _text(3, "Hierarchy ID"), _text(3.1, "Hierarchy ID"), _text(10002.0, "PCF ID"), _text(None, "Name")
    ('3.0', '3.1', '10002', '')
    """
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if column == _HIERARCHY_ID and isinstance(value, int):
        return f"{value}.0"
    text = str(value)
    return " ".join(text.split()) if column == _NAME else text.strip()


def _processes(workbook: _Workbook) -> tuple[list[Process], list[Problem]]:
    columns = _columns(workbook)
    if isinstance(columns, Problem):
        return [], [columns]
    header, named = columns
    file = str(workbook.path)
    filled = [_Row(file, number, named, values) for number, values in workbook.rows if number >= header]
    problems = [problem for above, below in pairwise(filled) for problem in _gap(above, below)]
    if not filled[1:]:
        message = f"sheet {_SHEET} holds no process below its header"
        problems.append(codes.BAD_WORKBOOK.at(Span(file, header), message, hint="use APQC's workbook as it is"))
    good = _good(filled[1:], problems)
    stated = {row.text(_HIERARCHY_ID) for row in filled}
    problems += (problem for row in good for problem in _orphan(row, stated))
    return _linked(good), problems


def _columns(workbook: _Workbook) -> tuple[int, dict[str, int]] | Problem:
    """The header's row, and the number of each column that we know."""
    file = str(workbook.path)
    hint = f"use APQC's workbook as it is; its sheet {_SHEET} has the columns {', '.join(_REQUIRED)}"
    if not any(name.strip().casefold() == _SHEET.casefold() for name in workbook.sheets):
        message = f"has no sheet {_SHEET}; it has {', '.join(workbook.sheets)}"
        return codes.BAD_WORKBOOK.at(Span(file), message, hint=hint)
    none: dict[str, int] = {}
    headers = [(number, _known(values)) for number, values in workbook.rows[:_HEADER_WITHIN]]
    number, known = max(headers, key=lambda each: len(each[1]), default=(1, none))
    missing = [column for column in _REQUIRED if column not in known]
    if not missing:
        return number, known
    message = f"sheet {_SHEET} has no column {' and no column '.join(missing)}"
    return codes.BAD_WORKBOOK.at(Span(file, number), message, hint=hint)


def _known(values: tuple[object, ...]) -> dict[str, int]:
    wanted = {_plain(name): name for name in (*_REQUIRED, _CHANGE, _DESCRIPTION)}
    found = [(wanted.get(_plain(value)), index) for index, value in enumerate(values, 1)]
    return {name: index for name, index in reversed(found) if name}


def _plain(header: object) -> str:
    return re.sub(r"[\W_]+", "", str(header)).casefold()


def _gap(above: _Row, below: _Row) -> Iterator[Problem]:
    first, last = above.number + 1, below.number - 1
    if first <= last:
        rows = f"row {first} is" if first == last else f"rows {first} to {last} are"
        span = Span(above.file, first, above.columns[_PCF_ID])
        hint = "delete empty rows; split merged cells, which hold their value in the first cell only"
        yield codes.BAD_CATALOGUE_ROW.at(span, f"{rows} empty", hint=hint)


def _faults(row: _Row) -> Iterator[Problem]:
    for column, (form, rule) in _REQUIRED.items():
        text = row.text(column)
        if not text:
            hint = "fill it in; split merged cells, which hold their value in the first cell only"
            yield row.problem(codes.BAD_CATALOGUE_ROW, column, "is empty", hint=hint)
        elif not form.fullmatch(text):
            yield row.problem(codes.BAD_CATALOGUE_ROW, column, f"is {text[:80]!r}; {rule}", hint="correct it")


def _good(rows: list[_Row], problems: list[Problem]) -> list[_Row]:
    """The rows that can be used; what is wrong with the others joins the problems."""
    seen: dict[tuple[str, str], int] = {}
    good: list[_Row] = []
    for row in rows:
        faults = [*_faults(row)] or [*_repetitions(row, seen)]
        problems += faults
        if not faults:
            seen |= {(column, row.text(column)): row.number for column in (_PCF_ID, _HIERARCHY_ID)}
            good.append(row)
    return good


def _repetitions(row: _Row, seen: Mapping[tuple[str, str], int]) -> Iterator[Problem]:
    for column in (_PCF_ID, _HIERARCHY_ID):
        text = row.text(column)
        if (column, text) in seen:
            message = f"is {text}, as in row {seen[column, text]}"
            hint = "give each process ids of its own; format hierarchy ids as text (3.10 is not 3.1)"
            yield row.problem(codes.DUPLICATE_PROCESS, column, message, hint=hint)


def _orphan(row: _Row, stated: set[str]) -> Iterator[Problem]:
    above = parent_id(row.text(_HIERARCHY_ID))
    if above and above not in stated:
        message = f"is {row.text(_HIERARCHY_ID)}, but no row has {above}"
        hint = f"add the row of {above}; until then this process stands under none"
        yield row.problem(codes.MISSING_PARENT, _HIERARCHY_ID, message, hint=hint)


def _linked(rows: list[_Row]) -> list[Process]:
    """The rows as processes, each with the PCF ID of the process above it."""
    pcf_ids = {row.text(_HIERARCHY_ID): row.text(_PCF_ID) for row in rows}
    return [_process(row, pcf_ids.get(parent_id(row.text(_HIERARCHY_ID)) or "")) for row in rows]


def _process(row: _Row, parent: str | None) -> Process:
    ids = row.text(_PCF_ID), row.text(_HIERARCHY_ID)
    return Process(*ids, row.text(_NAME), parent, row.text(_DESCRIPTION), row.text(_CHANGE))
