"""A saved query and a release in; what will make it empty, slow or different from run to run out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pyoxigraph as ox

from kg import codes, vocab
from kg.catalogue import PCF
from kg.problem import Problem, Span
from kg.query import plan
from kg.query.blocks import blocks, parse, prologue
from kg.query.reading import load_queries, read_query
from kg.query.saved import SavedQuery
from kg.release import Release
from kg.source import Source
from kg.store.sparql import Kind, Token, in_order, named, tokens

OPEN = (vocab.CASEGRAPH + "id/", vocab.CASEGRAPH + "method/", vocab.CASEGRAPH + "query/", PCF)
"""Namespaces of ours whose members a release does not list."""
DEPRECATED = vocab.PREFIXES["owl"] + "deprecated"


@dataclass(frozen=True)
class Checked:
    """A query with what the checks read of it."""

    query: SavedQuery
    release: Release

    @cached_property
    def source(self) -> Source:
        """For places."""
        return Source(self.query.file, self.query.text)

    @cached_property
    def tokens(self) -> list[Token]:
        """All of them."""
        return list(tokens(self.query.text))

    @cached_property
    def body(self) -> list[Token]:
        """The tokens behind the SELECT clause."""
        opened = next((index for index, token in enumerate(self.tokens) if token.is_sign("{")), 0)
        return self.tokens[opened:]

    def span(self, token: Token) -> Span:
        """Where a token stands."""
        return self.source.span(token.start, token.end)


def check_queries(folders: Iterable[Path], root: Path, release: Release) -> list[Problem]:
    """What is wrong with the files of some folders, and what lint finds in those that can be read."""
    catalogue = load_queries(folders, root)
    found = [problem for query in catalogue.queries.values() for problem in lint(query, release)]
    return [*catalogue.problems, *found]


def check_query(text: str, file: str, release: Release) -> list[Problem]:
    """What is wrong with the text of one file."""
    query, problems = read_query(text, file)
    return [*problems, *(lint(query, release) if query else ())]


def lint(query: SavedQuery, release: Release) -> list[Problem]:
    """Everything that the checks find, in the order of the file."""
    checked = Checked(query, release)
    return sorted((problem for check in CHECKS for problem in check(checked)), key=lambda problem: problem.order)


def written_for_release(checked: Checked) -> Iterator[Problem]:
    """The release is in the range that the header names."""
    version, requires = checked.release.version, checked.query.requires
    if not requires.has(version):
        message = f"the query is written for releases {requires.text}; the graph is at {version}"
        yield codes.QUERY_RELEASE.at(Span(checked.query.file), message)


def declared_terms(checked: Checked) -> Iterator[Problem]:
    """Every term of ours is declared by the release, and not retired."""
    facts = checked.release.facts
    for token, iri in named(checked.tokens):
        if not iri.startswith(vocab.CASEGRAPH) or iri.startswith(OPEN):
            continue
        if iri not in facts:
            message = f"{token.text} is not declared in release {checked.release.version}"
            yield codes.QUERY_UNDECLARED_TERM.at(checked.span(token), message, hint=_nearest(iri, facts))
        elif "true" in facts[iri].get(DEPRECATED, ()) or vocab.replacedBy in facts[iri]:
            after = ", ".join(f"<{each}>" for each in facts[iri].get(vocab.replacedBy, ()))
            hint = f"use {after}" if after else "ask for the terms that took its place"
            message = f"{token.text} is retired in release {checked.release.version}"
            yield codes.QUERY_RETIRED_TERM.at(checked.span(token), message, hint=hint)


def _nearest(iri: str, known: Iterable[str]) -> str:
    from rapidfuzz import fuzz, process

    ours = [each for each in known if each.startswith(vocab.CASEGRAPH)]
    found = process.extractOne(iri, ours, scorer=fuzz.ratio, score_cutoff=80)
    return f"did you mean <{found[0]}>?" if found else ""


def used_parameters(checked: Checked) -> Iterator[Problem]:
    """Every parameter's variable stands somewhere else than in its block."""
    places = {block.name: block for block in blocks(checked.tokens)}
    for parameter in checked.query.parameters:
        own = places[parameter.name].variable
        used = any(t.kind is Kind.VARIABLE and t.name == parameter.name and t != own for t in checked.body)
        if not used:
            message = f"nothing in the query uses ?{parameter.name} but its VALUES block"
            yield codes.QUERY_PARAMETER.at(checked.span(own), message, hint="use it in a pattern or a FILTER")


def described_columns(checked: Checked) -> Iterator[Problem]:
    """The SELECT gives the columns of the header, in their order."""
    answer = parse(checked.query.text)
    assert isinstance(answer, ox.QuerySolutions)
    given = in_order([variable.value for variable in answer.variables], checked.query.text)
    described = [column.name for column in checked.query.columns]
    if given != described:
        select = next(token for token in checked.tokens if token.says("SELECT"))
        message = f"the SELECT gives {', '.join(given)}; the header describes {', '.join(described)}"
        yield codes.QUERY_COLUMNS.at(checked.span(select), message)


def default_graph(checked: Checked) -> Iterator[Problem]:
    """No graph is named."""
    for token in checked.tokens:
        if token.says("GRAPH", "FROM"):
            message = f"{token.text.upper()} chooses graphs; saved queries ask the default graph"
            yield codes.QUERY_DATASET.at(checked.span(token), message)


def ordered_limits(checked: Checked) -> Iterator[Problem]:
    """Whatever cuts rows off says by ORDER BY which."""
    ordered = [False]
    for token in checked.tokens:
        if token.is_sign("{"):
            ordered.append(False)
        elif token.is_sign("}") and len(ordered) > 1:
            ordered.pop()
        elif token.says("ORDER"):
            ordered[-1] = True
        elif token.says("LIMIT", "OFFSET") and not ordered[-1]:
            message = f"{token.text.upper()} without ORDER BY takes any rows"
            yield codes.QUERY_UNORDERED_LIMIT.at(checked.span(token), message)


def joined_patterns(checked: Checked) -> Iterator[Problem]:
    """All patterns of a scope are joined; and rdflib, which stands for other engines, can read the query."""
    try:
        scopes = plan.products(plan.algebra(checked.query.text))
    except plan.Unreadable as error:
        span = Span(checked.query.file, error.line, error.column)
        yield codes.QUERY_SYNTAX.at(span, f"another parser of SPARQL 1.1, rdflib's, cannot read this: {error}")
        return
    for parts in scopes:
        places = sorted((_first(checked, part) for part in parts), key=lambda token: token.start)
        sides = " and ".join(token.text for token in places)
        yield codes.QUERY_CARTESIAN_PRODUCT.at(checked.span(places[1]), f"nothing joins {sides}")


def _first(checked: Checked, part: plan.Part) -> Token:
    """The first token of the variables of a part."""
    named = (token for token in checked.body if token.kind is Kind.VARIABLE and token.name in part)
    return next(named, checked.body[0])


def short_not_exists(checked: Checked) -> Iterator[Problem]:
    """No NOT EXISTS looks for more than one triple."""
    start = prologue(checked.query.text, checked.tokens)
    for token, group in _not_exists(checked):
        try:
            steps = plan.hops(plan.algebra(f"{start}SELECT * {group}"))
        except plan.Unreadable:
            continue
        if steps > 1:
            message = f"NOT EXISTS looks for {steps} triples; its time grows with the square of the graph"
            yield codes.QUERY_SLOW_NOT_EXISTS.at(checked.span(token), message, hint="write MINUS { … } instead")


def _not_exists(checked: Checked) -> Iterator[tuple[Token, str]]:
    """Each NOT of a NOT EXISTS, and the text of the group behind it."""
    found = checked.tokens
    for index, token in enumerate(found[:-2]):
        if token.says("NOT") and found[index + 1].says("EXISTS") and found[index + 2].is_sign("{"):
            depth = 0
            for each in found[index + 2 :]:
                depth += each.is_sign("{") - each.is_sign("}")
                if depth == 0:
                    yield token, checked.query.text[found[index + 2].start : each.end]
                    break


CHECKS = (
    written_for_release,
    declared_terms,
    used_parameters,
    described_columns,
    default_graph,
    ordered_limits,
    joined_patterns,
    short_not_exists,
)
"""Every check, in the order of this file."""
