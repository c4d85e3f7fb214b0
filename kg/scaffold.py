"""A release and the names of a new case in; the text of a valid case file that shows every key out.

The shapes say which keys there are and which of them are asked for; the ontology's examples fill those. A term is
the shape's ``sh:defaultValue``; else the weakest of an ordered vocabulary, since a new case proves nothing yet;
else the ontology's example.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from kg import casefile, vocab
from kg.case import Record
from kg.release import CASE_ID, VERSION_USED, Release
from kg.schema import Glossary
from kg.shape import Field, Kind, RecordShape, encode, local_name
from kg.yamltree import Limits, Mapping, Node, Scalar, Sequence, parse

NOTICE = "A new case: every text of its source and its claims is an example, to be replaced."

_ID = re.compile(r"\b[A-Z]+-?[0-9]+\b")
_DEFAULT = vocab.PREFIXES["sh"] + "defaultValue"


def new_case(release: Release, shape: RecordShape, *, case_id: str, organisation: str, title: str, today: str) -> str:
    """The text of a case file with one source and one claim of each kind; ``today`` as YYYY-MM-DD."""
    given = {(CASE_ID,): case_id, VERSION_USED: release.version}
    names = {vocab.organisationName: organisation, vocab.dcterms_title: title}
    given |= {(shape.by_path[path].key,): text for path, text in names.items() if path in shape.by_path}
    record = _Filler(release, shape, given, today).case(shape)
    heading = " ".join(title.split())
    return _with_comments(casefile.write(record, f"\n# {heading}\n"), shape, Glossary(release))
