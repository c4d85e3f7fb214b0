"""What differs between two releases, told by its meaning; and the step of the version number that it demands."""

# ruff: noqa: E501  (Turtle, a statement on a line)

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg import vocab
from kg.bump import least_version
from kg.migrate.operation import Merge, MoveField, Rename, RenameProperty, Split
from kg.migrate.subject import FieldName
from kg.migrate.succession import successors
from kg.ontology import Bump, ChangeKind, Difference, bump_between, difference
from kg.ontology.questions import questions
from kg.ontology.report import as_json, markdown
from kg.release import find_releases
from tests.test_ontology_releases import NEXT, SHIPPED, write_release

TERM = """mechanism:{name} a skos:Concept, cg:Mechanism ; skos:prefLabel "{name}"@en ; skos:definition "It does."@en ;
    skos:example "So."@en ; skos:notation "{name}" ; skos:inScheme <https://w3id.org/casegraph/mechanism> ;
    skos:topConceptOf <https://w3id.org/casegraph/mechanism> ; rdfs:isDefinedBy <https://w3id.org/casegraph/ontology> ."""
RETIRED = """mechanism:innovation a skos:Concept ; skos:prefLabel "innovation"@en ; skos:notation "innovation" ;
    skos:inScheme <https://w3id.org/casegraph/mechanism> ; owl:deprecated true {after} ."""
REVISED = "THIS cg:revises mechanism:innovation ."
FIELD = '{shape} sh:codeIdentifier "{key}" ; sh:order {order} ; sh:path {path} ; {rest} .'
RULE = """cgs:Case sh:property cgs:new-rule .
cgs:new-rule a sh:PropertyShape ; cg:code "new-rule" ; sh:severity sh:{severity} ; sh:path cg:reviewFlag ; sh:minCount 1 ; sh:message "x" ; rdfs:comment "y"@en ; cg:mend "z"@en ."""
TITLE = """cgs:missing-title a sh:PropertyShape ;
    cg:code "missing-title" ; sh:severity sh:{severity} ; sh:path dcterms:title ; sh:minCount {least} ;
    sh:message "{message}" ; {words} ."""
WORDS = " ; ".join(
    f"{triple.predicate} {triple.object}"
    for triple in SHIPPED["1.0"].case_shapes[vocab.CASEGRAPH + "shapes#missing-title"]
    if triple.predicate.value in (vocab.rdfs_comment, vocab.mend, vocab.skos_example)
)
TITLED = "THIS cg:revises cgs:missing-title ."
FLAGS = "cgs:Case-review_flags"


def title(severity: str, least: int, message: str) -> str:
    """The rule that asks for a title, in other words or with other demands."""
    return TITLE.format(severity=severity, least=least, message=message, words=WORDS)


def found(root: Path, **said: str) -> Difference:
    write_release(root, **said)
    return difference(SHIPPED["1.0"], find_releases((root,))[NEXT])


def lines(difference: Difference) -> list[str]:
    return [f"{change.bump.label} {change.kind} {change.line}" for change in difference.changes]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        pytest.param({"terms": TERM.format(name="reuse")}, ["minor added term mechanism/reuse"], id="a new term"),
        pytest.param(
            {"terms": RETIRED.format(after=""), "header": REVISED},
            ["major retired term mechanism/innovation"],
            id="a retired term",
        ),
        pytest.param(
            {"header": "THIS cg:drops mechanism:innovation ."}, ["major retired term mechanism/innovation"], id="dropped"
        ),
        pytest.param(
            {"terms": TERM.format(name="novelty") + RETIRED.format(after="; cg:replacedBy mechanism:novelty"), "header": REVISED},
            ["major renamed term mechanism/innovation → mechanism/novelty"],
            id="a renamed term",
        ),
        pytest.param(
            {"terms": RETIRED.format(after="; dcterms:isReplacedBy mechanism:augmentation"), "header": REVISED},
            ["major merged term mechanism/innovation → mechanism/augmentation"],
            id="a merged term",
        ),
        pytest.param(
            {
                "terms": TERM.format(name="product") + TERM.format(name="service")
                + RETIRED.format(after="; cg:replacedBy mechanism:product, mechanism:service"),
                "header": REVISED,
            },
            [
                "major split term mechanism/innovation → mechanism/product, mechanism/service",
                "minor added term mechanism/product",
                "minor added term mechanism/service",
            ],
            id="a split term",
        ),
        pytest.param(
            {
                "terms": TERM.format(name="innovation").replace("mechanism:innovation", "outcome:innovation")
                .replace("cg:Mechanism", "cg:Outcome").replace("graph/mechanism>", "graph/outcome>")
                + RETIRED.format(after="; cg:replacedBy outcome:innovation"),
                "header": REVISED,
            },
            ["major moved term mechanism/innovation → outcome/innovation"],
            id="a moved term",
        ),
        pytest.param(
            {"terms": 'mechanism:innovation skos:altLabel "novelty"@en .'},
            ["patch relabelled term mechanism/innovation: skos:altLabel"],
            id="a relabelled term",
        ),
        pytest.param(
            {"terms": "cg:narrative rdfs:domain cg:Claim ."},
            ["major narrowed property cg:narrative: rdfs:domain +cg:Claim"],
            id="a narrower domain",
        ),
        pytest.param(
            {"terms": "mechanism:innovation a cg:Outcome ."},
            ["minor widened term mechanism/innovation: rdf:type +cg:Outcome"],
            id="a term of one more class",
        ),
        pytest.param(
            {"terms": "mechanism:innovation skos:broader mechanism:optimization ."},
            ["minor moved term mechanism/innovation: skos:broader +mechanism/optimization"],
            id="a term below another",
        ),
        pytest.param(
            {
                "terms": 'cg:team a owl:DatatypeProperty ; rdfs:label "team"@en .',
                "shapes": "cgs:Case sh:property cgs:Case-team . "
                + FIELD.format(shape="cgs:Case-team", key="team", order=50, path="cg:team", rest="sh:datatype xsd:string"),
            },
            ["minor added field Case.team", "minor added property cg:team"],
            id="a new field",
        ),
        pytest.param(
            {
                "shapes": FIELD.format(
                    shape=FLAGS, key="flags", order=14, path="cg:reviewFlag", rest="sh:datatype xsd:string"
                ),
                "header": f"THIS cg:revises {FLAGS} .",
            },
            ["major renamed field Case.review_flags → Case.flags"],
            id="a renamed key",
        ),
        pytest.param(
            {
                "shapes": "cgs:TaggingRecord sh:property cgs:flags . "
                + FIELD.format(shape="cgs:flags", key="review_flags", order=9, path="cg:reviewFlag", rest="sh:datatype xsd:string"),
                "header": f"THIS cg:drops {FLAGS} .",
            },
            ["major moved field Case.review_flags → TaggingRecord.review_flags"],
            id="a moved field",
        ),
        pytest.param(
            {
                "shapes": FIELD.format(
                    shape=FLAGS, key="review_flags", order=14, path="cg:reviewFlag", rest="sh:datatype xsd:string ; sh:maxCount 1"
                ),
                "header": f"THIS cg:revises {FLAGS} .",
            },
            ["major narrowed field Case.review_flags: one value instead of a list"],
            id="one value instead of a list",
        ),
        pytest.param(
            {
                "shapes": FIELD.format(
                    shape="cgs:Case-title", key="title", order=3, path="dcterms:title", rest="sh:datatype xsd:string"
                ),
                "header": "THIS cg:revises cgs:Case-title .",
            },
            ["minor widened field Case.title: a list instead of one value"],
            id="a list instead of one value",
        ),
        pytest.param(
            {
                "shapes": FIELD.format(
                    shape="cgs:Case-title", key="title", order=3, path="dcterms:title", rest="sh:datatype xsd:anyURI ; sh:maxCount 1"
                ),
                "header": "THIS cg:revises cgs:Case-title .",
            },
            ["major narrowed field Case.title: xsd:string → xsd:anyURI"],
            id="another datatype",
        ),
        pytest.param(
            {
                "shapes": FIELD.format(
                    shape="cgs:Case-title", key="title", order=3.5, path="cg:organisationName",
                    rest="sh:datatype xsd:string ; sh:maxCount 1 ; sh:maxLength 80",
                ),
                "header": "THIS cg:revises cgs:Case-title .",
            },
            [
                "major narrowed field Case.title: its shape asks for something else",
                "major changed field Case.title: dcterms:title → cg:organisationName",
                "patch changed field Case.title: another place in the order of keys",
            ],
            id="another property, place and limit",
        ),
        pytest.param(
            {"shapes": 'cgs:Case cg:iriTemplate "dossier/{case_id}" .', "header": "THIS cg:revises cgs:Case ."},
            None,
            id="a shape revised without its fields",
        ),
        pytest.param(
            {"shapes": RULE.format(severity="Info")}, ["minor added rule new-rule: asked for (info)"], id="a new hint"
        ),
        pytest.param(
            {"shapes": RULE.format(severity="Violation")},
            ["major narrowed rule new-rule: asked for (violation)"],
            id="a new obligation",
        ),
        pytest.param(
            {"header": "THIS cg:drops cgs:missing-title ."},
            ["minor widened rule missing-title: no longer asked for"],
            id="a rule less",
        ),
        pytest.param(
            {"shapes": title("Violation", 1, "no title"), "header": TITLED},
            ["patch relabelled rule missing-title"],
            id="other words of a rule",
        ),
        pytest.param(
            {"shapes": title("Warning", 1, "there is no title"), "header": TITLED},
            ["minor widened rule missing-title: violation → warning"],
            id="a milder rule",
        ),
        pytest.param(
            {"shapes": title("Violation", 2, "there is no title"), "header": TITLED},
            ["major changed rule missing-title: asks for something else"],
            id="an obligation that asks for something else",
        ),
        pytest.param(
            {"shapes": "cgs:Metric sh:property cgs:missing-title ."},
            ["major changed rule missing-title: asks for something else"],
            id="an obligation of one more kind of record",
        ),
        pytest.param(
            {"shapes": "cgs:OneLine sh:not [ sh:pattern \"\\\\r\" ] ."},
            [
                f"minor changed rule odd-id-of-{kind}: asks for something else"
                for kind in ("context-claim", "source", "value-claim")
            ],
            id="a shape that rules refer to",
        ),
    ],
)  # fmt: skip
def test_one_change(tmp_path: Path, said: dict[str, str], expected: list[str] | None):
    if expected is None:
        with pytest.raises(Exception, match=r"cg:Case|no node shape"):
            found(tmp_path, **said)
    else:
        assert lines(found(tmp_path, **said)) == expected


def test_a_record_of_a_new_kind_may_be_asked_for_anything(tmp_path: Path):
    shapes = """cgs:Case sh:property cgs:Case-team .
cgs:Case-team sh:codeIdentifier "team" ; sh:order 50 ; sh:path cg:team ; sh:class cg:Team ; cg:embeds true ; sh:maxCount 1 .
cgs:Team a sh:NodeShape ; sh:targetClass cg:Team ; cg:iriTemplate "{record}/team" ; sh:property cgs:Team-lead, cgs:no-lead .
cgs:Team-lead sh:codeIdentifier "lead" ; sh:order 1 ; sh:path cg:lead ; sh:datatype xsd:string ; sh:maxCount 1 .
cgs:no-lead a sh:PropertyShape ; cg:code "no-lead" ; sh:severity sh:Violation ; sh:path cg:lead ; sh:minCount 1 ; sh:message "x" ."""
    difference = found(tmp_path, shapes=shapes)
    assert difference.demanded is Bump.MINOR
    assert "minor added rule no-lead: asked for (violation)" in lines(difference)
    assert "minor added record Team" in lines(difference)


def test_what_the_migration_says_explains_what_the_release_does_not(tmp_path: Path):
    write_release(tmp_path, terms=TERM.format(name="novelty"), header="THIS cg:drops mechanism:innovation .")
    old, new = SHIPPED["1.0"], find_releases((tmp_path,))[NEXT]
    assert lines(difference(old, new)) == [
        "major retired term mechanism/innovation",
        "minor added term mechanism/novelty",
    ]
    said = successors([Rename("mechanism", "innovation", "novelty")])
    assert lines(difference(old, new, said)) == ["major renamed term mechanism/innovation → mechanism/novelty"]


def test_what_nothing_says_is_asked(tmp_path: Path):
    terms = TERM.format(name="innovations") + TERM.format(name="reuse")
    [question] = questions(found(tmp_path, terms=terms, header="THIS cg:drops mechanism:innovation ."))
    assert question.retired.name == "mechanism/innovation"
    assert [each.name for each in question.added] == ["mechanism/innovations", "mechanism/reuse"]


def test_nothing_is_asked_where_all_is_said():
    assert list(questions(difference(SHIPPED["1.0"], SHIPPED["1.1"]))) == []


def test_successors_lead_through_all_operations():
    title = FieldName("Case", "title")
    operations = [
        Merge("outcome", ("a", "b"), "b"),
        Rename("outcome", "b", "c"),
        Split("outcome", "c", ("d", "e")),
        RenameProperty(title, "name"),
        MoveField(FieldName("Case", "name"), FieldName("Label", "name")),
    ]
    assert successors(operations) == {
        "outcome/a": ("outcome/d", "outcome/e"),
        "outcome/b": ("outcome/d", "outcome/e"),
        "outcome/c": ("outcome/d", "outcome/e"),
        "Case.title": ("Label.name",),
        "Case.name": ("Label.name",),
    }


# --- The step that a difference demands ----------------------------------------------------------------


VERSIONS = st.tuples(*(st.integers(0, 30),) * 3).map(lambda parts: ".".join(map(str, parts)))


@given(VERSIONS, st.sampled_from([Bump.PATCH, Bump.MINOR, Bump.MAJOR]))
def test_the_least_version_takes_the_step(version: str, bump: Bump):
    assert bump_between(version, least_version(version, bump)) is bump
    assert bump_between(least_version(version, bump), version) is Bump.NONE


EDITS = [
    ("terms", TERM.format(name="reuse"), Bump.MINOR),
    ("terms", 'mechanism:automation skos:altLabel "by machine"@en .', Bump.PATCH),
    ("terms", 'mechanism:augmentation skos:altLabel "with a machine"@en .', Bump.PATCH),
    ("shapes", RULE.format(severity="Warning"), Bump.MINOR),
    ("header", "THIS cg:drops cgs:missing-status .", Bump.MINOR),
    ("header", "THIS cg:drops mechanism:innovation .", Bump.MAJOR),
    ("header", "THIS cg:drops cgs:Case-confidence .", Bump.MAJOR),
]


@settings(max_examples=30, deadline=None)
@given(chosen=st.sets(st.sampled_from(range(len(EDITS)))))
def test_several_changes_demand_what_the_worst_of_them_demands(
    tmp_path_factory: pytest.TempPathFactory, chosen: set[int]
):
    said = {"terms": "", "shapes": "", "header": ""}
    for place, text, _ in (EDITS[index] for index in sorted(chosen)):
        said[place] += text + "\n"
    difference = found(tmp_path_factory.mktemp("release"), **said)
    assert difference.demanded is max((EDITS[index][2] for index in chosen), default=Bump.NONE)
    assert len(difference.changes) == len(chosen)


def test_a_smaller_step_is_refused(tmp_path: Path):
    write_release(tmp_path, version="1.0.1", terms=TERM.format(name="reuse"))
    made = find_releases((tmp_path,))["1.0.1"]
    [refusal] = difference(SHIPPED["1.0"], made).refusals
    assert refusal == (
        "1.0 to 1.0.1 is a patch step, and the changes demand a minor one (1.1 or later), "
        "such as added term mechanism/reuse"
    )


def test_a_release_may_not_call_itself_compatible_when_it_is_not(tmp_path: Path):
    header = """THIS cg:drops mechanism:innovation .
<https://w3id.org/casegraph/ontology> owl:backwardCompatibleWith <https://w3id.org/casegraph/ontology/1.0> ."""
    assert found(tmp_path, header=header).refusals == [
        f"{NEXT} says owl:backwardCompatibleWith 1.0; it is owl:incompatibleWith it"
    ]


# --- The shipped releases ------------------------------------------------------------------------------


def test_release_1_1_asks_for_more_and_breaks_nothing():
    difference_ = difference(SHIPPED["1.0"], SHIPPED["1.1"])
    assert difference_.demanded is Bump.MINOR
    assert [change.name for change in difference_.of(ChangeKind.ADDED)] == [
        "ContextClaim.quote_location",
        "ContextClaim.quote_source_id",
        "missing-quote-source",
        "missing-quote-source-of-context-claim",
        "wrong-case-evidence-level",
    ]
    assert difference_.is_said_compatible


def test_release_2_0_names_processes_by_id():
    difference_ = difference(SHIPPED["1.1"], SHIPPED["2.0"])
    assert [line for line in lines(difference_) if line.startswith("major")] == [
        "major merged field ContextClaim.apqc_code → ContextClaim.process",
        "major merged field ContextClaim.apqc_name → ContextClaim.process",
        "major merged property cg:ontologyVersion → cg:versionUsed",
        "major merged property cg:statedProcessCode → cg:processReference",
        "major merged property cg:statedProcessName → cg:processReference",
        "major retired field ValueClaim.ontology_version",
    ]
    assert not difference_.is_said_compatible


def test_reports():
    found = difference(SHIPPED["1.1"], SHIPPED["2.0"])
    text = markdown(found)
    assert text.startswith(
        "# Release 1.1 → 2.0\n\nThe changes demand a major step; this is a major one, which is enough.\n"
    )
    assert text.count("\n- **") == len(found.changes)
    said = json.loads(as_json(found))
    assert (said["demanded"], said["taken"], said["refusals"]) == ("major", "major", [])
    assert said["changes"][0] == {
        "kind": "merged",
        "what": "field",
        "name": "ContextClaim.apqc_code",
        "bump": "major",
        "to": ["ContextClaim.process"],
        "note": "",
    }
    assert markdown(difference(SHIPPED["1.0"], SHIPPED["1.0"])) == "# Release 1.0 → 1.0\n\nNothing differs.\n"
