"""Pushing: against bare PUTs to the same server in the same run, with nothing and with one case changed, and memory.

python -m benchmarks.bench_push [CASES]     10,000 cases unless said otherwise; needs oxigraph (pip install oxigraph)
"""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx

from benchmarks.corpus import spent, write_workspace
from kg.push.local import LocalBuild, LocalGraph
from kg.push.report import Report
from kg.push.session import Wishes, push
from kg.store.remote import Remote
from kg.store.target import read_target
from kg.workspace import Workspace

CASES = 10_000


def main() -> None:
    """Print the tables."""
    cases = int(sys.argv[-1]) if sys.argv[-1].isdigit() else CASES
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        _print_rates(_built(root / "half", cases // 2), root)
        few = _built(root / "few", cases // 10)
        many = _built(root / "many", cases)
        with served(root / "server") as url:
            peaks = [peak(root / "few", url)]
        with served(root / "server") as url:
            peaks.append(peak(root / "many", url))
            _print_changes(root / "many", url)
        print("\n| peak MB of a push | |\n|---|---:|")
        for build, peak_of in zip((few, many), peaks, strict=True):
            print(f"| {len(build.manifest.cases()):,} cases | {peak_of:.0f} |")


def _built(root: Path, cases: int) -> LocalBuild:
    write_workspace(root, cases)
    workspace = Workspace(root)
    workspace.build()
    return workspace.pushable()


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """An Oxigraph server on loopback, in a new folder."""
    binary = shutil.which("oxigraph") or str(Path(sys.executable).parent / "oxigraph")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    shutil.rmtree(folder, ignore_errors=True)
    process = subprocess.Popen(
        [binary, "serve", "--location", str(folder), "--bind", address], stderr=subprocess.DEVNULL
    )
    try:
        _wait(f"http://{address}")
        yield f"http://{address}"
    finally:
        process.kill()
        process.wait()


def _wait(url: str) -> None:
    for _ in range(200):
        try:
            httpx.get(url)
            return
        except httpx.TransportError:
            time.sleep(0.05)
    sys.exit("the server did not start")


def connected(url: str) -> Remote:
    """The server as a target."""
    return Remote(read_target("bench", {"url": url, "profile": "oxigraph"}))


def graphs(build: LocalBuild) -> Iterator[LocalGraph]:
    """The graphs of a build that hold something, in the order of a push."""
    for part, names in build.holdings():
        yield from (graph for graph in build.graphs(part, names) if graph.count)


def _print_rates(build: LocalBuild, root: Path) -> None:
    """Bare PUTs into one empty server, a push of the same graphs into another."""
    bodies = list(graphs(build))
    print(f"### Pushing {len(bodies):,} graphs, {sum(each.count for each in bodies):,} triples, to Oxigraph\n")
    with served(root / "server") as url, httpx.Client(base_url=url) as client:
        bare = spent(lambda: _put_all(client, bodies))
    reports = list[Report]()
    with served(root / "server") as url, closing(connected(url)) as remote:
        pushed = spent(lambda: reports.append(push(build, remote, Wishes())))
    assert reports[0].is_complete
    print("| | graphs a second | s | CPU s of the client |\n|---|---:|---:|---:|")
    for what, took in (("bare PUTs, one connection", bare), ("push: recorded, counted, sampled", pushed)):
        print(f"| {what} | {len(bodies) / took.wall:.0f} | {took.wall:.1f} | {took.cpu:.1f} |")
    print(f"| ratio | {bare.wall / pushed.wall:.2f} | | |\n")


def _put_all(client: httpx.Client, bodies: list[LocalGraph]) -> None:
    for graph in bodies:
        answer = client.put(
            "/store",
            params={"graph": graph.iri},
            content=graph.triples,
            headers={"Content-Type": "application/n-triples"},
        )
        assert answer.is_success


def peak(root: Path, url: str) -> float:
    """Peak memory in MB of a process that pushes a workspace."""
    script = (
        "from pathlib import Path; from benchmarks.bench_push import connected; "
        "from benchmarks.corpus import peak_memory; from kg.push.session import Wishes, push; "
        "from kg.workspace import Workspace; "
        f"report = push(Workspace({str(root)!r}).pushable(), connected({url!r}), Wishes()); "
        "assert report.is_complete; print(peak_memory())"
    )
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    return float(done.stdout)


def _print_changes(root: Path, url: str) -> None:
    """The whole command, from its start to its end."""
    (root / "kg.toml").write_text(f'[targets.bench]\nurl = "{url}"\nprofile = "oxigraph"\n', encoding="utf-8")
    cases = len(Workspace(root).manifest.cases())
    print(f"| kg push, {cases:,} cases in the store | s |\n|---|---:|")
    print(f"| nothing changed | {_timed(root):.2f} |")
    path = next((root / "cases").glob("*/casefile.md"))
    path.write_text(re.sub(r"(?m)^title: .*$", "title: Another title", path.read_text(encoding="utf-8"), count=1))
    Workspace(root).build()
    print(f"| one case changed | {_timed(root):.2f} |")
    print(f"| nothing changed, every graph counted (--verify) | {_timed(root, '--verify'):.2f} |")


def _timed(root: Path, *options: str) -> float:
    command = [sys.executable, "-m", "kg", "push", "-C", str(root), *options]
    return spent(lambda: subprocess.run(command, check=True, capture_output=True)).wall


if __name__ == "__main__":
    main()
