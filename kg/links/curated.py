"""The files of curated links of a workspace in; what they come to, what is wrong with them, and on whom it bears, out.

What a case *mentions* (its organisation, its claims, the codes and names they state) is what a decision can be about.
A build keeps a digest of what is decided for each mention, so that the next one reads just the cases again for which
something else is decided now.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from kg import codes
from kg.links.link import Link
from kg.links.organisations import Identities, identities
from kg.links.processes import Decisions, Subject, process_decisions, stated
from kg.links.rows import read_links
from kg.problem import Problem, Span
from kg.source import decode

ORGANISATIONS = "links/organisations.sssom.tsv"
PROCESSES = "links/processes.sssom.tsv"
LIMIT = 50_000_000
"""Bytes above which a file of links is refused."""

Mention = str
"""Something that a decision can be about, as one text: what kind of thing, then what tells it apart."""


@dataclass(frozen=True, slots=True)
class LinkFile:
    """One file of links as it was read, by its path from the workspace; or why it could not be."""

    path: str
    raw: bytes
    problem: Problem | None = None

    @property
    def sha256(self) -> str:
        """The hash of the file."""
        return hashlib.sha256(self.raw).hexdigest()


def find_link_files(root: Path) -> tuple[LinkFile, ...]:
    """The files of links that a workspace has."""
    return tuple(_file(root, path) for path in (ORGANISATIONS, PROCESSES) if (root / path).exists())


def _file(root: Path, path: str) -> LinkFile:
    try:
        return LinkFile(path, (root / path).read_bytes())
    except OSError as error:
        hint = "give the file read permission, or remove it"
        return LinkFile(path, b"", codes.UNREADABLE_FILE.at(Span(path), f"cannot be read: {error.strerror}", hint=hint))


@dataclass(frozen=True, slots=True)
class Curated:
    """Everything that a workspace's files of links come to."""

    organisations: Identities
    processes: Decisions
    problems: Mapping[str, tuple[Problem, ...]]
    """Path of a file → what is wrong with its rows, contradictions among them included."""

    @property
    def links(self) -> tuple[Link, ...]:
        """The rows that apply."""
        return (*self.organisations.links, *self.processes.links)

    def decided(self) -> dict[Mention, str]:
        """A digest of what is decided for each mention; what nothing is decided about is not in it."""
        found: dict[Mention, list[str]] = defaultdict(list)
        for mention, said in (*_about_organisations(self.organisations), *_about_claims(self.processes)):
            found[mention].append(said)
        return {mention: _digest(said) for mention, said in sorted(found.items())}

    def unknown(self, mentioned: Collection[Mention], processes: Collection[str]) -> list[Problem]:
        """Warnings for rows about what no case mentions, or about PCF IDs that the catalogue does not have."""
        kinds: dict[str, list[tuple[str, ...]]] = defaultdict(list)
        for mention in mentioned:
            kind, *rest = mention.split("\t")
            kinds[kind].append(tuple(rest))
        claims = [(case, claim) for case, claim in kinds["claim"]]
        pairs = [(code, name) for code, name in kinds["stated"]]
        names = {slug for (slug,) in kinds["organisation"]}
        return [*self.organisations.unknown(names), *self.processes.unknown(claims, pairs, processes)]


def read_curated(files: Iterable[LinkFile]) -> Curated:
    """What files of links come to; whatever is wrong with one row, the others apply."""
    rows: dict[str, list[Link]] = {ORGANISATIONS: [], PROCESSES: []}
    problems: dict[str, list[Problem]] = {}
    for file in files:
        rows[file.path], problems[file.path] = _read(file)
    organisations, processes = identities(rows[ORGANISATIONS]), process_decisions(rows[PROCESSES])
    for each in (*organisations.problems, *processes.problems):
        problems[each.span.file].append(each)
    ordered = {path: tuple(sorted(found, key=lambda each: each.order)) for path, found in problems.items()}
    return Curated(organisations, processes, ordered)


def _read(file: LinkFile) -> tuple[list[Link], list[Problem]]:
    if file.problem:
        return [], [file.problem]
    source = decode(file.raw, file.path, limit=LIMIT)
    return ([], [source]) if isinstance(source, Problem) else read_links(source.text, file.path)


# --- Mentions ------------------------------------------------------------------------------------------


def organisation_mention(slug: str) -> Mention:
    """An organisation, by the slug of its own name."""
    return f"organisation\t{slug}"


def claim_mentions(case: str, claim: str, code: str, name: str) -> tuple[Mention, Mention]:
    """A claim by its ids, and what it states of a process."""
    return _mention(("claim", case, claim)), _mention(stated(code, name))


def differing(before: Mapping[Mention, str], now: Mapping[Mention, str]) -> set[Mention]:
    """The mentions for which something else is decided now: added, changed or withdrawn."""
    return {mention for mention in before.keys() | now.keys() if before.get(mention) != now.get(mention)}


def _mention(subject: Subject) -> Mention:
    return "\t".join(" ".join(text.split()) for text in subject)


def _about_claims(found: Decisions) -> Iterator[tuple[Mention, str]]:
    for subject, decision in found.yes.items():
        yield _mention(subject), f"yes {decision.process} {_said(decision.link)}"
    for subject, processes in found.no.items():
        yield _mention(subject), f"no {' '.join(sorted(processes))}"


def _about_organisations(found: Identities) -> Iterator[tuple[Mention, str]]:
    for slug, root in found.roots.items():
        yield organisation_mention(slug), f"is {root}"


def _said(link: Link) -> str:
    """All that a row says, wherever it stands."""
    return repr((link.subject, link.object, link.justification, link.confidence, link.author, link.date, link.comment))


def _digest(said: Iterable[str]) -> str:
    text = "\n".join(sorted(said))
    return hashlib.sha256(text.encode("utf-8", errors="surrogatepass")).hexdigest()[:16]
