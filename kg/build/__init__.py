"""A workspace's files in; a store, its parts and its manifest out."""

from kg.build.cases import problems_of
from kg.build.inputs import Inputs
from kg.build.pipeline import BuildError, Result, build, check, glance

__all__ = ["BuildError", "Inputs", "Result", "build", "check", "glance", "problems_of"]
