"""Numbers as people write them: a metric or a quote in, quantities out, and whether the two agree.

English and symbols only; what cannot be read stays unread. See docs/decisions/0004-metrics-parsing.md.
"""

from kg.metric.agreement import agrees
from kg.metric.quantity import Comparator, Mention, Quantity
from kg.metric.reading import numbers_in, parse

__all__ = ["Comparator", "Mention", "Quantity", "agrees", "numbers_in", "parse"]
