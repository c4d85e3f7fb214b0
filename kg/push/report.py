"""What became of each graph of a push."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from kg.problem import Failure


@dataclass(slots=True)
class Report:
    """What a push did, filled while it runs: it has to be true whenever it ends."""

    build: str
    planned: int
    """Graphs to send or to remove."""
    same: int
    """Graphs that the store held already."""
    new: list[str] = field(default_factory=list[str])
    """Graphs that hold what the build has: sent, counted and recorded."""
    removed: list[str] = field(default_factory=list[str])
    pending: dict[str, str] = field(default_factory=dict[str, str])
    """Graphs that may be old, new or half of each, and why; the next push sends them again."""
    old: list[str] = field(default_factory=list[str])
    """Graphs that hold what they held before, because the push ended before their turn."""
    pruned: list[str] = field(default_factory=list[str])
    triples: int = 0
    """Triples sent and counted."""
    stopped: Failure | KeyboardInterrupt | None = None
    """What ended the push before its time."""

    @property
    def is_complete(self) -> bool:
        """Whether the store holds the build."""
        return self.stopped is None and not self.pending and not self.old

    def as_json(self) -> dict[str, Any]:
        """For ``--report``: every graph by its state."""
        return {
            "build": self.build,
            "complete": self.is_complete,
            "stopped": str(self.stopped) if self.stopped else None,
            "triples": self.triples,
            "same": self.same,
            "new": self.new,
            "removed": self.removed,
            "pruned": self.pruned,
            "pending": self.pending,
            "old": self.old,
        }
