"""What a user gives for a parameter in, terms of its type out; a ParameterError where it is not of the type."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from difflib import get_close_matches

import pyoxigraph as ox

from kg.lexical import DATATYPES
from kg.problem import Failure
from kg.query.lookup import Lookup, NotFound
from kg.query.saved import LITERALS, Parameter, SavedQuery
from kg.store.base import Table, Term
from kg.terms import plain
from kg.worker import Outcome

Run = Callable[[str], Outcome]
"""Whatever answers SPARQL: a worker, a store, an endpoint."""

Given = str | int | float | Decimal | bool | date
"""A value as the command line (text) or a program gives it."""


class ParameterError(Failure):
    """A value that a parameter does not take, or a parameter that a query does not have."""


def terms_of(query: SavedQuery, given: Mapping[str, Given | Sequence[Given]], lookup: Lookup) -> dict[str, list[Term]]:
    """The terms that some parameters are to be bound to; those not given keep their default."""
    return {name: _terms(_parameter(query, name), values, lookup) for name, values in given.items()}


def _parameter(query: SavedQuery, name: str) -> Parameter:
    found = query.parameter(name)
    if found:
        return found
    known = [each.name for each in query.parameters]
    near = get_close_matches(name, known, 1)
    known_words = f"it has {', '.join(known)}" if known else "it has none"
    hint = f"did you mean {near[0]}?" if near else known_words
    raise ParameterError(f"{query.name} has no parameter `{name}`; {hint}")


def _terms(parameter: Parameter, values: Given | Sequence[Given], lookup: Lookup) -> list[Term]:
    several = [values] if isinstance(values, Given) else list(values)
    if not several:
        raise ParameterError(f"parameter {parameter.name}: no value is given; leave it out to ask for everything")
    if len(several) > 1 and parameter.default is not None:
        raise ParameterError(f"parameter {parameter.name} takes one value, not {len(several)}")
    terms = [_term(parameter, _text(value), lookup) for value in several]
    return list(dict.fromkeys(terms))


def _text(value: Given) -> str:
    """A value as it would be typed."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return format(Decimal(repr(value)), "f")
    return str(value)


def _term(parameter: Parameter, text: str, lookup: Lookup) -> Term:
    try:
        term = _literal(parameter, text) if parameter.type in LITERALS else _entity(parameter, text, lookup)
    except (NotFound, ValueError) as error:
        allowed = f"; allowed: {_listed(parameter.allowed)}" if parameter.allowed else ""
        raise ParameterError(f"parameter {parameter.name}: {error}{allowed}") from error
    _check_allowed(parameter, term, text, lookup)
    return term


def _literal(parameter: Parameter, text: str) -> Term:
    datatype = LITERALS[parameter.type]
    known = DATATYPES[datatype]
    canonical = known.canonical(text)
    if canonical is None:
        raise ParameterError(f"parameter {parameter.name}: `{text}` is not {known.expected}")
    return ox.Literal(canonical, datatype=ox.NamedNode(datatype))


def _entity(parameter: Parameter, text: str, lookup: Lookup) -> Term:
    return lookup.find(parameter.type, text, scheme=parameter.scheme)


def _check_allowed(parameter: Parameter, term: Term, text: str, lookup: Lookup) -> None:
    allowed = allowed_texts(parameter, lookup.run)
    said = plain(term)
    if allowed and not any(each in (said, text, said.rsplit("/", 1)[-1]) for each in allowed):
        near = get_close_matches(text, allowed, 1)
        hint = f"did you mean {near[0]}?" if near else f"allowed: {_listed(allowed)}"
        raise ParameterError(f"parameter {parameter.name}: `{text}` is not allowed; {hint}")


def allowed_texts(parameter: Parameter, run: Run) -> list[str]:
    """The values that a parameter takes, from the header or from the query that lists them; empty means any."""
    if not parameter.allowed_query:
        return list(parameter.allowed)
    answer = run(parameter.allowed_query).answer
    return [plain(row[0]) for row in answer.rows if row] if isinstance(answer, Table) else []


def _listed(words: Iterable[str]) -> str:
    shown = list(words)
    return ", ".join(shown[:20]) + (" …" if len(shown) > 20 else "")
