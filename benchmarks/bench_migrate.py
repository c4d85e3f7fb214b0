"""Migrating files: planning against checking them, applying 1.0 → 2.0 file by file, memory at two sizes.

What the profile said: three tenths of migrating a file is libyaml's event parser, which runs over each front matter
twice (before, and to prove what was written); a tenth typing by the shapes, a sixth the operations, a quarter finding
and proving the edits.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks.corpus import Spent, spent, write_workspace

COMPARED = 2_000
APPLIED = (1_000, 10_000)

_PEAK = """
import resource, sys
from kg.cli import kg
try:
    kg(sys.argv[1:], standalone_mode=False)
except SystemExit:
    pass
sys.stderr.write(f"peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}\\n")
"""


@dataclass(frozen=True)
class Done:
    """What one command printed and took."""

    output: str
    took: Spent
    peak: int
    """MB."""


def main() -> None:
    """Print the tables."""
    print("### Migrating files\n")
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        write_workspace(root, COMPARED)
        check, plan = _kg("check", root=root), _kg("migrate", "plan", "--quick", root=root)
        print(f"| {COMPARED:,} cases | CPU s | ms a case | ratio |\n|---|---:|---:|---:|")
        for name, each in (("kg check", check), ("kg migrate plan --quick", plan)):
            ratio = each.took.cpu / check.took.cpu
            print(f"| {name} | {each.took.cpu:.1f} | {1000 * each.took.cpu / COMPARED:.1f} | {ratio:.2f} |")
    print("\n| 1.0 → 2.0 | files | CPU s | ms a file | wall s | peak MB |\n|---|---:|---:|---:|---:|---:|")
    for number in APPLIED:
        _apply(number)


def _apply(number: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        write_workspace(root, number)
        plan = _kg("migrate", "plan", "--quick", root=root)
        found = re.search(r"migrate apply .*?([0-9a-f]{16}) --by", plan.output)
        assert found, plan.output
        _row("plan", number, plan)
        _row("apply, read back", number, _kg("migrate", "apply", found[1], "--by", "bench", root=root))
        if number == min(APPLIED):
            _row("verify: each original again, files and graphs", number, _kg("migrate", "verify", found[1], root=root))
        _row("undo", number, _kg("migrate", "undo", found[1], root=root))


def _row(what: str, number: int, done: Done) -> None:
    cpu, wall = done.took.cpu, done.took.wall
    print(f"| {what} | {number:,} | {cpu:.1f} | {1000 * cpu / number:.1f} | {wall:.1f} | {done.peak} |", flush=True)


def _kg(*words: str, root: Path) -> Done:
    outputs: list[str] = []

    def run() -> None:
        command = [sys.executable, "-c", _PEAK, *words, "-C", str(root)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        outputs.append(done.stdout + done.stderr)

    took = spent(run)
    peak = re.search(r"peak (\d+)", outputs[0])
    assert peak, outputs[0][-2000:]
    return Done(outputs[0], took, int(peak[1]))
