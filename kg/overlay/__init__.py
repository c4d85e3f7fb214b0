"""Overlays: classifications of cases and claims that were made beside the case files, each in its own graph."""

from kg.overlay.reading import (
    CLASSIFICATIONS,
    METADATA,
    Classification,
    Overlay,
    Sector,
    find_overlays,
    read_overlay,
)
from kg.overlay.taxonomy import Taxonomy, find_taxonomies, read_taxonomy, taxonomy_triples
from kg.overlay.triples import claim_id, classification_iri, known_part, overlay_graph, overlay_triples

__all__ = [
    "CLASSIFICATIONS",
    "METADATA",
    "Classification",
    "Overlay",
    "Sector",
    "Taxonomy",
    "claim_id",
    "classification_iri",
    "find_overlays",
    "find_taxonomies",
    "known_part",
    "overlay_graph",
    "overlay_triples",
    "read_overlay",
    "read_taxonomy",
    "taxonomy_triples",
]
