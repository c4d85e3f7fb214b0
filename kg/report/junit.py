"""Findings in; JUnit XML out: a test case for each file, a failure for each error, the rest as its output."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import click

from kg.problem import Problem, Severity
from kg.report.characters import encodable, one_line, visible
from kg.report.findings import Findings
from kg.report.text import lines, position, sentence

SUITE = "kg check"


def report(findings: Findings) -> str:
    """One test suite; files without problems are test cases that pass."""
    from xml.etree import ElementTree as ET

    by_file: dict[str, list[Problem]] = defaultdict(list)
    for each in findings.problems:
        by_file[each.span.file].append(each)
    files = sorted({*findings.files, *by_file})
    failed = sum(any(each.severity is Severity.ERROR for each in found) for found in by_file.values())
    root = ET.Element("testsuites")
    counts = {"tests": str(len(files)), "failures": str(failed), "errors": "0", "skipped": "0"}
    suite = ET.SubElement(root, "testsuite", {"name": SUITE, **counts})
    for file in files:
        case = ET.SubElement(suite, "testcase", {"classname": SUITE, "name": one_line(findings.path(file))})
        errors = [each for each in by_file[file] if each.severity is Severity.ERROR]
        for each in errors:
            failure = ET.SubElement(case, "failure", {"type": each.code, "message": _headline(each)})
            failure.text = _in_words([each], findings)
        others = [each for each in by_file[file] if each.severity is not Severity.ERROR]
        if others:
            ET.SubElement(case, "system-out").text = _in_words(others, findings)
    ET.indent(root)
    declaration = '<?xml version="1.0" encoding="utf-8"?>'
    return encodable(f"{declaration}\n{ET.tostring(root, encoding='unicode')}\n")


def _headline(problem: Problem) -> str:
    place = ":".join(position(problem.span))
    return f"{place}{': ' if place else ''}{problem.code} {sentence(problem)}"


def _in_words(problems: Iterable[Problem], findings: Findings) -> str:
    """Problems as the terminal shows them, without colour."""
    said = (line for each in problems for line in lines(each, findings.sources, findings.path(each.span.file)))
    return visible(click.unstyle("\n".join(said)))
