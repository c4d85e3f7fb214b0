"""Organisations and documents: names that hold, normal forms that join what is the same."""

import pytest

from kg import vocab
from kg.identity import Entity, describe, normalise_url, slug
from tests.material import golden, needs_golden


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Netflix", "netflix"),
        ("Air France-KLM", "air-france-klm"),
        ("  Siemens   Healthineers ", "siemens-healthineers"),
        ("BKW (Bernische Kraftwerke)", "bkw-bernische-kraftwerke"),
        ("L'Oréal", "l-oréal"),
        ("株式会社トヨタ", "株式会社トヨタ"),
        ("Ｆｕｌｌ", "full"),
    ],
)
def test_slugs(name: str, expected: str):
    assert slug(name) == expected


@pytest.mark.parametrize("names", [("C++", "C#", "C"), ("AT&T", "AT T"), ("…", "!"), ("☃", "☂")])
def test_lossy_slugs_do_not_meet(names: tuple[str, ...]):
    assert len({slug(name) for name in names}) == len(names)
    assert all(slug(name) for name in names)


@pytest.mark.parametrize(
    "url",
    [
        "https://www.acme.example/a/b/",
        "http://acme.example/a/b",
        "HTTPS://ACME.example:443/a/b#part",
        "https://acme.example/a/b?utm_source=x&fbclid=1",
    ],
)
def test_one_document_under_many_spellings(url: str):
    assert normalise_url(url) == "acme.example/a/b"


@pytest.mark.parametrize("url", ["http://[bad", "no url", "", "mailto:a@b.c", "http://x:port/"])
def test_what_names_no_document(url: str):
    assert normalise_url(url) is None


def test_different_pages_stay_apart():
    urls = ["https://a.example/p?id=1", "https://a.example/p?id=2", "https://a.example/P", "https://b.example/p"]
    assert len({normalise_url(url) for url in urls}) == len(urls)


def test_the_name_that_most_cases_use_is_preferred():
    said = [Entity("x:o", vocab.org_Organization, name) for name in ("ACME", "Acme", "Acme")]
    labels = {(p.split("#")[-1], o) for _, p, o in describe("x:o", said) if "Label" in p}
    assert labels == {("prefLabel>", '"Acme"'), ("altLabel>", '"ACME"')}


@needs_golden
def test_documents_are_the_golden_ones():
    shared = golden()["urls_declared_by_more_than_one_case_norm"]
    for normal in shared:
        assert normalise_url("https://www." + normal + "/") == normal
