"""Files that tell bulk loaders how to load a partitioned export: one for each store, by its path in the folder."""

from __future__ import annotations

_HEAD = """\
#!/bin/sh
# {what}
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
"""

_NEPTUNE = (
    _HEAD.format(what="Amazon Neptune: copies data/ to S3 and starts the bulk loader, which only adds: empty it first.")
    + """\
: "${BUCKET:?set BUCKET to an S3 folder of its own, such as s3://my-bucket/casegraph}"
: "${ENDPOINT:?set ENDPOINT to the cluster, such as https://HOST:8182}"
: "${ROLE:?set ROLE to the ARN of the IAM role that Neptune reads the bucket with}"
: "${REGION:?set REGION to the region of the bucket and the cluster}"
aws s3 sync --delete "$here/data/" "$BUCKET/data/"
curl --fail-with-body --header 'Content-Type: application/json' --data @- "$ENDPOINT/loader" <<END
{
  "source": "$BUCKET/data/",
  "format": "nquads",
  "iamRoleArn": "$ROLE",
  "region": "$REGION",
  "mode": "NEW",
  "failOnError": "TRUE",
  "parallelism": "MEDIUM"
}
END
"""
)

_VIRTUOSO = (
    _HEAD.format(
        what="Virtuoso 7: the folder data/ must be in DirsAllowed of virtuoso.ini, and the server must see it."
    )
    + """\
: "${PASSWORD:?set PASSWORD to that of the user dba}"
"${ISQL:-isql}" "${SERVER:-localhost:1111}" dba "$PASSWORD" ERRORS=STDOUT <<END
delete from DB.DBA.load_list where ll_file like '$here/data/%';
ld_dir('$here/data', 'part-*.nq.gz', 'urn:the-quads-name-their-graphs');
rdf_loader_run();
checkpoint;
select ll_file, ll_error from DB.DBA.load_list
  where ll_file like '$here/data/%' and (ll_state <> 2 or ll_error is not null);
END
echo 'Files listed above were not loaded; none is listed when all went well.'
"""
)

_QLEVER = """\
# QLever: run `qlever index` and `qlever start` in this folder.
[data]
NAME   = casegraph
FORMAT = nq

[index]
INPUT_FILES      = data/part-*.nq.gz
MULTI_INPUT_JSON = { "cmd": "zcat {}", "for-each": "data/part-*.nq.gz" }

[server]
PORT = 7019

[runtime]
SYSTEM = docker
IMAGE  = docker.io/adfreiburg/qlever:latest
"""

_TDB2 = (
    _HEAD.format(
        what="Apache Jena TDB2: builds a new database, which Fuseki then serves (tdb2:unionDefaultGraph true)."
    )
    + """\
: "${DATABASE:?set DATABASE to a folder that does not exist yet}"
tdb2.xloader --loc "$DATABASE" "$here"/data/part-*.nq.gz
"""
)

_GRAPHDB = (
    _HEAD.format(what="GraphDB: replaces what a repository holds. Stop the server first.")
    + """\
: "${REPOSITORY:?set REPOSITORY to the id of a repository that exists}"
importrdf preload --force --id "$REPOSITORY" "$here"/data/part-*.nq.gz
"""
)

_OXIGRAPH = (
    _HEAD.format(what="Oxigraph: loads into a store that no server has open; serve it with --union-default-graph.")
    + """\
: "${STORE:?set STORE to the folder of the store}"
oxigraph load --location "$STORE" --file "$here"/data/part-*.nq.gz
"""
)

LOADERS = {
    "load/neptune.sh": _NEPTUNE,
    "load/virtuoso.sh": _VIRTUOSO,
    "Qleverfile": _QLEVER,
    "load/tdb2.sh": _TDB2,
    "load/graphdb.sh": _GRAPHDB,
    "load/oxigraph.sh": _OXIGRAPH,
}
