"""A worker's own process: queries in on standard input, their answers in frames out on standard output.

It is run by its path and imports nothing of ours, so that it starts as fast as Python and pyoxigraph do. It
cannot reach the network, and it ends by itself soon after the deadline even where nobody is left to kill it.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import struct
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import pyoxigraph as ox

HEAD = struct.Struct(">cI")
"""What a frame begins with: its kind, and the length of what follows."""

READY = b"!"
"""The store is open. Each frame but this ends up with the one who asked."""
COLUMNS = b"?"
"""The columns of a SELECT, as JSON."""
ROWS = b"R"
"""Rows of a SELECT, as SPARQL 1.1 TSV without its first line."""
TRIPLES = b"T"
"""Triples of a CONSTRUCT or DESCRIBE, as N-Triples."""
TRUTH = b"B"
"""The answer of an ASK, as JSON."""
END = b"."
"""The answer is complete, or cut short at the limit that is named, as JSON."""
ERROR = b"E"
"""What went wrong: its kind and a message, as JSON."""

CHUNK = 1 << 18
"""Bytes of an answer that go into one frame."""
GRACE = 2.0
"""Seconds after the deadline at which the process ends itself."""
OPENED_AT_ONCE = 16
"""Tables that RocksDB opens with a store (its kInitialLoadLimit); further ones only when a query needs them."""


def main(folder: str) -> None:
    """Answer queries until standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    out = sys.stdout.buffer
    try:
        store = ox.Store.read_only(folder)
    except OSError as error:
        _send(out, ERROR, {"kind": "open", "message": str(error)})
        return
    size = _address_space()
    close_network(folder)
    _send(out, READY, None)
    for request in _requests(sys.stdin.buffer):
        _limit_memory(size + request["memory"] if size else 0)
        signal.setitimer(signal.ITIMER_REAL, request["seconds"] + GRACE)
        _answer(store, request, out)
        signal.setitimer(signal.ITIMER_REAL, 0)


def _requests(stdin: BinaryIO) -> Iterator[dict[str, Any]]:
    while head := stdin.read(HEAD.size):
        yield json.loads(stdin.read(HEAD.unpack(head)[1]))


def _answer(store: ox.Store, request: dict[str, Any], out: BinaryIO) -> None:
    try:
        _send_answer(store.query(request["query"], prefixes=request["prefixes"]), request, out)
    except SyntaxError as error:
        _send(out, ERROR, {"kind": "syntax", "message": str(error)})
    except MemoryError:
        _send(out, ERROR, {"kind": "memory", "message": ""})
    except BrokenPipeError:
        sys.exit(1)
    except (ValueError, OSError, RuntimeError) as error:
        _send(out, ERROR, {"kind": "run", "message": str(error)})


def _send_answer(
    answer: ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples, request: dict[str, Any], out: BinaryIO
) -> None:
    cut = ""
    if isinstance(answer, ox.QueryBoolean):
        _send(out, TRUTH, bool(answer))
    elif isinstance(answer, ox.QueryTriples):
        cut = _send_lines(TRIPLES, (f"{triple} .\n" for triple in answer), request, out)
    else:
        _send(out, COLUMNS, [variable.value for variable in answer.variables])
        rows = ("\t".join(["" if term is None else _written(term) for term in row]) + "\n" for row in answer)
        cut = _send_lines(ROWS, rows, request, out)
    _send(out, END, cut)


def _written(term: object) -> str:
    return f"<<( {term} )>>" if isinstance(term, ox.Triple) else str(term)


def _send_lines(kind: bytes, lines: Iterable[str], request: dict[str, Any], out: BinaryIO) -> str:
    """Send as many lines as the limits allow; the name of the limit that was met, or nothing."""
    held: list[bytes] = []
    cut, waiting, sent = "", 0, 0
    for count, line in enumerate(lines):
        raw = line.encode()
        sent += len(raw)
        if count == request["rows"] or sent > request["bytes"]:
            cut = "rows" if count == request["rows"] else "bytes"
            break
        held.append(raw)
        waiting += len(raw)
        if waiting >= CHUNK:
            _write(out, kind, b"".join(held))
            held, waiting = [], 0
    _write(out, kind, b"".join(held))
    return cut


def _send(out: BinaryIO, kind: bytes, value: object) -> None:
    _write(out, kind, json.dumps(value).encode())


def _write(out: BinaryIO, kind: bytes, payload: bytes) -> None:
    out.write(HEAD.pack(kind, len(payload)) + payload)
    out.flush()


def _address_space() -> int:
    """Bytes of memory that are mapped now; 0 where the system does not say."""
    try:
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    except OSError:
        return 0


def _limit_memory(limit: int) -> None:
    """Bound the memory that may be mapped; only Linux keeps to it."""
    if limit:
        _, most = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (limit if most < 0 else min(limit, most), most))


def close_network(folder: str) -> None:
    """Keep this process from opening sockets, and files as well where the store needs no more of them.

    A limit of no open files is the portable way, and breaks a store of more tables than RocksDB opens at once. So
    on Linux the kernel is asked to refuse every socket as well.
    """
    _refuse_sockets()
    if len(list(Path(folder).glob("*.sst"))) <= OPENED_AT_ONCE:
        resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))


_SOCKET = {"x86_64": 41, "aarch64": 198, "riscv64": 198}
"""The number of the system call, by machine."""


def _refuse_sockets() -> None:
    """Install a seccomp filter that answers socket(2) with EACCES (see seccomp(2), and prctl(2) for the numbers)."""
    number = _SOCKET.get(os.uname().machine)
    if sys.platform != "linux" or number is None:
        return
    import ctypes

    program = b"".join(
        struct.pack("=HBBI", *instruction)
        for instruction in (
            (0x20, 0, 0, 0),  # load the number of the system call
            (0x15, 0, 1, number),  # skip the next unless it is socket
            (0x06, 0, 0, 0x00050000 | 13),  # fail with EACCES
            (0x06, 0, 0, 0x7FFF0000),  # allow
        )
    )
    held = ctypes.create_string_buffer(program, len(program))
    told = struct.pack("@HP", len(program) // 8, ctypes.addressof(held))
    filters = ctypes.create_string_buffer(told, len(told))
    prctl = ctypes.CDLL(None).prctl
    prctl.argtypes = [ctypes.c_int, *[ctypes.c_ulong] * 4]
    prctl(38, 1, 0, 0, 0)  # PR_SET_NO_NEW_PRIVS, without which only root may filter
    prctl(22, 2, ctypes.addressof(filters), 0, 0)  # PR_SET_SECCOMP


if __name__ == "__main__":
    main(sys.argv[1])
