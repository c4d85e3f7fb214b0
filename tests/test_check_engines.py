"""The fast engine gives exactly what the reference gives: on cases that exist and on damaged ones.

``CASEGRAPH_FULL=1`` takes every real case and 5,000 faults instead of a sample.
"""

from __future__ import annotations

import os
from collections import defaultdict
from functools import cache
from pathlib import Path
from random import Random

import pytest

from kg import vocab
from kg.case import Case, Reader
from kg.check import DEFAULT_ENGINE, ENGINES, Checker, Result
from kg.release import find_releases
from kg.shape import Kind
from kg.triples import stated
from tests.faults import Fault, Faults
from tests.material import demonstration_files, needs_corpus, real_files

FULL = os.environ.get("CASEGRAPH_FULL") == "1"
SEED = "casegraph"
FAULTS = 5_000 if FULL else 500
BATCHES = 100 if FULL else 10
TIMES = 3
"""How many of the faults, at least, break each rule."""
REAL = real_files() if FULL else Random(SEED).sample(real_files(), min(5, len(real_files())))

BASE = "https://w3id.org/casegraph/id/"
RELEASES = find_releases()
RELEASE = list(RELEASES.values())[-1]
READER = Reader(RELEASES)


@cache
def checker(engine: str) -> Checker:
    return Checker(RELEASES, engine)


@cache
def faults() -> Faults:
    return Faults(RELEASE)


def results(case: Case | None, engine: str = DEFAULT_ENGINE) -> list[Result]:
    """What an engine finds in a case; nothing in one that has no record."""
    return checker(engine).results(case, stated(case, BASE)) if case and case.record else []


def damaged(group: tuple[Fault, ...]) -> Case | None:
    return READER.read(faults().text(group).encode(), "case.md")


@cache
def breaking() -> dict[str, list[Fault]]:
    """Shape → the faults that break it when they stand alone, as the fast engine sees it."""
    found: dict[str, list[Fault]] = defaultdict(list)
    for fault in faults().all:
        for shape in {result.shape for result in results(damaged((fault,)))}:
            found[shape].append(fault)
    return found


@cache
def groups() -> list[tuple[Fault, ...]]:
    random = Random(SEED)
    sure = [fault for shape in sorted(breaking()) for fault in random.choices(breaking()[shape], k=TIMES)]
    return list(faults().groups(FAULTS, SEED, sure))


def reported() -> set[str]:
    """The shapes that a file can break: every rule, and every field that takes terms or ids."""
    fields = [field for shape in faults().shape.walk() for field in shape.fields.values()]
    typed = {field.shape for field in fields if field.kind in (Kind.CONCEPT, Kind.LINK)}
    return typed | {shape for shape, said in RELEASE.facts.items() if {vocab.code, vocab.sh_path} <= said.keys()}


def test_registry():
    assert list(ENGINES) == ["shacl", "pyshacl"]
    assert DEFAULT_ENGINE == "shacl"


def test_the_whole_case_is_whole_and_sound():
    case = damaged(())
    assert case is not None
    assert case.problems == []
    assert results(case) == []
    assert faults().unfilled() == set()


def test_every_rule_is_broken_several_ways():
    assert sum(map(len, groups())) == FAULTS
    assert len(faults().all) > 1_000
    assert len(reported()) > 80
    assert reported() - set(breaking()) == set(), "teach tests/faults.py a damage that breaks these"
    drawn = [fault for group in groups() for fault in group]
    few = {shape for shape in reported() if sum(fault in breaking()[shape] for fault in drawn) < TIMES}
    assert few == set()


@pytest.mark.slow
@pytest.mark.parametrize("path", demonstration_files(), ids=lambda path: path.parent.name)
def test_engines_agree_on_demonstration_cases(path: Path):
    case = READER.read(path.read_bytes(), str(path))
    assert results(case) == results(case, "pyshacl")


@pytest.mark.slow
@needs_corpus
@pytest.mark.parametrize("path", REAL or [Path("absent/casefile.md")], ids=lambda path: path.parent.name)
def test_engines_agree_on_real_cases(path: Path):
    case = READER.read(path.read_bytes(), str(path))
    assert results(case) == results(case, "pyshacl")


@pytest.mark.slow
@pytest.mark.parametrize("batch", range(BATCHES))
def test_engines_agree_on_damaged_cases(batch: int):
    for group in groups()[batch::BATCHES]:
        case = damaged(group)
        assert results(case) == results(case, "pyshacl"), "; ".join(map(str, group))
