"""Findings in; workflow commands out, which GitHub Actions turns into annotations of files.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

from collections.abc import Iterator

from kg.problem import Problem, Severity, Span
from kg.report.characters import encodable, one_line
from kg.report.excerpt import last_line
from kg.report.findings import Findings
from kg.report.text import sentence

COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def report(findings: Findings) -> Iterator[str]:
    """One command for each problem."""
    return (encodable(f"{_command(each, findings.path(each.span.file))}\n") for each in findings.problems)


def _command(problem: Problem, file: str) -> str:
    properties = {"file": file, **dict(_place(problem.span)), "title": problem.code}
    said = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    message = sentence(problem) + (f"\nmend: {one_line(problem.hint)}" if problem.hint else "")
    return f"::{COMMANDS[problem.severity]} {said}::{_message(message)}"


def _place(span: Span) -> Iterator[tuple[str, int]]:
    """Lines; columns only within one line, because GitHub refuses them for more."""
    if not span.line:
        return
    yield "line", span.line
    is_one_line = span.end_line in (0, span.line)
    if is_one_line and span.column:
        yield "col", span.column
    yield "endLine", last_line(span)
    if is_one_line and span.end_column:
        yield "endColumn", span.end_column


def _message(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")
