"""Find a quote in captured texts: a quote and prepared texts in; how well, in which text and where out.

Every step normalises the quote and the texts in the same way and keeps the way back, so that all offsets
that leave this package are Unicode code points of the original captured text.
"""

from kg.quote.cascade import locate
from kg.quote.match import Kind, Match, Passage
from kg.quote.near import PARTIAL_SHARE
from kg.quote.offsets import byte_offsets
from kg.quote.search import MOST_PLACES
from kg.quote.text import Text

__all__ = ["MOST_PLACES", "PARTIAL_SHARE", "Kind", "Match", "Passage", "Text", "byte_offsets", "locate"]
