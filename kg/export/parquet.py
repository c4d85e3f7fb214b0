"""A build in; the tables of ``tables`` as Parquet out, typed and with lists; needs polars."""

from __future__ import annotations

import json
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from typing import Any

from kg import vocab
from kg.export.content import Content
from kg.export.files import Folder
from kg.export.tables import Table, records, tables
from kg.problem import Failure


def write(content: Content, folder: Folder) -> int:
    """Write the tables; how many rows they hold together. Failure where polars is not installed."""
    try:
        polars = import_module("polars")
    except ImportError:
        raise Failure("Parquet needs polars: pip install 'casegraph[dataframe]'; CSV needs nothing") from None
    found = tables(content.shape)
    lines = {target: folder.aside / f"{table.name}.jsonl" for target, table in found.items()}
    total = _write_lines(content, found, lines)
    for target, table in found.items():
        _convert(polars, table, lines[target], folder.file(f"{table.name}.parquet"))
        lines[target].unlink()
    return total


def _write_lines(content: Content, found: dict[str, Table], paths: dict[str, Path]) -> int:
    """The rows as JSON lines, which polars turns into Parquet without holding them all."""
    total = 0
    with ExitStack() as stack:
        files = {target: stack.enter_context(path.open("w", encoding="utf-8")) for target, path in paths.items()}
        for record in records(content):
            table = found[record.shape.target]
            row = dict(zip(table.columns, table.row(record, content.base), strict=True))
            files[record.shape.target].write(json.dumps(row, ensure_ascii=False) + "\n")
            total += 1
    return total


def _convert(polars: Any, table: Table, lines: Path, path: Path) -> None:
    text, texts = polars.String, polars.List(polars.String)
    many = {each.key for each in table.fields if not each.single}
    schema = {name: texts if name in many else text for name in table.columns}
    if lines.stat().st_size == 0:
        frame = polars.LazyFrame(schema=schema)
    else:
        frame = polars.scan_ndjson(lines, schema=schema)
    casts = {
        vocab.xsd_integer: lambda column: column.cast(polars.Int64),
        vocab.xsd_decimal: lambda column: column.cast(polars.Float64),
        vocab.xsd_boolean: lambda column: column == "true",
        vocab.xsd_date: lambda column: column.str.to_date("%Y-%m-%d"),
    }
    typed = [casts[each.datatype](polars.col(each.key)) for each in table.fields if each.single and each.datatype in casts]
    frame.with_columns(typed).sink_parquet(path)
