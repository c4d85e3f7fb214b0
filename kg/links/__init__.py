"""Curated links: what a person decided about organisations and processes, in SSSOM/TSV files that stand in git."""

from kg.links.curated import (
    ORGANISATIONS,
    PROCESSES,
    Curated,
    LinkFile,
    Mention,
    claim_mentions,
    differing,
    find_link_files,
    organisation_mention,
    read_curated,
)
from kg.links.graph import link_iri, link_triples, organisation_triples
from kg.links.link import End, Link, Verdict
from kg.links.organisations import Identities, identities
from kg.links.processes import (
    Decision,
    Decisions,
    claim_end,
    gives_way,
    literal,
    process_decisions,
    process_end,
)
from kg.links.recording import LinkTable, Recorded, record
from kg.links.rows import read_links
from kg.links.writing import add_row, add_rows, new_file, without_rows

__all__ = [
    "ORGANISATIONS",
    "PROCESSES",
    "Curated",
    "Decision",
    "Decisions",
    "End",
    "Identities",
    "Link",
    "LinkFile",
    "LinkTable",
    "Mention",
    "Recorded",
    "Verdict",
    "add_row",
    "add_rows",
    "claim_end",
    "claim_mentions",
    "differing",
    "find_link_files",
    "gives_way",
    "identities",
    "link_iri",
    "link_triples",
    "literal",
    "new_file",
    "organisation_mention",
    "organisation_triples",
    "process_decisions",
    "process_end",
    "read_curated",
    "read_links",
    "record",
    "without_rows",
]
