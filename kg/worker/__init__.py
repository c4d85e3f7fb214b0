"""Queries in processes that can be killed: a store and a query in, an answer within its limits out."""

from kg.worker.limits import (
    DEFAULT,
    WHOLE,
    Limits,
    Outcome,
    QueryRefused,
    QueryTimeout,
    QueryTooLarge,
    whole,
)
from kg.worker.worker import Worker, run

__all__ = [
    "DEFAULT",
    "WHOLE",
    "Limits",
    "Outcome",
    "QueryRefused",
    "QueryTimeout",
    "QueryTooLarge",
    "Worker",
    "run",
    "whole",
]
