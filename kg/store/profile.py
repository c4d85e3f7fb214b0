"""What each triple store can do and where it answers, as data: a pusher follows the profile, never the store's name."""

from __future__ import annotations

from dataclasses import dataclass

COUNT = "SELECT ?g (COUNT(*) AS ?n) WHERE {{ VALUES ?g {{ {graphs} }} GRAPH ?g {{ ?s ?p ?o }} }} GROUP BY ?g"
"""How many triples some graphs hold; graphs without any are absent from the answer."""


@dataclass(frozen=True, slots=True)
class Profile:
    """One kind of store."""

    name: str
    label: str
    query: str = ""
    """Path of the SPARQL query service, put behind the target's url."""
    update: str = ""
    """Path of the SPARQL update service."""
    graphs: str = ""
    """Path of the Graph Store Protocol service."""
    open_query: str = ""
    """Path of the query service for those who give no password, where it is another one."""
    is_union: bool = True
    """Whether the default graph shows the union of the named graphs."""
    union: tuple[tuple[str, str], ...] = ()
    """Parameters that make one query see the union where the default graph does not show it."""
    packs: bool = True
    """Whether bodies may be compressed with gzip."""
    auth: str = "basic"
    """Scheme that a user and password are sent by: basic or digest. A token is always sent as Bearer."""
    row_limit: int = 0
    """Rows above which an answer is cut short with status 200; 0 where it never is."""
    size_limit: int = 0
    """Bytes above which a graph is not accepted; 0 where no limit is known."""
    batch: int = 100
    """Graphs that are recorded and counted together."""
    count: str = COUNT
    mixes_graphs: bool = False
    """Whether an update whose GRAPH is a variable writes into the wrong graphs, so that each is updated by itself."""
    loader: str = ""
    """Command of the offline bulk loader, for more than a million triples; ``kg export --partitioned`` feeds it."""
    is_tested: bool = False
    """Whether the contract test runs against a real server of this kind."""
    about: str = ""
    """What the target's url is."""

    @property
    def has_paths(self) -> bool:
        """Whether the url is enough to know where the services are."""
        return bool(self.graphs)


_ALL_OF_JENA = (("default-graph-uri", "urn:x-arq:UnionGraph"),)
_ALL_OF_STARDOG = (("default-graph-uri", "tag:stardog:api:context:all"),)

PROFILES = {
    profile.name: profile
    for profile in (
        Profile(
            "oxigraph",
            "Oxigraph server",
            *("/query", "/update", "/store"),
            is_union=False,
            union=(("union-default-graph", ""),),
            loader="sh load/oxigraph.sh",
            is_tested=True,
            about="the server's root, such as http://127.0.0.1:7878",
        ),
        Profile(
            "fuseki",
            "Apache Jena Fuseki",
            *("/query", "/update", "/data"),
            is_union=False,
            union=_ALL_OF_JENA,
            loader="sh load/tdb2.sh",
            about="the dataset, such as http://127.0.0.1:3030/cases",
        ),
        Profile(
            "virtuoso",
            "Virtuoso 7",
            *("/sparql-auth", "/sparql-auth", "/sparql-graph-crud-auth"),
            open_query="/sparql",
            packs=False,
            auth="digest",
            row_limit=10_000,
            mixes_graphs=True,
            loader="sh load/virtuoso.sh",
            is_tested=True,
            about="the server's root, such as http://127.0.0.1:8890",
        ),
        Profile(
            "rdf4j",
            "Eclipse RDF4J",
            *("", "/statements", "/rdf-graphs/service"),
            about="the repository, such as http://127.0.0.1:8080/rdf4j-server/repositories/cases",
        ),
        Profile(
            "graphdb",
            "Ontotext GraphDB",
            *("", "/statements", "/rdf-graphs/service"),
            loader="sh load/graphdb.sh",
            about="the repository, such as http://127.0.0.1:7200/repositories/cases",
        ),
        Profile(
            "stardog",
            "Stardog",
            *("/query", "/update", "/"),
            is_union=False,
            union=_ALL_OF_STARDOG,
            about="the database, such as http://127.0.0.1:5820/cases",
        ),
        Profile(
            "neptune",
            "Amazon Neptune",
            *("/sparql", "/sparql", "/sparql/gsp/"),
            packs=False,
            size_limit=150_000_000,
            loader="sh load/neptune.sh",
            about="the cluster's writer endpoint, such as https://HOST:8182; where it wants IAM, a signing proxy",
        ),
        Profile(
            "generic",
            "any store with SPARQL 1.1 Protocol and Graph Store Protocol",
            packs=False,
            about="the query service; update = and graphs = name the other two",
        ),
    )
}
