"""An operation in; what it does to the records of case files out. One table, by kind of operation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kg.migrate import structure, tree
from kg.migrate.layout import Layout
from kg.migrate.operation import (
    Derive,
    MapValues,
    Merge,
    MoveField,
    Operation,
    Recode,
    Rename,
    RenameProperty,
    Resolve,
    RetireField,
    RetireTerm,
    Split,
    SwapFields,
    Update,
)
from kg.migrate.substitution import effect, substitution
from kg.migrate.visit import At, Effect
from kg.yamltree import Mapping, Scalar


@dataclass(frozen=True, slots=True)
class Stated:
    """What a claim states of a process, and which claim of which case it is."""

    case: str
    claim: str
    code: str
    name: str
    catalogue: str


@dataclass(frozen=True, slots=True)
class Meant:
    """The PCF ID of the process that is meant, empty where none is certain; candidates, best first.

    ``is_none`` where a person decided that no process is meant.
    """

    pcf_id: str = ""
    candidates: tuple[str, ...] = ()
    is_none: bool = False


Processes = Callable[[Stated], Meant]
"""Resolves what is stated by a catalogue and curated links."""


def effects(operation: Operation, layout: Layout, processes: Processes) -> list[Effect]:
    """What an operation does to files, in order; nothing where files do not change."""
    if isinstance(operation, Update):
        return [each for inner in operation.files for each in effects(inner, layout, processes)]
    found = _effect(operation, layout, processes)
    return [found] if found else []


def _effect(operation: Operation, layout: Layout, processes: Processes) -> Effect | None:
    found: Effect | None = None
    match operation:
        case Rename() | Merge() | Split() | RetireTerm() | MapValues() | Recode():
            found = effect(substitution(operation, layout), layout)
        case RenameProperty():
            found = structure.rename_property(operation, layout)
        case RetireField():
            found = structure.retire_field(operation, layout)
        case MoveField():
            found = structure.move_field(operation, layout)
        case SwapFields():
            found = structure.swap_fields(operation, layout)
        case Derive():
            found = structure.derive(operation, layout)
        case Resolve():
            found = _resolve(operation, processes)
        case _:
            pass
    return found


def _resolve(operation: Resolve, processes: Processes) -> Effect:
    """A record of a process in place of a code and a name."""

    def touch(node: Mapping, at: At) -> Mapping:
        code, label = node.get(operation.code.key), node.get(operation.label.key)
        if code is None and label is None:
            return node
        stated = tree.text_of(code) or "", tree.text_of(label) or ""
        place = next(each for each in (code, label) if each is not None)
        first = operation.code.key if code is not None else operation.label.key
        node = tree.renamed(node, first, operation.to.key)
        node = tree.without(node, operation.label.key) if code is not None else node
        value = _process(operation, at, stated, place) if any(stated) else None
        return tree.with_value(node, operation.to.key, value or tree.null(place), order=at.order)

    def _process(operation: Resolve, at: At, stated: tuple[str, str], place: object) -> Mapping | None:
        assert isinstance(place, Scalar)
        meant = processes(Stated(at.label[0], at.label[-1], *stated, operation.catalogue))
        words = "|".join(stated)
        if meant.is_none:
            at.lose(operation.code.key, words)
            return None
        if not meant.pcf_id:
            at.ask(operation.to.key, Scalar(words, False, place.start, place.end), meant.candidates)
            return None
        at.scene.count()
        said = dict(operation.write) | {operation.id_key: meant.pcf_id}
        key = at.scene.target.key(operation.to)
        keys = at.scene.target.records.get(key.record, {}) if key else {}
        ordered = sorted(said, key=lambda each: keys[each].order if each in keys else 0)
        return tree.mapping([(each, tree.text(said[each], place)) for each in ordered], place)

    return Effect(frozenset([operation.to.record]), touch)
