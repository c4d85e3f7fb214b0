"""A build in; a folder to publish out: its data in several formats, and ``dataset.ttl`` that describes them.

The description has no clock in it, so the same build published again after the same one before gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from kg.export.content import Content
from kg.export.description import About, Distribution, Statistics, count, describe
from kg.export.files import Folder, checksum, filling, last_manifest
from kg.export.hash import content_hash
from kg.export.targets import Form
from kg.export.turtle import Writer

DESCRIPTION = "dataset.ttl"
_COMPRESSIONS = {"": "", ".gz": "application/gzip", ".zst": "application/zstd"}


def write(content: Content, path: Path, about: About, forms: Sequence[Form]) -> Folder:
    """Bring a folder up to date with a build: one file for each form, and what describes them."""
    about = replace(about, previous=previous(path, content.build))

    def said() -> dict[str, object]:
        return {
            "build": content.build,
            "previous": about.previous,
            "public": content.disclosure is not None,
            "rdfc10": content_hash(content),
        }

    with filling(path, said) as folder:
        files = [_write(content, folder, form) for form in forms]
        text = description(content, about, count(content), files)
        folder.file(DESCRIPTION).write_text(text, encoding="utf-8", newline="")
    return folder


def previous(path: Path, build: str) -> str:
    """The build that a folder held before this one."""
    said = last_manifest(path)
    return said.get("previous", "") if said.get("build") == build else said.get("build", "")


def description(content: Content, about: About, found: Statistics, files: Sequence[Distribution]) -> str:
    """The description as readable Turtle."""
    writer = Writer(content)
    lines = sorted({" ".join((*triple, ".")) for triple in describe(content, about, found, files)})
    text = "".join(writer.entities(lines))
    return writer.names.header_for(text) + text


def _write(content: Content, folder: Folder, form: Form) -> Distribution:
    name = f"graph{form.ending}"
    path = folder.file(name)
    with path.open("wb") as out:
        form.write(content, out)
    compression = _COMPRESSIONS[form.compression]
    return Distribution(name, form.target.media_type, path.stat().st_size, checksum(path), compression)
