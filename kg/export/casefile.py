"""A build in; case files rebuilt from what they stated out: the same data, not the same bytes."""

from __future__ import annotations

from kg import casefile
from kg.case import Record
from kg.export.content import Content, Part, triple
from kg.export.filenames import file_names
from kg.export.files import Folder
from kg.triples import rebuild


def write(content: Content, folder: Folder) -> int:
    """Write ``ID/casefile.md`` for each case, where captured texts find their place beside it; how many cases."""
    names = file_names(content)
    for case in content.each_case():
        record, body = rebuilt(content, case)
        folder.file(f"{names[case]}/casefile.md").write_text(casefile.write(record, body), encoding="utf-8", newline="")
    return len(content.cases)


def rebuilt(content: Content, case: Part) -> tuple[Record, str]:
    """The record tree and the body of a case."""
    stated = content.graphs(case).get(content.home(case), [])
    return rebuild(map(triple, stated), content.shape, content.base)
