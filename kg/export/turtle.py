"""Sorted triples in; Turtle that a person reads out: by entity, properties in the order of the shapes.

A writer of its own, because pyoxigraph's neither groups nor orders and rdflib's is too slow for a whole graph.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import BinaryIO

from kg import vocab
from kg.export.content import Content
from kg.export.names import Names, long_string, namespaces
from kg.shape import RecordShape

Facts = dict[str, list[str]]
"""The facts of one entity: objects by predicate."""

_TYPE = f"<{vocab.rdf_type}>"
_NEXT_PROPERTY = " ;\n    "
_NEXT_OBJECT = " ,\n        "


def write(content: Content, out: BinaryIO) -> int:
    """Write the merge of all graphs; how many triples it has."""
    writer = Writer(content)
    out.write(writer.names.header().encode())
    total = 0
    for block in content.blocks():
        out.write("".join(writer.entities(block)).encode("utf-8"))
        total += len(block)
    return total


def entities(lines: Iterable[str]) -> list[tuple[str, Facts]]:
    """Subjects with their facts, from sorted lines; whatever an IRI begins comes before what continues it."""
    found: dict[str, Facts] = {}
    for line in lines:
        subject, predicate, rest = line.split(" ", 2)
        facts = found.get(subject)
        if facts is None:
            facts = found[subject] = {}
        objects = facts.get(predicate)
        if objects is None:
            facts[predicate] = [rest[:-2]]
        else:
            objects.append(rest[:-2])
    return sorted(found.items(), key=_place)


def _place(entity: tuple[str, Facts]) -> str:
    return entity[0][:-1]


class Order:
    """The order in which an entity's properties are read; worked out once for each combination of them."""

    def __init__(self, shape: RecordShape, names: Names) -> None:
        self.names = names
        self.ranks = {
            f"<{each.target}>": {f"<{path}>": found.order for path, found in each.by_path.items()}
            for each in shape.walk()
        }
        self._known: dict[tuple[str, ...], list[str]] = {}

    def of(self, facts: Facts) -> list[str]:
        """The predicates of an entity: its type, those that the shape of its class knows, the others by name."""
        key = (*facts.get(_TYPE, ()), *facts)
        order = self._known.get(key)
        if order is None:
            order = self._known[key] = self._work_out(facts)
        return order

    def _work_out(self, facts: Facts) -> list[str]:
        ranks = {_TYPE: -1}
        for target in facts.get(_TYPE, ()):
            ranks |= self.ranks.get(target, {})
        return sorted(facts, key=lambda predicate: (ranks.get(predicate, len(ranks) + 1000), self.names[predicate]))


class Writer:
    """Writes entities as Turtle."""

    def __init__(self, content: Content) -> None:
        self.names = Names(namespaces(content.shape), content.base)
        self.order = Order(content.shape, self.names)

    def entities(self, lines: Iterable[str]) -> Iterator[str]:
        """One text for each entity, with a blank line before it."""
        names, order = self.names, self.order
        for subject, facts in entities(lines):
            said = [f"{_verb(each) or names[each]} {self._objects(facts[each])}" for each in order.of(facts)]
            yield f"\n{names[subject]} {_NEXT_PROPERTY.join(said)} .\n"

    def _objects(self, objects: list[str]) -> str:
        if len(objects) == 1:
            return self._object(objects[0])
        return _NEXT_OBJECT.join(map(self._object, objects))

    def _object(self, term: str) -> str:
        return self.names[term] if term[-1] == ">" else long_string(term)


def _verb(predicate: str) -> str:
    """The short form of ``rdf:type``, which Turtle has for predicates only."""
    return "a" if predicate == _TYPE else ""
