"""A rule's query, a case's graph and one result in; what else the query says of that result out.

An engine reports focus node, path and value and drops the query's other variables, such as the right count beside
the wrong one. Where a rule has such variables, its query is run once more for the node that broke it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

import pyoxigraph as ox

from kg.check.engine import Result

_REPORTED = {"this", "path", "value"}
_THIS = ox.Variable("this")


@dataclass(frozen=True)
class Query:
    """The query of a rule: SPARQL text with its prefixes declared and ``$PATH`` written out."""

    text: str

    @staticmethod
    def of(select: str, path: str, prefixes: dict[str, str]) -> Query:
        """The query of an ``sh:select``."""
        declared = "".join(f"PREFIX {prefix}: <{namespace}>\n" for prefix, namespace in prefixes.items())
        return Query(declared + re.sub(r"[$?]PATH\b", lambda _: f"<{path}>", select))

    @cached_property
    def extra(self) -> tuple[str, ...]:
        """Names of the variables that engines do not report, in order."""
        solutions = ox.Store().query(self.text)
        assert isinstance(solutions, ox.QuerySolutions)
        return tuple(each.value for each in solutions.variables if each.value not in _REPORTED)


class Witness:
    """One case's graph, loaded when a query asks for it."""

    def __init__(self, triples: str) -> None:
        self._triples = triples

    @cached_property
    def _store(self) -> ox.Store:
        store = ox.Store()
        store.load(self._triples, format=ox.RdfFormat.N_TRIPLES)
        return store

    def told(self, query: Query, result: Result) -> dict[str, str]:
        """The extra variables of the solution that a result was made from, by name."""
        if not query.extra:
            return {}
        solutions = self._store.query(query.text, substitutions={_THIS: ox.NamedNode(result.focus[1:-1])})
        assert isinstance(solutions, ox.QuerySolutions)
        names = [each.value for each in solutions.variables]
        for solution in solutions:
            said = {name: solution[name] for name in names}
            if all(name not in said or str(said[name]) == now for name, now in _identity(result)):
                return {name: _plain(term) for name in query.extra if (term := said[name]) is not None}
        return {}


def _identity(result: Result) -> list[tuple[str, str]]:
    return [("path", result.path), ("value", result.value)]


def _plain(term: object) -> str:
    return str(getattr(term, "value", term))
