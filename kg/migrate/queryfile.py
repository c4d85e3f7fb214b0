"""The bytes of a saved query and a chain of migrations in; its bytes with the names of the target release out.

Which release a query is written for stands in the ``requires`` of its header. What no name takes the place of is left
alone: the verdicts of a plan say which queries a person has to look at.
"""

from __future__ import annotations

import re

from kg.migrate.migration import Migration
from kg.migrate.renaming import Renaming
from kg.migrate.splice import Edit
from kg.query.reading import read_query

ENDING = ".rq"
_REQUIRES = re.compile(r"(?m)^(#\+ requires:[ \t]*)(.*?)([ \t\r]*)$")


def query_edits(text: str, file: str, chain: tuple[Migration, ...], renaming: Renaming) -> list[Edit]:
    """The edits that bring a query to the target; none where it is there, or names nothing that is renamed."""
    query, _ = read_query(text, file)
    if query is None or not chain or not query.requires.has(chain[0].origin):
        return []
    edits = renaming.edits(text)
    target = chain[-1].target
    found = _REQUIRES.search(text)
    if edits and found and not query.requires.has(target):
        edits.append(Edit(found.start(2), found.end(2), f'">={target}"'))
    return sorted(edits, key=lambda each: each.start)
