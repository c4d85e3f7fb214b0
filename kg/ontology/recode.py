"""A catalogue of processes with what it says has changed in; the migration that brings older process ids to it out.

PCF IDs stay with their processes from version to version, so all but the removed ones lead to themselves. Which process
took the place of a removed one APQC does not say: a person decides, and is shown those that came in its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from operator import itemgetter

from kg import codes
from kg.catalogue import Catalogue, Process
from kg.problem import Problem, Span
from kg.revision import Kind, stated_changes

_RENAME = re.compile(r"RENAMED?\s*,?\s*WAS\s*:.*", re.IGNORECASE | re.DOTALL)
_MARK = re.compile(r"NEW|[+c\N{EN DASH}-][0-9]{5}")
_ADDED = re.compile(r"\+([0-9]{5})")


@dataclass(frozen=True, slots=True)
class Recoding:
    """What is known of the way from one version of a catalogue to the next."""

    catalogue: Catalogue
    was: str
    """The version before."""
    kept: tuple[str, ...]
    """PCF IDs that both versions have."""
    removed: dict[str, tuple[str, ...]]
    """PCF IDs that only the earlier version has → those that may be meant now."""
    new: int
    renamed: int
    problems: tuple[Problem, ...]

    @property
    def file(self) -> str:
        """Name of the table."""
        return f"pcf-{self.catalogue.edition}-{self.was}-{self.catalogue.version}.tsv"

    def table(self) -> str:
        """The concordance: one line for each pair of ids, the notice of APQC before it."""
        notice = f"# {self.catalogue.rights}\n"
        rows = [*((code, code) for code in self.kept), *self._removed()]
        return notice + "from\tto\n" + "".join(f"{old}\t{new}\n" for old, new in sorted(rows, key=itemgetter(0)))

    def _removed(self) -> Iterator[tuple[str, str]]:
        for old, candidates in self.removed.items():
            yield from ((old, new) for new in candidates or ("",))

    def migration(self, origin: str, target: str, field: str) -> str:
        """The migration file between two releases; ``field`` is the one that holds PCF IDs."""
        edition, version = self.catalogue.edition, self.catalogue.version
        return (
            f"from: '{origin}'\nto: '{target}'\n"
            f"title: Processes of the PCF ({edition}) {version} instead of {self.was}\n"
            f"operations:\n- recode:\n    field: {field}\n"
            f"    where: {{edition: {edition}, version: '{self.was}'}}\n    write: {{version: '{version}'}}\n"
            f"    file: {self.file}\n    otherwise: pending\n"
            f"  comment: {len(self.kept)} ids stay, {len(self.removed)} were removed; for those a person decides.\n"
        )


def recoding(catalogue: Catalogue, was: str, file: str) -> Recoding:
    """What the change column of a catalogue comes to; ``file`` names the workbook in problems."""
    changes = stated_changes(catalogue)
    strange = [problem for each in catalogue.processes for problem in _strange(each, file)]
    slips = {code for problem in strange for code in re.findall("`[^0-9]*([0-9]{5})`", problem.message)}
    new = {change.pcf_id for change in changes if change.kind is Kind.NEW}
    gone = [change.pcf_id for change in changes if change.kind is Kind.REMOVED and change.pcf_id not in slips]
    places = {change.pcf_id: change.under for change in changes if change.kind is Kind.REMOVED}
    return Recoding(
        catalogue,
        was,
        kept=tuple(each.pcf_id for each in catalogue.processes if each.pcf_id not in new),
        removed={code: _candidates(catalogue, places[code]) for code in gone},
        new=len(new),
        renamed=len([change for change in changes if change.kind is Kind.RENAMED]),
        problems=tuple(strange),
    )


def _candidates(catalogue: Catalogue, under: str) -> tuple[str, ...]:
    """What was added where a process was removed, then what it stood under; never one alone, as if it were certain."""
    place = catalogue.by_hierarchy_id(under)
    if place is None:
        return ()
    added = [code for code in _ADDED.findall(place.change) if catalogue.by_pcf_id(code)]
    above = [place.pcf_id, *([place.parent] if place.parent else [])]
    found = tuple(dict.fromkeys((*added, *above)))
    return found if len(found) > 1 else ()


def _strange(process: Process, file: str) -> Iterator[Problem]:
    """Marks in the change column that are none of APQC's."""
    marks = _RENAME.sub("", process.change)
    for mark in filter(None, re.split(r"[\s,;]+", marks)):
        if not _MARK.fullmatch(mark):
            message = f"process {process.pcf_id}: `{mark}` among its changes is none of NEW, +id, -id, cID or RENAME"
            hint = "ids that it may stand for are left to a person"
            yield codes.BAD_CATALOGUE_ROW.at(Span(file), message, hint=hint, record=process.pcf_id)
