"""Findings in; a JSON list out, one object for each problem. Line 0 means the file as a whole."""

from __future__ import annotations

import json

from kg.problem import Problem
from kg.report.characters import encodable
from kg.report.findings import Findings


def report(findings: Findings) -> str:
    """The problems as ``{code, severity, file, line, column, message, hint, record}``."""
    said = [_object(each, findings.path(each.span.file)) for each in findings.problems]
    return encodable(json.dumps(said, ensure_ascii=False, indent=2)) + "\n"


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
