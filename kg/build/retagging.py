"""A workspace and a person's decisions in; the case files that say them, and a record of who decided what, out."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from kg import atomic, vocab
from kg.build.inputs import Inputs, history, linker, releases
from kg.build.migrating import FOLDER
from kg.build.scan import find_markdown
from kg.case import Reader
from kg.check.rulebook import Rulebook
from kg.migrate import provenance
from kg.migrate.deciding import Writing, decide, writing
from kg.migrate.files import Rewritten
from kg.migrate.journal import half_way, only_one
from kg.migrate.task import MigrationError, Progress, sha256, silent
from kg.migrate.worklist import Choice, Waiting, waiting
from kg.problem import Problem
from kg.shape import Field, Kind

NOTHING = "none"
"""What is said instead of a term where nothing stands in place of the old value."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What came of some decisions."""

    values: tuple[Waiting, ...]
    files: int
    refused: tuple[Problem, ...]


class Retagging:
    """The values of a workspace that wait for a person, and what a person says of them."""

    def __init__(self, inputs: Inputs) -> None:
        self.inputs = inputs
        self._reader = Reader(releases(inputs), inputs.limits)
        self._terms: dict[str, dict[str, list[str]]] = {}

    def waiting_in(self, address: str) -> list[Waiting]:
        """The values that wait in one claim, such as ``acme/VC-001``, or in a case itself."""
        choice = Choice(address)
        words = address.rpartition("/")[0] or address
        found = list(self.waiting(choice, words=words)) or list(self.waiting(choice))
        return [each for each in found if each.address == address]

    def waiting(
        self, choice: Choice | None = None, *, words: str = "", progress: Progress = silent
    ) -> Iterator[Waiting]:
        """The values that wait, in the order of the files; only in files whose text has some words."""
        mark, wanted = self._mark, words.encode("utf-8", errors="surrogatepass")
        found = find_markdown(self.inputs.root, self.inputs.folders)
        for number, each in enumerate(found, 1):
            raw = each.path.read_bytes()
            case = self._reader.read(raw, each.shown) if wanted in raw and mark.search(raw) else None
            if case is not None:
                yield from (one for one in waiting(each.path, case) if choice is None or choice.takes(one))
            progress(number, len(found))

    def allowed(self, each: Waiting) -> list[str] | None:
        """The terms that a value may become; None where any text may stand."""
        if each.takes is None or each.takes.kind is not Kind.CONCEPT:
            return None
        if each.release not in self._terms:
            self._terms[each.release] = Rulebook(releases(self.inputs)[each.release]).terms
        return self._terms[each.release].get(each.takes.target, [])

    def named(self, candidate: str, each: Waiting) -> str:
        """A candidate as a person reads it: a process with its name."""
        if each.takes is None or each.takes.kind is not Kind.RECORD:
            return candidate
        process = linker(self.inputs).catalogue.by_pcf_id(candidate)
        return f"{candidate} {process.name}" if process else candidate

    def need_allowed(self, values: Sequence[Waiting], to: str) -> None:
        """MigrationError where a term is not one that these values may become."""
        for each in values if to != NOTHING else ():
            allowed = self.allowed(each)
            if allowed is not None and to not in allowed:
                raise MigrationError(f"`{to}` is no term of `{each.field}`; {_listed(each.candidates, allowed)}")
            if each.takes is not None and each.takes.kind is Kind.RECORD and to not in linker(self.inputs).pcf_ids:
                proposed = f"; proposed: {', '.join(each.candidates)}" if each.candidates else ""
                raise MigrationError(f"the process catalogue {self.inputs.catalogue.name} has no {to}{proposed}")

    def decide(self, values: Sequence[Waiting], to: str, *, by: str, at: str) -> Decided:
        """Write one decision for some values; MigrationError before anything is written where it cannot be right.

        Each file is noted before it is written, so that a kill leaves no decision of which nobody knows who took it;
        the same call again goes on.
        """
        self.need_allowed(values, to)
        with only_one(self.inputs.home / FOLDER):
            self._need_whole()
            by_file: dict[Path, list[Waiting]] = defaultdict(list)
            for each in values:
                by_file[each.path].append(each)
            ready = [self._prepared(path, group, to) for path, group in by_file.items()]
            good = [each for each in ready if isinstance(each, _Ready)]
            noted = [line for each in good for line in each.lines(to, by, at)]
            provenance.decided(self.inputs.root, noted)
            for each in good:
                atomic.write_bytes(each.path, each.written)
        done = tuple(value for each in good for value in each.values)
        return Decided(done, len(good), tuple(each for each in ready if isinstance(each, Problem)))

    def _prepared(self, path: Path, values: list[Waiting], to: str) -> _Ready | Problem:
        raw = path.read_bytes()
        said = "" if to == NOTHING else to
        decisions = {(each.record, each.field, each.value): said for each in values}
        found = decide(raw, values[0].span.file, self._reader, decisions=decisions, writing=self._writing)
        return _Ready(path, raw, found.raw, tuple(values)) if isinstance(found, Rewritten) else found

    def _need_whole(self) -> None:
        stopped = half_way(self.inputs.home / FOLDER)
        if stopped is not None:
            raise MigrationError(f"the migration {stopped.name} was stopped in the middle; finish or undo it first")

    @cached_property
    def _writing(self) -> Writing:
        return writing(each for migration in history(self.inputs).migrations for each in migration.operations)

    @cached_property
    def _mark(self) -> re.Pattern[bytes]:
        """What a file has to hold for a value to wait in it: a key with the predicate of pending values behind it."""
        shapes = (self._reader.shapes(version) for version in releases(self.inputs))
        keys = {field.key for root in shapes for shape in root.walk() for field in _pending(shape.by_path)}
        return re.compile(b"|".join(re.escape(key.encode("utf-8")) for key in sorted(keys)) or b"(?!)")


def _pending(by_path: dict[str, Field]) -> list[Field]:
    return [by_path[vocab.pending]] if vocab.pending in by_path else []


@dataclass(frozen=True, slots=True)
class _Ready:
    """A file with decisions written into it, not on disk yet."""

    path: Path
    before: bytes
    written: bytes
    values: tuple[Waiting, ...]

    def lines(self, to: str, by: str, at: str) -> Iterator[provenance.Line]:
        for each in self.values:
            yield {
                "decided": each.iri,
                "field": each.field,
                "from": each.value,
                "to": "" if to == NOTHING else to,
                "by": by,
                "at": at,
                "file": each.span.file,
                "before": sha256(self.before),
                "after": sha256(self.written),
            }


def _listed(candidates: Sequence[str], allowed: Sequence[str]) -> str:
    proposed = f"proposed: {', '.join(candidates)}; " if candidates else ""
    return f"{proposed}allowed: {', '.join(allowed)}, or {NOTHING}"
