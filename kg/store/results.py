"""SPARQL 1.1 results in JSON, as servers write them, in; rows of terms or of plain text out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyoxigraph as ox

from kg import vocab
from kg.store.base import StoreError, Table, Term

_ASKED = "__ASK_RETVAL"
"""The column in which some Virtuoso services answer an ASK."""


@dataclass(frozen=True, slots=True)
class Results:
    """The answer of a SELECT as it came."""

    columns: tuple[str, ...]
    bindings: list[dict[str, Any]]

    def texts(self, *names: str) -> list[tuple[str, ...]]:
        """The bare text of some columns; empty where a cell is unbound."""
        return [tuple(row[name]["value"] if name in row else "" for name in names) for row in self.bindings]

    def table(self, columns: Sequence[str]) -> Table:
        """The answer with terms, its columns in an order."""
        rows = [tuple(_term(row[name]) if name in row else None for name in columns) for row in self.bindings]
        return Table(tuple(columns), rows)


def read_results(content: bytes) -> Results | bool:
    """What a server answered; StoreError where it is no answer to a SPARQL query."""
    try:
        said = json.loads(content)
        if "boolean" in said:
            return bool(said["boolean"])
        results = Results(tuple(said["head"]["vars"]), said["results"]["bindings"])
    except (ValueError, KeyError, TypeError):
        raise StoreError("the answer is no SPARQL result in JSON, or broke off") from None
    if results.columns == (_ASKED,):
        return any(text in ("1", "true") for (text,) in results.texts(_ASKED))
    return results


def _term(said: dict[str, Any]) -> Term:
    value = said["value"]
    match said["type"]:
        case "uri":
            return ox.NamedNode(value)
        case "bnode":
            return ox.BlankNode(_label(value))
        case "literal" | "typed-literal":  # Virtuoso still says what a draft said
            if language := said.get("xml:lang"):
                return ox.Literal(value, language=language)
            return _typed(value, said.get("datatype"))
        case _:
            raise StoreError(f"the answer holds a term of an unknown kind: {said['type']}")


def _typed(value: str, datatype: str | None) -> Term:
    if datatype is None:
        return ox.Literal(value)
    if datatype == vocab.xsd_boolean:
        value = {"1": "true", "0": "false"}.get(value, value)
    return ox.Literal(value, datatype=ox.NamedNode(datatype))


def _label(text: str) -> str:
    """A blank node's label; Virtuoso's begin with nodeID://."""
    return "".join(letter if letter.isalnum() else "_" for letter in text)
