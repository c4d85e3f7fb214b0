"""Files in, manifest entries out: in this process, or in a pool of processes. Both give the same entries."""

from __future__ import annotations

import gc
import multiprocessing
import os
import sys
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from types import ModuleType

from kg.build.inputs import Inputs
from kg.build.scan import Found
from kg.fileentry import FileEntry

CHUNK = 50
POOL_FROM = 400
"""Files below which starting a pool costs more than it saves."""
ATTEMPTS = 3
"""How often a pool is started again after one of its processes was killed."""

Progress = Callable[[int, int], None]
"""Called with files done and files in all."""


def silent(_done: int, _total: int) -> None:
    """Progress that nobody looks at."""


Make = Callable[[Found, Inputs], FileEntry]
"""What is done with each file; a function of a module, so that other processes find it."""


def run(files: Sequence[Found], inputs: Inputs, make: Make, progress: Progress) -> dict[str, FileEntry]:
    """The entries of some files by shown path."""
    workers = inputs.workers or os.cpu_count() or 1
    serial = workers == 1 or (len(files) < POOL_FROM and not inputs.workers)
    batches = _serial(files, inputs, make) if serial else _pooled(files, inputs, make, workers)
    entries: dict[str, FileEntry] = {}
    for batch in batches:
        entries.update((entry.path, entry) for entry in batch)
        progress(len(entries), len(files))
    return entries


def make_entries(files: Sequence[Found], inputs: Inputs, make: Make) -> list[FileEntry]:
    """What one worker does with one chunk."""
    return [make(found, inputs) for found in files]


def _serial(files: Sequence[Found], inputs: Inputs, make: Make) -> Iterator[list[FileEntry]]:
    for found in files:
        yield [make(found, inputs)]


def _pooled(files: Sequence[Found], inputs: Inputs, make: Make, workers: int) -> Iterator[list[FileEntry]]:
    """Chunks over a pool; a pool that lost a process is started again for the chunks that are missing."""
    missing = {start: files[start : start + CHUNK] for start in range(0, len(files), CHUNK)}
    for _ in range(ATTEMPTS):
        try:
            yield from _one_pool(missing, inputs, make, workers)
        except BrokenProcessPool:
            continue
        break
    for chunk in missing.values():
        yield make_entries(chunk, inputs, make)


def _one_pool(
    missing: dict[int, Sequence[Found]], inputs: Inputs, make: Make, workers: int
) -> Iterator[list[FileEntry]]:
    context = multiprocessing.get_context("spawn")
    rarely = (gc.get_threshold()[0],)  # as in the process that starts them
    with ProcessPoolExecutor(workers, context, initializer=gc.set_threshold, initargs=rarely) as pool:
        with _without_script():
            futures: dict[Future[list[FileEntry]], int] = {
                pool.submit(make_entries, chunk, inputs, make): start for start, chunk in missing.items()
            }
        for future in as_completed(futures):
            entries = future.result()
            del missing[futures[future]]
            yield entries


@contextmanager
def _without_script() -> Generator[None]:
    """Processes that start now do not run the caller's script, which without a guard would build again in each."""
    script = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = script
