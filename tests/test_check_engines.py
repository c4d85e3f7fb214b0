"""The fast engine gives exactly what the reference gives: on cases that exist and on damaged ones.

What is compared is what a build checks: the stated triples of a case and those derived from it.
``CASEGRAPH_FULL=1`` takes every real case and 5,000 faults instead of a sample.
"""

from __future__ import annotations

import os
from collections import defaultdict
from functools import cached_property
from pathlib import Path
from random import Random

import pytest

from kg import vocab
from kg.build.cases import run_steps
from kg.case import Case, Reader
from kg.check import DEFAULT_ENGINE, ENGINES, Checker, Result
from kg.shape import Kind
from kg.triples import stated
from kg.workspace import Workspace
from tests.faults import Fault, Faults, write_texts
from tests.material import ROOT, demonstration_files, needs_corpus, real_files

FULL = os.environ.get("CASEGRAPH_FULL") == "1"
SEED = "casegraph"
FAULTS = 5_000 if FULL else 500
BATCHES = 100 if FULL else 10
TIMES = 3
"""How many of the faults, at least, break each rule."""
REAL = real_files() if FULL else Random(SEED).sample(real_files(), min(5, len(real_files())))


class Bench:
    """Where cases are damaged and validated; what takes long is worked out once."""

    def __init__(self, folder: Path) -> None:
        write_texts(folder)
        self.folder = folder
        self.workspace = Workspace(ROOT)
        self.inputs = self.workspace.inputs
        self.release = self.workspace.target
        self.reader = Reader(self.workspace.releases)
        self.checkers = {engine: Checker(self.workspace.releases, engine) for engine in ENGINES}
        self.faults = Faults(self.release)

    def read(self, path: Path) -> Case | None:
        return self.reader.read(path.read_bytes(), path.name)

    def damaged(self, group: tuple[Fault, ...]) -> Case | None:
        return self.reader.read(self.faults.text(group).encode(), "case.md")

    def compared(self, case: Case | None, folder: Path | None = None) -> tuple[list[Result], list[Result]]:
        """What the fast engine finds and what the reference finds; nothing in a case that has no record."""
        return self.found(case, "shacl", folder), self.found(case, "pyshacl", folder)

    def found(self, case: Case | None, engine: str, folder: Path | None = None) -> list[Result]:
        if case is None or case.record is None:
            return []
        work = run_steps(case, self.inputs, folder or self.folder)
        return self.checkers[engine].results(case, [*work.stated, *work.derived])

    @cached_property
    def breaking(self) -> dict[str, list[Fault]]:
        """Shape → the faults that break it when they stand alone, as the fast engine sees it."""
        found: dict[str, list[Fault]] = defaultdict(list)
        for fault in self.faults.all:
            for shape in {result.shape for result in self.found(self.damaged((fault,)), DEFAULT_ENGINE)}:
                found[shape].append(fault)
        return found

    @cached_property
    def groups(self) -> list[tuple[Fault, ...]]:
        random = Random(SEED)
        sure = [fault for shape in sorted(self.breaking) for fault in random.choices(self.breaking[shape], k=TIMES)]
        return list(self.faults.groups(FAULTS, SEED, sure))

    @property
    def rules(self) -> set[str]:
        """The shapes that a file can break: every rule, and every field that takes terms or ids."""
        fields = [field for shape in self.faults.shape.walk() for field in shape.fields.values()]
        typed = {field.shape for field in fields if field.kind in (Kind.CONCEPT, Kind.LINK)}
        return typed | {
            shape for shape, said in self.release.facts.items() if {vocab.code, vocab.sh_path} <= said.keys()
        }


@pytest.fixture(scope="session")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(tmp_path_factory.mktemp("case"))


def test_registry():
    assert list(ENGINES) == ["shacl", "pyshacl"]
    assert DEFAULT_ENGINE == "shacl"


def test_the_undamaged_case_is_whole_and_sound(bench: Bench):
    case = bench.damaged(())
    assert bench.found(case, DEFAULT_ENGINE) == []
    assert case is not None
    assert case.problems == []
    assert bench.faults.unfilled() == set()


def test_every_rule_is_broken_several_ways(bench: Bench):
    assert sum(map(len, bench.groups)) == FAULTS
    assert len(bench.faults.all) > 1_000
    assert len(bench.rules) > 80
    assert bench.rules - set(bench.breaking) == set(), "teach tests/faults.py a damage that breaks these"
    drawn = [fault for group in bench.groups for fault in group]
    assert {rule for rule in bench.rules if sum(fault in bench.breaking[rule] for fault in drawn) < TIMES} == set()


@pytest.mark.slow
@pytest.mark.parametrize("path", demonstration_files(), ids=lambda path: path.parent.name)
def test_engines_agree_on_demonstration_cases(bench: Bench, path: Path):
    fast, reference = bench.compared(bench.read(path), path.parent)
    assert fast == reference


@pytest.mark.slow
@needs_corpus
@pytest.mark.parametrize("path", REAL or [Path("absent/casefile.md")], ids=lambda path: path.parent.name)
def test_engines_agree_on_real_cases(bench: Bench, path: Path):
    fast, reference = bench.compared(bench.read(path), path.parent)
    assert fast == reference


@pytest.mark.slow
@pytest.mark.parametrize("batch", range(BATCHES))
def test_engines_agree_on_damaged_cases(bench: Bench, batch: int):
    for group in bench.groups[batch::BATCHES]:
        fast, reference = bench.compared(bench.damaged(group))
        assert fast == reference, "; ".join(map(str, group))


def test_engines_need_not_see_what_no_shape_names(bench: Bench):
    kept = 0
    for group in bench.groups[::5]:
        case = bench.damaged(group)
        if case is None or case.record is None:
            continue
        work = run_steps(case, bench.inputs, bench.folder)
        triples = [*work.stated, *work.derived]
        inspector = bench.checkers[DEFAULT_ENGINE]._inspector(case)
        everything = inspector.graph(triples) + "".join(f"{s} {p} {o} .\n" for s, p, o in triples)
        assert inspector.engine.validate(everything) == bench.found(case, DEFAULT_ENGINE)
        kept += len(set(inspector.graph(triples).splitlines())) < len(set(everything.splitlines()))
    assert kept > 0


SPACES = "\t\n\v\f\r \x85\xa0\u1680\u2000\u2003\u200a\u2028\u2029\u202f\u205f\u3000"
NO_SPACES = "\x1c\x1d\x1e\x1f\u180e\u200b\u2060\ufeff-"


def with_quote(words: str) -> str:
    """The undamaged case with another quote of its value claim."""
    faults = Faults(Workspace(ROOT).target)
    return faults.text((Fault(("value_claims", 0, "source_quote"), words),))


@pytest.mark.parametrize("character", [*SPACES, *NO_SPACES], ids=lambda character: f"U+{ord(character):04X}")
def test_engines_agree_on_what_parts_words(bench: Bench, character: str):
    case = bench.reader.read(with_quote(character.join(["one", "two", "three", "four", "five"])).encode(), "case.md")
    assert case is not None
    assert case.record is not None
    triples = stated(case, bench.inputs.base)
    fast, reference = (
        {each.shape for each in bench.checkers[engine].results(case, triples)} for engine in ("shacl", "pyshacl")
    )
    assert fast == reference
    assert any("short-quote" in shape for shape in fast) == (character in NO_SPACES)
