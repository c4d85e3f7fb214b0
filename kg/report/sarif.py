"""Findings in; a SARIF 2.1.0 log out (OASIS Standard; sections in comments are the standard's).

Nothing in it depends on when or where it was made.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from kg.problem import Problem, Severity, Span
from kg.report.baseline import Fingerprint, fingerprints
from kg.report.characters import encodable, one_line
from kg.report.findings import Findings
from kg.report.json import listed
from kg.report.text import sentence

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
FINGERPRINT = "casegraph/v1"

_PLACEHOLDER = re.compile(r"\{(\d+)\}")

# What json.dumps takes; TypedDicts for SARIF would repeat the schema that the tests check against.
Object = dict[str, Any]


def report(findings: Findings) -> Iterator[str]:
    """One run with its rules and results; the results, which may be many, one after the other."""
    codes = findings.codes()
    rules = [_rule(code, severity, findings) for code, severity in codes.items()]
    index = {code: number for number, code in enumerate(codes)}
    driver = {"name": "Casegraph", "version": findings.version, "rules": rules}
    run: Object = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": []}
    log: Object = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    before, _, behind = json.dumps(log, ensure_ascii=False, indent=2).rpartition("[]")
    yield encodable(before)
    results = (
        {**_result(each, findings.path(each.span.file), mark), "ruleIndex": index[each.code]}
        for each, mark in fingerprints(findings)
    )
    yield from listed(results, margin=" " * 6)
    yield f"{behind}\n"


def _rule(code: str, severity: Severity, findings: Findings) -> Object:
    meaning = findings.explain(code)
    title = meaning.title if meaning else code.replace("-", " ")
    rule: Object = {"id": code, "shortDescription": _text(title)}
    if meaning:
        rule |= {"fullDescription": _text(meaning.meaning), "help": _text(meaning.mend)}
    return {**rule, "defaultConfiguration": {"level": LEVELS[severity]}}


def _result(problem: Problem, path: str, mark: Fingerprint) -> Object:
    said = sentence(problem) + (f"\nmend: {one_line(problem.hint)}" if problem.hint else "")
    return {
        "ruleId": problem.code,
        "level": LEVELS[problem.severity],
        "message": _text(said),
        "locations": [{"physicalLocation": _location(problem.span, path)}],
        "partialFingerprints": {FINGERPRINT: mark.digest},
    }


def _location(span: Span, path: str) -> Object:
    """Where; a file as a whole has no region (3.29.4)."""
    location: Object = {"artifactLocation": {"uri": _uri(path)}}
    return {**location, "region": _region(span)} if span.line else location


def _region(span: Span) -> Object:
    """A stretch of lines and columns; the end column is exclusive, as ours is (3.30)."""
    region = {"startLine": span.line, "startColumn": span.column}
    if span.end_line >= span.line:
        region |= {"endLine": span.end_line, "endColumn": span.end_column}
    return {name: number for name, number in region.items() if number}


def _uri(path: str) -> str:
    """A relative reference, or a file URI; bytes that are no text stay the bytes they are."""
    if Path(path).is_absolute():
        return Path(path).as_uri()
    return quote(os.fsencode(path))


def _text(text: str) -> Object:
    """A message that is only itself: no placeholder (3.11.5), no embedded link (3.11.6)."""
    return {"text": _PLACEHOLDER.sub(r"{{\1}}", text).replace("](", "\\](")}
