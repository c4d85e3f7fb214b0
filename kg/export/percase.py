"""A build in; one file for each case out, and one for what no single case owns."""

from __future__ import annotations

from kg.export.content import Content
from kg.export.filenames import SHARED, file_names
from kg.export.files import Folder
from kg.export.targets import Form


def write(content: Content, folder: Folder, form: Form) -> int:
    """Write the files; how many triples they hold together."""
    total = 0
    names = file_names(content)
    for case in content.each_case():
        with folder.file(names[case] + form.ending).open("wb") as out:
            total += form.write(content.only(case), out)
    with folder.file(SHARED + form.ending).open("wb") as out:
        return total + form.write(content.without_cases(), out)
