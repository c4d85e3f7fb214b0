"""How much of a version number a change demands, and how much two versions differ by."""

from __future__ import annotations

from enum import IntEnum


class Bump(IntEnum):
    """A step of the version number; ordered, so that ``max()`` gives what several changes demand together."""

    NONE = 0
    """Nothing has changed."""
    PATCH = 1
    """Only words for readers: labels, definitions, examples, messages."""
    MINOR = 2
    """Every file that is sound stays sound, and every query gives the same rows for the same files."""
    MAJOR = 3
    """A file or a query that was right may be wrong now."""

    @property
    def label(self) -> str:
        """The lower-case word that reports print."""
        return self.name.lower()


def bump_between(before: str, after: str) -> Bump:
    """The step from one version to a later one; a jump over several releases counts as its greatest.

    >>> bump_between("1.1", "2.0").label, bump_between("1.0", "1.2").label, bump_between("1.1", "1.1.1").label
    ('major', 'minor', 'patch')
    """
    old, new = _parts(before), _parts(after)
    if new <= old:
        return Bump.NONE
    if old[0] != new[0]:
        return Bump.MAJOR
    return Bump.MINOR if old[1] != new[1] else Bump.PATCH


def least_version(before: str, bump: Bump) -> str:
    """The lowest version that is a step of this size ahead.

    >>> least_version("1.1", Bump.MAJOR), least_version("1.1", Bump.MINOR), least_version("1.1", Bump.PATCH)
    ('2.0', '1.2', '1.1.1')
    """
    major, minor, patch = _parts(before)
    match bump:
        case Bump.MAJOR:
            return f"{major + 1}.0"
        case Bump.MINOR:
            return f"{major}.{minor + 1}"
        case Bump.PATCH:
            return f"{major}.{minor}.{patch + 1}"
        case _:
            return before


def _parts(version: str) -> tuple[int, int, int]:
    major, minor, *rest = (int(part) for part in version.split("."))
    return major, minor, rest[0] if rest else 0
