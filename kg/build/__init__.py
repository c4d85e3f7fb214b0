"""A workspace's files in; a store, its parts and its manifest out."""

from kg.build.inputs import Inputs
from kg.build.pipeline import BuildError, Result, build

__all__ = ["BuildError", "Inputs", "Result", "build"]
