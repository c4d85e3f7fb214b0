"""Checks one case's graph against the shapes of its release: SHACL results become Problems at file:line:column."""

from kg.check.checker import Checker, as_hint
from kg.check.engine import DEFAULT_ENGINE, ENGINES, Engine, Result, shapes_of

__all__ = ["DEFAULT_ENGINE", "ENGINES", "Checker", "Engine", "Result", "as_hint", "shapes_of"]
