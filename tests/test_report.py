"""Problems in every report format, and the baseline that hides the known ones."""

import base64
import hashlib
import json
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree as ET

import click
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from kg.cli import render
from kg.problem import Failure, Problem, Severity, Span
from kg.report import REPORTS, Findings, Sources, exit_status
from kg.report.baseline import fingerprints, new_since, read_baseline, write_baseline
from kg.report.characters import visible, width
from kg.report.excerpt import CUT, bounds, excerpt, last_line
from kg.report.findings import many, summary
from kg.report.text import ROOM
from kg.source import Source

ERROR, WARNING, INFO = Severity.ERROR, Severity.WARNING, Severity.INFO
SARIF = Draft7Validator(json.loads((Path(__file__).parent / "data/sarif-schema-2.1.0.json").read_text("utf-8")))
PAGE = Path(__file__).parent.parent / "kg/report"

ACME = """---
case_id: acme
title: Fewer calls
sources:
- id: S1
  title: A page that says a lot
value_claims:
- id: VC-002
  source_ids: [S9]
  source_quote: Calls fell
    by a third
  claim_title: 選抜の期間は五年から三年に
---
"""
ODD = (
    "wide: 株式会社澪月種苗 here\n"
    "marks: Zoe\u0308 a\u0301b\u0301c\u0301 end\n"
    "\ttab:\tvalue\n"
    "hidden: a\u2028b \u202eevil\u202c \x1b[31mred\n"
    "right: value שלום עולם end\n"
    "script: </pre><script>alert(1)</script>\n"
    f"long: {'before ' * 40}HERE{' after' * 40}\n"
)
FILES = {"cases/acme.md": ACME, "cases/odd.md": ODD, "cases/fine.md": "---\n"}


@dataclass(frozen=True)
class Meant:
    title: str
    meaning: str
    mend: str


MEANINGS = {
    "undeclared-source": Meant("undeclared source", "A claim cites `sources` it lacks. More.", "Declare {0} [it](x).")
}


def at(file: str, marked: str, severity: Severity = WARNING, message: str = "is odd") -> Problem:
    start = FILES[file].index(marked)
    span = Source(file, FILES[file]).span(start, start + len(marked))
    return Problem("odd-thing", severity, span, message, "make it even")


def found(*problems: Problem) -> Findings:
    return Findings.of(problems, FILES, Sources(None, FILES), explain=MEANINGS.get)


UNDECLARED = replace(
    at("cases/acme.md", "S9", ERROR, "cites S9; this case declares S1"),
    code="undeclared-source",
    hint="did you mean S1?",
    record="VC-002",
)
WHOLE = Problem("file-too-large", ERROR, Span("cases/acme.md"), "6,012,345 bytes")
LINES = at("cases/acme.md", "Calls fell\n    by a third", INFO)
ALL = found(
    *(WHOLE, UNDECLARED, LINES, at("cases/odd.md", "</pre><script>", ERROR), at("cases/odd.md", "\x1b[31mred")),
    *(at("cases/odd.md", word) for word in ("澪月", "b\u0301", "tab:\tvalue", "\u2028", "evil", "עולם", "HERE")),
    *(Problem("lost", INFO, Span("cases/odd.md", 99, 1, 99, 2), "no such line"),),
    *(Problem("line", INFO, Span("cases/odd.md", 1), "a line without a column"),),
    *(Problem("alone", WARNING, Span("cases/\udce9.md", 1, 1), "a name that is not UTF-8 \udc80 \x00 \ufffe"),),
)

# Anything that a message, a hint, a record or a file name may hold.
TEXTS = st.text(
    st.one_of(
        st.characters(codec=None, exclude_categories=()), st.sampled_from("\n\r\t<>&\"'%:,{}[]()`\\\x1b\u2028\u202e")
    )
)


@st.composite
def some_findings(draw: st.DrawFn) -> Findings:
    """Files of any text with problems anywhere in them, or outside of them."""
    texts = draw(st.dictionaries(st.sampled_from(["a.md", "b/é.md", "c d.md"]), TEXTS, min_size=1))
    numbers = st.integers(0, 4)
    spans = st.builds(Span, st.sampled_from(sorted(texts)), numbers, numbers, numbers, numbers)
    few = st.sampled_from(["", "x", "line 3", "y [z](w)"])
    words = st.one_of(few, TEXTS)
    codes = st.sampled_from([("odd-thing", ERROR), ("rare-thing", WARNING), ("small-thing", INFO)])
    problems = st.builds(lambda code, *rest: Problem(*code, *rest), codes, spans, words, words, few)
    return Findings.of(draw(st.lists(problems, max_size=8)), texts, Sources(None, texts))


def report(name: str, findings: Findings) -> str:
    return "".join(REPORTS[name](findings))


def plain(findings: Findings) -> str:
    return click.unstyle(report("text", findings))


# --- every format


@pytest.mark.parametrize("name", REPORTS)
@given(findings=some_findings())
def test_anything_can_be_reported(name: str, findings: Findings):
    said = report(name, findings)
    assert said.encode("utf-8").decode("utf-8") == said
    assert said.endswith("\n") or not findings.problems
    assert said == report(name, replace(findings, sources=Sources(None, findings.sources.given)))


@pytest.mark.parametrize("name", REPORTS)
def test_nothing_to_report(name: str):
    assert isinstance(report(name, found()), str)


def test_findings_are_in_file_order():
    problems = [at("cases/odd.md", "evil"), WHOLE, UNDECLARED]
    assert tuple(Findings.of(problems, FILES, Sources(None)).problems) == (WHOLE, UNDECLARED, problems[0])


def test_each_file_is_read_once(tmp_path: Path):
    (tmp_path / "a.md").write_bytes(b"\xef\xbb\xbfone\r\ncaf\xe9\n")
    sources = Sources(tmp_path)
    assert sources.line("a.md", 1) == "one"
    (tmp_path / "a.md").unlink()
    assert sources.line("a.md", 2) == "caf\ufffd"
    assert sources.line("a.md", 4) is None
    assert sources.line("gone.md", 1) is None
    assert sources.line("a\0b", 1) is None


def test_folder_goes_before_every_name():
    findings = replace(found(UNDECLARED), folder="evidence")
    for name in REPORTS:
        assert "evidence/cases/acme.md" in report(name, findings), name


def test_summary_counts():
    assert summary(found()) == "3 files: 0 errors, 0 warnings, 0 infos"
    assert summary(replace(ALL, known=1)) == "3 files: 3 errors, 9 warnings, 3 infos (1 known problem left out)"
    assert many(1, "file") == "1 file"


@pytest.mark.parametrize(
    ("problems", "fail_on", "status"),
    [
        ([], INFO, 0),
        ([LINES], INFO, 1),
        ([LINES], WARNING, 0),
        ([at("cases/odd.md", "evil")], WARNING, 1),
        ([at("cases/odd.md", "evil")], ERROR, 0),
        ([LINES, UNDECLARED], ERROR, 1),
    ],
)
def test_exit_status(problems: list[Problem], fail_on: Severity, status: int):
    assert exit_status(found(*problems), fail_on) == status


# --- text


def test_text():
    assert plain(found(UNDECLARED, WHOLE, LINES)) == (
        "cases/acme.md: error file-too-large 6,012,345 bytes\n"
        "cases/acme.md:9:16: error undeclared-source VC-002: cites S9; this case declares S1\n"
        "    |   source_ids: [S9]\n"
        "    |                ^^\n"
        "    mend: did you mean S1?\n"
        "cases/acme.md:10:17: info odd-thing is odd\n"
        "    |   source_quote: Calls fell\n"
        "    |                 ^^^^^^^^^^\n"
        "    mend: make it even\n"
        "\n"
        "3 files: 2 errors, 0 warnings, 1 info\n"
    )


@pytest.mark.parametrize(
    ("marked", "line", "carets"),
    [
        ("澪月", "wide: 株式会社澪月種苗 here", "              ^^^^"),
        ("here", "wide: 株式会社澪月種苗 here", "                       ^^^^"),
        ("b\u0301", "marks: Zoe\u0308 a\u0301b\u0301c\u0301 end", "            ^"),
        ("\u0301c", "marks: Zoe\u0308 a\u0301b\u0301c\u0301 end", "            ^^"),
        ("value", "    tab:    value", "            ^^^^^"),
        ("\u2028", "hidden: a<U+2028>b <U+202E>evil<U+202C> <U+001B>[31mred", "         ^^^^^^^^"),
        ("evil", "hidden: a<U+2028>b <U+202E>evil<U+202C> <U+001B>[31mred", "                           ^^^^"),
        ("HERE", f"...ore{' before' * 4} HERE{' after' * 5} a...", f"{' ' * 35}^^^^"),
    ],
)
def test_caret_stands_under_the_place(marked: str, line: str, carets: str):
    _, excerpt_line, caret_line, *_ = plain(found(at("cases/odd.md", marked))).split("\n")
    assert excerpt_line == f"    | {line}"
    assert caret_line == f"    | {carets}"


def test_right_to_left_text_is_also_named():
    lines = plain(found(at("cases/odd.md", "עולם"))).split("\n")
    assert lines[1:4] == ["    | right: value שלום עולם end", f"    | {' ' * 18}^^^^", "    here: עולם"]


def test_long_mark_is_cut():
    line = "key: " + "x" * 200 + " end"
    shown = excerpt(line, (5, 205), ROOM)
    assert shown.before == "key: "
    assert shown.marked.endswith(CUT)
    assert shown.after == ""
    assert width(shown.before + shown.marked) == ROOM - len(CUT)


@given(
    TEXTS.filter(lambda text: not set(text) & set("\r\n")), st.integers(0, 60), st.integers(0, 60), st.integers(12, 80)
)
def test_excerpt_fits(line: str, start: int, length: int, room: int):
    start = min(start, len(line))
    shown = excerpt(line, (start, min(start + length, len(line))), room)
    assert width(shown.before + shown.marked + shown.after) <= room
    whole = visible(line.replace("\t", "    "))
    if width(whole) <= room:
        assert shown.before + shown.marked + shown.after == whole


@given(st.builds(Span, st.just("f"), *[st.integers(0, 5)] * 4), st.integers(1, 5), st.text("ab ", max_size=6))
def test_bounds_are_inside_the_line(span: Span, number: int, line: str):
    start, end = bounds(span, number, line)
    assert 0 <= start <= end <= len(line)
    assert last_line(span) >= span.line


@given(some_findings())
def test_terminal_is_told_nothing_by_the_content(findings: Findings):
    controls = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    left = {each for each in plain(findings) if unicodedata.category(each) in controls and each not in "\n\u200c\u200d"}
    assert not {each for each in left if each < "\u0600"}
    assert not left & set("\u200e\u200f\u2028\u2029\u202a\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


@pytest.mark.parametrize("is_seen", [True, False])
def test_colour_only_where_it_is_seen(is_seen: bool):
    @click.command()
    def command():
        click.echo(report("text", ALL), nl=False)

    said = CliRunner().invoke(command, color=is_seen).output
    assert ("\x1b[" in said) is is_seen
    assert said if is_seen else said == plain(ALL)


def test_command_line_prints_the_same(tmp_path: Path):
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases/acme.md").write_text(ACME, encoding="utf-8")
    printed = [click.unstyle(line) for line in render.problems([UNDECLARED], tmp_path)]
    assert printed == plain(found(UNDECLARED)).split("\n")[:4]
    assert len([*render.problems([UNDECLARED], None)]) == 2


# --- json


def test_json():
    said = json.loads(report("json", ALL))
    assert len(said) == len(ALL.problems)
    assert said[1] == {
        "code": "undeclared-source",
        "severity": "error",
        "file": "cases/acme.md",
        "line": 9,
        "column": 16,
        "message": "cites S9; this case declares S1",
        "hint": "did you mean S1?",
        "record": "VC-002",
    }
    assert said[0]["line"] == 0


@given(some_findings())
def test_json_says_what_was_found(findings: Findings):
    said = json.loads(report("json", findings))
    assert [(each["file"], each["message"], each["hint"]) for each in said] == [
        (each.span.file, each.message, each.hint) for each in findings.problems
    ]


# --- SARIF


def sarif(findings: Findings) -> dict:
    log = json.loads(report("sarif", findings))
    assert [error.message for error in SARIF.iter_errors(log)] == []
    return log["runs"][0]


def test_schema_finds_faults():
    log = json.loads(report("sarif", ALL))
    log["runs"][0]["results"][0]["level"] = "dreadful"
    assert not SARIF.is_valid(log)


@given(some_findings())
def test_sarif_is_valid(findings: Findings):
    run = sarif(findings)
    rules = run["tool"]["driver"]["rules"]
    assert [rules[each["ruleIndex"]]["id"] for each in run["results"]] == [each.code for each in findings.problems]
    marks = [each["partialFingerprints"]["casegraph/v1"] for each in run["results"]]
    assert len(set(marks)) == len(marks)


def test_sarif_result_and_rule():
    run = sarif(found(UNDECLARED))
    assert run["columnKind"] == "unicodeCodePoints"
    assert run["tool"]["driver"]["rules"] == [
        {
            "id": "undeclared-source",
            "shortDescription": {"text": "undeclared source"},
            "fullDescription": {"text": "A claim cites `sources` it lacks. More."},
            "help": {"text": "Declare {{0}} [it\\](x)."},
            "defaultConfiguration": {"level": "error"},
        }
    ]
    (result,) = run["results"]
    assert result["message"]["text"] == "VC-002: cites S9; this case declares S1\nmend: did you mean S1?"
    assert result["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "cases/acme.md"},
                "region": {"startLine": 9, "startColumn": 16, "endLine": 9, "endColumn": 18},
            }
        }
    ]


@pytest.mark.parametrize(
    ("span", "region"),
    [
        (Span("f"), None),
        (Span("f", 3), {"startLine": 3}),
        (Span("f", 3, 5), {"startLine": 3, "startColumn": 5}),
        (Span("f", 3, 5, 3, 5), {"startLine": 3, "startColumn": 5, "endLine": 3, "endColumn": 5}),
        (Span("f", 3, 5, 7, 1), {"startLine": 3, "startColumn": 5, "endLine": 7, "endColumn": 1}),
    ],
)
def test_sarif_regions(span: Span, region: dict[str, int] | None):
    location = sarif(found(Problem("c", ERROR, span, "m")))["results"][0]["locations"][0]["physicalLocation"]
    assert location.get("region") == region


@pytest.mark.parametrize(
    ("file", "uri"),
    [
        ("cases/a b.md", "cases/a%20b.md"),
        ("cases/50%.md", "cases/50%25.md"),
        ("c:d/é#?.md", "c%3Ad/%C3%A9%23%3F.md"),
        ("cases/\udce9.md", "cases/%E9.md"),
        ("/far/a b.md", "file:///far/a%20b.md"),
    ],
)
def test_sarif_uris(file: str, uri: str):
    result = sarif(found(Problem("c", ERROR, Span(file), "m")))["results"][0]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


# --- JUnit


def test_junit():
    root = ET.fromstring(report("junit", ALL))
    (suite,) = root
    assert (root.tag, suite.tag) == ("testsuites", "testsuite")
    assert suite.attrib == {"name": "kg check", "tests": "4", "failures": "2", "errors": "0", "skipped": "0"}
    cases = {case.attrib["name"]: case for case in suite}
    assert list(cases) == ["cases/acme.md", "cases/fine.md", "cases/odd.md", "cases/<U+DCE9>.md"]
    assert list(cases["cases/fine.md"]) == []
    assert [each.tag for each in cases["cases/acme.md"]] == ["failure", "failure", "system-out"]
    failure = cases["cases/acme.md"][1]
    assert failure.attrib["type"] == "undeclared-source"
    assert failure.attrib["message"] == "9:16: undeclared-source VC-002: cites S9; this case declares S1"
    assert "    |   source_ids: [S9]\n    |                ^^\n" in (failure.text or "")


@given(some_findings())
def test_junit_is_well_formed(findings: Findings):
    suite = ET.fromstring(report("junit", findings))[0]
    tags = Counter(each.tag for case in suite for each in case)
    assert tags["failure"] == findings.severities()[ERROR]
    assert int(suite.attrib["failures"]) == sum(any(each.tag == "failure" for each in case) for case in suite)


# --- GitHub

NINTH = "line=9,col=16,endLine=9,endColumn=18"
CITES = "cites S9; this case declares S1"


@pytest.mark.parametrize(
    ("problem", "command"),
    [
        (
            UNDECLARED,
            f"::error file=cases/acme.md,{NINTH},title=undeclared-source::VC-002: {CITES}%0Amend: did you mean S1?",
        ),
        (WHOLE, "::error file=cases/acme.md,title=file-too-large::6,012,345 bytes"),
        (LINES, "::notice file=cases/acme.md,line=10,endLine=11,title=odd-thing::is odd%0Amend: make it even"),
        (Problem("c", WARNING, Span("f", 3, 1, 5, 1), "m"), "::warning file=f,line=3,endLine=4,title=c::m"),
        (Problem("c", WARNING, Span("f", 3), "m"), "::warning file=f,line=3,endLine=3,title=c::m"),
        (Problem("c", WARNING, Span("a:b,c%.md"), "m"), "::warning file=a%3Ab%2Cc%25.md,title=c::m"),
        (Problem("c", WARNING, Span("f"), "33 %\r\n::error::x"), "::warning file=f,title=c::33 %25 ::error::x"),
    ],
)
def test_github(problem: Problem, command: str):
    assert report("github", found(problem)) == command + "\n"


@given(some_findings())
def test_github_has_one_line_for_each_problem(findings: Findings):
    lines = report("github", findings).splitlines()
    assert len(lines) == len(findings.problems)
    assert all(re.match(r"::(error|warning|notice) file=[^,:]+,", line) for line in lines)


# --- HTML


OURS = """html head meta title style script body header main footer section a p b bdi span h1 h2 h3 dl dt dd div
    ol li table caption thead tbody tr th td svg rect form label input select option button output details summary
    pre code mark"""


class Page(HTMLParser):
    """Reads a page strictly: every element is closed in order."""

    void = frozenset(("meta", "input"))

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.script = ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.void:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "script":
            self.script += data
        elif self.open and self.open[-1] != "style":
            self.words.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]

    @property
    def said(self) -> str:
        return "".join(self.words)


def page(findings: Findings) -> Page:
    return Page(report("html", findings))


def test_page_shows_every_problem():
    shown = page(replace(ALL, title="<b>Evidence</b>"))
    assert len(shown.all("li")) == len(ALL.problems)
    assert "<b>Evidence</b>" in shown.said
    assert "3 errors, 9 warnings, 3 infos in 3 of 3 files" in shown.said
    assert "script: </pre><script>alert(1)</script>" in shown.said
    assert "a name that is not UTF-8 <U+DC80> <U+0000> <U+FFFE>" in shown.said
    assert "A claim cites sources it lacks." in shown.said
    assert "To mend: did you mean S1?" in shown.said
    assert "To mend: Declare {0} [it](x)." in shown.said


def test_page_marks_the_place():
    said = report("html", found(UNDECLARED, LINES))
    assert '<span class="no">9</span><code>  source_ids: [<mark class="error">S9</mark>]</code>' in said
    assert '<code>  source_quote: <mark class="info">Calls fell</mark></code>' in said
    assert '<span class="no">11</span><code>    <mark class="info">by a third</mark></code>' in said


def test_page_cuts_long_excerpts():
    span = Span("f", 1, 1, 9, 2)
    findings = Findings.of([Problem("c", ERROR, span, "m")], ["f"], Sources(None, {"f": "x\n" * 9}))
    assert "and 4 more lines" in page(findings).said


@given(some_findings())
def test_page_holds_no_markup_of_the_content(findings: Findings):
    shown = page(findings)
    assert {name for name, _ in shown.tags} <= set(OURS.split())
    assert len(shown.all("li")) == len(findings.problems)
    assert len(shown.all("script")) == 1
    assert not any(key.startswith("on") for _, attributes in shown.tags for key in attributes)


def test_page_asks_nobody_for_anything():
    shown = page(ALL)
    links = [value for _, attributes in shown.tags for key, value in attributes.items() if key in ("href", "src")]
    assert links
    assert all(link and link.startswith("#") for link in links)
    said = report("html", ALL)
    assert "url(" not in said
    assert "@import" not in said
    policy = next(each["content"] for each in shown.all("meta") if "http-equiv" in each) or ""
    digest = base64.b64encode(hashlib.sha256(shown.script.encode()).digest()).decode()
    assert policy.startswith("default-src 'none'")
    assert f"script-src 'sha256-{digest}'" in policy


def test_page_can_be_found_ones_way_in():
    shown = page(ALL)
    ids = [attributes["id"] for _, attributes in shown.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    targets = {(each["href"] or "").removeprefix("#") for each in shown.all("a")}
    assert targets <= set(ids)
    assert {each["aria-labelledby"] for each in shown.all("section")} <= set(ids)
    levels = [int(name[1]) for name, _ in shown.tags if name in ("h1", "h2", "h3")]
    assert levels[0] == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))
    assert [len(shown.all(name)) for name in ("header", "main", "footer", "h1", "caption")] == [1] * 5
    assert shown.all("html") == [{"lang": "en"}]
    said = report("html", ALL)
    assert len(re.findall(r"<label [^>]*>(?:<span>\w+</span>)?<(?:input|select)", said)) == len(
        [*shown.all("input"), *shown.all("select")]
    )


def test_page_without_scripts_shows_no_dead_form():
    assert "hidden" in page(ALL).all("form")[0]
    assert page(found()).all("form") == []
    assert "No problems in 3 files" in page(found()).said


def luminance(colour: str) -> float:
    """WCAG 2: relative luminance of #rrggbb."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_colours_can_be_told_apart():
    """Text 4.5 : 1 (AA), edges of controls 3 : 1, in both schemes."""
    style = (PAGE / "page.css").read_text("utf-8")
    schemes = [
        dict(re.findall(r"--([\w-]+): (#\w{6});", block)) for block in re.findall(r":root \{(.*?)\}", style, re.S)
    ]
    assert len(schemes) == 2
    grounds = ("page", "sheet", "sunk")
    texts = [(ink, ground) for ink in ("ink", "soft", "link") for ground in grounds]
    texts += [(tone, ground) for tone in ("error", "warning", "info", "ok") for ground in ("sheet", f"{tone}-wash")]
    texts += [("ink", f"{tone}-wash") for tone in ("error", "warning", "info")]
    pairs = [(*pair, 4.5) for pair in texts] + [("edge", "sheet", 3)]
    for scheme in schemes:
        for ink, ground, least in pairs:
            darker, lighter = sorted((luminance(scheme[ink]), luminance(scheme[ground])))
            assert (lighter + 0.05) / (darker + 0.05) >= least, (ink, ground)


# --- baseline


@given(some_findings())
def test_nothing_is_new_since_its_own_baseline(tmp_path_factory: pytest.TempPathFactory, findings: Findings):
    path = tmp_path_factory.mktemp("b") / "baseline.jsonl"
    write_baseline(path, findings)
    new = new_since(findings, read_baseline(path))
    assert tuple(new.problems) == ()
    assert new.known == len(findings.problems)


@given(some_findings(), st.integers(1, 5))
def test_moved_lines_are_nothing_new(findings: Findings, lines: int):
    def moved(each: Problem) -> Problem:
        span = each.span
        if not span.line:
            return each
        ends = span.end_line + lines if span.end_line else 0
        return replace(each, span=replace(span, line=span.line + lines, end_line=ends))

    texts = {file: "\n" * lines + text for file, text in findings.sources.given.items()}
    later = Findings.of(map(moved, findings.problems), findings.files, Sources(None, texts))
    assert Counter(mark for _, mark in fingerprints(later)) == Counter(mark for _, mark in fingerprints(findings))


def test_only_what_changed_is_new():
    known = frozenset(mark for _, mark in fingerprints(found(UNDECLARED, WHOLE)))
    other = replace(UNDECLARED, record="VC-003")
    assert tuple(new_since(found(UNDECLARED, other, LINES), known).problems) == (other, LINES)
    worse = replace(WHOLE, message="7,000,000 bytes")
    assert tuple(new_since(found(worse), known).problems) == (worse,)


def test_numbers_of_lines_do_not_matter():
    first, second, third = (
        replace(UNDECLARED, message=message)
        for message in ("twice; first at line 3", "twice; first at line 14", "as in cases/b.md:3:14")
    )
    known = frozenset(mark for _, mark in fingerprints(found(first, third)))
    later = replace(third, message="as in cases/b.md:300:1")
    assert tuple(new_since(found(second, later), known).problems) == ()


def test_one_more_of_the_same_is_new():
    text = "- S9\n- S9\n- S9\n"
    problems = [replace(UNDECLARED, span=Span("f", line, 3, line, 5)) for line in (1, 2, 3)]
    before = Findings.of(problems[:2], ["f"], Sources(None, {"f": text}))
    now = Findings.of(problems, ["f"], Sources(None, {"f": text}))
    known = frozenset(mark for _, mark in fingerprints(before))
    assert tuple(new_since(now, known).problems) == (problems[2],)
    assert tuple(new_since(before, frozenset(mark for _, mark in fingerprints(now))).problems) == ()


def test_baseline_can_be_reviewed(tmp_path: Path):
    path = tmp_path / "kept/baseline.jsonl"
    write_baseline(path, found(UNDECLARED, LINES))
    first = path.read_bytes()
    write_baseline(path, found(LINES, UNDECLARED))
    assert path.read_bytes() == first
    assert list(path.parent.iterdir()) == [path]
    none = {"record": "", "message": "is odd"}
    cites = {"record": "VC-002", "message": "cites S9; this case declares S1"}
    assert first.decode().split("\n") == [
        '{"format": "casegraph baseline", "version": 1}',
        json.dumps({"file": "cases/acme.md", "code": "odd-thing", **none, "text": "Calls fell", "ordinal": 0}),
        json.dumps({"file": "cases/acme.md", "code": "undeclared-source", **cites, "text": "S9", "ordinal": 0}),
        "",
    ]
    path.write_bytes(first.replace(b"\n", b"\r\n"))
    assert tuple(new_since(found(UNDECLARED, LINES), read_baseline(path)).problems) == ()


HEADER = b'{"format": "casegraph baseline", "version": 1}\n'


@pytest.mark.parametrize(
    ("raw", "line", "message"),
    [
        (b"", 1, "not JSON"),
        (b"[]\n", 1, "not the first line of a baseline"),
        (b'{"format": "casegraph baseline", "version": 2}\n', 1, "not the first line of a baseline"),
        (HEADER + b"<<<<<<< HEAD\n", 2, "not JSON"),
        (HEADER + b"\n\n", 2, "not JSON"),
        (HEADER + b"[" * 100_000, 2, "not JSON"),
        (HEADER + b"{}\n", 2, "exactly the keys file, code, record, message, text, ordinal"),
        (HEADER + b'{"file":"","code":"","record":"","message":"","text":"","ordinal":"0"}', 2, "exactly the keys"),
        (
            HEADER + b'{"file":"","code":"","record":"","message":"","text":"","ordinal":0}\n{"\xff":1}\n',
            3,
            "not UTF-8",
        ),
    ],
)
def test_bad_baseline_names_the_line(tmp_path: Path, raw: bytes, line: int, message: str):
    path = tmp_path / "baseline.jsonl"
    path.write_bytes(raw)
    with pytest.raises(Failure, match=f"^{re.escape(str(path))}:{line}: .*{message}.*--update-baseline"):
        read_baseline(path)


def test_missing_baseline(tmp_path: Path):
    with pytest.raises(Failure, match="there is no such baseline; make one with --update-baseline"):
        read_baseline(tmp_path / "none.jsonl")
    with pytest.raises(Failure, match="directory"):
        read_baseline(tmp_path)
