"""Terms of RDF in N-Triples syntax, written as RDFC-1.0's canonical form asks, and read back."""

from __future__ import annotations

import re

from kg import vocab

Triple = tuple[str, str, str]
"""Subject, predicate and object in N-Triples syntax (RDF 1.1)."""

_ESCAPED = re.compile('[\x00-\x1f"\\\\\x7f]')
_NAMED = {"\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", '"': '\\"', "\\": "\\\\"}
_UNESCAPED = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", '"': '"', "\\": "\\"}


def iri(text: str) -> str:
    """An IRI as a term."""
    return f"<{text}>"


def literal(text: str, datatype: str = "", *, language: str = "") -> str:
    r"""A literal as a term; strings carry no datatype.

    >>> literal('say "no"'), literal("3", vocab.xsd_integer)
    ('"say \\"no\\""', '"3"^^<http://www.w3.org/2001/XMLSchema#integer>')
    """
    suffix = f"^^<{datatype}>" if datatype and datatype != vocab.xsd_string else f"@{language}" if language else ""
    if _ESCAPED.search(text):
        text = _ESCAPED.sub(_escape, text)
    return f'"{text}"{suffix}'


def _escape(found: re.Match[str]) -> str:
    character = found[0]
    return _NAMED.get(character) or f"\\u{ord(character):04X}"


def literal_text(term: str) -> str:
    """The text of a literal term."""
    body = term[1 : term.rindex('"')]
    if "\\" not in body:
        return body
    return re.sub(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", _unescape, body)


def _unescape(found: re.Match[str]) -> str:
    code = found[1] or found[2]
    return chr(int(code, 16)) if code else _UNESCAPED[found[3]]
