"""A difference between two releases in; Markdown for people or JSON for programs out."""

from __future__ import annotations

import json
from collections.abc import Iterator

from kg.bump import Bump
from kg.ontology.change import Change, Difference

_HEADS = {
    Bump.MAJOR: "Breaking: files or queries may have to change",
    Bump.MINOR: "Compatible: more can be said or is asked for",
    Bump.PATCH: "Words only",
}


def markdown(found: Difference) -> str:
    """The difference under one heading for each size of change."""
    return "\n".join(_lines(found)) + "\n"


def _lines(found: Difference) -> Iterator[str]:
    yield f"# Release {found.before} → {found.after}"
    yield ""
    if not found.changes:
        yield "Nothing differs."
        return
    verdict = "which is enough" if not found.refusals else "which is refused"
    yield f"The changes demand a {found.demanded.label} step; this is a {found.taken.label} one, {verdict}."
    for bump, head in _HEADS.items():
        changes = [change for change in found.changes if change.bump is bump]
        if changes:
            yield f"\n## {head}\n"
            yield from map(_line, changes)
    for refusal in found.refusals:
        yield f"\n**Refused:** {refusal}"


def _line(change: Change) -> str:
    successors = f" → {', '.join(f'`{name}`' for name in change.to)}" if change.to else ""
    note = f": {change.note}" if change.note else ""
    return f"- **{change.kind}** {change.what} `{change.name}`{successors}{note}"


def as_json(found: Difference) -> str:
    """The difference as one object; its changes in the order of their weight."""
    said = {
        "from": found.before,
        "to": found.after,
        "demanded": found.demanded.label,
        "taken": found.taken.label,
        "refusals": found.refusals,
        "changes": [_change(each) for each in found.changes],
    }
    return json.dumps(said, indent=2, ensure_ascii=False) + "\n"


def _change(change: Change) -> dict[str, object]:
    said = {"kind": change.kind, "what": change.what, "name": change.name, "bump": change.bump.label}
    return {**said, "to": list(change.to), "note": change.note}


FORMATS = {"md": markdown, "json": as_json}
"""What writes a difference, by the name of the format."""
