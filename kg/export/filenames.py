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
    """A file name, without an ending, for each case: its id as it stands in its IRI.

    A dot in front is encoded, because it would hide the file. A hash stands behind an id that is too long, or that
    differs from another one only in upper and lower case, which some file systems do not tell apart.
    """
    segments = {case: _shown(case.holds.rpartition("/")[2]) for case in content.cases}
    taken = Counter([SHARED, *(segment.casefold() for segment in segments.values())])
    return {case: _name(segment, clear=taken[segment.casefold()] == 1) for case, segment in segments.items()}


def _shown(segment: str) -> str:
    return f"%2E{segment[1:]}" if segment.startswith(".") else segment


def _name(segment: str, *, clear: bool) -> str:
    if clear and len(segment) <= LONGEST:
        return segment
    return f"{segment[:LONGEST]}~{hashlib.sha256(segment.encode()).hexdigest()[:8]}"
