"""Casegraph: evidence case files go in, a checked knowledge graph to ask questions of comes out."""

__version__ = "0.1.0"
