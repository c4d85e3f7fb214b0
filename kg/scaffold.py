"""A release and the names of a new case in; the text of a valid case file that shows every key out.

The shapes say which keys there are and which of them are asked for; the ontology's examples fill those. A new case
proves nothing yet: of an ordered vocabulary it takes the weakest term, and no claim of it is verified.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping

from kg import casefile, vocab, yamltree
from kg.case import Record
from kg.release import CASE_ID, VERSION_USED, Release
from kg.schema import Demand, Glossary
from kg.shape import AROUND, Field, Kind, RecordShape, encode
from kg.yamltree import Scalar

NOTICE = "# A new case: the texts of its source and claims are examples; replace them.\n"

_ID = re.compile(r"\b[A-Z]+-?[0-9]+\b")
_FLAGS = {
    vocab.allValueClaimsVerified: vocab.valueClaimTally,
    vocab.allContextClaimsVerified: vocab.contextClaimTally,
}
"""What is true when a tally counts all its claims as verified."""


def new_case(  # noqa: PLR0913 - a case has three names, and a day
    release: Release, shape: RecordShape, *, case_id: str, organisation: str, title: str, today: str
) -> str:
    """The text of a case file with one source and one claim of each kind; ``today`` as YYYY-MM-DD."""
    names = {vocab.organisationName: organisation, vocab.dcterms_title: title}
    given: dict[tuple[str, ...], str] = {(CASE_ID,): case_id, VERSION_USED: release.version}
    given |= {(shape.by_path[path].key,): text for path, text in names.items() if path in shape.by_path}
    glossary = Glossary(release)
    front = casefile.front_matter(_Filler(glossary, shape, given, today).case())
    heading = " ".join(title.split())
    return f"---\n{NOTICE}{_commented(front, shape, glossary)}---\n\n# {heading}\n"


# --- values ------------------------------------------------------------------------------------------


class _Filler:
    """Fills one case: what is given, what is asked for, and nothing else."""

    def __init__(
        self, glossary: Glossary, shape: RecordShape, given: Mapping[tuple[str, ...], str], today: str
    ) -> None:
        self.glossary = glossary
        self.shape = shape
        self.given = given
        self.today = today
        self.ids = {found.record.target: self._id(found) for found in _embedding(shape) if found.record}
        self.asked = {each.target: set(self._asked(each)) for each in shape.walk()}
        counting = (each.by_path.get(vocab.verifiedCount) for each in shape.walk())
        self.verified = {found.key for found in counting if found}

    def case(self) -> Record:
        """The record of the case; its counts agree with its claims."""
        case = self._record(self.shape, {}, ())
        _recount(case)
        return case

    def _id(self, found: Field) -> str:
        """An id for the records of a field: that which the example of its property names, such as VC-001."""
        example = _ID.search(self.glossary.one(found.path, vocab.skos_example))
        return example[0] if example else f"{found.key}-1"

    def _asked(self, shape: RecordShape) -> Iterator[str]:
        """The properties of a kind of record that a file gets a warning or an error for leaving out."""
        for demand in self.glossary.demands(shape.target):
            if demand.least and demand.severity != vocab.sh_Info:
                yield demand.path

    def _record(self, shape: RecordShape, outer: dict[str, str], path: tuple[str, ...]) -> Record:
        scope = {**outer, "key": path[-1] if path else ""}
        texts = {key: self.given.get((*path, key), self.ids.get(shape.target, "")) for key in shape.identifiers}
        scope |= {key: encode(text) for key, text in texts.items()}
        record = Record(shape, shape.template.mint(scope), scope, {})
        for key, found in shape.fields.items():
            text = self.given.get((*path, key), texts.get(key))
            if self._would_invent(found, shape, (*path, key)):
                continue
            if found.record and found.target != vocab.Pending:
                record.values[key] = [self._record(found.record, {**scope, AROUND: record.iri}, (*path, key))]
            elif text is not None or (text := self._text(found, shape)) is not None:
                record.values[key] = [_scalar(text)]
        return record

    def _would_invent(self, found: Field, shape: RecordShape, path: tuple[str, ...]) -> bool:
        """Whether a record that nobody asks for would be made up, such as the process of a claim."""
        inner, is_given = found.record, any(each[: len(path)] == path for each in self.given)
        if inner is None or not found.single or is_given or found.path in self.asked[shape.target]:
            return False
        asked = self.asked[inner.target]
        return any(each.datatype == vocab.xsd_string and each.path in asked for each in inner.fields.values())

    def _text(self, found: Field, shape: RecordShape) -> str | None:
        """A value for a field, if it is asked for."""
        if vocab.isReviewed in shape.by_path:
            return "false" if found.path == vocab.isReviewed else None
        if found.datatype == vocab.xsd_boolean:
            return "false"
        return self._wanted(found, shape) if self._is_asked(found, shape) else None

    def _is_asked(self, found: Field, shape: RecordShape) -> bool:
        """Whether a record needs a value; a text that any kind of record needs, every kind gets."""
        anywhere = set[str]().union(*self.asked.values()) if found.kind is Kind.LITERAL else set[str]()
        return found.path in self.asked[shape.target] | anywhere

    def _wanted(self, found: Field, shape: RecordShape) -> str:
        if found.kind is Kind.LINK:
            return self.ids[found.target]
        if found.datatype == vocab.xsd_date:
            return self.today
        example = self.glossary.one(found.path, vocab.skos_example)
        if found.kind is Kind.CONCEPT:
            return self._term(found, example)
        return example or self.glossary.one(shape.target, vocab.skos_example)

    def _term(self, found: Field, example: str) -> str:
        terms = [term for term in self.glossary.terms(found.target) if term.text not in self.verified]
        ranked = sorted((term for term in terms if term.rank), key=lambda term: term.rank)
        fitting = [term for term in terms if term.text == example]
        return (ranked or fitting or terms)[0].text


def _embedding(shape: RecordShape) -> Iterator[Field]:
    """The fields that hold records, of a record and of all inside it."""
    return (found for each in shape.walk() for found in each.fields.values() if found.record)


def _scalar(text: str) -> Scalar:
    return Scalar(text, plain=False, start=0, end=0)


# --- counts ------------------------------------------------------------------------------------------


def _recount(case: Record) -> None:
    """Set the counts that a case states; a tally stands under the key of the claims that it counts."""
    for summary in case.records(vocab.verificationSummary):
        for key, found in summary.shape.fields.items():
            claims = [claim for claim in case.values.get(key, []) if isinstance(claim, Record)]
            if found.record:
                _count(summary, key, claims)
        for flag, tally in _FLAGS.items():
            _flag(summary, flag, summary.records(tally))


def _count(outer: Record, key: str, claims: list[Record]) -> None:
    """Count the claims for every key of a tally: in all, or those that bear a term of that name."""
    for tally in outer.values[key]:
        assert isinstance(tally, Record)
        for name, found in tally.shape.fields.items():
            if found.record:
                _count(tally, name, claims)
            else:
                counted = claims if found.path == vocab.totalCount else [each for each in claims if _bears(each, name)]
                tally.values[name] = [_scalar(str(len(counted)))]


def _bears(claim: Record, term: str) -> bool:
    concepts = (found for found in claim.shape.fields.values() if found.kind is Kind.CONCEPT)
    return any(term in claim.texts(found.path) for found in concepts)


def _flag(summary: Record, path: str, tallies: list[Record]) -> None:
    found = summary.shape.by_path.get(path)
    for tally in tallies:
        if found:
            are_all = tally.text(vocab.verifiedCount) == tally.text(vocab.totalCount)
            summary.values[found.key] = [_scalar("true" if are_all else "false")]


# --- comments ----------------------------------------------------------------------------------------


def _commented(front: str, shape: RecordShape, glossary: Glossary) -> str:
    """The YAML with a comment above every key that takes terms."""
    root, _ = yamltree.parse(front, yamltree.Limits())
    for offset, comment in sorted(_comments(root, shape, glossary), reverse=True):
        line = front.rfind("\n", 0, offset) + 1
        indent = " " * (offset - line) + "# "
        wrapped = textwrap.wrap(comment, casefile.WIDTH, initial_indent=indent, subsequent_indent=indent)
        front = front[:line] + "".join(f"{each}\n" for each in wrapped) + front[line:]
    return front


def _comments(node: yamltree.Node | None, shape: RecordShape, glossary: Glossary) -> Iterator[tuple[int, str]]:
    """Where each key stands that takes terms, and which."""
    for each in node.items if isinstance(node, yamltree.Sequence) else [node]:
        for key, value in each.pairs if isinstance(each, yamltree.Mapping) else ():
            assert isinstance(key, Scalar)
            found = shape.fields[key.text]
            if found.record:
                yield from _comments(value, found.record, glossary)
            elif found.kind is Kind.CONCEPT:
                yield (
                    key.start,
                    _choice(found, [d for d in glossary.demands(shape.target) if d.path == found.path], glossary),
                )


def _choice(found: Field, asked: list[Demand], glossary: Glossary) -> str:
    most = min((demand.most for demand in asked if demand.most), default=0)
    lead = "one of" if most == 1 else f"up to {most} of" if most else "any of"
    return f"{lead}: {', '.join(term.text for term in glossary.terms(found.target))}"
