"""Resolving 10,000 codes and names against a catalogue of 1,921 processes, every pair another one.

What the profile said: nearly all of it is rapidfuzz comparing names that no process has with those of about the same
length; a name that a process has costs a look into a dictionary.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from random import Random

from rapidfuzz import fuzz
from rapidfuzz.process import extractOne

from benchmarks.corpus import peak_memory, spent
from kg.catalogue import Catalogue, Process
from kg.process import Resolver, normalised
from kg.workbook import read_workbook

PAIRS = 10_000
PROCESSES = 1_921
WORKBOOK = os.environ.get("CASEGRAPH_PCF", "")
"""APQC's workbook; without it, as many invented processes."""

_VERBS = "develop manage plan perform define assess monitor deliver procure maintain evaluate establish"
_NOUNS = (
    "products services customers employees suppliers assets risks budgets contracts orders campaigns plans policies "
    "markets strategies facilities systems accounts payments claims projects warehouses channels forecasts"
)
_KINDS = "internal external new annual strategic operational financial digital regional legal technical commercial"


def main() -> None:
    """Print the table."""
    catalogue = _catalogue()
    print(f"### Resolving {PAIRS:,} codes and names against {len(catalogue.processes):,} processes\n")
    print("| names | resolved by name | near | s CPU | s CPU of extractOne for each name |\n|---|---:|---:|---:|---:|")
    for kind, make in _MADE.items():
        print(_row(kind, _pairs(catalogue, make), catalogue))
    print(f"\nPeak memory {peak_memory():.0f} MB, the catalogue included.")


def _row(kind: str, pairs: list[tuple[str, str]], catalogue: Catalogue) -> str:
    resolver = Resolver(catalogue)
    found = [resolver.resolve(*pair) for pair in pairs]  # as a warm-up, and for the counts
    took = spent(lambda: [resolver.resolve(*pair) for pair in pairs]).cpu
    names = [normalised(each.name) for each in catalogue.processes]
    sample = [normalised(name) for _, name in pairs[: PAIRS // 20]]
    price = spent(lambda: [extractOne(name, names, scorer=fuzz.ratio) for name in sample]).cpu * 20
    named = sum(each.by_name is not None for each in found)
    near = sum(any(candidate.basis == "near" for candidate in each.candidates) for each in found)
    return f"| {kind} | {named:,} | {near:,} | {took:.2f} | {price:.1f} |"


def _catalogue() -> Catalogue:
    if WORKBOOK:
        return read_workbook(Path(WORKBOOK))[0]
    random = Random(7)
    names = [_name(random) for _ in range(PROCESSES)]
    processes = (
        Process(f"{10_000 + index}", f"{index // 100 + 1}.{index % 100 + 1}", name) for index, name in enumerate(names)
    )
    return Catalogue("invented", "1", tuple(processes))


def _name(random: Random) -> str:
    kinds, nouns = _KINDS.split(), _NOUNS.split()
    return f"{random.choice(_VERBS.split())} {random.choice(kinds)} {random.choice(nouns)} and {random.choice(nouns)}"


def _pairs(catalogue: Catalogue, make: Callable[[Process, int, Random], str]) -> list[tuple[str, str]]:
    random = Random(11)
    chosen = [random.choice(catalogue.processes) for _ in range(PAIRS)]
    coded = [random.choice(catalogue.processes) for _ in range(PAIRS)]
    codes = [each.pcf_id if index % 2 else f"0{each.hierarchy_id}" for index, each in enumerate(coded)]
    return [(code, make(each, index, random)) for index, (code, each) in enumerate(zip(codes, chosen, strict=True))]


def _as_they_are(process: Process, index: int, _random: Random) -> str:
    return f"{process.name.upper()} ({index % 90_000 + 10_000})"


def _misspelt(process: Process, _index: int, random: Random) -> str:
    at = random.randrange(len(process.name))
    return f"{process.name[:at]}{process.name[at + 1 :]} all"


def _other(_process: Process, index: int, random: Random) -> str:
    return f"{_name(random)} {index}"


def _mixed(process: Process, index: int, random: Random) -> str:
    return (_as_they_are, _misspelt, _other)[index % 3](process, index, random)


_MADE = {
    "all of the catalogue": _as_they_are,
    "a third each": _mixed,
    "all misspelt": _misspelt,
    "none of the catalogue": _other,
}

if __name__ == "__main__":
    main()
