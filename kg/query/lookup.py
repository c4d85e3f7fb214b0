"""An organisation, process, concept or case as a person names it in, its IRI out.

Names are tried from the surest to the loosest: the IRI, whole or as tables print it; the id or slug; the label
as written; the label without regard to case. Two things of one name are an error that lists both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import pyoxigraph as ox

from kg import vocab
from kg.catalogue import PCF, hierarchy_id
from kg.problem import Failure
from kg.query.blocks import written
from kg.store.base import Table, Term
from kg.terms import plain, short_iri
from kg.worker import Outcome

SHOWN = 10
"""Candidates that an error lists."""


class NotFound(Failure):
    """Nothing, or more than one thing, has this name."""


@dataclass(frozen=True, slots=True)
class _Sort:
    """What is looked up: the pattern that all of it matches, its ids and its labels, and how its IRIs begin."""

    pattern: str
    ids: tuple[str, ...]
    labels: tuple[str, ...]
    stems: tuple[str, ...]
    words: str


@dataclass(frozen=True, slots=True)
class Lookup:
    """Finds things in the graph that ``run`` asks; ``base`` begins the IRIs of the workspace."""

    run: Callable[[str], Outcome]
    base: str

    def find(self, kind: str, text: str, *, scheme: str = "") -> ox.NamedNode:
        """The one thing of a kind that a text names; NotFound where there is none, or more than one."""
        sort = self._sort(kind, scheme)
        for found in self._attempts(sort, text):
            if len(found) == 1:
                return next(iter(found))
            if found:
                raise NotFound(f"`{text}` is more than one {sort.words}: {self._candidates(found)}; give its IRI")
        raise NotFound(f"there is no {sort.words} `{text}`{self._nearest(sort, text)}")

    def _sort(self, kind: str, scheme: str) -> _Sort:
        names = (vocab.skos_prefLabel, vocab.skos_altLabel)
        if kind == "concept":
            pattern = f"?x <{vocab.skos_inScheme}> <{scheme}> ."
            return _Sort(pattern, (vocab.skos_notation,), names, (scheme + "/",), scheme.rsplit("/", 1)[-1])
        if kind == "process":
            return _Sort(_of(vocab.Process), (vocab.pcfId, vocab.hierarchyId), names, (PCF,), kind)
        if kind == "case":
            stems = (f"{self.base}case/",)
            return _Sort(_of(vocab.Case), (vocab.dcterms_identifier,), (vocab.dcterms_title,), stems, kind)
        return _Sort(_of(vocab.org_Organization), (), names, (f"{self.base}organisation/",), kind)

    def _attempts(self, sort: _Sort, text: str) -> Iterator[set[ox.NamedNode]]:
        stems = ("", self.base, vocab.CASEGRAPH, *sort.stems)
        iris = [written(each) for stem in stems if (each := _iri(stem + text))]
        yield self._matching(sort, f"VALUES ?x {{ {' '.join(iris)} }}") if iris else set()
        ids = " ".join(written(ox.Literal(each)) for each in dict.fromkeys((text, hierarchy_id(text) or text)))
        if sort.ids:
            yield self._matching(sort, f"VALUES ?p {{ {_iris(sort.ids)} }} VALUES ?id {{ {ids} }} ?x ?p ?id .")
        labels = f"{written(ox.Literal(text))} {written(ox.Literal(text, language='en'))}"
        yield self._matching(sort, f"VALUES ?p {{ {_iris(sort.labels)} }} VALUES ?label {{ {labels} }} ?x ?p ?label .")
        yield {iri for iri, name in self._names(sort) if _folded(name) == _folded(text)}

    def _matching(self, sort: _Sort, condition: str) -> set[ox.NamedNode]:
        rows = self._rows(f"SELECT DISTINCT ?x {{ {condition} {sort.pattern} }}")
        return {row[0] for row in rows if isinstance(row[0], ox.NamedNode)}

    def _names(self, sort: _Sort) -> list[tuple[ox.NamedNode, str]]:
        """Everything of a sort by each of its names, in the order of the names."""
        rows = self._rows(f"SELECT ?x ?name {{ VALUES ?p {{ {_iris(sort.labels)} }} {sort.pattern} ?x ?p ?name }}")
        named = [(row[0], plain(row[1])) for row in rows if isinstance(row[0], ox.NamedNode)]
        return sorted(named, key=lambda pair: (pair[1], pair[0].value))

    def _rows(self, query: str) -> list[tuple[Term | None, ...]]:
        answer = self.run(query).answer
        return answer.rows if isinstance(answer, Table) else []

    def _candidates(self, found: Iterable[ox.NamedNode]) -> str:
        listed = sorted(found, key=lambda iri: iri.value)
        shown = [f"<{iri.value}>{self._label(iri)}" for iri in listed[:SHOWN]]
        return ", ".join(shown) + (" …" if len(listed) > SHOWN else "")

    def _label(self, iri: ox.NamedNode) -> str:
        properties = _iris((vocab.skos_prefLabel, vocab.dcterms_title))
        rows = self._rows(f"SELECT ?name {{ VALUES ?p {{ {properties} }} {written(iri)} ?p ?name }} LIMIT 1")
        return f" ({plain(rows[0][0])})" if rows else ""

    def _nearest(self, sort: _Sort, text: str) -> str:
        from rapidfuzz import fuzz, process

        names = {f"{name} ({short_iri(iri.value, self.base)})": _folded(name) for iri, name in self._names(sort)}
        near = process.extract(_folded(text), names, scorer=fuzz.WRatio, score_cutoff=60, limit=3)
        return f"; nearest: {', '.join(name for _, _, name in near)}" if near else ""


def _of(kind: str) -> str:
    return f"?x a <{kind}> ."


def _iris(terms: Iterable[str]) -> str:
    return " ".join(f"<{term}>" for term in terms)


def _iri(text: str) -> ox.NamedNode | None:
    try:
        return ox.NamedNode(text)
    except ValueError:
        return None


def _folded(name: str) -> str:
    """A name without what people forget when they type it.

    >>> _folded("Cost_reduction ") == _folded("cost  reduction")
    True
    """
    return " ".join(name.replace("_", " ").casefold().split())
