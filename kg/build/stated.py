"""Markdown files in; the highest release of the ontology that a case file among them states, out.

A file that the last build saw is not read again, and of the others only those that seem to state the most are parsed.
"""

from __future__ import annotations

import re

from kg.build.look import Look
from kg.build.scan import Found, may_lie
from kg.case import Reader
from kg.fileentry import FileEntry
from kg.manifest import Manifest
from kg.release import VERSION, VERSION_USED

_STATED = re.compile(rb"\b" + VERSION_USED[-1].encode() + rb"[\"']?\s*:\s*[\"']?(" + VERSION.pattern.encode() + rb")")


def stated_release(at: Look, reader: Reader) -> str:
    """The version; empty where no case file states a release that is known."""
    rank = {version: place for place, version in enumerate(reader.releases)}
    highest = ""
    for each in at.found:
        entry = _as_built(each, at.manifest)
        stated = entry.release if entry else _glance(each, rank)
        if not entry and rank.get(stated, -1) > rank.get(highest, -1):
            stated = _read(each, reader)
        if stated != highest:
            highest = max(highest, stated, key=lambda version: rank.get(version, -1))
    return highest


def _as_built(found: Found, manifest: Manifest | None) -> FileEntry | None:
    """The entry of a file that is as the last build saw it, judged by its stamp alone."""
    entry = manifest.files.get(found.shown) if manifest else None
    if manifest is None or entry is None or (entry.is_case and not entry.release):
        return None
    return entry if entry.stamp == found.stamp and not may_lie(found.stamp, manifest.looked) else None


def _glance(found: Found, rank: dict[str, int]) -> str:
    """The highest known release that the bytes of a file seem to state."""
    versions = {match[1].decode() for match in _STATED.finditer(_bytes(found))} & rank.keys()
    return max(versions, key=rank.__getitem__, default="")


def _read(found: Found, reader: Reader) -> str:
    """The release that a file states once it is parsed; nothing where it is no case file."""
    case = reader.read(_bytes(found), found.shown)
    return case.release if case else ""


def _bytes(found: Found) -> bytes:
    try:
        return found.path.read_bytes()
    except OSError:
        return b""
