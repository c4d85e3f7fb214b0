"""Findings in; a file of the problems that are known out, and back: only new problems are reported then.

The file is JSON, one problem a line and sorted, so that a change of it can be read in review.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields, replace
from hashlib import sha256
from itertools import chain, groupby
from pathlib import Path
from typing import Any

from kg import atomic
from kg.packed import Problems
from kg.problem import Failure, Problem
from kg.report.characters import encodable, one_line
from kg.report.findings import Findings

HEADER = {"format": "casegraph baseline", "version": 1}
LONGEST = 80
"""Characters of the offending text that tell one problem from another; equals are told apart by their number."""

_NUMBERS = re.compile(r"\b(lines?|columns?) \d+|(?<=\S):\d+:\d+\b")


@dataclass(frozen=True, slots=True, order=True)
class Fingerprint:
    """What a problem is known by when lines move: everything but where it stands."""

    file: str
    code: str
    record: str
    message: str
    """Without numbers of lines and columns."""
    text: str
    """What stands at the place."""
    ordinal: int = 0
    """Number among those that are otherwise equal."""

    @property
    def digest(self) -> str:
        """The fingerprint in 32 hexadecimal digits."""
        return sha256(_line(self).encode("utf-8")).hexdigest()[:32]


def fingerprints(findings: Findings) -> Iterator[tuple[Problem, Fingerprint]]:
    """Every problem with its fingerprint; no two are equal."""
    for _, found in findings.by_file():
        seen: Counter[Fingerprint] = Counter()
        for each in found:
            plain = _fingerprint(each, findings.sources.marked(each.span))
            yield each, replace(plain, ordinal=seen[plain])
            seen[plain] += 1


def write_baseline(path: Path, findings: Findings) -> None:
    """Make the problems the known ones; the file is replaced as a whole."""
    by_file = groupby((mark for _, mark in fingerprints(findings)), key=lambda mark: mark.file)
    lines = chain([json.dumps(HEADER)], (_line(mark) for _, found in by_file for mark in sorted(found)))
    atomic.write_pieces(path, (f"{line}\n".encode() for line in lines))


def read_baseline(path: Path) -> frozenset[Fingerprint]:
    """The known problems. Failure, with the line, where the file is missing or none of ours."""
    lines = _text(path).removesuffix("\n").split("\n")
    if _parsed(path, 1, lines[0]) != HEADER:
        raise _failure(path, 1, f"not the first line of a baseline, {json.dumps(HEADER)}")
    return frozenset(_read(path, number, line) for number, line in enumerate(lines[1:], 2))


def new_since(findings: Findings, baseline: frozenset[Fingerprint]) -> Findings:
    """The findings without the known problems, which are only counted."""
    new = Problems.of(each for each, mark in fingerprints(findings) if mark not in baseline)
    return replace(findings, problems=new, known=findings.known + len(findings.problems) - len(new))


def _fingerprint(problem: Problem, marked: str) -> Fingerprint:
    message = _NUMBERS.sub(lambda found: found[1] or "", problem.message)
    text = " ".join(marked.split())[:LONGEST]
    said = (problem.span.file, problem.code, problem.record, message, text)
    file, code, record, message, text = (encodable(one_line(each)) for each in said)
    return Fingerprint(file, code, record, message, text)


def _line(mark: Fingerprint) -> str:
    return json.dumps(asdict(mark), ensure_ascii=False)


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise Failure(f"{path}: there is no such baseline; make one with --update-baseline") from None
    except OSError as error:
        raise Failure(f"{path}: {error.strerror}") from error
    try:
        return raw.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise _failure(path, raw.count(b"\n", 0, error.start) + 1, "not UTF-8") from error


def _parsed(path: Path, number: int, line: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        raise _failure(path, number, "not JSON") from None


def _read(path: Path, number: int, line: str) -> Fingerprint:
    said = _parsed(path, number, line)
    kinds = {field.name: int if field.name == "ordinal" else str for field in fields(Fingerprint)}
    if not isinstance(said, dict) or {key: type(value) for key, value in said.items()} != kinds:  # pyright: ignore[reportUnknownVariableType,reportUnknownArgumentType]
        raise _failure(path, number, f"a known problem has exactly the keys {', '.join(kinds)}")
    return Fingerprint(**said)  # pyright: ignore[reportUnknownArgumentType]


def _failure(path: Path, number: int, message: str) -> Failure:
    return Failure(f"{path}:{number}: {message}; mend the line, or make the file anew with --update-baseline")
