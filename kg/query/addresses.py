"""The terms of an answer in; where a reader can look at what they name out."""

from __future__ import annotations

from collections.abc import Iterable

import pyoxigraph as ox

from kg import vocab
from kg.query.blocks import written
from kg.query.values import Run
from kg.store.base import Table, Term
from kg.terms import plain

MOST = 5_000
"""Things that are looked up; a table with more is not read link by link."""


def web_addresses(terms: Iterable[Term | None], run: Run) -> dict[str, str]:
    """IRI → URL, for sources and documents."""
    found = _look_up(terms, f"<{vocab.statedUrl}>|<{vocab.schema_url}>", run)
    return {iri: url for iri, url in found.items() if is_web(url)}


def case_files(terms: Iterable[Term | None], run: Run) -> dict[str, str]:
    """IRI → path of the case file as seen from the workspace, for cases and what is nested in them."""
    nested = {each.value: _case(each.value) for each in terms if isinstance(each, ox.NamedNode)}
    cases = [ox.NamedNode(case) for case in dict.fromkeys(nested.values())]
    paths = _look_up(cases, f"<{vocab.prov_wasDerivedFrom}>/<{vocab.path}>", run)
    return {iri: paths[case] for iri, case in nested.items() if case in paths}


def _case(iri: str) -> str:
    return iri.partition("/claim/")[0].partition("/source/")[0]


def _look_up(terms: Iterable[Term | None], path: str, run: Run) -> dict[str, str]:
    iris = list(dict.fromkeys(each for each in terms if isinstance(each, ox.NamedNode)))[:MOST]
    if not iris:
        return {}
    answer = run(
        f"SELECT ?x (MIN(?y) AS ?z) {{ VALUES ?x {{ {' '.join(map(written, iris))} }} ?x {path} ?y }} GROUP BY ?x"
    )
    return {plain(x): plain(z) for x, z in answer.answer.rows} if isinstance(answer.answer, Table) else {}


def is_web(url: str) -> bool:
    """Whether a browser opens this, and nothing but a page."""
    return url.lower().startswith(("http://", "https://"))
