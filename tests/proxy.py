"""A proxy in front of a real store that goes wrong where a test says so."""

import http.client
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Fault = Callable[["Request"], str]
"""What happens to a request: one of the names of ``Handler``'s methods, or "" for nothing."""

HOP = ("connection", "keep-alive", "transfer-encoding", "content-length")


class Request:
    """What a fault decides by."""

    def __init__(self, method: str, path: str, body: bytes, number: int) -> None:
        self.method = method
        self.path = urlsplit(path).path
        self.graph = parse_qs(urlsplit(path).query).get("graph", [""])[0]
        self.body = body
        self.number = number
        """Counts requests from 1."""


class Proxy(ThreadingHTTPServer):
    daemon_threads = False  # server_close waits for them, so that no socket outlives its test
    allow_reuse_address = True

    def __init__(self, upstream: str, fault: Fault) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.connections: list[socket.socket] = []
        self.upstream = urlsplit(upstream)
        self.fault = fault
        self.seen: list[Request] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def process_request(self, request: Any, client_address: Any) -> None:
        self.connections.append(request)
        super().process_request(request, client_address)

    def hang_up(self) -> None:
        """End the connections that clients keep open."""
        for connection in self.connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that is killed is no failure of the proxy."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: Proxy

    def do_any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        request = Request(self.command, self.path, body, len(self.server.seen) + 1)
        self.server.seen.append(request)
        getattr(self, self.server.fault(request) or "forward")(body)

    do_GET = do_PUT = do_POST = do_DELETE = do_any  # noqa: N815

    def forward(self, body: bytes) -> None:
        self.answer(*self.upstream(body))

    def upstream(self, body: bytes) -> tuple[int, bytes, list[tuple[str, str]]]:
        at = self.server.upstream
        with closing(http.client.HTTPConnection(str(at.hostname), at.port, timeout=120)) as connection:
            sent = {name: value for name, value in self.headers.items() if name.lower() not in HOP}
            connection.request(self.command, self.path, body, {**sent, "Host": at.netloc, "Connection": "close"})
            answer = connection.getresponse()
            headers = [pair for pair in answer.getheaders() if pair[0].lower() not in HOP]
            return answer.status, answer.read(), headers

    def answer(self, status: int, content: bytes, headers: list[tuple[str, str]]) -> None:
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content if status != 204 else b"")

    # Faults

    def drop(self, _body: bytes) -> None:
        """The connection ends before the store heard anything."""
        self.close_connection = True

    def drop_after(self, body: bytes) -> None:
        """The store did it, but nobody is told."""
        self.upstream(body)
        self.close_connection = True

    def half_sent(self, body: bytes) -> None:
        """The client ends in the middle of its request; the store sees the connection end there."""
        at = self.server.upstream
        head = f"{self.command} {self.path} HTTP/1.1\r\n" + "".join(
            f"{name}: {value}\r\n" for name, value in self.headers.items()
        )
        with closing(socket.create_connection((str(at.hostname), at.port or 80))) as connection:
            connection.sendall(head.encode() + b"\r\n" + body[: len(body) // 2])
        self.close_connection = True

    def busy(self, _body: bytes) -> None:
        self.answer(503, b"try again", [("Retry-After", "0")])

    def slow(self, body: bytes) -> None:
        time.sleep(0.3)
        self.forward(body)

    def truncated(self, body: bytes) -> None:
        """The answer breaks off in its middle."""
        status, content, headers = self.upstream(body)
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content) + 100))
        self.end_headers()
        self.wfile.write(content[: len(content) // 2])
        self.close_connection = True

    def swallowed(self, _body: bytes) -> None:
        """Success, and nothing stored."""
        self.answer(200, b"", [])

    def halved(self, body: bytes) -> None:
        """Success, and half of it stored."""
        lines = body.split(b"\n")
        self.forward(b"\n".join(lines[: len(lines) // 2]) + b"\n")

    def refused(self, _body: bytes) -> None:
        self.answer(400, b"I do not like this triple", [])

    def full(self, _body: bytes) -> None:
        self.answer(500, b"IO error: No space left on device", [])

    def read_only(self, _body: bytes) -> None:
        self.answer(403, b"read-only", [])

    def unsupported(self, _body: bytes) -> None:
        self.answer(415, b"no such media type", [])

    def html(self, _body: bytes) -> None:
        self.answer(200, b"<html><h1>Welcome</h1></html>", [("Content-Type", "text/html")])

    def log_message(self, format: str, *args: Any) -> None:
        """Tests need no log."""


@contextmanager
def proxied(upstream: str, fault: Fault = lambda _: "") -> Iterator[Proxy]:
    """A proxy that runs while a test does."""
    proxy = Proxy(upstream, fault)
    thread = threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.shutdown()
        proxy.hang_up()
        proxy.server_close()
        thread.join()
