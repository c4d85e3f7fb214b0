"""What changed between two catalogues, or by a workbook's own word; which claims that bears on."""

import re

import pytest

from kg.catalogue import Catalogue, Process
from kg.revision import Change, Kind, changes, meant_by, stated_changes
from kg.workbook import read_workbook
from tests.material import PCF, needs_pcf

NEW, REMOVED, RENAMED, MOVED = Kind

OLD = Catalogue(
    "fruit-growing",
    "1.1",
    (
        Process("90001", "1.0", "Run the orchard"),
        Process("90002", "1.1", "Grow fruit", "90001"),
        Process("90003", "1.2", "Prune trees", "90001"),
        Process("90009", "1.3", "Burn leaves", "90001"),
    ),
)
LATER = Catalogue(
    "fruit-growing",
    "1.2",
    (
        Process("90001", "1.0", "Run the orchard", change="+90004, -90009"),
        Process("90002", "1.1", "Grow apples", "90001", change="c90003, RENAME, WAS:Grow  fruit"),
        Process("90004", "1.2", "Sell apples", "90001", change="NEW"),
        Process("90003", "1.1.1", "Prune trees", "90002"),
    ),
)


def test_between_two_catalogues():
    assert changes(OLD, LATER) == [
        Change(RENAMED, "90002", "1.1", "Grow apples", was="Grow fruit"),
        Change(MOVED, "90003", "1.1.1", "Prune trees", was="1.2"),
        Change(NEW, "90004", "1.2", "Sell apples"),
        Change(REMOVED, "90009", "1.3", "Burn leaves"),
    ]


def test_there_and_back_is_the_opposite():
    back = changes(LATER, OLD)
    assert {(each.kind, each.pcf_id) for each in back} == {
        (RENAMED, "90002"),
        (MOVED, "90003"),
        (REMOVED, "90004"),
        (NEW, "90009"),
    }
    assert changes(OLD, OLD) == changes(LATER, LATER) == []


def test_by_the_word_of_the_change_column():
    assert stated_changes(LATER) == [
        Change(REMOVED, "90009", under="1.0"),
        Change(RENAMED, "90002", "1.1", "Grow apples", was="Grow fruit"),
        Change(NEW, "90004", "1.2", "Sell apples"),
    ]


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("", []),
        ("c90003", []),
        ("+90004, +90005", []),
        ("NEW", [NEW]),
        ("+90004, , -90008, NEW", [NEW, REMOVED]),
        ("-90007, .90008", [REMOVED, REMOVED]),
        ("\N{EN DASH}90008", [REMOVED]),
        ("-90001", []),  # it is still there
        ("RENAME, WAS:Sell NEW apples -90008", [RENAMED]),
        ("c90002, RENAME, WAS: A, B and C", [RENAMED]),
        ("RENEWED 2019-12345", []),
    ],
)
def test_what_may_stand_in_the_column(text: str, kinds: list[Kind]):
    catalogue = Catalogue("x", "1", (Process("90001", "1.0", "A name", change=text),))
    assert [each.kind for each in stated_changes(catalogue)] == kinds


@pytest.mark.parametrize(
    ("code", "name", "kinds"),
    [
        ("90002", "", [RENAMED]),
        ("1.1", "", [RENAMED]),
        ("01.1", "", [RENAMED]),
        ("", "grow FRUIT", [RENAMED]),
        ("", "Grow apples (90002)", [RENAMED]),
        ("1.2", "", [MOVED, NEW]),
        ("1.1.1", "", [MOVED]),
        ("", "Prune trees", []),
        ("1.3", "", [REMOVED]),
        ("1.0", "Run the orchard", []),
        ("", "", []),
    ],
)
def test_which_claims_a_change_bears_on(code: str, name: str, kinds: list[Kind]):
    assert [each.kind for each in changes(OLD, LATER) if each.bears_on & meant_by(code, name)] == kinds


@needs_pcf
def test_the_official_workbook_says_what_is_new_removed_and_renamed():
    catalogue, _ = read_workbook(PCF)
    found = stated_changes(catalogue)
    marks = [each.change for each in catalogue.processes]
    assert len([each for each in found if each.kind is NEW]) == sum("NEW" in each for each in marks) == 56
    assert len([each for each in found if each.kind is RENAMED]) == sum("RENAME" in each for each in marks) == 43
    gone = re.findall(r"[-.](\d{5})", " ".join(marks))
    assert [each.pcf_id for each in found if each.kind is REMOVED] == gone
    assert len(gone) == 27
