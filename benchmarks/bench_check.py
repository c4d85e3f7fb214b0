"""Checking: the rules on each case, against pySHACL over the same shapes and cases in the same run.

What the profile said: the engine takes 1.7 ms a case, a third of it in the ten rules that need SPARQL; placing
results and wording problems costs less than a tenth of that. Locating quotes takes 3 to 5 ms a case.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from benchmarks.corpus import CORPUS, Spent, real_cases, spent, write_workspace, yardstick
from kg.build import Inputs
from kg.build.cases import run_steps
from kg.case import Case, Reader
from kg.check import Checker
from kg.ntriples import Triple
from kg.release import find_releases
from kg.workspace import BASE, Workspace

WATCHED, SAVES = 117, 11
REFERENCE = 3
"""Real cases that pySHACL checks; it takes seconds for each."""


def main() -> None:
    """Print the tables."""
    paths = real_cases()
    print(f"### Checking, {len(paths)} real cases\n")
    per_case = 1000 * yardstick(len(paths)) / len(paths)
    print(f"PyYAML's CSafeLoader merely loads the same front matters in {per_case:.2f} ms CPU a case.\n")
    print("| what | CPU s | ms a case | wall s |\n|---|---:|---:|---:|")
    reader = Reader(find_releases())
    cases = [_read(reader, path.read_bytes()) for path in paths]
    inputs = Workspace(CORPUS, cases=[CORPUS]).inputs
    triples = [_triples(case, inputs, path.parent) for case, path in zip(cases, paths, strict=True)]
    checker = Checker(reader.releases)
    checker.check(cases[0], triples[0], BASE)
    fast = min((spent(lambda: _check(checker, cases, triples)) for _ in range(3)), key=lambda took: took.cpu)
    _row("rules alone, on top of reading", fast, len(cases))
    reference = Checker(reader.releases, "pyshacl")
    slow = spent(lambda: _check(reference, cases[:REFERENCE], triples[:REFERENCE]))
    _row(f"the same through pySHACL, {REFERENCE} cases", slow, REFERENCE)
    with tempfile.TemporaryDirectory() as folder:
        runs = [spent(lambda: _kg("check", "--cases", str(CORPUS), root=Path(folder))) for _ in range(3)]
        whole = min(runs, key=lambda took: took.cpu)

        _row("kg check, start-up and quotes included", whole, len(cases))
    print(f"\npySHACL takes {slow.cpu / REFERENCE / (fast.cpu / len(cases)):.0f} times as long for each case.")
    _many_cases()


def _many_cases() -> None:
    print("\n| kg check | cases | CPU s | ms a case | wall s | peak MB |\n|---|---:|---:|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for number in (1_000, 10_000):
            write_workspace(root, number)
            peak: list[float] = []
            took = spent(lambda root=root, peak=peak: peak.append(_peak(root)))
            per_case = 1000 * took.cpu / number
            print(f"| one process | {number:,} | {took.cpu:.1f} | {per_case:.1f} | {took.wall:.1f} | {peak[0]:.0f} |")
        one = spent(lambda: _kg("check", str(root / "cases/case-000007/casefile.md"), root=root))
        print(f"| one file of them | 1 | {one.cpu:.2f} | | {one.wall:.2f} | |")
    with tempfile.TemporaryDirectory() as folder:
        write_workspace(Path(folder), WATCHED, with_texts=True)
        waits = sorted(_saved(Path(folder), SAVES))
        print(
            f"\n`--watch`, {WATCHED} cases: {waits[len(waits) // 2]:.2f} s from saving to the end of the report", end=""
        )
        print(f" (median of {SAVES}; {waits[0]:.2f} to {waits[-1]:.2f})")


def _saved(root: Path, times: int) -> Iterator[float]:
    """Seconds from saving a watched file to the end of its report; a problem that is made tells one from the next."""
    path = root / "cases/case-000007/casefile.md"
    text = path.read_text(encoding="utf-8")
    command = [sys.executable, "-m", "kg", "check", "--watch", "--format", "json", "--least", "error"]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as watcher:
        assert watcher.stdout is not None
        assert watcher.stderr is not None
        _wait(watcher.stderr, "watching")
        for number in range(times):
            time.sleep(0.5)
            start = time.perf_counter()
            path.write_text(text.replace("\nstatus: ", f"\nstatus: odd-{number}-", 1), encoding="utf-8")
            _wait(watcher.stdout, f"odd-{number}-")
            _wait(watcher.stdout, "]")
            yield time.perf_counter() - start
        watcher.kill()


def _wait(stream: IO[str], words: str) -> None:
    if not any(words in line for line in stream):
        raise AssertionError(f"{words} never came")


def _read(reader: Reader, raw: bytes) -> Case:
    case = reader.read(raw, "case.md")
    assert case is not None
    return case


def _triples(case: Case, inputs: Inputs, folder: Path) -> list[Triple]:
    """All that a check looks at: what the file states, and what is derived from it and its texts."""
    work = run_steps(case, inputs, folder)
    return [*work.stated, *work.derived]


def _check(checker: Checker, cases: list[Case], triples: list[list[Triple]]) -> None:
    for case, each in zip(cases, triples, strict=True):
        checker.check(case, each, BASE)


def _row(what: str, took: Spent, cases: int) -> None:
    print(f"| {what} | {took.cpu:.2f} | {1000 * took.cpu / cases:.2f} | {took.wall:.2f} |")


def _kg(*words: str, root: Path) -> None:
    subprocess.run([sys.executable, "-m", "kg", *words, "-C", str(root)], check=False, capture_output=True)


def _peak(root: Path) -> float:
    """Peak memory of one process that checks everything and writes the largest of the reports."""
    script = f"""
from kg.report import REPORTS, Findings, Sources
from kg.workspace import Workspace
from benchmarks.corpus import peak_memory
manifest = Workspace({str(root)!r}, workers=1).check()
findings = Findings(manifest.problems(), tuple(manifest.files), Sources(None))
written = sum(map(len, REPORTS["html"](findings)))
print(peak_memory())
"""
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    return float(done.stdout)


if __name__ == "__main__":
    main()
