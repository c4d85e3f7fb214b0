"""Locating quotes: every claim of the real corpus, and texts of 1, 10 and 50 MB.

What the profile said: the first version spent 80 % of its 1.7 s in the regular expression that finds what
the normal form changes. ``re`` tests a set with many astral characters range by range, for every character
that is not in it; with those in a set of their own, behind a test for the astral planes, the corpus took
0.4 s. Opening with the set of characters that a change can begin with is three times as fast as opening
with alternatives. What remains is, in like parts, making the bare form, making the normal form, and all the
searching. Of a miss in a large text nearly all is ``str.find``, so the number of snippets looked for falls
as the text grows.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import yaml

from benchmarks.corpus import Spent, peak_memory, real_cases, spent
from kg.quote import Kind, Match, Text, locate

MISS = "The zebra committee quietly approved a budget for 4,312 umbrellas in the monsoon of reason."


def main() -> None:
    """Print the tables."""
    claims = [claim for path in real_cases() for claim in _claims(path)]
    whole = min((spent(lambda: _locate_all(claims)) for _ in range(3)), key=lambda took: took.cpu)
    matches = _locate_all(claims)
    both = zip(claims, matches, strict=True)
    found = [claim for claim, match in both if match.kind in (Kind.EXACT, Kind.NORMALISED)]
    best = min((spent(lambda: _locate_all(found)) for _ in range(3)), key=lambda took: took.cpu)
    print("### Quotes\n\n| texts read, quotes located | claims | CPU s |\n|---|---:|---:|")
    print(f"| all claims of the corpus | {len(claims):,} | {whole.cpu:.2f} |")
    print(f"| those found exactly or normalised | {len(found):,} | {best.cpu:.2f} |")
    print("\n| one text, CPU s | normal form, found | cut in the middle | not there | again | peak MB |")
    print("|---|---:|---:|---:|---:|---:|")
    prose = "\n".join(path.read_text(encoding="utf-8") for path in _texts())
    for megabytes in (1, 10, 50):
        _row(megabytes, prose)


def _row(megabytes: int, prose: str) -> None:
    size = megabytes * 1_000_000
    original = (prose * (size // len(prose) + 1))[: size - len(MISS)] + MISS
    text = Text(original)
    took = [
        _took(MISS.upper(), text, Kind.NORMALISED),
        _took(MISS[:60] + " and then something else", text, Kind.PARTIAL),
        _took(MISS[::-1], text, Kind.NOT_FOUND),
        _took(MISS[::-1], text, Kind.NOT_FOUND),
    ]
    print(f"| {megabytes} MB | " + " | ".join(f"{one.cpu:.2f}" for one in took) + f" | {peak_memory():.0f} |")


def _took(quote: str, text: Text, kind: Kind) -> Spent:
    return spent(lambda: _expect(kind, locate(quote, [text])))


def _expect(kind: Kind, match: Match) -> None:
    if match.kind is not kind:
        raise AssertionError(f"{match.kind}, not {kind}")


def _claims(path: Path) -> Iterator[tuple[str, list[Path]]]:
    """Each claim's quote and the texts that it cites and that exist."""
    case = yaml.load(path.read_text(encoding="utf-8").split("\n---", 1)[0], Loader=yaml.CSafeLoader)
    files = {source["id"]: path.parent / source["text_file"] for source in case["sources"] or []}
    for claim in [*(case["value_claims"] or []), *(case["context_claims"] or [])]:
        cited = [files[source] for source in claim["source_ids"] or [] if source in files]
        yield claim["source_quote"] or "", [file for file in cited if file.is_file()]


def _texts() -> list[Path]:
    return [file for path in real_cases() for file in sorted(path.parent.glob("sources/text/*.txt"))]


def _locate_all(claims: list[tuple[str, list[Path]]]) -> list[Match]:
    """Read every text that is cited, once, and locate every quote."""
    files = dict.fromkeys(file for _, cited in claims for file in cited)
    texts = {file: Text(file.read_text(encoding="utf-8")) for file in files}
    return [locate(quote, [texts[file] for file in cited]) for quote, cited in claims]


if __name__ == "__main__":
    main()
