"""Graphs that live in a triple store are migrated there, to what the migrated files say; on real servers."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
from click.testing import CliRunner, Result

from kg.build.inputs import reader
from kg.cli import kg
from kg.triples import home_graph, nquads, stated
from kg.workspace import Workspace
from tests.material import DEMONSTRATION
from tests.stores import SERVERS, Server, alike, emptied, running

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", params=SERVERS)
def started(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(request.param, tmp_path_factory.mktemp(request.param)) as server:
        yield server


@pytest.fixture
def server(started: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    for name in ("THERE", "VIRTUOSO"):
        monkeypatch.setenv(f"KG_{name}_USER", "dba")
        monkeypatch.setenv(f"KG_{name}_PASSWORD", "dba")
    yield emptied(started)
    started.hang_up()


def run(*words: str) -> Result:
    done = CliRunner().invoke(kg, list(words))
    assert done.exit_code == 0, (done.output, done.exception)
    return done


def at_release(root: Path, version: str) -> Workspace:
    text = (root / "kg.toml").read_text(encoding="utf-8")
    (root / "kg.toml").write_text(f'release = "{version}"\n' + text[text.index("[targets") :], encoding="utf-8")
    return Workspace(root)


def stated_graphs(workspace: Workspace) -> dict[str, set[ox.Quad]]:
    """What the files state at the release of the workspace, by graph."""
    found: dict[str, set[ox.Quad]] = {}
    base = workspace.settings.base
    for each in workspace.markdown():
        case = reader(workspace.inputs).read(each.path.read_bytes(), each.shown)
        if case is not None and case.record is not None:
            graph = home_graph(case.record, base)
            lines = (line.rsplit(" ", 2)[0] + " .\n" for line in nquads(stated(case, base), graph))
            found[graph] = alike("".join(lines).encode())
    return found


def assert_same(server: Server, expected: dict[str, set[ox.Quad]]) -> None:
    """The store has the same triples in every graph; what is missing, and what is too much, where it has not."""
    for graph, wanted in expected.items():
        found = alike(server.graph(graph))
        missing, extra = (sorted(map(str, each)) for each in (wanted - found, found - wanted))
        assert not missing + extra, "\n".join((graph, "missing", *missing, "extra", *extra))


@pytest.fixture
def pushed(tmp_path: Path, server: Server) -> Path:
    """A workspace at release 1.0 whose graph is in the store."""
    shutil.copytree(DEMONSTRATION, tmp_path / "cases")
    target = f'[targets.there]\nurl = "{server.url}"\nprofile = "{server.name}"\n'
    (tmp_path / "kg.toml").write_text('release = "1.0"\n' + target, encoding="utf-8")
    Workspace(tmp_path).build()
    run("push", "there", "-C", str(tmp_path))
    return tmp_path


def test_a_store_is_migrated_where_it_is(pushed: Path, server: Server):
    done = run("migrate", "store", "there", "-C", str(pushed), "--to", "2.0")
    assert "17 cases at release 1.0" in done.output
    assert done.output.rstrip().endswith("there: 17 cases at release 2.0")
    expected = stated_graphs(at_release(pushed, "2.0"))
    assert len(expected) == 17
    assert_same(server, expected)
    again = run("migrate", "store", "there", "-C", str(pushed), "--to", "2.0")
    assert again.output.rstrip() == "there: 17 cases at release 2.0"


def test_updates_that_a_team_runs_by_itself_do_the_same(pushed: Path, server: Server, tmp_path: Path):
    if server.target().profile.mixes_graphs:
        pytest.skip("Virtuoso writes into the wrong graphs where GRAPH is a variable; `kg migrate store` names each")
    run("migrate", "export", str(tmp_path / "out"), "-C", str(pushed), "--to", "2.0")
    remote = server.remote()
    for name in ("1.0-1.1", "1.1-2.0"):
        for statement in (tmp_path / "out" / f"{name}.ru").read_text(encoding="utf-8").split(" ;\n\n"):
            remote.update(statement)
    expected = stated_graphs(at_release(pushed, "2.0"))
    assert_same(server, expected)
    assert len(list((tmp_path / "out" / "queries").glob("*.rq"))) >= 50


def test_a_push_after_it_sends_what_is_derived_anew(pushed: Path, server: Server):
    run("migrate", "store", "there", "-C", str(pushed), "--to", "2.0")
    at_release(pushed, "2.0").build()
    run("push", "there", "-C", str(pushed))
    expected = stated_graphs(Workspace(pushed))
    assert_same(server, expected)
