"""Findings in; a report in the format that was asked for out. One file for each format, imported when it is made."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module

from kg.report.findings import Findings, Sources, exit_status

__all__ = ["REPORTS", "Findings", "Sources", "exit_status"]

Report = Callable[[Findings], Iterator[str]]


def _from(module: str) -> Report:
    def report(findings: Findings) -> Iterator[str]:
        return import_module(f"kg.report.{module}").report(findings)

    return report


REPORTS: dict[str, Report] = {name: _from(name) for name in ("text", "json", "sarif", "junit", "github", "html")}
"""Every format by name. A report comes piece by piece, and can always be encoded as UTF-8; text holds colours."""
