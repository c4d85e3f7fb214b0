"""A build in; RDF/XML out: a description for each entity.

Written here and not by pyoxigraph, which leaves carriage returns and control characters for XML parsers to
change or refuse.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from kg import vocab
from kg.export.content import Content
from kg.export.names import Names
from kg.export.turtle import Facts, Order, entities
from kg.ntriples import literal_text
from kg.problem import Failure

_NAME = re.compile(r"(.*?[^A-Za-z_])([A-Za-z_][\w.-]*)", re.A)
"""An IRI as a namespace and the longest name that XML can hold."""
_DIGITS = "0123456789"
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""What XML 1.0 cannot hold, not even as a reference (section 2.2)."""
_TEXT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
_ATTRIBUTE = str.maketrans({"&": "&amp;", "<": "&lt;", '"': "&quot;"})


def write(content: Content, out: BinaryIO) -> int:
    """Write the merge of all graphs; how many triples it has. Failure where XML cannot hold one of them."""
    writer = _Writer(content)
    out.write(writer.header().encode("utf-8"))
    total = 0
    for block in content.blocks():
        out.write("".join(writer.entities(block)).encode("utf-8"))
        total += len(block)
    out.write(b"\n</rdf:RDF>\n")
    return total


class _Writer:
    def __init__(self, content: Content) -> None:
        self.names = Names(vocab.PREFIXES)
        self.order = Order(content.shape, self.names)
        self.elements: dict[str, tuple[str, str]] = {}

    def header(self) -> str:
        declared = "".join(f'\n    xmlns:{prefix}="{iri}"' for prefix, iri in sorted(self.names.prefixes.items()))
        return f'<?xml version="1.0" encoding="UTF-8"?>\n<rdf:RDF{declared}>\n'

    def entities(self, lines: list[str]) -> Iterator[str]:
        for subject, facts in entities(lines):
            said = "".join(self._properties(subject, facts))
            yield f'\n<rdf:Description rdf:about="{_attribute(subject)}">\n{said}</rdf:Description>\n'

    def _properties(self, subject: str, facts: Facts) -> Iterator[str]:
        for predicate in self.order.of(facts):
            start, end = self._element(predicate)
            for value in facts[predicate]:
                if value[0] == "<":
                    yield f'  <{start} rdf:resource="{_attribute(value)}"/>\n'
                else:
                    yield f"  <{start}{_kind(value)}>{_text(value, subject=subject, predicate=predicate)}</{end}>\n"

    def _element(self, predicate: str) -> tuple[str, str]:
        """What stands in the start tag and in the end tag of a property."""
        if predicate not in self.elements:
            name = self.names.prefixed(predicate[1:-1])
            is_legal = name and name.rpartition(":")[2][0] not in _DIGITS
            self.elements[predicate] = (name, name) if is_legal else _declared(predicate[1:-1])
        return self.elements[predicate]


def _declared(predicate: str) -> tuple[str, str]:
    found = _NAME.fullmatch(predicate)
    if not found:
        raise Failure(f"RDF/XML cannot name the property {predicate}; export as Turtle instead")
    return f'p:{found[2]} xmlns:p="{found[1].translate(_ATTRIBUTE)}"', f"p:{found[2]}"


def _attribute(term: str) -> str:
    return term[1:-1].translate(_ATTRIBUTE)


def _kind(value: str) -> str:
    """The attribute that says a literal's datatype or language."""
    suffix = value[value.rindex('"') + 1 :]
    if suffix.startswith("@"):
        return f' xml:lang="{suffix[1:]}"'
    return f' rdf:datatype="{_attribute(suffix[2:])}"' if suffix else ""


def _text(value: str, *, subject: str, predicate: str) -> str:
    text = literal_text(value)
    found = _FORBIDDEN.search(text)
    if found:
        message = f"RDF/XML cannot hold the character U+{ord(found[0]):04X}, which {predicate} of {subject} has"
        raise Failure(f"{message}; export as Turtle instead, or remove it from the case")
    return text.translate(_TEXT)
