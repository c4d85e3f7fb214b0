"""Saved queries in, Turtle of SIB's sparql-examples vocabulary out (https://github.com/sib-swiss/sparql-examples)."""

from __future__ import annotations

from collections.abc import Iterable

from kg import vocab
from kg.ntriples import literal
from kg.query.saved import SavedQuery

QUERIES = vocab.CASEGRAPH + "query/"
"""What the IRI of a saved query begins with."""

_HEAD = "".join(
    f"@prefix {prefix}: <{namespace}> .\n"
    for prefix, namespace in vocab.PREFIXES.items()
    if prefix in ("dcterms", "rdfs", "schema", "sh")
)


def as_sparql_examples(queries: Iterable[SavedQuery], *, target: str = "") -> str:
    """The catalogue as Turtle, by name; ``target`` is the endpoint to put the queries to, unless they name one."""
    return _HEAD + "".join(_example(query, target) for query in sorted(queries, key=lambda query: query.name))


def _example(query: SavedQuery, target: str) -> str:
    said = [
        "a sh:SPARQLExecutable, sh:SPARQLSelectExecutable",
        f"rdfs:comment {literal(query.summary, language='en')}",
        *([f"dcterms:description {literal(query.description, language='en')}"] if query.description else []),
        f"sh:select {_long(_without_header(query.text))}",
        *([f"schema:keywords {', '.join(literal(tag) for tag in query.tags)}"] if query.tags else []),
        *([f"schema:target <{query.endpoint or target}>"] if query.endpoint or target else []),
    ]
    return f"\n<{QUERIES}{query.name}> " + " ;\n    ".join(said) + " .\n"


def _without_header(text: str) -> str:
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith("#+")).strip() + "\n"


def _long(text: str) -> str:
    """A text over several lines as a long string of Turtle."""
    return '"""' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\r", "\\r") + '"""'
