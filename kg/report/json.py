"""Findings in; a JSON list out, one object for each problem. Line 0 means the file as a whole."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping

from kg.problem import Problem
from kg.report.characters import encodable
from kg.report.findings import Findings


def report(findings: Findings) -> Iterator[str]:
    """The problems as ``{code, severity, file, line, column, message, hint, record}``."""
    yield from listed((_object(each, findings.path(each.span.file)) for each in findings.problems), margin="")
    yield "\n"


def listed(objects: Iterable[Mapping[str, object]], *, margin: str) -> Iterator[str]:
    """A JSON list, one object after the other, as ``json.dumps`` writes it behind a margin."""
    lead = "["
    for each in objects:
        said = json.dumps(each, ensure_ascii=False, indent=2).replace("\n", f"\n{margin}  ")
        yield encodable(f"{lead}\n{margin}  {said}")
        lead = ","
    yield "[]" if lead == "[" else f"\n{margin}]"


def _object(problem: Problem, file: str) -> dict[str, str | int]:
    return {
        "code": problem.code,
        "severity": problem.severity.label,
        "file": file,
        "line": problem.span.line,
        "column": problem.span.column,
        "message": problem.message,
        "hint": problem.hint,
        "record": problem.record,
    }
