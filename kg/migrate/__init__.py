"""Declared changes between two releases, and what they do to case files, graphs and saved queries."""
