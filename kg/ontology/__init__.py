"""Releases of the ontology: what differs between two, what a change would touch, and that a locked one stays."""

from kg.bump import Bump, bump_between
from kg.ontology.change import Change, ChangeKind, Difference
from kg.ontology.diff import difference
from kg.ontology.lock import locked_faults, read_lock

__all__ = ["Bump", "Change", "ChangeKind", "Difference", "bump_between", "difference", "locked_faults", "read_lock"]
