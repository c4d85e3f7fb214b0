"""Findings in; JUnit XML out: a test case for each file, a failure for each error, the rest as its output."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import click

from kg.problem import Problem, Severity
from kg.report.characters import encodable, one_line, visible
from kg.report.findings import Findings
from kg.report.text import lines, position, sentence

if TYPE_CHECKING:
    from xml.etree import ElementTree as ET

SUITE = "kg check"


def report(findings: Findings) -> Iterator[str]:
    """One test suite; files without problems are test cases that pass."""
    from xml.etree import ElementTree as ET

    touched = {file: _is_failed(found) for file, found in findings.by_file()}
    files = sorted({*findings.files, *touched})
    counts = {"tests": len(files), "failures": sum(touched.values()), "errors": 0, "skipped": 0}
    said = "".join(f' {name}="{count}"' for name, count in counts.items())
    yield f'<?xml version="1.0" encoding="utf-8"?>\n<testsuites>\n  <testsuite name="{SUITE}"{said}>\n'
    groups = findings.by_file()
    for file in files:
        found = next(groups)[1] if file in touched else []
        case = _test_case(file, found, findings)
        ET.indent(case, level=2)
        yield encodable(f"    {ET.tostring(case, encoding='unicode')}\n")
    yield "  </testsuite>\n</testsuites>\n"


def _is_failed(problems: Iterable[Problem]) -> bool:
    return any(each.severity is Severity.ERROR for each in problems)


def _test_case(file: str, problems: list[Problem], findings: Findings) -> ET.Element:
    """One file: a failure for each error, the rest as output."""
    from xml.etree import ElementTree as ET

    case = ET.Element("testcase", {"classname": SUITE, "name": one_line(findings.path(file))})
    for each in problems:
        if each.severity is Severity.ERROR:
            failure = ET.SubElement(case, "failure", {"type": each.code, "message": _headline(each)})
            failure.text = _in_words([each], findings)
    others = [each for each in problems if each.severity is not Severity.ERROR]
    if others:
        ET.SubElement(case, "system-out").text = _in_words(others, findings)
    return case


def _headline(problem: Problem) -> str:
    place = ":".join(position(problem.span))
    return f"{place}{': ' if place else ''}{problem.code} {sentence(problem)}"


def _in_words(problems: Iterable[Problem], findings: Findings) -> str:
    """Problems as the terminal shows them, without colour."""
    said = (line for each in problems for line in lines(each, findings.sources, findings.path(each.span.file)))
    return visible(click.unstyle("\n".join(said)))
