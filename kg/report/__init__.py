"""Findings in; a report in the format that was asked for out. One file for each format."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from kg.report import github, html, json, junit, sarif, text
from kg.report.findings import Findings, Sources, exit_status

__all__ = ["REPORTS", "Findings", "Sources", "exit_status"]

REPORTS: dict[str, Callable[[Findings], Iterator[str]]] = {
    "text": text.report,
    "json": json.report,
    "sarif": sarif.report,
    "junit": junit.report,
    "github": github.report,
    "html": html.report,
}
"""Every format by name. A report comes piece by piece, and can always be encoded as UTF-8; text holds colours."""
