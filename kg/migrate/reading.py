"""The text of a migration file in; the migration and what is wrong with it, each problem at its line, out."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable
from functools import partial

from kg import codes, yamltree
from kg.migrate.entry import SEVERITIES, Entry
from kg.migrate.migration import Migration, Step
from kg.migrate.operation import (
    Add,
    Derive,
    MapValues,
    Merge,
    MoveField,
    MoveTerm,
    Operation,
    Recode,
    Relabel,
    Rename,
    RenameProperty,
    Require,
    Resolve,
    RetireField,
    RetireTerm,
    Row,
    Split,
    SwapFields,
    Update,
)
from kg.migrate.subject import Otherwise, RecordName, Subject, Term
from kg.problem import Problem, Severity
from kg.release import VERSION
from kg.source import Source
from kg.yamltree import Limits, Mapping, Scalar

Beside = Callable[[str], str]
"""The text of a file that stands beside the migration, by its name; raises OSError."""

_OTHERWISE = {each.value: each for each in Otherwise}


def read_migration(source: Source, beside: Beside) -> tuple[Migration | None, list[Problem]]:
    """The migration in a file, None where a problem stands in its way; ``beside`` opens the tables it names."""
    problems: list[Problem] = []
    root, faults = yamltree.parse(source.text, Limits(bytes=50_000_000, nodes=1_000_000))
    problems += [fault.code.at(source.span(fault.start, fault.end), fault.message, hint=fault.hint) for fault in faults]
    if root is None or not isinstance(root, Mapping):
        if not problems:
            hint = "write `from: '1.0'`, `to: '1.1'` and `operations:`"
            problems.append(codes.BAD_MIGRATION.at(source.span(0, 0), "the file holds no mapping", hint=hint))
        return None, problems
    tables: list[str] = []
    migration = _migration(Entry(root, source, problems), partial(_open, beside, tables))
    digest = hashlib.sha256("\0".join([source.text, *tables]).encode("utf-8")).hexdigest()
    worst = max((problem.severity for problem in problems), default=Severity.INFO)
    return (None if worst is Severity.ERROR else _signed(migration, digest)), problems


def _open(beside: Beside, tables: list[str], name: str) -> str:
    text = beside(name)
    tables.append(text)
    return text


def _signed(found: Migration, digest: str) -> Migration:
    return Migration(found.origin, found.target, found.steps, found.file, digest, found.title)


def _migration(entry: Entry, beside: Beside) -> Migration:
    origin, target = entry.text("from"), entry.text("to")
    for key, version in (("from", origin), ("to", target)):
        if version and not VERSION.fullmatch(version):
            entry.report(entry.node.get(key) or entry.node, f"`{version}` is no version", "write it as '1.1', quoted")
    title = entry.text("title", default="")
    entry.ask(["comment"])
    steps = tuple(step for each in entry.entries("operations") if (step := _step(each, beside)) is not None)
    entry.finish()
    return Migration(origin, target, steps, entry.source.file, "", title)


def _step(entry: Entry, beside: Beside) -> Step | None:
    """One item of ``operations``: a key that names the operation, perhaps a comment."""
    entry.ask(["comment"])
    names = [key.text for key, _ in entry.node.pairs if isinstance(key, Scalar) and key.text != "comment"]
    if len(names) != 1 or names[0] not in OPERATIONS:
        entry.report(entry.node, f"an item is one of {', '.join(OPERATIONS)}", "write `- rename: {…}`")
        return None
    [name] = names
    inner = entry.node.get(name)
    if not isinstance(inner, Mapping):
        entry.report(inner or entry.node, f"`{name}` takes a mapping", f"write `- {name}: {{…}}`")
        return None
    before = len(entry.problems)
    operation = OPERATIONS[name](_Said(inner, entry, beside))
    span = entry.source.span(entry.node.start, inner.start)
    return Step(operation, span, entry.text("comment", default="")) if len(entry.problems) == before else None


class _Said(Entry):
    """What stands below the name of an operation."""

    def __init__(self, node: Mapping, outer: Entry, beside: Beside) -> None:
        super().__init__(node, outer.source, outer.problems)
        self.beside = beside


def _rename(said: _Said) -> Operation:
    return _whole(said, Rename(said.text("vocabulary"), said.text("term"), said.text("to")))


def _merge(said: _Said) -> Operation:
    return _whole(said, Merge(said.text("vocabulary"), said.texts("terms", least=2), said.text("to")))


def _split(said: _Said) -> Operation:
    return _whole(said, Split(said.text("vocabulary"), said.text("term"), said.texts("into", least=2)))


def _move(said: _Said) -> Operation:
    if said.has("field"):
        return _whole(said, MoveField(said.field("field"), said.field("to")))
    under, before = said.text("under", default=""), said.text("was_under", default="")
    return _whole(said, MoveTerm(said.text("vocabulary"), said.text("term"), under, before))


def _retire(said: _Said) -> Operation:
    if said.has("field"):
        return _whole(said, RetireField(said.field("field")))
    return _whole(said, RetireTerm(said.text("vocabulary"), said.text("term"), said.texts("consider")))


def _rename_property(said: _Said) -> Operation:
    return _whole(said, RenameProperty(said.field("field"), said.text("to")))


def _map_values(said: _Said) -> Operation:
    operation = MapValues(
        said.field("field"),
        said.pairs("values"),
        said.choices("propose"),
        said.texts("drop"),
        said.choice("otherwise", _OTHERWISE, default=Otherwise.PENDING.value),
    )
    listed = [value for value, _ in (*operation.values, *operation.propose)] + list(operation.drop)
    for value in sorted({value for value in listed if listed.count(value) > 1}):
        said.report(said.node, f"`{value}` is listed twice", "list each value once")
    return _whole(said, operation)


def _swap_fields(said: _Said) -> Operation:
    keys = said.texts("keys", least=2)
    rows: list[Row] = []
    for each in said.entries("rows"):
        row = Row(each.pairs("when"), each.pairs("then"))
        _known_keys(each, row, keys)
        each.finish()
        rows.append(row)
    if not rows and len(keys) != 2:
        said.report(said.node, f"{len(keys)} fields cannot exchange their values", "name two, or write `rows`")
    return _whole(said, SwapFields(said.text("record"), keys, tuple(rows), said.choices("drop")))


def _known_keys(entry: Entry, row: Row, keys: tuple[str, ...]) -> None:
    if not row.when:
        entry.report(entry.node, "the row has no `when`", f"write `when: {{{keys[0] if keys else 'key'}: …}}`")
    for key, _ in (*row.when, *row.then):
        if key not in keys:
            entry.report(entry.node, f"`{key}` is not one of the keys that change", "add it to `keys`")


def _require(said: _Said) -> Operation:
    return _whole(said, Require(said.field("field"), said.choice("severity", SEVERITIES, default="info")))


def _derive(said: _Said) -> Operation:
    order = said.texts("order", least=1)
    return _whole(said, Derive(said.field("field"), said.field("from"), order, said.pairs("where")))


def _recode(said: _Said) -> Operation:
    if said.has("catalogue"):
        return _resolve(said)
    table = _table(said, said.text("file")) if said.has("file") else said.choices("table")
    otherwise = said.choice("otherwise", _OTHERWISE, default=Otherwise.KEEP.value)
    said.ask(["file", "table"])
    return _whole(said, Recode(said.field("field"), table, said.pairs("where"), said.pairs("write"), otherwise))


def _resolve(said: _Said) -> Operation:
    operation = Resolve(
        code=said.field("code"),
        label=said.field("name"),
        to=said.field("to"),
        id_key=said.text("id"),
        catalogue=said.text("catalogue"),
        write=said.pairs("write"),
    )
    return _whole(said, operation)


def _table(said: _Said, name: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """A concordance, with tabs or commas: ``from`` and ``to``, then pairs of codes; an empty one means none."""
    node = said.node.get("file") or said.node
    try:
        lines = [line for line in said.beside(name).splitlines() if line and not line.startswith("#")]
        rows = list(csv.reader(lines, delimiter="\t" if lines and "\t" in lines[0] else ","))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        said.report(node, f"the table {name} cannot be read: {getattr(error, 'strerror', None) or error}", "correct it")
        return ()
    table: dict[str, list[str]] = {}
    if not rows or [cell.strip() for cell in rows[0][:2]] != ["from", "to"]:
        message = f"the table {name} does not begin with `from` and `to`, with a tab or a comma between"
        said.report(node, message, "give it that first line")
    for row in rows[1:]:
        old, new = (cell.strip() for cell in (*row, "", "")[:2])
        table.setdefault(old, []).extend([new] if new else [])
    return tuple((old, tuple(dict.fromkeys(codes_))) for old, codes_ in table.items() if old)


def _add(said: _Said) -> Operation:
    return _whole(said, Add(_subject(said)))


def _relabel(said: _Said) -> Operation:
    return _whole(said, Relabel(_subject(said), said.text("label"), said.text("was", default="")))


def _update(said: _Said) -> Operation:
    inner = [_step(each, said.beside) for each in said.entries("files")]
    if not inner:
        said.report(said.node, "an update needs a twin for files", "write below `files` what it does to case files")
    return _whole(said, Update(said.text("sparql"), tuple(each.operation for each in inner if each is not None)))


def _subject(said: _Said) -> Subject:
    if said.has("field"):
        return said.field("field")
    if said.has("record"):
        return RecordName(said.text("record"))
    return Term(said.text("vocabulary"), said.text("term"))


def _whole(said: _Said, operation: Operation) -> Operation:
    said.finish()
    return operation


OPERATIONS: dict[str, Callable[[_Said], Operation]] = {
    "rename": _rename,
    "merge": _merge,
    "split": _split,
    "move": _move,
    "retire": _retire,
    "rename_property": _rename_property,
    "map_values": _map_values,
    "swap_fields": _swap_fields,
    "require": _require,
    "derive": _derive,
    "recode": _recode,
    "add": _add,
    "relabel": _relabel,
    "update": _update,
}
"""The word that a migration file uses → what reads it."""
