"""Sorted links about organisations in; those that cannot all be right, with a Problem for each set of them, out.

None of the rows of such a set applies, so that what holds does not depend on the order of the rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from kg import codes
from kg.links.chains import Ends, chain_rows
from kg.links.curies import LEI, WIKIDATA
from kg.links.link import Link, Verdict
from kg.links.sorting import Rows, in_order, of
from kg.problem import Problem

_REGISTERS = {WIKIDATA: "items of Wikidata", LEI: "LEIs"}
_HINT = "decide which of the rows is right and delete the others"

Refused = tuple[set[Link], list[Problem]]


def between_organisations(rows: Rows) -> Refused:
    """A pair with yes and no, and a no against a chain of yes."""
    refused: set[Link] = set()
    problems: list[Problem] = []
    direct = {pair for pair, said in rows.items() if of(said, Verdict.YES) and of(said, Verdict.NO)}
    yes = {pair: found for pair, said in rows.items() if pair not in direct and (found := of(said, Verdict.YES))}
    for pair in sorted(rows):
        no = of(rows[pair], Verdict.NO)
        against = of(rows[pair], Verdict.YES) if pair in direct else chain_rows(pair, yes) if no else []
        if against:
            refused.update(no + against)
            problems.append(_yes_and_no(no, against))
    return refused, problems


def _yes_and_no(no: list[Link], yes: list[Link]) -> Problem:
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


def to_ids_elsewhere(rows: Rows, roots: Mapping[str, str], undecided: Mapping[Ends, Verdict]) -> Refused:
    """Rows to ids elsewhere that cannot all be right, given what is merged and what is told apart.

    ``skos:exactMatch`` is transitive: two items of one register for one organisation would make one of the two items,
    and one item for two organisations that a no tells apart would make one of these.
    """
    by_root: Rows = defaultdict(list)
    for (one, iri), said in rows.items():
        by_root[roots.get(one, one), iri] += said
    groups = [*_same_and_not(by_root), *_two_of_one(by_root), *_one_of_two(by_root, undecided)]
    problems = [
        codes.CONTRADICTING_LINKS.at(links[-1].span, f"{_lines(links)}: {what}; none applies", hint=_HINT)
        for what, links in groups
    ]
    return {link for _, links in groups for link in links}, problems


def _same_and_not(by_root: Rows) -> Iterator[tuple[str, list[Link]]]:
    for (root, iri), said in sorted(by_root.items()):
        if of(said, Verdict.YES) and of(said, Verdict.NO):
            yield f"{root} is, and is not, {iri}", in_order(of(said, Verdict.YES) + of(said, Verdict.NO))


def _two_of_one(by_root: Rows) -> Iterator[tuple[str, list[Link]]]:
    for register, called in _REGISTERS.items():
        found: dict[str, dict[str, list[Link]]] = defaultdict(dict)
        for (root, iri), said in by_root.items():
            if iri.startswith(register) and of(said, Verdict.YES):
                found[root][iri] = of(said, Verdict.YES)
        for root, items in sorted(found.items()):
            if len(items) > 1:
                named = " and ".join(iri.removeprefix(register) for iri in sorted(items))
                links = in_order(link for said in items.values() for link in said)
                yield f"{root} cannot be two {called}, {named}", links


def _one_of_two(by_root: Rows, undecided: Mapping[Ends, Verdict]) -> Iterator[tuple[str, list[Link]]]:
    owners: dict[str, set[str]] = defaultdict(set)
    for (root, iri), said in by_root.items():
        if of(said, Verdict.YES):
            owners[iri].add(root)
    for pair in sorted(pair for pair, verdict in undecided.items() if verdict is Verdict.NO):
        for iri in sorted(iri for iri, roots in owners.items() if roots.issuperset(pair)):
            links = in_order(link for root in pair for link in of(by_root[root, iri], Verdict.YES))
            yield f"{pair[0]} and {pair[1]} are two organisations and cannot both be {iri}", links
