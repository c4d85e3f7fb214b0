"""The build from end to end: scan, read what changed, make the shared parts, publish a store.

Everything is written aside; replacing the file ``current`` makes a build the one that readers open, so a build
killed at any moment leaves the previous one in use.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from kg import codes, vocab
from kg.build import entities, overlays, shared
from kg.build.cases import examine, make_entry, where
from kg.build.engine import Make, Progress, run, silent
from kg.build.entities import Node
from kg.build.glance import glance_at
from kg.build.inputs import Inputs, curated, linker
from kg.build.look import Look, look
from kg.build.scan import Found, may_lie, recognised
from kg.fileentry import FileEntry
from kg.links import differing
from kg.manifest import Manifest, make_current
from kg.migrate import provenance
from kg.packed import Problems
from kg.parts import Part, difference
from kg.problem import Failure, Problem
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


def build(
    inputs: Inputs,
    seen: Look | None = None,
    *,
    full: bool = False,
    strict: bool = False,
    progress: Progress = silent,
) -> Result:
    """Bring the workspace's store up to date with its files. BuildError while another build is running.

    Files with errors are left out; a strict build publishes nothing where there is one.
    """
    from filelock import FileLock, Timeout  # a check needs none, and it takes long to import

    inputs.home.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(inputs.home / "lock").acquire(blocking=False):
            seen = seen.again(inputs.home) if seen else _look(inputs)
            return _build(inputs, seen, progress, full=full, strict=strict)
    except Timeout:
        raise BuildError(f"another build of {inputs.root} is running; wait for it, or stop it") from None


def check(inputs: Inputs, seen: Look | None = None, *, progress: Progress = silent) -> Manifest:
    """What a build of the workspace would find wrong, without writing. Files that the last build saw are not read."""
    seen = _usable(seen or _look(inputs), inputs)
    manifest, _ = _across_files(_read_cases(inputs, seen, examine, progress)[0], inputs)
    return overlays.with_overlays(manifest, seen.manifest, inputs, keep=False)


def glance(inputs: Inputs, seen: Look | None = None, *, progress: Progress = silent) -> list[FileEntry]:
    """What cases say of organisations and documents, as the files are now; only those that changed are read."""
    manifest, _ = _read_cases(inputs, _usable(seen or _look(inputs), inputs), glance_at, progress)
    return [entry for entry in manifest.files.values() if entry.case]


def _build(inputs: Inputs, seen: Look, progress: Progress, *, full: bool, strict: bool) -> Result:
    seen = replace(seen, manifest=None) if full else _usable(seen, inputs)
    previous = seen.manifest
    manifest, read = _read_cases(inputs, seen, make_entry, progress)
    if previous is not None and _is_same(manifest, previous) and overlays.are_unchanged(manifest, previous, inputs):
        _remember_stamps(manifest, previous, inputs)
        return Result(previous, read, is_new=False, is_refused=strict and bool(previous.in_error()))
    manifest, nodes = _across_files(manifest, inputs)
    manifest = overlays.with_overlays(manifest, previous, inputs, keep=True)
    if strict and manifest.in_error():
        return Result(manifest, read, is_new=False, is_refused=True)
    manifest = _with_shared_parts(manifest, nodes, inputs)
    is_new = full or previous is None or manifest.build != previous.build
    if is_new:
        _publish(manifest, previous, inputs)
    else:
        manifest.write(_folder(inputs, manifest) / "manifest.json")
    return Result(manifest, read, is_new)


def _look(inputs: Inputs) -> Look:
    return look(inputs.root, inputs.folders, inputs.home)


def _usable(seen: Look, inputs: Inputs) -> Look:
    """With the build before only where its store is still there."""
    is_there = seen.manifest is not None and (_folder(inputs, seen.manifest) / "store").is_dir()
    return seen if is_there else replace(seen, manifest=None)


def _folder(inputs: Inputs, manifest: Manifest) -> Path:
    return inputs.home / "builds" / manifest.build


def _read_cases(inputs: Inputs, seen: Look, make: Make, progress: Progress) -> tuple[Manifest, int]:
    """Entries of all files; those that are as the previous build saw them are taken from its manifest."""
    basis, decided = inputs.basis(), curated(inputs).decided()
    previous = seen.manifest if seen.manifest and seen.manifest.basis == basis else None
    files = _known(inputs, seen.found, previous, decided) if previous else {}
    changed = [each for each in seen.found if each.shown not in files]
    files |= run(changed, inputs, make, progress)
    in_order = {each.shown: files[each.shown] for each in seen.found}
    links = _link_files(inputs, previous.curated if previous else {})
    return Manifest(basis, in_order, links, decided, looked=seen.at), len(changed)


def _known(inputs: Inputs, found: Iterable[Found], previous: Manifest, decided: dict[str, str]) -> dict[str, FileEntry]:
    """The entries of files that are as the previous build saw them, and that no changed decision is about."""
    differ = differing(previous.decided, decided)
    known: dict[str, FileEntry] = {}
    for each in found:
        before = previous.files.get(each.shown)
        if before is None or (differ and not differ.isdisjoint(before.mentions)):
            continue
        entry = recognised(each, before, inputs.root, previous.looked)
        if entry is not None:
            known[each.shown] = entry
    return known


def _remember_stamps(manifest: Manifest, previous: Manifest, inputs: Inputs) -> None:
    """Keep the new stamps of files that only their hashes told to be the same, so that the next build need not look."""
    if any(may_lie(stamp, previous.looked) for entry in manifest.files.values() for stamp in entry.stamps):
        newer = replace(previous, files=manifest.files, looked=manifest.looked)
        newer.write(_folder(inputs, previous) / "manifest.json")


def _link_files(inputs: Inputs, before: dict[str, FileEntry]) -> dict[str, FileEntry]:
    """What people decided, by file; one that is as it was keeps what was found wrong with it beside the cases."""
    problems = curated(inputs).problems
    now = [
        FileEntry(file.path, file.sha256, ()).holding(problems=Problems.of(problems[file.path]))
        for file in inputs.links
    ]
    noted = provenance.digest(inputs.root)
    if noted:
        wrong = Problems.of(provenance.problems(inputs.root))
        now.append(FileEntry(provenance.FILE, noted, ()).holding(problems=wrong))
    return {each.path: _known_as(each, before.get(each.path)) for each in now}


def _known_as(now: FileEntry, before: FileEntry | None) -> FileEntry:
    return before if before and replace(before, across=()) == now else now


def _is_same(manifest: Manifest, previous: Manifest) -> bool:
    """Whether a build read what the one before it did."""
    if manifest.files.keys() != previous.files.keys():
        return False
    pairs = ((entry, previous.files[path]) for path, entry in manifest.files.items())
    return (
        manifest.basis == previous.basis
        and manifest.curated == previous.curated
        and all(now is before or now.unstamped == before.unstamped for now, before in pairs)
    )


def _across_files(manifest: Manifest, inputs: Inputs) -> tuple[Manifest, list[Node]]:
    """With the problems that only all files together show: a case id that stands twice, names that meet in one IRI.

    And the nodes that cases share, which are gone through for it.
    """
    files = {path: replace(entry, across=()) if entry.across else entry for path, entry in manifest.files.items()}
    for path, problem in _same_ids(files, inputs):
        files[path] = replace(files[path], across=(problem,))
    nodes = entities.shared_nodes(replace(manifest, files=files))
    for path, problem in entities.collisions(nodes, inputs):
        files[path] = replace(files[path], across=(*files[path].across, problem))
    manifest = replace(manifest, files=files)
    return replace(manifest, curated=_links_beside_cases(manifest, inputs)), nodes


def _same_ids(files: dict[str, FileEntry], inputs: Inputs) -> Iterator[tuple[str, Problem]]:
    """A problem for each file whose case id stands in another one too."""
    same_id: dict[str, list[str]] = {}
    for path, entry in files.items():
        if entry.case:
            same_id.setdefault(entry.case, []).append(path)
    for paths in (each for each in same_id.values() if len(each) > 1):
        for path in paths:
            others = ", ".join(other for other in paths if other != path)
            hint = "give one of them another id, or remove it; until then none of them is built"
            span = where(path, vocab.dcterms_identifier, inputs)
            yield path, codes.DUPLICATE_CASE.at(span, f"{others} has the same case id", hint=hint)


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


def _with_shared_parts(manifest: Manifest, nodes: Iterable[Node], inputs: Inputs) -> Manifest:
    manifest = replace(manifest, shared=shared.shared_parts(manifest, nodes, inputs))
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
