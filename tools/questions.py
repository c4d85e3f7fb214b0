"""Saved queries in, the page of the docs that has an entry for each of them out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from kg.query import Parameter, SavedQuery
from kg.query.saved import Column


def questions(queries: Iterable[SavedQuery], *, note: str) -> str:
    """Every question by name, behind an index by tag."""
    found = sorted(queries, key=lambda query: query.name)
    head = f"# Questions\n\n{note}The {len(found)} saved queries that ship. Ask one with `kg query` "
    head += "and its name: [how, and what evidence modes and bases are](../questions.md).\n\n"
    return head + _index(found) + "".join(map(_entry, found))


def _index(found: Iterable[SavedQuery]) -> str:
    by_tag: dict[str, list[str]] = defaultdict(list)
    for query in found:
        for tag in query.tags:
            by_tag[tag].append(f"[{query.name}](#{query.name})")
    rows = "".join(f"| {tag} | {', '.join(names)} |\n" for tag, names in sorted(by_tag.items()))
    return f"| about | questions |\n|---|---|\n{rows}"


def _entry(query: SavedQuery) -> str:
    text = f"\n## {query.name}\n\n**{query.summary}** {' '.join(query.description.split())}\n"
    if query.parameters:
        text += "\n| parameter | takes | default | means |\n|---|---|---|---|\n" + "".join(
            map(_parameter, query.parameters)
        )
    text += "\n| column | is | kind |\n|---|---|---|\n" + "".join(map(_column, query.columns))
    chart = " It can be drawn: `--chart FILE`." if query.chart else ""
    return f"{text}\nFor releases {query.requires.text} of the ontology.{chart}\n"


def _parameter(parameter: Parameter) -> str:
    kind = f"{parameter.type} ({parameter.scheme.rsplit('/', 1)[-1]})" if parameter.scheme else parameter.type
    takes = f"one of {', '.join(parameter.allowed)}" if parameter.allowed else kind
    return f"| `{parameter.name}` | {takes} | {parameter.default or 'any'} | {parameter.description} |\n"


def _column(column: Column) -> str:
    unit = f", in {column.unit}" if column.unit else ""
    return f"| `{column.name}` | {column.label} | {column.kind}{unit} |\n"
