"""Migrations in; what they call the IRIs that queries name, and how much a query that names one may change, out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kg.migrate.layout import Layout, between, layout_of
from kg.migrate.migration import Migration
from kg.migrate.operation import (
    Derive,
    MapValues,
    Merge,
    MoveField,
    Operation,
    Recode,
    Rename,
    RenameProperty,
    Resolve,
    RetireField,
    RetireTerm,
    Split,
    SwapFields,
    Update,
    needs_person,
)
from kg.migrate.splice import Edit
from kg.migrate.subject import FieldName, Verdict
from kg.shape import encode
from kg.store.sparql import Kind, Token, named, tokens

if TYPE_CHECKING:
    from kg.migrate.upgrade import Shapes

_ORDER = list(Verdict)


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The verdict that says the most has changed.

    >>> worst([Verdict.SAME, Verdict.WIDENED, Verdict.UP_TO_MAP])
    <Verdict.WIDENED: 'WIDENED'>
    """
    return max(verdicts, key=_ORDER.index, default=Verdict.SAME)


@dataclass(frozen=True, slots=True)
class Renaming:
    """What a chain of migrations does to the names that queries use."""

    names: Mapping[str, str]
    """Old IRI → the one that took its place."""
    verdicts: Mapping[str, Verdict]
    """IRI → what becomes, at worst, of a query that names it."""

    @classmethod
    def of(cls, chain: Sequence[Migration], shapes: Shapes) -> Renaming:
        """The names of a chain, one migration after the other."""
        names: dict[str, str] = {}
        verdicts: dict[str, Verdict] = {}
        for migration in chain:
            found = _renaming(migration, shapes)
            names = {old: found.names.get(new, new) for old, new in names.items()} | {
                old: new for old, new in found.names.items() if old not in names
            }
            for iri, verdict in found.verdicts.items():
                for each in (iri, *(old for old, new in names.items() if new == iri)):
                    verdicts[each] = worst((verdict, verdicts.get(each, Verdict.SAME)))
        return cls(names, verdicts)

    def verdict(self, query: str) -> Verdict:
        """What becomes of a query at worst, whatever the data."""
        return worst(self.verdicts.get(iri, Verdict.SAME) for _, iri in named(list(tokens(query))))

    def subjects(self, query: str) -> list[str]:
        """The IRIs of a query that migrations touch, each once, in order."""
        return list(dict.fromkeys(iri for _, iri in named(list(tokens(query))) if iri in self.verdicts))

    def edits(self, query: str) -> list[Edit]:
        """New names in the place of old ones."""
        found = list(tokens(query))
        prefixes = _prefixes(found)
        return [
            Edit(token.start, token.end, _written(self.names[iri], prefixes))
            for token, iri in named(found)
            if iri in self.names
        ]

    def rewritten(self, query: str) -> str:
        """The query with new names; every other character as it was."""
        return edited(query, self.edits(query))


def edited(text: str, edits: Iterable[Edit]) -> str:
    """A text after edits in order."""
    pieces: list[str] = []
    done = 0
    for each in edits:
        pieces += (text[done : each.start], each.text)
        done = each.end
    return "".join((*pieces, text[done:]))


def _prefixes(found: Sequence[Token]) -> dict[str, str]:
    """Declared prefixes by namespace."""
    return {
        found[index + 2].text[1:-1]: found[index + 1].text
        for index, token in enumerate(found[:-2])
        if token.says("PREFIX")
    }


def _written(iri: str, prefixes: Mapping[str, str]) -> str:
    """An IRI as a query writes it."""
    for namespace, prefix in prefixes.items():
        local = iri.removeprefix(namespace)
        if local != iri and [token.kind for token in tokens(prefix + local)] == [Kind.NAME]:
            return prefix + local
    return f"<{iri}>"


def _renaming(migration: Migration, shapes: Shapes) -> Renaming:
    target = layout_of(shapes(migration.target))
    layout = between(layout_of(shapes(migration.origin)), target)
    names: dict[str, str] = {}
    verdicts: dict[str, Verdict] = {}
    for operation in migration.operations:
        after = layout.after(operation, target)
        for old, new in _names(operation, layout, after):
            if new and new != old:
                names[old] = new
            verdict = _verdict(operation)
            verdicts[old] = worst((verdict, verdicts.get(old, Verdict.SAME)))
        layout = after
    return Renaming(names, {iri: verdict for iri, verdict in verdicts.items() if verdict is not Verdict.SAME})


def _verdict(operation: Operation) -> Verdict:
    """What the operation's nature says; values that a person decides are missing until then."""
    return Verdict.BROKEN if needs_person(operation) else operation.nature.verdict


def _names(operation: Operation, layout: Layout, after: Layout) -> Iterator[tuple[str, str]]:
    """The IRIs that an operation touches, each with the one that takes its place, if there is one."""
    match operation:
        case Rename() | Merge() | Split() | RetireTerm():
            yield from _terms(operation, layout)
        case RenameProperty(field, to):
            yield _path(field, layout), _path(FieldName(field.record, to), after)
        case MapValues(field) | RetireField(field) | Recode(field) | Derive(field) | MoveField(field):
            yield _path(field, layout), ""
        case Resolve(code, label):
            yield from ((_path(each, layout), "") for each in (code, label))
        case SwapFields(record, keys):
            yield from ((_path(FieldName(record, key), layout), "") for key in keys)
        case Update(_, files):
            for each in files:
                yield from _names(each, layout, after)
        case _:
            pass


def _terms(operation: Rename | Merge | Split | RetireTerm, layout: Layout) -> Iterator[tuple[str, str]]:
    """Terms in every scheme of the vocabulary."""
    old = (*operation.terms, operation.to) if isinstance(operation, Merge) else (operation.term,)
    new = operation.to if isinstance(operation, Rename | Merge) else ""
    for scheme in _schemes(operation.vocabulary, layout):
        yield from ((f"{scheme}/{encode(each)}", f"{scheme}/{encode(new)}" if new else "") for each in old)


def _schemes(vocabulary: str, layout: Layout) -> set[str]:
    return {key.scheme for keys in layout.records.values() for key in keys.values() if key.vocabulary == vocabulary}


def _path(field: FieldName, layout: Layout) -> str:
    found = layout.key(field)
    return found.path if found else ""
