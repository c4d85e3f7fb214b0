"""Tables of query answers as text: SPARQL 1.1 results as CSV, TSV and JSON, and Markdown."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Sequence

import pyoxigraph as ox

from kg import vocab
from kg.store.base import Table, Term
from kg.terms import plain


def as_csv(table: Table) -> str:
    """SPARQL 1.1 CSV: plain values; lines end in CR LF."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(table.columns)
    writer.writerows([plain(term) for term in row] for row in table.rows)
    return out.getvalue()


def as_tsv(table: Table) -> str:
    """SPARQL 1.1 TSV: terms in Turtle syntax."""
    header = "\t".join(f"?{name}" for name in table.columns)
    return "\n".join([header, *("\t".join(map(_tsv_term, row)) for row in table.rows), ""])


def _tsv_term(term: Term | None) -> str:
    """A triple is written as SPARQL 1.2 has it."""
    if isinstance(term, ox.Triple):
        return f"<<( {term} )>>"
    return "" if term is None else str(term)


def as_json(table: Table) -> str:
    """SPARQL 1.1 Query Results JSON."""
    bindings = [
        {name: _json_term(term) for name, term in zip(table.columns, row, strict=True) if term is not None}
        for row in table.rows
    ]
    said = {"head": {"vars": list(table.columns)}, "results": {"bindings": bindings}}
    return json.dumps(said, ensure_ascii=False, indent=2) + "\n"


def as_markdown(table: Table) -> str:
    """A Markdown table."""
    return markdown(table.columns, [[plain(term) for term in row] for row in table.rows])


def markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Cells as a Markdown table; what would end a cell is escaped."""
    lines = [list(head), ["---"] * len(head), *([_markdown_cell(text) for text in row] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _markdown_cell(text: str) -> str:
    return " ".join(text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").split())


BINARY = ("xlsx", "parquet", "arrow")
"""Formats of a SELECT's answer that are not text: written by ``pack`` and ``frames``."""
FORMATS: dict[str, Callable[[Table], str]] = {"csv": as_csv, "tsv": as_tsv, "json": as_json, "md": as_markdown}
"""Every text format of a SELECT's answer."""


def _json_term(term: Term) -> dict[str, object]:
    if isinstance(term, ox.NamedNode):
        return {"type": "uri", "value": term.value}
    if isinstance(term, ox.BlankNode):
        return {"type": "bnode", "value": term.value}
    if isinstance(term, ox.Triple):
        parts = {"subject": term.subject, "predicate": term.predicate, "object": term.object}
        return {"type": "triple", "value": {name: _json_term(part) for name, part in parts.items()}}
    said: dict[str, object] = {"type": "literal", "value": term.value}
    if term.language:
        return {**said, "xml:lang": term.language}
    return said if term.datatype.value == vocab.xsd_string else {**said, "datatype": term.datatype.value}


def triples_as_turtle(triples: Iterable[ox.Triple]) -> str:
    """The answer of a CONSTRUCT or DESCRIBE as Turtle, in a fixed order."""
    ordered = sorted(triples, key=str)
    return (ox.serialize(ordered, format=ox.RdfFormat.TURTLE, prefixes=vocab.PREFIXES) or b"").decode("utf-8")
