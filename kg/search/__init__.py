"""Full text search over a build: titles, descriptions, quotes and captured texts; words in, ranked hits out."""

from kg.search.hits import KINDS, Hit, Hits, search
from kg.search.index import Index, SearchError

__all__ = ["KINDS", "Hit", "Hits", "Index", "SearchError", "search"]
