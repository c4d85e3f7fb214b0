"""A migration: the operations that lead from one release to the next, and where they stand in its file."""

from __future__ import annotations

from dataclasses import dataclass

from kg.bump import Bump
from kg.migrate.operation import Operation, compatibility
from kg.problem import Span


@dataclass(frozen=True, slots=True)
class Step:
    """One operation, where its file says so, and why."""

    operation: Operation
    span: Span
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Migration:
    """One file of migrations."""

    origin: str
    """The release that it leads from."""
    target: str
    """The release that it leads to."""
    steps: tuple[Step, ...]
    file: str
    digest: str
    """SHA-256 of its file, and of the tables that it names."""
    title: str = ""

    @property
    def name(self) -> str:
        """What it is called by: ``1.0-1.1``."""
        return f"{self.origin}-{self.target}"

    @property
    def operations(self) -> tuple[Operation, ...]:
        """The operations in order; each applies to what the one before left."""
        return tuple(step.operation for step in self.steps)

    @property
    def compatibility(self) -> Bump:
        """What it demands of the version number."""
        return max(map(compatibility, self.operations), default=Bump.PATCH)

    @property
    def losses(self) -> tuple[str, ...]:
        """What cannot be told afterwards."""
        return tuple(operation.loss for operation in self.operations if operation.loss)
