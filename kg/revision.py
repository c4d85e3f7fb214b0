"""Two versions of a catalogue of processes, or one and what it says has changed, in; what has changed out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from kg.catalogue import Catalogue, Process, hierarchy_id
from kg.process import normalised


class Kind(StrEnum):
    """What has changed about a process."""

    NEW = "new"
    REMOVED = "removed"
    RENAMED = "renamed"
    MOVED = "moved"
    """It has another hierarchy id: its old one may mean another process now."""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that has changed: about which process, and what it was before.

    ``hierarchy_id`` and ``name`` are empty for a process that is known by its PCF ID only.
    """

    kind: Kind
    pcf_id: str
    hierarchy_id: str = ""
    name: str = ""
    was: str = ""
    """The former name of a renamed process, the former hierarchy id of a moved one."""
    under: str = ""
    """Hierarchy id of the process that a removed one stood under, where its own is not known."""

    @property
    def bears_on(self) -> frozenset[str]:
        """The codes and normalised names by which a claim may mean this process, before or after."""
        codes = {self.pcf_id, self.hierarchy_id}
        names = {self.name} if self.kind in (Kind.NEW, Kind.REMOVED, Kind.RENAMED) else set[str]()
        if self.kind is Kind.MOVED:
            codes.add(self.was)
        elif self.was:
            names.add(self.was)
        return frozenset((*codes, *(normalised(name) for name in names))) - {""}


def stated_changes(catalogue: Catalogue) -> list[Change]:
    """What the change column of a workbook says is new, removed or renamed, in hierarchy order."""
    return [change for each in catalogue.processes for change in _stated(each, catalogue)]


_RENAME = re.compile(r"RENAME[D]?\s*,?\s*WAS\s*:\s*(.*)", re.IGNORECASE | re.DOTALL)
_NEW = re.compile(r"\bNEW\b")
_GONE = re.compile(r"(?<![\w.-])[-\N{EN DASH}.]([0-9]{5})\b")
"""APQC writes -16800; a slip, .16801, means the same."""


def _stated(process: Process, catalogue: Catalogue) -> Iterator[Change]:
    renamed = _RENAME.search(process.change)
    marks = process.change[: renamed.start()] if renamed else process.change
    about = process.pcf_id, process.hierarchy_id, process.name
    if _NEW.search(marks):
        yield Change(Kind.NEW, *about)
    if renamed:
        yield Change(Kind.RENAMED, *about, was=" ".join(renamed[1].split()))
    for pcf_id in _GONE.findall(marks):
        if catalogue.by_pcf_id(pcf_id) is None:
            yield Change(Kind.REMOVED, pcf_id, under=process.hierarchy_id)


def changes(old: Catalogue, new: Catalogue) -> list[Change]:
    """What differs between two catalogues, process by process as PCF IDs tell them, in the hierarchy order of the new.

    What was removed stands where it stood.
    """
    gone = [each for each in old.processes if new.by_pcf_id(each.pcf_id) is None]
    ordered = sorted((*new.processes, *gone), key=lambda each: (each.position, each in gone))
    return [change for each in ordered for change in _between(each, old, new)]


def _between(process: Process, old: Catalogue, new: Catalogue) -> Iterator[Change]:
    before, after = old.by_pcf_id(process.pcf_id), new.by_pcf_id(process.pcf_id)
    about = process.pcf_id, process.hierarchy_id, process.name
    if after is None:
        yield Change(Kind.REMOVED, *about)
    elif before is None:
        yield Change(Kind.NEW, *about)
    else:
        if before.name != after.name:
            yield Change(Kind.RENAMED, *about, was=before.name)
        if before.hierarchy_id != after.hierarchy_id:
            yield Change(Kind.MOVED, *about, was=before.hierarchy_id)


def meant_by(code: str, name: str) -> frozenset[str]:
    """What a claim's code and name are compared by: the code as the catalogue spells it, the name normalised.

    >>> sorted(meant_by("03.0", "Manage  IT (20607)"))
    ['3.0', 'manage it']
    """
    plain = code.strip()
    spelt = plain if re.fullmatch("[0-9]{5}", plain) else hierarchy_id(plain) or ""
    return frozenset((spelt, normalised(name))) - {""}
