"""Who migrated which files and who decided what, kept in one file of the workspace, in; PROV-O triples out.

``provenance/migrations.jsonl`` has a line of JSON for each run, each changed file and each decision. It belongs in
version control with the case files; the build reads it into a graph of its own.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from kg import atomic, codes, vocab
from kg.links.curies import is_absolute
from kg.ntriples import Triple, iri, literal
from kg.problem import Problem, Span
from kg.shape import encode

if TYPE_CHECKING:
    from kg.migrate.journal import Applied
    from kg.migrate.plan import Plan

FILE = "provenance/migrations.jsonl"
Line = dict[str, Any]


def record(root: Path, plan: Plan, applied: Applied) -> None:
    """Note a finished run; nothing where it is noted already."""
    lines = _text(root)
    if any(each.get("run") == plan.id for each in _lines(lines)):
        return
    run: Line = {
        "run": plan.id,
        "by": applied.by,
        "at": applied.at,
        "migrations": [list(each) for each in plan.migrations],
        "files": len(plan.files),
        "pending": plan.for_people,
    }
    revisions: list[Line] = [
        {"run": plan.id, "file": each.path, "before": each.before, "after": each.after} for each in plan.files
    ]
    _write(root, lines + "".join(map(_line, [run, *revisions])))


def withdraw(root: Path, run: str) -> None:
    """Take out a run that was undone."""
    text = _text(root)
    kept = [line for line in text.splitlines(keepends=True) if _parsed(line).get("run") != run]
    if len(kept) < len(text.splitlines()):
        _write(root, "".join(kept))


def decided(root: Path, decisions: Iterable[Line]) -> None:
    """Note decisions of a person: record, field, from, to, by, at, and the file before and after; each once."""
    text = _text(root)
    known = {_identity(each) for each in _lines(text) if "decided" in each}
    _write(root, text + "".join(_line(each) for each in decisions if _identity(each) not in known))


def _identity(decision: Line) -> tuple[str, ...]:
    """What tells a decision from another one; not when it was taken, so that a stopped call can be made again."""
    return tuple(decision[key] for key in ("decided", "field", "from", "to", "file", "before", "after"))


def decisions(root: Path) -> list[Line]:
    """The decisions that were noted, in order."""
    return [each for each in _lines(_text(root)) if "decided" in each]


def runs(root: Path) -> list[Line]:
    """The runs that were noted, in order."""
    return [each for each in _lines(_text(root)) if "migrations" in each]


def digest(root: Path) -> str:
    """A hash of the file; empty where there is none."""
    text = _text(root)
    return hashlib.sha256(text.encode("utf-8")).hexdigest() if text else ""


def problems(root: Path) -> list[Problem]:
    """Lines that cannot be read; the others apply."""
    found: list[Problem] = []
    for number, line in enumerate(_text(root).splitlines(), 1):
        if line.strip() and not _parsed(line):
            message = "the line is no record of a migration"
            hint = "restore it from version control, or delete it"
            found.append(codes.BAD_PROVENANCE.at(Span(FILE, number, 1, number, 2), message, hint=hint))
    return found


def triples(root: Path, base: str) -> Iterator[Triple]:
    """All that is noted, as PROV-O."""
    for each in _lines(_text(root)):
        if "migrations" in each:
            yield from _run(each, base)
        elif "decided" in each:
            yield from _decision(each, base)
        elif "file" in each:
            yield from _revision(each, base, f"{base}migration/{each['run']}")


# --- PROV-O -----------------------------------------------------------------------------------------------


def _run(said: Line, base: str) -> Iterator[Triple]:
    run = iri(f"{base}migration/{said['run']}")
    yield from _activity(run, vocab.MigrationRun, said, base)
    for name, sha256 in said["migrations"]:
        yield run, iri(vocab.migrationName), literal(name)
        yield run, iri(vocab.migrationHash), literal(sha256)
    yield run, iri(vocab.changedFileCount), literal(str(said["files"]), vocab.xsd_integer)
    yield run, iri(vocab.pendingCount), literal(str(said["pending"]), vocab.xsd_integer)


def _decision(said: Line, base: str) -> Iterator[Triple]:
    name = hashlib.sha256(_line(said).encode("utf-8")).hexdigest()[:16]
    decision = iri(f"{base}decision/{name}")
    yield from _activity(decision, vocab.TaggingDecision, said, base)
    yield decision, iri(vocab.decidedRecord), iri(f"{base}{said['decided']}")
    yield decision, iri(vocab.decidedField), literal(said["field"])
    yield decision, iri(vocab.decidedFrom), literal(said["from"])
    if said["to"]:
        yield decision, iri(vocab.decidedTo), literal(said["to"])
    yield from _revision(said, base, f"{base}decision/{name}")


def _activity(activity: str, kind: str, said: Line, base: str) -> Iterator[Triple]:
    by: str = said["by"]
    agent = iri(by if is_absolute(by) else f"{base}agent/{encode(by)}")
    yield activity, iri(vocab.rdf_type), iri(kind)
    yield activity, iri(vocab.rdf_type), iri(vocab.prov_Activity)
    yield activity, iri(vocab.prov_wasAssociatedWith), agent
    yield activity, iri(vocab.prov_startedAtTime), literal(said["at"], vocab.xsd_dateTime)
    yield agent, iri(vocab.rdf_type), iri(vocab.prov_Agent)
    yield agent, iri(vocab.rdfs_label), literal(by)


def _revision(said: Line, base: str, activity: str) -> Iterator[Triple]:
    """One snapshot of a case file comes from another."""
    after = iri(f"{base}file/{said['after']}")
    yield after, iri(vocab.prov_wasRevisionOf), iri(f"{base}file/{said['before']}")
    yield after, iri(vocab.prov_wasGeneratedBy), iri(activity)


# --- the file ---------------------------------------------------------------------------------------------


def _text(root: Path) -> str:
    try:
        return (root / FILE).read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""


def _write(root: Path, text: str) -> None:
    """The whole file anew, at one stroke; none where nothing is noted."""
    if text:
        atomic.write_text(root / FILE, text)
        return
    (root / FILE).unlink(missing_ok=True)
    folder = (root / FILE).parent
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()


def _line(said: Line) -> str:
    return json.dumps(said, ensure_ascii=False) + "\n"


def _lines(text: str) -> Iterator[Line]:
    return (said for line in text.split("\n") if line.strip() and (said := _parsed(line)))


_KEYS = (
    {"run", "by", "at", "migrations", "files", "pending"},
    {"run", "file", "before", "after"},
    {"decided", "field", "from", "to", "by", "at", "file", "before", "after"},
)


def _parsed(line: str) -> Line:
    """What a line says; nothing where it is no record."""
    try:
        said: object = json.loads(line)
    except ValueError:
        return {}
    found = cast("Line", said) if isinstance(said, dict) else {}
    return found if set(found) in _KEYS else {}
