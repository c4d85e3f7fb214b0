"""Damaged files: no crash, no hang, and either a Problem with a line or a lossless round trip.

Seeded; CASEGRAPH_FUZZ sets how many files are damaged (2,000 by default; 100,000 takes some minutes).
"""

import os
import random
import time
from collections.abc import Callable

import pytest

from kg.check import Checker
from kg.problem import Severity
from kg.triples import rebuild, stated
from tests.material import demonstration_files, minimal
from tests.strategies import BASE, READER, SHAPE

NUMBER = int(os.environ.get("CASEGRAPH_FUZZ", "2000"))
BATCHES = 20
LONGEST = 2.0
"""Seconds that one file may take."""

Chance = random.Random
Damage = Callable[[bytes, Chance], bytes]


def flip_bytes(raw: bytes, chance: Chance) -> bytes:
    damaged = bytearray(raw)
    for _ in range(chance.randint(1, 20)):
        damaged[chance.randrange(len(damaged))] = chance.randrange(256)
    return bytes(damaged)


def cut_lines(raw: bytes, chance: Chance) -> bytes:
    lines = raw.splitlines(keepends=True)
    start = chance.randrange(len(lines))
    return b"".join(lines[:start] + lines[start + chance.randint(1, 30) :])


def double_lines(raw: bytes, chance: Chance) -> bytes:
    lines = raw.splitlines(keepends=True)
    at = chance.randrange(len(lines))
    return b"".join(lines[:at] + [lines[at]] * chance.randint(2, 4) + lines[at + 1 :])


def swap_lines(raw: bytes, chance: Chance) -> bytes:
    lines = raw.splitlines(keepends=True)
    one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return b"".join(lines)


VALUES = [
    b"[]",
    b"{}",
    b"null",
    b"true",
    b"010",
    b"1e9",
    b"- x",
    b"{a: b}",
    b"[1, [2]]",
    b"2026-02-30",
    b"''",
    b"|",
    b">-",
    b"*x",
    b"&x y",
]


def swap_types(raw: bytes, chance: Chance) -> bytes:
    lines = raw.splitlines(keepends=True)
    keyed = [index for index, line in enumerate(lines) if b": " in line]
    for index in chance.sample(keyed, min(3, len(keyed))):
        lines[index] = lines[index].split(b": ")[0] + b": " + chance.choice(VALUES) + b"\n"
    return b"".join(lines)


def nest_deeply(raw: bytes, chance: Chance) -> bytes:
    at = raw.find(b"\n", chance.randrange(10, len(raw) // 2)) + 1
    return raw[:at] + b"deep: " + b"[" * chance.choice([3, 60, 20_000]) + b"\n" + raw[at:]


def huge_scalar(raw: bytes, chance: Chance) -> bytes:
    at = raw.find(b"title: ") + 7
    return raw[:at] + chance.choice([b"x", b"'", b"\xc3\xa9", b"\\"]) * chance.choice([10_000, 1_000_000]) + raw[at:]


ODD = ["\u2028", "\x85", "\ufeff", "\u202e", "\x00", "\ud800", "😀", "\u0301", "\x1b[31m", "\t", "\r", "\x7f", "\ufffe"]


def odd_unicode(raw: bytes, chance: Chance) -> bytes:
    at = chance.randrange(len(raw))
    odd = "".join(chance.choice(ODD) for _ in range(chance.randint(1, 3)))
    return raw[:at] + odd.encode("utf-8", errors="surrogatepass") + raw[at:]


def other_line_ends(raw: bytes, chance: Chance) -> bytes:
    return raw.replace(b"\n", chance.choice([b"\r\n", b"\r", b"\n\n"]))


def indent_differently(raw: bytes, chance: Chance) -> bytes:
    lines = raw.splitlines(keepends=True)
    at = chance.randrange(len(lines))
    lines[at] = chance.choice([b" ", b"   ", b"\t"]) + lines[at]
    return b"".join(lines)


DAMAGES: tuple[Damage, ...] = (
    flip_bytes,
    cut_lines,
    double_lines,
    swap_lines,
    swap_types,
    nest_deeply,
    huge_scalar,
    odd_unicode,
    other_line_ends,
    indent_differently,
)
ORIGINALS = [minimal().encode(), *(path.read_bytes() for path in demonstration_files())]
CHECKER = Checker(READER.releases)


@pytest.mark.parametrize("batch", range(BATCHES))
def test_damaged_files_are_reported_or_lose_nothing(batch: int):
    chance = random.Random(batch)
    for _ in range(NUMBER // BATCHES):
        raw = chance.choice(ORIGINALS)
        for _ in range(chance.choice([1, 1, 1, 2, 3])):
            raw = chance.choice(DAMAGES)(raw, chance) if len(raw) > 100 else raw
        start = time.process_time()
        look_at(raw)
        assert time.process_time() - start < LONGEST


def look_at(raw: bytes) -> None:
    case = READER.read(raw, "case.md")
    if case is None or case.record is None:
        assert case.problems if case else not raw.startswith((b"---\ncase_id:", b"case_id:", b"--\ncase_id:"))
        return
    triples = stated(case, BASE)
    problems = [*case.problems, *CHECKER.check(case, triples, BASE)]
    assert all(problem.span.line > 0 for problem in problems)
    if any(problem.severity is Severity.ERROR for problem in case.problems):
        return
    again, body = rebuild(triples, SHAPE, BASE)
    assert again.content() == case.record.content()
    assert body == (case.body if case.body.strip() else "")
