"""Candidates for "same organisation" among 100,000 generated names, against comparing all pairs.

What the profile said: two fifths go into scoring the pairs that blocks yield (three for each name), a quarter into
taking names apart, a fifth into finding pairs. Memory is the names taken apart, and their variants with a letter
left out.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from itertools import islice
from random import Random

from rapidfuzz import fuzz
from rapidfuzz.process import extract

from benchmarks.corpus import peak_memory, spent
from kg.candidates import OrganisationUse, candidates
from kg.links import identities

NAMES = 100_000
KINDS = ("mixed", "crowded")
SAMPLE = 100
"""Names whose comparison with all others gives the price of all pairs."""

_SYLLABLES = """
    ba be bo da del di dor fa fen gar go ha hel in ka kor la len lo mar me mi nor o pa per qui ra ri ro sa sol ta ter u
    va ver wen xo za
"""
_TRADES = """
    bank insurance ferries foods steel energy health airlines retail motors systems pharma media logistics water college
"""
_PLACES = "north south united first national royal pacific atlantic nordic central city global"
_FORMS = "Inc. Ltd SE AG GmbH S.A. plc LLC AB Oy"


@cache
def _of(words: str) -> list[str]:
    return words.split()


def main() -> None:
    """Print the table."""
    print(f"### Candidates for the same organisation, {NAMES:,} names\n")
    print("| names | candidates | planted pairs found | s CPU | peak MB |\n|---|---:|---:|---:|---:|")
    for kind in KINDS:
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.bench_candidates", kind], check=True, capture_output=True, text=True
        )
        print(done.stdout.strip())
    names = [name for name, _ in islice(_mixed(Random(7)), NAMES)]
    price = spent(lambda: [extract(name, names, scorer=fuzz.ratio, score_cutoff=80) for name in names[:SAMPLE]]).cpu
    print(f"\nAll pairs with rapidfuzz alone would take {price / SAMPLE * NAMES / 2:,.0f} s.")


def one(kind: str) -> None:
    """Measure one kind of names and print its row; in a process of its own, for its memory."""
    made = list(islice({"mixed": _mixed, "crowded": _crowded}[kind](Random(7)), NAMES))
    uses = [OrganisationUse(name, (f"host{index % 30_000}.example",)) for index, (name, _) in enumerate(made)]
    links = identities([])
    found = set[frozenset[str]]()
    took = spent(lambda: found.update(frozenset((each.a, each.b)) for each in candidates(uses, links)))
    present = {name for name, _ in made}
    planted = {frozenset(pair) for pair in made if pair[1] in present and pair[0] != pair[1]}
    share = f"{len(planted & found):,} of {len(planted):,}" if planted else "–"
    print(f"| {kind} | {len(found):,} | {share} | {took.cpu:.1f} | {peak_memory():.0f} |")


def _mixed(random: Random) -> Iterator[tuple[str, str]]:
    """Names of one to four words, a fifth of them a variant of one before; each with what it is a variant of."""
    before: list[str] = []
    while True:
        if before and random.random() < 0.2:
            model = random.choice(before)
            yield random.choice((_with_form, _misspelt, _accented, _longer))(model, random), model
        else:
            before.append(_new(random))
            yield before[-1], before[-1]


def _crowded(random: Random) -> Iterator[tuple[str, str]]:
    """Names made of few words, so that every word is common."""
    while True:
        words = [*random.sample(_of(_PLACES), 2), random.choice(_of(_TRADES)), "of", _word(random, 2)]
        name = " ".join(words).title()
        yield name, name


def _word(random: Random, syllables: int) -> str:
    return "".join(random.choice(_of(_SYLLABLES)) for _ in range(syllables))


def _new(random: Random) -> str:
    words = [_word(random, random.randint(2, 4)) for _ in range(random.randint(1, 2))]
    words += random.sample(_of(_TRADES), random.randint(0, 1))
    return " ".join([*random.sample(_of(_PLACES), random.randint(0, 1)), *words]).title()


def _with_form(name: str, random: Random) -> str:
    return f"{name} {random.choice(_of(_FORMS))}"


def _misspelt(name: str, random: Random) -> str:
    at = random.randrange(1, len(name))
    return name[:at] + name[at + 1 :]


def _accented(name: str, _: Random) -> str:
    return name.upper().replace("A", "Á").replace("O", "Ö")


def _longer(name: str, random: Random) -> str:
    return f"{name} {_word(random, 3).title()}"


if __name__ == "__main__":
    one(sys.argv[1])
