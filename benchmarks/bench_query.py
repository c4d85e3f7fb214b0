"""Asking on the command line: whole processes, from the shell to the last row, on the store of the real cases.

What the profile said: two thirds of a question are Python, click and pyoxigraph starting twice, in the command and in
the process that answers; rdflib, pySHACL and all that builds stay out of it.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.corpus import CORPUS, real_cases, spent
from kg.workspace import Workspace

TIMES = 5
COMMANDS = (
    ("--help",),
    ("query", "--help"),
    ("query", "value-claims", "--help"),
    ("query", "mechanism-outcome"),
    ("query", "claims-by-process", "--process", "3.0"),
    ("query", "value-claims", "--mode", "exploratory", "--format", "csv"),
    ("query", "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"),
    ("search", "cost", "reduction"),
)
READ = "import sys, kg.cli.query; sys.exit(any(m in sys.modules for m in ('rdflib', 'pyshacl', 'kg.build', 'polars')))"


def main() -> None:
    """Print the table."""
    paths = real_cases()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        workspace = Workspace(root, cases=[CORPUS])
        workspace.build()
        first = spent(lambda: _kg(("search", "cost"), root))
        print(f"### Asking on the command line, {len(paths)} real cases, {len(workspace.store):,} triples\n")
        print(f"The best of {TIMES} runs of a whole process, the process that answers included.\n")
        print("| command | wall s | CPU s |\n|---|---:|---:|")
        for words in COMMANDS:
            runs = [spent(lambda words=words: _kg(words, root)) for _ in range(TIMES)]
            best = min(runs, key=lambda run: run.wall)
            print(f"| `kg {' '.join(words)}` | {best.wall:.2f} | {best.cpu:.2f} |")
        print(f"| `kg search cost`, the first, which reads all texts | {first.wall:.2f} | {first.cpu:.2f} |")
    lean = subprocess.run([sys.executable, "-c", READ], check=False).returncode == 0
    print(f"\nrdflib, pySHACL and the build are {'not ' if lean else ''}imported on the way.")


def _kg(words: Sequence[str], root: Path) -> None:
    subprocess.run([sys.executable, "-m", "kg", *words], cwd=root, check=True, capture_output=True)


if __name__ == "__main__":
    main()
