"""``kg query``: saved questions as commands, formats, limits, tests, other builds and other endpoints."""

import io
import json
import re
import socket
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import openpyxl
import polars
import pyoxigraph as ox
import pytest

from kg.export import chart
from kg.query import Column
from kg.query.difference import changes
from kg.store.base import Table
from kg.workspace import Workspace
from tests.material import ROOT, demonstration_root
from tests.test_cli import kg

QUESTION = """#+ summary: Which cases does an organisation have?
#+ parameters:
#+   - {name: organisation, type: organisation, description: Only its cases.}
#+   - {name: limit, type: integer, description: Has the name of an option of ours.}
#+ columns:
#+   - {name: case, label: Case, kind: case}
#+   - {name: title, label: Title}
#+ expect: [{parameters: {organisation: Netflix}, count: 1}]
PREFIX cg: <https://w3id.org/casegraph/ontology#>
PREFIX dcterms: <http://purl.org/dc/terms/>
SELECT ?case ?title WHERE {
  VALUES ?organisation { UNDEF }
  VALUES ?limit { UNDEF }
  ?case cg:organisation ?organisation ; dcterms:title ?title .
  FILTER (!BOUND(?limit) || STRLEN(?title) > ?limit)
}
ORDER BY ?case
"""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = demonstration_root(tmp_path_factory.mktemp("workspace"))
    (folder / "queries").mkdir()
    (folder / "queries/own-cases.rq").write_text(QUESTION)
    (folder / "queries/broken.rq").write_text("#+ summary: What?\nSELECT ?x { ?x a cg:Case")
    Workspace(folder).build()
    return folder


# Parameters


def test_help_shows_the_question_its_parameters_and_their_values(root: Path):
    said = kg("query", "value-claims", "--help", at=root).stdout
    assert said.splitlines()[0].endswith("kg query value-claims [OPTIONS]")
    assert "Which value claims are there" in said
    parameters = re.search(r"Parameters:\n(.*?)\n\n", said, re.S)
    assert parameters is not None
    words = " ".join(parameters[1].split())
    assert "--mode EVIDENCE-MODE" in words
    assert "One of strict, standard, exploratory. [default: standard]" in words
    assert "--organisation ORGANISATION" in words
    assert "[default: any]" in words


@pytest.mark.parametrize(
    "words",
    [
        ["own-cases", "--organisation", "Netflix"],
        ["--format", "csv", "own-cases", "--organisation", "netflix"],
        ["own-cases", "--param", "organisation=Netflix"],
        ["queries/own-cases.rq", "--organisation", "organisation/netflix"],
    ],
)
def test_a_parameter_is_given_in_several_ways(root: Path, words: list[str]):
    done = kg("query", *words, "--format", "csv", at=root)
    assert [line.split(",")[0].rsplit("/", 1)[-1] for line in done.stdout.splitlines()] == [
        "case",
        "netflix-personalization-algorithms",
    ]


def test_a_parameter_that_is_called_as_an_option_is_given_by_param(root: Path):
    assert len(kg("query", "own-cases", "--limit", "3", "--format", "csv", at=root).stdout.splitlines()) == 4
    some = kg("query", "own-cases", "--param", "limit=45", "--format", "csv", at=root).stdout.splitlines()[1:]
    assert some
    assert all(len(line.split(",", 1)[1]) > 45 for line in some)


def test_several_values_are_alternatives(root: Path):
    def count(*words: str) -> int:
        done = kg("query", "value-claims", "--mode", "exploratory", *words, "--format", "csv", at=root)
        return len(done.stdout.splitlines()) - 1

    one, other = count("--outcome", "velocity"), count("--outcome", "experience")
    both = count("--outcome", "velocity", "--outcome", "experience")
    assert max(one, other) < both <= one + other


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["value-claim"], "there is no saved query `value-claim`; did you mean value-claims"),
        (
            ["value-claims", "--mode", "lax"],
            "parameter mode: there is no evidence-mode `lax`; allowed: strict, standard, exploratory",
        ),
        (["value-claims", "--organisation", "Netflux"], "there is no organisation `Netflux`; nearest: Netflix"),
        (["value-claims", "--nonsense", "1"], "No such option '--nonsense'"),
        (["value-claims", "--param", "mode"], "--param takes NAME=VALUE"),
        (["value-claims", "--param", "mod=strict"], "value-claims has no parameter `mod`; did you mean mode?"),
        (["broken"], "queries/broken.rq:2:18: error query-syntax"),
        (["value-claims", "-o", "answer.doc"], "the ending tells no format"),
        (["value-claims", "-o", "nowhere/answer.csv"], "nowhere: there is no such folder"),
        (["value-claims", "--chart", "answer.svg"], "value-claims has no `chart` in its header"),
        (["mechanism-outcome", "--chart", "answer.gif"], "a chart is drawn as .svg, .png, .html"),
        (["value-claims", "--diff", "abc"], "there is no build `abc`; kept: "),
        (["value-claims", "--diff", "abc", "--endpoint", "http://127.0.0.1:1/"], "it takes no --endpoint"),
        (["value-claims", "--endpoint", "127.0.0.1"], "takes an address such as http://"),
        (["value-claims", "--endpoint", "http://127.0.0.1:1/query"], "http://127.0.0.1:1"),
        (["SELECT * {}", "--diff", "previous"], "save this one as queries/NAME.rq"),
        (["SELECT ?x { SERVICE <http://127.0.0.1:1/> { ?x a ?y } }"], "SERVICE asks another endpoint"),
        (["SELECT ?a ?b ?c { ?a ?p ?x . ?b ?q ?y . ?c ?r ?z } ORDER BY ?x", "--timeout", "0.5"], "stopped after 0.5 s"),
        (["SELECT ?x {\n ?x a }"], "line 2, column 8: the query cannot be read to its end"),
    ],
)
def test_mistakes_get_one_clear_message(root: Path, words: list[str], message: str):
    done = kg("query", *words, at=root)
    assert done.returncode == 2
    assert message in " ".join(done.stderr.split())


def test_what_was_cut_off_is_said(root: Path):
    done = kg("query", "value-claims", "--mode", "exploratory", "--limit", "3", "--format", "csv", at=root)
    assert len(done.stdout.splitlines()) == 4
    assert done.stderr == "3 rows: the first of 90 (--limit)\n"
    own = kg("query", "SELECT ?s { ?s ?p ?o }", "--limit", "3", "--format", "csv", at=root)
    assert len(own.stdout.splitlines()) == 4
    assert own.stderr == "3 rows: truncated because the answer has more than 3 rows\n"


# What there is


def test_list_names_questions_and_goes_on_where_a_file_is_broken(root: Path):
    done = kg("query", "--list", at=root)
    assert done.returncode == 0
    assert re.search(r"^own-cases +Which cases does an organisation have\?", done.stdout, re.M)
    assert "queries/broken.rq:2:18: error query-syntax the prefix cg: is not declared" in done.stderr
    said = json.loads(kg("query", "--list", "--tag", "claims", "--format", "json", at=root).stdout)
    names = [each["name"] for each in said]
    assert "value-claims" in names
    assert "own-cases" not in names
    assert said[names.index("value-claims")]["parameters"][0]["allowed"] == ["strict", "standard", "exploratory"]


def test_show_gives_sparql_that_runs_anywhere(root: Path):
    shown = kg("query", "own-cases", "--organisation", "Netflix", "--show", at=root).stdout
    assert "VALUES ?organisation { <https://w3id.org/casegraph/id/organisation/netflix> }" in shown
    assert len(list(Workspace(root).store._store.query(shown))) == 1  # pyright: ignore[reportPrivateUsage]


def test_explain_counts_patterns_and_estimates_the_rest(root: Path):
    done = kg("query", "own-cases", "--explain", at=root)
    lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert "17 pattern ?case cg:organisation ?organisation" in lines
    assert any(line.startswith("~17 BGP") for line in lines)
    assert "Cost: about" in done.stderr
    assert kg("query", "SELECT ?x { ?x a cg:Case }", "--explain", at=root).returncode == 0


def test_test_names_the_cell_that_differs(root: Path, tmp_path: Path):
    assert kg("query", "own-cases", "--test", at=root).stdout == "ok      own-cases (1 expectation)\n"
    wrong = QUESTION.replace("count: 1", "rows: [[case/netflix, Other]]")
    (tmp_path / "wrong.rq").write_text(wrong)
    done = kg("query", "wrong.rq", "--test", at=tmp_path)
    assert done.returncode == 1
    assert done.stdout.startswith("FAILED  wrong")
    assert "wrong.rq:8:59: error query-answer wrong: row 1, column case: `case/netflix` expected" in done.stderr


@pytest.mark.slow
def test_test_runs_every_question(root: Path):
    done = kg("query", "--test", at=root)
    assert done.returncode == 1, "broken.rq"
    assert not re.search("^FAILED", done.stdout, re.M)
    assert len(done.stdout.splitlines()) == len(list(ROOT.glob("queries/*.rq"))) + 1
    assert "queries/broken.rq:2:18" in done.stderr


def test_check_reads_the_saved_queries_of_the_workspace(tmp_path: Path):
    (tmp_path / "cases").mkdir()
    (tmp_path / "queries").mkdir()
    (tmp_path / "queries/good.rq").write_text(QUESTION)
    (tmp_path / "queries/typo.rq").write_text(QUESTION.replace("cg:organisation ", "cg:org "))
    (tmp_path / "queries/update.rq").write_text("#+ summary: What?\nDELETE WHERE { ?s ?p ?o }\n")
    done = kg("check", "--format", "json", at=tmp_path)
    assert done.returncode == 1
    found = [(each["file"], each["line"], each["column"], each["code"]) for each in json.loads(done.stdout)]
    assert found == [
        ("queries/typo.rq", 14, 9, "query-undeclared-term"),
        ("queries/update.rq", 2, 1, "query-syntax"),
    ]
    one = kg("check", "queries/typo.rq", at=tmp_path)
    assert one.returncode == 1
    assert "queries/typo.rq:14:9: error query-undeclared-term cg:org is not declared in release" in one.stdout
    assert kg("check", "queries/good.rq", at=tmp_path).returncode == 0


# Formats


@pytest.fixture(scope="module")
def folder(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The answer of one question in every format."""
    out = tmp_path_factory.mktemp("answers")
    for ending in ("xlsx", "parquet", "arrow", "csv", "tsv", "json", "md", "txt"):
        done = kg("query", "value-claims", "-o", str(out / f"a.{ending}"), at=root)
        assert (done.returncode, done.stdout) == (0, "")
        assert done.stderr == f"Wrote 67 rows to {out}/a.{ending}\n"
    return out


def test_every_format_has_the_same_rows(folder: Path):
    rows = [line.split("\t") for line in (folder / "a.tsv").read_text(encoding="utf-8").splitlines()]
    assert rows[0] == ["?case", "?claim", "?organisation", "?title", "?quote", "?source", "?attribution"]
    claims = [row[1].strip("<>") for row in rows[1:]]
    assert len(set(claims)) == 67
    assert polars.read_parquet(folder / "a.parquet")["claim"].to_list() == claims
    assert polars.read_ipc(folder / "a.arrow", memory_map=False)["claim"].to_list() == claims
    bindings = json.loads((folder / "a.json").read_text(encoding="utf-8"))["results"]["bindings"]
    assert [each["claim"]["value"] for each in bindings] == claims
    assert polars.read_csv(folder / "a.csv")["claim"].to_list() == claims
    short = [claim.rsplit("/", 1)[-1] for claim in claims]
    markdown = (folder / "a.md").read_text(encoding="utf-8").splitlines()
    assert [line.split(" | ")[1] for line in markdown[2:]] == short
    assert len((folder / "a.txt").read_text(encoding="utf-8").splitlines()) == 2 + 67


def test_the_workbook_is_an_evidence_pack(folder: Path):
    book = openpyxl.load_workbook(folder / "a.xlsx")
    assert book.sheetnames == ["Question", "Answer", "Evidence", "Sources"]
    about = {row[0].value: row[1].value for row in book["Question"].iter_rows()}
    assert about["Question"] == "Which value claims are there, and which quote and source prove each?"
    assert (about["Parameter mode"], about["Parameter organisation"]) == ("standard", "any")
    answer = list(book["Answer"].iter_rows(values_only=True))
    assert len(answer) == 68
    assert answer[0][:2] == ("Case", "Claim")
    head, *rows = book["Evidence"].iter_rows()
    places = {cell.value: place for place, cell in enumerate(head)}
    proved = {(row[places["Case id"]].value, row[places["Claim"]].value): row for row in rows}
    assert len(proved) == 67
    row = proved["velmarsund-ferries-booking-assistant", "VC-002"]
    assert row[places["Quote"]].value.startswith("The average waiting time on the telephone fell from 7 minutes")
    assert row[places["Citation"]].value.startswith("Velmarsund Ferries' booking assistant answers its millionth")
    url = row[places["URL"]]
    assert url.hyperlink.target == url.value == url.value.strip()
    assert url.value.startswith("https://velmarsund-ferries.example/")
    cited = {row[places["Citation"]].value for row in rows} - {None}
    assert {row[1].value for row in book["Sources"].iter_rows(min_row=2)} == cited


def test_the_workbook_is_the_same_every_time_and_has_no_formula(root: Path, tmp_path: Path):
    text = 'SELECT ?t ?n { VALUES (?t ?n) { ("=1+1" 2) ("+x\\u0001" 3) ("https://example.org/a" 4) } }'
    books: list[bytes] = []
    for name in ("a.xlsx", "b.xlsx"):
        assert kg("query", text, "-o", str(tmp_path / name), at=root).returncode == 0
        books.append((tmp_path / name).read_bytes())
    assert books[0] == books[1]
    sheet = openpyxl.load_workbook(io.BytesIO(books[0]))["Answer"]
    assert [(cell.value, cell.data_type) for cell in sheet["A"][1:]] == [
        ("=1+1", "s"),
        ("+x\ufffd", "s"),
        ("https://example.org/a", "s"),
    ]
    assert [cell.value for cell in sheet["B"][1:]] == [2, 3, 4]
    assert sheet["A4"].hyperlink.target == "https://example.org/a"
    assert not any(b"<f>" in zipfile.ZipFile(io.BytesIO(books[0])).read(f"xl/worksheets/sheet{n}.xml") for n in (1, 2))


def test_markdown_cells_stay_in_their_cells(root: Path):
    text = r'SELECT ?t { VALUES ?t { "a|b" "c\nd" "<script>" "e\\|" } } ORDER BY ?t'
    said = kg("query", text, "--format", "md", at=root).stdout.splitlines()
    assert said[2:] == ["| &lt;script> |", r"| a\|b |", "| c d |", r"| e\\\| |"]


@pytest.mark.parametrize(("kind", "start"), [(".svg", b"<svg"), (".png", b"\x89PNG"), (".html", b"<!DOCTYPE html>")])
def test_charts_are_drawn_without_the_network(root: Path, tmp_path: Path, kind: str, start: bytes):
    path = tmp_path / f"chart{kind}"
    done = kg("query", "mechanism-outcome", "--chart", str(path), at=root)
    assert done.stderr == f"Drew 25 rows in {path}\n"
    assert path.read_bytes().lstrip().startswith(start)
    assert b'src="http' not in path.read_bytes()
    if kind == ".svg":
        text = path.read_text(encoding="utf-8")
        assert "cost reduction" in text
        assert text.count('aria-roledescription="rect mark"') == 25


def test_a_chart_says_what_its_axes_are():
    table = Table(("process", "saved"), [(ox.NamedNode("x:pcf/3"), ox.Literal(2.5)), (ox.NamedNode("x:pcf/4"), None)])
    columns = [Column("process", "Process", "process"), Column("saved", "Saved", "number", "EUR")]
    hint = {"mark": "bar", "encoding": {"x": {"field": "process", "type": "nominal"},
                                        "y": {"field": "saved", "type": "quantitative"}}}  # fmt: skip
    said = chart.specification(hint, table, columns, title="Who saves?", base="x:")
    assert said["encoding"]["y"]["title"] == "Saved (EUR)"
    assert said["data"]["values"] == [{"process": "3", "saved": 2.5}, {"process": "4", "saved": None}]


# Other builds, other endpoints


def test_diff_says_what_changed(tmp_path: Path):
    for name in ("velmarsund-ferries-booking-assistant", "netflix-personalization-algorithms"):
        text = (ROOT / "cases" / name / "casefile.md").read_text(encoding="utf-8")
        path = tmp_path / "cases" / name / "casefile.md"
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
    words = ["query", "own-cases", "--diff", "previous", "--format", "csv"]
    (tmp_path / "queries").mkdir()
    (tmp_path / "queries/own-cases.rq").write_text(QUESTION)
    Workspace(tmp_path).build()
    assert "there is no build `previous`; kept: " in kg(*words, at=tmp_path).stderr
    path.unlink()
    first = tmp_path / "cases/velmarsund-ferries-booking-assistant/casefile.md"
    changed = first.read_text(encoding="utf-8").replace(
        "title: Booking Assistant for Island", "title: An Assistant for"
    )
    first.write_text(changed, encoding="utf-8")
    Workspace(tmp_path).build()
    rows = [line.split(",") for line in kg(*words, at=tmp_path).stdout.splitlines()]
    assert [row[0] for row in rows] == ["change", "before", "after", "removed"]
    assert rows[1][2].startswith("Booking Assistant for Island")
    assert rows[2][2].startswith("An Assistant for")


def rows(*texts: str) -> list[tuple[ox.Literal, ...]]:
    return [tuple(ox.Literal(cell) for cell in text) for text in texts]


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ([], ["a1"], ["added a1"]),
        (["a1", "a1"], ["a1"], ["removed a1"]),
        (["a1", "b1"], ["b2", "a1"], ["before b1", "after b2"]),
        (["a1", "a2"], ["a3"], ["added a3", "removed a1", "removed a2"]),
    ],
)
def test_changes_of_rows(before: list[str], after: list[str], found: list[str]):
    columns = [Column("thing", "Thing", "case"), Column("n", "N")]
    names = ("thing", "n")
    changed = changes(Table(names, rows(*before)), Table(names, rows(*after)), columns)
    assert [f"{row[0].value} {''.join(cell.value for cell in row[1:])}" for row in changed.rows] == found
    assert changed.columns == ("change", *names)


@pytest.fixture(scope="module")
def endpoint(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The merge of the demonstration's graphs in a server of its own (pip install oxigraph)."""
    program = Path(sys.executable).with_name("oxigraph")
    if not program.exists():
        pytest.skip("the oxigraph server is not installed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    folder = tmp_path_factory.mktemp("server")
    server = subprocess.Popen(
        [str(program), "serve", "-l", str(folder), "-b", address], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        load(root, f"http://{address}/store?default")
        yield f"http://{address}/query"
    finally:
        server.kill()
        server.wait()


def load(root: Path, url: str) -> None:
    quads = (quad.triple for quad in Workspace(root).store.quads() if quad.graph_name == ox.DefaultGraph())
    triples = ox.serialize(quads, format=ox.RdfFormat.N_TRIPLES)
    transport = httpx.HTTPTransport(retries=5)
    with httpx.Client(transport=transport, timeout=30) as client:
        answer = client.put(url, content=triples, headers={"Content-Type": "application/n-triples"})
    assert answer.is_success


@pytest.mark.parametrize(
    "words",
    [
        ["value-claims", "--organisation", "Velmarsund Ferries", "--mode", "strict"],
        ["mechanism-outcome"],
        ["SELECT ?case ?title { ?case a cg:Case ; dcterms:title ?title } ORDER BY ?case"],
        ["ASK { ?x a cg:Case }"],
    ],
)
def test_an_endpoint_gives_the_same_answers(root: Path, endpoint: str, tmp_path: Path, words: list[str]):
    form = [] if words[0].startswith("ASK") else ["--format", "csv"]
    here = kg("query", *words, *form, at=root)
    there = kg("query", *words, *form, "--endpoint", endpoint, at=tmp_path)
    assert (there.returncode, there.stdout) == (0, here.stdout)
    assert here.stdout


def test_an_endpoint_is_cut_and_timed_too(endpoint: str, tmp_path: Path):
    some = kg("query", "SELECT ?s { ?s ?p ?o }", "--endpoint", endpoint, "--limit", "2", "--format", "csv", at=tmp_path)
    assert len(some.stdout.splitlines()) == 3
    assert some.stderr == "2 rows: truncated because the answer has more than 2 rows\n"
    text = "SELECT (COUNT(*) AS ?n) { ?a ?p ?x . ?b ?q ?y . ?c ?r ?z }"
    late = kg("query", text, "--endpoint", endpoint, "--timeout", "0.5", at=tmp_path)
    assert late.returncode == 2
    assert "the endpoint has not answered after 0.5 s" in late.stderr
