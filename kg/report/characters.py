"""Any text in; the same text with nothing hidden in it, and its width in a terminal, out."""

from __future__ import annotations

import re
from unicodedata import bidirectional, category, east_asian_width

_HIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # controls, but for line ends and tabs
    "\xad\u061c\u180e\u200b\u200e\u200f\u2060-\u2064\ufeff"  # seen by nobody
    "\u2028-\u202e\u2066-\u206f\ufff9-\ufffb"  # break lines, turn the direction of what follows
    "\ud800-\udfff\ufffe\uffff"  # no characters at all
    "\U000e0000-\U000e007f]"  # tags: a second text inside the text
)
_BREAKS = re.compile(r"[ \t]*[\r\n\t][ \t\r\n]*")


def visible(text: str) -> str:
    r"""The text with every character spelt out that cannot be seen, or that changes how others are seen.

    Line ends and tabs stay, and the two joiners that scripts and emoji need.

    >>> visible("a\u202eb")
    'a<U+202E>b'
    """
    return _HIDDEN.sub(lambda found: f"<U+{ord(found.group()):04X}>", text)


def one_line(text: str) -> str:
    """Visible text without line ends and tabs."""
    return visible(_BREAKS.sub(" ", text))


def encodable(text: str) -> str:
    r"""The text with surrogates (bytes of file names that are not UTF-8) as ``\udc80``, as JSON would have it."""
    return text.encode("utf-8", errors="backslashreplace").decode("utf-8")


def width(text: str) -> int:
    r"""How many cells of a terminal a text takes.

    >>> width("Zoë"), width("Zoe\u0308"), width("選抜")
    (3, 3, 4)
    """
    return len(text) if text.isascii() else sum(map(_cells, text))


def is_joined(character: str) -> bool:
    """Whether a character takes no cell of its own: it is drawn into the one before."""
    return _cells(character) == 0


def is_right_to_left(text: str) -> bool:
    """Whether a terminal may show some of the text from right to left."""
    return not text.isascii() and any(bidirectional(character) in ("R", "AL", "AN") for character in text)


def _cells(character: str) -> int:
    if category(character) in ("Mn", "Me") or character in "\u200c\u200d" or "\u1160" <= character <= "\u11ff":
        return 0
    return 2 if east_asian_width(character) in "WF" else 1
