"""The table of an answer in; Parquet or Arrow (IPC file) out, its columns typed; needs polars."""

from __future__ import annotations

from typing import BinaryIO

from kg.store.base import Table
from kg.store.values import needs


def write_parquet(table: Table, out: BinaryIO) -> None:
    """Write Parquet; Failure where polars is not installed."""
    needs("polars", "Parquet", "dataframe")
    table.to_polars().write_parquet(out)


def write_arrow(table: Table, out: BinaryIO) -> None:
    """Write an Arrow IPC file, also called Feather; Failure where polars is not installed."""
    needs("polars", "Arrow", "dataframe")
    table.to_polars().write_ipc(out)
