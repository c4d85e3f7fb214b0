"""One pusher at a time: a claim in the store that says who is at work, renewed while they are.

A pusher writes its claim first and reads all claims second, so of two that begin together at least one sees the
other. Who sees another withdraws; times are the store's, so that clocks need not agree.
"""

from __future__ import annotations

import getpass
import os
import secrets
import socket
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from kg import vocab
from kg.ntriples import iri, literal
from kg.problem import Failure
from kg.store.base import StoreError
from kg.store.remote import Remote

EXPIRY = timedelta(minutes=15)
"""Age at which a claim that nobody renewed is taken to be of a pusher that is no more."""


class LockedError(Failure):
    """Another pusher is at work."""


class LockLost(StoreError):
    """Somebody broke our lock."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Who says that they are at work."""

    token: str
    owner: str
    place: str
    age: timedelta

    @property
    def is_stale(self) -> bool:
        """Whether its pusher is gone: it did not renew its claim, or ran on this machine and runs no more."""
        return self.age > EXPIRY or _has_ended(self.place)


class Lock:
    """The lock of one base in a store."""

    def __init__(self, remote: Remote, base: str) -> None:
        self.remote = remote
        self.graph = base + "push/lock"
        self.token = f"{self.graph}/{secrets.token_hex(8)}"

    @contextmanager
    def held(self, *, is_broken: bool = False) -> Generator[None]:
        """Hold the lock while something is done; LockedError where another holds it, unless that one is broken."""
        self._take(is_broken=is_broken)
        try:
            yield
        finally:
            with suppress(StoreError):
                self._remove(self.token)

    def _take(self, *, is_broken: bool) -> None:
        self._claim()
        others = [claim for claim in self.claims() if claim.token != self.token]
        alive = [claim for claim in others if not (is_broken or claim.is_stale)]
        if alive:
            self._remove(self.token)
            raise LockedError(_refusal(alive[0]))
        for claim in others:
            self._remove(claim.token)
        self.renew()

    def renew(self) -> None:
        """Say that we are still at work; LockLost where our claim is gone."""
        if self.token not in {claim.token for claim in self.claims()}:
            raise LockLost(
                "another pusher broke our lock, or somebody emptied the store; push again when they are done"
            )
        self._claim()

    def claims(self) -> list[Claim]:
        """All claims, the oldest first."""
        where = f"?c <{vocab.lockOwner}> ?o ; <{vocab.lockPlace}> ?p ; <{vocab.lockedAt}> ?t"
        text = f"SELECT ?c ?o ?p ?t (NOW() AS ?now) WHERE {{ GRAPH <{self.graph}> {{ {where} }} }}"
        rows = self.remote.rows(text, "c", "o", "p", "t", "now")
        found = [Claim(token, owner, place, _time(now) - _time(at)) for token, owner, place, at, now in rows]
        return sorted(found, key=lambda claim: claim.age, reverse=True)

    def _claim(self) -> None:
        """Write our claim, or write it anew with the present time of the store."""
        said = (
            f"{iri(self.token)} a {iri(vocab.PushLock)} ; {iri(vocab.lockOwner)} {literal(_owner())} ; "
            f"{iri(vocab.lockPlace)} {literal(_place())} ; {iri(vocab.lockedAt)} ?now ."
        )
        insert = f"INSERT {{ GRAPH <{self.graph}> {{ {said} }} }} WHERE {{ BIND (NOW() AS ?now) }}"
        self.remote.update(f"{self._removal(self.token)} ;\n{insert}")

    def _remove(self, token: str) -> None:
        self.remote.update(self._removal(token))

    def _removal(self, token: str) -> str:
        return f"DELETE WHERE {{ GRAPH <{self.graph}> {{ <{token}> ?p ?o }} }}"


def _refusal(claim: Claim) -> str:
    minutes = max(0, round(claim.age.total_seconds() / 60))
    said = f"{claim.owner} is pushing to this store (last sign of life {minutes} min ago)"
    return f"{said}; wait, or give --break-lock where you know that they are not"


def _time(text: str) -> datetime:
    """A dateTime of a store; Virtuoso writes its own without a time zone."""
    found = datetime.fromisoformat(text[:26].rstrip("Z") if len(text) > 26 and text[19] == "." else text)
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found


def _owner() -> str:
    try:
        user = getpass.getuser()
    except (OSError, KeyError):
        user = "somebody"
    return f"{user} on {socket.gethostname()} (process {os.getpid()})"


def _place() -> str:
    return f"{_machine()}/{os.getpid()}"


def _machine() -> str:
    """This running system, as far as it can be told from others with the same name."""
    with suppress(OSError):
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{socket.gethostname()}/{boot}/{Path('/proc/self/ns/pid').readlink()}"
    return ""


def _has_ended(place: str) -> bool:
    """Whether a process of this machine is no more; False for other machines, of which we cannot know."""
    machine, _, process = place.rpartition("/")
    if not machine or machine != _machine() or not process.isdigit():
        return False
    return not Path(f"/proc/{process}").exists()
