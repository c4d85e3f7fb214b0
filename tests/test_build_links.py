"""Decisions in files of links: what an incremental build reads again, and that it gives what a full build gives."""

import hashlib
from pathlib import Path

import pyoxigraph as ox
import pytest

from kg.build import Result
from kg.catalogue import PCF
from kg.store.base import Table
from kg.workspace import Workspace
from tests.material import minimal, write_case

PROCESSES = "subject_id\tsubject_label\tpredicate_id\tpredicate_modifier\tobject_id\tauthor_label\tcomment\n"
ORGANISATIONS = "subject_label\tpredicate_id\tpredicate_modifier\tobject_label\tcomment\n"
CLAIM = """context_claims:
- id: CC-001
  context_type: functional
  claim_title: Where it is used
  claim_description: It is used in the booking centre.
  source_ids: [S1]
  source_quote: answers the calls to our booking centre
  verification_status: verified
  verification_confidence: high
  apqc_code: '{code}'
  apqc_name: {name}
"""
SOURCE = "  type: primary\n  origin: press office\n  grade: organisation_itself\n"


def case(case_id: str, organisation: str, code: str, name: str) -> str:
    text = minimal(case_id, organisation).replace("value_claims:", SOURCE + "value_claims:")
    return text.replace("context_claims: []\n", CLAIM.format(code=code, name=name))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write_case(tmp_path, case("alpha", "Siemens AG", "8.0", "Manage Customer Service"), "alpha")
    write_case(tmp_path, case("beta", "Siemens", "8.0", "Manage Customer Service"), "beta")
    write_case(tmp_path, case("gamma", "Acme", "3.0", "Manage Quality of Tea"), "gamma")
    assert len(build(tmp_path).manifest.cases()) == 3
    return tmp_path


def build(root: Path, *, full: bool = False) -> Result:
    return Workspace(root, workers=1).build(full=full)


def quads(root: Path) -> set[ox.Quad]:
    return set(Workspace(root).store.quads())


def write(root: Path, name: str, *rows: str) -> None:
    header = PROCESSES if name == "processes" else ORGANISATIONS
    path = root / "links" / f"{name}.sssom.tsv"
    path.parent.mkdir(exist_ok=True)
    path.write_text(header + "".join(row + "\n" for row in rows), encoding="utf-8", newline="")


PAIR = "\t8.0|Manage Customer Service\tskos:exactMatch\t\tpcf:20607\tann\t"
ONE = "beta/CC-001\t\tskos:exactMatch\t\tpcf:10002\tann\t"
NOT = "\t3.0|Manage Quality of Tea\tskos:exactMatch\tNot\tpcf:10004\tann\t"
SAME = "Siemens AG\tskos:exactMatch\t\tSiemens\t"


@pytest.mark.parametrize(
    ("name", "before", "after", "read"),
    [
        ("processes", [], [PAIR], 2),
        ("processes", [PAIR], [], 2),
        ("processes", [PAIR], [PAIR, ONE], 1),
        ("processes", [PAIR, ONE], [PAIR], 1),
        ("processes", [ONE], [NOT], 2),
        ("processes", [PAIR], [PAIR + "because"], 2),
        ("processes", [PAIR], [NOT, PAIR], 1),
        ("processes", [PAIR, NOT], [NOT, PAIR], 0),
        ("processes", [PAIR], [PAIR, PAIR.replace("20607", "10002")], 2),
        ("organisations", [], [SAME], 2),
        ("organisations", [SAME], [], 2),
        ("organisations", [SAME], [SAME + "because"], 0),
    ],
)
def test_only_cases_that_a_changed_decision_bears_on_are_read(
    root: Path, name: str, before: list[str], after: list[str], read: int
):
    write(root, name, *before)
    build(root)
    write(root, name, *after)
    assert build(root).read == read
    incremental = quads(root)
    build(root, full=True)
    assert quads(root) == incremental


ABOUT = (
    "SELECT ?claim ?process ?basis ?why { ?claim a cg:ContextClaim "
    + "".join(
        f"OPTIONAL {{ ?claim cg:{term} ?{name} }} "
        for term, name in (("aboutProcess", "process"), ("processBasis", "basis"), ("unlinkedProcess", "why"))
    )
    + "} ORDER BY ?claim"
)


def about(root: Path) -> list[list[str]]:
    """What each claim is about: case, PCF ID, basis, why not."""
    answer = Workspace(root).sparql(ABOUT)
    assert isinstance(answer, Table)
    texts = [["" if term is None else term.value for term in row] for row in answer.rows]
    return [[claim.split("/")[-3], process.rpartition("/")[2], *rest] for claim, process, *rest in texts]


DISAGREE, UNKNOWN = ["", "", "disagree"], ["", "", "unknown-name"]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], (DISAGREE, DISAGREE, UNKNOWN)),
        ([PAIR], (["20607", "decided", ""], ["20607", "decided", ""], UNKNOWN)),
        ([ONE], (DISAGREE, ["10002", "decided", ""], UNKNOWN)),
        ([PAIR, ONE], (["20607", "decided", ""], ["10002", "decided", ""], UNKNOWN)),
        (
            [PAIR, ONE.replace("10002", "20607").replace("\t\tpcf", "\tNot\tpcf")],
            (["20607", "decided", ""], DISAGREE, UNKNOWN),
        ),
        ([PAIR, PAIR.replace("20607", "10002")], (DISAGREE, DISAGREE, UNKNOWN)),
        ([PAIR.replace("exactMatch", "closeMatch")], (DISAGREE, DISAGREE, UNKNOWN)),
        (
            [PAIR.replace("pcf:20607", "sssom:NoTermFound")],
            (["", "", "decided-none"], ["", "", "decided-none"], UNKNOWN),
        ),
        ([PAIR.replace("20607", "99999")], (DISAGREE, DISAGREE, UNKNOWN)),
    ],
)
def test_what_claims_are_about(root: Path, rows: list[str], expected: tuple[list[str], ...]):
    write(root, "processes", *rows)
    build(root)
    assert about(root) == [["alpha", *expected[0]], ["beta", *expected[1]], ["gamma", *expected[2]]]


def test_a_decision_leads_to_its_row_and_whoever_made_it(root: Path):
    write(root, "processes", PAIR + "it is their service desk")
    build(root)
    asked = (
        "SELECT ?claim ?author ?comment ?target ?graph { ?claim cg:processDecision ?row . "
        "GRAPH ?graph { ?row sssom:author_label ?author ; rdfs:comment ?comment ; owl:annotatedTarget ?target } }"
    )
    answer = Workspace(root).sparql(asked)
    assert isinstance(answer, Table)
    found = {tuple(term.value for term in row if term) for row in answer.rows}
    base, row = "https://w3id.org/casegraph/id/", ("ann", "it is their service desk", PCF + "20607")
    assert found == {(f"{base}case/{name}/claim/CC-001", *row, base + "links") for name in ("alpha", "beta")}


def test_the_build_record_names_the_files_of_links_by_hash(root: Path):
    write(root, "processes", PAIR)
    build(root)
    asked = "SELECT ?path ?hash { ?build prov:used ?file . ?file a cg:LinkFile ; cg:path ?path ; cg:sha256 ?hash }"

    def used() -> list[tuple[str, ...]]:
        answer = Workspace(root).sparql(asked)
        assert isinstance(answer, Table)
        return [tuple(term.value for term in row if term) for row in answer.rows]

    path = root / "links/processes.sssom.tsv"
    assert used() == [("links/processes.sssom.tsv", hashlib.sha256(path.read_bytes()).hexdigest())]
    path.write_text("# a word\n" + path.read_text(encoding="utf-8"), encoding="utf-8", newline="")
    assert build(root).read == 0
    assert used() == [("links/processes.sssom.tsv", hashlib.sha256(path.read_bytes()).hexdigest())]


def test_a_problem_of_a_process_is_gone_once_it_is_decided(root: Path):
    def found() -> list[str]:
        return [f"{each.span} {each.code}" for each in build(root).manifest.problems() if "process" in each.code]

    assert found() == [
        "cases/alpha/casefile.md:25:14 process-disagrees",
        "cases/beta/casefile.md:25:14 process-disagrees",
        "cases/gamma/casefile.md:26:14 unknown-process-name",
    ]
    write(root, "processes", PAIR)
    assert found() == ["cases/gamma/casefile.md:26:14 unknown-process-name"]


def test_a_file_of_links_that_is_removed_takes_its_decisions_with_it(root: Path):
    without = quads(root)
    write(root, "processes", PAIR)
    build(root)
    assert quads(root) != without
    (root / "links/processes.sssom.tsv").unlink()
    assert build(root).read == 2
    after = quads(root)
    build(root, full=True)
    assert quads(root) == after


def test_nothing_changed_reads_nothing_and_keeps_the_problems_of_links(root: Path):
    write(root, "processes", "nobody/CC-001\t\tskos:exactMatch\t\tpcf:20607\tann\t")
    write(root, "organisations", "Nobody\tskos:exactMatch\tNot\tAcme\t", "Acme\tskos:nonsense\t\tAcme Ltd\t")
    first = build(root)
    second = build(root)
    assert (second.read, second.is_new) == (0, False)
    links = [(str(each.span), each.code) for each in second.manifest.problems() if each.span.file.startswith("links")]
    assert links == [
        ("links/organisations.sssom.tsv:2:1", "unknown-link-target"),
        ("links/organisations.sssom.tsv:3:6", "bad-link-row"),
        ("links/processes.sssom.tsv:2:1", "unknown-link-target"),
    ]
    assert second.manifest.problems() == first.manifest.problems() == Workspace(root).check().problems()


def test_a_strict_build_refuses_rows_that_cannot_be_used(root: Path):
    write(root, "processes", "beta/CC-001\t\tskos:exactMatch\t\tpcf:Manage IT\tann\t")
    for _ in range(2):
        assert Workspace(root, workers=1).build(strict=True).is_refused
    assert not build(root).is_refused
    assert Workspace(root, workers=1).build(strict=True).is_refused


def test_an_unreadable_file_of_links_does_not_stop_the_build(root: Path):
    path = root / "links/processes.sssom.tsv"
    path.mkdir(parents=True)
    assert [each.code for each in build(root).manifest.in_error()[0].problems] == ["unreadable-file"]
    path.rmdir()
    path.write_bytes(b"subject\tpredicate\tobject\nb\xffta\tskos:exactMatch\tpcf:20607\n")
    [problem] = build(root).manifest.in_error()[0].problems
    assert (problem.code, str(problem.span)) == ("not-utf-8", "links/processes.sssom.tsv:2:2")
