"""Links between organisations in; which names are one organisation, which are not, and ids elsewhere, out.

What holds does not depend on the order of the rows, nor on which names the cases use, so that one more case never
renames another case's organisation.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from kg import codes
from kg.identity import slug
from kg.links.chains import Ends, components, ends
from kg.links.contradictions import between_organisations, to_ids_elsewhere
from kg.links.link import End, Link, Verdict
from kg.links.sorting import Rows, in_order, key, of, sort
from kg.problem import Problem


@dataclass(frozen=True, slots=True)
class Identities:
    """What curated links say of organisations, contradictions taken out; organisations by slug."""

    problems: tuple[Problem, ...]
    links: tuple[Link, ...]
    """The rows that apply, in the order of the file."""
    roots: Mapping[str, str]
    """The slug of every merged name → the slug of the organisation that it is."""
    labels: Mapping[str, str]
    """Organisation → the name that the rows prefer for it."""
    spellings: Mapping[str, str]
    """Every name that a row calls the same as another → one name for all that are the same."""
    external: Mapping[str, tuple[str, ...]]
    """Organisation → its IRIs elsewhere (Wikidata, LEI)."""
    sources: Mapping[str, tuple[Link, ...]]
    """Organisation → the rows that merged it or gave it its ids elsewhere."""
    undecided: Mapping[Ends, Verdict]
    """Two organisations that are not one → whether that was decided or left open."""

    def slug(self, name: str) -> str:
        """The slug of the organisation that a name stands for: its own where nothing is decided."""
        own = slug(name)
        return self.roots.get(own, own)

    def verdict(self, one: str, other: str) -> Verdict | None:
        """What was decided of two names, directly or through others; None where nothing was."""
        if self.is_confirmed(one, other):
            return Verdict.YES
        return self.undecided.get(ends(self.slug(one), self.slug(other)))

    def is_confirmed(self, one: str, other: str) -> bool:
        """Whether a person said that two names are one organisation's; that they share an IRI does not say so."""
        if slug(one) != slug(other):
            return self.slug(one) == self.slug(other)
        return self.spellings.get(one, one) == self.spellings.get(other, other)

    def unknown(self, known: Collection[str]) -> list[Problem]:
        """Warnings for links that no name of a case, given by slug, brings to bear.

        A yes may prefer a name that no case uses.
        """
        return [problem for link in self.links for problem in _unknown(link, known)]


def identities(links: Iterable[Link]) -> Identities:
    """What the rows of a file come to."""
    rows = list(links)
    found = sort(rows)
    clashing, problems = between_organisations(found.between)
    applied = {pair: [link for link in said if link not in clashing] for pair, said in found.between.items()}
    roots = _roots(applied)
    undecided = _undecided(applied, roots)
    clashing_ids, more = to_ids_elsewhere(found.elsewhere, roots, undecided)
    refused = {*found.void, *clashing, *clashing_ids}
    external = _external(found.elsewhere, roots, refused)
    return Identities(
        problems=tuple(sorted([*found.problems, *problems, *more], key=lambda problem: problem.order)),
        links=tuple(link for link in rows if link not in refused),
        roots=roots,
        labels=_labels(applied, roots),
        spellings=_spellings(applied),
        external={root: tuple(sorted(found)) for root, found in external.items()},
        sources=_sources(applied, roots, external),
        undecided=undecided,
    )


def organisations_give_way(old: Link, new: Link) -> bool:
    """Whether a row cannot stand beside a new one: of the same two, it says otherwise or prefers the other name."""
    if set(_sides(old)) != set(_sides(new)):
        return False
    return old.verdict is not new.verdict or (new.verdict is Verdict.YES and _sides(old) != _sides(new))


def _sides(link: Link) -> tuple[str, str]:
    """What tells the sides of a row apart: slugs or IRIs; of two names with one slug, the names."""
    one, other = (key(end) or end.id for end in (link.subject, link.object))
    return (one, other) if one != other else (link.subject.shown, link.object.shown)


def _yes(applied: Rows) -> list[Link]:
    return [link for said in applied.values() for link in of(said, Verdict.YES)]


def _roots(applied: Rows) -> dict[str, str]:
    """Merged slugs with the one that the rows prefer of those they are one with.

    That is the object of a yes that is the subject of none; of several, the one that most rows point to, then the
    first by code point.
    """
    yes = [link for link in _yes(applied) if key(link.subject) != key(link.object)]
    subjects = {key(link.subject) for link in yes}
    pointed_to = Counter(key(link.object) for link in yes)
    roots: dict[str, str] = {}
    for group in components(pair for pair, said in applied.items() if pair[0] != pair[1] and of(said, Verdict.YES)):
        preferred = [each for each in group if each not in subjects] or group
        root = min(preferred, key=lambda each: (-pointed_to[each], each))
        roots.update(dict.fromkeys(group, root))
    return roots


def _labels(applied: Rows, roots: Mapping[str, str]) -> dict[str, str]:
    """Organisations with the spelling that most rows point to; with one that rows begin with where none does."""
    yes = _yes(applied)
    return _spelt((link.subject for link in yes), roots) | _spelt((link.object for link in yes), roots)


def _spelt(found: Iterable[End], roots: Mapping[str, str]) -> dict[str, str]:
    """Organisations with the label that most of the ends that are they have."""
    spelt: dict[str, Counter[str]] = defaultdict(Counter)
    for end in found:
        own = key(end) or ""
        if end.label and roots.get(own, own) == own:
            spelt[own][end.label] += 1
    return {root: min(names, key=lambda name: (-names[name], name)) for root, names in spelt.items()}


def _spellings(applied: Rows) -> dict[str, str]:
    pairs = [ends(link.subject.label, link.object.label) for link in _yes(applied)]
    groups = components(pair for pair in pairs if all(pair))
    return {name: group[0] for group in groups for name in group}


def _sources(
    applied: Rows, roots: Mapping[str, str], external: Mapping[str, Mapping[str, Link]]
) -> dict[str, tuple[Link, ...]]:
    found: dict[str, set[Link]] = defaultdict(set)
    for (one, _), said in applied.items():
        found[roots.get(one, one)].update(of(said, Verdict.YES))
    for root, ids in external.items():
        found[root].update(ids.values())
    return {root: tuple(in_order(links)) for root, links in sorted(found.items()) if links}


def _undecided(applied: Rows, roots: Mapping[str, str]) -> dict[Ends, Verdict]:
    """Pairs of organisations with a no, or with nothing more than an unsure."""
    found: dict[Ends, Verdict] = {}
    for (one, other), said in applied.items():
        pair = ends(roots.get(one, one), roots.get(other, other))
        if of(said, Verdict.NO):
            found[pair] = Verdict.NO
        elif of(said, Verdict.UNSURE):
            found.setdefault(pair, Verdict.UNSURE)
    return found


def _external(elsewhere: Rows, roots: Mapping[str, str], refused: set[Link]) -> dict[str, dict[str, Link]]:
    """Organisation → IRI elsewhere → the first row that says so."""
    found: dict[str, dict[str, Link]] = defaultdict(dict)
    for (one, iri), said in sorted(elsewhere.items()):
        for link in in_order(of(said, Verdict.YES)):
            if link not in refused:
                found[roots.get(one, one)].setdefault(iri, link)
    return found


def _unknown(link: Link, known: Collection[str]) -> Iterator[Problem]:
    sides = (link.subject,) if link.verdict is Verdict.YES else (link.subject, link.object)
    for end in sides:
        own = key(end)
        if own is not None and own not in known:
            message = f"no case is about an organisation called “{end.shown}”"
            yield codes.UNKNOWN_LINK_TARGET.at(link.span, message, hint="write the name as the cases do")
