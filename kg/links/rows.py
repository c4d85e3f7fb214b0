"""The text of a file of curated links in; its links and what is wrong with its rows out.

The files are SSSOM/TSV (https://mapping-commons.github.io/sssom). Something that has no identifier, such as the name
of an organisation as a case writes it, is a literal mapping: it stands in ``subject_label`` or ``object_label``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from kg import codes, vocab, yamltree
from kg.lexical import DATATYPES
from kg.links import table
from kg.links.curies import PREFIXES, CurieError, expand, is_absolute
from kg.links.link import End, Link, Verdict
from kg.links.table import Cell, Row
from kg.problem import Problem, Span
from kg.source import Source

_ROLES = {
    "subject": "subject",
    "subject_id": "subject_id",
    "subject_label": "subject_label",
    "predicate": "predicate",
    "predicate_id": "predicate",
    "predicate_modifier": "modifier",
    "object": "object",
    "object_id": "object_id",
    "object_label": "object_label",
    "mapping_justification": "justification",
    "confidence": "confidence",
    "author": "author_id",
    "author_id": "author_id",
    "author_label": "author_label",
    "date": "date",
    "mapping_date": "date",
    "comment": "comment",
    "subject_type": "subject_type",
    "object_type": "object_type",
}
"""SSSOM's names of columns, and short ones, by what they are."""
_READ = frozenset(_ROLES.values())
_NEEDED = (("subject", "subject_id", "subject_label"), ("predicate",), ("object", "object_id", "object_label"))
_PREDICATES = {vocab.skos_exactMatch: Verdict.YES, vocab.skos_closeMatch: Verdict.UNSURE}
_SEMAPV = vocab.semapv_UnspecifiedMatching.removesuffix("UnspecifiedMatching")
_HINT_PREDICATE = "skos:exactMatch says yes, and no with Not under predicate_modifier; skos:closeMatch leaves it open"


class _BadCell(Exception):
    """Carries what is wrong with a cell out of a row."""

    def __init__(self, role: str, message: str, hint: str = "") -> None:
        self.role, self.message, self.hint = role, message, hint


@dataclass(frozen=True, slots=True)
class OpenTable:
    """What holds for all rows of a file."""

    source: Source
    columns: tuple[str, ...]
    """Roles of the columns, or their own names where they have none."""
    prefixes: Mapping[str, str]
    date: str = ""


def read_links(text: str, file: str) -> tuple[list[Link], list[Problem]]:
    """The links of a file in its order, and what is wrong with its rows; a bad row does not keep the others out.

    Whether links contradict each other is for ``identities`` and ``process_decisions`` to say.
    """
    source = Source(file, text.removeprefix("\ufeff"))
    found, problems = open_table(source)
    if found is None:
        return [], problems
    (opened, body), links = found, list[Link]()
    for row in body:
        try:
            links.append(_link(row, opened))
        except _BadCell as bad:
            problems.append(codes.BAD_LINK_ROW.at(_place(bad.role, row, opened), bad.message, hint=bad.hint))
    return links, problems


def open_table(source: Source) -> tuple[tuple[OpenTable, Iterator[Row]] | None, list[Problem]]:
    """The file's columns and prefixes, and its rows; None where there is no header to read them by."""
    above = table.head(source.text)
    said, problems = _metadata(above, source.file)
    body = table.rows(source.text, len(above))
    header = next(body, None)
    if header is None:
        return None, problems
    columns = tuple(_ROLES.get(name, name) for name in (cell.text.strip() for cell in header.cells))
    fault = _bad_header(columns)
    if fault:
        span = source.span(header.start, header.end)
        hint = "the columns of SSSOM are subject_label or subject_id, predicate_id, object_label or object_id, …"
        return None, [*problems, codes.BAD_LINK_ROW.at(span, fault, hint=hint)]
    prefixes = {**PREFIXES, **said.prefixes}
    return (OpenTable(source, columns, prefixes, said.date if "date" not in columns else ""), body), problems


def _bad_header(columns: tuple[str, ...]) -> str:
    for choice in _NEEDED:
        if not set(choice) & set(columns):
            return f"there is no column for the {choice[0]}"
    twice = sorted({column for column in columns if column and columns.count(column) > 1})
    return f"two columns are the {twice[0].replace('_', ' ')}" if twice else ""


@dataclass(frozen=True, slots=True)
class _Metadata:
    """What the head of a file says that its rows need."""

    prefixes: Mapping[str, str]
    date: str = ""


def _metadata(above: str, file: str) -> tuple[_Metadata, list[Problem]]:
    """The head, read as YAML: line for line the file's, one column to the left."""
    text = re.sub(r"(?m)^#", "", above.replace("\r\n", "\n").replace("\r", "\n"))
    root, faults = yamltree.parse(text, yamltree.Limits())
    source = Source(file, text)
    problems = [fault.code.at(_right(source.span(fault.start, fault.end)), fault.message) for fault in faults]
    if not isinstance(root, yamltree.Mapping):
        return _Metadata({}), problems
    curies, date = root.get("curie_map"), root.get("mapping_date")
    pairs = curies.pairs if isinstance(curies, yamltree.Mapping) else []
    prefixes = {
        key.text: value.text
        for key, value in pairs
        if isinstance(key, yamltree.Scalar) and isinstance(value, yamltree.Scalar)
    }
    return _Metadata(prefixes, date.text if isinstance(date, yamltree.Scalar) and not date.is_null else ""), problems


def _right(span: Span) -> Span:
    return replace(span, column=span.column + 1, end_column=span.end_column + 1)


def _place(role: str, row: Row, opened: OpenTable) -> Span:
    """The cell of a role; the row where it has none."""
    cell = dict(zip(opened.columns, row.cells, strict=False)).get(role)
    return opened.source.span(cell.start, cell.end) if cell else opened.source.span(row.start, row.end)


# --- one row -----------------------------------------------------------------------------------------


def _link(row: Row, opened: OpenTable) -> Link:
    cells = dict(zip(opened.columns, row.cells, strict=False))
    _check_form(row, cells, opened)
    said = {role: cell.text.strip() for role, cell in cells.items()}
    return Link(
        subject=_end("subject", said, opened.prefixes),
        verdict=_verdict(said, opened.prefixes),
        object=_end("object", said, opened.prefixes),
        justification=_justification(said, opened.prefixes),
        confidence=_confidence(said),
        author=_author(said, opened.prefixes),
        date=_date(said, opened.date),
        comment=said.get("comment", ""),
        span=opened.source.span(row.start, row.end),
        extra=tuple((name, cells[name].text) for name in opened.columns if name in cells and name not in _READ),
    )


def _check_form(row: Row, cells: Mapping[str, Cell], opened: OpenTable) -> None:
    for role, cell in cells.items():
        if cell.is_broken:
            message = "a quotation mark opens the value and does not close it"
            raise _BadCell(role, message, 'write "" for each quotation mark in a value, and one more around it')
    if row.cells[0].text.startswith("#") and opened.source.text[row.start] == "#":
        raise _BadCell("", "a line that begins with # may stand only above the header", "delete the row, or quote it")
    more = [cell for cell in row.cells[len(opened.columns) :] if cell.text.strip()]
    if more:
        message = f"{len(row.cells)} values, but the header has {len(opened.columns)} columns"
        raise _BadCell("", message, "a tab is one too many, or a quotation mark is missing")


def _end(side: str, said: Mapping[str, str], prefixes: Mapping[str, str]) -> End:
    identifier, label, either = (said.get(role, "") for role in (f"{side}_id", f"{side}_label", side))
    if identifier:
        return End(_expanded(f"{side}_id", identifier, prefixes), label)
    if label:
        return End(label=label)
    if not either:
        raise _BadCell(f"{side}_label", f"the {side} is missing", "give its name, or its identifier")
    iri = _expanded(side, either, prefixes, strict=False)
    return End(id=iri) if is_absolute(iri) else End(label=either)


def _expanded(role: str, text: str, prefixes: Mapping[str, str], *, strict: bool = True) -> str:
    try:
        return expand(text, prefixes, strict=strict)
    except CurieError as error:
        raise _BadCell(role, str(error), error.hint) from error


def _verdict(said: Mapping[str, str], prefixes: Mapping[str, str]) -> Verdict:
    text, modifier = said.get("predicate", ""), said.get("modifier", "")
    if not text:
        raise _BadCell("predicate", "the predicate is missing", _HINT_PREDICATE)
    verdict = _PREDICATES.get(_expanded("predicate", text, prefixes, strict=False))
    if verdict is None:
        raise _BadCell("predicate", f"`{text}` is not a predicate that is read here", _HINT_PREDICATE)
    if not modifier:
        return verdict
    if modifier != "Not":
        raise _BadCell("modifier", f"`{modifier}` is no modifier; there is only `Not`")
    if verdict is Verdict.UNSURE:
        raise _BadCell("modifier", "`Not` before skos:closeMatch decides nothing", _HINT_PREDICATE)
    return Verdict.NO


def _justification(said: Mapping[str, str], prefixes: Mapping[str, str]) -> str:
    text = said.get("justification", "")
    if not text:
        return vocab.semapv_UnspecifiedMatching
    iri = _expanded("justification", text, prefixes, strict=False)
    if not re.fullmatch(re.escape(_SEMAPV) + "[A-Za-z]+", iri):
        hint = "for example semapv:ManualMappingCuration"
        raise _BadCell("justification", f"`{text}` is not a term of the Semantic Mapping Vocabulary", hint)
    return iri


def _confidence(said: Mapping[str, str]) -> float | None:
    text = said.get("confidence", "")
    if not text:
        return None
    if re.fullmatch(r"[0-9]*\.?[0-9]+(?:[eE]-?[0-9]{1,3})?|[0-9]+\.", text, re.A) and 0 <= float(text) <= 1:
        return float(text)
    raise _BadCell("confidence", f"`{text}` is not a number from 0 to 1", "write it like 0.9, or leave it out")


def _date(said: Mapping[str, str], shared: str) -> str:
    text = said.get("date", "") or shared
    if text and DATATYPES[vocab.xsd_date].canonical(text) is None:
        raise _BadCell("date", f"`{text}` is not a day", "write it as YYYY-MM-DD")
    return text


def _author(said: Mapping[str, str], prefixes: Mapping[str, str]) -> str:
    text = said.get("author_id", "") or said.get("author_label", "")
    return "|".join(_expanded("author_id", each.strip(), prefixes, strict=False) for each in text.split("|"))
