"""A store behind HTTP: SPARQL 1.1 queries and updates, graphs put and deleted by the Graph Store Protocol."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from urllib.parse import urlencode

import pyoxigraph as ox

from kg import vocab
from kg.store.base import Answer, QueryError, StoreError
from kg.store.results import Results, read_results
from kg.store.sparql import Kind, Token, form, in_order, refusal, tokens
from kg.store.target import Target
from kg.store.transport import Body, Refused, Transport

_JSON = "application/sparql-results+json"
_NTRIPLES = "application/n-triples"
PAGE = 9_000
"""Rows asked for at once where a listing may be longer than the server's limit."""


class Remote:
    """A store behind HTTP. Queries see the union of its named graphs, whatever its default graph is."""

    def __init__(self, target: Target, transport: Transport | None = None) -> None:
        self.target = target
        self.transport = transport or Transport(target)
        self._query_url = target.query_url(is_known=self.transport.credentials.are_given)

    def close(self) -> None:
        """Let go of the connection."""
        self.transport.close()

    # Asking

    def query(self, text: str) -> Answer:
        """Run one query over the union of the graphs; the usual prefixes are declared. QueryError where it fails."""
        found = list(tokens(text))
        refused = refusal(found)
        if refused:
            raise QueryError(refused.reason)
        first = form(found)
        whole = _prologue(found) + text
        try:
            if first and first.says("CONSTRUCT", "DESCRIBE"):
                return self._triples(whole, self._dataset(found))
            results = self._results(whole, self._dataset(found))
        except Refused as error:
            raise QueryError(f"the query cannot be run: {error}") from None
        if isinstance(results, bool):
            return results
        self._whole_or_raise(results, found)
        return results.table(in_order(list(results.columns), text))

    def rows(self, text: str, *names: str) -> list[tuple[str, ...]]:
        """The bare text of some columns of a SELECT that names its graphs; StoreError where it is cut short."""
        return self._selected(text).texts(*names)

    def graphs(self) -> Iterator[str]:
        """IRIs of the named graphs."""
        return self.graphs_below("")

    def graphs_below(self, prefix: str) -> Iterator[str]:
        """IRIs of the named graphs that begin with a text, sorted; StoreError where fewer come than are counted."""
        below = f' FILTER (STRSTARTS(STR(?g), "{prefix}"))' if prefix else ""  # Virtuoso: "" begins nothing
        where = f"GRAPH ?g {{ ?s ?p ?o }}{below}"
        ((number,),) = self.rows(f"SELECT (COUNT(DISTINCT ?g) AS ?n) WHERE {{ {where} }}", "n")
        pages = self.pages(f"SELECT DISTINCT ?g WHERE {{ {where} }}", order="?g")
        found = {graph for page in pages for (graph,) in page.texts("g")}
        if len(found) != int(number):
            raise StoreError(f"the store at {self.target.url} listed {len(found)} of {number} graphs")
        return iter(sorted(found))

    def pages(self, select: str, *, order: str) -> Iterator[Results]:
        """The answer to a SELECT that names its graphs, in one page, or in several where the server has a limit.

        Virtuoso sorts no more than its limit, offset included, but does in a SELECT within a SELECT.
        """
        limit = self.target.profile.row_limit
        if not limit:
            yield self._selected(select)
            return
        size, start = min(PAGE, limit), 0
        while True:
            within = f"{{ {select} ORDER BY {order} }}"
            page = self._results(f"SELECT {order} WHERE {{ {within} }} LIMIT {size} OFFSET {start}", ())
            assert isinstance(page, Results)
            yield page
            if len(page.bindings) < size:
                return
            start += size

    def counts(self, graphs: Sequence[str]) -> dict[str, int]:
        """How many triples each of some graphs holds; those that hold none are absent."""
        listed = " ".join(f"<{graph}>" for graph in graphs)
        found = self.rows(self.target.profile.count.format(graphs=listed), "g", "n") if graphs else []
        return {graph: int(number) for graph, number in found if graph}

    def __len__(self) -> int:
        answer = self.query("SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }")
        assert not isinstance(answer, bool | list)
        cell = answer.rows[0][0]
        return int(cell.value) if isinstance(cell, ox.Literal) else 0

    # Changing

    def update(self, text: str) -> None:
        """Run an update that can be repeated."""
        self.transport.send("POST", self.target.update_url, body=Body(text.encode(), "application/sparql-update"))

    def put(self, graph: str, triples: bytes) -> None:
        """Make a graph hold exactly some N-Triples."""
        self.transport.send("PUT", self.target.graphs_url, parameters=_only(graph), body=Body(triples, _NTRIPLES))

    def delete(self, graph: str) -> None:
        """Remove a graph; no matter where it is not there."""
        try:
            self.transport.send("DELETE", self.target.graphs_url, parameters=_only(graph))
        except Refused as error:
            if error.status != 404:
                raise

    # The requests behind these

    def _results(self, text: str, dataset: tuple[tuple[str, str], ...]) -> Results | bool:
        content = self._asked(text, dataset, accept=_JSON)
        try:
            return read_results(content)
        except StoreError as error:
            raise StoreError(f"{self._query_url} answers, but not as a SPARQL query service does: {error}") from None

    def _selected(self, text: str) -> Results:
        results = self._results(text, ())
        if isinstance(results, bool):
            raise StoreError(f"the store at {self.target.url} answered a SELECT with a truth value")
        self._whole_or_raise(results, ())
        return results

    def _triples(self, text: str, dataset: tuple[tuple[str, str], ...]) -> list[ox.Triple]:
        content = self._asked(text, dataset, accept=_NTRIPLES)
        try:
            quads = ox.parse(content, format=ox.RdfFormat.N_TRIPLES, lenient=True)
            return [quad.triple for quad in quads]
        except (SyntaxError, ValueError) as error:
            raise StoreError(f"{self._query_url} answered no N-Triples: {error}") from None

    def _asked(self, text: str, dataset: tuple[tuple[str, str], ...], *, accept: str) -> bytes:
        body = Body(_form([("query", text), *dataset]), "application/x-www-form-urlencoded")
        answer = self.transport.send("POST", self._query_url, body=body, accept=accept)
        if "x-sql-state" in answer.headers or "x-sparql-maxrows" in answer.headers:
            raise StoreError(f"the store at {self.target.url} cut an answer short; ask for less, with LIMIT and OFFSET")
        return answer.content

    def _dataset(self, found: Sequence[Token]) -> tuple[tuple[str, str], ...]:
        """The parameters by which a query sees the union of the graphs; a query that names graphs is left alone."""
        if self.target.profile.is_union or any(token.says("FROM", "GRAPH") for token in found):
            return ()
        return self.target.profile.union

    def _whole_or_raise(self, results: Results, found: Iterable[Token]) -> None:
        limit = self.target.profile.row_limit
        if limit and len(results.bindings) >= limit and not any(token.says("LIMIT") for token in found):
            raise StoreError(
                f"the store at {self.target.url} answers with at most {limit:,} rows, and this answer has as many; "
                "ask for less, with LIMIT and OFFSET"
            )


def _only(graph: str) -> dict[str, str]:
    """The parameter without which some servers take a request to mean the whole store."""
    if not graph:
        raise ValueError("a graph must be named")
    return {"graph": graph}


def _form(fields: Iterable[tuple[str, str]]) -> bytes:
    return urlencode(list(fields)).encode()


def _prologue(found: Sequence[Token]) -> str:
    """Declarations of the usual prefixes that a query uses and does not declare; no line, so that places stay."""
    declared = {
        following.text[:-1]
        for token, following in pairwise(found)
        if token.says("PREFIX") and following.kind is Kind.NAME
    }
    used = {token.text.partition(":")[0] for token in found if token.kind is Kind.NAME}
    wanted = sorted((used - declared) & vocab.PREFIXES.keys())
    return "".join(f"PREFIX {prefix}: <{vocab.PREFIXES[prefix]}> " for prefix in wanted)
