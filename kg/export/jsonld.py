"""A build in; JSON-LD out: a document for each case that reads like its file, then everything else.

The first node of a case is its front matter, keys as in the file, under the context made from the shapes. What is
derived from it and what cases share follow as flat nodes with prefixed names.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import BinaryIO

from kg import jsonld, vocab
from kg.export.content import Content, Part, triple
from kg.export.names import Names
from kg.export.turtle import Facts, Order, entities
from kg.jsonld import Json
from kg.ntriples import literal_text
from kg.triples import rebuild

_TYPE = f"<{vocab.rdf_type}>"


def write(content: Content, out: BinaryIO) -> int:
    """Write the merge of all graphs; how many triples it has."""
    context = {**vocab.PREFIXES, **jsonld.context(content.shape)}
    out.write(f'{{"@context": {_text(context)},\n"@graph": ['.encode())
    total = 0
    separator = "\n"
    for count, nodes in _Nodes(content).all():
        total += count
        for node in nodes:
            out.write(f"{separator}{_text(node)}".encode())
            separator = ",\n"
    out.write(b"\n]}\n")
    return total


def _text(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1)


class _Nodes:
    """Nodes with the number of triples that they hold together."""

    def __init__(self, content: Content) -> None:
        self.content = content
        self.names = Names(vocab.PREFIXES)
        self.names[_TYPE] = "@type"
        self.order = Order(content.shape, self.names)

    def all(self) -> Iterator[tuple[int, list[Json]]]:
        for case in self.content.each_case():
            yield self._case(case)
        for block in self.content.without_cases().blocks():
            yield len(block), self._flat(block)

    def _case(self, case: Part) -> tuple[int, list[Json]]:
        graphs = self.content.graphs(case)
        stated = graphs.pop(self.content.home(case), [])
        derived = list(dict.fromkeys(line for lines in graphs.values() for line in lines))
        record, body = rebuild(map(triple, stated), self.content.shape, self.content.base)
        document = jsonld.document(record, body, self.content.base)
        return len(stated) + len(derived), [document, *self._flat(sorted(derived))]

    def _flat(self, lines: list[str]) -> list[Json]:
        return [self._node(subject, facts) for subject, facts in entities(lines)]

    def _node(self, subject: str, facts: Facts) -> Json:
        node: Json = {"@id": subject[1:-1]}
        for predicate in self.order.of(facts):
            name = self.names[predicate].strip("<>")
            values = [self._value(name, value) for value in facts[predicate]]
            node[name] = values[0] if len(values) == 1 else values
        return node

    def _value(self, name: str, value: str) -> str | Json:
        if value[0] == "<":
            return value[1:-1] if name == "@type" else {"@id": value[1:-1]}
        suffix = value[value.rindex('"') + 1 :]
        if suffix.startswith("@"):
            return {"@value": literal_text(value), "@language": suffix[1:]}
        if suffix:
            return {"@value": literal_text(value), "@type": self.names[suffix[2:]].strip("<>")}
        return literal_text(value)
