"""Names that may be one organisation: what is proposed and why, what never is, and what names none."""

from __future__ import annotations

import random
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.candidates import Candidate, OrganisationUse, candidates, pseudo
from kg.candidates.legal import split_form
from kg.candidates.names import take_apart, words
from kg.links import End, Link, Verdict, identities
from tests.material import needs_corpus, real_files

NONE = identities([])


def proposed(*names: str, links: list[Link] | None = None) -> list[Candidate]:
    return candidates([OrganisationUse(name) for name in names], identities(links or []))


# --- pairs -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "score", "reason"),
    [
        ("Airbus", "AIRBUS", 0.99, "they have one IRI"),
        ("Nestle", "Nestlé", 0.97, "accents"),
        ("U.S. Air Force", "US Air Force", 0.97, "accents, case, spaces or punctuation"),
        ("Johnson & Johnson", "Johnson and Johnson", 0.97, "punctuation"),
        ("Data Bricks", "DataBricks", 0.97, "spaces"),
        ("The Harbour Line", "Harbour Line", 0.97, "differ only in"),
        ("Airbus", "Airbus SE", 0.95, "the legal form: SE"),
        ("Société Générale S.A.", "Societe Generale", 0.95, "the legal form: S.A."),
        ("Toyota Motor", "Toyota Motor Co., Ltd.", 0.95, "the legal form: Co., Ltd."),
        ("Bosch", "Bosch GmbH & Co. KG", 0.95, "the legal form: GmbH & Co. KG"),
        ("Smith and Sons", "Smith & Sons A/S", 0.95, "the legal form: A/S"),
        ("Harbour Line Sp. z o.o.", "Harbour Line", 0.95, "the legal form: Sp. z o.o."),
        ("トヨタ自動車", "トヨタ自動車株式会社", 0.95, "株式会社"),
        ("㈱トヨタ自動車", "トヨタ自動車", 0.95, "the legal form: (株)"),
        ("삼성전자 주식회사", "삼성전자", 0.95, "주식회사"),
        ("小米科技有限责任公司", "小米科技", 0.95, "有限责任公司"),
        ("ООО Яндекс", "Яндекс", 0.95, "the legal form: ООО"),
        ("PT Astra", "Astra Tbk", 0.85, "Tbk and PT"),
        ("Acme Ltd", "Acme GmbH", 0.85, "GmbH and Ltd"),
        ("World Food Programme (WFP)", "World Food Programme", 0.9, "in brackets"),
        ("Line (North)", "Line (South)", 0.5, "in brackets"),
        ("World Food Programme (WFP)", "WFP", 0.85, "“WFP” stands in brackets in “World Food Programme (WFP)”"),
        ("Bank of America", "America Bank", 0.8, "another order"),
        ("Genentech", "Genentec", 0.75, "a letter or two"),
        ("Mueller GmbH", "Müller", 0.72, "a letter or two"),
        ("Bank of Amerika", "Bank of America", 0.7, "a letter or two"),
        ("Airbus", "Airbus Group", 0.65, "“group”"),
        ("Booking.com", "Booking", 0.65, "“com”"),
        ("IBM", "International Business Machines Corp.", 0.5, "IBM may be the initials"),
        ("Siemens", "Siemens Healthineers", 0.3, "“healthineers” may make it an organisation of its own"),
        ("Roche/Genentech", "Roche", 0.3, "names two"),
        ("Google DeepMind", "DeepMind", 0.25, "“google” may make it an organisation of its own"),
    ],
)
def test_what_is_proposed_and_why(one: str, other: str, score: float, reason: str):
    [found] = proposed(one, other)
    assert {found.a, found.b} == {one, other}
    assert found.a < found.b
    assert found.score == score
    assert reason in found.reasons[0]
    assert reason in str(found)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Studio 54", "Studio 55"),
        ("North Bank", "South Bank"),
        ("University of Manchester", "University of Winchester"),
        ("Roche", "Boche"),
        ("Visa", "Vista"),
        ("Ltd", "GmbH"),
        ("C++", "C#"),
        ("Apple", "Alphabet"),
        ("WHO", "We Have Options Too"),
        ("Global", "Global"),
        ("トヨタ", "ホンダ"),
        ("☃", "☂"),
    ],
)
def test_what_is_not_proposed(one: str, other: str):
    assert proposed(one, other) == []


def test_the_likeliest_comes_first():
    scores = [
        each.score for each in proposed("Airbus", "Airbus SE", "Siemens", "Siemens Healthineers", "IBM", "IBM Group")
    ]
    assert scores == sorted(scores, reverse=True)
    assert len(scores) == 3


def test_a_name_that_many_names_begin_with_says_nothing():
    words = ("Ant", "Bee", "Cow", "Dog", "Eel", "Fox", "Gnu", "Hen", "Ibex", "Jay", "Kite", "Lynx", "Mole")
    assert proposed("Global", *(f"Global {word}" for word in words)) == []
    assert len(proposed("Global", *(f"Global {word}" for word in words[:12]))) == 12


# --- hosts -------------------------------------------------------------------------------------------


def with_hosts(*uses: tuple[str, str]) -> Candidate:
    return candidates([OrganisationUse(name, hosts.split()) for name, hosts in uses], NONE)[0]


def test_documents_on_one_host_support():
    alone = with_hosts(("Siemens", "a.example"), ("Siemens Healthineers", "b.example"))
    shared = with_hosts(("Siemens", "news.example"), ("Siemens Healthineers", "www.News.example"))
    own = with_hosts(("Siemens", "siemens.example news.example"), ("Siemens Healthineers", "siemens.example"))
    assert alone.score < shared.score < own.score < 0.6
    assert shared.reasons[1] == "documents of both are on news.example"
    assert own.reasons[1] == "documents of both are on siemens.example"


def test_a_host_that_many_share_supports_nothing():
    others = [(f"Organisation {letter * 9}", "vendor.example") for letter in "abc"]
    assert (
        len(with_hosts(("Siemens", "vendor.example"), ("Siemens Healthineers", "vendor.example"), *others).reasons) == 1
    )


def test_a_host_alone_proposes_nothing():
    assert candidates([OrganisationUse("Acme", ["x.example"]), OrganisationUse("Quill", ["x.example"])], NONE) == []


# --- decisions ---------------------------------------------------------------------------------------


def decided(one: str, other: str, verdict: Verdict) -> Link:
    return Link(End(label=one), verdict, End(label=other))


@pytest.mark.parametrize("verdict", [Verdict.YES, Verdict.NO])
def test_what_was_decided_is_not_proposed_again(verdict: Verdict):
    assert (
        proposed("Siemens", "Siemens Healthineers", links=[decided("Siemens Healthineers", "Siemens", verdict)]) == []
    )


def test_what_was_decided_through_others_is_not_proposed():
    links = [decided("Airbus SE", "Airbus", Verdict.YES), decided("Airbus", "Airbus Helicopters", Verdict.NO)]
    assert proposed("Airbus", "Airbus SE", "Airbus Helicopters", links=links) == []


def test_names_of_one_iri_are_proposed_until_somebody_confirms_them():
    assert len(proposed("Airbus", "AIRBUS", "airbus")) == 1
    [left] = proposed("Airbus", "AIRBUS", "airbus", links=[decided("AIRBUS", "Airbus", Verdict.YES)])
    assert (left.a, left.b) == ("AIRBUS", "airbus")
    both = [decided(name, "Airbus", Verdict.YES) for name in ("AIRBUS", "airbus")]
    assert proposed("Airbus", "AIRBUS", "airbus", links=both) == []


def test_what_was_left_open_is_proposed_and_marked():
    [found] = proposed("Airbus", "Airbus SE", links=[decided("Airbus", "Airbus SE", Verdict.UNSURE)])
    assert found.is_open


def test_organisations_with_several_names_are_proposed_once():
    [found] = proposed("Airbus", "Airbus SE", "Airbus Group", links=[decided("Airbus SE", "Airbus", Verdict.YES)])
    assert (found.a, found.b) == ("Airbus", "Airbus Group")


def test_one_id_elsewhere_is_proposed_and_does_not_merge():
    item = End("http://www.wikidata.org/entity/Q1")
    links = [Link(End(label=name), Verdict.YES, item) for name in ("Alphabet", "Google")]
    [found] = proposed("Alphabet", "Google", links=links)
    assert found.score == 0.98
    assert found.reasons == ("both are http://www.wikidata.org/entity/Q1",)
    assert identities(links).slug("Google") == "google"


# --- properties --------------------------------------------------------------------------------------

texts = st.text("aAéß株式会社 .,&/()'-+123İǅ\u0301\u0915\u093f", max_size=24)
some_names = st.lists(
    st.one_of(texts, st.sampled_from(["Acme", "Acme Ltd", "ACME Group", "Acmé AG", "Quill"])), max_size=12
)


@settings(max_examples=200)
@given(some_names, st.randoms(use_true_random=False))
def test_any_names_in_any_order(names: list[str], order: random.Random):
    found = proposed(*names)
    assert found == proposed(*order.sample(names, len(names)))
    for each in found:
        assert each.a < each.b
        assert (NONE.slug(each.a) == NONE.slug(each.b)) == (each.score == 0.99)
        assert 0 < each.score < 1
        assert not pseudo(each.a)
    assert len({(each.a, each.b) for each in found}) == len(found)


@given(texts)
def test_any_text_is_taken_apart(text: str):
    name = take_apart(text)
    assert bool(name.words) == bool(words(text)) or name.words
    pseudo(text)


@given(st.lists(st.sampled_from(["acme", "the", "co", "ltd", "gmbh", "and", "sp", "z", "oo", "pt"]), min_size=1))
def test_a_name_is_never_only_a_legal_form(found: list[str]):
    core, forms = split_form(tuple(found))
    assert core
    assert sorted((*core, *forms)) == sorted(found)


# --- what is no name ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        *(
            "Multiple organisations (Acme, Quill)",
            "Multiple Organizations",
            "Various",
            "Various (healthcare providers)",
        ),
        *("Several hospitals in Denmark", "3 companies", "Numerous small businesses", "Different banks"),
        *(
            "Unknown",
            "N/A",
            "n.a.",
            "None",
            "TBD",
            "Not disclosed",
            "Undisclosed",
            "Name withheld",
            "Unbekannt",
            "不明",
        ),
        *("", " ", "-", "???", "…"),
        *("A large European bank", "Fortune 500 company", "Undisclosed retailer", "Unnamed European bank", "An SME"),
        *("Advanced IT (organization name inferred from case ID)", "Acme [name not disclosed]", "Quill (assumed)"),
        *(
            "Acme; Quill",
            "Acme, Quill and others",
            "Acme et al.",
            "Acme and 12 more",
            "Acme & others",
            "12 European banks in 3 countries",
        ),
    ],
)
def test_what_names_no_organisation(name: str):
    assert pseudo(name)
    assert proposed(name, "Acme Ltd") == []


@pytest.mark.parametrize(
    "name",
    [
        *("Acme", "X", "3M", "7-Eleven", "Best Buy", "20th Century Studios", "One Bank", "C++", "株式会社トヨタ"),
        *("Multiple Sclerosis Society", "Many Pets", "A Place for Mom", "A.P. Moller - Maersk", "A&W Restaurants"),
        *("Unknown Worlds Entertainment", "Anonymous Content", "Confidential Records Inc", "Various Artists Ltd"),
        *("State of Oregon Office of Information Services (OIS)", "Scottish Government / Social Security Scotland"),
        *("500 Startups", "A Medium Corporation", "AT&amp;T", "Johnson &amp; Johnson", "Bed Bath & More"),
        *("AA (Alcoholics Anonymous)", "UWE (Unknown Worlds Entertainment)", "Guess (Guess?, Inc.)", "Bagels and More"),
        *(
            "Coöperatieve Rabobank U.A.",
            "5 Star Bank",
            "A Plus Bank",
            "Bed, Bath and More",
            "Ernst & Young et Associés",
        ),
        *("Toyota Motor Co., Ltd.", "Leading Edge Credit Union", "The Company Store", "BKW (Bernische Kraftwerke)"),
    ],
)
def test_what_may_be_a_name(name: str):
    assert pseudo(name) is None


# --- real names, many names --------------------------------------------------------------------------


def uses(path: Path) -> tuple[str, list[str]]:
    """The organisation of a real case file and the hosts of its sources."""
    front = yaml.load(path.read_text(encoding="utf-8").split("\n---", 1)[0].removeprefix("---\n"), yaml.CSafeLoader)
    urls = [each.get("url") or "" for each in front.get("sources") or []]
    return front["organisation"], [urlsplit(url).hostname or "" for url in urls]


@needs_corpus
def test_the_real_names():
    found = [OrganisationUse(*uses(path)) for path in real_files()]
    names = {each.name for each in found}
    for each in candidates(found, NONE):
        assert each.score < 0.6 or each.reasons
    siemens = [each for each in candidates(found, NONE) if each.a == "Siemens" and each.b == "Siemens Healthineers"]
    assert [each.score for each in siemens] == ([0.3] if {"Siemens", "Siemens Healthineers"} <= names else [])
    assert len(candidates(found, NONE)) < len(names) / 10
    assert 2 <= sum(pseudo(name) is not None for name in names) < len(names) / 20


def test_ten_thousand_names_take_seconds():
    order = random.Random(3)
    names = {
        f"{order.choice('BCDFG')}{order.getrandbits(40):x} {order.choice(['Bank', 'Foods'])}".title()
        for _ in range(10_000)
    }
    begun = time.process_time()
    candidates([OrganisationUse(name) for name in names], NONE)
    assert time.process_time() - begun < 10
