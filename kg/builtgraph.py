"""A workspace's folder in; its built graph, to ask questions of, out. Nothing here reads case files or builds.

It is all that a question needs, and it is imported in a third of the time of ``kg.workspace``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from kg import vocab
from kg.manifest import current_build, current_manifest
from kg.query import Catalogue, QueryAnswer, SavedQuery, ask, load_queries, load_query, query_folders
from kg.query.values import Given
from kg.settings import HOME, SETTINGS, Settings, SettingsError, read_settings
from kg.store.base import Answer, StoreError
from kg.worker import WHOLE, Limits, Worker, whole

if TYPE_CHECKING:
    from kg.search import Hits
    from kg.search.index import Progress


class BuiltGraph:
    """The current build of a workspace. Queries run in a process of their own, which ends with this."""

    def __init__(self, root: Path | str, settings: Settings | None = None) -> None:
        self.root = Path(root)
        if not self.root.is_dir():
            raise SettingsError(f"{self.root}: there is no such folder")
        self.settings = settings or read_settings(self.root / SETTINGS)
        self._worker: Worker | None = None
        self._made = 0

    @property
    def home(self) -> Path:
        """Where builds are kept."""
        return self.root / HOME

    @property
    def folder(self) -> Path:
        """Where the current build is; StoreError before the first build."""
        folder = current_build(self.home)
        if folder is None:
            raise no_graph(self.root)
        return folder

    def kept(self, name: str) -> Path:
        """The folder of a build that is still kept, by the beginning of its id, or ``previous``."""
        current = self.folder
        folders = sorted(each for each in current.parent.iterdir() if each.name[0] != "~")
        others = [each for each in folders if each != current]
        found = others if name == "previous" else [each for each in folders if each.name.startswith(name)]
        if len(found) != 1:
            kept = ", ".join(f"{each.name} (current)" if each == current else each.name for each in folders)
            raise StoreError(f"there is no build `{name}`; kept: {kept}")
        return found[0]

    @property
    def worker(self) -> Worker:
        """The process that answers queries; after another build, another one."""
        store = self.folder / "store"
        made = store.stat().st_ino
        if self._worker is None or self._made != made:
            self.close()
            self._worker, self._made = Worker(store, vocab.PREFIXES), made
        return self._worker

    def close(self) -> None:
        """End the process that answers queries; the next query starts another."""
        if self._worker is not None:
            self._worker.close()
            self._worker = None

    def sparql(self, text: str, *, limits: Limits = WHOLE) -> Answer:
        """The whole answer to SPARQL; QueryTimeout or QueryTooLarge where it needs more than the limits."""
        return whole(self.worker.run(text, limits)).answer

    def queries(self) -> Catalogue:
        """Every saved query, and what is wrong with the files of queries."""
        return load_queries(query_folders(self.root), self.root)

    def saved_query(self, name: str) -> SavedQuery:
        """The saved query of a name; QueryMissing or QueryBroken where there is none to run."""
        return load_query(query_folders(self.root), name, self.root)

    def ask(
        self, query: SavedQuery, given: Mapping[str, Given | Sequence[Given]], *, limits: Limits = WHOLE
    ) -> QueryAnswer:
        """The whole answer of a saved query; QueryTimeout or QueryTooLarge where it needs more than the limits."""
        worker = self.worker
        return ask(query, given, lambda text: whole(worker.run(text, limits)), base=self.settings.base)

    def search(self, words: str, *, kinds: Iterable[str], limit: int, progress: Progress) -> Hits:
        """What has some words, the best first; the index is brought up to date with the current build before."""
        from kg.parts import Parts
        from kg.search import Index, search

        build, index = self.folder.name, Index(self.home)
        if index.build() != build:
            manifest = current_manifest(self.home)
            if manifest is None:
                raise no_graph(self.root)
            index.refresh(manifest, Parts(self.home / "parts"), self.root, progress)
        return search(index, words, kinds=kinds, limit=limit)


def no_graph(root: Path) -> StoreError:
    """What is said before the first build."""
    return StoreError(f"{root} has no graph yet; make one with `kg build`")
