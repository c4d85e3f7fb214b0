"""The text of a front matter, its tree and the tree that is wanted in; the text with the least edits that give it out.

Everything outside the edits stays as it was, to the character. What cannot be proven is refused: the new text is parsed
again and compared with the wanted tree.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kg.migrate import writing
from kg.migrate.visit import Refusal
from kg.migrate.writing import style_of
from kg.yamltree import Limits, Mapping, Node, Scalar, Sequence, parse

_REST = re.compile("[ \t]*(?:#[^\r\n\x85\u2028\u2029]*)?(\r\n|\n|\r)")
"""What may stand behind a value on its line."""
_COLON = re.compile(r"[ \t]*:")
_DASH = re.compile(r"(?:^|(?<=[\r\n]))([ ]*)-[ \t]+\Z")


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """A stretch of the text and what stands there instead."""

    start: int
    end: int
    text: str


def splice(text: str, old: Mapping, new: Mapping) -> tuple[str, list[Edit]]:
    """The text that reads as ``new``, and the edits that lead to it. Refusal where there is no safe way."""
    need_simple(text, old)
    splicer = _Splicer(text)
    splicer.value(old, new, None)
    edits = sorted(splicer.edits)
    changed = _edited(text, edits, old)
    found, _ = parse(changed, Limits(nodes=10_000_000, depth=1_000))
    if found is None or not equal(found, new):
        raise Refusal("the changed front matter does not read as it should", old)
    return changed, edits


def need_simple(text: str, root: Node) -> None:
    """Refusal where the tree has something that cannot be changed piece by piece: anchors, keys that stand twice."""
    seen: set[int] = set()
    for node in _walk(root):
        if id(node) in seen or text[node.start : node.start + 1] in ("&", "!", "*"):
            raise Refusal("the front matter uses YAML anchors; write the repeated values out", node)
        seen.add(id(node))
        if isinstance(node, Mapping):
            keys = [key.text for key, _ in node.pairs if isinstance(key, Scalar)]
            if len(set(keys)) < len(node.pairs):
                raise Refusal("a key stands twice; keep one of the two", node)


def equal(one: Node, other: Node) -> bool:
    """Whether two trees say the same, key by key, in the same order."""
    waiting: list[tuple[Node, Node]] = [(one, other)]
    while waiting:
        old, new = waiting.pop()
        if isinstance(old, Scalar) and isinstance(new, Scalar):
            if not _same(old, new):
                return False
        elif isinstance(old, Sequence) and isinstance(new, Sequence) and len(old.items) == len(new.items):
            waiting += zip(old.items, new.items, strict=True)
        elif isinstance(old, Mapping) and isinstance(new, Mapping) and len(old.pairs) == len(new.pairs):
            for (key, value), (name, said) in zip(old.pairs, new.pairs, strict=True):
                waiting += ((key, name), (value, said))
        else:
            return False
    return True


def _same(old: Scalar, new: Scalar) -> bool:
    if old.plain == new.plain and old.text == new.text:
        return True
    return old.is_null == new.is_null and (old.is_null or old.text == new.text)


def _walk(root: Node) -> Iterator[Node]:
    waiting: list[Node] = [root]
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, Sequence):
            waiting += node.items
        elif isinstance(node, Mapping):
            for pair in node.pairs:
                waiting += pair


def _edited(text: str, edits: list[Edit], root: Node) -> str:
    pieces: list[str] = []
    at = 0
    for edit in edits:
        if edit.start < at:
            raise Refusal("two changes meet in one place", root)
        pieces += (text[at : edit.start], edit.text)
        at = edit.end
    return "".join((*pieces, text[at:]))


class _Splicer:
    """Collects the edits of one text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.style = style_of(text)
        self.edits: list[Edit] = []

    def value(self, old: Node, new: Node, key: Scalar | None, *, in_flow: bool = False) -> None:
        """Edits that make one value of another; ``key`` is the key that it stands behind, if any.

        ``in_flow`` says that it stands somewhere in brackets or braces.
        """
        if old is new or (isinstance(old, Scalar) and isinstance(new, Scalar) and equal(old, new)):
            return
        if isinstance(old, Scalar) and isinstance(new, Scalar):
            self._scalar(old, new)
        elif isinstance(old, Mapping) and isinstance(new, Mapping) and _aligned(_keys(old), _keys(new)):
            self._mapping(old, new)
        elif isinstance(old, Sequence) and isinstance(new, Sequence) and _aligned(old.items, new.items):
            self._sequence(old, new)
        elif not equal(old, new):
            self._replace(old, new, key, in_flow=in_flow)

    # --- one value for another -----------------------------------------------------------------------

    def _scalar(self, old: Scalar, new: Scalar) -> None:
        written = self._like(old, new)
        if self._is_block(old):
            self._edit(old.start, old.end, written + self.style.eol)
        elif old.start == old.end:
            self._edit(old.start, old.end, written if self.text[old.start - 1 : old.start] == " " else f" {written}")
        else:
            self._edit(old.start, old.end, written)

    def _like(self, old: Scalar, new: Scalar) -> str:
        """The new text, quoted as the old one was where that is right."""
        if new.is_null or new.text in ("true", "false"):
            return new.text
        mark = self.text[old.start : old.start + 1] if old.start < old.end else ""
        if mark in ("'", '"') and not old.plain:
            return writing.quoted(new.text, mark)
        bare = old.plain and not old.is_null and writing.same_guess(old.text, new.text)
        if bare and re.fullmatch(r"[\w.]+", new.text) and new.text.isprintable():
            return new.text
        return writing.scalar(new.text, self.style.quote)

    def _replace(self, old: Node, new: Node, key: Scalar | None, *, in_flow: bool) -> None:
        """A value of one kind in place of a value of another."""
        if in_flow or key is None:
            if not in_flow and not self._is_flow(old) and not (self._is_inline(old) and old.start < old.end):
                raise Refusal("a value inside a list cannot be replaced safely", old)
            space = "" if old.start < old.end or self.text[old.start - 1 : old.start] == " " else " "
            self._edit(old.start, self._tail(old), space + writing.flow(new, self.style))
            return
        colon = self._colon(key, old)
        self._need_no_comment(colon, old.start, old)
        written = writing.after_colon(new, column=self._column(key), style=self.style)
        end = self._tail(old)
        at_line_start = isinstance(self._last(old), Scalar) and self._is_block(self._last(old))
        self._edit(colon, end, written + (self.style.eol if at_line_start else ""))

    # --- mappings -----------------------------------------------------------------------------------

    def _mapping(self, old: Mapping, new: Mapping) -> None:
        by_start = {key.start: (key, value) for key, value in old.pairs}
        kept = [key.start for key, _ in new.pairs if key.start in by_start]
        if kept != [key.start for key, _ in old.pairs if key.start in set(kept)]:
            raise Refusal("keys would change their order", old)
        self._remove([self._whole(pair) for pair in old.pairs], [key.start in set(kept) for key, _ in old.pairs], old)
        before: tuple[Node, Node] | None = None
        waiting: list[tuple[Node, Node]] = []
        for pair in new.pairs:
            if pair[0].start not in by_start:
                waiting.append(pair)
                continue
            self._insert_pairs(old, waiting, before, by_start[pair[0].start][0])
            waiting, before = [], by_start[pair[0].start]
            self._pair(before, pair, in_flow=self._is_flow(old))
        self._insert_pairs(old, waiting, before, None)

    def _pair(self, old: tuple[Node, Node], new: tuple[Node, Node], *, in_flow: bool) -> None:
        key, to = old[0], new[0]
        assert isinstance(key, Scalar)
        assert isinstance(to, Scalar)
        if key.text != to.text:
            self._colon(key, old[1])
            self._edit(key.start, key.end, self._like(key, to))
        self.value(old[1], new[1], key, in_flow=in_flow)

    def _insert_pairs(
        self, old: Mapping, pairs: list[tuple[Node, Node]], before: tuple[Node, Node] | None, after: Node | None
    ) -> None:
        for pair in pairs:
            if self._is_flow(old):
                self._insert_flow(
                    f"{writing.flow(pair[0], self.style)}: {writing.flow(pair[1], self.style)}",
                    before and before[1],
                    after,
                )
                continue
            column = self._column(old.pairs[0][0])
            line = writing.pair(*pair, column=column, style=self.style)
            self._insert_line(line, column, before and before[1], after)

    # --- lists --------------------------------------------------------------------------------------

    def _sequence(self, old: Sequence, new: Sequence) -> None:
        by_start = {item.start: item for item in old.items}
        kept = [item.start for item in new.items if item.start in by_start]
        if kept != [item.start for item in old.items if item.start in set(kept)]:
            raise Refusal("items would change their order", old)
        spans = [(item, item) for item in old.items]
        self._remove(spans, [item.start in set(kept) for item in old.items], old)
        before: Node | None = None
        for item in new.items:
            if item.start in by_start:
                before = by_start[item.start]
                self.value(before, item, None, in_flow=self._is_flow(old))
            elif before is None:
                raise Refusal("an item would stand before all others", old)
            elif self._is_flow(old):
                self._insert_flow(writing.flow(item, self.style), before, None)
            else:
                column = len(self._dash(before)[1])
                self._insert_line(writing.item(item, column=column, style=self.style), column, before, None)

    # --- removing and inserting -----------------------------------------------------------------------

    def _whole(self, pair: tuple[Node, Node]) -> tuple[Node, Node]:
        return pair

    def _remove(self, parts: list[tuple[Node, Node]], kept: list[bool], parent: Node) -> None:
        """Take out the pairs or items that are not kept; some are."""
        for index, part in enumerate(parts):
            if kept[index]:
                continue
            if self._is_flow(parent):
                self._remove_flow(parts, kept, index)
            elif isinstance(parent, Mapping) and not any(kept[:index]) and not self._is_alone(parts[0][0]):
                following = next(start for (start, _), keep in zip(parts, kept, strict=True) if keep)
                upto = parts[index + 1][0].start
                if upto <= following.start:
                    self._need_no_comment(self._line_end(part[1]), upto, part[1])
                    self._edit(part[0].start, upto, "")
            else:
                start = self._dash(part[0])[0] if isinstance(parent, Sequence) else self._line_start(part[0])
                self._edit(start, self._line_end(part[1]), "")

    def _remove_flow(self, parts: list[tuple[Node, Node]], kept: list[bool], index: int) -> None:
        if any(kept[:index]):
            start, end = self._tail(parts[index - 1][1]), self._tail(parts[index][1])
        else:
            start, end = parts[index][0].start, parts[index + 1][0].start
        if "#" in self.text[start:end]:
            raise Refusal("a comment stands where something is to be removed", parts[index][0])
        self._edit(start, end, "")

    def _insert_flow(self, written: str, before: Node | None, after: Node | None) -> None:
        if before is not None:
            at = self._tail(before)
            self._edit(at, at, f", {written}")
        else:
            assert after is not None
            self._edit(after.start, after.start, f"{written}, ")

    def _insert_line(self, line: str, column: int, before: Node | None, after: Node | None) -> None:
        if before is not None:
            at = self._line_end(before)
            self._edit(at, at, f"{' ' * column}{line}{self.style.eol}")
        else:
            assert after is not None
            self._edit(after.start, after.start, f"{line}{self.style.eol}{' ' * column}")

    def _edit(self, start: int, end: int, text: str) -> None:
        """Note an edit; insertions at one place stay in their order."""
        last = self.edits[-1] if self.edits else None
        if last and start == end == last.start == last.end:
            self.edits[-1] = Edit(start, end, last.text + text)
        else:
            self.edits.append(Edit(start, end, text))

    # --- places -------------------------------------------------------------------------------------

    def _is_flow(self, node: Node) -> bool:
        return not isinstance(node, Scalar) and self.text[node.start : node.start + 1] in ("[", "{")

    def _is_block(self, node: Node) -> bool:
        """Whether a scalar is a literal or folded block, which ends where the next line begins."""
        return isinstance(node, Scalar) and not node.plain and self.text[node.start : node.start + 1] in ("|", ">")

    def _is_inline(self, node: Node) -> bool:
        """Whether a node is a scalar that ends where its text ends."""
        return isinstance(node, Scalar) and not self._is_block(node)

    def _last(self, node: Node) -> Node:
        """The last scalar, or collection in brackets, of a node."""
        while not isinstance(node, Scalar) and not self._is_flow(node):
            node = node.items[-1] if isinstance(node, Sequence) else node.pairs[-1][1]
        return node

    def _tail(self, node: Node) -> int:
        """Where the text of a node ends; libyaml's own mark lies behind blank lines and comments."""
        return self._last(node).end

    def _line_end(self, node: Node) -> int:
        """Where the line behind a node begins."""
        last = self._last(node)
        if self._is_block(last):
            return last.end
        found = _REST.match(self.text, last.end)
        if not found:
            raise Refusal("something else stands on the same line", node)
        return found.end()

    def _break_before(self, at: int) -> int:
        return max(self.text.rfind("\n", 0, at), self.text.rfind("\r", 0, at)) + 1

    def _line_start(self, node: Node) -> int:
        start = self._break_before(node.start)
        if self.text[start : node.start].strip(" "):
            raise Refusal("something else stands on the same line", node)
        return start

    def _is_alone(self, key: Node) -> bool:
        """Whether nothing but spaces stands before a key on its line."""
        return not self.text[self._break_before(key.start) : key.start].strip(" ")

    def _dash(self, item: Node) -> tuple[int, str]:
        """Where the line of an item's dash begins, and what stands before the dash."""
        start = self._break_before(item.start)
        before = self.text[start : item.start]
        found = re.fullmatch(r"([ ]*)-[ \t]*", before)
        if not found:
            raise Refusal("the dash of an item does not stand alone before it", item)
        return start, found[1]

    def _column(self, key: Node) -> int:
        start = self._break_before(key.start)
        if not re.fullmatch(r"(?:- +|[ ])*", self.text[start : key.start]):
            raise Refusal("something else stands on the same line", key)
        return key.start - start

    def _colon(self, key: Scalar, node: Node) -> int:
        """Where the text behind a key's colon begins."""
        found = _COLON.match(self.text, key.end)
        if not found:
            raise Refusal(f"`{key.text}` is not followed by its colon", node)
        return found.end()

    def _need_no_comment(self, start: int, end: int, node: Node) -> None:
        if "#" in self.text[start:end]:
            raise Refusal("a comment stands between a key and its value, or between two keys, that change", node)


def _keys(node: Mapping) -> list[Node]:
    return [key for key, _ in node.pairs]


def _aligned(old: list[Node], new: list[Node]) -> bool:
    """Whether some of the new parts come from the old ones, so that piece by piece is less than all anew."""
    starts = {node.start for node in old}
    return any(node.start in starts for node in new)
