"""A link and the text of a file of links in; the text with one more row out, every other character as it was."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from kg.links import table
from kg.links.curies import PREFIXES, contract
from kg.links.link import End, Link, Verdict
from kg.links.rows import OpenTable, open_table
from kg.problem import Failure
from kg.source import Source

_LITERAL = "rdfs literal"
NEW = (
    "subject_id\tsubject_type\tsubject_label\tpredicate_id\tpredicate_modifier\tobject_id\tobject_type\tobject_label\t"
    "mapping_justification\tauthor_id\tauthor_label\tmapping_date\tconfidence\tcomment"
)
"""The header of a new file."""


def new_file(set_id: str) -> str:
    """The text of a file of links without rows; ``set_id`` is the IRI that it goes by."""
    curies = "".join(f"#  {prefix}: {namespace}\n" for prefix, namespace in PREFIXES.items() if prefix in _DECLARED)
    return f"#curie_map:\n{curies}#mapping_set_id: {set_id}\n#license: {_NO_LICENSE}\n{NEW}\n"


_DECLARED = ("lei", "orcid", "pcf", "wikidata")
_NO_LICENSE = "https://w3id.org/sssom/license/unspecified"


def add_row(text: str, link: Link) -> str:
    """The text of a file with a link as its last row and every other character as it was.

    Failure where the file has no column for something that the link says, or its last row is not closed.
    """
    source = Source("", text.removeprefix("\ufeff"))
    found, problems = open_table(source)
    if found is None:
        reason = problems[0].message if problems else "it has no header row"
        raise Failure(f"no row can be added to the file of links: {reason}")
    opened, body = found
    if any(cell.is_broken for row in body for cell in row.cells):
        raise Failure("no row can be added to the file of links: a quotation mark in it is never closed")
    wanted = _values(link, opened)
    row = "\t".join(table.quoted(wanted.pop(column, "")) for column in opened.columns)
    lost = [_COLUMNS.get(role, role) for role, value in wanted.items() if value and role not in _OPTIONAL]
    if lost:
        raise Failure(f"the file of links has no column {lost[0]}; add it to the header")
    end = _line_end(text)
    return text + ("" if text.endswith(("\n", "\r")) else end) + row + end


def add_rows(text: str, links: Iterable[Link]) -> str:
    """The text of a file with some links as its last rows."""
    for link in links:
        text = add_row(text, link)
    return text


def without_rows(text: str, lines: Collection[int]) -> str:
    """The text of a file without the rows that begin at some lines, every other character as it was."""
    bom = "\ufeff" if text.startswith("\ufeff") else ""
    source = Source("", text.removeprefix("\ufeff"))
    found, _ = open_table(source)
    if found is None or not lines:
        return text
    gone = [row for row in found[1] if source.position(row.start)[0] in lines]
    kept = source.text
    for row in reversed(gone):
        end = re.compile(r"\r\n|[\r\n]|\Z").match(kept, row.end)
        assert end is not None
        kept = kept[: row.start] + kept[end.end() :]
    return bom + kept


_COLUMNS = {"predicate": "predicate_id", "modifier": "predicate_modifier", "date": "mapping_date"}
"""SSSOM's names of columns that are called otherwise here."""
_OPTIONAL = frozenset(("subject_type", "object_type", "justification"))


def _values(link: Link, opened: OpenTable) -> dict[str, str]:
    """The cells of a row by role: each side in the columns that the file has for it."""
    author = "author_id" if "author_label" not in opened.columns or ":" in link.author else "author_label"
    return {
        **_side("subject", link.subject, opened),
        **_side("object", link.object, opened),
        "predicate": _short(link.predicate, opened),
        "modifier": "Not" if link.verdict is Verdict.NO else "",
        "justification": _short(link.justification, opened),
        "confidence": "" if link.confidence is None else repr(link.confidence),
        author: "|".join(_short(each, opened) for each in link.author.split("|")),
        "date": link.date,
        "comment": link.comment,
        **dict(link.extra),
    }


def _side(side: str, end: End, opened: OpenTable) -> dict[str, str]:
    if side in opened.columns and not {f"{side}_id", f"{side}_label"} & set(opened.columns):
        return {side: _short(end.text, opened)}
    kind = "" if end.id else _LITERAL
    return {f"{side}_id": _short(end.id, opened), f"{side}_label": end.label, f"{side}_type": kind}


def _short(iri: str, opened: OpenTable) -> str:
    return contract(iri, opened.prefixes)


def _line_end(text: str) -> str:
    """The line end that the file uses last, so that a row looks like those before it."""
    found = re.findall(r"\r\n|\n|\r", text[-100_000:]) or re.findall(r"\r\n|\n|\r", text)
    return found[-1] if found else "\n"
