"""Casegraph: evidence case files go in, a checked knowledge graph to ask questions of comes out."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kg.workspace import Workspace

__all__ = ["Workspace", "__version__"]
__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    """The Python API, imported when it is asked for, so that the command line starts without it."""
    if name == "Workspace":
        from kg.workspace import Workspace

        return Workspace
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
