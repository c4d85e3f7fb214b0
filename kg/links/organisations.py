"""Links between organisations in; which names are one organisation, which are not, and ids elsewhere, out.

An organisation is known here by the slug of its name, as in the graph: names that share a slug share a node
anyway. What holds does not depend on the order of the rows, nor on which names the cases use, so that one more case
never renames another case's organisation.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote

from kg import codes
from kg.identity import slug
from kg.links.chains import Ends, chain_rows, components, ends
from kg.links.curies import LEI, WIKIDATA, is_absolute
from kg.links.link import End, Link, Verdict
from kg.problem import Problem

_REGISTERS = {WIKIDATA: "items of Wikidata", LEI: "LEIs"}
_ORGANISATION = re.compile(r"(?:.*/)?organisation/([^/]+)")
_HINT = "decide which of the rows is right and delete the others"

Rows = dict[Ends, list[Link]]


@dataclass(frozen=True, slots=True)
class Identities:
    """What curated links say of organisations, contradictions taken out; organisations by slug."""

    problems: tuple[Problem, ...]
    links: tuple[Link, ...]
    """The rows that apply, in the order of the file."""
    roots: Mapping[str, str]
    """The slug of every merged name → the slug of the organisation that it is."""
    labels: Mapping[str, str]
    """The slug of every merged organisation → the name that the rows prefer for it."""
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
        pair = ends(self.slug(one), self.slug(other))
        return Verdict.YES if pair[0] == pair[1] else self.undecided.get(pair)

    def unknown(self, names: Iterable[str]) -> list[Problem]:
        """Warnings for links that no name of a case brings to bear. A yes may prefer a name that no case uses."""
        return self.unknown_slugs({slug(name) for name in names})

    def unknown_slugs(self, known: Collection[str]) -> list[Problem]:
        """The same, given the slugs of the names that cases use."""
        return [problem for link in self.links for problem in _unknown(link, known)]


def identities(links: Iterable[Link]) -> Identities:
    """What the rows of a file come to."""
    rows = list(links)
    between, elsewhere, problems = _sorted_out(rows)
    refused = _contradictions(between, problems)
    applied = {pair: [link for link in said if link not in refused] for pair, said in between.items()}
    roots = _roots(applied)
    refused |= _elsewhere_contradictions(elsewhere, roots, applied, problems)
    kept = tuple(link for link in rows if link not in refused)
    external, sources = _external(elsewhere, roots, refused), _merges(applied, roots)
    return Identities(
        problems=tuple(sorted(problems, key=lambda problem: problem.order)),
        links=kept,
        roots=roots,
        labels=_labels(applied, roots),
        external={root: tuple(sorted(found)) for root, found in external.items()},
        sources={
            root: tuple(sorted({*sources[root], *external[root].values()}, key=lambda link: link.span))
            for root in sorted(sources.keys() | external.keys())
        },
        undecided=_undecided(applied, roots),
    )


def canonical(names: Iterable[str], links: Iterable[Link]) -> dict[str, str]:
    """Each name with the name of the organisation that it stands for, in code point order.

    That is the name that the rows prefer: the object of a yes that is the subject of none; of several, the one that
    most rows point to, then the first by slug. Where the rows give only a slug, it is the first name that has it.
    """
    found, ordered = identities(links), sorted(set(names))
    named: dict[str, str] = {}
    for name in ordered:
        named.setdefault(slug(name), name)
    return {name: _canonical(name, found, named) for name in ordered}


def _canonical(name: str, found: Identities, named: Mapping[str, str]) -> str:
    root = found.roots.get(slug(name))
    return name if root is None else found.labels.get(root) or named.get(root, root)


# --- sorting out -------------------------------------------------------------------------------------


@lru_cache(maxsize=100_000)
def key(end: End) -> str | None:
    """The slug of an organisation; None for an IRI that is no organisation's of ours."""
    found = _ORGANISATION.fullmatch(end.id)
    if found:
        return unquote(found[1])
    return None if is_absolute(end.id) else slug(end.text)


def _sorted_out(rows: list[Link]) -> tuple[Rows, Rows, list[Problem]]:
    """Rows between two organisations by both, rows to an IRI elsewhere by organisation and IRI, and void rows."""
    between: Rows = defaultdict(list)
    elsewhere: Rows = defaultdict(list)
    problems: list[Problem] = []
    for link in rows:
        one, other = key(link.subject), key(link.object)
        if one is None and other is None:
            message, hint = "neither side is an organisation of a case", "put the organisation under subject_label"
            problems.append(codes.BAD_LINK_ROW.at(link.span, message, hint=hint))
        elif one is None or other is None:
            elsewhere[one or other or "", link.object.id if other is None else link.subject.id].append(link)
        elif one != other:
            between[ends(one, other)].append(link)
        elif link.verdict is Verdict.NO:
            message = f"“{link.subject.shown}” and “{link.object.shown}” have one IRI, so they cannot be told apart"
            problems.append(codes.BAD_LINK_ROW.at(link.span, message, hint="use more distinct names in the cases"))
    return between, elsewhere, problems


def _of(said: Iterable[Link], verdict: Verdict) -> list[Link]:
    return [link for link in said if link.verdict is verdict]


def _contradictions(between: Rows, problems: list[Problem]) -> set[Link]:
    """Rows between organisations that cannot all be right: a pair with yes and no, a no against a chain of yes."""
    refused: set[Link] = set()
    direct = [said for said in between.values() if _of(said, Verdict.YES) and _of(said, Verdict.NO)]
    for said in direct:
        refused.update(_of(said, Verdict.YES) + _of(said, Verdict.NO))
        problems.append(_contradiction(_of(said, Verdict.NO), _of(said, Verdict.YES)))
    sure = {pair: said for pair, said in between.items() if said not in direct}
    yes = {pair: found for pair, said in sure.items() if (found := _of(said, Verdict.YES))}
    for pair in sorted(sure):
        no = _of(sure[pair], Verdict.NO)
        chain = chain_rows(pair, yes) if no else []
        if chain:
            refused.update(no + chain)
            problems.append(_contradiction(no, chain))
    return refused


def _contradiction(no: list[Link], yes: list[Link]) -> Problem:
    first = no[0]
    what = f"“{first.subject.shown}” and “{first.object.shown}” are two organisations"
    verb = "make" if len(yes) > 1 else "makes"
    message = (
        f"{_lines(no)} {'say' if len(no) > 1 else 'says'} that {what}; {_lines(yes)} {verb} them one; none applies"
    )
    return codes.CONTRADICTING_LINKS.at(first.span, message, hint=_HINT)


def _lines(links: Iterable[Link]) -> str:
    """The lines of some rows, as a sentence names them."""
    numbers = sorted({link.line for link in links})
    return f"line {numbers[0]}" if len(numbers) == 1 else f"lines {', '.join(map(str, numbers))}"


# --- what holds --------------------------------------------------------------------------------------


def _roots(applied: Rows) -> dict[str, str]:
    """Merged slugs with the one that the rows prefer of those they are one with."""
    yes = [link for said in applied.values() for link in _of(said, Verdict.YES)]
    subjects = {key(link.subject) for link in yes}
    pointed_to = Counter(key(link.object) for link in yes)
    roots: dict[str, str] = {}
    for group in components(pair for pair, said in applied.items() if _of(said, Verdict.YES)):
        preferred = [each for each in group if each not in subjects] or group
        root = min(preferred, key=lambda each: (-pointed_to[each], each))
        roots.update(dict.fromkeys(group, root))
    return roots


def _labels(applied: Rows, roots: Mapping[str, str]) -> dict[str, str]:
    """Merged organisations with the spelling that most rows have for them."""
    spelt: dict[str, Counter[str]] = defaultdict(Counter)
    for said in applied.values():
        for link in _of(said, Verdict.YES):
            for end in (link.subject, link.object):
                if end.label and key(end) == roots[key(end) or ""]:
                    spelt[key(end) or ""][end.label] += 1
    return {root: min(found, key=lambda name: (-found[name], name)) for root, found in spelt.items()}


def _merges(applied: Rows, roots: Mapping[str, str]) -> dict[str, list[Link]]:
    found: dict[str, list[Link]] = defaultdict(list)
    for (one, _), said in applied.items():
        for link in _of(said, Verdict.YES):
            found[roots[one]].append(link)
    return found


def _undecided(applied: Rows, roots: Mapping[str, str]) -> dict[Ends, Verdict]:
    """Pairs of organisations with a no, or with nothing more than an unsure."""
    found: dict[Ends, Verdict] = {}
    for (one, other), said in applied.items():
        pair = ends(roots.get(one, one), roots.get(other, other))
        if _of(said, Verdict.NO):
            found[pair] = Verdict.NO
        elif _of(said, Verdict.UNSURE):
            found.setdefault(pair, Verdict.UNSURE)
    return found


# --- elsewhere ---------------------------------------------------------------------------------------


def _elsewhere_contradictions(
    elsewhere: Rows, roots: Mapping[str, str], applied: Rows, problems: list[Problem]
) -> set[Link]:
    """Rows to ids elsewhere that cannot all be right.

    ``skos:exactMatch`` is transitive: two items of one register for one organisation would make one of the two items,
    and one item for two organisations that a no tells apart would make one of these.
    """
    by_root: Rows = defaultdict(list)
    for (one, iri), said in elsewhere.items():
        by_root[roots.get(one, one), iri] += said
    groups = [*_same_and_not(by_root), *_two_of_one(by_root), *_one_of_two(by_root, _undecided(applied, roots))]
    for what, links in groups:
        message = f"{_lines(links)}: {what}; none applies"
        problems.append(codes.CONTRADICTING_LINKS.at(links[-1].span, message, hint=_HINT))
    return {link for _, links in groups for link in links}


def _ordered(links: Iterable[Link]) -> list[Link]:
    return sorted(links, key=lambda link: link.span)


def _same_and_not(by_root: Rows) -> Iterator[tuple[str, list[Link]]]:
    for (root, iri), said in sorted(by_root.items()):
        if _of(said, Verdict.YES) and _of(said, Verdict.NO):
            yield f"{root} is, and is not, {iri}", _ordered(_of(said, Verdict.YES) + _of(said, Verdict.NO))


def _two_of_one(by_root: Rows) -> Iterator[tuple[str, list[Link]]]:
    for register, called in _REGISTERS.items():
        found: dict[str, dict[str, list[Link]]] = defaultdict(dict)
        for (root, iri), said in by_root.items():
            if iri.startswith(register) and _of(said, Verdict.YES):
                found[root][iri] = _of(said, Verdict.YES)
        for root, items in sorted(found.items()):
            if len(items) > 1:
                named = " and ".join(iri.removeprefix(register) for iri in sorted(items))
                links = _ordered(link for said in items.values() for link in said)
                yield f"{root} cannot be two {called}, {named}", links


def _one_of_two(by_root: Rows, undecided: Mapping[Ends, Verdict]) -> Iterator[tuple[str, list[Link]]]:
    owners: dict[str, list[str]] = defaultdict(list)
    for (root, iri), said in sorted(by_root.items()):
        if _of(said, Verdict.YES):
            owners[iri].append(root)
    for pair in sorted(pair for pair, verdict in undecided.items() if verdict is Verdict.NO):
        for iri in sorted(iri for iri, roots in owners.items() if set(pair) <= set(roots)):
            links = _ordered(link for root in pair for link in _of(by_root[root, iri], Verdict.YES))
            yield f"{pair[0]} and {pair[1]} are two organisations and cannot both be {iri}", links


def _external(elsewhere: Rows, roots: Mapping[str, str], refused: set[Link]) -> dict[str, dict[str, Link]]:
    """Organisation → IRI elsewhere → the first row that says so."""
    found: dict[str, dict[str, Link]] = defaultdict(dict)
    for (one, iri), said in sorted(elsewhere.items()):
        for link in _ordered(_of(said, Verdict.YES)):
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
