"""Keys that change together in; one statement for all of them out, so that no row meets what another one wrote."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kg import vocab
from kg.migrate.graph.pending import PENDING, Between, holders
from kg.migrate.graph.sparql import Statement, converted, term, union, words
from kg.migrate.operation import Row, SwapFields
from kg.migrate.subject import FieldName
from kg.ntriples import iri
from kg.shape import Field


def swap_fields(operation: SwapFields, between: Between) -> Iterator[Statement]:
    """All keys in one statement, so that no row meets what another one wrote."""
    record, kinds = operation.record, between.kinds
    old = {key: kinds.fields[record][key] for key in operation.keys}
    new = {key: between.after[record].fields.get(key, old[key]) for key in operation.keys}
    subject = kinds.subject(record)
    olds = [f"OPTIONAL {{ {subject} {iri(old[key].path)} ?old{index} }}" for index, key in enumerate(operation.keys)]
    bound = " || ".join(f"BOUND(?old{index})" for index in range(len(old)))
    has = (*kinds.reach(record), f"{subject} {iri(vocab.rdf_type)} {iri(kinds.shapes[record].target)} .", *olds)
    has = (*has, f"FILTER({bound})")
    swap = _Swap(operation, old, new, between)
    branches = swap.rows(has) if operation.rows else [(*has, *swap.exchange())]
    kinds.fields[record].update(new)
    yield Statement(
        str(operation),
        tuple(f"{subject} {iri(old[key].path)} ?old{index} ." for index, key in enumerate(old)),
        (*(f"{subject} {iri(new[key].path)} ?new{index} ." for index, key in enumerate(new)), *PENDING),
        union(branches),
    )


@dataclass(frozen=True, slots=True)
class _Swap:
    operation: SwapFields
    old: dict[str, Field]
    new: dict[str, Field]
    between: Between

    def exchange(self) -> Iterator[str]:
        """Two keys with each other's values."""
        (first, before), (second, behind) = self.old.items()
        yield f"BIND({converted('?old1', behind, self.new[first])} AS ?new0)"
        yield f"BIND({converted('?old0', before, self.new[second])} AS ?new1)"

    def rows(self, has: tuple[str, ...]) -> list[tuple[str, ...]]:
        """A branch for each row, which no earlier row fits; and one for records that no row fits."""
        branches: list[tuple[str, ...]] = []
        earlier: list[str] = []
        for row in (*self.operation.rows, Row((), ())):
            fits = self._fits(row)
            own = (*has, *(f"FILTER(!({each}))" for each in earlier), f"FILTER({fits})" if row.when else "")
            written = tuple(self._written(row))
            branches.append((*own, *written))
            branches += [(*own, *written, *each) for each in self._asking(row)]
            earlier.append(fits)
        return branches

    def _fits(self, row: Row) -> str:
        said: list[str] = []
        for key, value in row.when:
            index = list(self.old).index(key)
            old, field = f"?old{index}", self.old[key]
            same = f"{old} = {term(value, field)}, false" if value else f'{words(old, field)} = "", true'
            said.append(f"COALESCE({same})")
        return " && ".join(said) or "true"

    def _written(self, row: Row) -> Iterator[str]:
        for index, key in enumerate(self.old):
            value = dict(row.then).get(key)
            if value:
                yield f"BIND({term(value, self.new[key])} AS ?new{index})"

    def _asking(self, row: Row) -> Iterator[tuple[str, ...]]:
        """What the row does not take up, does not give and does not lose waits for a person."""
        for index, (key, field) in enumerate(self.old.items()):
            if key in dict(row.when):
                continue
            fine = [*dict(self.operation.drop).get(key, ()), *(value for name, value in row.then if name == key)]
            listed = ", ".join(term(each, field) for each in fine if each)
            other = f"FILTER(BOUND(?old{index}){f' && ?old{index} NOT IN ({listed})' if listed else ''})"
            for holder in holders(FieldName(self.operation.record, key), self.between):
                yield (other, *holder.asking(words(f"?old{index}", field), self.between.origin))
