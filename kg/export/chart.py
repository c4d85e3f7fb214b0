"""An answer and a hint for Vega-Lite in; a chart as SVG, PNG or HTML out, drawn offline by vl-convert."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import PurePath
from textwrap import wrap
from typing import Any, cast

import pyoxigraph as ox

from kg.problem import Failure
from kg.query.saved import Column, Json
from kg.store.base import Table, Term, Value
from kg.store.values import needs, value
from kg.terms import shortened

KINDS = (".svg", ".png", ".html")
VERSION = "5.21"
"""Vega-Lite."""
TITLE = 64
"""Characters of a line of the title."""
SCALE = 2
"""Pixels of a PNG for each of the chart's own."""


class NoChart(Failure):
    """The answer cannot be drawn."""


def kind_of(path: PurePath) -> str:
    """The ending of a chart's file; Failure where it is none that can be drawn."""
    ending = path.suffix.lower()
    if ending not in KINDS:
        raise NoChart(f"{path}: a chart is drawn as {', '.join(KINDS)}; give one of these endings")
    return ending


def draw(specification: Mapping[str, Any], kind: str) -> bytes:
    """The picture; nothing is fetched for it."""
    needs("vl_convert", "a chart", "plot")
    import vl_convert

    given = json.dumps(specification)
    if kind == ".svg":
        return vl_convert.vegalite_to_svg(given, vl_version=VERSION, allowed_base_urls=[]).encode()
    if kind == ".png":
        return vl_convert.vegalite_to_png(given, vl_version=VERSION, scale=SCALE, allowed_base_urls=[])
    return vl_convert.vegalite_to_html(given, vl_version=VERSION, bundle=True).encode()


def specification(
    hint: Mapping[str, Json], table: Table, columns: Sequence[Column], *, title: str, base: str
) -> dict[str, Any]:
    """The hint as a whole Vega-Lite specification: data, titles of axes from the columns, sizes."""
    rows = [[_cell(term, column, base) for term, column in zip(row, columns, strict=True)] for row in table.rows]
    names = [column.name for column in columns]
    titles = {each.name: each.heading for each in columns}
    said = {
        "$schema": f"https://vega.github.io/schema/vega-lite/v{VERSION.partition('.')[0]}.json",
        "title": {"text": wrap(title, TITLE), "anchor": "start", "fontSize": 15, "offset": 14},
        "background": "white",
        "padding": 16,
        "data": {"values": [dict(zip(names, row, strict=True)) for row in rows]},
        "config": _CONFIG,
        **hint,
    }
    return _titled(said, titles)


_CONFIG: dict[str, Json] = {
    "font": "Helvetica, Arial, sans-serif",
    "axis": {"labelLimit": 260, "labelFontSize": 12, "titleFontSize": 12, "gridColor": "#e5e5e5"},
    "axisXDiscrete": {"labelAngle": -35},
    "legend": {"labelLimit": 260, "labelFontSize": 12, "titleFontSize": 12},
    "bar": {"color": "#35618e"},
    "point": {"color": "#35618e", "filled": True, "size": 60},
    "line": {"color": "#35618e"},
    "view": {
        "continuousWidth": 560,
        "continuousHeight": 340,
        "stroke": None,
        "discreteWidth": {"step": 46},
        "discreteHeight": {"step": 30},
    },
    "range": {"heatmap": ["#eef3f8", "#9dbbd6", "#35618e", "#17324d"]},
}


def _titled(node: Any, titles: Mapping[str, str]) -> Any:
    """A title for every channel that has a field and none of its own."""
    if isinstance(node, list):
        return [_titled(each, titles) for each in cast("list[Any]", node)]
    if not isinstance(node, dict):
        return node
    said = {key: each if key == "data" else _titled(each, titles) for key, each in cast("dict[str, Any]", node).items()}
    field = said.get("field")
    if isinstance(field, str) and field in titles and "title" not in said and "type" in said:
        said["title"] = titles[field]
    return said


def _cell(term: Term | None, column: Column, base: str) -> str | int | float | bool | None:
    """A value as JSON has it; names of things as short as people say them."""
    if isinstance(term, ox.NamedNode):
        short = shortened(term, base)
        return short if column.kind in ("url", "text") else short.rsplit("/", 1)[-1].replace("_", " ")
    held: Value = value(term)
    if isinstance(held, Decimal):
        return float(held)
    return held if isinstance(held, (str, int, float, bool)) or held is None else held.isoformat()
