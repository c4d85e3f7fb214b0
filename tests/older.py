"""A release 0.3 as it might have been, and files of it: made of release 1.0 and its files, line by line.

Nothing here uses the code that migrates.
"""

import re
import shutil
from pathlib import Path

from tests.material import ROOT

MIGRATION = ROOT / "tests/data/0.3-1.0.yaml"
DEPTHS = ("generative", "autonomous")

_FIELDS = {
    '"evidence_level" ; sh:order 11 ; sh:path cg:evidenceLevel ; sh:class cg:EvidenceLevel': (
        '"evidence_type" ; sh:order 11 ; sh:path cg:evidenceType ; sh:class cg:EvidenceType'
    ),
    "sh:path cg:metricType ; sh:class cg:MetricType": "sh:path cg:metricType ; sh:datatype xsd:string",
    "sh:path cg:relatedUrl ; sh:datatype xsd:anyURI": (
        "sh:path cg:relatedPage ; sh:class cg:RelatedUrl ; cg:embeds true"
    ),
}
_RELATED = """
cgs:RelatedUrl a sh:NodeShape ; sh:targetClass cg:RelatedUrl ; cg:iriTemplate "{record}/related/{url}" ;
    sh:property cgs:RelatedUrl-url , cgs:RelatedUrl-title .
cgs:RelatedUrl-url sh:codeIdentifier "url" ; sh:order 1 ;
    sh:path cg:relatedUrl ; sh:datatype xsd:anyURI ; sh:maxCount 1 .
cgs:RelatedUrl-title sh:codeIdentifier "title" ; sh:order 2 ;
    sh:path dcterms:title ; sh:datatype xsd:string ; sh:maxCount 1 .
"""
_TERMS = {
    "evidence-type": ("EvidenceType", ("outcome_validation", "method_validation")),
    "cognitive-depth": ("CognitiveDepth", ("generative_autonomous",)),
    "outcome": ("Outcome", ("innovation",)),
    "source-type": (
        "SourceType",
        ("organisation_itself", "major_consultancy", "technology_provider", "academic_governmental"),
    ),
    "source-grade": ("SourceGrade", ("primary", "secondary_high", "secondary_low")),
}


def make_release(root: Path) -> None:
    """Release 0.3 and the migration from it to 1.0, in a workspace."""
    ontology, shapes, migrations = (root / each for each in ("ontology/0.3", "shapes/0.3", "ontology/migrations"))
    for folder in (ontology, shapes, migrations):
        folder.mkdir(parents=True)
    shutil.copyfile(ROOT / "ontology/1.0/ontology.ttl", ontology / "ontology.ttl")
    (ontology / "terms.ttl").write_text(_terms(), encoding="utf-8")
    for path in sorted((ROOT / "shapes/1.0").glob("*.ttl")):
        if not path.name.startswith("rules-"):
            (shapes / path.name).write_text(_shapes(path), encoding="utf-8")
    shutil.copyfile(MIGRATION, migrations / MIGRATION.name)


def _shapes(path: Path) -> str:
    """The fields of release 0.3: those of 1.0, four of them different."""
    text = path.read_text(encoding="utf-8")
    if path.name in ("value-claim.ttl", "source.ttl"):
        for old, new in _FIELDS.items():
            text = text.replace(old, new)
    if path.name == "source.ttl":
        text += _RELATED
    if path.name == "concepts.ttl":
        text += "cg:EvidenceType cg:conceptScheme <https://w3id.org/casegraph/evidence-type> .\n"
    return text


def _terms() -> str:
    lines = [
        f'<https://w3id.org/casegraph/{scheme}/{term}> a skos:Concept, cg:{kind} ; skos:notation "{term}" ;'
        f" skos:inScheme <https://w3id.org/casegraph/{scheme}> ."
        for scheme, (kind, terms) in _TERMS.items()
        for term in terms
    ]
    prefixes = (
        "@prefix cg: <https://w3id.org/casegraph/ontology#> .\n@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
    )
    return prefixes + "\n".join(lines) + "\n"


def down(text: str) -> str:
    """A file of release 1.0, in PyYAML's style, as it would have been written for release 0.3."""
    head, front, body = text.split("---\n", 2)
    lines: list[str] = []
    key = ""
    source = 0
    for line in front.splitlines():
        found = re.match(r"( *)([a-z_]+):", line)
        key = found[2] if found else key
        lines += _down(line, key, source)
        source += key == "related_urls"
    return f"{head}---\n" + "".join(f"{line}\n" for line in lines) + f"---\n{body}"


_VALUES = {
    "  evidence_level: outcome": "  evidence_type: outcome_validation",
    "  evidence_level: adoption": "  evidence_type: outcome_validation",
    "  evidence_level: method": "  evidence_type: method_validation",
    "  cognitive_depth: generative": "  cognitive_depth: generative_autonomous",
    "  cognitive_depth: autonomous": "  cognitive_depth: generative_autonomous",
    "    metric_type: absolute_value": "    metric_type: currency",
    "    metric_type: ratio": "    metric_type: time",
    "  ontology_version: '1.0'": "  ontology_version: '0.3'",
    "  version_used: '1.0'": "  version_used: '0.3'",
}
KINDS = ("organisation_itself", "major_consultancy", "technology_provider", "academic_governmental", "secondary", "")
GRADES = ("primary", "secondary_high", "secondary_low", "")


def _down(line: str, key: str, source: int) -> list[str]:
    if line in _VALUES:
        return [_VALUES[line]]
    if key == "outcome" and line == "  - business_growth":
        return ["  - innovation"]
    if key == "related_urls" and line == "  related_urls: []":
        return [*_related(source), *_kinds(source)]
    if key == "related_urls" and line.startswith("  - "):
        return [f"  - url: {line[4:]}"]
    return [] if re.match("  (?:type|grade):", line) else [line]


def _related(source: int) -> list[str]:
    if source % 2:
        return ["  related_urls: []"]
    pages = [f"https://pages.example/{source}/{number}" for number in range(source % 3)]
    if not pages:
        return ["  related_urls: []"]
    return ["  related_urls:", *(line for page in pages for line in (f"  - url: {page}", "    title: A page nearby"))]


def _kinds(source: int) -> list[str]:
    kind, grade = KINDS[source % len(KINDS)], GRADES[source % len(GRADES)]
    return [f"  type: {kind or 'null'}", f"  grade: {grade or 'null'}"]
