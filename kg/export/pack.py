"""An answer in; an Excel workbook that can be sent as it is out: the answer, what proves it, where that stands.

The same answer gives the same bytes: no clock stands in the file.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, BinaryIO

import pyoxigraph as ox

from kg.query.addresses import is_web
from kg.query.cells import shown
from kg.query.evidence import Evidence
from kg.query.saved import Column
from kg.store.base import Table, Term, Value
from kg.store.values import value

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

CHARACTERS = 32_767
"""The most that Excel keeps in one cell."""
LINKS = 60_000
"""Links of one sheet; Excel opens no file with more than 65,530."""
LINK = 2_079
"""The longest address that Excel follows."""
ROWS = 1_048_575
"""Rows below the head of a sheet."""
WIDE, NARROW = 60, 8
EPOCH = datetime(1980, 1, 1)  # noqa: DTZ001 - a zip file's times have no zone; this is the earliest it can say
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Pack:
    """An answer with all that goes into the workbook."""

    title: str
    said: Mapping[str, str]
    """What was asked, of which build: label and text."""
    table: Table
    columns: Sequence[Column]
    evidence: Sequence[Evidence]
    urls: Mapping[str, str]
    """Address by IRI."""
    base: str


_EVIDENCE = {
    "Case": "case_title",
    "Organisation": "organisation",
    "Claim": "claim",
    "Title": "title",
    "Description": "description",
    "Quote": "quote",
    "Quoted from": "quoted",
    "Status": "status",
    "Source": "source",
    "Citation": "citation",
    "URL": "url",
    "Case id": "case",
}
"""Label of a column → what it holds of a piece of evidence."""


def write(pack: Pack, out: BinaryIO) -> None:
    """Write the workbook."""
    from openpyxl import Workbook

    book = Workbook()
    book.properties.created = book.properties.modified = EPOCH
    book.properties.creator = "Casegraph"
    book.properties.title = _text(pack.title)[:255]
    about = book.active
    assert about is not None
    about.title = "Question"
    _about(about, pack)
    _answer(book.create_sheet("Answer"), pack)
    if pack.evidence:
        rows = [[getattr(each, name) for name in _EVIDENCE.values()] for each in pack.evidence]
        _sheet(book.create_sheet("Evidence"), list(_EVIDENCE), rows)
        _sheet(book.create_sheet("Sources"), ["Number", "Citation", "URL", "Cited by"], _sources(pack.evidence))
    held = io.BytesIO()
    book.save(held)
    _without_clock(held, out)


def _about(sheet: Worksheet, pack: Pack) -> None:
    from openpyxl.styles import Alignment, Font

    for number, (label, text) in enumerate({"Question": pack.title, **pack.said}.items(), 1):
        head, cell = sheet.cell(number, 1), sheet.cell(number, 2)
        _fill(head, label)
        _fill(cell, text)
        head.font = Font(bold=True)
        head.alignment, cell.alignment = Alignment(vertical="top"), Alignment(vertical="top", wrap_text=True)
    sheet.column_dimensions["A"].width = 16
    sheet.column_dimensions["B"].width = 100


def _answer(sheet: Worksheet, pack: Pack) -> None:
    labels = [column.heading for column in pack.columns]
    has_case = any(column.kind == "case" for column in pack.columns)
    kinds = [column.kind for column in pack.columns]
    rows = [
        [
            _value(term, shown(term, kind, pack.base, beside_case=has_case))
            for term, kind in zip(row, kinds, strict=True)
        ]
        for row in pack.table.rows[:ROWS]
    ]
    _sheet(sheet, labels, rows)
    numbered = ((number, enumerate(row, 1)) for number, row in enumerate(pack.table.rows, 2))
    linked = [(number, place, url) for number, row in numbered for place, term in row if (url := _url(term, pack.urls))]
    for row, place, url in linked[:LINKS]:
        _link(sheet.cell(row, place), url)


def _url(term: Term | None, urls: Mapping[str, str]) -> str:
    return urls.get(term.value, "") if isinstance(term, ox.NamedNode) else ""


def _value(term: Term | None, text: str) -> Value:
    """Numbers and dates as such, everything else as tables print it."""
    return value(term) if isinstance(term, ox.Literal) else text or None


def _sources(evidence: Iterable[Evidence]) -> list[list[Value]]:
    """Each source once, with the claims that cite it."""
    cited: dict[tuple[str, str], list[str]] = {}
    for each in evidence:
        if each.citation or each.url:
            cited.setdefault((each.citation, each.url), []).append(f"{each.case} {each.claim}")
    return [
        [number, citation, url, "; ".join(dict.fromkeys(claims))]
        for number, ((citation, url), claims) in enumerate(cited.items(), 1)
    ]


def _sheet(sheet: Worksheet, labels: Sequence[str], rows: Sequence[Sequence[Value]]) -> None:
    """A head that stays in sight and filters, and rows whose texts wrap; texts that are addresses become links."""
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.properties import PageSetupProperties

    for place, label in enumerate(labels, 1):
        cell = sheet.cell(1, place)
        _fill(cell, label)
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="DDE6EE")
        cells = [label, *(row[place - 1] for row in rows)]
        width = max(len(line) for each in cells for line in str("" if each is None else each).split("\n"))
        sheet.column_dimensions[get_column_letter(place)].width = min(max(width + 2, NARROW), WIDE)
    top = Alignment(vertical="top", wrap_text=True)
    links = 0
    for number, row in enumerate(rows, 2):
        for place, held in enumerate(row, 1):
            cell = sheet.cell(number, place)
            _fill(cell, held)
            cell.alignment = top
            if isinstance(held, str) and is_web(held) and links < LINKS:
                _link(cell, held)
                links += 1
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(max(len(labels), 1))}{len(rows) + 1}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def _fill(cell: Any, held: Value) -> None:
    """Put a value into a cell; a text is never a formula, whatever it begins with."""
    if isinstance(held, str):
        cell.value = _text(held)
        cell.data_type = "s"
    elif isinstance(held, Decimal):
        cell.value = float(held)
    else:
        cell.value = held


def _text(text: str) -> str:
    """A text that a cell can hold."""
    return _CONTROL.sub("\ufffd", text)[:CHARACTERS]


def _link(cell: Any, url: str) -> None:
    from openpyxl.styles import Font

    if len(url) <= LINK and not re.search(r"\s", url):
        cell.hyperlink = url
        cell.font = Font(color="0563C1", underline="single")


def _without_clock(book: io.BytesIO, out: BinaryIO) -> None:
    """The same workbook, its members dated alike."""
    with zipfile.ZipFile(book) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            member = zipfile.ZipInfo(name, EPOCH.timetuple()[:6])
            member.compress_type = zipfile.ZIP_DEFLATED
            after.writestr(member, _UNDATED.sub(rb"\g<1>1980-01-01T00:00:00Z<", before.read(name)))


_UNDATED = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*<")
