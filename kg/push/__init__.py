"""Builds in, a triple store that holds the newest of them out: plan, push, verify, compare, roll back, pull."""
