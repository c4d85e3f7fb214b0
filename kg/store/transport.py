"""HTTP requests to a store in, answers or plain words about what went wrong out. One connection; one retry."""

from __future__ import annotations

import gzip
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from kg import __version__
from kg.store.base import StoreError
from kg.store.target import Credentials, Target, credentials

TIMEOUT = httpx.Timeout(300, connect=10)
"""Seconds: a large graph takes its time to be stored."""
PAUSE = 1.0
"""Seconds before the one retry, where the server does not say how long."""
LONGEST_PAUSE = 30.0
RETRIED = (429, 502, 503, 504)
_NO_SPACE = re.compile(r"no space left|disk (is )?full|out of (disk|space)|quota exceeded|file too large|ENOSPC", re.I)
_TAG = re.compile(r"<(style|script).*?</\1>|<[^>]*>", re.S | re.I)


class Unreachable(StoreError):
    """The store did not answer, or its answer broke off; nothing more is to be had from it now."""


class Denied(StoreError):
    """The store does not know who asks, or lets them not do this."""


class Full(StoreError):
    """The store has no room left."""


class Refused(StoreError):
    """The store would not do this one thing; it may do the next."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class Body:
    """What is sent: its bytes and their media type."""

    content: bytes
    media_type: str


class Transport:
    """Sends requests to one target."""

    def __init__(self, target: Target, pause: float = PAUSE) -> None:
        self.target = target
        self.credentials = credentials(target)
        self.pause = pause
        self._client = _client(target, self.credentials)

    def close(self) -> None:
        """Let go of the connection."""
        self._client.close()

    def send(
        self,
        method: str,
        url: str,
        *,
        parameters: Mapping[str, str] | None = None,
        body: Body | None = None,
        accept: str = "*/*",
    ) -> httpx.Response:
        """A successful answer; a StoreError that says what went wrong otherwise. Every request here can be repeated."""
        content, headers = self._packed(body)
        call = self._client.build_request(
            method, url, params=parameters, content=content, headers={"Accept": accept, **headers}
        )
        try:
            answer = self._client.send(call)
            if answer.status_code in RETRIED:
                time.sleep(_wait(answer, self.pause))
                answer = self._client.send(call)
        except (httpx.ConnectError, httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError) as error:
            answer = self._again(call, error)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Unreachable(self._words(error)) from None
        return self._checked(answer)

    def _again(self, call: httpx.Request, first: Exception) -> httpx.Response:
        if "CERTIFICATE" in str(first):
            raise Unreachable(self._words(first)) from None
        time.sleep(self.pause)
        try:
            return self._client.send(call)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Unreachable(self._words(error)) from None

    def _packed(self, body: Body | None) -> tuple[bytes | None, dict[str, str]]:
        """A body with its length, never in chunks: Virtuoso empties a graph that is sent in chunks."""
        if body is None:
            return None, {}
        if self.target.packs and len(body.content) > 1000:
            return gzip.compress(body.content, 1), {"Content-Type": body.media_type, "Content-Encoding": "gzip"}
        return body.content, {"Content-Type": body.media_type}

    def _checked(self, answer: httpx.Response) -> httpx.Response:
        if answer.status_code in (200, 201, 204):
            return answer
        said = spoken(answer)
        if answer.status_code == 401:
            raise Denied(f"{self._place()} {self._who()} (401 Unauthorized)")
        if answer.status_code in (403, 405, 501) and answer.request.method != "GET":
            raise Denied(f"{self._place()} does not allow this ({answer.status_code}): {said}; {self._rights()}")
        if answer.status_code == 407:
            raise Denied(f"the proxy in front of {self._place()} wants a password (407); see HTTPS_PROXY")
        if answer.status_code == 507 or _NO_SPACE.search(said):
            raise Full(f"{self._place()} has no room left ({answer.status_code}): {said}")
        if 300 <= answer.status_code < 400:
            where = answer.headers.get("Location", "elsewhere")
            raise Refused(f"{self._place()} sends us to {where}; put that address into url", answer.status_code)
        address, status = answer.request.url.copy_with(query=None), answer.status_code
        raise Refused(f"{address} answered {status}: {said}{self._hint(answer)}", status)

    def _hint(self, answer: httpx.Response) -> str:
        if answer.status_code != 404 or answer.request.method == "DELETE":
            return ""
        profile = self.target.profile
        return f"; is the url right? With the profile {profile.name} it is {profile.about}"

    def _place(self) -> str:
        return f"the store at {self.target.url}"

    def _who(self) -> str:
        names = " and ".join(self.target.variable(what) for what in ("USER", "PASSWORD"))
        if self.credentials.user:
            return f"does not accept the user {self.credentials.user} with this password; check {names}, or ~/.netrc"
        if self.credentials.token:
            return f"does not accept the token; check {self.target.variable('TOKEN')}"
        return f"wants a user and a password; set {names}, or {self.target.variable('TOKEN')}, or write ~/.netrc"

    def _rights(self) -> str:
        return (
            "the server may be read-only" if self.credentials.are_given else "it may be read-only, or want a password"
        )

    def _words(self, error: Exception) -> str:
        """What a broken connection means for the user."""
        said = str(error) or type(error).__name__
        if "CERTIFICATE" in said:
            hint = "set SSL_CERT_FILE to a file with the certificate of its authority"
            return f"the certificate of {self._place()} cannot be trusted: {said}; {hint}"
        if isinstance(error, httpx.ProxyError):
            return f"the proxy in front of {self._place()} fails: {said}; see HTTP_PROXY, HTTPS_PROXY and NO_PROXY"
        if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
            return f"{self._place()} cannot be reached: {said}; is the server running, and is the url right?"
        if isinstance(error, httpx.TimeoutException):
            return f"{self._place()} did not answer within {TIMEOUT.read:.0f} s"
        return f"{self._place()} broke off the connection: {said}"


def _client(target: Target, known: Credentials) -> httpx.Client:
    auth: httpx.Auth | None = None
    headers = {"User-Agent": f"casegraph/{__version__}"}
    if known.token:
        headers["Authorization"] = f"Bearer {known.token}"
    elif known.user:
        kind = httpx.DigestAuth if target.profile.auth == "digest" else httpx.BasicAuth
        auth = kind(known.user, known.password)
    settings: dict[str, Any] = {"timeout": TIMEOUT, "headers": headers, "follow_redirects": False}
    try:
        return httpx.Client(auth=auth, **settings)
    except (ValueError, OSError) as error:
        raise StoreError(f"the connection cannot be set up: {error}; see HTTPS_PROXY, SSL_CERT_FILE") from None


def _wait(answer: httpx.Response, pause: float) -> float:
    said = answer.headers.get("Retry-After", "")
    return min(float(said), LONGEST_PAUSE) if said.isdigit() else pause


def spoken(answer: httpx.Response) -> str:
    """The first words of an error page."""
    words = " ".join(_TAG.sub(" ", answer.text).split())
    return words[:300] + "…" if len(words) > 300 else words or answer.reason_phrase
