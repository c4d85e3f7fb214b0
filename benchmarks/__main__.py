"""Runs every benchmark, or those named: ``python -m benchmarks [build …]``. Prints Markdown; CPU unless it says wall.

Speed is shown as a ratio to what a user would otherwise run, measured in the same run on the same machine.
"""

from __future__ import annotations

import sys
from importlib import import_module

NAMES = (
    "build",
    "check",
    "quote",
    "processes",
    "export",
    "candidates",
    "questions",
    "query",
    "migrate",
    "migrate_graph",
)


def main() -> None:
    """Run the benchmarks in order."""
    for name in sys.argv[1:] or NAMES:
        import_module(f"benchmarks.bench_{name}").main()
        print()


if __name__ == "__main__":
    main()
