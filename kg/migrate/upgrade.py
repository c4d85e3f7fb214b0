"""The tree of a case file and a chain of migrations in; the tree at the target release out.

The same function serves the build, which upgrades in memory, and ``kg migrate``, which writes what it gives into
files; so a built graph is the graph of migrated files.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from kg import vocab
from kg.migrate import tree
from kg.migrate.effects import Processes, effects
from kg.migrate.layout import Layout, between, layout_of
from kg.migrate.migration import Migration
from kg.migrate.renaming import Renaming
from kg.migrate.visit import At, Effect, Log, Scene, apply
from kg.release import VERSION_USED
from kg.shape import RecordShape
from kg.yamltree import Mapping, Scalar

Shapes = Callable[[str], RecordShape]
"""The shape of a case in a release."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One effect of a migration, the layout that it meets, and which operation it belongs to."""

    effect: Effect
    layout: Layout
    index: int


@dataclass(frozen=True, slots=True)
class Upgraded:
    """A tree at the target release, and what each migration of the chain did to it."""

    root: Mapping
    logs: tuple[Log, ...] = field(default=())


class Upgrader:
    """Applies one chain of migrations to many files; layouts are worked out once."""

    def __init__(self, chain: Sequence[Migration], shapes: Shapes, processes: Processes) -> None:
        self.chain = tuple(chain)
        self._parts = [_Part(each, shapes, processes) for each in chain]
        self.processes = processes
        self._shapes = shapes

    @cached_property
    def renaming(self) -> Renaming:
        """What the chain does to the names that queries use."""
        return Renaming.of(self.chain, self._shapes)

    def upgrade(self, root: Mapping, version: str) -> Upgraded:
        """A case's tree at the target release. Refusal where it cannot be changed safely."""
        logs: list[Log] = []
        for part in self._parts:
            log = Log()
            if part.migration.origin == version:
                root = part.apply(root, log)
                version = part.migration.target
            logs.append(log)
        return Upgraded(root, tuple(logs))


class _Part:
    """One migration of a chain."""

    def __init__(self, migration: Migration, shapes: Shapes, processes: Processes) -> None:
        self.migration = migration
        self.target = layout_of(shapes(migration.target))
        layout = between(layout_of(shapes(migration.origin)), self.target)
        self.stages: list[Stage] = []
        for index, operation in enumerate(migration.operations):
            self.stages += [Stage(each, layout, index) for each in effects(operation, layout, processes)]
            layout = layout.after(operation, self.target)
        self.last = layout

    def apply(self, root: Mapping, log: Log) -> Mapping:
        for stage in self.stages:
            scene = Scene(stage.layout, self.target, self.migration.origin, log, stage.index)
            root = apply(root, stage.effect, scene)
        scene = Scene(self.last, self.target, self.migration.origin, log, -1)
        return apply(root, self._versions(bool(log.asked)), scene)

    def _versions(self, has_asked: bool) -> Effect:
        """Version keys say the target; a case with something to decide says so."""
        origin, target = self.migration.origin, self.migration.target
        versions = frozenset((vocab.versionUsed, vocab.ontologyVersion))
        records = {
            record for record, keys in self.last.records.items() if any(key.path in versions for key in keys.values())
        }

        def touch(node: Mapping, at: At) -> Mapping:
            for key in at.keys().values():
                value = node.get(key.name)
                if key.path in versions and isinstance(value, Scalar) and value.text == origin and not value.is_null:
                    node = tree.with_value(node, key.name, tree.reworded(value, target), order=at.order)
                if key.path == vocab.needsRetagging and has_asked and tree.text_of(value) != "true":
                    place = value or tree.place_of_new(node)
                    node = tree.with_value(node, key.name, tree.text("true", place), order=at.order)
            return node

        return Effect(frozenset(records), touch)


def version_of(root: Mapping) -> str:
    """The release that a case's tree names; empty where it names none."""
    node: object = root
    for key in VERSION_USED:
        node = node.get(key) if isinstance(node, Mapping) else None
    return node.text if isinstance(node, Scalar) and not node.is_null else ""
