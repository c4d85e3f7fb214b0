"""The text of a case file in; a tree of typed records with the place of every key and value out.

The shapes of the release that the file names say what each value is. Nothing is raised for a bad file: what
can be read is read, what cannot is a Problem at its line.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from kg import codes
from kg.lexical import DATATYPES
from kg.problem import Code, Problem, Span, has_errors
from kg.release import CASE_ID, VERSION_USED, Release
from kg.shape import AROUND, Field, Kind, RecordShape, encode, read_shapes
from kg.source import FrontMatter, Source, decode, front_matter
from kg.yamltree import NULLS, Fault, Limits, Mapping, Node, Scalar, Sequence, parse

Upgrade = Callable[[Mapping, str], tuple[Mapping, str] | Fault]
"""A tree and the release that it is at in; the tree at a later release, and that release, out; or why not."""


@dataclass(slots=True)
class Record:
    """One record: its shape, its IRI relative to the base, its values by key."""

    shape: RecordShape
    iri: str
    scope: dict[str, str]
    """Encoded ids of this record and those around it, for minting links."""
    values: dict[str, list[Scalar] | list[Record]]
    start: int = 0
    end: int = 0
    keys: dict[str, Scalar] = field(default_factory=dict[str, Scalar])

    def texts(self, path: str) -> list[str]:
        """The texts under a predicate; empty where the record has none."""
        return [value.text for value in self.scalars(path)]

    def scalars(self, path: str) -> list[Scalar]:
        """The texts under a predicate, with their places."""
        return [value for value in self._under(path) if isinstance(value, Scalar)]

    def text(self, path: str) -> str | None:
        """The one text under a predicate."""
        return next(iter(self.texts(path)), None)

    def records(self, path: str) -> list[Record]:
        """The embedded records under a predicate."""
        return [value for value in self._under(path) if isinstance(value, Record)]

    def walk(self) -> Iterator[Record]:
        """This record and all inside it, outermost first."""
        yield self
        for values in self.values.values():
            for value in values:
                if isinstance(value, Record):
                    yield from value.walk()

    def content(self) -> dict[str, object]:
        """What the record says, comparable with ``==``: absent is null is empty, a list is a set.

        Texts are typed by the shape; embedded records stand by their IRI.
        """
        said: dict[str, object] = {}
        for key, values in self.values.items():
            inner = {value.iri: value.content() for value in values if isinstance(value, Record)}
            texts = {value.text for value in values if isinstance(value, Scalar)}
            kept = texts or {iri: content for iri, content in inner.items() if content}
            if kept:
                said[key] = kept
        return said

    def _under(self, path: str) -> list[Scalar] | list[Record]:
        found = self.shape.by_path.get(path)
        return self.values.get(found.key, []) if found else []


@dataclass(slots=True)
class Case:
    """A case file as far as it could be read."""

    source: Source
    body: str = ""
    release: str = ""
    """The release that the record is at."""
    record: Record | None = None
    problems: list[Problem] = field(default_factory=list[Problem])
    front: FrontMatter | None = None
    stated_release: str = ""
    """The release that the file names."""
    earlier: Record | None = None
    """The record as the file has it, where ``record`` was upgraded to a later release."""
    root: Mapping | None = None
    """The front matter as it stands in the file."""

    def span_of(self, predicate: str, record: Record | None = None) -> Span | None:
        """The place of the first text under a predicate of a record, by default the case's own."""
        record = record or self.record
        scalar = next(iter(record.scalars(predicate)), None) if record else None
        if scalar is None or self.front is None:
            return None
        return self.source.span(self.front.start + scalar.start, self.front.start + scalar.end)

    @property
    def is_sound(self) -> bool:
        """Whether there is a record and nothing is wrong enough to keep it out of a store."""
        return self.record is not None and not has_errors(self.problems)


class Reader:
    """Reads case files under a set of releases; keeps each release's shapes."""

    def __init__(
        self, releases: dict[str, Release], limits: Limits | None = None, *, upgrade: Upgrade | None = None
    ) -> None:
        self.releases = releases
        self.limits = limits or Limits()
        self.upgrade = upgrade
        self._shapes: dict[str, RecordShape] = {}

    def shapes(self, version: str) -> RecordShape:
        """The case shape of a known release."""
        if version not in self._shapes:
            self._shapes[version] = read_shapes(self.releases[version])
        return self._shapes[version]

    def read(self, raw: bytes, file: str) -> Case | None:
        """The case in a file, or None where the file is some other Markdown."""
        source = decode(raw, file, limit=self.limits.bytes)
        if isinstance(source, Problem):
            return Case(Source(file, ""), problems=[source]) if looks_like_case(raw) else None
        front = front_matter(source)
        if front is None:
            return self._without_front(source)
        if isinstance(front, Problem):
            return Case(source, problems=[front]) if looks_like_case(raw) else None
        return self._read_front(Case(source, front.body, front=front), front)

    def _without_front(self, source: Source) -> Case | None:
        """Other Markdown; or a case file whose first line was lost or damaged."""
        head = source.text[:500].splitlines(keepends=True)[:3]
        found = next((line for line in head if looks_like_case(line.encode("utf-8"))), None)
        if found is None:
            return None
        start = sum(map(len, head[: head.index(found)]))
        message = f"passed over: there is a `{CASE_ID}`, but no front matter"
        hint = "begin the file with a line that holds only ---"
        span = source.span(start, start + len(found.rstrip()))
        return Case(source, problems=[codes.NO_FRONT_MATTER.at(span, message, hint=hint)])

    def _read_front(self, case: Case, front: FrontMatter) -> Case | None:
        root, faults = parse(front.yaml, self.limits)
        place = _Place(case.source, front.start)
        case.problems += [fault.code.at(place.span(fault), fault.message, hint=fault.hint) for fault in faults]
        if root is None and faults:
            return case if looks_like_case(front.yaml.encode()) else None
        if not isinstance(root, Mapping):
            return None
        if root.get(CASE_ID) is None:
            return self._passed_over(case, root, place)
        version = self._version(case, root, place)
        if version:
            case.root, case.stated_release = root, version
            before = len(case.problems)
            self._record(case, root, version)
            if self.upgrade is not None and not has_errors(case.problems):
                self._upgrade(case, before)
        return case

    def _record(self, case: Case, root: Mapping, version: str) -> None:
        assert case.front is not None
        case.release = version
        place = _Place(case.source, case.front.start)
        case.record = _RecordReader(case.problems, place).read_case(root, self.shapes(version))

    def _upgrade(self, case: Case, before: int) -> None:
        """The record as the file would say it at a later release; ``before`` counts the problems of the text itself."""
        assert case.root is not None
        assert case.front is not None
        assert self.upgrade is not None
        found = self.upgrade(case.root, case.stated_release)
        if isinstance(found, Fault):
            span = _Place(case.source, case.front.start).span(found)
            case.problems.append(found.code.at(span, found.message, hint=found.hint))
        elif found[0] is not case.root:
            del case.problems[before:]
            case.earlier = case.record
            self._record(case, *found)

    def _passed_over(self, case: Case, root: Mapping, place: _Place) -> Case | None:
        """A file without ``case_id``: a warning where it was surely meant to have one."""
        keys = [key for key, _ in root.pairs if isinstance(key, Scalar)]
        meant = next((key for key in keys if _is_near_case_id(key.text)), None)
        parts = {key for key, each in self._newest_fields() if each.kind is Kind.RECORD}
        if meant is None and not parts & {key.text for key in keys}:
            return None
        found = meant or next(key for key in keys if key.text in parts)
        message = f"passed over: `{found.text}` looks like a case file, but there is no `{CASE_ID}`"
        case.problems.append(codes.MISSPELT_CASE_ID.at(place.span(found), message, hint=f"write `{CASE_ID}: …`"))
        return case

    def _newest_fields(self) -> list[tuple[str, Field]]:
        return list(self.shapes(list(self.releases)[-1]).fields.items())

    def _version(self, case: Case, root: Mapping, place: _Place) -> str | None:
        """The release that a file names, where it is known; else a Problem."""
        dotted = ".".join(VERSION_USED)
        node: Node | None = root
        for key in VERSION_USED:
            node = node.get(key) if isinstance(node, Mapping) else None
        known = ", ".join(self.releases)
        if not isinstance(node, Scalar) or node.is_null:
            where = root.get(CASE_ID) or root
            message = f"the file does not say which ontology release it was written for (`{dotted}`)"
            case.problems.append(codes.MISSING_RELEASE.at(place.span(where), message, hint=f"known releases: {known}"))
            return None
        if node.text not in self.releases:
            message = f"`{dotted}` is {node.text}; known releases: {known}"
            case.problems.append(
                codes.UNKNOWN_RELEASE.at(place.span(node), message, hint="correct it, or add that release")
            )
            return None
        return node.text


def looks_like_case(raw: bytes) -> bool:
    """Whether a file that cannot be parsed has a line that begins with the key of a case."""
    return (
        re.search(rb"(?m)(?:^\xef?\xbb?\xbf?|[{,])[ \t]*[\"']?" + CASE_ID.encode() + rb"[\"']?[ \t]*:", raw[:1_000_000])
        is not None
    )


def _is_near_case_id(key: str) -> bool:
    plain = re.sub("[^a-z]", "", key.lower())
    target = CASE_ID.replace("_", "")
    return plain == target or difflib.SequenceMatcher(None, plain, target).ratio() > 0.82


@dataclass(frozen=True, slots=True)
class _Place:
    """Turns offsets into the YAML into places in the file."""

    source: Source
    start: int

    def span(self, node: object) -> Span:
        start, end = getattr(node, "start", 0), getattr(node, "end", 0)
        return self.source.span(self.start + start, self.start + end)


class _RecordReader:
    """Types one case's node tree by its shape."""

    def __init__(self, problems: list[Problem], place: _Place) -> None:
        self.problems = problems
        self.place = place
        self.minted: dict[str, Record] = {}
        self.label = ""

    def read_case(self, root: Mapping, shape: RecordShape) -> Record:
        """The case's record and everything in it; offsets are into the whole file."""
        return self._record(root, shape, {}, key="")

    def _record(self, node: Mapping, shape: RecordShape, outer: dict[str, str], *, key: str) -> Record:
        scope = {**outer, "key": key}
        for name in shape.identifiers:
            scope[name] = self._identifier(node, shape, name)
        if not outer:
            self.label = ""  # what is said of the case itself needs no name: the file has one
        record = Record(shape, shape.template.mint(scope), scope, {}, node.start, node.end)
        self._claim_iri(record, node)
        self._fields(record, node)
        return record

    def _identifier(self, node: Mapping, shape: RecordShape, name: str) -> str:
        """The encoded id of a record; a stand-in where it has none, so that reading goes on."""
        found = node.get(name)
        if isinstance(found, Scalar) and found.text and not found.is_null:
            self.label = found.text
            return encode(found.text)
        message = f"{shape.name} has no `{name}`, so it cannot be named in the graph"
        where = found if found is not None else node
        self._report(
            codes.MISSING_ID, where, message, hint=f"give it an `{name}` that no other record of this case has"
        )
        return f"unnamed-{node.start}"

    def _claim_iri(self, record: Record, node: Mapping) -> None:
        first = self.minted.setdefault(record.iri, record)
        if first is record:
            return
        line = self.place.span(first).line
        name = next((record.scope[name] for name in record.shape.identifiers), record.iri)
        where = next((node.get(name) for name in record.shape.identifiers), None) or node
        message = f"`{name}` stands twice in this case; first at line {line}"
        self._report(codes.DUPLICATE_ID, where, message, hint="give one of the two records another id")

    def _fields(self, record: Record, node: Mapping) -> None:
        fields, values, keys = record.shape.fields, record.values, record.keys
        for key, value in node.pairs:
            if type(key) is not Scalar:
                self._report(codes.WRONG_KIND, key, "a key must be a word, not a list or a mapping")
                continue
            name = key.text
            if name in keys:
                message = f"`{name}` stands twice; first at line {self.place.span(keys[name]).line}"
                self._report(codes.DUPLICATE_KEY, key, message, hint="keep one of the two")
                continue
            found = fields.get(name)
            if found is None:
                self._unknown(key, record.shape)
                continue
            keys[name] = key
            if type(value) is Scalar:
                if value.plain and value.text in NULLS:
                    continue
                if found.takes_any_text:
                    values[name] = [value]
                    continue
            values[name] = self._value(value, found, record)

    def _value(self, node: Node, found: Field, record: Record) -> list[Scalar] | list[Record]:
        if found.kind is Kind.RECORD:
            return self._embedded(node, found, {**record.scope, AROUND: record.iri})
        if found.single:
            return self._single(node, found)
        return self._scalars(node, found)

    def _single(self, node: Node, found: Field) -> list[Scalar]:
        if type(node) is Scalar:
            return self._scalar(node, found)
        self._wrong_kind(node, found, "one value")
        return []

    def _scalars(self, node: Node, found: Field) -> list[Scalar]:
        kept: dict[str, Scalar] = {}
        if type(node) is not Sequence:
            self._wrong_kind(node, found, "a list")
            return []
        for item in node.items:
            if type(item) is not Scalar:
                self._wrong_kind(item, found, "a list of plain values")
            elif item.is_null:
                self._null_item(item, found)
            else:
                for value in self._scalar(item, found):
                    if value.text in kept:
                        message = f"`{value.text}` stands twice in `{found.key}`"
                        self._report(codes.REPEATED_ITEM, item, message, hint="remove one of the two")
                    kept.setdefault(value.text, value)
        return list(kept.values())

    def _scalar(self, node: Scalar, found: Field) -> list[Scalar]:
        """The value with its text made canonical; nothing where the text is not of the datatype."""
        if found.kind is not Kind.LITERAL:
            return [node]
        datatype = DATATYPES[found.datatype]
        text = datatype.canonical(node.text)
        if text is None:
            assert datatype.code is not None
            message = f"`{found.key}` is {_shown(node.text)}; it takes {datatype.expected}"
            self._report(datatype.code, node, message, hint=f"write {datatype.expected}")
            return []
        return [node] if text is node.text else [Scalar(text, node.plain, node.start, node.end)]

    def _embedded(self, node: Node, found: Field, scope: dict[str, str]) -> list[Record]:
        assert found.record is not None
        if not found.single:
            return self._listed(node, found, scope)
        if type(node) is not Mapping:
            self._wrong_kind(node, found, "a mapping of keys and values")
            return []
        return [self._record(node, found.record, scope, key=found.key)] if node.pairs else []

    def _listed(self, node: Node, found: Field, scope: dict[str, str]) -> list[Record]:
        assert found.record is not None
        records: list[Record] = []
        if type(node) is not Sequence:
            self._wrong_kind(node, found, "a list of records")
            return records
        for item in node.items:
            if type(item) is Mapping:
                records.append(self._record(item, found.record, scope, key=found.key))
            elif type(item) is Scalar and item.is_null:
                self._null_item(item, found)
            else:
                self._wrong_kind(item, found, "a list of records")
        self.label = ""
        return records

    def _wrong_kind(self, node: Node, found: Field, wanted: str) -> None:
        kind = {Scalar: "one value", Sequence: "a list", Mapping: "a mapping"}[type(node)]
        example = f"`{found.key}: …`" if found.single else f"`{found.key}:` and below it `- …`"
        self._report(codes.WRONG_KIND, node, f"`{found.key}` takes {wanted}, found {kind}", hint=f"write {example}")

    def _null_item(self, node: Scalar, found: Field) -> None:
        self._report(codes.NULL_ITEM, node, f"`{found.key}` holds an empty item", hint="remove the item or fill it")

    def _unknown(self, key: Scalar, shape: RecordShape) -> None:
        if key.text == "<<":
            self._report(codes.MERGE_KEY, key, "the merge key << is not read", hint="write the repeated keys out")
            return
        near = difflib.get_close_matches(key.text, shape.fields, n=1, cutoff=0.6)
        hint = f"did you mean `{near[0]}`?" if near else f"{shape.name} takes: {', '.join(shape.fields)}"
        self._report(codes.UNKNOWN_KEY, key, f"`{key.text}` is not a key of {shape.name}", hint=hint)

    def _report(self, code: Code, node: Node, message: str, *, hint: str = "") -> None:
        self.problems.append(code.at(self.place.span(node), message, hint=hint, record=self.label))


def _shown(text: str) -> str:
    short = text if len(text) <= 60 else text[:57] + "…"
    return f"`{short}`"
