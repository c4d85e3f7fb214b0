"""Real triple stores on loopback for tests: started in a folder of their own, stopped by their process id."""

import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest

from kg.push.record import Ledger
from kg.store.remote import Remote
from kg.store.target import Target, read_target
from kg.workspace import Workspace

OXIGRAPH = shutil.which("oxigraph") or shutil.which("oxigraph", path=str(Path(sys.executable).parent))
VIRTUOSO = os.environ.get("CASEGRAPH_VIRTUOSO") or shutil.which("virtuoso-t")
START = 90
"""Seconds that a server may take to answer; Virtuoso makes its database first."""

needs = {
    "oxigraph": pytest.mark.skipif(OXIGRAPH is None, reason="no oxigraph (pip install oxigraph)"),
    "virtuoso": pytest.mark.skipif(
        VIRTUOSO is None, reason="no virtuoso-t (apt-get install virtuoso-opensource-7-bin, or CASEGRAPH_VIRTUOSO)"
    ),
}
SERVERS = [pytest.param(name, marks=[mark, pytest.mark.slow]) for name, mark in needs.items()]
"""The profiles that have a server to test on."""

_VIRTUOSO_INI = """\
[Database]
DatabaseFile = {folder}/virtuoso.db
ErrorLogFile = {folder}/virtuoso.log
LockFile = {folder}/virtuoso.lck
TransactionFile = {folder}/virtuoso.trx
xa_persistent_file = {folder}/virtuoso.pxa
[TempDatabase]
DatabaseFile = {folder}/temp.db
TransactionFile = {folder}/temp.trx
[Parameters]
ServerPort = 127.0.0.1:{sql}
NumberOfBuffers = 10000
MaxDirtyBuffers = 6000
DirsAllowed = {folder}
[HTTPServer]
ServerPort = 127.0.0.1:{port}
ServerRoot = {folder}
[SPARQL]
ResultSetMaxRows = 10000
"""


@dataclass(frozen=True)
class Server:
    """A running store."""

    name: str
    url: str
    process: int
    client: httpx.Client
    opened: list[Remote] = field(default_factory=list[Remote])

    def target(self, url: str = "") -> Target:
        """The store as a target, perhaps behind a proxy."""
        return read_target(self.name, {"url": url or self.url, "profile": self.name})

    def remote(self, target: Target | None = None) -> Remote:
        """A connection that is closed with the test."""
        self.opened.append(Remote(target or self.target()))
        return self.opened[-1]

    def hang_up(self) -> None:
        """Close the connections of a test."""
        while self.opened:
            self.opened.pop().close()

    def graph(self, iri: str) -> bytes:
        """What a graph holds, read without the code under test; no graph of the tests is above Virtuoso's limit."""
        path = {"oxigraph": "/store", "virtuoso": "/sparql-graph-crud"}[self.name]
        answer = self.client.get(self.url + path, params={"graph": iri}, headers={"Accept": "application/n-triples"})
        assert answer.status_code in (200, 404), answer.text
        assert answer.content.count(b"\n") < 10_000
        return answer.content if answer.status_code == 200 else b""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def running(name: str, folder: Path, *options: str, disk: int = 0) -> Iterator[Server]:
    """A store of a kind, in a folder; ``disk`` limits the bytes of each of its files.

    Oxigraph is started as the options say; with "memory" it keeps nothing on disk, which is faster.
    """
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    command = _oxigraph(folder, port, *options) if name == "oxigraph" else _virtuoso(folder, port)
    with (folder / "out").open("wb") as out:
        process = subprocess.Popen(
            command,
            stdout=out,
            stderr=out,
            stdin=subprocess.DEVNULL,
            cwd=folder,
            preexec_fn=partial(_limit, disk) if disk else None,  # noqa: PLW1509
            restore_signals=False,
        )
    try:
        url = f"http://127.0.0.1:{port}"
        with httpx.Client(timeout=60) as client:
            _wait(url, process, client)
            yield Server(name, url, process.pid, client)
    finally:
        process.kill()
        process.wait()


def _limit(disk: int) -> None:
    """Let writing beyond a limit fail, as on a full disk, instead of ending the process."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (disk, disk))


def _oxigraph(folder: Path, port: int, *options: str) -> list[str]:
    bind = ["--bind", f"127.0.0.1:{port}"]
    if options == ("memory",):
        return [str(OXIGRAPH), "serve", *bind]
    return [str(OXIGRAPH), *(options or ("serve",)), "--location", str(folder / "store"), *bind]


def _virtuoso(folder: Path, port: int) -> list[str]:
    path = folder / "virtuoso.ini"
    path.write_text(_VIRTUOSO_INI.format(folder=folder, port=port, sql=free_port()), encoding="ascii")
    return [str(VIRTUOSO), "+foreground", "+configfile", str(path)]


def _wait(url: str, process: "subprocess.Popen[bytes]", client: httpx.Client) -> None:
    until = time.monotonic() + START
    while time.monotonic() < until and process.poll() is None:
        try:
            if client.get(url + "/").status_code < 500:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    pytest.fail("the store did not start")


def emptied(server: Server) -> Server:
    """A store without anything of ours."""
    remote = server.remote()
    for graph in (*remote.graphs_below("https://w3id.org/"), *remote.graphs_below("http://other.example/")):
        remote.delete(graph)
    return server


def held(server: Server, graphs: list[str]) -> dict[str, set[ox.Quad]]:
    """What a store holds, by graph; a store of our own writes equal values alike."""
    return {graph: alike(server.graph(graph)) for graph in graphs}


def alike(triples: bytes) -> set[ox.Quad]:
    """Triples as a store keeps them: 0.80 and .8, true and 1 become one."""
    store = ox.Store()
    store.load(triples, format=ox.RdfFormat.N_TRIPLES, lenient=True)
    return set(store)


def expected(workspace: Workspace) -> dict[str, set[ox.Quad]]:
    """What a build holds, by graph, read from its parts."""
    found: dict[str, list[bytes]] = {}
    manifest = workspace.manifest
    for part in manifest.parts.values():
        for line in workspace.inputs.parts.read(part).split(b"\n")[:-1]:
            triple, graph, _ = line.rsplit(b" ", 2)
            found.setdefault(graph[1:-1].decode(), []).append(triple + b" .\n")
    return {graph: alike(b"".join(lines)) for graph, lines in found.items()}


def assert_holds(server: Server, workspace: Workspace) -> None:
    """The store holds the build of a workspace: nothing lost, nothing doubled, nothing left over."""
    wanted = expected(workspace)
    base = workspace.settings.base
    remote = server.remote()
    ours = (base, *(f"https://w3id.org/casegraph/{name}" for name in ("ontology/", "pcf/", "system")))
    listed = {graph for graph in remote.graphs_below("") if graph.startswith(ours)}
    record = Ledger(remote, base).read()
    found = held(server, sorted(wanted))
    assert {graph for graph in wanted if found[graph] != wanted[graph]} == set()
    left_over = {graph for graph in listed - wanted.keys() if "/push" not in graph}
    assert left_over == set()
    assert record.head.build == workspace.manifest.build
    assert (record.head.state, record.pending()) == ("complete", [])
    assert {graph: entry.count for graph, entry in record.entries.items() if entry.count} == {
        graph: len(quads) for graph, quads in found.items()
    }
