"""Short identifiers in, IRIs out; and back. Identifiers of organisations elsewhere are checked on the way."""

from __future__ import annotations

import re
from collections.abc import Mapping

from kg import vocab

WIKIDATA = "http://www.wikidata.org/entity/"
LEI = "https://www.gleif.org/lei/"
PCF = vocab.CASEGRAPH + "pcf/"

PREFIXES = {
    "owl": vocab.owl_Axiom.removesuffix("Axiom"),
    "rdf": vocab.rdf_type.removesuffix("type"),
    "rdfs": vocab.rdfs_label.removesuffix("label"),
    "semapv": vocab.semapv_UnspecifiedMatching.removesuffix("UnspecifiedMatching"),
    "skos": vocab.skos_exactMatch.removesuffix("exactMatch"),
    "sssom": vocab.sssom_NoTermFound.removesuffix("NoTermFound"),
    "xsd": vocab.xsd_string.removesuffix("string"),
    "linkml": "https://w3id.org/linkml/",
    "lei": LEI,
    "orcid": "https://orcid.org/",
    "pcf": PCF,
    "wikidata": WIKIDATA,
}
"""Prefixes that need not be declared: SSSOM's own, and those of what our files link to."""

_CURIE = re.compile(r"([A-Za-z_][\w.-]*):(?!//)(\S+)")
_ABSOLUTE = re.compile("https?://|urn:")
_NOT_IN_IRIS = re.compile(r'[\x00-\x20<>"{}|^`\\]')
_CHECKED = {
    WIKIDATA: (re.compile("Q[1-9][0-9]*"), "an item of Wikidata, such as wikidata:Q42"),
    PCF: (re.compile("[0-9]{5}"), "a PCF ID of five digits, such as pcf:20607"),
}


class CurieError(ValueError):
    """A text is no identifier; the message says why."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


def expand(text: str, prefixes: Mapping[str, str], *, strict: bool = True) -> str:
    """The IRI of a short identifier; any other text as it is.

    Raises CurieError for what cannot be an identifier under its prefix, and, if ``strict``, for a prefix that is not
    declared; else such a text is taken for a name.

    >>> expand("pcf:20607", PREFIXES), expand("acme/VC-001", PREFIXES)
    ('https://w3id.org/casegraph/pcf/20607', 'acme/VC-001')
    """
    found = _CURIE.fullmatch(text)
    if not found:
        return _checked(text)
    if found[1] in prefixes:
        return _checked(prefixes[found[1]] + found[2])
    if strict and found[1] != "urn":
        hint = f"declare it above the header: #curie_map: and, below, #  {found[1]}: https://…"
        raise CurieError(f"the prefix of `{text}` is not declared", hint)
    return text


def is_absolute(text: str) -> bool:
    """Whether a text is an IRI that may stand in a graph."""
    return bool(_ABSOLUTE.match(text)) and not _NOT_IN_IRIS.search(text)


def _checked(iri: str) -> str:
    if _ABSOLUTE.match(iri) and _NOT_IN_IRIS.search(iri):
        raise CurieError(f"`{iri}` holds a character that no IRI has", "percent-encode it")
    for namespace, (pattern, wanted) in _CHECKED.items():
        if iri.startswith(namespace) and not pattern.fullmatch(iri.removeprefix(namespace)):
            raise CurieError(f"`{iri}` is not {wanted.split(',')[0]}", f"write {wanted}")
    if iri.startswith(LEI) and not is_lei(iri.removeprefix(LEI)):
        raise CurieError(f"`{iri.removeprefix(LEI)}` is no LEI", "20 letters and digits; the last two are a checksum")
    return iri


def is_lei(text: str) -> bool:
    """Whether a text is a Legal Entity Identifier: its form and its checksum (ISO 17442, ISO 7064 MOD 97-10).

    >>> is_lei("HWUPKR0MPOU8FGXBT394"), is_lei("HWUPKR0MPOU8FGXBT395")
    (True, False)
    """
    return bool(re.fullmatch("[0-9A-Z]{18}[0-9]{2}", text)) and int("".join(str(int(c, 36)) for c in text)) % 97 == 1


def contract(iri: str, prefixes: Mapping[str, str]) -> str:
    """An IRI with the longest prefix that fits; any other text as it is.

    >>> contract("https://w3id.org/casegraph/pcf/20607", PREFIXES)
    'pcf:20607'
    """
    fitting = [(len(space), prefix) for prefix, space in prefixes.items() if space and iri.startswith(space)]
    for length, prefix in sorted(fitting, reverse=True):
        if _CURIE.fullmatch(f"{prefix}:{iri[length:]}"):
            return f"{prefix}:{iri[length:]}"
    return iri
