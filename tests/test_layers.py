"""Stages after the store know no YAML; the order of layers is import-linter's contract in pyproject.toml."""

import ast
from pathlib import Path

import pytest

import kg

PACKAGE = Path(kg.__file__).parent


def files_of(stage: str) -> list[Path]:
    return [*PACKAGE.glob(f"{stage}.py"), *PACKAGE.glob(f"{stage}/**/*.py")]


def imported_packages(source: str) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    return {name.partition(".")[0] for name in names}


def test_imports_are_seen_wherever_they_stand():
    source = "import yaml.nodes\ndef f():\n    from rdflib.term import Node"
    assert imported_packages(source) == {"yaml", "rdflib"}


@pytest.mark.parametrize("stage", ["store", "query", "export", "server"])
def test_stage_knows_no_yaml(stage: str):
    files = files_of(stage)
    if not files:
        pytest.skip(f"kg.{stage} is not written yet")
    sources = {file.name: file.read_text(encoding="utf-8") for file in files}
    assert [name for name, source in sources.items() if "yaml" in imported_packages(source)] == []
