"""The contract of every store that is pushed to, against real servers: what was pushed is there, and answers alike."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyoxigraph as ox
import pytest
from click.testing import CliRunner

from kg.cli import kg
from kg.problem import Failure
from kg.push.compare import Comparison
from kg.push.fetch import fetch
from kg.push.lock import Lock, LockedError
from kg.push.record import DONE, Entry, Ledger
from kg.push.report import Report
from kg.push.session import Wishes, planned, push
from kg.query import ask
from kg.store.base import StoreError, Table
from kg.store.profile import PROFILES
from kg.store.remote import Remote
from kg.worker import Outcome
from kg.workspace import Workspace
from tests.material import CORPUS, DEMONSTRATION, minimal, needs_corpus, write_case
from tests.stores import SERVERS, Server, assert_holds, emptied, needs, running

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", params=SERVERS)
def started(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(request.param, tmp_path_factory.mktemp(request.param)) as server:
        yield server


@pytest.fixture
def server(started: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("KG_VIRTUOSO_USER", "dba")
    monkeypatch.setenv("KG_VIRTUOSO_PASSWORD", "dba")
    yield emptied(started)
    started.hang_up()


@pytest.fixture
def demonstration(tmp_path: Path) -> Workspace:
    shutil.copytree(DEMONSTRATION, tmp_path / "cases")
    workspace = Workspace(tmp_path)
    workspace.build()
    return workspace


def small(root: Path, *names: str, title: str = "A title", base: str = "") -> Workspace:
    """A built workspace of minimal cases."""
    root.mkdir(exist_ok=True)
    if base:
        (root / "kg.toml").write_text(f'base = "{base}"\n')
    shutil.rmtree(root / "cases", ignore_errors=True)
    for name in names:
        write_case(root, minimal(name, f"Organisation {name}").replace("A title", title), name)
    workspace = Workspace(root)
    workspace.build()
    return workspace


def pushed(workspace: Workspace, server: Server, **wishes: bool) -> Report:
    return push(workspace.pushable(), server.remote(), Wishes(**wishes))


def test_the_store_holds_the_build_and_a_second_push_does_nothing(server: Server, demonstration: Workspace):
    first = pushed(demonstration, server)
    assert (first.is_complete, len(first.new)) == (True, first.planned)
    assert_holds(server, demonstration)
    second = pushed(demonstration, server)
    assert (second.planned, second.new, second.same) == (0, [], first.planned)


@needs_corpus
def test_real_cases_arrive_whole(server: Server, tmp_path: Path):
    workspace = Workspace(tmp_path, cases=[CORPUS])
    workspace.build()
    report = pushed(workspace, server)
    assert (report.is_complete, report.pending) == (True, {})
    assert_holds(server, workspace)
    assert Comparison(workspace.pushable(), server.remote()).difference(is_full=True).is_none


AWRY = {"virtuoso": {"cases-for-profile", "process-profile", "processes-ranked"}, "oxigraph": set[str]()}
"""Queries that a server cannot compile, answers with fewer rows, or does not finish (docs/pushing.md)."""


def test_saved_queries_answer_as_in_the_embedded_store(server: Server, demonstration: Workspace):
    pushed(demonstration, server)
    remote, base = server.remote(), demonstration.settings.base
    queries = demonstration.queries().queries
    assert len(queries) >= 8
    assert queries.keys() >= AWRY[server.name]
    for query in (each for name, each in queries.items() if name not in AWRY[server.name]):
        for given in ({}, *(dict(each.parameters) for each in query.expectations)):
            here = ask(query, given, lambda text: Outcome(demonstration.store.query(text)), base=base)
            there = ask(query, given, lambda text: Outcome(remote.query(text)), base=base)
            assert rows(there.table) == rows(here.table), (query.name, given)


def rows(table: Table) -> list[list[str]]:
    """The rows of an answer in an order of their own, with equal values written alike."""
    return sorted([plain(term) for term in row] for row in table.rows)


def plain(term: object) -> str:
    if isinstance(term, ox.Literal) and term.datatype.value.endswith(("integer", "decimal")):
        return f"{float(term.value):.9g}"
    return "" if term is None else str(term)


def test_only_what_changed_is_sent(server: Server, tmp_path: Path):
    before = small(tmp_path, "one", "two", "three")
    pushed(before, server)
    after = small(tmp_path, "one", "two", "four")
    path = tmp_path / "cases/one/casefile.md"
    path.write_text(path.read_text().replace("A title", "Another title"))
    after.build()
    report = pushed(after, server)
    base = after.settings.base
    assert set(report.new) == {
        f"{base}case/one",
        *(f"{base}case/four{end}" for end in ("", "/derived")),
        *(base + "entities", base + "build"),
    }
    assert set(report.removed) == {f"{base}case/three", f"{base}case/three/derived"}
    assert_holds(server, after)


def test_a_large_graph_that_changed_little_is_not_sent_whole(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("kg.push.delta.LARGE", 1)
    puts: list[str] = []
    put = Remote.put
    monkeypatch.setattr(Remote, "put", lambda self, graph, triples: (puts.append(graph), put(self, graph, triples)))
    before = small(tmp_path, "one", "café", "三")
    pushed(before, server)
    puts.clear()
    after = small(tmp_path, "one", "café", "four")
    assert pushed(after, server).is_complete
    ends = (after.settings.base + "entities", after.settings.base + "build")
    assert not set(ends) & set(puts)
    assert_holds(server, after)
    server.remote().put(ends[0], b"<http://x/s> <http://x/p> <http://x/o> .\n")  # somebody else's doing
    puts.clear()
    last = small(tmp_path, "one", "five")
    assert pushed(last, server).is_complete
    assert ends[0] in puts
    assert_holds(server, last)


def test_the_graph_of_the_build_is_sent_last(server: Server, tmp_path: Path):
    workspace = small(tmp_path, "one", "two")
    remote = server.remote()
    steps = planned(workspace.pushable(), remote, Wishes()).plan.steps
    assert steps[-1].graph == workspace.settings.base + "build"


def test_rollback_puts_the_build_before_back(server: Server, tmp_path: Path):
    first = small(tmp_path, "one", "two")
    pushed(first, server)
    built = first.manifest.build
    second = small(tmp_path, "one", "three")
    pushed(second, server)
    remote = server.remote()
    back = Ledger(remote, second.settings.base).head().previous
    assert back == built
    report = push(second.pushable(back), remote, Wishes())
    assert report.is_complete
    assert set(remote.graphs_below(second.settings.base + "case/two")) != set()
    assert set(remote.graphs_below(second.settings.base + "case/three")) == set()
    head = Ledger(remote, second.settings.base).head()
    assert (head.build, head.previous) == (built, second.manifest.build)


def test_a_build_that_lacks_most_cases_is_not_pushed_by_mistake(server: Server, tmp_path: Path):
    pushed(small(tmp_path, *(f"case-{number}" for number in range(15))), server)
    few = small(tmp_path, "case-1")
    with pytest.raises(Failure, match=r"holds 15 cases, and this build lacks 14.*--remove-many"):
        pushed(few, server)
    assert pushed(few, server, remove_many=True).is_complete
    assert_holds(server, few)


def test_graphs_that_nobody_pushed_stay_unless_they_are_pruned(server: Server, tmp_path: Path):
    workspace = small(tmp_path, "one")
    remote = server.remote()
    stranger, elsewhere = workspace.settings.base + "case/stray", "http://other.example/graph"
    for graph in (stranger, elsewhere):
        remote.put(graph, b"<http://x/s> <http://x/p> <http://x/o> .\n")
    assert pushed(workspace, server).is_complete
    assert remote.counts([stranger, elsewhere]) == {stranger: 1, elsewhere: 1}
    assert planned(workspace.pushable(), remote, Wishes(prune=True)).strangers == (stranger,)
    assert pushed(workspace, server, prune=True).pruned == [stranger]
    assert remote.counts([stranger, elsewhere]) == {elsewhere: 1}
    assert_holds(server, workspace)


def test_what_somebody_else_changed_is_sent_again(server: Server, tmp_path: Path):
    workspace = small(tmp_path, "one", "two")
    pushed(workspace, server)
    remote = server.remote()
    changed, dropped = (f"{workspace.settings.base}case/{name}" for name in ("one", "two"))
    remote.put(changed, b"<http://x/s> <http://x/p> <http://x/o> .\n")
    remote.delete(dropped)
    difference = Comparison(workspace.pushable(), remote).difference(is_full=False)
    assert set(difference.changed) == {changed, dropped}
    assert set(pushed(workspace, server, verify=True).new) == {changed, dropped}
    assert_holds(server, workspace)


def test_a_store_that_was_emptied_gets_everything(server: Server, tmp_path: Path):
    workspace = small(tmp_path, "one")
    pushed(workspace, server)
    emptied(server)
    assert pushed(workspace, server).same == 0
    assert_holds(server, workspace)


def test_two_bases_in_one_store(server: Server, tmp_path: Path):
    here, there = small(tmp_path / "a", "one"), small(tmp_path / "b", "two", base="http://other.example/id/")
    pushed(here, server)
    report = pushed(there, server)
    shared = {graph for graph in here.manifest.shared if not graph.startswith(here.settings.base)}
    assert shared
    assert not shared & set(report.new)
    remote = server.remote()
    assert planned(here.pushable(), remote, Wishes()).record.other_bases == ("http://other.example/id/",)
    assert planned(here.pushable(), remote, Wishes()).plan.is_empty
    assert_holds(server, here)
    assert_holds(server, there)


def test_a_base_within_another_is_not_pruned(server: Server, tmp_path: Path):
    outer = small(tmp_path / "a", "one")
    inner = small(tmp_path / "b", "two", base=outer.settings.base + "team/")
    pushed(inner, server)
    assert pushed(outer, server, prune=True).pruned == []
    assert Comparison(outer.pushable(), server.remote()).difference(is_full=False).is_none
    remote = server.remote()
    assert planned(inner.pushable(), remote, Wishes(verify=True)).plan.is_empty


def test_one_pusher_at_a_time(server: Server, tmp_path: Path):
    workspace = small(tmp_path, "one")
    remote = server.remote()
    base = workspace.settings.base
    with Lock(remote, base).held():
        with pytest.raises(LockedError, match=r"is pushing to this store .*--break-lock"):
            pushed(workspace, server)
        assert len(Lock(remote, base).claims()) == 1
        assert pushed(workspace, server, break_lock=True).is_complete
    assert Lock(remote, base).claims() == []


def test_a_lock_of_a_pusher_that_is_no_more_holds_nobody_up(server: Server, tmp_path: Path):
    workspace = small(tmp_path, "one")
    remote = server.remote()
    for at, place in (("2026-01-01T00:00:00Z", "elsewhere/1"),):
        claim = (
            f'<http://x/claim> <https://w3id.org/casegraph/ontology#lockOwner> "anna" ; '
            f'<https://w3id.org/casegraph/ontology#lockPlace> "{place}" ; '
            f'<https://w3id.org/casegraph/ontology#lockedAt> "{at}"^^<http://www.w3.org/2001/XMLSchema#dateTime>'
        )
        remote.update(f"INSERT DATA {{ GRAPH <{workspace.settings.base}push/lock> {{ {claim} }} }}")
    assert [claim.is_stale for claim in Lock(remote, workspace.settings.base).claims()] == [True]
    assert pushed(workspace, server).is_complete


def test_a_pusher_whose_lock_was_broken_stops(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("kg.push.run.RENEWAL", -1.0)
    workspace = small(tmp_path, "one", "two")
    remote = server.remote()

    def rob(done: int, _total: int) -> None:
        if done == 2:
            remote.delete(workspace.settings.base + "push/lock")

    report = push(workspace.pushable(), server.remote(), Wishes(), progress=rob)
    assert "broke our lock" in str(report.stopped)
    assert set(Ledger(remote, workspace.settings.base).read().pending()) <= {*report.pending, *report.old}
    assert pushed(workspace, server).is_complete
    assert_holds(server, workspace)


def test_the_record_is_never_read_in_part(server: Server):
    remote = server.remote()
    ledger = Ledger(remote, "http://other.example/id/")
    entries = {f"http://other.example/id/case/{number}": Entry(DONE, "ab", "cd", number) for number in range(900)}
    for start in range(0, 900, 100):
        ledger.write(dict(list(entries.items())[start : start + 100]))
    assert ledger.read().entries == entries
    limited = replace(remote.target, profile=replace(remote.target.profile, row_limit=300))
    assert Ledger(server.remote(limited), "http://other.example/id/").read().entries == entries
    too_low = replace(remote.target, profile=replace(remote.target.profile, row_limit=100))
    with pytest.raises(StoreError, match="at most 100 rows"):
        Ledger(server.remote(too_low), "http://other.example/id/").read()


def test_graphs_are_listed_whole_where_answers_are_limited(server: Server, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("kg.store.remote.PAGE", 3)
    remote = server.remote()
    names = {f"http://other.example/é{number}" for number in range(8)}
    for name in names:
        remote.put(name, "<http://x/é> <http://x/p> <http://x/o> .\n".encode())
    limited = server.remote(replace(remote.target, profile=replace(remote.target.profile, row_limit=10_000)))
    assert sorted(limited.graphs_below("http://other.example/")) == sorted(names)


def test_gzip_is_understood_where_the_profile_says_so(server: Server, tmp_path: Path):
    if not server.target().profile.packs:
        pytest.skip(f"{server.name} does not understand gzip")
    workspace = small(tmp_path, "one")
    remote = server.remote(replace(server.target(), gzip=True))
    assert push(workspace.pushable(), remote, Wishes()).is_complete
    assert_holds(server, workspace)


def test_diff_and_pull(server: Server, tmp_path: Path):
    there = small(tmp_path / "there", "same", "theirs", "changed")
    pushed(there, server)
    small(tmp_path / "here", "same", "ours", "changed")
    path = tmp_path / "here/cases/changed/casefile.md"
    path.write_text(path.read_text().replace("  title: A page", "  title: Another page"))
    here = Workspace(tmp_path / "here")
    here.build()
    write_targets(here, server)
    base = here.settings.base
    for options in ((), ("--full",)):
        result = run("diff", "-C", str(here.root), "--json", *options)
        assert result.exit_code == 1
        said = json.loads(result.stdout)
        assert (said["added"], said["removed"]) == ([f"{base}case/ours"], [f"{base}case/theirs"])
        assert said["changed"][f"{base}case/changed"] == [
            {
                "subject": f"{base}case/changed/source/S1",
                "here": [["dcterms:title", "Another page"]],
                "there": [["dcterms:title", "A page"]],
            }
        ]
        assert f"{base}case/same" not in said["changed"]
    assert (
        "      - dcterms:title A page\n      + dcterms:title Another page" in run("diff", "-C", str(here.root)).output
    )

    result = run("pull", "-C", str(here.root), "--cases", str(tmp_path / "pulled"))
    assert result.exit_code == 0, result.output
    shutil.copytree(tmp_path / "pulled", here.root / "cases", dirs_exist_ok=True)
    here.build()
    assert here.manifest.parts["case/theirs"] == there.manifest.parts["case/theirs"]

    result = run("pull", "-C", str(here.root), "-o", str(tmp_path / "store.nq"))
    assert result.exit_code == 0, result.output
    quads = set(ox.parse(path=str(tmp_path / "store.nq")))
    assert quads == {
        quad for part in there.manifest.parts.values() for quad in ox.parse(there.inputs.parts.path(part).read_bytes(),
                                                                           format=ox.RdfFormat.N_QUADS)
    }  # fmt: skip


def write_targets(workspace: Workspace, server: Server, url: str = "") -> None:
    text = f'[targets.{server.name}]\nurl = "{url or server.url}"\nprofile = "{server.name}"\n'
    (workspace.root / "kg.toml").write_text(text)


def run(*words: str):
    return CliRunner().invoke(kg, words)


def test_the_command_says_what_it_would_do_and_what_it_did(server: Server, tmp_path: Path):
    workspace = small(tmp_path, "one", "two")
    write_targets(workspace, server)
    plan = run("push", server.name, "-C", str(tmp_path), "--dry-run")
    assert plan.exit_code == 0, plan.output
    assert "Would send" in plan.output
    assert "new       https://w3id.org/casegraph/id/case/one, " in plan.output
    remote = server.remote()
    assert list(remote.graphs_below("https://w3id.org/")) == []
    done = run("push", "-C", str(tmp_path), "--report", str(tmp_path / "report.json"))
    assert done.exit_code == 0, done.output
    assert done.output.startswith(f"Pushed build {workspace.manifest.build} at {server.url}: ")
    said = json.loads((tmp_path / "report.json").read_text())
    assert (said["complete"], said["pending"], said["old"]) == (True, {}, [])
    assert f"{workspace.settings.base}case/one" in said["new"]
    again = run("push", "-C", str(tmp_path))
    assert again.output.startswith("Nothing to do: ")
    before = workspace.manifest.build
    small(tmp_path, "one", "three")
    write_targets(workspace, server)
    assert run("push", "-C", str(tmp_path)).exit_code == 0
    back = run("push", "-C", str(tmp_path), "--rollback")
    assert f"Pushed build {before}" in back.output


def test_a_graph_larger_than_an_answer_may_be_is_compared_whole(server: Server):
    remote = server.remote()
    graph = "http://other.example/large"
    count = 12_000
    remote.put(graph, "".join(f"<http://x/s{number % 3000}> <http://x/p{number}> \"{number}\" .\n"
                              for number in range(count)).encode())  # fmt: skip
    assert len(set(fetch(remote, graph))) == count


@needs["oxigraph"]
def test_the_generic_profile_takes_addresses(tmp_path: Path):
    workspace = small(tmp_path, "one")
    with running("oxigraph", tmp_path / "server", "memory") as server:
        (tmp_path / "kg.toml").write_text(f'[targets.any]\nurl = "{server.url}/query"\n')
        assert "add update = and graphs =" in str(run("push", "-C", str(tmp_path)).exception)
        with (tmp_path / "kg.toml").open("a") as file:
            file.write(f'update = "{server.url}/update"\ngraphs = "{server.url}/store"\n')
        result = run("push", "-C", str(tmp_path))
        assert result.exit_code == 0, result.output
        assert_holds(server, workspace)
        server.hang_up()


def test_profiles_say_which_are_tested():
    result = run("push", "--profiles")
    assert result.exit_code == 0
    assert {name for name, profile in PROFILES.items() if profile.is_tested} == set(needs)
    assert set(PROFILES) == {"oxigraph", "fuseki", "virtuoso", "rdf4j", "graphdb", "stardog", "neptune", "generic"}
    assert result.output.count(" untested ") == len(PROFILES) - len(needs)
