"""A ``[targets.NAME]`` table of ``kg.toml`` in, a store's addresses out; its secrets come from elsewhere."""

from __future__ import annotations

import netrc
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast
from urllib.parse import parse_qsl, urlsplit

from kg.problem import Failure
from kg.store.profile import PROFILES, Profile

KEYS = ("url", "profile", "update", "graphs", "gzip")
SECRETS = ("password", "token", "user", "username", "auth", "secret", "api_key")


class TargetError(Failure):
    """A table of ``kg.toml`` is no target; ``key`` is where in it."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(message)
        self.key = key


@dataclass(frozen=True, slots=True)
class Target:
    """A store to push to or to ask."""

    name: str
    url: str
    """Without a slash at its end."""
    profile: Profile = PROFILES["generic"]
    update: str = ""
    """Address of the update service, where the profile does not tell it."""
    graphs: str = ""
    """Address of the Graph Store Protocol service, where the profile does not tell it."""
    gzip: bool | None = None
    """Whether to compress; None leaves it to the profile and the distance."""

    @property
    def is_near(self) -> bool:
        """Whether the store is on this machine, where compressing costs more than it saves."""
        return urlsplit(self.url).hostname in ("localhost", "127.0.0.1", "::1")

    @property
    def packs(self) -> bool:
        """Whether bodies are compressed."""
        return self.profile.packs and not self.is_near if self.gzip is None else self.gzip

    @property
    def update_url(self) -> str:
        """Where updates go."""
        return self.update or self.url + self.profile.update

    @property
    def graphs_url(self) -> str:
        """Where graphs are put and deleted."""
        return self.graphs or self.url + self.profile.graphs

    def query_url(self, *, is_known: bool) -> str:
        """Where queries go, for those who give a password or those who do not."""
        path = self.profile.query if is_known or not self.profile.open_query else self.profile.open_query
        return self.url + path

    def variable(self, what: str) -> str:
        """The environment variable that holds a secret.

        >>> Target("team-store", "http://127.0.0.1:7878").variable("PASSWORD")
        'KG_TEAM_STORE_PASSWORD'
        """
        return f"KG_{re.sub('[^A-Z0-9]', '_', self.name.upper())}_{what}"


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who asks; all empty where nobody says so."""

    user: str = ""
    password: str = ""
    token: str = ""

    @property
    def are_given(self) -> bool:
        """Whether there is anything to show."""
        return bool(self.user or self.token)


def choose_target(known: Mapping[str, Target], name: str, path: Path) -> Target:
    """A target by its name; without a name, the only one there is. Failure that names those that there are."""
    if not known:
        raise Failure(f'{path} names no target; add [targets.NAME] with url = "http://HOST:PORT" and a profile')
    if name not in known and (name or len(known) > 1):
        said = f'there is no target "{name}"' if name else "there are several targets"
        raise Failure(f"{said}; {path} has: {', '.join(known)}")
    return known[name or next(iter(known))]


def read_targets(said: object, path: Path) -> dict[str, Target]:
    """The tables ``[targets.NAME]`` of a file; Failure with the line that is wrong."""
    tables = cast("dict[str, object]", said if isinstance(said, dict) else {"": said})
    targets: dict[str, Target] = {}
    for name, table in tables.items():
        try:
            if not isinstance(table, dict):
                raise TargetError("", 'is no table; write it as [targets.NAME] with url = "http://HOST:PORT"')
            targets[name] = read_target(name, cast("dict[str, object]", table))
        except TargetError as error:
            raise Failure(f"{path}:{_line(path, name, error.key)}: [targets.{name}] {error}") from None
    return targets


def _line(path: Path, name: str, key: str) -> int:
    """The line of a key in a target's table; that of the table where the key is not found."""
    text = path.read_text(encoding="utf-8").splitlines()
    table = re.compile(rf"""\s*\[\s*targets\s*\.\s*["']?{re.escape(name)}["']?\s*\]|\s*targets\b""")
    start = next((number for number, line in enumerate(text) if table.match(line)), 0)
    for number, line in enumerate(text[start + 1 :], start + 2):
        if line.lstrip().startswith("["):
            break
        if key and re.match(rf"""\s*["']?{re.escape(key)}["']?\s*=""", line):
            return number
    return start + 1


def endpoint(url: str) -> Target:
    """A store that is only asked, by the address of its query service. What stands behind a ? goes with each query.

    >>> endpoint("http://127.0.0.1:7878/query?union-default-graph").profile.union
    (('union-default-graph', ''),)
    """
    address, mark, parameters = url.partition("?")
    target = read_target("endpoint", {"url": address})
    union = tuple(parse_qsl(parameters, keep_blank_values=True))
    return replace(target, profile=replace(target.profile, is_union=False, union=union)) if mark else target


def read_target(name: str, said: Mapping[str, object]) -> Target:
    """A target as its table says; TargetError with the key that is wrong."""
    for key, value in said.items():
        _check(key, value)
    if "url" not in said:
        raise TargetError("", 'says no url; add url = "http://HOST:PORT"')
    profile = _profile(str(said.get("profile", "generic")))
    url = str(said["url"]).rstrip("/")
    update, graphs = (str(said.get(key, "")) for key in ("update", "graphs"))
    gzip = said.get("gzip")
    return Target(name, url, profile, update, graphs, gzip if isinstance(gzip, bool) else None)


def _check(key: str, value: object) -> None:
    if key in SECRETS:
        hint = "set it in the environment (docs/pushing.md) or in ~/.netrc, and change it if the file was shared"
        raise TargetError(key, f"`{key}` has no place in this file; {hint}")
    if key not in KEYS:
        raise TargetError(key, f"`{key}` is not a setting of a target; known: {', '.join(KEYS)}")
    wanted, words = (bool, "true or false") if key == "gzip" else (str, "a text in quotes")
    if not isinstance(value, wanted):
        raise TargetError(key, f"`{key}` takes {words}")
    if key in ("url", "update", "graphs"):
        _check_url(key, str(value))


def _check_url(key: str, url: str) -> None:
    try:
        parts = urlsplit(url)
        is_address = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 0) >= 0
    except ValueError:
        raise TargetError(key, f"`{key}` takes an address such as http://127.0.0.1:7878") from None
    if "@" in parts.netloc:
        hint = "set user and password in the environment (docs/pushing.md) or in ~/.netrc"
        raise TargetError(key, f"`{key}` holds a user or password, which has no place in this file; {hint}")
    if not is_address or parts.query or parts.fragment:
        raise TargetError(key, f"`{key}` takes an address such as http://127.0.0.1:7878, without ? and #")


def _profile(name: str) -> Profile:
    if name not in PROFILES:
        raise TargetError("profile", f'profile = "{name}" is not known; known: {", ".join(PROFILES)}')
    return PROFILES[name]


def credentials(target: Target) -> Credentials:
    """User and password, or token: from the environment, else from netrc."""
    user, password, token = (os.environ.get(target.variable(what), "") for what in ("USER", "PASSWORD", "TOKEN"))
    if user or token:
        return Credentials(user, password, token)
    return _from_netrc(urlsplit(target.url).hostname or "")


def _from_netrc(host: str) -> Credentials:
    path = Path(os.environ.get("NETRC") or Path.home() / ".netrc")
    if not path.is_file():
        return Credentials()
    try:
        found = netrc.netrc(path).authenticators(host)
    except (netrc.NetrcParseError, OSError, UnicodeDecodeError) as error:
        raise Failure(f"{path} cannot be read: {error}") from None
    return Credentials(found[0], found[2] or "") if found else Credentials()
