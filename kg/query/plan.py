"""A query's text in, what its algebra shows out: parts that nothing joins, and how far a pattern has to look.

rdflib's algebra, for lint only: nothing here is on the path of a query that runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, cast

Part = frozenset[str]
"""The variables of patterns that are joined."""

Scopes = list[list[Part]]


class Unreadable(Exception):
    """rdflib cannot read the query; its words, and the place from 1."""

    def __init__(self, message: str, line: int, column: int) -> None:
        super().__init__(message)
        self.line, self.column = line, column


def algebra(text: str) -> Any:
    """The algebra of a query; Unreadable where rdflib has none."""
    from pyparsing import ParseException
    from rdflib.plugins.sparql.algebra import translateQuery
    from rdflib.plugins.sparql.parser import parseQuery

    try:
        return translateQuery(parseQuery(text)).algebra
    except ParseException as error:
        raise Unreadable(error.msg, error.lineno, error.column) from error
    except Exception as error:  # rdflib raises bare exceptions
        raise Unreadable(str(error), 0, 0) from error


def products(node: Any) -> list[list[Part]]:
    """For each scope in which some patterns share no variable with the others: its parts."""
    found: Scopes = []
    _scope(node, found)
    return found


def _scope(node: Any, found: Scopes) -> list[Part]:
    """The joined parts of a node that is evaluated by itself."""
    parts = _parts(node, found)
    if len(parts) > 1:
        found.append(parts)
    return parts


def _parts(node: Any, found: Scopes) -> list[Part]:
    """The joined parts of a node; scopes inside it that fall apart are added to ``found``."""
    read = _READERS.get(getattr(node, "name", ""))
    if read:
        return read(node, found)
    return _parts(node.p, found) if "p" in node else []


def _basic(node: Any, _found: Scopes) -> list[Part]:
    return _joined(_variables(triple) for triple in cast("Iterable[Any]", node.triples))


def _values(node: Any, _found: Scopes) -> list[Part]:
    """One row multiplies nothing."""
    rows = cast("list[dict[Any, Any]]", node.res)
    return [frozenset(str(variable) for row in rows for variable in row)] if len(rows) > 1 else []


def _join(node: Any, found: Scopes) -> list[Part]:
    return _joined([*_parts(node.p1, found), *_parts(node.p2, found)])


def _union(node: Any, found: Scopes) -> list[Part]:
    return _joined([_all([*_scope(node.p1, found), *_scope(node.p2, found)])])


def _minus(node: Any, found: Scopes) -> list[Part]:
    _scope(node.p2, found)
    return _parts(node.p1, found)


def _extend(node: Any, found: Scopes) -> list[Part]:
    used = _mentioned(node.expr)
    made = frozenset((str(node.var),)) if used else frozenset[str]()
    return _joined([*_parts(node.p, found), made | used])


def _project(node: Any, found: Scopes) -> list[Part]:
    inner = _scope(node.p, found)
    return [frozenset(str(variable) for variable in cast("Iterable[Any]", node.PV))] if inner else []


def _group(node: Any, found: Scopes) -> list[Part]:
    """Groups and their aggregates, which have names of their own."""
    inner = _scope(node.p, found)
    made = frozenset(str(each.res) for each in cast("Iterable[Any]", node.A)) if "A" in node else frozenset[str]()
    return [_all(inner) | made] if inner else []


_READERS: dict[str, Callable[[Any, Scopes], list[Part]]] = {
    "BGP": _basic,
    "values": _values,
    "Join": _join,
    "LeftJoin": _join,
    "Union": _union,
    "Minus": _minus,
    "Extend": _extend,
    "Project": _project,
    "Group": _group,
    "AggregateJoin": _group,
}
"""How the parts of each kind of node are found; a kind that is missing passes on those of what it holds."""


def _all(parts: Iterable[Part]) -> Part:
    return frozenset[str]().union(*parts)


def _joined(parts: Iterable[Part]) -> list[Part]:
    """Parts that share variables as one."""
    joined: list[Part] = []
    for part in parts:
        if part:
            touched = [each for each in joined if each & part]
            joined = [each for each in joined if not each & part] + [part.union(*touched)]
    return joined


def _variables(terms: Iterable[Any]) -> Part:
    from rdflib.term import BNode, Variable

    return frozenset(str(term) for term in terms if isinstance(term, (BNode, Variable)))


def _mentioned(expression: Any) -> Part:
    """The variables of an expression, those inside EXISTS left out."""
    from rdflib.plugins.sparql.parserutils import CompValue
    from rdflib.term import Variable

    if isinstance(expression, Variable):
        return frozenset((str(expression),))
    if isinstance(expression, CompValue):
        if "EXISTS" in expression.name:
            return frozenset()
        return _all(_mentioned(each) for each in cast("Iterable[Any]", expression.values()))
    if isinstance(expression, list):
        return _all(_mentioned(each) for each in cast("list[Any]", expression))
    return frozenset()


def hops(node: Any) -> int:
    """How many triples a pattern looks for, each step of a path counted."""
    return sum(_steps(triple[1]) for bgp in _patterns(node) for triple in cast("Iterable[Any]", bgp.triples))


def _patterns(node: Any) -> Iterator[Any]:
    from rdflib.plugins.sparql.parserutils import CompValue

    if isinstance(node, CompValue):
        if node.name == "BGP":
            yield node
        for each in cast("Iterable[Any]", node.values()):
            yield from _patterns(each)


def _steps(predicate: Any) -> int:
    from rdflib.paths import AlternativePath, InvPath, MulPath, SequencePath

    if isinstance(predicate, SequencePath):
        return sum(_steps(each) for each in predicate.args)
    if isinstance(predicate, AlternativePath):
        return max(_steps(each) for each in predicate.args)
    if isinstance(predicate, InvPath):
        return _steps(predicate.arg)
    return 2 if isinstance(predicate, MulPath) else 1
