"""Every code has an example that fails and a mended twin that does not; every rule says what a person needs."""

import re
from collections import Counter
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import pytest
from rdflib import OWL, RDF, RDFS, SH, SKOS, Graph, Literal, URIRef
from rdflib.term import Node

from kg import codes, vocab
from kg.build.cases import problems_of, run_steps
from kg.case import Reader
from kg.check import ENGINES, Checker, shapes_of
from kg.explain import all_codes, explain, explanations
from kg.problem import Code, Failure, Severity
from kg.release import find_releases
from kg.workspace import Workspace
from kg.yamltree import Limits
from tests.material import CORPUS, DEMONSTRATION, ROOT, needs_corpus, real_files

RELEASES = find_releases()
RELEASE = RELEASES["1.0"]
KNOWN_BY = {code: release for release in reversed(RELEASES.values()) for code in all_codes(release)}
"""Each code, and the first release under which a problem can have it."""
FOLDER = ROOT / "tests/examples"
"""Every example is read as if it stood here, beside the captured texts in ``sources/text``."""
EXAMPLES = sorted(FOLDER.glob("*.md"), key=lambda path: path.stem)
INPUTS = Workspace(FOLDER, cases=[FOLDER]).inputs
CODE = URIRef(vocab.code)
KEY = URIRef(vocab.sh_codeIdentifier)
CONSTRAINTS = {
    SH[name]
    for name in (
        *("class", "datatype", "hasValue", "in", "lessThan", "lessThanOrEquals", "maxCount", "minCount", "node", "not"),
        *("and", "or", "xone", "equals", "disjoint", "maxLength", "minLength", "maxInclusive", "minInclusive"),
        *("maxExclusive", "minExclusive", "nodeKind", "pattern", "qualifiedValueShape", "sparql", "uniqueLang"),
    )
}
COMMENT = re.compile(r"<!-- (needs|limits): (\S+) -->\n")
BLOCK = re.compile(r"^```(yaml|text|files|problems)\n(.*?)^```\n", re.S | re.M)


@dataclass(frozen=True)
class Example:
    """One file of tests/examples: what is wrong, and the same mended."""

    code: str
    prose: str
    needs_build: bool
    limits: Limits
    fails: bytes
    problems: str
    passes: bytes


def read_example(path: Path) -> Example:
    text = path.read_text(encoding="utf-8")
    settings = dict(COMMENT.findall(text))
    name, count = settings.get("limits", "bytes=5000000").split("=")
    heading, fails, passes = re.split("^## (?:Fails|Passes)\n", text, flags=re.M)
    [code] = re.findall("^# (.+)\n", heading, re.M)
    [(kind, before), *rest] = BLOCK.findall(fails)
    [(twin, after)] = BLOCK.findall(passes)
    assert twin == kind
    return Example(
        code=code,
        prose=heading.partition(f"# {code}\n")[2].strip(),
        needs_build=settings.get("needs") == "build",
        limits=Limits(**{name: int(count)}),
        fails=as_bytes(before, kind),
        problems=dict(rest).get("problems", ""),
        passes=as_bytes(after, kind),
    )


def as_bytes(text: str, kind: str) -> bytes:
    r"""A block as a file; in a block of the kind ``text``, \xNN stands for a byte."""
    if kind != "text":
        return text.encode()
    return re.sub(rb"\\x([0-9a-f]{2})", lambda found: bytes.fromhex(found[1].decode()), text.encode())


READ_ALONE = [path for path in EXAMPLES if not read_example(path).needs_build]
NEED_A_BUILD = [path for path in EXAMPLES if read_example(path).needs_build]


def lines(raw: bytes, limits: Limits) -> str:
    found = problems_of(raw, "case.md", FOLDER, replace(INPUTS, limits=limits, target=stated_by(raw)))
    return "".join(f"{each.span.line}:{each.span.column} {each.severity.label} {each.code}\n" for each in found)


def stated_by(raw: bytes) -> str:
    """The release that an example is written for."""
    case = Reader(RELEASES).read(raw, "case.md")
    return (case.release if case else "") or RELEASE.version


def by_stem(path: Path) -> str:
    return path.stem


def test_every_code_has_an_example():
    assert [path.stem for path in EXAMPLES] == sorted(KNOWN_BY)
    assert len(READ_ALONE) > 90


def test_every_code_of_python_is_explained():
    reported = [code for code in vars(codes).values() if isinstance(code, Code)]
    assert len(reported) > 30
    assert {(code.name, code.severity) for code in reported} <= {
        (each.code, each.severity) for each in explanations(RELEASE).values()
    }


@pytest.mark.parametrize("path", EXAMPLES, ids=by_stem)
def test_example_is_whole(path: Path):
    example = read_example(path)
    assert example.code == path.stem
    assert len(example.prose) > 60
    assert example.fails != example.passes


@pytest.mark.parametrize("path", READ_ALONE, ids=by_stem)
def test_example_fails_as_it_says(path: Path):
    example = read_example(path)
    assert lines(example.fails, example.limits) == example.problems
    severity = explain(example.code, KNOWN_BY[example.code]).severity.label
    assert f" {severity} {example.code}\n" in example.problems


@pytest.mark.parametrize("path", READ_ALONE, ids=by_stem)
def test_mended_twin_passes(path: Path):
    example = read_example(path)
    assert lines(example.passes, example.limits) == ""


@pytest.mark.slow
def test_engines_agree_on_the_examples():
    engines = [Checker(RELEASES, engine) for engine in ENGINES]
    compared = 0
    for example in map(read_example, READ_ALONE):
        case = Reader(RELEASES, example.limits).read(example.fails, "case.md")
        if case and case.record:
            work = run_steps(case, INPUTS, FOLDER)
            fast, reference = (engine.results(case, [*work.stated, *work.derived]) for engine in engines)
            assert fast == reference, example.code
            compared += 1
    assert compared > 80


@pytest.mark.parametrize("path", NEED_A_BUILD, ids=by_stem)
def test_example_that_needs_a_build_says_which_files(path: Path):
    example = read_example(path)
    assert example.fails.strip()
    assert not example.problems


# --- Rules: what their shapes have to say ---------------------------------------------------------------


@cache
def shapes(version: str) -> Graph:
    return Graph().parse(data=shapes_of(RELEASES[version]), format="nt")


def rules(version: str) -> list[Node]:
    graph = shapes(version)
    return sorted(each for each in set(graph.subjects(CODE)) if (each, KEY, None) not in graph)


RULES = [
    pytest.param(version, rule, id=f"{version} {rule.split('#')[-1]}")
    for version in RELEASES
    for rule in rules(version)
    if version == "1.0" or rule not in rules("1.0") or {*shapes(version)[rule]} != {*shapes("1.0")[rule]}
]
"""Every rule of the first release, and those that a later one has changed or added."""


@pytest.mark.parametrize(("version", "rule"), RULES)
def test_rule_is_whole(version: str, rule: Node):
    graph = shapes(version)
    assert (rule, RDF.type, SH.PropertyShape) in graph
    assert list(graph.subjects(SH.property, rule))
    assert len([each for each in graph.predicates(rule) if each in CONSTRAINTS]) == 1
    for predicate in (CODE, SH.path, SH.severity, SH.message, RDFS.comment, URIRef(vocab.mend)):
        assert len(list(graph.objects(rule, predicate))) == 1, predicate
    assert isinstance(graph.value(rule, SH.path), URIRef)
    message = graph.value(rule, SH.message)
    assert isinstance(message, Literal)
    assert message.language is None
    assert not message.endswith(".")
    assert re.fullmatch("[a-z]+(-[a-z]+)*", str(graph.value(rule, CODE)))


@pytest.mark.parametrize("version", RELEASES)
def test_shapes_that_share_a_code_share_its_severity_and_one_example(version: str):
    graph = shapes(version)
    codes_of_rules = {str(code) for code in graph.objects(None, CODE)}
    assert len(codes_of_rules) > 50
    for code in codes_of_rules:
        same = list(graph.subjects(CODE, Literal(code)))
        assert len({graph.value(shape, SH.severity) for shape in same}) == 1, code
        assert len([shape for shape in same if (shape, SKOS.example, None) in graph]) == 1, code


@pytest.mark.parametrize("version", RELEASES)
def test_every_shape_of_a_property_is_a_field_or_a_rule(version: str):
    graph = shapes(version)
    targets = {*graph.subjects(SH.targetClass), *graph.subjects(SH.targetSubjectsOf)}
    attached = {shape for target in targets for shape in graph.objects(target, SH.property)}
    fields = set(graph.subjects(KEY))
    assert attached == fields | set(rules(version))


@pytest.mark.parametrize("version", RELEASES)
def test_queries_of_rules_name_what_is_declared(version: str):
    ontology = Graph()
    for folder in ("system", *(each for each in RELEASES if RELEASES[each].order <= RELEASES[version].order)):
        for path in sorted((ROOT / "ontology" / folder).glob("*.ttl")):
            ontology.parse(path)
    graph = shapes(version)
    queries = list(graph.objects(None, SH.select))
    assert len(queries) > 10
    namespaces = {
        str(graph.value(each, SH.prefix)): str(graph.value(each, SH.namespace)) for each in declarations(graph)
    }
    used = {pair for query in queries for pair in re.findall(r"([a-z-]+):(\w+)", query)}
    assert {prefix for prefix, _ in used} == set(namespaces)
    terms = {URIRef(namespaces[prefix] + name) for prefix, name in used}
    assert [term for term in terms if not is_declared(term, ontology)] == []


def declarations(graph: Graph) -> list[Node]:
    return list(graph.objects(None, SH.declare))


def is_declared(term: URIRef, ontology: Graph) -> bool:
    kinds = {OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, SKOS.Concept}
    return bool(kinds & set(ontology.objects(term, RDF.type)))


# --- kg.explain -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", KNOWN_BY)
def test_code_is_explained(code: str):
    explanation = explain(code, KNOWN_BY[code])
    for text in (explanation.title, explanation.meaning, explanation.mend, explanation.example):
        assert text.strip()


def test_an_unknown_term_is_explained_by_its_vocabulary():
    explanation = explain("unknown-verification-status", RELEASE)
    assert explanation.severity is Severity.ERROR
    assert "of a value claim, needs_review, verified, rejected" in explanation.mend
    assert "of a context claim, verified, unverified, inferred" in explanation.mend


def test_an_unknown_code_names_the_nearest():
    with pytest.raises(Failure, match="there is no code missing_titel; did you mean missing-title"):
        explain("missing_titel", RELEASE)
    with pytest.raises(Failure, match="kg explain lists all codes"):
        explain("zzz", RELEASE)


# --- docs/reference/problem-counts.md -------------------------------------------------------------------


def counts(folder: Path) -> dict[tuple[str, str], tuple[int, int]]:
    """How many problems of each code and severity the cases of a folder have, and in how many of them."""
    total: Counter[tuple[str, str]] = Counter()
    cases: Counter[tuple[str, str]] = Counter()
    inputs = Workspace(folder, cases=[folder]).inputs
    for path in folder.glob("*/casefile.md"):
        found = problems_of(path.read_bytes(), path.name, path.parent, inputs)
        kinds = [(each.code, each.severity.label) for each in found]
        total.update(kinds)
        cases.update(set(kinds))
    return {kind: (total[kind], cases[kind]) for kind in total}


def counts_of_the_docs(column: int) -> dict[tuple[str, str], tuple[int, int]]:
    text = (ROOT / "docs/reference/problem-counts.md").read_text(encoding="utf-8")
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in re.findall(r"^\| [a-z].*", text, re.M)]
    table = {(row[0], row[1]): (int(row[column]), int(row[column + 1])) for row in rows if row[0] != "code"}
    assert len(table) > 10
    return {kind: both for kind, both in table.items() if both != (0, 0)}


def test_counts_of_the_demonstration_cases():
    assert counts(DEMONSTRATION) == counts_of_the_docs(4)


@needs_corpus
def test_counts_of_the_real_cases():
    assert len(real_files()) == 117
    assert counts(CORPUS) == counts_of_the_docs(2)
