"""A build in; the tables of ``tables`` as Parquet out, typed and with lists; needs polars."""

from __future__ import annotations

import json
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from kg import vocab
from kg.export.content import Content
from kg.export.files import Folder
from kg.export.tables import Table, records, tables
from kg.problem import Failure
from kg.shape import Field

if TYPE_CHECKING:
    import polars


def write(content: Content, folder: Folder) -> int:
    """Write the tables; how many rows they hold together. Failure where polars is not installed."""
    if find_spec("polars") is None:
        raise Failure("Parquet needs polars: pip install 'casegraph[dataframe]'; CSV needs nothing")
    found = tables(content.shape)
    lines = {target: folder.aside / f"{table.name}.jsonl" for target, table in found.items()}
    total = _write_lines(content, found, lines)
    for target, table in found.items():
        _convert(table, lines[target], folder.file(f"{table.name}.parquet"))
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


def _convert(table: Table, lines: Path, path: Path) -> None:
    import polars

    many = {each.key for each in table.fields if not each.single}
    schema = {name: polars.List(polars.String) if name in many else polars.String() for name in table.columns}
    is_empty = lines.stat().st_size == 0
    frame = polars.LazyFrame(schema=schema) if is_empty else polars.scan_ndjson(lines, schema=schema)
    typed = [_typed(polars.col(each.key), each) for each in table.fields if each.single]
    frame.with_columns(typed).sink_parquet(path)  # pyright: ignore[reportUnknownMemberType]


def _typed(column: polars.Expr, found: Field) -> polars.Expr:
    """A column of text as its datatype."""
    import polars

    if found.datatype == vocab.xsd_integer:
        return column.cast(polars.Int64)
    if found.datatype == vocab.xsd_decimal:
        return column.cast(polars.Float64)
    if found.datatype == vocab.xsd_boolean:
        return column == "true"
    return column.str.to_date("%Y-%m-%d") if found.datatype == vocab.xsd_date else column
