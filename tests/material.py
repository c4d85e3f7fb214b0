"""Where test material stands, and how tests that need it skip with a reason where it is absent."""

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
DEMONSTRATION = ROOT / "cases"
CORPUS = Path(os.environ.get("CASEGRAPH_CORPUS", ROOT / "../shared/corpus"))
GOLDEN = Path(os.environ.get("CASEGRAPH_GOLDEN", ROOT / "../shared/golden.json"))
PCF = Path(os.environ.get("CASEGRAPH_PCF", ROOT / "../shared/pcf/APQC-PCF-Cross-Industry-7.4.xlsx"))
LEGACY = Path(os.environ.get("CASEGRAPH_LEGACY", ROOT / "../shared/legacy"))

needs_corpus = pytest.mark.skipif(not CORPUS.is_dir(), reason=f"no real case files in {CORPUS} (CASEGRAPH_CORPUS)")
needs_golden = pytest.mark.skipif(
    not (CORPUS.is_dir() and GOLDEN.is_file()), reason=f"no golden answers in {GOLDEN} (CASEGRAPH_GOLDEN)"
)
needs_pcf = pytest.mark.skipif(not PCF.is_file(), reason=f"APQC's workbook is not here: {PCF} (CASEGRAPH_PCF)")
needs_legacy = pytest.mark.skipif(
    not LEGACY.is_dir(), reason=f"no cases of the older format in {LEGACY} (CASEGRAPH_LEGACY)"
)


def real_files() -> list[Path]:
    """The real case files; none where the corpus is absent."""
    return sorted(CORPUS.glob("*/casefile.md"))


def demonstration_files() -> list[Path]:
    """The demonstration cases."""
    return sorted(DEMONSTRATION.glob("*/casefile.md"))


def demonstration_root(root: Path) -> Path:
    """A folder made the workspace of the demonstration: its cases and overlays."""
    for name in ("cases", "overlays"):
        (root / name).symlink_to(ROOT / name)
    return root


@cache
def golden() -> dict[str, Any]:
    """The independently computed answers on the real corpus."""
    return json.loads(GOLDEN.read_text(encoding="utf-8"))


MINIMAL = """---
case_id: {case_id}
organisation: {organisation}
title: A title
date_created: '2026-01-29'
date_updated: '2026-01-29'
sources:
- id: S1
  title: A page
  url: https://www.acme.example/page
  text_file: sources/text/S1.txt
value_claims: []
context_claims: []
status: in_progress
confidence: low
ontology_metadata:
  version_used: '1.0'
  tagged_date: '2026-01-29'
  needs_retagging: false
---

# A title
"""


def minimal(case_id: str = "acme", organisation: str = "Acme") -> str:
    """The text of a small sound case file."""
    return MINIMAL.format(case_id=case_id, organisation=organisation)


def write_case(root: Path, text: str, folder: str = "acme") -> Path:
    """Put a case file into a workspace."""
    path = root / "cases" / folder / "casefile.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="")
    return path
