"""Saved queries: tokens, headers, parameters that stay in their braces, names looked up, lint."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdflib import Graph

from kg import query, vocab
from kg.problem import Failure, Problem
from kg.query import ParameterError, QueryBroken, QueryMissing, SavedQuery, read_query
from kg.query.blocks import Unsafe, bind, block_terms, blocks, written
from kg.query.order import run_sorted, split_order
from kg.query.saved import Range
from kg.release import Release, find_releases
from kg.store.base import Table
from kg.store.embedded import Embedded
from kg.store.sparql import Kind, in_order, refusal, tokens
from kg.store.values import value
from kg.worker import Outcome
from kg.workspace import BASE, Workspace
from tests.material import ROOT, demonstration_root

RELEASE = find_releases()["1.0"]
PREFIXES = """PREFIX cg: <https://w3id.org/casegraph/ontology#>
PREFIX outcome: <https://w3id.org/casegraph/outcome/>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
"""


def saved(text: str, file: str = "queries/question.rq") -> SavedQuery:
    found, problems = read_query(text, file)
    assert problems == []
    assert found is not None
    return found


def question(parameter: str = "", body: str = "SELECT ?x WHERE { ?x a cg:Case }", *more: str) -> str:
    """The text of a query file with at most one parameter."""
    header = ["summary: What is asked?", *([f"parameters: [{parameter}]"] if parameter else []), *more]
    return "".join(f"#+ {line}\n" for line in header) + PREFIXES + body + "\n"


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Embedded:
    workspace = Workspace(demonstration_root(tmp_path_factory.mktemp("demonstration")))
    workspace.build()
    return workspace.store


@pytest.fixture(scope="module")
def run(graph: Embedded) -> Callable[[str], Outcome]:
    return lambda text: Outcome(graph.query(text))


def of_literals(text: str) -> Outcome:
    """Answers queries over nothing: enough for parameters that need no lookup."""
    return Outcome(Embedded(ox.Store()).query(text))


# Tokens

VALID = st.sampled_from(
    [
        *(
            "<https://example.org/a>",
            "<>",
            "<a#b>",
            "<\\u00e9>",
            "ex:a",
            "ex:a.b",
            "ex:%20",
            r"ex:a\~b",
            ":",
            ":1",
            "ex:",
        ),
        *("_:b1", "?x", "$x", "?été", "'a'", '"a"', "'''a'b'''", '"""a"b\n"""', r'"a\"b"', r"'\\'", "''", '""'),
        *("@en", "@en-GB", "1", "1.5", ".5", "1e5", "1.e-5", "SELECT", "a", "true", "SHA256", "^^", "&&", "||", "!="),
        *("<=", ">=", "{", "}", "(", ")", "[", "]", ".", ",", ";", "*", "/", "+", "-", "=", "!", "|", "^", ">"),
    ]
)
SPACE = st.sampled_from([" ", "\n", "\t \r\n", " # a comment with } ' \" < and SERVICE\n"])


@given(st.lists(st.tuples(VALID, SPACE)))
def test_tokens_are_found_between_any_space(parts: list[tuple[str, str]]):
    text = "".join(token + space for token, space in parts)
    assert [token.text for token in tokens(text)] == [token for token, _ in parts]


@given(st.text())
def test_any_text_is_cut_into_tokens_space_and_comments(text: str):
    found = list(tokens(text))
    ends = [0, *(token.end for token in found)]
    between = [text[end : token.start] for end, token in zip(ends, found, strict=False)] + [text[ends[-1] :]]
    assert all(token.text == text[token.start : token.end] != "" for token in found)
    assert all(re.fullmatch(r"([ \t\r\n]|#[^\r\n]*)*", space) for space in between)


@given(st.text())
def test_a_literal_as_the_store_writes_it_is_one_token(text: str):
    assert [(token.kind, token.text) for token in tokens(str(ox.Literal(text)))] == [
        (Kind.STRING, str(ox.Literal(text)))
    ]


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("?a<?b", "VARIABLE SIGN VARIABLE"),
        ("?a < 5 && ?b > 3", "VARIABLE SIGN NUMBER SIGN VARIABLE SIGN NUMBER"),
        ("'a'@en^^ex:b", "STRING LANGUAGE SIGN NAME"),
        ("-5", "SIGN NUMBER"),
        ("ex:p?", "NAME SIGN"),
        ("ex:a.", "NAME SIGN"),
        ("'open", "UNKNOWN WORD"),
        ('"""open"', "STRING STRING"),
        ("\u00a0", "UNKNOWN"),
    ],
)
def test_kinds_of_tokens(text: str, kinds: str):
    assert " ".join(token.kind for token in tokens(text)) == kinds


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("SELECT * { ?z ?b ?a }", ["z", "b", "a"]),
        ("SELECT DISTINCT * { ?z ?b ?a }", ["z", "b", "a"]),
        ("# SELECT *\nSELECT ?a ?b ?z { ?z ?b ?a }", ["a", "b", "z"]),
    ],
)
def test_columns_of_a_star_come_in_the_order_of_the_text(text: str, names: list[str]):
    assert in_order(["a", "b", "z"], text) == names


def test_plain_queries_are_not_refused():
    for path in sorted(ROOT.glob("queries/*.rq")):
        assert refusal(list(tokens(path.read_text(encoding="utf-8")))) is None


# Headers


def problems_of(text: str) -> list[str]:
    found, problems = read_query(text, "q.rq")
    assert found is None
    return [f"{each.span.line}:{each.span.column} {each.code} {each.message}" for each in problems]


@pytest.mark.parametrize(
    ("header", "problem"),
    [
        ("", "1:1 bad-query-header there is no header"),
        ("#+ summry: x", "1:4 bad-query-header `summry` is no key of a header"),
        ("#+ description: x", "1:4 bad-query-header `summary` is missing"),
        ("#+ summary: x\n#+ summary: y", "2:4 bad-query-header `summary` stands twice"),
        ("#+ summary: [x]", "1:13 bad-query-header `summary` takes a text"),
        ("#+ summary: x\n#+ tags: x", "2:10 bad-query-header `tags` takes a list"),
        ("#+ summary: x\n#+ tags: [[x]]", "2:11 bad-query-header `tags` takes a text"),
        ("#+ summary: x: y", "1:14 bad-query-header the header is no YAML: mapping values are not allowed"),
        ("#+ summary: !!str x", "1:13 bad-query-header the header is no YAML: the tag !!str is not read"),
        ("#+ just a text", "1:1 bad-query-header the header has no keys"),
        ("#+ summary: x\n#+ method: PUT", "2:12 bad-query-header `PUT` is no method"),
        ("#+ summary: x\n#+ requires: newest", "2:14 bad-query-header `newest` is no range of releases"),
        ("#+ summary: x\n#+ requires: '>=1.0;<2'", "2:14 bad-query-header `>=1.0;<2` is no range of releases"),
        ("#+ summary: x\n#+ parameters: [x]", "2:17 bad-query-header an element of `parameters` takes the keys"),
        ("#+ summary: x\n#+ parameters: [{type: string}]", "2:17 bad-query-header `name` is missing"),
        ("#+ summary: x\n#+ parameters: [{name: a_b}]", "2:24 bad-query-header `a_b` is no name"),
        ("#+ summary: x\n#+ parameters: [{name: é}]", "2:24 bad-query-header `é` is no name"),
        ("#+ summary: x\n#+ parameters: [{name: x, type: iri}]", "2:33 bad-query-header `iri` is no type"),
        ("#+ summary: x\n#+ parameters: [{name: x, type: concept}]", "2:33 bad-query-header `concept` is no type"),
        ("#+ summary: x\n#+ parameters: [{name: x, type: case a}]", "2:33 bad-query-header `case a` is no type"),
        ("#+ summary: x\n#+ parameters: [{name: x, type: concept a/b}]", "2:33 bad-query-header `concept a/b` is"),
        (
            "#+ summary: x\n#+ parameters: [{name: x, type: case, default: y}]",
            "2:48 bad-query-header a parameter of type case has no default",
        ),
        (
            "#+ summary: x\n#+ parameters: [{name: x}, {name: x}]",
            "2:35 bad-query-header there are two parameters named",
        ),
        ("#+ summary: x\n#+ columns: [{name: x, kind: link}]", "2:30 bad-query-header `link` is no kind"),
        ("#+ summary: x\n#+ columns: [{name: x, labl: X}]", "2:24 bad-query-header `labl` is no key of a header"),
        ("#+ summary: x\n#+ chart: bar", "2:11 bad-query-header `chart` takes keys of Vega-Lite"),
        (
            "#+ summary: x\n#+ columns: [{name: x}]\n#+ chart: {encoding: {x: {field: y}}}",
            "3:34 bad-query-header the chart draws `y`, which is no column",
        ),
        ("#+ summary: x\n#+ expect: [{count: 1, rows: []}]", "2:13 bad-query-header an expectation has either"),
        ("#+ summary: x\n#+ expect: [{count: many}]", "2:21 bad-query-header `count` takes a whole number"),
        ("#+ summary: x\n#+ expect: [{rows: [[1, 2]]}]", "2:21 bad-query-header a row is a list of 0 cells"),
        ("#+ summary: x\n#+ expect: [{parameters: [x], count: 1}]", "2:26 bad-query-header `parameters` takes names"),
        ("#+ summary: x\n#+ expect: [{parameters: {x: 1}, count: 1}]", "2:13 bad-query-header `x` is no parameter"),
        ("#+ summary: x\n#\n#+ tags: [y]", "3:1 bad-query-header this line stands apart"),
    ],
)
def test_a_bad_header_is_a_problem_at_its_place(header: str, problem: str):
    assert any(each.startswith(problem) for each in problems_of(f"{header}\nSELECT ?x {{ ?x ?p ?o }}"))


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("", "1:1 query-syntax the file has no query"),
        ("SELECT ?x { ?x a ?y", "2:11 query-syntax `{` is never closed"),
        ("SELECT ?x\n{ ?x a 'y }", "3:8 query-syntax ' opens a text that is never closed"),
        ("SELECT ?x { ?x a cg:Case }", "2:18 query-syntax the prefix cg: is not declared"),
        ("SELECT ?x { ?x a <http://a b> }", "2:19 query-syntax an IRI stands between < and >"),
        ("SELECT ?x {\n  ?x ?y . ?z }", "3:11 query-syntax `?z` cannot stand here"),
        ("ASK { ?x a ?y }", "2:1 query-syntax a saved query is a SELECT; this is ASK"),
        ("CONSTRUCT WHERE { ?x a ?y }", "2:1 query-syntax a saved query is a SELECT; this is CONSTRUCT"),
        ("DELETE WHERE { ?x a ?y }", "2:1 query-syntax DELETE begins an update"),
        ("SELECT ?x { SERVICE <http://127.0.0.1/> { ?x a ?y } }", "2:13 query-syntax SERVICE asks another endpoint"),
        ("SELECT ?x { ?x a '\\u0041' }", "2:18 query-syntax '\\u0041' has an escape"),
    ],
)
def test_bad_syntax_is_a_problem_at_its_place(body: str, problem: str):
    assert any(each.startswith(problem) for each in problems_of(f"#+ summary: x\n{body}"))


@pytest.mark.parametrize(
    ("parameter", "body", "problem"),
    [
        ("{name: x}", "SELECT ?x { ?x ?p ?o }", "2:24 query-parameter the query has no `VALUES ?x { UNDEF }`"),
        ("{name: x}", "SELECT ?x { VALUES (?x) { (UNDEF) } }", "2:24 query-parameter the query has no `VALUES ?x"),
        (
            "{name: x}",
            "SELECT ?x { { VALUES ?x { UNDEF } ?x ?p 1 } UNION { VALUES ?x { UNDEF } ?x ?p 2 } }",
            "6:60 query-parameter ?x has 2 VALUES blocks",
        ),
        ("{name: x}", "SELECT ?x { VALUES ?x { 'a' } }", "6:20 query-parameter the block of ?x does not hold"),
        ("{name: x, default: a}", "SELECT ?x { VALUES ?x { UNDEF } }", "6:20 query-parameter the block of ?x does"),
        ("{name: x, default: a}", "SELECT ?x { VALUES ?x { 'a' 'b' } }", "6:20 query-parameter the block of ?x"),
        ("{name: x, type: integer, default: 7}", "SELECT ?x { VALUES ?x { '7' } }", "6:20 query-parameter the block"),
        (
            "{name: x, default: a, allowed: [b]}",
            "SELECT ?x { VALUES ?x { 'a' } }",
            "2:24 bad-query-header the default `a` is not among the allowed values",
        ),
    ],
)
def test_a_parameter_has_one_block_with_its_default(parameter: str, body: str, problem: str):
    assert any(each.startswith(problem) for each in problems_of(question(parameter, body)))


@pytest.mark.parametrize(
    ("parameter", "block"),
    [
        ("{name: x}", "UNDEF"),
        ("{name: x, default: a}", "'a'"),
        ("{name: x, type: integer, default: 07}", "7"),
        ("{name: x, type: decimal, default: 1.50}", "1.5"),
        ("{name: x, type: boolean, default: true}", "true"),
        ("{name: x, type: date, default: 2026-01-31}", "'2026-01-31'^^<http://www.w3.org/2001/XMLSchema#date>"),
        ("{name: x, type: concept outcome, default: velocity}", "outcome:velocity"),
        ("{name: x, type: concept outcome, default: velocity}", "<https://w3id.org/casegraph/outcome/velocity> # }\n"),
        ("{name: x, type: organisation}", "# the braces are } further down\nUNDEF"),
    ],
)
def test_blocks_that_hold_the_default(parameter: str, block: str):
    assert saved(question(parameter, f"SELECT ?x {{ VALUES ?x {{ {block} }} }}")).parameters[0].name == "x"


def test_a_header_is_read_whole():
    text = (ROOT / "queries/mechanism-outcome.rq").read_text(encoding="utf-8")
    found = saved(text, "queries/mechanism-outcome.rq")
    assert found.name == "mechanism-outcome"
    assert found.summary.endswith("in how many value claims?")
    assert [(each.name, each.type, each.default) for each in found.parameters] == [
        ("mode", "concept", "exploratory"),
        ("basis", "string", "linked"),
        ("process", "process", None),
        ("organisation", "organisation", None),
    ]
    assert [(each.name, each.kind, each.unit) for each in found.columns][-1] == ("claims", "number", "claims")
    assert found.chart is not None
    assert found.chart["mark"] == "rect"
    assert found.expectations[0].count == 25


def test_keys_of_grlc_are_passed_over():
    text = "#+ summary: x\n#+ method: GET\n#+ endpoint: http://localhost/\n#+ pagination: 10\nSELECT ?x { ?x ?p ?o }"
    found = saved(text)
    assert (found.method, found.endpoint) == ("GET", "http://localhost/")
    assert [column.name for column in found.columns] == ["x"]


def test_ranges_of_releases():
    assert Range.parse("") is None
    assert Range().has("9.9")
    found = Range.parse(">1.0, !=1.2")
    assert found is not None
    assert [found.has(version) for version in ("1.0", "1.1", "1.2", "1.10")] == [False, True, False, True]


# Parameters

NASTY = [
    '"',
    "'",
    "\\",
    '\\" } SERVICE <http://127.0.0.1/> { ?s ?p ?o } #',
    '" } SERVICE <http://127.0.0.1/> { ?s ?p ?o } #',
    "' } INSERT DATA { <a> <b> <c> } #",
    "} ?s ?p ?o {",
    "# a comment",
    "a\nb",
    "a\r\nb",
    "> } ?s ?p ?o #",
    "https://example.org/> ?s <https://example.org/",
    "https://example.org/a b",
    'https://example.org/"',
    "https://example.org/\\u003e",
    "\\u0022 } ?s ?p ?o { #",
    "\\\\u0022 } #",
    "\\U00000022",
    '"""',
    "'''",
    "UNDEF",
    "UNDEF } VALUES ?x { 1",
    "?x",
    "true) } #",
    "1 2",
    "2026-01-01' } #",
    "\x00",
    "\ud800",
    "",
]
TYPES = ["string", "integer", "decimal", "date", "boolean", "organisation", "process", "case", "concept outcome"]


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("text", NASTY, ids=ascii)
def test_no_value_leaves_its_braces(run: Callable[[str], Outcome], kind: str, text: str):
    found = saved(question(f"{{name: x, type: {kind}}}", "SELECT ?x { VALUES ?x { UNDEF } }"))
    if kind != "string" or text == "\ud800":
        with pytest.raises(ParameterError, match=r"^parameter x: "):
            query.ask(found, {"x": text}, run, base=BASE)
        return
    answer = query.ask(found, {"x": text}, run, base=BASE)
    assert answer.table.rows == [(ox.Literal(text),)]
    assert rdflib_rows(answer.text) == [text]


@given(st.lists(st.text(), min_size=1, max_size=3, unique=True))
def test_any_text_is_a_string_and_nothing_else(texts: list[str]):
    found = saved(question("{name: x, type: string}", "SELECT ?x { VALUES ?x { UNDEF } }"))
    answer = query.ask(found, {"x": texts}, of_literals, base=BASE)
    [block] = blocks(list(tokens(answer.text)))
    assert block_terms(answer.text, block) == [ox.Literal(text) for text in texts]
    assert answer.table.rows == [(ox.Literal(text),) for text in texts]


@given(st.text(alphabet=st.characters(codec="ascii", categories=("L", "N", "P", "S", "Zs")) | st.just("\\")))
def test_rdflib_reads_the_same_string(text: str):
    found = saved(question("{name: x, type: string}", "SELECT ?x { VALUES ?x { UNDEF } }"))
    assert rdflib_rows(query.ask(found, {"x": text}, of_literals, base=BASE).text) == [text]


def rdflib_rows(text: str) -> list[str]:
    return [str(row[0]) for row in Graph().query(text)]


def test_what_leaves_its_braces_all_the_same_is_stopped():
    class Rogue:
        def __str__(self) -> str:
            return '"a" } ?s ?p ?o { '

    text = "SELECT ?x { VALUES ?x { UNDEF } }"
    with pytest.raises(Unsafe, match="outside its braces"):
        bind(text, {"x": [Rogue()]})
    Rogue.__str__ = lambda _self: "?y"
    with pytest.raises(Unsafe, match="more than terms"):
        bind(text, {"x": [Rogue()]})


def test_only_the_block_changes():
    text = "SELECT ?x { # ?x {\n VALUES ?x { UNDEF } VALUES ?y { UNDEF } FILTER(?x != '}') }"
    terms = {"x": [ox.Literal("a"), ox.Literal(1)]}
    assert bind(text, terms) == text.replace(
        "{ UNDEF } VALUES ?y", f"{{ {written(ox.Literal('a'))} {ox.Literal(1)} }} VALUES ?y"
    )


@pytest.mark.parametrize(
    ("kind", "given_value", "term"),
    [
        ("integer", "007", ox.Literal(7)),
        ("integer", 7, ox.Literal(7)),
        ("decimal", "1.50", ox.Literal("1.5", datatype=ox.NamedNode(vocab.xsd_decimal))),
        ("decimal", 1e-7, ox.Literal("0.0000001", datatype=ox.NamedNode(vocab.xsd_decimal))),
        ("decimal", Decimal("2.50"), ox.Literal("2.5", datatype=ox.NamedNode(vocab.xsd_decimal))),
        ("boolean", True, ox.Literal(True)),
        ("boolean", "no", ox.Literal(False)),
        ("date", date(2026, 1, 31), ox.Literal("2026-01-31", datatype=ox.NamedNode(vocab.xsd_date))),
        ("string", 5, ox.Literal("5")),
    ],
)
def test_values_are_brought_to_their_type(kind: str, given_value: query.values.Given, term: ox.Literal):
    found = saved(question(f"{{name: x, type: {kind}}}", "SELECT ?x { VALUES ?x { UNDEF } }"))
    assert query.ask(found, {"x": given_value}, of_literals, base=BASE).table.rows == [(term,)]


@pytest.mark.parametrize(
    ("parameter", "given_value", "message"),
    [
        ("{name: x, type: integer}", "1.5", "parameter x: `1.5` is not a whole number"),
        ("{name: x, type: date}", "2026-02-30", "parameter x: `2026-02-30` is not a date as YYYY-MM-DD"),
        ("{name: x, type: boolean}", "maybe", "parameter x: `maybe` is not true or false"),
        (
            "{name: x, allowed: [strict, standard]}",
            "strikt",
            "parameter x: `strikt` is not allowed; did you mean strict?",
        ),
        ("{name: x, allowed: [strict]}", "zzz", "parameter x: `zzz` is not allowed; allowed: strict"),
        (
            "{name: x, allowed: \"SELECT ?a { VALUES ?a { 'one' 'two' } }\"}",
            "three",
            "parameter x: `three` is not allowed; allowed: one, two",
        ),
        ("{name: x}", [], "parameter x: no value is given"),
        ("{name: x}", "\ud800", "parameter x: "),
    ],
)
def test_values_that_do_not_fit(parameter: str, given_value: query.values.Given, message: str):
    found = saved(question(parameter, "SELECT ?x { VALUES ?x { UNDEF } }"))
    with pytest.raises(ParameterError) as caught:
        query.ask(found, {"x": given_value}, of_literals, base=BASE)
    assert str(caught.value).startswith(message)


def test_a_parameter_with_a_default_takes_one_value():
    found = saved(question("{name: x, default: a}", "SELECT ?x { VALUES ?x { 'a' } }"))
    with pytest.raises(ParameterError, match="parameter x takes one value, not 2"):
        query.ask(found, {"x": ["a", "b"]}, of_literals, base=BASE)


def test_a_parameter_that_is_not_there():
    found = saved(question("{name: outcome}", "SELECT ?outcome { VALUES ?outcome { UNDEF } }"))
    with pytest.raises(ParameterError, match=r"question has no parameter `outcom`; did you mean outcome\?"):
        query.ask(found, {"outcom": "a"}, of_literals, base=BASE)


# Lookup

VELMARSUND = "organisation/velmarsund-ferries"
PROCESS = "https://w3id.org/casegraph/pcf/10004"


@pytest.mark.parametrize(
    ("kind", "text", "iri"),
    [
        ("organisation", "Velmarsund Ferries", BASE + VELMARSUND),
        ("organisation", "velmarsund  ferries", BASE + VELMARSUND),
        ("organisation", "velmarsund-ferries", BASE + VELMARSUND),
        ("organisation", VELMARSUND, BASE + VELMARSUND),
        ("organisation", BASE + VELMARSUND, BASE + VELMARSUND),
        ("organisation", "Netflix", BASE + "organisation/netflix"),
        ("organisation", "株式会社澪月種苗", BASE + "organisation/株式会社澪月種苗"),
        ("process", "3.0", PROCESS),
        ("process", "3", PROCESS),
        ("process", "03.0", PROCESS),
        ("process", "10004", PROCESS),
        ("process", "pcf/10004", PROCESS),
        ("process", PROCESS, PROCESS),
        ("process", "market and sell products and services", PROCESS),
        ("concept mechanism", "automation", "https://w3id.org/casegraph/mechanism/automation"),
        ("concept mechanism", "Automation", "https://w3id.org/casegraph/mechanism/automation"),
        ("concept outcome", "cost_reduction", "https://w3id.org/casegraph/outcome/cost_reduction"),
        ("concept outcome", "cost reduction", "https://w3id.org/casegraph/outcome/cost_reduction"),
        ("concept outcome", "outcome/cost_reduction", "https://w3id.org/casegraph/outcome/cost_reduction"),
        ("case", "netflix-personalization-algorithms", BASE + "case/netflix-personalization-algorithms"),
        ("case", "case/netflix-personalization-algorithms", BASE + "case/netflix-personalization-algorithms"),
        ("case", "Predictive Maintenance of Ferry Engines", BASE + "case/velmarsund-ferries-engine-maintenance"),
    ],
)
def test_things_are_found_by_any_of_their_names(run: Callable[[str], Outcome], kind: str, text: str, iri: str):
    found = saved(question(f"{{name: x, type: {kind}}}", "SELECT ?x { VALUES ?x { UNDEF } }"))
    assert query.ask(found, {"x": text}, run, base=BASE).table.rows == [(ox.NamedNode(iri),)]


@pytest.mark.parametrize(
    ("kind", "text", "message"),
    [
        ("organisation", "Netflx", "there is no organisation `Netflx`; nearest: Netflix (organisation/netflix)"),
        ("concept mechanism", "velocity", "there is no mechanism `velocity`"),
        ("concept outcome", "velocty", "there is no outcome `velocty`; nearest: velocity (outcome/velocity)"),
        ("process", "99.0", "there is no process `99.0`"),
        ("case", VELMARSUND, f"there is no case `{VELMARSUND}`"),
        ("organisation", "case/netflix-personalization-algorithms", "there is no organisation `case/netflix"),
    ],
)
def test_what_is_not_found_names_the_nearest(run: Callable[[str], Outcome], kind: str, text: str, message: str):
    found = saved(question(f"{{name: x, type: {kind}}}", "SELECT ?x { VALUES ?x { UNDEF } }"))
    with pytest.raises(ParameterError) as caught:
        query.ask(found, {"x": text}, run, base=BASE)
    assert str(caught.value).startswith(f"parameter x: {message}")


def test_two_things_of_one_name_are_listed():
    store = ox.Store()
    labels = (("a", "Acme"), ("b", "Acme"), ("c", "ACME"))
    for slug, name in labels:
        iri = ox.NamedNode(f"{BASE}organisation/{slug}")
        store.add(ox.Quad(iri, ox.NamedNode(vocab.rdf_type), ox.NamedNode(vocab.org_Organization)))
        store.add(ox.Quad(iri, ox.NamedNode(vocab.skos_prefLabel), ox.Literal(name)))
    lookup = query.Lookup(lambda text: Outcome(Embedded(store).query(text)), BASE)
    assert lookup.find("organisation", "ACME").value.endswith("/c")
    for text, slugs in (("Acme", "ab"), ("acme", "abc")):
        with pytest.raises(query.NotFound) as caught:
            lookup.find("organisation", text)
        listed = ", ".join(f"<{BASE}organisation/{slug}> ({dict(labels)[slug]})" for slug in slugs)
        assert str(caught.value) == f"`{text}` is more than one organisation: {listed}; give its IRI"


# Answers


def test_an_answer_knows_its_columns_and_gives_records(run: Callable[[str], Outcome]):
    catalogue = query.load_queries(query.query_folders(Path("nowhere")))
    answer = query.ask(catalogue.queries["mechanism-outcome"], {"mode": "strict"}, run, base=BASE)
    assert [column.label for column in answer.columns] == ["Mechanism", "Outcome", "Value claims"]
    assert answer.to_records()[0] == {
        "mechanism": "https://w3id.org/casegraph/mechanism/automation",
        "outcome": "https://w3id.org/casegraph/outcome/velocity",
        "claims": 10,
    }


def test_terms_as_values_of_python():
    typed = {"integer": "7", "decimal": "1.5", "boolean": "true", "date": "2026-01-31"}
    terms = [ox.Literal(text, datatype=ox.NamedNode(vocab.PREFIXES["xsd"] + name)) for name, text in typed.items()]
    assert [value(term) for term in terms] == [7, Decimal("1.5"), True, date(2026, 1, 31)]
    assert value(ox.Literal("soon", datatype=ox.NamedNode(vocab.xsd_date))) == "soon"
    assert (value(None), value(ox.NamedNode("x:y")), value(ox.Literal("a", language="en"))) == (None, "x:y", "a")


def test_what_was_cut_off_is_said():
    found = saved(question("", "SELECT ?x { VALUES ?x { 1 } }"))
    answer = query.ask(found, {}, lambda _text: Outcome(Table(("x",), []), "truncated because"), base=BASE)
    assert answer.truncated == "truncated because"


# Order

TERMS = st.one_of(
    st.none(),
    st.integers().map(ox.Literal),
    st.decimals(-9, 9, places=2).map(lambda n: ox.Literal(format(n, "f"), datatype=ox.NamedNode(vocab.xsd_decimal))),
    st.text("ab\U0001f600\uff00é").map(ox.Literal),
    st.dates().map(lambda day: ox.Literal(day.isoformat(), datatype=ox.NamedNode(vocab.xsd_date))),
    st.text("abé", min_size=1).map(lambda name: ox.NamedNode(f"x:{name}")),
    st.text("ab").map(lambda text: ox.Literal(text, language="en")),
)


@given(
    st.lists(st.tuples(TERMS, TERMS), max_size=6),
    st.sampled_from(["?a ?b", "DESC(?a) ?b", "?b ASC(?a)", "desc ( ?b )"]),
)
def test_rows_are_sorted_as_the_store_sorts_them(rows: list[tuple[ox.Literal | None, ...]], order: str):
    shown = " ".join(f"({' '.join('UNDEF' if term is None else str(term) for term in row)})" for row in rows)
    text = f"SELECT ?a ?b {{ VALUES (?a ?b) {{ {shown} }} }} ORDER BY {order}"
    theirs, ours = of_literals(text).answer, run_sorted(text, of_literals).answer
    assert isinstance(theirs, Table)
    assert isinstance(ours, Table)
    names = re.findall(r"\?(\w)", order)
    places = [theirs.columns.index(name) for name in names]
    found, expected = ([[value(row[place]) for place in places] for row in table.rows] for table in (ours, theirs))
    assert found == expected


@pytest.mark.parametrize(
    "text",
    [
        "SELECT ?a { VALUES ?a { 1 } }",
        "SELECT ?a { VALUES ?a { 1 } } ORDER BY ?a LIMIT 3",
        "SELECT ?a { VALUES ?a { 1 } } ORDER BY STR(?a)",
        "SELECT ?a { VALUES ?a { 1 } } ORDER BY DESC(?a + 1)",
        "SELECT ?a { { SELECT ?a { VALUES ?a { 1 } } ORDER BY ?a } }",
        "SELECT ?a { VALUES ?a { 1 } } ORDER BY ?a VALUES ?b { 1 }",
    ],
)
def test_other_orders_are_left_to_the_store(text: str):
    assert split_order(text) is None


def test_an_answer_that_was_cut_is_sorted_by_the_store():
    asked: list[str] = []

    def run(text: str) -> Outcome:
        asked.append(text)
        return Outcome(Table(("a",), []), "truncated because")

    text = "SELECT ?a { VALUES ?a { 1 } } ORDER BY ?a"
    assert run_sorted(text, run).truncated
    assert asked == [text.partition("ORDER")[0], text]


# Expectations


def test_an_expectation_names_the_cell_that_differs(run: Callable[[str], Outcome]):
    rows = "expect: [{rows: [[case/a], [case/b]]}, {count: 1}]"
    body = f"SELECT ?case {{ VALUES ?case {{ <{BASE}case/a> <{BASE}case/c> }} }}"
    found = saved(question("", body, "columns: [{name: case, kind: case}]", rows))
    assert [str(each) for each in query.differences(found, run, base=BASE)] == [
        "queries/question.rq:3:32: error query-answer row 2, column case: `case/b` expected, `case/c` found",
        "queries/question.rq:3:43: error query-answer 1 rows expected, 2 found",
    ]


def test_an_expectation_names_the_row_too_many(run: Callable[[str], Outcome]):
    body = "SELECT ?n { VALUES ?n { 1 2 } }"
    found = saved(question("", body, "columns: [{name: n}]", "expect: [{rows: [[2]]}, {rows: [[1], [2], [3]]}]"))
    assert [each.message for each in query.differences(found, run, base=BASE)] == [
        "1 rows expected, 2 found; not expected: 1",
        "3 rows expected, 2 found; not found: 3",
    ]


def test_an_expectation_without_an_answer(run: Callable[[str], Outcome]):
    body = "SELECT ?x { VALUES ?x { UNDEF } }"
    found = saved(question("{name: x, type: case}", body, "expect: [{parameters: {x: none}, count: 0}]"))
    [problem] = query.differences(found, run, base=BASE)
    assert problem.message.startswith("there is no answer: parameter x: there is no case `none`")


# Catalogue


def test_a_broken_file_does_not_hide_the_others(tmp_path: Path):
    folder = tmp_path / "queries"
    folder.mkdir()
    (folder / "good.rq").write_text(question())
    (folder / "broken.rq").write_text("SELECT")
    (folder / "odd.rq").write_bytes(b"#+ summary: \xff")
    (folder / "notes.txt").write_text("no query")
    catalogue = query.load_queries([folder], tmp_path)
    assert list(catalogue.queries) == ["good"]
    assert [each.span.file for each in catalogue.problems] == ["queries/broken.rq"] * 2 + ["queries/odd.rq"]
    assert query.load_query([folder], "good", tmp_path) == catalogue.queries["good"]
    with pytest.raises(QueryBroken, match=r"queries/broken\.rq:1:1: error bad-query-header") as caught:
        query.load_query([folder], "broken", tmp_path)
    assert len(caught.value.problems) == 2
    with pytest.raises(QueryMissing, match=r"no saved query `god`; did you mean good, odd\?"):
        query.load_query([folder], "god", tmp_path)


def test_a_query_of_the_workspace_replaces_one_that_ships(tmp_path: Path):
    (tmp_path / "queries").mkdir()
    (tmp_path / "queries/value-claims.rq").write_text(question())
    catalogue = query.load_queries(query.query_folders(tmp_path), tmp_path)
    assert catalogue.queries["value-claims"].summary == "What is asked?"
    assert "mechanism-outcome" in catalogue.queries


def test_the_catalogue_as_sparql_examples():
    odd = question("", 'SELECT ?x { ?x ?p """a"b\\\\""" }', "tags: [a, b c]", 'description: "in\\ntwo lines"')
    catalogue = query.load_queries(query.query_folders(Path("nowhere")))
    queries = [*catalogue.queries.values(), saved(odd)]
    graph = Graph().parse(data=query.as_sparql_examples(queries, target="http://localhost/query"), format="turtle")
    sh, schema = vocab.PREFIXES["sh"], vocab.PREFIXES["schema"]
    found = graph.query(
        f"""SELECT ?query ?text {{ ?query a <{sh}SPARQLExecutable>, <{sh}SPARQLSelectExecutable> ; <{sh}select> ?text ;
            <{vocab.PREFIXES["rdfs"]}comment> ?comment ; <{schema}target> <http://localhost/query> }} ORDER BY ?query"""
    )
    texts = {str(row[0]).rsplit("/", 1)[-1]: str(row[1]) for row in found}
    assert len(texts) == len(queries)
    assert texts["question"] == PREFIXES + 'SELECT ?x { ?x ?p """a"b\\\\""" }\n'
    for each in texts.values():
        ox.Store().query(each)


# Lint


def lint(body: str, parameter: str = "", *more: str, release: Release = RELEASE) -> list[str]:
    found = query.lint(saved(question(parameter, body, *more)), release)
    return [f"{each.span.line}:{each.span.column} {each.code}" for each in found]


OUTCOME = "{name: outcome, type: concept outcome}"
LINT = [
    (
        "SELECT ?x { ?x cg:organizationName ?y }",
        "5:16 query-undeclared-term",
        "SELECT ?x { ?x cg:organisationName ?y }",
    ),
    (
        "SELECT ?x { ?x cg:outcome <https://w3id.org/casegraph/outcome/speed> }",
        "5:27 query-undeclared-term",
        "SELECT ?x { ?x cg:outcome <https://w3id.org/casegraph/outcome/velocity> }",
    ),
    (
        "SELECT ?x { ?x cg:outcome <https://w3id.org/casegraph/outcomes/velocity> }",
        "5:27 query-undeclared-term",
        "SELECT ?x { ?x a <https://w3id.org/casegraph/pcf/10004> , <https://w3id.org/casegraph/id/case/a> }",
    ),
    (
        "SELECT ?x { ?x a cg:Case } LIMIT 3",
        "5:28 query-unordered-limit",
        "SELECT ?x { ?x a cg:Case } ORDER BY ?x LIMIT 3",
    ),
    (
        "SELECT ?x { { SELECT ?x { ?x a cg:Case } OFFSET 3 } } ORDER BY ?x",
        "5:42 query-unordered-limit",
        "SELECT ?x { { SELECT ?x { ?x a cg:Case } ORDER BY ?x OFFSET 3 } }",
    ),
    (
        "SELECT ?x { ?x a cg:Case . ?y a cg:Claim }",
        "5:28 query-cartesian-product",
        "SELECT ?x { ?x a cg:Case ; cg:hasValueClaim ?y . ?y a cg:Claim }",
    ),
    (
        "SELECT ?x { ?x cg:metric ?a . ?y cg:metric ?b FILTER(?a = ?b) }",
        "5:31 query-cartesian-product",
        "SELECT ?x { ?x cg:metric ?a . ?y cg:metric ?a FILTER(?x != ?y) }",
    ),
    (
        "SELECT ?x { ?x a cg:Case OPTIONAL { ?y a cg:Claim } }",
        "5:37 query-cartesian-product",
        "SELECT ?x { ?x a cg:Case OPTIONAL { ?x cg:hasValueClaim ?y } VALUES ?m { 'one row' } }",
    ),
    (
        "SELECT ?x { ?x a cg:Case VALUES ?y { 1 2 } }",
        "5:33 query-cartesian-product",
        "SELECT ?x { ?x cg:level ?y VALUES ?y { 1 2 } }",
    ),
    (
        "SELECT ?x { { ?x a cg:Case . ?y a cg:Claim } UNION { ?x a cg:Claim } }",
        "5:30 query-cartesian-product",
        "SELECT ?x { { ?x a cg:Case } UNION { ?y a cg:Claim } ?x cg:review ?y }",
    ),
    (
        "SELECT ?x { ?x a cg:Case { SELECT (COUNT(?y) AS ?n) { ?y a cg:Claim } GROUP BY ?z } }",
        "5:49 query-cartesian-product",
        "SELECT ?x { ?x a cg:Case { SELECT ?x (COUNT(?y) AS ?n) { ?x cg:hasValueClaim ?y } GROUP BY ?x } }",
    ),
    (
        "SELECT ?x { ?x cg:level ?a . ?y cg:level ?b BIND(?y AS ?z) MINUS { ?x cg:review ?y } }",
        "5:30 query-cartesian-product",
        "SELECT ?x (?n + 1 AS ?more) { ?x cg:level ?n BIND(?x AS ?z) MINUS { ?x cg:review ?y } ?z cg:review ?w }",
    ),
    (
        "SELECT ?x { ?x a cg:Claim FILTER NOT EXISTS { ?x cg:review ?r . ?r cg:isReviewed true } }",
        "5:34 query-slow-not-exists",
        "SELECT ?x { ?x a cg:Claim FILTER NOT EXISTS { ?x cg:review ?r } }",
    ),
    (
        "SELECT ?x { ?x a cg:Claim FILTER (!BOUND(?x) || not exists { ?x cg:review/cg:isReviewed true }) }",
        "5:49 query-slow-not-exists",
        "SELECT ?x { ?x a cg:Claim MINUS { ?x cg:review/cg:isReviewed true } }",
    ),
    ("SELECT ?x { GRAPH ?g { ?x a cg:Case } }", "5:13 query-dataset", "SELECT ?x { ?x a cg:Case }"),
    ("SELECT ?x FROM <x:g> { ?x a cg:Case }", "5:11 query-dataset", "SELECT ?x { ?x a cg:Case # FROM\n }"),
]


@pytest.mark.parametrize(("failing", "problem", "passing"), LINT)
def test_lint(failing: str, problem: str, passing: str):
    assert lint(failing) == [problem]
    assert lint(passing) == []


def test_lint_of_parameters():
    unused = "SELECT ?outcome { VALUES ?outcome { UNDEF } ?x a cg:Case }"
    assert lint(unused, OUTCOME) == ["6:26 query-parameter"]
    used = "SELECT ?outcome { VALUES ?outcome { UNDEF } ?x cg:outcome ?outcome }"
    assert lint(used, OUTCOME) == []


def test_lint_of_columns():
    columns = "columns: [{name: x}, {name: y}]"
    assert lint("SELECT ?y ?x { ?x cg:outcome ?y }", "", columns) == ["6:1 query-columns"]
    assert lint("SELECT ?x { ?x cg:outcome ?y }", "", columns) == ["6:1 query-columns"]
    assert lint("SELECT ?x ?y { ?x cg:outcome ?y }", "", columns) == []
    assert lint("SELECT * { ?x cg:outcome ?y }", "", columns) == []


def test_lint_of_the_release():
    assert lint("SELECT ?x { ?x a cg:Case }", "", 'requires: ">=2.0"') == ["0:0 query-release"]
    assert lint("SELECT ?x { ?x a cg:Case }", "", 'requires: ">=1.0,<2.0"') == []


def test_lint_of_what_another_parser_cannot_read():
    assert lint("SELECT ?x { ?x a cg:Case LATERAL { ?x cg:level ?y } }") == ["5:26 query-syntax"]


@pytest.fixture
def retiring(tmp_path: Path) -> Release:
    """Release 1.0 with two terms retired."""
    ontology = tmp_path / "ontology"
    ontology.mkdir()
    for path in RELEASE.ontology.glob("*.ttl"):
        (ontology / path.name).symlink_to(path)
    retired = "outcome:retired_term owl:deprecated true . cg:oldProperty cg:replacedBy cg:outcome ."
    (ontology / "retired.ttl").write_text(PREFIXES.replace("PREFIX", "@prefix").replace(">\n", "> .\n") + retired)
    return Release("1.0", ontology, RELEASE.shapes)


def test_lint_of_retired_terms(retiring: Release):
    assert lint("SELECT ?x { ?x cg:outcome outcome:retired_term }", release=retiring) == ["5:27 query-retired-term"]
    [problem] = query.lint(saved(question("", "SELECT ?x { ?x cg:oldProperty ?y }")), retiring)
    assert problem.hint == f"use <{vocab.outcome}>"
    assert lint("SELECT ?x { ?x cg:outcome outcome:velocity }", release=retiring) == []


def test_an_undeclared_term_comes_with_its_nearest():
    [problem] = query.lint(saved(question("", "SELECT ?x { ?x cg:organizationName ?y }")), RELEASE)
    assert problem.hint == f"did you mean <{vocab.organisationName}>?"


# The examples that explain each code

EXAMPLES = sorted([*ROOT.glob("tests/examples/query-*.md"), ROOT / "tests/examples/bad-query-header.md"])
BLOCK = re.compile(r"^```(files|found)\n(.*?)^```$", re.S | re.M)


def found_in(block: str, release: Release, run: Callable[[str], Outcome]) -> list[Problem]:
    """Everything that is wrong with the file of a block, whose first line is its name."""
    file, _, text = block.partition("\n")
    found, problems = read_query(text, file)
    if found is None:
        return problems
    return [*problems, *query.lint(found, release), *query.differences(found, run, base=BASE)]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_examples(path: Path, run: Callable[[str], Outcome], retiring: Release):
    [(_, failing), (_, problems), (_, passing)] = BLOCK.findall(path.read_text(encoding="utf-8"))
    release = retiring if path.stem == "query-retired-term" else RELEASE
    found = found_in(failing, release, run)
    shown = [f"{each.span.line}:{each.span.column} {each.severity.label} {each.code}\n" for each in found]
    assert "".join(shown) == problems
    assert {each.code for each in found} == {path.stem}
    assert found_in(passing, release, run) == []


def test_every_code_of_queries_has_an_example():
    assert len(EXAMPLES) == 12


def test_failures_are_failures():
    assert all(issubclass(each, Failure) for each in (ParameterError, QueryMissing, QueryBroken, query.NotFound))
