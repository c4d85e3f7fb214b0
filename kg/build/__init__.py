"""A workspace's files in; a store, its parts and its manifest out."""

from kg.build.cases import problems_of
from kg.build.inputs import Inputs
from kg.build.pipeline import BuildError, Result, build, check

__all__ = ["BuildError", "Inputs", "Result", "build", "check", "problems_of"]
