"""One Markdown file in; what it says of organisations and documents, and nothing else that a build would find, out."""

from __future__ import annotations

import hashlib

from kg import identity
from kg.build.inputs import Inputs, curated, reader
from kg.build.scan import Found
from kg.fileentry import FileEntry


def glance_at(found: Found, inputs: Inputs) -> FileEntry:
    """An entry with the case's name and entities only; without a case where there is none to read."""
    try:
        raw = found.path.read_bytes()
    except OSError:
        return FileEntry(found.shown, "", found.stamp)
    entry = FileEntry(found.shown, hashlib.sha256(raw).hexdigest(), found.stamp)
    case = reader(inputs).read(raw, found.shown)
    if case is None or case.record is None:
        return entry
    _, entities = identity.derive(case, inputs.base, curated(inputs).organisations.roots)
    return FileEntry(entry.path, entry.sha256, entry.stamp, case=case.record.iri).holding(entities=entities)
