"""The documentation is a contract: its queries run, its commands exist, its links lead somewhere."""

import re
import shlex
from pathlib import Path

import click
import pytest

from kg.cli import COMMANDS, kg
from kg.cli.asked import command_of
from kg.cli.query import Query
from kg.store.base import Table
from kg.workspace import Workspace
from tests.material import ROOT, demonstration_root

PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("cases/README.md")])
IDS = [path.relative_to(ROOT).as_posix() for path in PAGES]
QUERIES = [
    pytest.param(block, id=f"{path.stem}-{index}")
    for path in PAGES
    for index, block in enumerate(re.findall(r"^```sparql\n(.*?)^```", path.read_text(encoding="utf-8"), re.S | re.M))
]


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = Workspace(demonstration_root(tmp_path_factory.mktemp("demonstration")))
    workspace.build()
    return workspace


@pytest.mark.parametrize("query", QUERIES)
def test_queries_answer_something(demonstration: Workspace, query: str):
    answer = demonstration.sparql(query)
    assert isinstance(answer, Table)
    assert answer.rows


@pytest.mark.parametrize("path", PAGES, ids=IDS)
def test_links_lead_somewhere(path: Path):
    text = re.sub(r"^```.*?^```", "", path.read_text(encoding="utf-8"), flags=re.S | re.M)
    targets = [target for target in re.findall(r"\]\(([^)#\s]+)", text) if "://" not in target]
    missing = [target for target in targets if not (path.parent / target).exists()]
    assert missing == []


def test_every_page_is_in_the_index():
    index = (ROOT / "docs/README.md").read_text(encoding="utf-8")
    pages = [*ROOT.glob("docs/*"), *ROOT.glob("docs/reference/*")]
    names = {path.relative_to(ROOT / "docs").as_posix() for path in pages if path.is_file()} - {"README.md"}
    assert len(names) > 20
    assert [name for name in sorted(names) if f"]({name})" not in index] == []


@pytest.mark.parametrize("path", PAGES, ids=IDS)
def test_commands_exist_with_their_options(path: Path):
    text = path.read_text(encoding="utf-8")
    for line in re.findall(r"(?:^\$? ?|`)(kg [a-z][^`\n]*)", text, re.M):
        words = [word for word in re.split(r"\s+", line.split("'")[0]) if word]
        _check(words[1:])


def _check(words: list[str]) -> None:
    context = click.Context(kg)
    command: click.Command | None = kg
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        name, *words = words
        command = command.get_command(context, name)
        assert command is not None, f"no command {name}"
    assert command is not None
    if isinstance(command, Query) and (saved := command.saved(words)):
        command = command_of(saved)
    known = {option for parameter in command.params for option in parameter.opts} | {"--help", "-h", "--version"}
    assert [word for word in words if re.fullmatch(r"--?[a-z][a-z-]*", word) and word not in known] == []


def test_every_command_is_in_the_readme_or_the_reference():
    reference = (ROOT / "docs/reference/command-line.md").read_text(encoding="utf-8")
    assert [name for name in COMMANDS if f"## kg {name}\n" not in reference] == []


def test_the_readme_has_its_two_commands_first():
    blocks = re.findall(r"^```sh\n(.*?)^```", (ROOT / "README.md").read_text(encoding="utf-8"), re.S | re.M)
    assert [shlex.split(block)[0] for block in blocks[:2]] == ["bin/demo", "bin/test"]
