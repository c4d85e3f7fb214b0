"""The shapes of two releases in; the kinds of record on the way from one to the other, and the way to each, out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from kg.ntriples import iri
from kg.release import VERSION_USED
from kg.shape import Field, RecordShape

CASE = "?case"


@dataclass(frozen=True)
class Kinds:
    """The kinds of record on the way from one release to the next: their shapes by name, and what embeds what."""

    root: str
    shapes: Mapping[str, RecordShape]
    fields: dict[str, dict[str, Field]] = field(default_factory=dict[str, dict[str, Field]])
    """Kind of record → key → field, as the operations so far have left them."""

    @classmethod
    def between(cls, origin: RecordShape, target: RecordShape) -> Kinds:
        """Where a migration begins: the origin's fields, and what only the target has."""
        old, new = ({each.name: each for each in shape.walk()} for shape in (origin, target))
        names = dict.fromkeys((*old, *new))
        fields = {
            name: (new[name].fields if name in new else {}) | (old[name].fields if name in old else {})
            for name in names
        }
        return cls(origin.name, new | old, fields)

    def subject(self, record: str) -> str:
        """The variable that stands for a record of a kind."""
        return CASE if record == self.root else "?record"

    def reach(self, record: str) -> tuple[str, ...]:
        """The pattern that leads from a case to its records of a kind."""
        if record == self.root:
            return ()
        found = "|".join("/".join(map(iri, chain)) for chain in self.chains(self.root, record))
        return (f"{CASE} {found} ?record .",)

    def chains(self, outer: str, inner: str, seen: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
        """Every way from a kind of record down to another one, as predicates."""
        for each in self.fields.get(outer, {}).values():
            name = each.record.name if each.record else ""
            if name == inner:
                yield (each.path,)
            if name and name not in seen:
                yield from ((each.path, *rest) for rest in self.chains(name, inner, (*seen, name)))

    def around(self, record: str) -> Iterator[tuple[str, Field]]:
        """The kinds of record that embed a kind, each with the field that does."""
        for name, fields in self.fields.items():
            for each in fields.values():
                if each.record is not None and each.record.name == record:
                    yield name, each

    def path(self, record: str, key: str) -> str:
        """The predicate behind a key, as a term."""
        return iri(self.fields[record][key].path)

    def by_path(self, record: str, path: str) -> Field | None:
        """The field with a predicate behind it."""
        return next((each for each in self.fields.get(record, {}).values() if each.path == path), None)


def version_path(shape: RecordShape) -> str:
    """The property path from a case to the release that it names."""
    predicates: list[str] = []
    for key in VERSION_USED:
        found = shape.fields[key]
        predicates.append(iri(found.path))
        shape = found.record or shape
    return "/".join(predicates)
