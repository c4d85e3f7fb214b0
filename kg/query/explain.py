"""A query's text in; its algebra, step by step, with how many rows each step is likely to give, out.

The algebra is rdflib's. Each triple pattern is counted in the graph; how many rows a join gives is estimated from
the numbers of different values on both sides, as most databases do. The embedded store plans for itself: the
estimate says what is much and what is little, not how long it takes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from math import prod
from typing import Any, cast

from kg import vocab
from kg.query.plan import Unreadable, algebra
from kg.query.values import Run
from kg.store.base import QueryError, Table
from kg.terms import plain, short_iri


@dataclass(frozen=True, slots=True)
class Size:
    """How many rows something gives, and how many different values each variable has in them."""

    rows: float
    values: Mapping[str, float] = field(default_factory=dict[str, float])


@dataclass(frozen=True, slots=True)
class Step:
    """One operation of the algebra."""

    depth: int
    name: str
    detail: str
    rows: float
    is_counted: bool = False
    """Whether the rows were counted in the graph, not estimated."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """The steps of a query, the last to be done first."""

    steps: tuple[Step, ...]

    @property
    def cost(self) -> float:
        """Rows that all patterns and joins give together: what the query has to hold or look at."""
        return sum(step.rows for step in self.steps if step.name in _COSTLY)


_COSTLY = ("BGP", "Join", "LeftJoin", "Union", "Minus")


def explain(text: str, run: Run) -> Explanation:
    """The algebra of a query that can be read, with estimates from the graph that ``run`` asks."""
    explainer = _Explainer(run)
    try:
        explainer.visit(algebra(_PROLOGUE + text), 0)
    except Unreadable as error:
        raise QueryError(f"rdflib, which has the algebra, cannot read the query: {error}") from None
    return Explanation(tuple(explainer.steps))


_PROLOGUE = "".join(f"PREFIX {prefix}: <{iri}> " for prefix, iri in vocab.PREFIXES.items())


class _Explainer:
    """Walks an algebra; steps are listed from the outside in, while sizes come from the inside out."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.steps: list[Step] = []

    def visit(self, node: Any, depth: int) -> Size:
        """List a node and what it holds; its size."""
        name = str(node.name)
        if name in ("SelectQuery", "ToMultiSet"):
            return self.visit(node.p, depth)
        if name == "BGP":
            return self._basic(node, depth)
        place = len(self.steps)
        self.steps.append(Step(depth, name, "", 0))
        inner, detail = _unfold(node)
        size = _SIZES.get(name, _same)(node, [self.visit(each, depth + 1) for each in inner])
        self.steps[place] = Step(depth, name.removesuffix("_"), detail, size.rows)
        return size

    def _basic(self, node: Any, depth: int) -> Size:
        place = len(self.steps)
        self.steps.append(Step(depth, "BGP", "", 0))
        sizes: list[Size] = []
        for triple in cast("Iterable[Any]", node.triples):
            sizes.append(self._counted(triple))
            self.steps.append(Step(depth + 1, "pattern", _pattern(triple), sizes[-1].rows, is_counted=True))
        size = _joined(sizes)
        self.steps[place] = Step(depth, "BGP", "", size.rows)
        return size

    def _counted(self, triple: Any) -> Size:
        """How many matches a pattern has in the graph, and how many different values its variables."""
        names = list(dict.fromkeys(_variables(triple)))
        counts = "".join(f" (COUNT(DISTINCT ?{name}) AS ?n{number})" for number, name in enumerate(names))
        answer = self.run(f"SELECT (COUNT(*) AS ?n){counts} {{ {' '.join(map(_written, triple))} }}").answer
        assert isinstance(answer, Table)
        rows, *values = (float(plain(cell)) for cell in answer.rows[0])
        return Size(rows, dict(zip(names, values, strict=True)))


def _unfold(node: Any) -> tuple[list[Any], str]:
    """The nodes inside a node, and its own words; nested Extends are one step."""
    if node.name == "Extend":
        made: list[str] = []
        while node.name == "Extend":
            made.append(f"?{node.var}")
            node = node.p
        return [node], " ".join(reversed(made))
    inner = [node[key] for key in ("p", "p1", "p2") if key in node]
    return inner, _DETAILS.get(str(node.name), _nothing)(node)


def _nothing(_node: Any) -> str:
    return ""


def _named(variables: Iterable[Any]) -> str:
    return " ".join(f"?{each}" for each in variables)


def _values_detail(node: Any) -> str:
    rows = cast("list[dict[Any, Any]]", node.res)
    shown = [" ".join(_short(each) for each in row.values()) for row in rows[:3]]
    return f"{_named(rows[0]) if rows else ''} {{ {' · '.join(shown)}{' …' if len(rows) > 3 else ''} }}"


_DETAILS: dict[str, Callable[[Any], str]] = {
    "Project": lambda node: _named(node.PV),
    "Filter": lambda node: _expression(node.expr),
    "LeftJoin": lambda node: "" if _expression(node.expr) == "true" else _expression(node.expr),
    "Group": lambda node: ", ".join(_expression(each) for each in node.expr or ()),
    "AggregateJoin": lambda node: ", ".join(
        name for each in node.A if (name := str(each.name).removeprefix("Aggregate_")) != "Sample"
    ),
    "OrderBy": lambda node: ", ".join(
        f"{'DESC ' if each.order == 'DESC' else ''}{_expression(each.expr)}" for each in node.expr
    ),
    "Slice": lambda node: f"from {node.start}, {'all' if node.length is None else node.length} rows",
    "values": _values_detail,
}


def _expression(node: Any) -> str:
    """An expression on one line."""
    if isinstance(node, list):
        return ", ".join(_expression(each) for each in cast("list[Any]", node))
    if not hasattr(node, "name"):
        return _short(node)
    name = str(node.name)
    if name in _SIGNS:
        return f"({_SIGNS[name].join([_expression(node.expr), *map(_expression, node.other)])})"
    if name == "RelationalExpression":
        return f"{_expression(node.expr)} {node.op} {_grouped(node.other)}"
    return _call(name, cast("Mapping[str, Any]", node))


_SIGNS = {"ConditionalOrExpression": " || ", "ConditionalAndExpression": " && "}


def _call(name: str, node: Mapping[str, Any]) -> str:
    if name == "TrueFilter":
        return "true"
    name = name.removeprefix("Builtin_")
    if "EXISTS" in name:
        return f"{name} {{ … }}"
    parts = [_expression(each) for key, each in node.items() if key not in ("_vars", "distinct") and each]
    return f"{name}({', '.join(parts)})"


def _grouped(node: Any) -> str:
    return f"({_expression(node)})" if isinstance(node, list) else _expression(node)


def _same(_node: Any, inner: list[Size]) -> Size:
    return inner[0] if inner else Size(1)


def _join_size(_node: Any, inner: list[Size]) -> Size:
    return _joined(inner)


def _left_join_size(_node: Any, inner: list[Size]) -> Size:
    joined = _joined(inner)
    return Size(max(inner[0].rows, joined.rows), {**joined.values, **inner[0].values})


def _union_size(_node: Any, inner: list[Size]) -> Size:
    names = {name for size in inner for name in size.values}
    values = {name: sum(size.values.get(name, 0) for size in inner) for name in names}
    return Size(sum(size.rows for size in inner), values)


def _group_size(node: Any, inner: list[Size]) -> Size:
    """At most one row for each combination of the values that are grouped by."""
    keys = [str(each) for each in node.expr or ()] if "expr" in node else []
    rows = min(inner[0].rows, prod(inner[0].values.get(key, inner[0].rows) for key in keys))
    return Size(rows, inner[0].values)


def _slice_size(node: Any, inner: list[Size]) -> Size:
    return inner[0] if node.length is None else Size(min(inner[0].rows, float(node.length)), inner[0].values)


def _values_size(node: Any, _inner: list[Size]) -> Size:
    """A variable that may have any value joins with everything."""
    rows = cast("list[dict[Any, Any]]", node.res)
    bound = {str(name) for row in rows for name, each in row.items() if each != "UNDEF"}
    return Size(len(rows), {name: len(rows) for name in bound})


_SIZES: dict[str, Callable[[Any, list[Size]], Size]] = {
    "Join": _join_size,
    "LeftJoin": _left_join_size,
    "Union": _union_size,
    "Group": _group_size,
    "Slice": _slice_size,
    "values": _values_size,
}


def _joined(sizes: Iterable[Size]) -> Size:
    """The size of a join of everything, the smallest first."""
    joined = Size(1)
    for size in sorted(sizes, key=lambda size: size.rows):
        shared = joined.values.keys() & size.values.keys()
        rows = joined.rows * size.rows / prod(max(joined.values[name], size.values[name], 1) for name in shared)
        names = joined.values.keys() | size.values.keys()
        least = {name: min(each.values[name] for each in (joined, size) if name in each.values) for name in names}
        joined = Size(rows, {name: min(count, max(rows, 1)) for name, count in least.items()})
    return joined


def _pattern(triple: Iterable[Any]) -> str:
    return " ".join(_short(each) for each in triple)


_NO_BASE = "\0"


def _short(term: Any) -> str:
    """A term as tables print it."""
    from rdflib.term import URIRef

    if isinstance(term, URIRef):
        return short_iri(str(term), _NO_BASE)
    return _written(term)


def _written(term: Any) -> str:
    from rdflib.term import BNode

    if isinstance(term, BNode):
        return f"?{_name(term)}"
    return str(term.n3()) if hasattr(term, "n3") else str(term)


def _variables(triple: Iterable[Any]) -> Iterator[str]:
    from rdflib.term import BNode, Variable

    return (_name(term) for term in triple if isinstance(term, (BNode, Variable)))


def _name(term: Any) -> str:
    from rdflib.term import BNode

    return f"_{term}" if isinstance(term, BNode) else str(term)
