"""Saved queries: one file, one question; safe typed parameters, lookups, tests and lint."""
