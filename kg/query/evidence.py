"""The claims that an answer is about in; what proves each, with its source and address, out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import pyoxigraph as ox

from kg import vocab
from kg.query.blocks import written
from kg.query.saved import Column
from kg.query.values import Run
from kg.store.base import Table, Term
from kg.terms import plain

BATCH = 500
"""Claims that one query is about."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A claim and one source that it cites; texts are as the case file has them."""

    case: str
    case_title: str
    organisation: str
    claim: str
    title: str
    description: str
    quote: str
    quoted: str
    """The source that the quote is taken from, where the case says so."""
    status: str
    source: str
    citation: str
    url: str


_BODY = f"""
  ?case <{vocab.hasValueClaim}>|<{vocab.hasContextClaim}> ?claim ;
        <{vocab.dcterms_identifier}> ?caseId .
  OPTIONAL {{ ?case <{vocab.dcterms_title}> ?caseTitle }}
  OPTIONAL {{ ?case <{vocab.organisationName}> ?organisation }}
  OPTIONAL {{ ?claim <{vocab.dcterms_identifier}> ?id }}
  OPTIONAL {{ ?claim <{vocab.dcterms_title}> ?title }}
  OPTIONAL {{ ?claim <{vocab.dcterms_description}> ?description }}
  OPTIONAL {{ ?claim <{vocab.sourceQuote}> ?quote }}
  OPTIONAL {{ ?claim <{vocab.quoteSource}>/<{vocab.dcterms_identifier}> ?quoted }}
  OPTIONAL {{ ?claim <{vocab.verificationStatus}>/<{vocab.skos_notation}> ?status }}
  OPTIONAL {{
    ?claim <{vocab.cito_citesAsEvidence}> ?source .
    ?source <{vocab.dcterms_identifier}> ?sourceId .
    OPTIONAL {{ ?source <{vocab.dcterms_title}> ?citation }}
    OPTIONAL {{ ?source <{vocab.statedUrl}> ?url }}
  }}
"""
_NAMES = "?caseId ?caseTitle ?organisation ?id ?title ?description ?quote ?quoted ?status ?sourceId ?citation ?url"


def evidence(table: Table, columns: Sequence[Column], run: Run) -> list[Evidence]:
    """One item for each claim of an answer and each source that it cites.

    The claims are those in the answer's columns of claims; in an answer without such columns, all claims of the cases.
    """
    kinds = {column.kind for column in columns}
    kind = "claim" if "claim" in kinds else "case"
    things = _things(table, columns, kind)
    batches = (things[start : start + BATCH] for start in range(0, len(things), BATCH))
    return list(dict.fromkeys(item for batch in batches for item in _ask(kind, batch, run)))


def _things(table: Table, columns: Sequence[Column], kind: str) -> list[ox.NamedNode]:
    places = [place for place, column in enumerate(columns) if column.kind == kind]
    cells = (row[place] for row in table.rows for place in places)
    return list(dict.fromkeys(cell for cell in cells if isinstance(cell, ox.NamedNode)))


def _ask(kind: str, things: Iterable[Term], run: Run) -> Iterator[Evidence]:
    values = " ".join(map(written, things))
    text = f"SELECT ?{kind} {_NAMES} {{ VALUES ?{kind} {{ {values} }} {_BODY} }}"
    answer = run(f"{text} ORDER BY ?case ?claim ?source").answer
    rows = answer.rows if isinstance(answer, Table) else []
    return (Evidence(*(plain(cell) for cell in row[1:])) for row in rows)
