"""The bytes of a file and a chain of migrations in; the bytes of the migrated file out, or why it is refused.

Of a case file only the front matter changes, and of it only what operations declare; of a saved query only the names
that they declare. Every other byte stays.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kg import codes
from kg.case import Case, Reader
from kg.migrate.renaming import edited
from kg.migrate.splice import Edit, splice
from kg.migrate.upgrade import Upgrader
from kg.migrate.visit import Log, Refusal
from kg.problem import Problem, Severity
from kg.source import decode, front_matter
from kg.yamltree import Fault, Mapping, Node

_HINT = "mend the file and migrate again; the other files do not wait for it"


@dataclass(frozen=True, slots=True)
class Rewritten:
    """One migrated file."""

    raw: bytes
    edits: tuple[Edit, ...]
    """Stretches of the old text, in code points, a byte order mark not counted."""
    logs: tuple[Log, ...]
    """What each migration of the chain did."""


def rewrite(raw: bytes, file: str, reader: Reader, upgrader: Upgrader) -> Rewritten | Problem | None:
    """The file at the release that the chain leads to; None where it is no case, or at another release already."""
    if file.endswith(".rq"):
        return _query(raw, file, upgrader)
    case = reader.read(raw, file)
    if case is None or case.stated_release not in {each.origin for each in upgrader.chain}:
        return _unread(case) if case else None
    worst = [problem for problem in case.problems if problem.severity is Severity.ERROR]
    if worst:
        message = f"{worst[0].code}: {worst[0].message}"
        return codes.MIGRATION_REFUSED.at(worst[0].span, message, hint=worst[0].hint or _HINT)
    return _rewritten(raw, case, upgrader)


def _query(raw: bytes, file: str, upgrader: Upgrader) -> Rewritten | None:
    """A saved query of the workspace with the names of the target; None where none of them changes."""
    from kg.migrate.queryfile import query_edits

    source = decode(raw, file, limit=len(raw))
    if isinstance(source, Problem):
        return None
    edits = query_edits(source.text, file, upgrader.chain, upgrader.renaming)
    written = raw[:3] * source.has_bom + edited(source.text, edits).encode("utf-8")
    return Rewritten(written, tuple(edits), tuple(Log() for _ in upgrader.chain)) if edits else None


def _unread(case: Case) -> Problem | None:
    """Why a case file that names no known release, or cannot be read, stays as it is."""
    if case.stated_release or not case.problems:
        return None
    first = case.problems[0]
    return codes.MIGRATION_REFUSED.at(first.span, f"{first.code}: {first.message}", hint=first.hint or _HINT)


def _rewritten(raw: bytes, case: Case, upgrader: Upgrader) -> Rewritten | Problem:
    assert case.root is not None
    try:
        upgraded = upgrader.upgrade(case.root, case.stated_release)
        return respliced(raw, case, upgraded.root, upgraded.logs)
    except Refusal as refusal:
        return refused(case, refusal)


def respliced(raw: bytes, case: Case, new: Mapping, logs: tuple[Log, ...] = ()) -> Rewritten:
    """The file with another tree in its front matter. Refusal where that cannot be proven."""
    assert case.front is not None
    assert case.root is not None
    start, yaml = case.front.start, case.front.yaml
    changed, edits = splice(yaml, case.root, new)
    text = case.source.text
    after = text[:start] + changed + text[start + len(yaml) :]
    mark = raw[:3] if case.source.has_bom else b""
    written = mark + after.encode("utf-8")
    _prove(written, case, changed)
    moved = tuple(Edit(each.start + start, each.end + start, each.text) for each in edits)
    return Rewritten(written, moved, logs)


def _prove(written: bytes, case: Case, yaml: str) -> None:
    """The new file has this front matter and the old body."""
    assert case.root is not None
    source = decode(written, case.source.file, limit=len(written))
    front = None if isinstance(source, Problem) else front_matter(source)
    if front is None or isinstance(front, Problem) or front.yaml != yaml or front.body != case.body:
        raise Refusal("the changed file does not have the front matter and the body that it should have", case.root)


def refused(case: Case, refusal: Refusal) -> Problem:
    """Why a file stays as it is, at its line."""
    start = case.front.start if case.front else 0
    span = case.source.span(start + refusal.node.start, start + refusal.node.end)
    return codes.MIGRATION_REFUSED.at(span, str(refusal), hint=_HINT)


def in_memory(upgrader: Upgrader, target: str) -> Callable[[Mapping, str], tuple[Mapping, str] | Fault]:
    """The same upgrade for readers, which keep nothing in files; all that they read is at the target."""
    origins = {each.origin for each in upgrader.chain}

    def upgrade(root: Mapping, version: str) -> tuple[Mapping, str] | Fault:
        if version == target:
            return root, version
        if version not in origins:
            message = f"the file is at release {version}, and no migration leads from there to {target}"
            hint = f'set release = "{version}" in kg.toml, or add the migration'
            return Fault(codes.MIGRATION_REFUSED, root.start, root.start + 1, message, hint)
        try:
            return upgrader.upgrade(root, version).root, target
        except Refusal as refusal:
            node: Node = refusal.node
            return Fault(codes.MIGRATION_REFUSED, node.start, node.end, str(refusal), _HINT)

    return upgrade
