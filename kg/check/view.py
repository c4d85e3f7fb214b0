"""A release's shapes in; the terms that they name out, so that engines need not read what no shape looks at.

Every field is a path, so all that a case states stays in view, but for the body of the file. What is derived is
for the most part (the passages of quotes, say) of no concern to any rule.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kg import vocab
from kg.ntriples import literal_text

_STATEMENT = re.compile(r"(?m)^(\S+) <(\S+)> (.*) \.$")
_IRI = re.compile(r"<[^<>\"\s]+>")
_PREFIXED = re.compile(r"(?<![\w?$<])([A-Za-z][\w.-]*|):([A-Za-z_](?:[\w.-]*\w)?)")


def terms_of(shapes: str) -> frozenset[str]:
    """Everything that some shapes, in N-Triples, name, be it in a query: the predicates and classes among it matter."""
    return frozenset((f"<{vocab.rdf_type}>", *_IRI.findall(shapes), *_prefixed(shapes)))


def _prefixed(shapes: str) -> Iterator[str]:
    """The names in queries that are written with a declared prefix."""
    said: dict[str, dict[str, list[str]]] = {}
    for subject, predicate, value in _STATEMENT.findall(shapes):
        said.setdefault(subject, {}).setdefault(predicate, []).append(value)
    spaces = {
        literal_text(prefix): literal_text(namespace)
        for facts in said.values()
        for prefix, namespace in zip(facts.get(vocab.sh_prefix, ()), facts.get(vocab.sh_namespace, ()), strict=False)
    }
    queries = (literal_text(each) for facts in said.values() for each in facts.get(vocab.sh_select, ()))
    for query in queries:
        yield from (f"<{spaces[prefix]}{name}>" for prefix, name in _PREFIXED.findall(query) if prefix in spaces)
