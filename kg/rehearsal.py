"""A workspace and a release in; what a migration would make of its graph, its problems and its saved queries, out.

Both graphs are built aside, the one as files are now and the one as they would be, so nothing that is in use changes.
Built again, only what changed meanwhile is read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from kg import vocab
from kg.build import Inputs, build
from kg.build.engine import Progress, silent
from kg.build.inputs import history, reader, releases, upgrader
from kg.build.migrating import FOLDER
from kg.case import Reader
from kg.manifest import Manifest, current_build, current_manifest
from kg.migrate.answers import compared
from kg.migrate.graph.proof import GraphProof, Pair, Prover
from kg.migrate.renaming import Renaming
from kg.migrate.subject import Verdict
from kg.problem import Problem, Severity
from kg.query import SavedQuery, ask, load_queries, query_folders
from kg.store.base import QueryError, Table
from kg.worker import Limits, Worker

ALLOWED = Limits(seconds=60)
"""What one query may take."""


@dataclass(frozen=True, slots=True)
class QueryVerdict:
    """What becomes of one saved query, on the data of the workspace."""

    name: str
    verdict: Verdict
    before: int | None
    """Rows; None where it cannot be asked."""
    after: int | None
    possible: Verdict
    """What may become of it with other data."""
    names: tuple[str, ...]
    """What it names that the migration touches."""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What a migration would come to."""

    queries: tuple[QueryVerdict, ...]
    new_problems: tuple[Problem, ...]
    """Errors and warnings that the files do not have now."""
    graphs: GraphProof

    @property
    def holds(self) -> bool:
        """Whether files and graphs agree, and no new error appears."""
        errors = any(each.severity is Severity.ERROR for each in self.new_problems)
        return not self.graphs.faults and not errors


def rehearse(inputs: Inputs, target: str, *, progress: Progress = silent) -> Rehearsal:
    """Build both graphs and compare them; ``inputs`` say what release the graph is at now."""
    before = _built(inputs, "before", progress)
    after = _built(replace(inputs, target=target), "after", progress)
    chain = history(inputs).chain(inputs.target, target) or ()
    renaming = Renaming.of(chain, Reader(releases(inputs)).shapes)
    verdicts = tuple(_verdicts(before, after, renaming, inputs))
    return Rehearsal(verdicts, tuple(new_problems(before.manifest, after.manifest)), _proof(inputs, target))


@dataclass(frozen=True, slots=True)
class _Built:
    folder: Path
    manifest: Manifest


def _built(inputs: Inputs, name: str, progress: Progress) -> _Built:
    home = inputs.home / FOLDER / "rehearsal" / name
    build(replace(inputs, home=home), progress=progress)
    folder, manifest = current_build(home), current_manifest(home)
    assert folder is not None
    assert manifest is not None
    return _Built(folder, manifest)


# --- saved queries ------------------------------------------------------------------------------------


def _verdicts(before: _Built, after: _Built, renaming: Renaming, inputs: Inputs) -> Iterator[QueryVerdict]:
    catalogue = load_queries(query_folders(inputs.root), inputs.root)
    with Worker(before.folder / "store", vocab.PREFIXES) as old, Worker(after.folder / "store", vocab.PREFIXES) as new:
        for name, query in sorted(catalogue.queries.items()):
            rewritten = replace(query, text=renaming.rewritten(query.text))
            was, problem = _answer(query, old, inputs.base)
            now, later = _answer(rewritten, new, inputs.base)
            verdict = compared(was, now, renaming.names) if was and now else Verdict.BROKEN
            yield QueryVerdict(
                name=name,
                verdict=verdict,
                before=len(was.rows) if was else None,
                after=len(now.rows) if now else None,
                possible=renaming.verdict(query.text),
                names=tuple(renaming.subjects(query.text)),
                note=problem or later,
            )


def _answer(query: SavedQuery, worker: Worker, base: str) -> tuple[Table | None, str]:
    try:
        return ask(query, {}, lambda text: worker.run(text, ALLOWED), base=base).table, ""
    except QueryError as error:
        return None, str(error)


# --- problems -----------------------------------------------------------------------------------------


def new_problems(before: Manifest, after: Manifest) -> Iterator[Problem]:
    """Errors and warnings of the later manifest that have no counterpart, by file, code and record, in the earlier."""
    known = Counter(map(_kind, before.problems()))
    for each in after.problems():
        if each.severity is Severity.INFO:
            continue
        if known[_kind(each)]:
            known[_kind(each)] -= 1
        else:
            yield each


def _kind(problem: Problem) -> tuple[str, str, str]:
    return problem.span.file, problem.code, problem.record


# --- graphs -------------------------------------------------------------------------------------------


def _proof(inputs: Inputs, target: str) -> GraphProof:
    later = replace(inputs, target=target)
    chain = history(inputs).chain(inputs.target, target) or ()
    prover = Prover(chain, Reader(releases(inputs)).shapes, upgrader(later).processes, inputs.base)
    return prover.prove(_pairs(inputs, later))


def _pairs(inputs: Inputs, later: Inputs) -> Iterator[Pair]:
    """Every case that can be read at both releases, before and after."""
    manifest = current_manifest(inputs.home / FOLDER / "rehearsal" / "after")
    assert manifest is not None
    for entry in manifest.cases():
        raw = (inputs.root / entry.path).read_bytes()
        before, after = reader(inputs).read(raw, entry.path), reader(later).read(raw, entry.path)
        if before and after and before.record and after.record and before.release == inputs.target:
            yield before, after
