"""A mapping of a migration file in; its texts, lists, pairs and fields out, and what is wrong with it as Problems."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import TypeVar

from kg import codes
from kg.migrate.subject import FieldName, Pairs
from kg.problem import Problem, Severity
from kg.source import Source
from kg.yamltree import Mapping as Tree
from kg.yamltree import Node, Scalar, Sequence

Choice = TypeVar("Choice")


class Entry:
    """Reads the keys of one mapping; ``finish`` reports those that nobody asked for."""

    def __init__(self, node: Tree, source: Source, problems: list[Problem]) -> None:
        self.node = node
        self.source = source
        self.problems = problems
        self._asked: set[str] = set()

    def has(self, key: str) -> bool:
        """Whether a key is there and not null."""
        found = self.node.get(key)
        return found is not None and not (isinstance(found, Scalar) and found.is_null)

    def text(self, key: str, *, default: str | None = None) -> str:
        """The text under a key; a Problem, and an empty text, where it is missing without a default."""
        found = self._under(key)
        if found is None:
            if default is None:
                self.report(self.node, f"`{key}` is missing", f"write `{key}: …`")
            return default or ""
        if not isinstance(found, Scalar):
            self.report(found, f"`{key}` takes one text", f"write `{key}: …`")
            return ""
        return found.text

    def texts(self, key: str, *, least: int = 0) -> tuple[str, ...]:
        """The list under a key; a single text is a list of one."""
        found = self._under(key)
        words = () if found is None else self._words(found, key)
        if len(words) < least:
            message = f"`{key}` takes a list of {least} or more, found {len(words)}"
            self.report(found or self.node, message, f"write `{key}: [a, b]`")
        if len(set(words)) < len(words):
            self.report(found or self.node, f"`{key}` names one thing twice", "name each once")
        return words

    def pairs(self, key: str) -> Pairs:
        """The mapping under a key, of texts to texts; null means an empty text."""
        return tuple((name, _text(value)) for name, value in self._mapping(key) if self._is_text(value, name))

    def choices(self, key: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The mapping under a key, of texts to lists; a single text is a list of one, null an empty one."""
        return tuple((name, self._words(value, name)) for name, value in self._mapping(key))

    def field(self, key: str) -> FieldName:
        """The field that a text names."""
        before = len(self.problems)
        text = self.text(key)
        record, dot, name = text.partition(".")
        if len(self.problems) == before and not (record and dot and name):
            self.report(self.node.get(key) or self.node, f"`{text}` is no field", "write it as ValueClaim.mechanism")
        return FieldName(record, name)

    def choice(self, key: str, allowed: Mapping[str, Choice], *, default: str) -> Choice:
        """One of a few words."""
        text = self.text(key, default=default)
        if text not in allowed:
            message = f"`{key}` is `{text}`; it takes {', '.join(allowed)}"
            self.report(self.node.get(key) or self.node, message, f"leave it out for {default}")
            return allowed[default]
        return allowed[text]

    def entries(self, key: str) -> list[Entry]:
        """The mappings in the list under a key."""
        found = self._under(key)
        if found is None:
            return []
        if not isinstance(found, Sequence):
            self.report(found, f"`{key}` takes a list", f"write `{key}:` and below it `- …`")
            return []
        for item in found.items:
            if not isinstance(item, Tree):
                self.report(item, f"`{key}` takes a list of mappings", "write `- key: …`")
        return [Entry(item, self.source, self.problems) for item in found.items if isinstance(item, Tree)]

    def finish(self) -> None:
        """Report keys that are not read, and keys that stand twice."""
        seen: set[str] = set()
        for key, _ in self.node.pairs:
            name = key.text if isinstance(key, Scalar) else ""
            if name in seen:
                self.report(key, f"`{name}` stands twice", "keep one of the two")
            elif name not in self._asked:
                near = difflib.get_close_matches(name, self._asked, n=1)
                known = ", ".join(sorted(self._asked))
                self.report(key, f"`{name}` is not read here; known: {known}", f"write `{near[0]}`" if near else "")
            seen.add(name)

    def report(self, node: Node, message: str, hint: str) -> None:
        """A problem at a node."""
        span = self.source.span(node.start, max(node.start, min(node.end, len(self.source.text))))
        self.problems.append(codes.BAD_MIGRATION.at(span, message, hint=hint))

    def ask(self, keys: Iterable[str]) -> None:
        """Keys that may be there and are read elsewhere."""
        self._asked.update(keys)

    def _under(self, key: str) -> Node | None:
        self._asked.add(key)
        found = self.node.get(key)
        return None if isinstance(found, Scalar) and found.is_null else found

    def _mapping(self, key: str) -> list[tuple[str, Node]]:
        found = self._under(key)
        if found is None:
            return []
        if not isinstance(found, Tree):
            self.report(found, f"`{key}` takes a mapping", f"write `{key}:` and below it `old: new`")
            return []
        names = [name.text for name, _ in found.pairs if isinstance(name, Scalar)]
        for name in sorted({name for name in names if names.count(name) > 1}):
            self.report(found, f"`{key}` has `{name}` twice", "keep one of the two")
        return [(name.text, value) for name, value in found.pairs if isinstance(name, Scalar)]

    def _words(self, node: Node, key: str) -> tuple[str, ...]:
        items = node.items if isinstance(node, Sequence) else [node]
        if isinstance(node, Scalar) and node.is_null:
            return ()
        return tuple(_text(item) for item in items if self._is_text(item, key))

    def _is_text(self, node: Node, key: str) -> bool:
        if not isinstance(node, Scalar):
            self.report(node, f"`{key}` takes texts", "write plain words")
        return isinstance(node, Scalar)


def _text(node: Node) -> str:
    assert isinstance(node, Scalar)
    return "" if node.is_null else node.text


SEVERITIES = {severity.label: severity for severity in Severity}
"""What ``require`` may say."""
