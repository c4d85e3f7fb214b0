"""``kg.toml`` in; what a workspace is told by it out."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from kg.problem import Failure
from kg.store.target import Target, read_targets
from kg.yamltree import Limits

SETTINGS = "kg.toml"
HOME = ".kg"
"""The folder of builds in a workspace."""
BASE = "https://w3id.org/casegraph/id/"


class SettingsError(Failure):
    """``kg.toml``, or the folder, is not what it should be; the message names file, place and mend."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What ``kg.toml`` may say."""

    base: str = BASE
    """Begins the IRI of everything in the workspace; ends in / or #."""
    cases: tuple[str, ...] = ("cases",)
    """Folders that hold case files, relative to the workspace."""
    release: str = ""
    """Ontology release of the built graph; empty means the highest that a case file states."""
    max_file_size: int = Limits().bytes
    """Bytes above which a file is refused."""
    processes: str = ""
    """Catalogue that processes are resolved by, such as ``cross-industry/7.4``."""
    title: str = "Casegraph dataset"
    """Name of the dataset."""
    targets: dict[str, Target] = field(default_factory=dict[str, Target])
    """Triple stores that builds are pushed to, by name."""
    description: str = ""
    """What the dataset is about."""
    license: str = ""
    """IRI of the licence that the dataset is published under."""
    publisher: str = ""
    """Who publishes the dataset: an IRI, or a name."""
    url: str = ""
    """Where the folder of a published dataset will stand."""


def read_settings(path: Path) -> Settings:
    """The settings in a file; the defaults where there is none."""
    if not path.exists():
        return Settings()
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path}: {error}") from error
    return _checked(said, path)


def _checked(said: dict[str, Any], path: Path) -> Settings:
    targets = read_targets(said.pop("targets", {}), path)
    for key, value in said.items():
        _check(key, value, path)
    cleaned: dict[str, Any] = {key: tuple(value) if key == "cases" else value for key, value in said.items()}
    settings = Settings(**cleaned, targets=targets)
    if not _is_base(settings.base):
        raise SettingsError(f"{path}:{line_of(path, 'base')}: `base` takes an absolute IRI that ends in / or #")
    return settings


def _check(key: str, value: object, path: Path) -> None:
    kinds: dict[str, type[object]] = {each.name: type(getattr(Settings(), each.name)) for each in fields(Settings)}
    del kinds["targets"]
    if key not in kinds:
        raise SettingsError(f"{path}:{line_of(path, key)}: `{key}` is not a setting; known: {', '.join(kinds)}")
    wanted, words = _KINDS[kinds[key]]
    if type(value) is not wanted or (
        wanted is list and not all(isinstance(each, str) for each in cast("list[object]", value))
    ):
        raise SettingsError(f"{path}:{line_of(path, key)}: `{key}` takes {words}")


_KINDS: dict[type[object], tuple[type[object], str]] = {
    str: (str, "a text in quotes"),
    int: (int, "a whole number"),
    tuple: (list, "a list of folder names"),
}


def _is_base(iri: str) -> bool:
    return bool(urlsplit(iri).scheme) and iri[-1] in "/#" and not set(iri) & set('<>" {}|\\^`')


def line_of(path: Path, key: str) -> int:
    """The line of a setting; 1 where it is not found."""
    text = path.read_text(encoding="utf-8").splitlines()
    return next(
        (number for number, line in enumerate(text, 1) if line.strip().startswith((key, f'"{key}"', f"[{key}"))), 1
    )
