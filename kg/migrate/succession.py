"""The operations of migrations in; which name took the place of which, for comparing releases, out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kg.migrate.operation import Merge, MoveField, Operation, Rename, RenameProperty, Resolve, Split, Update


def successors(operations: Iterable[Operation]) -> dict[str, tuple[str, ...]]:
    """Name of a term (``outcome/innovation``) or field → the names that stand for it after all operations."""
    found: dict[str, tuple[str, ...]] = {}
    for operation in operations:
        taken = _taken(operation)
        found = {old: _through(names, taken) for old, names in found.items()}
        found = {**taken, **found}
    return found


def _through(names: tuple[str, ...], taken: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(new for name in names for new in taken.get(name, (name,))))


def _taken(operation: Operation) -> dict[str, tuple[str, ...]]:
    taken: dict[str, tuple[str, ...]] = {}
    match operation:
        case Rename(vocabulary=scheme, term=term, to=to):
            taken = {f"{scheme}/{term}": (f"{scheme}/{to}",)}
        case Merge(vocabulary=scheme, terms=terms, to=to):
            taken = {f"{scheme}/{term}": (f"{scheme}/{to}",) for term in terms if term != to}
        case Split(vocabulary=scheme, term=term, into=into):
            taken = {f"{scheme}/{term}": tuple(f"{scheme}/{each}" for each in into)}
        case RenameProperty(field=field, to=to):
            taken = {str(field): (f"{field.record}.{to}",)}
        case MoveField(field=field, to=to):
            taken = {str(field): (str(to),)}
        case Resolve(code=code, label=label, to=to):
            taken = {str(code): (str(to),), str(label): (str(to),)}
        case Update(files=files):
            taken = successors(files)
        case _:
            pass
    return taken
