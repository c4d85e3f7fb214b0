"""Writes the files that are generated from ontology and shapes; ``--check`` fails where one is out of date.

python tools/generate.py            write
python tools/generate.py --check    compare only (what CI runs)
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from kg.release import VERSION, Facts, find_releases, read_facts, turtle_files

ROOT = Path(__file__).resolve().parent.parent
CG = "https://w3id.org/casegraph/ontology#"
PROBLEM = "https://w3id.org/casegraph/problem/"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"

EXTERNAL = {
    "rdf": (RDF, "type"),
    "rdfs": ("http://www.w3.org/2000/01/rdf-schema#", "comment domain label range subClassOf subPropertyOf"),
    "xsd": ("http://www.w3.org/2001/XMLSchema#", "string anyURI boolean date decimal hexBinary integer dateTime"),
    "sh": (
        "http://www.w3.org/ns/shacl#",
        (
            "class codeIdentifier datatype declare equals lessThan lessThanOrEquals maxCount message minCount "
            "namespace order path prefix prefixes property select severity sparql targetClass Info Violation "
            "Warning ClassConstraintComponent MaxCountConstraintComponent MinCountConstraintComponent "
            "SPARQLConstraintComponent"
        ),
    ),
    "skos": (
        "http://www.w3.org/2004/02/skos/core#",
        (
            "Concept ConceptScheme altLabel broadMatch broader changeNote closeMatch definition exactMatch example "
            "inScheme notation prefLabel"
        ),
    ),
    "dcterms": (
        "http://purl.org/dc/terms/",
        "conformsTo created description hasPart identifier isReplacedBy license modified publisher rights title",
    ),
    "cito": ("http://purl.org/spar/cito/", "citesAsEvidence"),
    "dcat": (
        "http://www.w3.org/ns/dcat#",
        (
            "Dataset Distribution byteSize compressFormat distribution downloadURL isVersionOf mediaType "
            "previousVersion version"
        ),
    ),
    "foaf": ("http://xmlns.com/foaf/0.1/", "Document"),
    "org": ("http://www.w3.org/ns/org#", "Organization"),
    "prov": (
        "http://www.w3.org/ns/prov#",
        (
            "Activity Agent Collection Entity SoftwareAgent generatedAtTime hadMember startedAtTime used "
            "wasAssociatedWith wasAttributedTo wasDerivedFrom wasGeneratedBy wasRevisionOf"
        ),
    ),
    "pav": ("http://purl.org/pav/", "authoredBy authoredOn"),
    "semapv": ("https://w3id.org/semapv/vocab/", "ManualMappingCuration UnspecifiedMatching"),
    "sssom": (
        "https://w3id.org/sssom/",
        (
            "NegatedPredicate NoTermFound author_label confidence mapping_justification object_label "
            "predicate_modifier subject_label"
        ),
    ),
    "schema": (
        "https://schema.org/",
        "MonetaryAmount QuantitativeValue currency maxValue minValue unitText url value version",
    ),
    "spdx": ("http://spdx.org/rdf/terms#", "Checksum algorithm checksum checksumAlgorithm_sha256 checksumValue"),
    "void": (
        "http://rdfs.org/ns/void#",
        (
            "Dataset Linkset class classPartition classes entities linkPredicate objectsTarget "
            "properties property propertyPartition subjectsTarget subset triples uriSpace"
        ),
    ),
    "oa": (
        "http://www.w3.org/ns/oa#",
        "SpecificResource TextQuoteSelector TextPositionSelector end exact hasSelector hasSource start",
    ),
    "owl": (
        "http://www.w3.org/2002/07/owl#",
        (
            "AnnotationProperty Axiom Class DatatypeProperty ObjectProperty Ontology annotatedProperty annotatedSource "
            "annotatedTarget backwardCompatibleWith deprecated incompatibleWith priorVersion versionIRI versionInfo"
        ),
    ),
}
"""The terms of other vocabularies that Python mentions."""


def main() -> int:
    """Write or check every generated file."""
    check = "--check" in sys.argv[1:]
    stale = [
        path
        for stage in (terms, documents)  # the program must have its terms before it can describe itself
        for path, text in stage().items()
        if not _settle(ROOT / path, text, check=check)
    ]
    for path in stale:
        print(f"{path} is out of date: run python tools/generate.py", file=sys.stderr)
    faults = changed_releases()
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if stale or faults else 0


def changed_releases() -> list[str]:
    """What has changed in releases that are locked."""
    from kg.ontology.lock import locked_faults

    return locked_faults(find_releases().values())


def terms() -> dict[str, str]:
    """Path → text of the modules that Python takes its terms from."""
    folders = (ROOT / "ontology/system", *release_folders())
    facts = read_facts(path for folder in folders for path in turtle_files(folder))
    return {"kg/vocab.py": vocabulary(facts), "kg/codes.py": codes(facts)}


def documents() -> dict[str, str]:
    """Path → text of the lock and of the reference pages."""
    from pages import pages

    return {"ontology/releases.lock": lock(), **pages()}


def lock() -> str:
    """``ontology/releases.lock``: what is locked stays; the hashes of releases that are open follow them."""
    from kg.ontology.lock import lock_text, open_entry, read_lock

    before = read_lock(ROOT / "ontology/releases.lock")
    releases = find_releases()
    kept = {version: entry for version, entry in before.items() if entry.is_locked}
    return lock_text({version: open_entry(each) for version, each in releases.items()} | kept)


def release_folders() -> list[Path]:
    """The ontologies of the shipped releases; a term of any of them can be mentioned."""
    return sorted(path for path in (ROOT / "ontology").iterdir() if VERSION.fullmatch(path.name))


def vocabulary(facts: Facts) -> str:
    """``kg/vocab.py``: every term of ours, and the few of others."""
    kinds = {"Class", "ObjectProperty", "DatatypeProperty", "AnnotationProperty"}
    ours = {
        subject
        for subject, said in facts.items()
        if subject.startswith(CG) and any(kind.split("#")[-1] in kinds for kind in said.get(RDF + "type", ()))
    }
    lines = [
        '"""IRIs of the terms that Python mentions. Generated by tools/generate.py from ontology/; never edited."""',
        "",
        f'CG = "{CG}"',
        'CASEGRAPH = "https://w3id.org/casegraph/"',
        f'PROBLEM = "{PROBLEM}"',
        "",
        *(f'{iri.removeprefix(CG)} = "{iri}"' for iri in sorted(ours)),
        "",
    ]
    for prefix, (namespace, names) in sorted(EXTERNAL.items()):
        lines += [f'{prefix}_{name} = "{namespace}{name}"' for name in names.split()]
    prefixes = {"cg": CG, **{prefix: namespace for prefix, (namespace, _) in EXTERNAL.items()}}
    lines += ["", f"PREFIXES = {dict(sorted(prefixes.items()))}", '"""Declared in every query and export."""']
    return "\n".join(lines) + "\n"


def codes(facts: Facts) -> str:
    """``kg/codes.py``: every kind of problem that Python reports, with its severity."""
    severity = {
        subject.removeprefix(PROBLEM): said[CG + "severity"][0]
        for subject, said in facts.items()
        if subject.startswith(PROBLEM) and CG + "severity" in said
    }
    lines = [
        '"""Every kind of problem. Generated by tools/generate.py from ontology/system/problems.ttl; never edited."""',
        "",
        "from kg.problem import Code, Severity",
        "",
    ]
    for name, level in sorted(severity.items()):
        constant = name.upper().replace("-", "_")
        lines.append(f'{constant} = Code("{name}", Severity.{level.upper()})')
    return "\n".join(lines) + "\n"


def _settle(path: Path, text: str, *, check: bool) -> bool:
    text = _formatted(text) if path.suffix == ".py" else text
    if check:
        return path.is_file() and path.read_text(encoding="utf-8") == text
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return True


def _formatted(text: str) -> str:
    command = [sys.executable, "-m", "ruff", "format", "-"]
    return subprocess.run(command, input=text, capture_output=True, text=True, check=True, cwd=ROOT).stdout


if __name__ == "__main__":
    sys.exit(main())
