"""Targets in ``kg.toml``: what may stand there, what may not, and at which line it says so."""

from dataclasses import replace
from pathlib import Path

import pytest

from kg.problem import Failure
from kg.push.local import LocalGraph, normalised
from kg.push.plan import Why, make_plan
from kg.push.record import DONE, PENDING, Entry, Record
from kg.push.run import is_counted
from kg.push.verify import samples
from kg.store.profile import PROFILES
from kg.store.target import Target, credentials, endpoint
from kg.workspace import Workspace
from tests.test_push import small

TEXT = """\
title = "Cases"

[targets.first]
url = "http://127.0.0.1:7878"
profile = "oxigraph"

[targets."second store"]
"""


def settings(root: Path, text: str) -> dict[str, Target]:
    (root / "kg.toml").write_text(text)
    return Workspace(root).settings.targets


def test_a_target(tmp_path: Path):
    text = TEXT.replace('[targets."second store"]\n', "").replace("7878", "7878/")
    (first,) = settings(tmp_path, text).values()
    assert first == Target("first", "http://127.0.0.1:7878", PROFILES["oxigraph"])
    assert first.update_url == "http://127.0.0.1:7878/update"
    assert first.graphs_url == "http://127.0.0.1:7878/store"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('url = "http://anna:secret@host:1"', "8: [targets.second store] `url` holds a user or password"),
        ('url = "http://h"\npassword = "secret"', "9: [targets.second store] `password` has no place in this file"),
        ('url = "http://h"\ntoken = "secret"', "9: [targets.second store] `token` has no place in this file"),
        ('url = "http://h"\nprofile = "mysql"', '9: [targets.second store] profile = "mysql" is not known; known: oxi'),
        ('url = "http://h"\nspeed = "high"', "9: [targets.second store] `speed` is not a setting of a target"),
        ('url = "http://h"\ngzip = "yes"', "9: [targets.second store] `gzip` takes true or false"),
        ("url = 7878", "8: [targets.second store] `url` takes a text in quotes"),
        ('url = "127.0.0.1:7878"', "8: [targets.second store] `url` takes an address such as"),
        ('url = "ftp://host"', "8: [targets.second store] `url` takes an address such as"),
        ('url = "http://[bad"', "8: [targets.second store] `url` takes an address such as"),
        ('url = "http://host:port"', "8: [targets.second store] `url` takes an address such as"),
        ('url = "http://host/query?x=y"', "8: [targets.second store] `url` takes an address such as"),
        ('profile = "oxigraph"', "7: [targets.second store] says no url"),
    ],
)
def test_what_is_no_target_is_said_at_its_line(tmp_path: Path, line: str, said: str):
    with pytest.raises(Failure) as failure:
        settings(tmp_path, TEXT + line + "\n")
    assert f"kg.toml:{said}" in str(failure.value)
    assert "secret" not in str(failure.value)


def test_targets_that_are_no_tables(tmp_path: Path):
    with pytest.raises(Failure, match="is no table"):
        settings(tmp_path, "targets = 3\n")


def test_which_target_is_meant(tmp_path: Path):
    workspace = Workspace(tmp_path)
    with pytest.raises(Failure, match=r"names no target; add \[targets.NAME\]"):
        workspace.push_target()
    settings(tmp_path, TEXT + 'url = "http://h"\n')
    workspace = Workspace(tmp_path)
    assert workspace.push_target("first").name == "first"
    with pytest.raises(Failure, match=r"there are several targets; .*first, second store"):
        workspace.push_target()
    with pytest.raises(Failure, match=r'no target "third"; .* has: first, second store'):
        workspace.push_target("third")


def test_credentials_come_from_the_environment_or_netrc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    target = Target("my-store", "http://store.example:1")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    assert not credentials(target).are_given
    (tmp_path / "netrc").write_text("machine store.example login anna password one\n")
    assert credentials(target).password == "one"
    monkeypatch.setenv("KG_MY_STORE_USER", "bert")
    monkeypatch.setenv("KG_MY_STORE_PASSWORD", "two")
    assert (credentials(target).user, credentials(target).password) == ("bert", "two")
    monkeypatch.delenv("KG_MY_STORE_USER")
    (tmp_path / "netrc").write_text("machine\n")
    with pytest.raises(Failure, match="netrc cannot be read"):
        credentials(target)


def test_bodies_are_packed_only_for_stores_elsewhere_that_take_it():
    near, far = Target("a", "http://127.0.0.1:1"), Target("a", "http://store.example")
    assert not near.packs
    for profile in PROFILES.values():
        assert replace(far, profile=profile).packs is profile.packs
    assert replace(near, gzip=True).packs
    assert not replace(far, profile=PROFILES["oxigraph"], gzip=False).packs


def test_every_profile_is_whole():
    for name, profile in PROFILES.items():
        assert profile.name == name
        assert profile.auth in ("basic", "digest")
        assert profile.is_union or profile.union, "an empty default graph needs a way around"
        assert "http://" in profile.about or "https://" in profile.about or name == "generic"
        assert profile.count.format(graphs="<http://x/g>")
    assert not PROFILES["virtuoso"].packs, "Virtuoso answers 500 to gzip"


def test_a_password_is_not_sent_to_the_open_service():
    virtuoso = Target("v", "http://h", PROFILES["virtuoso"])
    assert virtuoso.query_url(is_known=False) == "http://h/sparql"
    assert virtuoso.query_url(is_known=True) == "http://h/sparql-auth"
    assert endpoint("http://h/sparql").query_url(is_known=False) == "http://h/sparql"


# Plans and graphs, without a store


def graph(text: str) -> LocalGraph:
    return LocalGraph.of("http://x/g", text.encode().split(b" .\n")[:-1])


def test_equal_values_are_alike_however_they_are_written():
    decimal, boolean = (f"http://www.w3.org/2001/XMLSchema#{name}" for name in ("decimal", "boolean"))
    ways = (
        f'<x:s> <x:p> "0.80"^^<{decimal}> .\n<x:s> <x:p> "true"^^<{boolean}> .\n<x:s> <x:p> "a"@en-US .\n',
        f'<x:s> <x:p> ".8"^^<{decimal}> .\n<x:s> <x:p> "1"^^<{boolean}> .\n<x:s> <x:p> "a"@en-us .\n',
    )
    one, other = (normalised(way.encode()) for way in ways)
    assert one == other
    assert normalised(b'<x:s> <x:p> "1" .\n') != normalised(b'<x:s> <x:p> "01" .\n')


def test_triples_that_a_store_takes_for_equal_count_once():
    one = "http://www.w3.org/2001/XMLSchema#integer"
    sent = graph(f'<http://x/s> <http://x/p> "1"^^<{one}> .\n<http://x/s> <http://x/p> "01"^^<{one}> .\n')
    assert [number for number in range(4) if is_counted(number, sent)] == [1, 2]
    assert [number for number in range(4) if is_counted(number, None)] == [0]


def test_a_graph_that_no_store_can_read_is_found_before_it_is_sent():
    assert graph("<http://x/s> <http://x/p> <http://x/o> .\n").fault() == ""
    assert "not sound" in graph("<http://x/s> <http://x/p> <http://x/a b> .\n").fault()
    assert "not sound" in graph('<http://x/s> <http://x/p> "\\x" .\n').fault()


def test_samples_are_triples_that_every_store_writes_alike():
    text = '<http://x/s> <http://x/p> "0.80" .\n<http://x/s> <http://x/p> <http://x/o> .\n'
    assert samples([graph(text)]) == {"http://x/g": "<http://x/s> <http://x/p> <http://x/o> ."}
    assert samples([graph('<http://x/s> <http://x/p> "a" .\n')]) == {}


def test_a_plan_reads_only_what_the_record_does_not_know(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    build = small(tmp_path, "one", "two").pushable()
    everything = make_plan(build, Record())
    assert {step.why for step in everything.steps} == {Why.NEW}
    entries = {step.graph: step.after for step in everything.steps if step.after}
    monkeypatch.setattr("kg.parts.Parts.read", lambda *_: pytest.fail("no part is to be read"))
    assert make_plan(build, Record(entries=entries)).is_empty


@pytest.mark.parametrize("state", [DONE, PENDING])
def test_a_plan_names_why(tmp_path: Path, state: str):
    build = small(tmp_path, "one").pushable()
    entries = {step.graph: step.after for step in make_plan(build, Record()).steps if step.after}
    one, gone = build.base + "case/one", build.base + "case/gone"
    entries |= {one: Entry(state, entries[one].sha256, "other part", 1), gone: Entry(DONE, "ab", "cd", 1)}
    plan = make_plan(build, Record(entries=entries))
    reasons = {step.graph: step.why for step in plan.steps}
    assert reasons == {gone: Why.GONE} | ({} if state == DONE else {one: Why.RESUMED})
    assert set(plan.renamed) == ({one} if state == DONE else set())


def test_a_graph_outside_the_base_stays_where_another_base_is_pushed_too(tmp_path: Path):
    build = small(tmp_path, "one").pushable()
    entries = {"https://w3id.org/casegraph/ontology/0.9": Entry(DONE, "ab", "cd", 1)}
    assert len(make_plan(build, Record(entries=entries)).removed) == 1
    assert make_plan(build, Record(entries=entries, other_bases=("http://other/",))).removed == []
