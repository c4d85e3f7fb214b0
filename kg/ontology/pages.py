"""A release in; its reference pages in Markdown and the whole of it in Turtle out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import chain

import pyoxigraph as ox

from kg import jsonld, vocab
from kg.ontology.model import short
from kg.release import Facts, Release, Statements
from kg.shape import Field, Kind, RecordShape, local_name, read_shapes

_PREFIXES = {"cgs": vocab.CASEGRAPH + "shapes#"}


def documents(release: Release) -> dict[str, str]:
    """File name → text: what a case file holds, the vocabulary, the JSON-LD context, ontology and shapes as a whole."""
    version = release.version
    context = json.dumps(jsonld.context(read_shapes(release)), indent=2, ensure_ascii=False)
    return {
        f"case-file-{version}.md": case_file(release),
        f"vocabulary-{version}.md": vocabulary(release),
        f"context-{version}.jsonld": context + "\n",
        f"ontology-{version}.ttl": turtle(release.terms, release),
        f"shapes-{version}.ttl": turtle(release.case_shapes, release),
    }


def turtle(statements: Statements, release: Release) -> str:
    """Statements of a release as one Turtle document, which stands alone."""
    prefixes = {**vocab.PREFIXES, **_PREFIXES, **_schemes(release.facts)}
    triples = chain.from_iterable(statements.values())
    return (ox.serialize(triples, format=ox.RdfFormat.TURTLE, prefixes=prefixes) or b"").decode("utf-8")


def _schemes(facts: Facts) -> Mapping[str, str]:
    schemes = (iri for iri, said in facts.items() if vocab.skos_ConceptScheme in said.get(vocab.rdf_type, ()))
    return {local_name(iri): f"{iri}/" for iri in schemes}


def case_file(release: Release, *, note: str = "") -> str:
    """The keys of a case file, record by record."""
    head = f"# Case files of release {release.version}\n\n{note}"
    head += "The front matter of a case file, key by key. A key that is absent, null or empty says nothing.\n"
    seen: dict[str, RecordShape] = {}
    for each in read_shapes(release).walk():
        seen.setdefault(each.target, each)
    return head + "".join(_record(each, release) for each in seen.values())


def _record(shape: RecordShape, release: Release) -> str:
    rows = "".join(_field(each, release) for each in shape.fields.values())
    about = f"{_said(release.facts, shape.target, vocab.skos_definition)}\n\nNamed `{shape.template.text}`."
    return f"\n## {shape.name}\n\n{about}\n\n| key | takes | property | means |\n|---|---|---|---|\n{rows}"


def _field(each: Field, release: Release) -> str:
    page = f"vocabulary-{release.version}.md"
    kinds = {
        Kind.LITERAL: local_name(each.datatype),
        Kind.CONCEPT: f"[{local_name(each.scheme)}]({page}#{local_name(each.scheme)})",
        Kind.LINK: f"the id of a {local_name(each.target)}",
        Kind.RECORD: f"[{local_name(each.target)}](#{local_name(each.target).lower()})",
    }
    takes = kinds[each.kind] if each.single else f"list of {kinds[each.kind]}"
    means = _said(release.facts, each.path, vocab.skos_definition)
    return f"| `{each.key}` | {takes} | `{short(each.path)}` | {means} |\n"


def vocabulary(release: Release, *, note: str = "") -> str:
    """Every concept scheme of a release with its terms."""
    facts = release.facts
    schemes = (iri for iri, said in facts.items() if vocab.skos_ConceptScheme in said.get(vocab.rdf_type, ()))
    parts = [_scheme(iri, facts) for iri in schemes if iri != vocab.PROBLEM.removesuffix("/")]
    return f"# Vocabulary of release {release.version}\n\n{note}" + "\n".join(parts)


def _scheme(iri: str, facts: Facts) -> str:
    about = _said(facts, iri, vocab.skos_definition) or _said(facts, iri, vocab.dcterms_description)
    terms = [(each, said) for each, said in facts.items() if iri in said.get(vocab.skos_inScheme, ())]
    rows = "".join(
        f"| `{said[vocab.skos_notation][0]}` | {_said(facts, each, vocab.skos_definition)} "
        f"| {_said(facts, each, vocab.skos_example)} |\n"
        for each, said in terms
    )
    return f"## {local_name(iri)}\n\n{about}\n\n| term | means | for example |\n|---|---|---|\n{rows}"


def _said(facts: Facts, iri: str, predicate: str) -> str:
    return " ".join(facts.get(iri, {}).get(predicate, [""])[0].split()).replace("|", "\\|")
