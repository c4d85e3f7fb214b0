"""Real case files replicated to any number, for benchmarks; and how CPU, wall time and memory are measured."""

from __future__ import annotations

import os
import re
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
CORPUS = Path(os.environ.get("CASEGRAPH_CORPUS", ROOT / "../shared/corpus"))


@dataclass(frozen=True)
class Spent:
    """What a call took, in seconds."""

    cpu: float
    wall: float


def spent(call: Callable[[], object]) -> Spent:
    """CPU of this process and its children, and wall time, of one call."""
    before, clock = _cpu(), time.perf_counter()
    call()
    return Spent(_cpu() - before, time.perf_counter() - clock)


def _cpu() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def real_cases() -> list[Path]:
    """The real case files; ends the program with a reason where they are absent."""
    found = sorted(CORPUS.glob("*/casefile.md"))
    if not found:
        sys.exit(f"no case files in {CORPUS}; set CASEGRAPH_CORPUS to a folder of */casefile.md")
    return found


def replicated(number: int) -> Iterator[tuple[str, bytes]]:
    """Case files with ids of their own, as many as asked for: (folder name, bytes)."""
    texts = [path.read_bytes() for path in real_cases()]
    for index in range(number):
        name = f"case-{index:06}"
        yield (
            name,
            re.sub(rb"(?m)^case_id: .*(\n  .*)*$", f"case_id: {name}".encode(), texts[index % len(texts)], count=1),
        )


def write_workspace(root: Path, number: int, *, with_texts: bool = False) -> None:
    """A workspace of replicated cases, with their captured texts or without."""
    paths = real_cases()
    shutil.rmtree(root, ignore_errors=True)
    for index, (name, text) in enumerate(replicated(number)):
        folder = root / "cases" / name
        folder.mkdir(parents=True)
        (folder / "casefile.md").write_bytes(text)
        sources = paths[index % len(paths)].parent / "sources"
        if with_texts and sources.is_dir():
            shutil.copytree(sources, folder / "sources")


def front_matters(number: int) -> list[str]:
    """The YAML of replicated cases, for the yardstick."""
    return [text.decode("utf-8").split("\n---", 1)[0].removeprefix("---\n") for _, text in replicated(number)]


def yardstick(number: int) -> float:
    """CPU seconds of PyYAML's CSafeLoader merely loading the same front matters; the best of three."""
    texts = front_matters(number)
    return min(spent(lambda: _load_all(texts)).cpu for _ in range(3))


def _load_all(texts: list[str]) -> None:
    for text in texts:
        yaml.load(text, yaml.CSafeLoader)


def peak_memory() -> float:
    """The most memory that this process has used, in MB; Linux only: elsewhere a child starts from its parent's."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) / 1024
