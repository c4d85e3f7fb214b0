"""Organisations and documents across cases: what a case's own words are about, as derived facts.

An organisation is named by a slug of its name, or of the one that people decided it goes by; a document by a hash
of its normalised URL. What is derived from one case stands in its derived graph; the organisation and document nodes,
which several cases may share, stand in the entities graph.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, unquote_to_bytes, urlencode, urlsplit

from kg import vocab
from kg.case import Case
from kg.ntriples import Triple, iri, literal

ORGANISATION_METHOD = vocab.CASEGRAPH + "method/organisation/2"
DOCUMENT_METHOD = vocab.CASEGRAPH + "method/document/2"
METHODS = (ORGANISATION_METHOD, DOCUMENT_METHOD)

_FILLER = re.compile(r"[\s.,'’‘`´()\[\]/_\-‐-―·・]+")
_SLASH = re.compile("%2[Ff]")
_TRACKING = re.compile(r"utm_\w+|fbclid|gclid|msclkid|mc_cid|mc_eid|igshid|yclid|_hs\w+")


@dataclass(frozen=True, slots=True, order=True)
class Entity:
    """One case's word on a shared node: an organisation under a name, or a document under a URL."""

    iri: str
    kind: str
    name: str


def slug(name: str) -> str:
    """An organisation's name as an IRI segment.

    Letters and digits of any script stay; spaces and plain punctuation become hyphens. Where anything else
    falls away, a hash of the whole name is added, so that "C++" and "C#" do not meet.

    >>> slug("Air France-KLM"), slug("株式会社トヨタ"), slug("C++"), slug("C#")
    ('air-france-klm', '株式会社トヨタ', 'c-f1deb75f', 'c-04022884')
    """
    folded = unicodedata.normalize("NFKC", name).casefold()
    spaced = _FILLER.sub("-", folded)
    kept = "".join(c if c == "-" or unicodedata.category(c)[0] in "LNM" else "\0" for c in spaced)
    readable = re.sub("-+", "-", kept.replace("\0", "-")).strip("-")
    if "\0" not in kept and readable:
        return readable
    return f"{readable}-{_short_hash(name)[:8]}".lstrip("-")


def normalise_url(url: str) -> str | None:
    """A URL without what does not tell documents apart; None where it cannot be parsed.

    Scheme, ``www.``, fragment, trailing slash, default port and tracking parameters go; characters are
    percent-encoded alike, and hosts of other scripts written in ASCII.

    >>> normalise_url("https://www.Example.org/a/?utm_source=x&id=3#top"), normalise_url("http://bücher.example/%7eé")
    ('example.org/a?id=3', 'xn--bcher-kva.example/~%C3%A9')
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        return None
    host = _ascii((parts.hostname or "").rstrip(".")).removeprefix("www.")
    if not host:
        return None
    if port and port not in (80, 443):
        host = f"{host}:{port}"
    query = urlencode([(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if not _TRACKING.fullmatch(k)])
    return host + _encoded(parts.path.rstrip("/")) + (f"?{query}" if query else "")


def _ascii(host: str) -> str:
    try:
        return host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError:
        return host


def _encoded(path: str) -> str:
    """A path in which the same characters are percent-encoded, however it was written; an encoded slash is none."""
    parts = (quote(unquote_to_bytes(part), safe="/:@!$&'()*+,;=") for part in _SLASH.split(path))
    return "%2F".join(parts)


def derive(case: Case, base: str, decided: Mapping[str, str]) -> tuple[list[Triple], list[Entity]]:
    """The derived links of one case, and what it says of shared nodes.

    ``decided`` has the slugs of names that people decided about, and the slug of the organisation that each means.
    """
    assert case.record is not None
    subject = iri(base + case.record.iri)
    triples: list[Triple] = []
    entities: list[Entity] = []
    name = case.record.text(vocab.organisationName)
    if name:
        own = slug(name)
        node = Entity(f"{base}organisation/{decided.get(own, own)}", vocab.org_Organization, name)
        triples.append((subject, iri(vocab.organisation), iri(node.iri)))
        entities.append(node)
    for source in case.record.records(vocab.hasSource):
        url = source.text(vocab.statedUrl)
        normal = normalise_url(url) if url else None
        if url and normal:
            node = Entity(f"{base}document/{_short_hash(normal)}", vocab.foaf_Document, url)
            triples.append((iri(base + source.iri), iri(vocab.document), iri(node.iri)))
            entities.append(node)
    return triples, entities


def describe(node: str, said: Mapping[Entity, int] | Iterable[Entity], *, preferred: str = "") -> list[Triple]:
    """Everything the entities graph says of one node, from what all cases say of it, or how many say each.

    An organisation's label is the preferred one, or else the name that most cases use (the first by code point among
    equals); its other names are alternative labels.
    """
    counts = Counter(said)
    kind = next(iter(counts)).kind
    names = [each.name for each in sorted(counts, key=lambda entity: (-counts[entity], entity.name))]
    facts = _document(names) if kind == vocab.foaf_Document else _organisation(names, preferred)
    return [(iri(node), iri(vocab.rdf_type), iri(kind)), *((iri(node), iri(term), value) for term, value in facts)]


def _document(urls: list[str]) -> list[tuple[str, str]]:
    return [
        (vocab.derivedBy, iri(DOCUMENT_METHOD)),
        *((vocab.schema_url, literal(each, vocab.xsd_anyURI)) for each in urls),
        (vocab.normalisedUrl, literal(normalise_url(urls[0]) or "", vocab.xsd_anyURI)),
    ]


def _organisation(names: list[str], preferred: str) -> list[tuple[str, str]]:
    label = preferred or names[0]
    return [
        (vocab.derivedBy, iri(ORGANISATION_METHOD)),
        (vocab.skos_prefLabel, literal(label)),
        *((vocab.skos_altLabel, literal(each)) for each in names if each != label),
    ]


def _short_hash(text: str) -> str:
    """Sixteen hexadecimal digits: 2^32 documents before a collision is likely."""
    return hashlib.sha256(text.encode("utf-8", errors="surrogatepass")).hexdigest()[:16]
