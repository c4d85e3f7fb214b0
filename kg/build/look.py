"""A workspace's folders in; the Markdown files that stand there and the build before, looked at once, out."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from kg.build.scan import Found, find_markdown
from kg.manifest import Manifest, current_build, current_manifest


@dataclass(frozen=True, slots=True)
class Look:
    """What a build starts from."""

    at: float
    """When it was taken (seconds since 1970), before anything was looked at."""
    found: list[Found]
    manifest: Manifest | None
    """The current build's."""

    def again(self, home: Path) -> Look:
        """With the manifest of the build that is current now; read only where another build came between."""
        folder = current_build(home)
        if self.manifest is not None and folder is not None and folder.name == self.manifest.build:
            return self
        return replace(self, manifest=current_manifest(home))


def look(root: Path, folders: Iterable[Path], home: Path) -> Look:
    """Look now."""
    now = time.time()
    return Look(now, find_markdown(root, folders), current_manifest(home))
