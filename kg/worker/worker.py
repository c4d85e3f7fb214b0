"""Queries in, answers out of a process of their own, which is killed when one goes too far."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
import weakref
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import pyoxigraph as ox

from kg.store.base import Answer, QueryError, StoreError, Table
from kg.store.sparql import in_order, refusal, tokens, unreadable
from kg.worker import process
from kg.worker.limits import DEFAULT, Limits, Outcome, QueryRefused, QueryTimeout, QueryTooLarge, truncation

Frame = tuple[bytes, bytes]
"""A kind of ``kg.worker.process`` and what it carries."""

WANT_OF_MEMORY = frozenset((signal.SIGABRT, signal.SIGSEGV, signal.SIGBUS, signal.SIGTRAP, signal.SIGKILL))
"""How a process ends that gets no more memory, or that the system ends for want of it."""


class _Late(Exception):
    """The deadline has passed."""


class _Ended(Exception):
    """The process has closed its end."""


def run(store: Path, query: str, limits: Limits = DEFAULT, *, prefixes: Mapping[str, str] | None = None) -> Outcome:
    """The answer to one query, from a process that ends with it."""
    with Worker(store, prefixes) as worker:
        return worker.run(query, limits)


class Worker:
    """A process that has a store open and answers one query after another; where one was killed, the next starts anew.

    Not for several threads at once: give each a worker.
    """

    def __init__(self, store: Path, prefixes: Mapping[str, str] | None = None) -> None:
        self.store = store
        self.prefixes = dict(prefixes or {})
        self._pipe: _Pipe | None = None
        self._end: Callable[[], object] = _nothing

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def start(self) -> None:
        """Start the process now, so that it gets ready while the caller does other work."""
        if self._pipe is None:
            self._pipe = _Pipe(self.store)
            self._end = weakref.finalize(self, self._pipe.close)

    def close(self) -> None:
        """End the process; the next query starts a new one."""
        self._end()
        self._pipe = None

    def run(self, query: str, limits: Limits = DEFAULT) -> Outcome:
        """The whole answer to a query; a QueryError or StoreError where there is none."""
        frames = list(self.stream(query, limits))
        return Outcome(_answer(frames, query), truncation(json.loads(frames[-1][1]), limits))

    def stream(self, query: str, limits: Limits = DEFAULT) -> Iterator[Frame]:
        """The frames of an answer as they come, END last. Whoever stops listening ends the process."""
        _refuse(query)
        deadline = time.monotonic() + limits.seconds
        self.start()
        assert self._pipe is not None
        is_done = False
        try:
            self._pipe.ask(self._request(query, limits), deadline)
            while True:
                kind, payload = self._pipe.frame(deadline)
                is_done = kind in (process.END, process.ERROR)
                if kind == process.ERROR:
                    raise self._error(json.loads(payload), query, limits)
                yield kind, payload
                if is_done:
                    return
        except _Late:
            message = f"the query was stopped after {limits.seconds:g} s; narrow it, or allow more time"
            raise QueryTimeout(message) from None
        except _Ended:
            raise _loss(self._pipe.status(), limits) from None
        finally:
            if not is_done:
                self.close()

    def _error(self, said: dict[str, str], query: str, limits: Limits) -> QueryError:
        if said["kind"] == "memory":
            return _too_large(limits)
        if said["kind"] == "run":
            return QueryError(f"the query cannot be run: {said['message']}")
        return QueryError(unreadable(query, said["message"], self.prefixes))

    def _request(self, query: str, limits: Limits) -> bytes:
        return json.dumps(
            {
                "query": query,
                "prefixes": self.prefixes,
                "seconds": limits.seconds,
                "memory": limits.memory,
                "rows": limits.rows,
                "bytes": limits.bytes,
            }
        ).encode()


class _Pipe:
    """A process and the two pipes to it; everything that waits, waits until a deadline."""

    def __init__(self, store: Path) -> None:
        command = [sys.executable, "-P", process.__file__, str(store)]
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            start_new_session=True,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._stdin, self._stdout = self._process.stdin, self._process.stdout
        self._readable = select.poll()
        self._readable.register(self._stdout, select.POLLIN)
        self._held = bytearray()
        self._is_ready = False

    def ask(self, request: bytes, deadline: float) -> None:
        """Put a request once the process is ready for it, and so reads it at once."""
        if not self._is_ready:
            kind, payload = self.frame(deadline)
            if kind == process.ERROR:
                message = json.loads(payload)["message"]
                raise StoreError(f"the store cannot be opened: {message}; `kg build --full` makes it anew")
            self._is_ready = True
        try:
            rest = memoryview(process.HEAD.pack(b"Q", len(request)) + request)
            while rest:
                rest = rest[os.write(self._stdin.fileno(), rest) :]
        except BrokenPipeError:
            raise _Ended from None

    def frame(self, deadline: float) -> Frame:
        """The next frame; _Late or _Ended where there is none."""
        kind, length = process.HEAD.unpack(self._read(process.HEAD.size, deadline))
        return kind, self._read(length, deadline)

    def _read(self, size: int, deadline: float) -> bytes:
        while len(self._held) < size:
            left = deadline - time.monotonic()
            if left <= 0 or not self._readable.poll(1000 * left):
                raise _Late
            got = os.read(self._stdout.fileno(), 1 << 20)
            if not got:
                raise _Ended
            self._held += got
        taken = bytes(self._held[:size])
        del self._held[:size]
        return taken

    def status(self) -> int:
        """How the process ended: its exit status, or the number of a signal with a minus."""
        return self._process.wait()

    def close(self) -> None:
        """Kill the process; it holds nothing that could be lost."""
        self._process.kill()
        self._process.wait()
        self._stdin.close()
        self._stdout.close()


def _nothing() -> None:
    """Before the first process there is none to end."""


def _refuse(query: str) -> None:
    refused = refusal(list(tokens(query)))
    if refused:
        raise QueryRefused(f"the query is refused: {refused.reason}")


def _loss(status: int, limits: Limits) -> StoreError:
    if status == -signal.SIGALRM:
        return QueryTimeout(f"the query was stopped after {limits.seconds:g} s; narrow it, or allow more time")
    if -status in WANT_OF_MEMORY:
        return _too_large(limits)
    return StoreError(f"the process that runs queries ended by itself (status {status}); ask again")


def _too_large(limits: Limits) -> QueryTooLarge:
    megabytes = limits.memory // 1_000_000
    return QueryTooLarge(f"the query was stopped because it needs more than {megabytes:,} MB of memory; narrow it")


def _answer(frames: list[Frame], query: str) -> Answer:
    kind, payload = frames[0]
    body = b"".join(payload for kind, payload in frames if kind in (process.ROWS, process.TRIPLES))
    if kind == process.TRUTH:
        return bool(json.loads(payload))
    if kind == process.TRIPLES:
        return [quad.triple for quad in ox.parse(body, format=ox.RdfFormat.N_TRIPLES, lenient=True)]
    return _table(json.loads(payload), body, query)


def _table(names: list[str], body: bytes, query: str) -> Table:
    columns = tuple(in_order(names, query))
    head = "\t".join(f"?{name}" for name in names).encode() + b"\n"
    read = ox.parse_query_results(head + body, format=ox.QueryResultsFormat.TSV)
    assert isinstance(read, ox.QuerySolutions)
    rows = [tuple(row) for row in read] if columns == tuple(names) else [tuple(row[n] for n in columns) for row in read]
    return Table(columns, rows)
