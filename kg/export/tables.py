"""A build in; tables out: one CSV file for each class of record, described by a Frictionless data package.

A row is a record; a column is one of its fields, or an id of a record around it. Records inside a record have a
table of their own and share its ids, so that tables are joined by them. Only what case files state is here.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from kg import vocab
from kg.case import Record
from kg.export.casefile import rebuilt
from kg.export.content import Content
from kg.export.files import Folder, checksum
from kg.shape import Field, Kind, RecordShape, decode
from kg.yamltree import Scalar

SEPARATOR = "|"
"""Stands between the values of a cell; inside of a value it is written with a backslash, as a backslash is."""

_TYPES = {
    vocab.xsd_integer: "integer",
    vocab.xsd_decimal: "number",
    vocab.xsd_boolean: "boolean",
    vocab.xsd_date: "date",
}


@dataclass(frozen=True, slots=True)
class Table:
    """The table of one class."""

    shape: RecordShape

    @property
    def name(self) -> str:
        """The class's name as a file is named.

        >>> re.sub("(?<=[a-z])(?=[A-Z])", "-", "ValueClaim").lower()
        'value-claim'
        """
        return re.sub("(?<=[a-z])(?=[A-Z])", "-", self.shape.name).lower()

    @property
    def ids(self) -> list[str]:
        """The ids of the records around a record, outermost first."""
        return [name for name in self.shape.template.variables if name not in self.shape.fields]

    @property
    def fields(self) -> list[Field]:
        """The fields that are columns."""
        return [each for each in self.shape.fields.values() if each.kind is not Kind.RECORD]

    @property
    def columns(self) -> list[str]:
        """Names of the columns."""
        return ["iri", *self.ids, *(each.key for each in self.fields)]

    def row(self, record: Record, base: str) -> list[str | list[str] | None]:
        """One record; a field with many values is a list, an absent value is None."""
        ids = [decode(record.scope[name]) for name in self.ids]
        return [base + record.iri, *ids, *(_cell(record, each) for each in self.fields)]


def _cell(record: Record, found: Field) -> str | list[str] | None:
    texts = [value.text for value in record.values.get(found.key, ()) if isinstance(value, Scalar)]
    return (texts[0] if texts else None) if found.single else texts


def tables(shape: RecordShape) -> dict[str, Table]:
    """Every table by its class."""
    return {each.target: Table(each) for each in shape.walk()}


def write(content: Content, folder: Folder) -> int:
    """Write the tables and their description; how many rows they hold together."""
    found = tables(content.shape)
    total = 0
    with ExitStack() as stack:
        paths = {target: folder.file(f"{table.name}.csv") for target, table in found.items()}
        files = {target: path.open("w", encoding="utf-8", newline="") for target, path in paths.items()}
        writers = {target: csv.writer(stack.enter_context(file)) for target, file in files.items()}
        for target, table in found.items():
            writers[target].writerow(table.columns)
        for record in records(content):
            target = record.shape.target
            writers[target].writerow(map(as_text, found[target].row(record, content.base)))
            total += 1
    package = describe(content, found)
    for resource, path in zip(package["resources"], paths.values(), strict=True):
        resource |= {"bytes": path.stat().st_size, "hash": f"sha256:{checksum(path)}"}
    text = json.dumps(package, ensure_ascii=False, indent=1)
    folder.file("datapackage.json").write_text(text + "\n", encoding="utf-8", newline="")
    return total


def records(content: Content) -> Iterator[Record]:
    """Every record of every case, outermost first."""
    for case in content.each_case():
        record, _ = rebuilt(content, case)
        yield from record.walk()


def as_text(cell: str | list[str] | None) -> str:
    r"""A cell as CSV holds it.

    >>> as_text(["a", "b|c"]), as_text(None)
    ('a|b\\|c', '')
    """
    if isinstance(cell, list):
        return SEPARATOR.join(each.replace("\\", "\\\\").replace(SEPARATOR, "\\" + SEPARATOR) for each in cell)
    return cell or ""


def describe(content: Content, found: dict[str, Table]) -> dict[str, Any]:
    """The data package (Data Package 2.0, Table Schema)."""
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "casegraph",
        "version": content.build,
        "resources": [_resource(table, content.shape) for table in found.values()],
    }


def _resource(table: Table, root: RecordShape) -> dict[str, Any]:
    schema: dict[str, Any] = {"fields": _columns(table), "primaryKey": ["iri"]}
    if table.shape is not root:
        case_ids = list(root.identifiers)
        reference = {"resource": Table(root).name, "fields": case_ids}
        schema["foreignKeys"] = [{"fields": case_ids, "reference": reference}]
    return {
        "name": table.name,
        "type": "table",
        "path": f"{table.name}.csv",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": schema,
    }


def _columns(table: Table) -> list[dict[str, Any]]:
    ids = [{"name": name, "type": "string"} for name in ("iri", *table.ids)]
    return ids + [_column(each) for each in table.fields]


def _column(found: Field) -> dict[str, Any]:
    said: dict[str, Any] = {
        "name": found.key,
        "type": _TYPES.get(found.datatype, "string") if found.single else "string",
    }
    if not found.single:
        said["description"] = (
            f"Several values, with {SEPARATOR} between them; \\{SEPARATOR} and \\\\ stand for the signs."
        )
    return {**said, "property": found.path}
