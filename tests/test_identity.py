"""Organisations and documents: names that hold, normal forms that join what is the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
        "https://acme.example./%61/b",
    ],
)
def test_one_document_under_many_spellings(url: str):
    assert normalise_url(url) == "acme.example/a/b"


@pytest.mark.parametrize("url", ["http://[bad", "no url", "", "mailto:a@b.c", "http://x:port/"])
def test_what_names_no_document(url: str):
    assert normalise_url(url) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://a.example/caf%C3%A9 menu", "https://a.example/caf\u00e9%20menu"),
        ("https://a.example/(x)", "https://a.example/%28x%29"),
        ("https://b\u00fccher.example/", "https://xn--bcher-kva.example"),
        ("https://a.example/?q=a%20b", "https://a.example?q=a+b"),
    ],
)
def test_one_document_however_its_characters_are_written(one: str, other: str):
    assert normalise_url(one) == normalise_url(other)
    assert (normalise_url(one) or "").isascii()


@given(st.text("ab/%2Fé ?#:.-\x00😀[]@", max_size=12))
def test_a_normal_form_is_its_own(text: str):
    normal = normalise_url("https://a.example/" + text)
    assert normal is None or normalise_url("https://" + normal) == normal


def test_different_pages_stay_apart():
    urls = ["https://a.example/p?id=1", "https://a.example/p?id=2", "https://a.example/P", "https://b.example/p"]
    urls += ["https://a.example/a%2Fb", "https://a.example/a/b", "https://a.example/a%252Fb"]
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
