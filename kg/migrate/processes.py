"""Linkers by catalogue in; what a claim's stated code and name mean, for the ``recode`` of a migration, out."""

from __future__ import annotations

from collections.abc import Callable

from kg.about import Linker
from kg.migrate.effects import Meant, Processes, Stated


def processes(linker: Callable[[str], Linker | None]) -> Processes:
    """Resolves by the catalogue that a migration names, and by people's decisions; candidates where neither settles it.

    ``linker`` gives the linker of an edition and version, such as ``cross-industry/7.4``, or None where the workspace
    has no such catalogue: then all goes to a person.
    """

    def meant(stated: Stated) -> Meant:
        found = linker(stated.catalogue)
        return _meant(found, stated) if found else Meant()

    return meant


def _meant(linker: Linker, stated: Stated) -> Meant:
    about = stated.case, stated.claim, stated.code, stated.name
    decision = linker.decisions.for_claim(*about)
    if decision is not None and (not decision.process or decision.process in linker.pcf_ids):
        return Meant(decision.process, is_none=not decision.process)
    refused = linker.decisions.refused_for_claim(*about)
    found = linker.resolve(stated.code, stated.name)
    if found.linked is not None and found.linked.pcf_id not in refused:
        return Meant(found.linked.pcf_id)
    listed = dict.fromkeys(each.process.pcf_id for each in found.candidates)
    return Meant(candidates=tuple(each for each in listed if each not in refused))
