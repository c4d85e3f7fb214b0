"""The build from end to end: scan, read what changed, make the shared parts, publish a store.

Everything is written aside; replacing the file ``current`` makes a build the one that readers open, so a build
killed at any moment leaves the previous one in use.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from kg import codes, vocab
from kg.build import entities, overlays, shared
from kg.build.cases import examine, make_entry, where
from kg.build.engine import Make, Progress, run, silent
from kg.build.glance import glance_at
from kg.build.inputs import Inputs, curated, linker
from kg.build.scan import find_markdown, is_unchanged
from kg.links import differing
from kg.manifest import FileEntry, Manifest, current_manifest, make_current
from kg.migrate import provenance
from kg.packed import Problems
from kg.parts import Part, difference
from kg.problem import Failure
from kg.store.embedded import Embedded

KEPT = 2
"""Builds that are kept: the current one, and the one before for readers that still have it open."""
SMALL = 0.2
"""Share of the cases up to which a store is changed rather than made anew."""


class BuildError(Failure):
    """A build cannot be made now; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a build did."""

    manifest: Manifest
    read: int
    """Files that were read."""
    is_new: bool
    """Whether the graph differs from the build before."""
    is_refused: bool = False
    """Whether nothing was published, because files have errors and the build is strict."""


def build(inputs: Inputs, *, full: bool = False, strict: bool = False, progress: Progress = silent) -> Result:
    """Bring the workspace's store up to date with its files. BuildError while another build is running.

    Files with errors are left out; a strict build publishes nothing where there is one.
    """
    from filelock import FileLock, Timeout  # a check needs none, and it takes long to import

    inputs.home.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(inputs.home / "lock").acquire(blocking=False):
            return _build(inputs, progress, full=full, strict=strict)
    except Timeout:
        raise BuildError(f"another build of {inputs.root} is running; wait for it, or stop it") from None


def check(inputs: Inputs, *, progress: Progress = silent) -> Manifest:
    """What a build of the workspace would find wrong, without writing. Files that the last build saw are not read."""
    previous = _usable(current_manifest(inputs.home), inputs)
    manifest = _across_files(_read_cases(inputs, previous, examine, progress)[0], inputs)
    return overlays.with_overlays(manifest, previous, inputs, keep=False)


def glance(inputs: Inputs, *, progress: Progress = silent) -> list[FileEntry]:
    """What cases say of organisations and documents, as the files are now; only those that changed are read."""
    previous = _usable(current_manifest(inputs.home), inputs)
    manifest, _ = _read_cases(inputs, previous, glance_at, progress)
    return [entry for entry in manifest.files.values() if entry.case]


def _build(inputs: Inputs, progress: Progress, *, full: bool, strict: bool) -> Result:
    previous = None if full else _usable(current_manifest(inputs.home), inputs)
    manifest, read = _read_cases(inputs, previous, make_entry, progress)
    if previous is not None and _is_same(manifest, previous) and overlays.are_unchanged(manifest, previous, inputs):
        return Result(previous, read, is_new=False, is_refused=strict and bool(previous.in_error()))
    manifest = overlays.with_overlays(_across_files(manifest, inputs), previous, inputs, keep=True)
    if strict and manifest.in_error():
        return Result(manifest, read, is_new=False, is_refused=True)
    manifest = _with_shared_parts(manifest, inputs)
    is_new = full or previous is None or manifest.build != previous.build
    if is_new:
        _publish(manifest, previous, inputs)
    else:
        manifest.write(_folder(inputs, manifest) / "manifest.json")
    return Result(manifest, read, is_new)


def _usable(manifest: Manifest | None, inputs: Inputs) -> Manifest | None:
    """The previous build, where its store is still there."""
    return manifest if manifest and (_folder(inputs, manifest) / "store").is_dir() else None


def _folder(inputs: Inputs, manifest: Manifest) -> Path:
    return inputs.home / "builds" / manifest.build


def _read_cases(inputs: Inputs, previous: Manifest | None, make: Make, progress: Progress) -> tuple[Manifest, int]:
    """Entries of all files; those that are as the previous build saw them are taken from its manifest."""
    basis, looked = inputs.basis(), time.time()
    known = previous.files if previous is not None and previous.basis == basis else {}
    seen = previous.looked if previous is not None else 0
    decided = curated(inputs).decided()
    differ = differing(previous.decided if known and previous else {}, decided)
    found = find_markdown(inputs.root, inputs.folders)
    kept = {path: entry for path, entry in known.items() if differ.isdisjoint(entry.mentions)}
    changed = [each for each in found if not is_unchanged(each, kept.get(each.shown), inputs.root, seen)]
    fresh = run(changed, inputs, make, progress)
    files = {each.shown: fresh.get(each.shown) or kept[each.shown] for each in found}
    before = previous.curated if previous is not None and previous.basis == basis else {}
    return Manifest(basis, files, _link_files(inputs, before), decided, looked=looked), len(changed)


def _link_files(inputs: Inputs, before: dict[str, FileEntry]) -> dict[str, FileEntry]:
    """What people decided, by file; one that is as it was keeps what was found wrong with it beside the cases."""
    problems = curated(inputs).problems
    now = [FileEntry(file.path, file.sha256, (), problems=Problems.of(problems[file.path])) for file in inputs.links]
    noted = provenance.digest(inputs.root)
    if noted:
        wrong = Problems.of(provenance.problems(inputs.root))
        now.append(FileEntry(provenance.FILE, noted, (), problems=wrong))
    return {each.path: _known_as(each, before.get(each.path)) for each in now}


def _known_as(now: FileEntry, before: FileEntry | None) -> FileEntry:
    return before if before and replace(before, across=()) == now else now


def _is_same(manifest: Manifest, previous: Manifest) -> bool:
    """Whether a build read what the one before it did."""
    return (manifest.files, manifest.curated, manifest.basis) == (previous.files, previous.curated, previous.basis)


def _across_files(manifest: Manifest, inputs: Inputs) -> Manifest:
    """The problems that only all files together show: a case id that stands twice, names that meet in one IRI."""
    files = {path: replace(entry, across=()) if entry.across else entry for path, entry in manifest.files.items()}
    same_id: dict[str, list[str]] = {}
    for path, entry in files.items():
        if entry.case:
            same_id.setdefault(entry.case, []).append(path)
    for paths in same_id.values():
        for path in paths if len(paths) > 1 else ():
            others = ", ".join(other for other in paths if other != path)
            hint = "give one of them another id, or remove it; until then none of them is built"
            problem = codes.DUPLICATE_CASE.at(
                where(path, vocab.dcterms_identifier, inputs), f"{others} has the same case id", hint=hint
            )
            files[path] = replace(files[path], across=(problem,))
    manifest = replace(manifest, files=files)
    for path, problem in entities.collisions(manifest, inputs):
        files[path] = replace(files[path], across=(*files[path].across, problem))
    return replace(manifest, curated=_links_beside_cases(manifest, inputs))


def _links_beside_cases(manifest: Manifest, inputs: Inputs) -> dict[str, FileEntry]:
    """The files of links, with the rows that are about what is not there."""
    if not manifest.curated:
        return {}
    mentioned = {mention for entry in manifest.files.values() for mention in entry.mentions}
    unknown = curated(inputs).unknown(mentioned, linker(inputs).pcf_ids)
    return {
        path: replace(entry, across=tuple(each for each in unknown if each.span.file == path))
        for path, entry in manifest.curated.items()
    }


def _with_shared_parts(manifest: Manifest, inputs: Inputs) -> Manifest:
    manifest = replace(manifest, shared=shared.shared_parts(manifest, inputs))
    manifest = replace(manifest, build=shared.build_hash(manifest))
    graph, part = shared.record_part(manifest, inputs)
    return replace(manifest, shared={**manifest.shared, graph: part})


def _publish(manifest: Manifest, previous: Manifest | None, inputs: Inputs) -> None:
    """Make the store aside, then make it the current one."""
    builds = inputs.home / "builds"
    for left_by_a_killed_build in builds.glob("~*"):
        shutil.rmtree(left_by_a_killed_build, ignore_errors=True)
    aside = builds / f"~{os.getpid()}"
    aside.mkdir(parents=True)
    _make_store(aside / "store", manifest, previous, inputs)
    manifest.write(aside / "manifest.json")
    final = _folder(inputs, manifest)
    if final.exists():
        final.rename(builds / f"~{os.getpid()}-replaced")
    aside.rename(final)
    make_current(inputs.home, manifest.build)
    _forget_old(inputs, manifest, previous)


def _make_store(path: Path, manifest: Manifest, previous: Manifest | None, inputs: Inputs) -> None:
    """A store that holds the parts: the previous one changed by their difference, or a new one."""
    if previous is None or not _is_small_change(previous, manifest):
        parts = (Part(inputs.parts.read(part), manifest.graphs(name)) for name, part in manifest.parts.items())
        Embedded.create(path).load(parts)
        return
    removed, added = _delta(previous.parts, manifest.parts, inputs)
    Embedded.open(_folder(inputs, previous) / "store").copy(path).change(removed, added)


def _is_small_change(previous: Manifest, manifest: Manifest) -> bool:
    before, after = set(previous.parts.items()), set(manifest.parts.items())
    return previous.basis == manifest.basis and len(before ^ after) <= SMALL * len(after) + 20


def _delta(before: dict[str, str], after: dict[str, str], inputs: Inputs) -> tuple[list[bytes], list[bytes]]:
    """The quads to take out and to put in, as N-Quads lines."""
    removed: list[bytes] = []
    added: list[bytes] = []
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name), after.get(name)
        if old != new:
            out, put = difference(inputs.parts.read(old) if old else b"", inputs.parts.read(new) if new else b"")
            removed += out
            added += put
    return removed, added


def _forget_old(inputs: Inputs, manifest: Manifest, previous: Manifest | None) -> None:
    """Keep this build and the one before; remove other builds and the parts that only they needed."""
    kept = {each.build: each for each in (manifest, previous) if each is not None}
    for folder in (inputs.home / "builds").iterdir():
        if folder.name not in kept:
            shutil.rmtree(folder, ignore_errors=True)
    if previous is None or previous.parts != manifest.parts:
        inputs.parts.keep_only(_part_names(kept.values()))


def _part_names(manifests: Iterable[Manifest]) -> set[str]:
    return {name for manifest in manifests for name in (*_entry_parts(manifest), *manifest.shared.values())}


def _entry_parts(manifest: Manifest) -> list[str]:
    return [entry.part for entry in manifest.files.values()]
