"""Releases and their lock in; what was changed in a release that may not change any more, by name, out.

``releases.lock`` holds, for each release, the hash of its canonical bundle and one for each term, shape and rule of its
own files. A release that builds on another is its own files over the other's, so both have to stay as they are.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kg import atomic, vocab
from kg.ontology.diff import difference
from kg.ontology.model import short
from kg.problem import Failure
from kg.release import Release, canonical, rule_text
from kg.shape import local_name

NAME = "releases.lock"
_SHORT = 16
"""Hexadecimal digits of the hash of a part: enough to tell that it changed."""


@dataclass(frozen=True, slots=True)
class Locked:
    """What a lock says of one release."""

    sha256: str
    is_locked: bool
    parts: Mapping[str, str]
    """Term, shape or rule → the beginning of its hash; empty while the release is open."""


def lock_path(release: Release) -> Path:
    """The lock that a release is entered in: beside its folder."""
    return release.ontology.parent / NAME


def read_lock(path: Path) -> dict[str, Locked]:
    """The entries of a lock by version; none where there is no file."""
    if not path.is_file():
        return {}
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        return {version: _entry(each) for version, each in said.items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Failure(f"{path} is no lock of releases: {error}; restore it from version control") from None


def _entry(said: Mapping[str, Any]) -> Locked:
    return Locked(said["sha256"], bool(said["locked"]), dict(said.get("parts", {})))


def locked_faults(releases: Iterable[Release]) -> list[str]:
    """What differs from the locks, one line for each release that may not have changed; nothing where all is well."""
    return [fault for release in releases for fault in _faults(release)]


def _faults(release: Release) -> Iterator[str]:
    entry = read_lock(lock_path(release)).get(release.version)
    if entry is None or not entry.is_locked or entry.sha256 == release.canonical_hash:
        return
    changed = list(_changed(entry.parts, parts(release)))
    base = release.base
    if not changed and base:
        yield f"release {release.version} is locked and has changed with release {base.version}, which it builds on"
        return
    what = "; ".join(changed) or "the release that it builds on"
    yield f"release {release.version} is locked and has changed: {what}"


def _changed(before: Mapping[str, str], now: Mapping[str, str]) -> Iterator[str]:
    for name in sorted({*before, *now}):
        if name not in now:
            yield f"{name} is gone"
        elif name not in before:
            yield f"{name} is new"
        elif before[name] != now[name]:
            yield f"{name} differs"


def parts(release: Release) -> dict[str, str]:
    """The hash of each term, shape and rule in the release's own files, by name."""
    said = [*release.own_terms.items(), *release.own_shapes.items()]
    found = {_name(subject): _hash("".join(canonical(triples))) for subject, triples in said}
    own = {name: path for name, path in release.rules.items() if path.parent.parent == release.ontology}
    found |= {f"rule {name}": _hash(rule_text(path)) for name, path in own.items()}
    return dict(sorted(found.items()))


def _name(subject: str) -> str:
    if subject.startswith(vocab.CASEGRAPH + "shapes#"):
        return f"shape {local_name(subject)}"
    return f"term {short(subject)}" if subject else "what has no name"


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:_SHORT]


def lock(release: Release) -> None:
    """Lock a release; Failure where it may not be released as it is, or was locked with other content."""
    _may_be_locked(release)
    path = lock_path(release)
    entries = {**read_lock(path), release.version: _locked(release)}
    write_lock(path, entries)


def _may_be_locked(release: Release) -> None:
    faults = list(_faults(release))
    if faults:
        raise Failure(f"{faults[0]}; a released version stays as it is: put the change into a later one")
    base = release.base
    if base is None:
        return
    entry = read_lock(lock_path(base)).get(base.version)
    if entry is None or not entry.is_locked:
        raise Failure(f"release {release.version} builds on {base.version}, which is still open; lock that first")
    if refusals := difference(base, release).refusals:
        raise Failure(refusals[0])


def _locked(release: Release) -> Locked:
    return Locked(release.canonical_hash, is_locked=True, parts=parts(release))


def open_entry(release: Release) -> Locked:
    """What a lock says of a release that may still change."""
    return Locked(release.canonical_hash, is_locked=False, parts={})


def write_lock(path: Path, entries: Mapping[str, Locked]) -> None:
    """Write a lock, the oldest release first."""
    atomic.write_text(path, lock_text(entries))


def lock_text(entries: Mapping[str, Locked]) -> str:
    """A lock as JSON, a line for each part so that a change shows in version control."""
    ordered = sorted(entries, key=lambda version: [int(part) for part in version.split(".")])
    return json.dumps({version: _said(entries[version]) for version in ordered}, indent=2) + "\n"


def _said(entry: Locked) -> dict[str, object]:
    said: dict[str, object] = {"sha256": entry.sha256, "locked": entry.is_locked}
    return {**said, "parts": dict(entry.parts)} if entry.parts else said
