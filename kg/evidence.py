"""A case's claims and the captured texts of their sources in; where each quote stands, as derived facts, out.

What the file states is left as it is; the rules of the shapes judge where stated and derived facts disagree.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from kg import metric, vocab
from kg.captures import Capture
from kg.case import Record
from kg.metric import Quantity
from kg.ntriples import Triple, iri, literal
from kg.quote import Kind, Match, Text, locate

QUOTE_METHOD = vocab.CASEGRAPH + "method/quote/1"
QUANTITY_METHOD = vocab.CASEGRAPH + "method/quantity/1"
METHODS = (QUOTE_METHOD, QUANTITY_METHOD)


@dataclass(frozen=True, slots=True)
class Located:
    """What became of one claim's quote."""

    claim: Record
    match: Match
    source: Capture | None
    """The captured text that the match is about."""


def claims(case: Record) -> list[Record]:
    """Value claims, then context claims, in the order of the file."""
    return [*case.records(vocab.hasValueClaim), *case.records(vocab.hasContextClaim)]


def locate_quotes(case: Record, captures: Sequence[Capture]) -> list[Located]:
    """Look for each claim's quote in the captured texts of the sources that it cites."""
    texts = {capture.source: (capture, Text(capture.text)) for capture in captures}
    return [_locate(claim, texts) for claim in claims(case)]


def _locate(claim: Record, texts: dict[str, tuple[Capture, Text]]) -> Located:
    cited = [texts[source] for source in _cited(claim) if source in texts]
    match = locate(claim.text(vocab.sourceQuote) or "", [text for _, text in cited])
    index = match.source if match.source is not None else match.closest.source if match.closest else None
    return Located(claim, match, cited[index][0] if index is not None else None)


def _cited(claim: Record) -> Iterator[str]:
    """Relative IRIs of the cited sources."""
    field = claim.shape.by_path[vocab.cito_citesAsEvidence]
    for text in claim.texts(vocab.cito_citesAsEvidence):
        yield field.link(text, claim.scope)


def derive(case: Record, captures: Sequence[Capture], base: str) -> list[Triple]:
    """Everything that is worked out about the quotes, texts and metrics of a case."""
    located = locate_quotes(case, captures)
    triples: list[Triple] = []
    triples += _about_texts(case, captures, base)
    for each in located:
        triples += _about_quote(each, base)
    triples += _repeated(located, base)
    for claim in claims(case):
        for record in claim.records(vocab.metric):
            triples += _about_metric(record, claim, base)
    return triples


def _about_texts(case: Record, captures: Iterable[Capture], base: str) -> Iterator[Triple]:
    created = case.text(vocab.dcterms_created)
    for capture in captures:
        source = iri(base + capture.source)
        if capture.state:
            yield source, iri(vocab.textState), literal(capture.state)
        if capture.sha256:
            yield source, iri(vocab.textHash), literal(capture.sha256)
            yield source, iri(vocab.textLength), literal(str(len(capture.text)), vocab.xsd_integer)
            if created:
                yield source, iri(vocab.captureDate), literal(created, vocab.xsd_date)


def _about_quote(located: Located, base: str) -> Iterator[Triple]:
    """The match as a Web Annotation specific resource with a quote selector and one position selector a place."""
    match, claim = located.match, iri(base + located.claim.iri)
    if match.kind is Kind.NO_QUOTE:
        return
    node = f"{base}{located.claim.iri}/quote"
    if not match.kind.is_found:
        yield claim, iri(vocab.unlocatedQuote), literal(match.kind.value)
    places = match.places or ([(match.closest.start, match.closest.end)] if match.closest else [])
    if located.source is None or not places:
        return
    yield claim, iri(vocab.locatedQuote if match.kind.is_found else vocab.nearestPassage), iri(node)
    yield iri(node), iri(vocab.rdf_type), iri(vocab.oa_SpecificResource)
    yield iri(node), iri(vocab.oa_hasSource), iri(base + located.source.source)
    yield iri(node), iri(vocab.matchKind), literal(match.kind.value)
    yield iri(node), iri(vocab.matchScore), literal(_decimal(match.score), vocab.xsd_decimal)
    yield iri(node), iri(vocab.derivedBy), iri(QUOTE_METHOD)
    if match.is_ambiguous:
        yield iri(node), iri(vocab.isAmbiguous), literal("true", vocab.xsd_boolean)
    yield from _selectors(node, located.source.text, [*places, *match.others])


def _selectors(node: str, text: str, places: Sequence[tuple[int, int]]) -> Iterator[Triple]:
    for number, (start, end) in enumerate(places, 1):
        position, quote = f"{node}/position/{number}", f"{node}/text/{number}"
        yield iri(node), iri(vocab.oa_hasSelector), iri(position)
        yield iri(position), iri(vocab.rdf_type), iri(vocab.oa_TextPositionSelector)
        yield iri(position), iri(vocab.oa_start), literal(str(start), vocab.xsd_integer)
        yield iri(position), iri(vocab.oa_end), literal(str(end), vocab.xsd_integer)
        if number == 1 or text[start:end] != text[slice(*places[number - 2])]:
            yield iri(node), iri(vocab.oa_hasSelector), iri(quote)
            yield iri(quote), iri(vocab.rdf_type), iri(vocab.oa_TextQuoteSelector)
            yield iri(quote), iri(vocab.oa_exact), literal(text[start:end])


def _repeated(located: Iterable[Located], base: str) -> Iterator[Triple]:
    """Claims of one case that rest on the same quote."""
    by_quote: dict[str, list[str]] = defaultdict(list)
    for each in located:
        quote = " ".join((each.claim.text(vocab.sourceQuote) or "").split()).casefold()
        if quote:
            by_quote[quote].append(iri(base + each.claim.iri))
    for same in by_quote.values():
        for claim in same[1:]:
            yield claim, iri(vocab.sameQuoteAs), same[0]


def _about_metric(record: Record, claim: Record, base: str) -> Iterator[Triple]:
    """The metric's figure as a quantity, and whether the claim's quote says it."""
    stated = record.text(vocab.metricValue)
    if not stated:
        return
    subject = iri(base + record.iri)
    quote = claim.text(vocab.sourceQuote)
    if quote and not metric.agrees(stated, quote):
        yield subject, iri(vocab.numberNotInQuote), literal(stated)
    quantity = metric.parse(stated)
    if quantity is None:
        return
    node = f"{base}{record.iri}/quantity"
    yield subject, iri(vocab.quantity), iri(node)
    yield iri(node), iri(vocab.derivedBy), iri(QUANTITY_METHOD)
    yield from _quantity(iri(node), quantity)


def _quantity(node: str, quantity: Quantity) -> Iterator[Triple]:
    kind = vocab.schema_MonetaryAmount if quantity.currency else vocab.schema_QuantitativeValue
    yield node, iri(vocab.rdf_type), iri(kind)
    if quantity.low != quantity.high:
        yield node, iri(vocab.schema_minValue), literal(_decimal(quantity.low), vocab.xsd_decimal)
        yield node, iri(vocab.schema_maxValue), literal(_decimal(quantity.high), vocab.xsd_decimal)
    else:
        yield node, iri(vocab.schema_value), literal(_decimal(quantity.low), vocab.xsd_decimal)
    if quantity.currency:
        yield node, iri(vocab.schema_currency), literal(quantity.currency)
    unit = "percent" if quantity.percentage else quantity.unit
    if unit:
        yield node, iri(vocab.schema_unitText), literal(unit)
    if quantity.comparator != "=":
        yield node, iri(vocab.comparator), literal(quantity.comparator)
    if quantity.approximate:
        yield node, iri(vocab.isApproximate), literal("true", vocab.xsd_boolean)


def _decimal(number: object) -> str:
    """A number in the canonical form of xsd:decimal, to four digits."""
    text = f"{number:.4f}" if isinstance(number, float) else f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
