"""Queries in processes of their own: answers as the store gives them, limits that hold, no way to the network."""

import ast
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from kg import vocab
from kg.store.base import QueryError, StoreError, Table
from kg.store.embedded import Embedded
from kg.worker import Limits, QueryRefused, QueryTimeout, QueryTooLarge, Worker, process, run
from kg.worker import worker as module

SUBJECTS = 300
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
ODD = [
    ox.NamedNode("https://example.org/é%20b"),
    ox.BlankNode("b1"),
    ox.Literal('a\tb\nc"\\ \x00 \x7f é\r\x0b\u2028\x85'),
    ox.Literal(""),
    ox.Literal("?x"),
    ox.Literal("text", language="en-gb"),
    ox.Literal("نص", language="ar", direction=ox.BaseDirection.RTL),
    ox.Literal("1.5", datatype=ox.NamedNode(vocab.xsd_decimal)),
    ox.Literal("no date", datatype=ox.NamedNode(vocab.xsd_date)),
    ox.Literal(True),
]
"""Terms that are easily changed on their way from one process to another."""


def quads() -> Iterator[ox.Quad]:
    size = ox.NamedNode("https://example.org/size")
    odd = ox.NamedNode("https://example.org/odd")
    for number in range(SUBJECTS):
        yield ox.Quad(ox.NamedNode(f"https://example.org/{number:03}"), size, ox.Literal(number))
    for number, term in enumerate(ODD):
        yield ox.Quad(ox.NamedNode(f"https://example.org/odd/{number:03}"), odd, term)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("worker") / "store"
    written = ox.Store(str(path))
    written.extend(quads())
    written.flush()
    return path


@pytest.fixture
def worker(store: Path) -> Iterator[Worker]:
    with Worker(store, {"ex": "https://example.org/"}) as worker:
        yield worker


def rows(worker: Worker, query: str, limits: Limits = Limits()) -> list[tuple[object, ...]]:  # noqa: B008
    answer = worker.run(query, limits).answer
    assert isinstance(answer, Table)
    return list(answer.rows)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?s ?o { ?s ex:odd ?o } ORDER BY ?s",
        "SELECT * { ?z ex:odd ?a OPTIONAL { ?z ex:size ?m } } ORDER BY ?z",
        "SELECT ?nothing { }",
        "SELECT ?s { ?s ex:odd ex:none }",
        "SELECT (<<( ex:a ex:b 'c' )>> AS ?t) { }",
        "ASK { ?s ex:size 299 }",
        "ASK { ?s ex:size 300 }",
    ],
)
def test_answers_are_those_of_the_store(worker: Worker, store: Path, query: str):
    assert worker.run(query).answer == Embedded.open(store, worker.prefixes).query(query)


def test_graphs_come_as_triples(worker: Worker):
    answer = worker.run("CONSTRUCT { ?s ex:copy ?o } WHERE { ?s ex:odd ?o }").answer
    assert isinstance(answer, list)
    assert {triple.object for triple in answer} >= {term for term in ODD if not isinstance(term, ox.BlankNode)}
    assert len(answer) == len(ODD)


def test_a_query_runs_without_a_worker_at_hand(store: Path):
    assert run(store, "ASK { ?s ?p ?o }").answer is True


def test_a_mistake_names_its_place_and_the_worker_goes_on(worker: Worker):
    with pytest.raises(QueryError, match=r"line 2, column 1: `\)` closes nothing that is open") as caught:
        worker.run("SELECT * {\n) }")
    assert str(caught.value).endswith("    | ) }\n    | ^")
    assert worker.run("ASK {}").answer is True


def test_an_endless_query_stops_at_its_deadline(worker: Worker):
    worker.start()
    began = time.monotonic()
    with pytest.raises(QueryTimeout, match=r"stopped after 0\.5 s"):
        worker.run(ENDLESS, Limits(seconds=0.5))
    assert time.monotonic() - began < 5
    assert len(rows(worker, "SELECT * { ?s ex:size ?n }")) == SUBJECTS


def test_an_endless_stream_stops_at_its_deadline(worker: Worker):
    query = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
    with pytest.raises(QueryTimeout):
        worker.run(query, Limits(seconds=0.5, rows=10**9, bytes=10**12))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds the memory of a process")
def test_memory_is_bounded(worker: Worker):
    query = "SELECT DISTINCT ?a ?d ?g { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?a"
    with pytest.raises(QueryTooLarge, match="more than 100 MB of memory"):
        worker.run(query, Limits(seconds=60, memory=100_000_000))
    assert worker.run("ASK {}").answer is True


def test_rows_beyond_the_limit_are_cut_and_named(worker: Worker):
    outcome = worker.run("SELECT ?s { ?s ex:size ?n } ORDER BY ?s", Limits(rows=7))
    assert isinstance(outcome.answer, Table)
    assert len(outcome.answer.rows) == 7
    assert outcome.truncated == "truncated because the answer has more than 7 rows"
    exact = worker.run("SELECT ?s { ?s ex:size ?n }", Limits(rows=SUBJECTS))
    assert exact.truncated == ""


def test_bytes_beyond_the_limit_are_cut_and_named(worker: Worker):
    outcome = worker.run("SELECT ?s { ?s ex:size ?n } ORDER BY ?s", Limits(bytes=100))
    assert isinstance(outcome.answer, Table)
    assert len(outcome.answer.rows) == 100 // len("<https://example.org/000>\n")
    assert outcome.truncated == "truncated because the answer has more than 100 bytes"


def test_large_answers_come_in_many_frames(worker: Worker):
    frames = list(worker.stream("SELECT * { ?a ex:size ?b . ?c ex:size ?d }"))
    kinds = [kind for kind, _ in frames]
    assert (kinds[0], kinds[-1], kinds.count(process.ROWS)) == (process.COLUMNS, process.END, len(kinds) - 2)
    assert len(kinds) > 10
    assert sum(payload.count(b"\n") for kind, payload in frames if kind == process.ROWS) == SUBJECTS**2


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("SELECT * { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }", "SERVICE asks another endpoint"),
        ("SELECT * { service silent ?x { ?s ?p ?o } }", "SERVICE asks another endpoint"),
        ("SELECT * { ?a ?b ?c FILTER(?a<1)SERVICE#>\n?x { ?s ?p ?o } }", "could be read as a comparison"),
        ("SELECT * { ?a ?b ?c FILTER(?a<'>')SERVICE ?x { ?s ?p ?o } FILTER(?c!='') }", "could be read as a comparison"),
        ("SELECT * { ?a ?b ?c FILTER(?a<ex:a#>'''\n)SERVICE ?x { ?s ?p ?o } #'''\n}", "could be read as a comparison"),
        ("DELETE WHERE { ?s ?p ?o }", "DELETE begins an update"),
        ("PREFIX ex: <https://example.org/> insert data { ex:a ex:b ex:c }", "INSERT begins an update"),
        ("DROP ALL", "DROP begins an update"),
        ("LOAD <https://example.org/>", "LOAD begins an update"),
    ],
)
def test_what_does_not_only_read_here_is_refused(worker: Worker, query: str, reason: str):
    with pytest.raises(QueryRefused, match=reason):
        worker.run(query)


def test_words_that_only_look_like_keywords_are_not_refused(worker: Worker):
    query = """# SERVICE <http://127.0.0.1/> { }
        SELECT ?service { ?service ex:service|<http://example.org/a(b)/service#it> ?o
          FILTER(?o = "SERVICE <x> { }" || ?o < 5 && ?o > 3) }"""
    assert rows(worker, query) == []


@pytest.fixture
def server() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.3)
        yield listening


def assert_no_way_out(store: Path, server: socket.socket, monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(_found: object) -> None:
        return None

    monkeypatch.setattr(module, "refusal", nothing)
    port = server.getsockname()[1]
    with Worker(store) as worker:
        with pytest.raises(QueryError, match="the query cannot be run"):
            worker.run(f"SELECT * {{ SERVICE <http://127.0.0.1:{port}/> {{ ?s ?p ?o }} }}", Limits(seconds=5))
        with pytest.raises(TimeoutError):
            server.accept()
        assert worker.run("ASK { ?s ?p ?o }").answer is True


def test_the_test_would_see_a_connection(server: socket.socket):
    port = server.getsockname()[1]
    query = f"SELECT * {{ SERVICE <http://127.0.0.1:{port}/> {{ ?s ?p ?o }} }}"
    code = "import sys, pyoxigraph; list(pyoxigraph.Store().query(sys.argv[1]))"
    with subprocess.Popen([sys.executable, "-c", code, query], stderr=subprocess.DEVNULL) as asking:
        server.settimeout(10)
        server.accept()[0].close()
        asking.wait(10)


def test_service_cannot_connect_even_if_it_is_parsed(
    store: Path, server: socket.socket, monkeypatch: pytest.MonkeyPatch
):
    assert_no_way_out(store, server, monkeypatch)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a store of many tables is not closed off")
def test_a_store_of_more_tables_than_are_opened_at_once(
    tmp_path: Path, server: socket.socket, monkeypatch: pytest.MonkeyPatch
):
    folder = tmp_path / "store"
    written = ox.Store(str(folder))
    loads = 0
    while len(list(folder.glob("*.sst"))) <= process.OPENED_AT_ONCE:
        lines = (
            f"<x:{loads}-{i}> <x:p{i % 7}> <x:{i}> {graph} ." for i in range(300) for graph in ("", f"<x:g{i % 5}>")
        )
        written.bulk_load(input="\n".join(lines), format=ox.RdfFormat.N_QUADS)
        loads += 1
        assert loads < 30
    written.flush()
    del written
    with Worker(folder) as worker:
        assert len(rows(worker, "SELECT * { GRAPH ?g { ?s ?p ?o } }")) == 300 * loads
        assert len(rows(worker, "SELECT * { ?s ?p ?o }")) == 300 * loads
    assert_no_way_out(folder, server, monkeypatch)


def test_a_killed_worker_says_so_and_recovers(worker: Worker):
    assert worker.run("ASK {}").answer is True
    pipe = worker._pipe
    assert pipe is not None
    pipe._process.terminate()
    with pytest.raises(StoreError, match=r"ended by itself \(status -15\)"):
        worker.run("ASK {}")
    assert worker.run("ASK {}").answer is True


def test_who_stops_listening_ends_the_query(worker: Worker):
    frames = worker.stream("SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }")
    assert next(frames)[0] == process.COLUMNS
    frames.close()
    assert worker.run("ASK {}").answer is True


def test_a_process_that_nobody_kills_ends_itself(store: Path):
    request = {"query": ENDLESS, "prefixes": {}, "seconds": 0.1, "memory": 10**9, "rows": 9, "bytes": 999}
    body = json.dumps(request).encode()
    command = [sys.executable, "-P", process.__file__, str(store)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as alone:
        assert alone.stdin is not None
        alone.stdin.write(process.HEAD.pack(b"Q", len(body)) + body)
        alone.stdin.flush()
        assert alone.wait(20) == -14


def test_a_store_that_is_not_there_is_a_clear_failure(tmp_path: Path):
    with Worker(tmp_path / "nowhere") as worker, pytest.raises(StoreError, match="cannot be opened"):
        worker.run("ASK {}")


def test_the_process_imports_nothing_of_ours():
    tree = ast.parse(Path(process.__file__).read_text(encoding="utf-8"))
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    imported |= {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    assert "pyoxigraph" in imported
    assert [name for name in imported if name and name.startswith("kg")] == []
