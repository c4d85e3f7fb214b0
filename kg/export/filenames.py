"""Cases in; names of files and folders for them out, safe on every file system."""

from __future__ import annotations

import hashlib
from collections import Counter

from kg.export.content import Content, Part

SHARED = "shared"
"""Name of the file that holds the shared graphs."""
LONGEST = 150
"""Characters of a case id that go into a file name; file systems allow 255 bytes."""


def file_names(content: Content) -> dict[Part, str]:
    """A file name, without an ending, for each case.

    It is the case's id as it stands in its IRI; with a hash behind it where it is too long, or where another case
    has the same one but for upper and lower case, which some file systems do not tell apart.
    """
    segments = {case: case.holds.rpartition("/")[2] for case in content.cases}
    taken = Counter([SHARED, *(segment.casefold() for segment in segments.values())])
    return {case: _name(segment, clear=taken[segment.casefold()] == 1) for case, segment in segments.items()}


def _name(segment: str, *, clear: bool) -> str:
    if clear and len(segment) <= LONGEST and segment.strip("."):
        return segment
    return f"{segment[:LONGEST]}~{hashlib.sha256(segment.encode()).hexdigest()[:8]}"
