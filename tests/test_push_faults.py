"""A network and a store that go wrong: each graph is left old, new or marked pending, and the next push mends it."""

import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kg.problem import Failure
from kg.push.record import DONE, Ledger
from kg.push.report import Report
from kg.push.session import Wishes, push
from kg.store.remote import Remote
from kg.store.transport import Transport
from kg.workspace import Workspace
from tests.proxy import Fault, Proxy, Request, proxied
from tests.stores import SERVERS, Server, assert_holds, emptied, needs, running
from tests.test_push import run, small, write_targets

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", params=SERVERS)
def started(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(request.param, tmp_path_factory.mktemp(request.param), "memory") as server:
        yield server


@pytest.fixture
def server(started: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("KG_VIRTUOSO_USER", "dba")
    monkeypatch.setenv("KG_VIRTUOSO_PASSWORD", "dba")
    yield emptied(started)
    started.hang_up()


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small(tmp_path_factory.mktemp("built"), "one", "two", "three", "four").root


@pytest.fixture
def workspace(built: Path) -> Workspace:
    (built / "kg.toml").unlink(missing_ok=True)
    return Workspace(built)


def pushed_through(proxy: Proxy, workspace: Workspace, server: Server, **wishes: bool) -> Report:
    target = server.target(proxy.url)
    remote = Remote(target, Transport(target, pause=0))
    try:
        return push(workspace.pushable(), remote, Wishes(**wishes))
    finally:
        remote.close()


def is_put(request: Request, end: str = "") -> bool:
    """Whether this is the one PUT of a graph, with the digest that Virtuoso asks for."""
    return request.method == "PUT" and "/case/" in request.graph and request.graph.endswith(end)


class Once:
    """A fault that strikes one time: the first request that fits, and that has a body the store would take."""

    def __init__(self, fault: str, end: str = "case/two") -> None:
        self.fault = fault
        self.end = end
        self.left = 1

    def __call__(self, request: Request) -> str:
        if self.left and is_put(request, self.end):
            self.left -= 1
            return self.fault
        return ""


def always(fault: str, end: str = "case/two") -> Fault:
    return lambda request: fault if is_put(request, end) else ""


@pytest.mark.parametrize(
    "fault", ["drop", "drop_after", "half_sent", "busy", "slow", "truncated", "swallowed", "halved"]
)
def test_one_fault_is_got_over(server: Server, workspace: Workspace, fault: str):
    with proxied(server.url, Once(fault)) as proxy:
        report = pushed_through(proxy, workspace, server)
    assert report.is_complete, report
    assert_holds(server, workspace)


@pytest.mark.parametrize("fault", ["swallowed", "halved", "refused", "unsupported"])
def test_a_graph_that_cannot_be_stored_is_named_and_the_others_go_on(server: Server, workspace: Workspace, fault: str):
    two = f"{workspace.settings.base}case/two"
    with proxied(server.url, always(fault)) as proxy:
        report = pushed_through(proxy, workspace, server)
    assert list(report.pending) == [two]
    assert report.stopped is None
    assert f"{workspace.settings.base}case/three" in report.new
    ledger = Ledger(server.remote(), workspace.settings.base)
    assert ledger.read().pending() == [two]
    assert ledger.head().state == "running"
    with proxied(server.url) as proxy:
        again = pushed_through(proxy, workspace, server)
    assert again.new == [two]
    assert_holds(server, workspace)


@pytest.mark.parametrize("fault", ["drop", "busy", "full", "read_only"])
def test_a_store_that_fails_for_good_ends_the_push_and_leaves_a_true_record(
    server: Server, workspace: Workspace, fault: str
):
    with proxied(server.url, always(fault, "case/three/derived")) as proxy:
        report = pushed_through(proxy, workspace, server)
    if fault == "busy":  # 503 is a refusal of one graph
        assert list(report.pending) == [f"{workspace.settings.base}case/three/derived"]
    else:
        assert report.stopped is not None
        assert report.old
    assert_true(report, server, workspace)
    with proxied(server.url) as proxy:
        assert pushed_through(proxy, workspace, server).is_complete
    assert_holds(server, workspace)


def assert_true(report: Report, server: Server, workspace: Workspace) -> None:
    """What a report says of each graph is what the store holds and records."""
    entries = Ledger(server.remote(), workspace.settings.base).read().entries
    assert {graph for graph, entry in entries.items() if entry.state == DONE} == set(report.new)
    assert {graph for graph, entry in entries.items() if entry.state != DONE} == set(report.pending)
    assert len({*report.new, *report.pending, *report.old}) == report.planned
    for graph in report.old:
        assert server.graph(graph).strip() == b""


@pytest.mark.parametrize("started", SERVERS[:1], indirect=True)  # what a pusher does then is the same for every store
@pytest.mark.parametrize("number", [3, 8, 13, 23])
@pytest.mark.parametrize("fault", ["drop", "truncated", "swallowed"])
def test_a_push_whose_store_goes_silent_can_be_resumed(server: Server, workspace: Workspace, fault: str, number: int):
    """From some request on nothing gets through, or nothing is stored; no report may say more than is true."""
    with proxied(server.url, lambda request: fault if request.number >= number else "") as proxy:
        try:
            report = pushed_through(proxy, workspace, server)
        except Failure:  # it had not begun
            report = None
    entries = Ledger(server.remote(), workspace.settings.base).read().entries
    if report is not None:
        assert set(report.new) <= {graph for graph, entry in entries.items() if entry.state == DONE}
    with proxied(server.url) as proxy:
        assert pushed_through(proxy, workspace, server, break_lock=True).is_complete
    assert_holds(server, workspace)


def test_a_store_that_refuses_everything_is_not_asked_forever(server: Server, tmp_path: Path):
    workspace = small(tmp_path, *(f"case-{number}" for number in range(15)))
    with proxied(server.url, lambda request: "unsupported" if is_put(request) else "") as proxy:
        report = pushed_through(proxy, workspace, server)
    assert "refused 20 graphs one after the other" in str(report.stopped)
    assert "no such media type" in str(report.stopped)


def test_control_c_says_how_it_stands_and_the_next_push_goes_on(server: Server, tmp_path: Path):
    workspace = small(tmp_path, *(f"case-{number}" for number in range(12)))
    with proxied(server.url, lambda request: "slow" if is_put(request) else "") as proxy:
        write_targets(workspace, server, proxy.url)
        process = subprocess.Popen(
            [sys.executable, "-m", "kg", "push", "-C", str(tmp_path)],
            stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True,
        )  # fmt: skip
        wait_until(lambda: sum(is_put(request) for request in proxy.seen) >= 4)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 130, said
    assert "NOT COMPLETE" in said
    assert "`kg push` goes on from here" in said
    assert "Traceback" not in said
    write_targets(workspace, server, server.url)
    result = run("push", "-C", str(tmp_path))
    assert result.exit_code == 0, result.output
    assert_holds(server, workspace)


def wait_until(holds: Callable[[], bool], seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.01)


def test_a_wrong_password_is_said_plainly(server: Server, workspace: Workspace, monkeypatch: pytest.MonkeyPatch):
    if server.name != "virtuoso":
        pytest.skip(f"{server.name} knows no passwords")
    monkeypatch.setenv("KG_VIRTUOSO_PASSWORD", "wrong")
    write_targets(workspace, server, server.url)
    result = run("push", "-C", str(workspace.root))
    assert "does not accept the user dba with this password; check KG_VIRTUOSO_USER and KG_VIRTUOSO_PASSWORD" in str(
        result.exception
    )
    monkeypatch.delenv("KG_VIRTUOSO_USER")
    assert "wants a user and a password; set KG_VIRTUOSO_USER" in str(run("push", "-C", str(workspace.root)).exception)
    monkeypatch.setenv("NETRC", str(workspace.root / "netrc"))
    (workspace.root / "netrc").write_text("machine 127.0.0.1 login dba password dba\n")
    assert run("push", "-C", str(workspace.root)).exit_code == 0


# Places that are no store, or none that can be reached


def failure(root: Path, url: str, profile: str = "oxigraph", more: str = "") -> str:
    """What a push to some address says."""
    (root / "kg.toml").write_text(f'[targets.team]\nurl = "{url}"\nprofile = "{profile}"\n{more}')
    result = run("push", "-C", str(root))
    assert result.exit_code == 1
    assert result.exception is not None
    return str(result.exception)


def test_a_server_that_is_not_there(workspace: Workspace, unused_port: int):
    said = failure(workspace.root, f"http://127.0.0.1:{unused_port}")
    assert "cannot be reached" in said
    assert "is the server running" in said


@pytest.fixture
def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_a_proxy_that_is_not_there(workspace: Workspace, unused_port: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{unused_port}")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    assert "cannot be reached" in failure(workspace.root, "http://store.example")


def test_an_endpoint_that_is_no_store(workspace: Workspace):
    with proxied("http://127.0.0.1:9", lambda _: "html") as page:
        assert "not as a SPARQL query service does" in failure(workspace.root, page.url)


@needs["oxigraph"]
def test_a_wrong_path(workspace: Workspace, tmp_path: Path):
    with running("oxigraph", tmp_path / "server") as server:
        said = failure(workspace.root, server.url + "/nothing/here")
    assert "404" in said
    assert "the server's root" in said


@needs["oxigraph"]
def test_a_read_only_server(workspace: Workspace, tmp_path: Path):
    with running("oxigraph", tmp_path / "server") as server:
        pass
    with running("oxigraph", tmp_path / "server", "serve-read-only") as server:
        said = failure(workspace.root, server.url)
    assert "read-only" in said


@needs["oxigraph"]
def test_a_server_out_of_disk(tmp_path: Path):
    workspace = small(tmp_path, *(f"case-{number}" for number in range(30)))
    with running("oxigraph", tmp_path / "server", disk=500_000) as server:
        said = failure(workspace.root, server.url)
        assert "has no room left (500): IO error" in said
        server.hang_up()
    with running("oxigraph", tmp_path / "server") as server:
        write_targets(workspace, server, server.url)
        assert run("push", "-C", str(tmp_path), "--break-lock").exit_code == 0  # this process is alive
        assert_holds(server, workspace)
        server.hang_up()


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("no openssl to make a certificate with")
    key, made = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=127.0.0.1",
         "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(made)],
        check=True, capture_output=True,
    )  # fmt: skip
    return key, made


@needs["oxigraph"]
def test_a_certificate_that_nobody_vouches_for(
    workspace: Workspace, tmp_path: Path, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
):
    key, made = certificate
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made, key)
    with running("oxigraph", tmp_path / "server") as server, proxied(server.url) as proxy:
        proxy.socket = context.wrap_socket(proxy.socket, server_side=True)
        address = proxy.url.replace("http:", "https:")
        said = failure(workspace.root, address)
        assert "cannot be trusted" in said
        assert "SSL_CERT_FILE" in said
        monkeypatch.setenv("SSL_CERT_FILE", str(made))
        assert run("push", "-C", str(workspace.root)).exit_code == 0
        assert_holds(server, workspace)
        server.hang_up()
