"""IRIs and literals in N-Triples syntax in; their shortest forms in Turtle out."""

from __future__ import annotations

import re
from collections.abc import Iterable

from kg import vocab
from kg.shape import Kind, RecordShape, local_name

KEPT = 50_000
"""Short forms that are remembered before all are forgotten: enough for a catalogue, little beside a case."""

_PREFIX = re.compile(r"[A-Za-z][A-Za-z0-9_-]*", re.A)
_LOCAL = re.compile(r"[A-Za-z0-9_][\w-]*", re.A)
_RELATIVE = re.compile(r"[\w~%-][\w~%-]*(?:/[\w~%-][\w.~%-]*)*")
_SHORT = {
    f"<{vocab.xsd_integer}>": re.compile("0|-?[1-9][0-9]*"),
    f"<{vocab.xsd_decimal}>": re.compile(r"-?(?:0|[1-9][0-9]*)\.[0-9]+"),
    f"<{vocab.xsd_boolean}>": re.compile("true|false"),
}
"""Lexical forms that Turtle and every reader of it keep as they are when they stand without quotes."""
_ESCAPE = re.compile(r'(?:\\")+|\\.')


def namespaces(shape: RecordShape) -> dict[str, str]:
    """Namespaces by prefix: the vocabularies, then the concept schemes that a case may use."""
    found = dict(vocab.PREFIXES)
    schemes = {each.scheme for record in shape.walk() for each in record.fields.values() if each.kind is Kind.CONCEPT}
    for scheme in sorted(schemes):
        if _PREFIX.fullmatch(local_name(scheme)):
            found.setdefault(local_name(scheme), scheme + "/")
    return found


class Names(dict[str, str]):
    """Terms by their N-Triples form; looks a term up, and works out one that it has not seen yet.

    Only IRIs and typed literals belong here: those come again and again.
    """

    def __init__(self, prefixes: dict[str, str], base: str = "") -> None:
        super().__init__()
        self.prefixes = prefixes
        self.base = base if base.endswith("/") and not set(base) & set("?#") else ""
        self._by_namespace = sorted(
            ((each, prefix) for prefix, each in prefixes.items()), key=lambda pair: -len(pair[0])
        )

    def __missing__(self, term: str) -> str:
        if len(self) > KEPT:
            self.clear()
        self[term] = short = self._iri(term) if term[0] == "<" else self._typed(term)
        return short

    def header(self) -> str:
        """The declarations that the short forms need."""
        return self._header(self.prefixes)

    def header_for(self, text: str) -> str:
        """The declarations that a text needs, and no others."""
        return self._header(prefix for prefix in self.prefixes if f"{prefix}:" in text)

    def _header(self, prefixes: Iterable[str]) -> str:
        base = f"@base <{self.base}> .\n" if self.base else ""
        return base + "".join(f"@prefix {prefix}: <{self.prefixes[prefix]}> .\n" for prefix in sorted(prefixes))

    def prefixed(self, iri: str) -> str:
        """An IRI as a prefixed name; empty where it cannot be one."""
        for namespace, prefix in self._by_namespace:
            if iri.startswith(namespace) and _LOCAL.fullmatch(iri, len(namespace)):
                return f"{prefix}:{iri[len(namespace) :]}"
        return ""

    def _iri(self, term: str) -> str:
        iri = term[1:-1]
        if self.base and iri.startswith(self.base) and _RELATIVE.fullmatch(iri, len(self.base)):
            return f"<{iri[len(self.base) :]}>"
        return self.prefixed(iri) or term

    def _typed(self, term: str) -> str:
        end = term.rindex('"')
        datatype = term[end + 3 :]
        pattern = _SHORT.get(datatype)
        if pattern and pattern.fullmatch(term, 1, end):
            return term[1:end]
        return f"{long_string(term[: end + 1])}^^{self[datatype]}"


def long_string(term: str) -> str:
    r"""A string over several lines where it has line feeds; every other escape stays.

    >>> print(long_string(r'"a \"b\"\n\\n"').replace('"', "'"))
    '''a 'b'
    \\n'''
    """
    if "\\n" not in term:
        return term
    end = term.rindex('"')
    return f'"""{_ESCAPE.sub(_unescape, term[1:end])}"""{term[end + 1 :]}'


def _unescape(found: re.Match[str]) -> str:
    """A line feed as itself; a quotation mark too, where it stands alone inside and so can close nothing."""
    escape = found[0]
    if escape == '\\"' and found.end() < len(found.string):
        return '"'
    return "\n" if escape == "\\n" else escape
