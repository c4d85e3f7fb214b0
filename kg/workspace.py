"""A folder of cases and its settings; what the command line and the Python API both start from."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

from kg import vocab
from kg.about import Linker, Linking
from kg.audit import audit
from kg.build import Inputs, Result, build, check, glance, problems_of
from kg.build.cases import where
from kg.build.engine import Progress, silent
from kg.build.inputs import curated, linker
from kg.build.look import Look, look
from kg.build.scan import Found, find_markdown, shown_path
from kg.build.stated import stated_release
from kg.candidates import OrganisationUse, uses
from kg.captures import read_captures
from kg.case import Case, Reader, Record
from kg.casefacts import CaseFacts, CaseMissing, find_case
from kg.catalogue import CatalogueFile, choose_catalogue
from kg.check import DEFAULT_ENGINE
from kg.evidence import Located, locate_quotes
from kg.links import Curated, find_link_files
from kg.manifest import Manifest, current_manifest, read_manifest
from kg.parts import Parts
from kg.problem import Failure, Problem, Span
from kg.release import Release, find_releases
from kg.search import KINDS, Hits
from kg.settings import BASE, HOME, SETTINGS, Settings, SettingsError, line_of, read_settings
from kg.shape import encode
from kg.store.base import Answer, StoreError
from kg.store.embedded import Embedded
from kg.worker import WHOLE
from kg.worker import Limits as QueryLimits
from kg.yamltree import Limits

if TYPE_CHECKING:  # what builds and checks can do without is imported by the methods that need it
    from rdflib import Graph

    from kg.builtgraph import BuiltGraph
    from kg.push.local import LocalBuild
    from kg.query import Catalogue, QueryAnswer
    from kg.query.values import Given
    from kg.store.target import Target

__all__ = ["BASE", "CaseEvidence", "CaseFacts", "CaseMissing", "Settings", "SettingsError", "Workspace"]


@dataclass(frozen=True, slots=True)
class CaseEvidence:
    """The quotes of one case's claims, looked for in its captured texts."""

    case: Record
    located: tuple[Located, ...]

    @property
    def case_id(self) -> str:
        """The id as the file writes it."""
        return self.case.text(vocab.dcterms_identifier) or ""

    def claim_id(self, located: Located) -> str:
        """The claim's id as the file writes it."""
        return located.claim.text(vocab.dcterms_identifier) or ""

    def status(self, located: Located) -> str:
        """The claim's stated verification status."""
        return located.claim.text(vocab.verificationStatus) or ""

    def quote(self, located: Located) -> str:
        """The claim's quote as written."""
        return located.claim.text(vocab.sourceQuote) or ""

    def source_id(self, located: Located) -> str | None:
        """The id of the source whose text the match is about."""
        wanted = located.source.source if located.source else None
        sources = self.case.records(vocab.hasSource)
        return next((each.text(vocab.dcterms_identifier) for each in sources if each.iri == wanted), None)


class Workspace:
    """A folder with case files, perhaps a ``kg.toml``, and the ``.kg`` folder that builds go to."""

    def __init__(self, root: Path | str = ".", *, cases: Sequence[Path | str] = (), workers: int = 0) -> None:
        self.root = Path(root)
        self.workers = workers
        if not self.root.is_dir():
            raise SettingsError(f"{self.root}: there is no such folder")
        self.settings = read_settings(self.root / SETTINGS)
        if cases:
            self.settings = replace(self.settings, cases=tuple(str(Path(case).resolve()) for case in cases))

    @cached_property
    def built(self) -> BuiltGraph:
        """The current build, to ask questions of."""
        from kg.builtgraph import BuiltGraph

        return BuiltGraph(self.root, self.settings)

    @property
    def home(self) -> Path:
        """Where builds are kept."""
        return self.root / HOME

    @property
    def case_folders(self) -> list[Path]:
        """The folders to look for case files in; SettingsError where one is missing."""
        folders = [self.root / name for name in self.settings.cases]
        for folder in folders:
            if not folder.is_dir():
                hint = f'name one with --cases DIR, or in {SETTINGS} as cases = ["DIR"]'
                raise SettingsError(f"{folder}: there is no such folder of cases; {hint}")
        return folders

    @cached_property
    def releases(self) -> dict[str, Release]:
        """Every release this workspace knows, oldest first."""
        return find_releases((self.root,))

    @property
    def target(self) -> Release:
        """The release of the built graph: as ``kg.toml`` says, else the highest that a file states, else the newest."""
        return self._target(self.settings.release or self._stated)

    def _target(self, wanted: str) -> Release:
        wanted = wanted or list(self.releases)[-1]
        if wanted not in self.releases:
            raise SettingsError(
                f'{self.root / SETTINGS}: release = "{wanted}" is not known; known: {", ".join(self.releases)}'
            )
        return self.releases[wanted]

    @cached_property
    def _stated(self) -> str:
        """The highest release that a case file states; so that a newer one that ships changes no graph by itself."""
        folders = [folder for name in self.settings.cases if (folder := self.root / name).is_dir()]
        return stated_release(look(self.root, folders, self.home), self.reader)

    @property
    def catalogue(self) -> CatalogueFile:
        """The catalogue of processes in use: the one that ``kg.toml`` names, else the newest of the workspace's own."""
        try:
            return choose_catalogue(self.root, self.settings.processes)
        except Failure as failure:
            path = self.root / SETTINGS
            at = f"{path}:{line_of(path, 'processes')}: " if self.settings.processes else ""
            raise SettingsError(f"{at}{failure}") from None

    @cached_property
    def reader(self) -> Reader:
        """Reads case files under this workspace's releases and limits."""
        return Reader(self.releases, Limits(bytes=self.settings.max_file_size))

    @property
    def inputs(self) -> Inputs:
        """What a build of this workspace is told."""
        return self._inputs(self.target)

    def _inputs(self, target: Release) -> Inputs:
        return Inputs(
            root=self.root,
            home=self.home,
            folders=tuple(self.case_folders),
            base=self.settings.base,
            target=target.version,
            title=self.settings.title,
            limits=Limits(bytes=self.settings.max_file_size),
            catalogue=self.catalogue,
            links=find_link_files(self.root),
            workers=self.workers,
        )

    def build(self, *, full: bool = False, strict: bool = False, progress: Progress = silent) -> Result:
        """Bring the graph up to date with the files; ``full`` makes everything anew.

        Files with errors are left out; where there are any, a ``strict`` build publishes nothing.
        """
        seen = self._look()
        return build(self._told(seen), seen, full=full, strict=strict, progress=progress)

    def _look(self) -> Look:
        """The files and the current build, looked at once for all that a build does with them."""
        return look(self.root, self.case_folders, self.home)

    def _told(self, seen: Look) -> Inputs:
        return self._inputs(self._target(self.settings.release or stated_release(seen, self.reader)))

    def shown(self, path: Path) -> str:
        """A path as reports print it."""
        return shown_path(path, self.root)

    def is_case(self, path: Path) -> bool:
        """Whether a file is, or is meant to be, a case file."""
        return path.is_file() and self.reader.read(path.read_bytes(), self.shown(path)) is not None

    def markdown(self) -> list[Found]:
        """The Markdown files of the case folders."""
        return find_markdown(self.root, self.case_folders)

    def check(self, *, engine: str = DEFAULT_ENGINE, progress: Progress = silent) -> Manifest:
        """What a build would find wrong, without building."""
        seen = self._look()
        return check(replace(self._told(seen), engine=engine), seen, progress=progress)

    def audit(self) -> list[Problem]:
        """What the rules across cases find in the current build."""
        inputs, manifest = self.inputs, self.manifest
        paths = {self.settings.base + entry.case: entry.path for entry in manifest.cases()}

        def place(subject: str, predicate: str) -> Span:
            case = subject.partition("/claim/")[0]
            return where(paths[case], predicate, inputs, subject=subject)

        return audit(self.store, self.target, place)

    def is_current(self, checked: Manifest) -> bool:
        """Whether the current build was made from the files as a check found them."""
        built = current_manifest(self.home)
        hashes = {entry.path: entry.sha256 for entry in checked.files.values()}
        return built is not None and hashes == {entry.path: entry.sha256 for entry in built.files.values()}

    def check_text(self, raw: bytes, path: Path, *, engine: str = DEFAULT_ENGINE) -> list[Problem]:
        """What is wrong with the text of a case file that stands, or would stand, at a path."""
        inputs = replace(self.inputs, engine=engine)
        return problems_of(raw, shown_path(path, self.root), path.parent, inputs)

    def cases(self) -> Iterator[tuple[Path, Case]]:
        """Every case that can be read, with the path of its file."""
        for each in self.markdown():
            case = self.reader.read(each.path.read_bytes(), each.shown)
            if case is not None and case.record is not None:
                yield each.path, case

    @property
    def linker(self) -> Linker:
        """Links claims to processes, by the catalogue in use and the decisions of people."""
        return linker(self.inputs)

    def linkings(self) -> Iterator[Linking]:
        """Every claim that is, or should be, about a process, and what that comes to now."""
        at = self.linker
        for _, case in self.cases():
            assert case.record is not None
            yield from at.linkings(case.record)

    @property
    def curated(self) -> Curated:
        """What people decided, in the files of links."""
        return curated(self.inputs)

    def organisations(self, *, progress: Progress = silent) -> list[OrganisationUse]:
        """The names of organisations that cases use, as the files are now."""
        seen = self._look()
        return uses((entry.case, entry.entities) for entry in glance(self._told(seen), seen, progress=progress))

    def evidence(self) -> Iterator[CaseEvidence]:
        """Where the quotes of each case stand in its captured texts."""
        within = (self.root.resolve(), *(folder.resolve() for folder in self.case_folders))
        for path, case in self.cases():
            assert case.record is not None
            captures = read_captures(case.record, path.parent, (*within, path.parent.resolve()))
            yield CaseEvidence(case.record, tuple(locate_quotes(case.record, captures)))

    @property
    def manifest(self) -> Manifest:
        """What the current build was made of; StoreError before the first build."""
        manifest = current_manifest(self.home)
        if manifest is None:
            from kg.builtgraph import no_graph

            raise no_graph(self.root)
        return manifest

    def pushable(self, build: str = "") -> LocalBuild:
        """The current build, or a kept one by its hash, as a push reads it; StoreError where it is not there."""
        manifest = read_manifest(self.home / "builds" / build / "manifest.json") if build else self.manifest
        if manifest is None:
            raise StoreError(f"the build {build} is no longer kept in {self.home}; the current one and one more are")
        from kg.push.local import LocalBuild

        return LocalBuild(manifest, Parts(self.home / "parts"))

    def push_target(self, name: str = "") -> Target:
        """A target by its name; without one, the only one there is."""
        from kg.store.target import choose_target

        return choose_target(self.settings.targets, name, self.root / SETTINGS)

    @property
    def store(self) -> Embedded:
        """The current build's store, to read from in this process; StoreError before the first build."""
        return Embedded.open(self.built.folder / "store", vocab.PREFIXES)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process that answers queries; the next query starts another."""
        self.built.close()

    def sparql(self, text: str, *, limits: QueryLimits = WHOLE) -> Answer:
        """The answer to SPARQL over the graph, all of it; the usual prefixes are declared.

        It runs in a process of its own. QueryTimeout or QueryTooLarge where it needs more than the limits.
        """
        return self.built.sparql(text, limits=limits)

    def graph(self) -> Graph:
        """The graph as rdflib has graphs, to read; queries run in this process, without limits."""
        from kg.store.graph import as_graph

        return as_graph(self.store)

    def case(self, name: str) -> CaseFacts:
        """A case by its id, IRI, title or path, as its file is now; CaseMissing where there is none."""
        return find_case(name, self._case_paths(name), self.cases, base=self.settings.base)

    def _case_paths(self, name: str) -> Iterator[tuple[Path, Case]]:
        """The file in which the current build found a case, if it can be told by an id or IRI."""
        manifest = current_manifest(self.home)
        wanted = {name.removeprefix(self.settings.base), f"case/{encode(name)}"}
        for entry in manifest.cases() if manifest else ():
            path = self.root / entry.path
            if entry.case in wanted and path.is_file():
                case = self.reader.read(path.read_bytes(), entry.path)
                if case is not None and case.record is not None:
                    yield path, case

    def search(self, words: str, *, kinds: Iterable[str] = KINDS, limit: int = 20, progress: Progress = silent) -> Hits:
        """What has some words, the best first; the index is brought up to date with the current build before."""
        return self.built.search(words, kinds=kinds, limit=limit, progress=progress)

    def queries(self) -> Catalogue:
        """Every saved query, and what is wrong with the files of queries."""
        return self.built.queries()

    def query(self, name: str, /, **given: Given | Sequence[Given]) -> QueryAnswer:
        """The answer of a saved query; parameters as its header declares them, the others at their defaults.

        A warning where the question itself cuts off what is beyond its first rows.
        """
        answer = self.built.ask(self.built.saved_query(name), given)
        if answer.truncated:
            warnings.warn(f"{name}: {answer.truncated}", stacklevel=2)
        return answer
