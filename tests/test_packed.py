"""Packed problems are the problems, in their order, in little memory."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from kg.packed import CHUNK, Problems
from kg.problem import Problem, Severity, Span

WORDS = st.text(st.characters(codec=None, exclude_categories=()), max_size=8)
NUMBERS = st.integers(0, 10_000)
SPANS = st.builds(Span, WORDS, NUMBERS, NUMBERS, NUMBERS, NUMBERS)
PROBLEMS = st.builds(Problem, WORDS, st.sampled_from(Severity), SPANS, WORDS, WORDS, WORDS)


@given(st.lists(PROBLEMS, max_size=10))
def test_what_goes_in_comes_out(problems: list[Problem]):
    packed = Problems.of(problems)
    assert [*packed] == [*packed] == problems
    assert len(packed) == len(problems)
    assert Problems.read(json.loads(json.dumps(packed.said()))) == packed


@given(st.lists(PROBLEMS, max_size=10), st.sampled_from(Severity))
def test_the_less_severe_are_left_out(problems: list[Problem], least: Severity):
    assert [*Problems.of(problems).at_least(least)] == [each for each in problems if each.severity >= least]


def many(count: int) -> Iterator[Problem]:
    for number in range(count):
        span = Span(f"cases/case-{number // 30:06}/casefile.md", number % 300, 3, number % 300, 20)
        message = f"the claim has no quote that proves it; `id` is `VC-{number % 30:03}`"
        yield Problem("missing-quote", Severity.WARNING, span, message, "copy the passage", f"VC-{number % 30:03}")


def test_many_are_one_after_the_other():
    count = 2 * CHUNK + 1
    joined = Problems.joined([Problems.of(many(count)), Problems(), Problems.of(many(1))])
    assert [*joined] == [*many(count), *many(1)]
    assert joined.severities() == {Severity.WARNING: count + 1}
    assert len(joined.chunks) == 4


def test_thirty_problems_take_no_more_room_than_one_that_is_not_packed():
    files = [Problems.of(list(many(60_000))[start : start + 30]) for start in range(0, 3_000, 30)]
    assert sum(sys.getsizeof(chunk) for each in files for chunk in each.chunks) < 20 * 3_000
