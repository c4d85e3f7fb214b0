"""Saved queries: one file, one question; safe typed parameters, lookups, tests and lint."""

from kg.query.answer import QueryAnswer, ask, bound
from kg.query.examples import as_sparql_examples
from kg.query.expect import differences
from kg.query.lint import check_queries, check_query, lint
from kg.query.lookup import Lookup, NotFound
from kg.query.reading import (
    Catalogue,
    QueryBroken,
    QueryMissing,
    load_queries,
    load_query,
    query_folders,
    read_query,
)
from kg.query.saved import Column, Parameter, SavedQuery
from kg.query.values import ParameterError, Run, allowed_texts

__all__ = [
    "Catalogue",
    "Column",
    "Lookup",
    "NotFound",
    "Parameter",
    "ParameterError",
    "QueryAnswer",
    "QueryBroken",
    "QueryMissing",
    "Run",
    "SavedQuery",
    "allowed_texts",
    "as_sparql_examples",
    "ask",
    "bound",
    "check_queries",
    "check_query",
    "differences",
    "lint",
    "load_queries",
    "load_query",
    "query_folders",
    "read_query",
]
