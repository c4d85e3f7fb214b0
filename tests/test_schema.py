"""The JSON Schema for editors: takes every sound case file as a YAML parser gives it, refuses what kg refuses."""

import copy
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator, Draft202012Validator
from strategies import BASE, READER, RELEASE, SHAPE, VALUES, concepts, demonstration_cases, real_cases, texts

from kg import vocab
from kg.check import Checker
from kg.lexical import DATATYPES
from kg.problem import Severity
from kg.scaffold import new_case
from kg.schema import json_schema
from kg.shape import Field, Kind, RecordShape
from kg.triples import stated

SCHEMA = json_schema(RELEASE, SHAPE)
VALIDATOR = Draft7Validator(SCHEMA, format_checker=Draft7Validator.FORMAT_CHECKER)

Data = dict[str, Any]


# --- what a YAML parser makes of a file ----------------------------------------------------------------


class Yaml11(yaml.CSafeLoader):
    """YAML 1.1 without its dates, which JSON does not have."""


class Yaml12(yaml.CBaseLoader):
    """The core schema of YAML 1.2, which yaml-language-server reads by default."""


Yaml11.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in pairs if not tag.endswith(":timestamp")]
    for first, pairs in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}
for kind, pattern in {
    "null": "~|null|Null|NULL|",
    "bool": "true|True|TRUE|false|False|FALSE",
    "int": "[-+]?[0-9]+",
    "float": r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?",
}.items():
    Yaml12.add_implicit_resolver(f"tag:yaml.org,2002:{kind}", re.compile(f"(?:{pattern})$"), None)
Yaml12.add_constructor("tag:yaml.org,2002:null", lambda _loader, _node: None)
Yaml12.add_constructor("tag:yaml.org,2002:bool", lambda _loader, node: node.value.lower() == "true")
Yaml12.add_constructor("tag:yaml.org,2002:int", lambda _loader, node: int(node.value))
Yaml12.add_constructor("tag:yaml.org,2002:float", lambda _loader, node: float(node.value))

both_yamls = pytest.mark.parametrize("loader", [Yaml11, Yaml12])


def load(text: str, loader: type[yaml.Loader] = Yaml12) -> Data:
    return yaml.load(text.split("\n---", 1)[0], loader)


def faults(front: Data) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in VALIDATOR.iter_errors(front)]


@both_yamls
@demonstration_cases
def test_demonstration_case(path: Path, loader: type[yaml.Loader]):
    assert faults(load(path.read_text("utf-8"), loader)) == []


@both_yamls
@real_cases
def test_real_case(path: Path, loader: type[yaml.Loader]):
    assert faults(load(path.read_text("utf-8"), loader)) == []


def test_yaml_12_is_told_from_yaml_11():
    assert load("a: 08046\nb: no\nc:\nd: 1.0\ne: true\nf: x", Yaml12) == {
        "a": 8046, "b": "no", "c": None, "d": 1.0, "e": True, "f": "x",
    }  # fmt: skip
    assert load("a: 08046\nb: no\nd: 2026-01-01", Yaml11) == {"a": "08046", "b": False, "d": "2026-01-01"}


# --- what is refused -----------------------------------------------------------------------------------

SOUND = new_case(RELEASE, SHAPE, case_id="a", organisation="Harbour Line", title="Calls", today="2026-01-01")


def first(key: str) -> Callable[[Data], Data]:
    return lambda front: front[key][0]


def same(front: Data) -> Data:
    return front


BROKEN: dict[str, tuple[Callable[[Data], Data], Data]] = {
    "unknown key": (same, {"organization": "Harbour Line"}),
    "unknown key inside": (first("value_claims"), {"mechanisms": ["automation"]}),
    "null where a value is required": (same, {"organisation": None}),
    "blank where a text is required": (same, {"organisation": " "}),
    "no web address": (first("sources"), {"url": "harbour-line.example/report"}),
    "empty list where items are required": (first("value_claims"), {"source_ids": []}),
    "null where a term is required": (first("context_claims"), {"context_type": None}),
    "no id": (first("sources"), {"id": None}),
    "unknown term": (same, {"status": "completed"}),
    "unknown term in a list": (first("value_claims"), {"outcome": ["speed"]}),
    "null in a list": (first("value_claims"), {"outcome": ["velocity", None]}),
    "repeated item": (first("value_claims"), {"outcome": ["velocity", "velocity"]}),
    "too many items": (first("value_claims"), {"mechanism": ["automation", "augmentation", "innovation"]}),
    "one value where a list belongs": (first("value_claims"), {"source_ids": "S1"}),
    "a list where one value belongs": (first("value_claims"), {"cognitive_depth": ["predictive"]}),
    "a mapping where a list belongs": (same, {"sources": {"id": "S1"}}),
    "a text where a mapping belongs": (first("value_claims"), {"metric_raw": "33 %"}),
    "no date": (same, {"date_created": "January 2026"}),
    "no such day": (same, {"date_created": "2026-02-30"}),
    "no boolean": (first("sources"), {"is_multi_page": "maybe"}),
    "no count": (lambda front: front["verification_summary"]["value_claims"], {"total": "many"}),
    "no release": (same, {"ontology_metadata": {"tagged_date": "2026-01-01"}}),
    "no tagging record": (same, {"ontology_metadata": None}),
    "unknown release": (lambda front: front["ontology_metadata"], {"version_used": "0.3"}),
}


def test_the_sound_case_is_sound():
    assert faults(load(SOUND)) == []
    assert errors(load(SOUND)) == []


@pytest.mark.parametrize("name", BROKEN)
def test_broken_case(name: str):
    """One thing wrong: the schema points at one place, and kg has at least one error."""
    place, change = BROKEN[name]
    front = copy.deepcopy(load(SOUND))
    place(front).update(change)
    assert len({fault.partition(": ")[0] for fault in faults(front)}) == 1
    assert errors(front) != []


def errors(front: Data) -> list[str]:
    text = f"---\n{yaml.safe_dump(front, sort_keys=False)}---\n"
    case = READER.read(text.encode(), "case.md")
    assert case is not None
    found = list(case.problems)
    if case.record:
        found += Checker(READER.releases).check(case, stated(case, BASE), BASE)
    return [str(problem) for problem in found if problem.severity is Severity.ERROR]


# --- what it says of each key --------------------------------------------------------------------------


def fields(schema: Data, shape: RecordShape) -> Iterator[tuple[Field, Data]]:
    """Every field of every record, with its schema."""
    assert list(schema["properties"]) == list(shape.fields)
    for key, found in shape.fields.items():
        said = schema["properties"][key]
        yield found, said
        if found.record:
            yield from fields(said if found.single else said["items"], found.record)


FIELDS = list(fields(SCHEMA, SHAPE))
SCALARS = [(found, said if found.single else said["items"]) for found, said in FIELDS]
OF_DATATYPE = {found.datatype: said for found, said in reversed(SCALARS) if found.kind is Kind.LITERAL}


def test_it_is_a_schema_in_the_old_draft_and_the_new():
    Draft7Validator.check_schema(SCHEMA)
    Draft202012Validator.check_schema({**SCHEMA, "$schema": Draft202012Validator.META_SCHEMA["$schema"]})


def test_every_term_is_explained():
    listed = {found.target: said for found, said in SCALARS if found.kind is Kind.CONCEPT}
    assert len(listed) == 16
    for target, said in listed.items():
        terms = [term for term in said["enum"] if term is not None]
        assert terms == concepts(target)
        assert len(said["enum"]) == len(said["enumDescriptions"]) == len(said["markdownEnumDescriptions"])
        assert all(said["enumDescriptions"])


def test_every_property_of_ours_is_explained():
    ours = [(found, said) for found, said in FIELDS if found.path.startswith(vocab.CG)]
    assert len(ours) > 50
    assert [found.key for found, said in ours if not (said["title"] and said["description"])] == []


def test_what_is_required():
    required = {shape.name: record["required"] for shape, record in records(SCHEMA, SHAPE)}
    assert {name: keys for name, keys in required.items() if keys} == {
        "Case": ["case_id", "organisation", "title", "ontology_metadata"],
        "Source": ["id", "title"],
        "ValueClaim": [
            "id", "claim_title", "source_ids", "ai_attribution", "verification_status", "evidence_level",
        ],
        "ContextClaim": ["id", "context_type", "claim_title", "source_ids", "verification_status"],
        "TaggingRecord": ["version_used"],
            "Pending": ["field", "value"],
    }  # fmt: skip


def records(schema: Data, shape: RecordShape) -> Iterator[tuple[RecordShape, Data]]:
    yield shape, schema
    for found, said in fields(schema, shape):
        if found.record:
            yield found.record, said if found.single else said["items"]


@pytest.mark.parametrize("datatype", DATATYPES)
@given(st.data())
def test_a_text_is_taken_where_the_reader_takes_it(datatype: str, data: st.DataObject):
    text = data.draw(st.one_of(VALUES[datatype], texts(), st.sampled_from(SPELLINGS)))
    schema = {keyword: said for keyword, said in OF_DATATYPE[datatype].items() if keyword != "allOf"}  # rules apart
    validator = Draft7Validator(schema, format_checker=Draft7Validator.FORMAT_CHECKER)
    assert validator.is_valid(text) is (DATATYPES[datatype].canonical(text) is not None)


SPELLINGS = [
    "yes",
    "NO",
    "On",
    "tRUE",
    "1",
    "007",
    "+3",
    "-0",
    "1e3",
    ".5",
    "1.",
    "-0.0",
    ".",
    "2026-02-29",
    "2028-02-29",
]
