"""Curated links: SSSOM files in any state, decisions that hold, contradictions that do not."""

from __future__ import annotations

import random
import time
from dataclasses import replace

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg import vocab
from kg.identity import slug
from kg.links import (
    End,
    Identities,
    Link,
    Verdict,
    add_row,
    add_rows,
    claim_end,
    identities,
    link_triples,
    literal,
    new_file,
    organisation_triples,
    process_decisions,
    process_end,
    read_links,
)
from kg.problem import Failure, Problem

FILE = "links/organisations.sssom.tsv"
YES, NO, UNSURE = Verdict
Q = "http://www.wikidata.org/entity/"
LEI = "https://www.gleif.org/lei/"


def table(*rows: str, header: str = "subject_label predicate_id object_label") -> str:
    r"""A file with blanks for tabs; ``_`` is a blank in a value."""
    return "".join(
        "\t".join(row.split(" ")).replace("_", " ") + "\n" for row in (header.replace("_", "\0"), *rows)
    ).replace("\0", "_")


def shown(problems: list[Problem]) -> list[str]:
    return [f"{each.span.line}:{each.span.column} {each.code} {each.message}" for each in problems]


def same(one: str, other: str, verdict: Verdict = YES) -> Link:
    return Link(End(label=one), verdict, End(label=other))


def read(*links: Link) -> list[Link]:
    """Links as they come out of a file, with their lines."""
    found, problems = read_links(add_rows(new_file("https://x.example/links"), links), FILE)
    assert problems == []
    return found


def found(*links: Link) -> Identities:
    return identities(read(*links))


# --- reading -----------------------------------------------------------------------------------------


def test_a_file_as_sssom_has_it():
    text = (
        "#curie_map:\n"
        "#  org: https://x.example/id/organisation/\n"
        "#  orcid: https://orcid.org/\n"
        "#mapping_set_id: https://x.example/links\n"
        "#mapping_date: 2026-11-02\n"
        "subject_id\tsubject_label\tpredicate_id\tpredicate_modifier\tobject_id\tmapping_justification\t"
        "confidence\tauthor_id\tcomment\tmy_ext\n"
        "org:airbus-se\tAirbus SE\tskos:exactMatch\t\torg:airbus\tsemapv:ManualMappingCuration\t"
        "0.9\torcid:0000-0001|ann\t"
        '"one ""tab"":\t, one line\nend"\tkept\n'
    )
    [link], problems = read_links(text, FILE)
    assert problems == []
    assert (link.subject, link.object) == (
        End("https://x.example/id/organisation/airbus-se", "Airbus SE"),
        End("https://x.example/id/organisation/airbus"),
    )
    assert (link.verdict, link.predicate, link.confidence) == (YES, vocab.skos_exactMatch, 0.9)
    assert (link.date, link.author) == ("2026-11-02", "https://orcid.org/0000-0001|ann")
    assert link.comment == 'one "tab":\t, one line\nend'
    assert link.extra == (("my_ext", "kept"),)
    assert (link.line, link.span.end_line) == (7, 8)


def test_short_names_of_columns():
    header = "subject\tpredicate\tobject\tauthor\tdate\n"
    rows = "Airbus SE\tskos:exactMatch\tAirbus\tann\t2026-11-02\nNike: Just\tskos:exactMatch\twikidata:Q483915\t\t\n"
    [first, second], problems = read_links(header + rows, FILE)
    assert problems == []
    assert (first.subject, first.object, first.author, first.date) == (
        *(End(label="Airbus SE"), End(label="Airbus")),
        *("ann", "2026-11-02"),
    )
    assert (second.subject, second.object) == (End(label="Nike: Just"), End(Q + "Q483915"))


BASE = (
    "subject_label\tpredicate_id\tpredicate_modifier\tobject_id\tobject_label\tconfidence\tmapping_date\t"
    "mapping_justification\n"
)


@pytest.mark.parametrize(
    ("row", "place", "words"),
    [
        ("\tskos:exactMatch\t\t\tB\n", "2:1", "the subject is missing"),
        ("A\n", "2:1", "the predicate is missing"),
        ("A\tskos:exactMatch\n", "2:1", "the object is missing"),
        ("A\tskos:sameThing\t\t\tB\n", "2:3", "`skos:sameThing` is not a predicate"),
        ("A\tskos:exactMatch\tnot\t\tB\n", "2:19", "`not` is no modifier"),
        ("A\tskos:closeMatch\tNot\t\tB\n", "2:19", "decides nothing"),
        ("A\tskos:exactMatch\t\tfoo:1\t\n", "2:20", "`foo:1` is not declared"),
        ("A\tskos:exactMatch\t\twikidata:42\t\n", "2:20", "is not an item of Wikidata"),
        ("A\tskos:exactMatch\t\tlei:HWUPKR0MPOU8FGXBT395\t\n", "2:20", "is no LEI"),
        ("A\tskos:exactMatch\t\thttp://x.example/<b>\t\n", "2:20", "a character that no IRI has"),
        ("A\tskos:exactMatch\t\t\tB\t1.5\n", "2:23", "`1.5` is not a number from 0 to 1"),
        ("A\tskos:exactMatch\t\t\tB\tnan\n", "2:23", "`nan` is not a number from 0 to 1"),
        ("A\tskos:exactMatch\t\t\tB\t\t2026-11-31\n", "2:24", "`2026-11-31` is not a day"),
        ("A\tskos:exactMatch\t\t\tB\t\t\tby hand\n", "2:25", "`by hand` is not a term"),
        ('A\tskos:exactMatch\t\t\t"B\n', "2:21", "a quotation mark opens the value"),
        ('A\tskos:exactMatch\t\t\t"B" & C\n', "2:21", "a quotation mark opens the value"),
        ("A\tskos:exactMatch\t\t\tB\t\t\t\tmore\n", "2:1", "9 values, but the header has 8 columns"),
        ("# A\tskos:exactMatch\t\t\tB\n", "2:1", "a line that begins with #"),
    ],
)
def test_a_bad_row_is_shown_at_its_place_and_the_rest_applies(row: str, place: str, words: str):
    links, problems = read_links(BASE + row + "Good\tskos:exactMatch\t\t\tBetter\n", FILE)
    [problem] = problems
    assert (problem.code, f"{problem.span.line}:{problem.span.column}") == ("bad-link-row", place)
    assert words in problem.message
    assert problem.hint or "missing" not in words
    assert [link.subject.label for link in links] == ["Good"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("\ufeff", []),
        ("\n\r\n \n", []),
        ("#curie_map: {}\n", []),
        (BASE, []),
        ("subject_label\tobject_label\n", ["1:1 bad-link-row there is no column for the predicate"]),
        ("a,b,c\nx,y,z\n", ["1:1 bad-link-row there is no column for the subject"]),
        ("subject\tpredicate\tobject\tpredicate_id\n", ["1:1 bad-link-row two columns are the predicate"]),
        ("#a: [\n" + BASE, ["2:2 unreadable-yaml did not find expected node content"]),
        ("#just words\n" + BASE, []),
    ],
)
def test_files_without_links(text: str, expected: list[str]):
    links, problems = read_links(text, FILE)
    assert links == []
    assert shown(problems) == expected


def test_line_ends_and_a_byte_order_mark_change_nothing():
    plain = table("A skos:exactMatch B", "C skos:nonsense D", "E skos:exactMatch F")
    for text in (plain.replace("\n", "\r\n"), plain.replace("\n", "\r"), "\ufeff" + plain, plain.rstrip("\n")):
        assert read_links(text, FILE) == read_links(plain, FILE)


def test_a_line_of_ten_megabytes_takes_no_time():
    text = table("A skos:exactMatch B") + "x" * 10_000_000 + "\tskos:exactMatch\t\n" + '"' + '""' * 5_000_000 + "\n"
    begun = time.process_time()
    links, problems = read_links(text, FILE)
    assert (len(links), [each.span.line for each in problems]) == (1, [3, 4])
    assert time.process_time() - begun < 3


@given(st.text(alphabet='ab\t\n\r"#|: é𝄞\u2028', max_size=60))
def test_any_text_is_read(text: str):
    links, problems = read_links("subject\tpredicate\tobject\n" + text, FILE)
    assert all(each.span.line > 1 for each in (*links, *problems))
    assert all(link.subject.text and link.object.text for link in links)


# --- adding a row ------------------------------------------------------------------------------------

values = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=12).map(str.strip).filter(bool)
comments = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=20).map(str.strip)
links_made = st.builds(
    Link,
    st.builds(End, label=values),
    st.sampled_from(Verdict),
    st.one_of(st.builds(End, label=values), st.just(End(Q + "Q42")), st.just(End(LEI + "HWUPKR0MPOU8FGXBT394", "X"))),
    confidence=st.none() | st.floats(0, 1),
    author=st.sampled_from(["", "ann", "https://orcid.org/0000-0001", "https://orcid.org/1|bob"]),
    date=st.sampled_from(["", "2026-11-02"]),
    comment=comments,
)


@given(st.lists(links_made, max_size=4), links_made, st.sampled_from(["\n", "\r\n", ""]), st.booleans())
def test_a_row_more_keeps_every_other_character(before: list[Link], link: Link, end: str, bom: bool):
    text = "\ufeff" * bom + add_rows(new_file("https://x.example/links"), before)
    text = text.replace("\n", "\r\n") if end == "\r\n" and not any("\n" in each.comment for each in before) else text
    text = text.rstrip("\r\n") if not end else text
    after = add_row(text, link)
    assert after.startswith(text)
    old, new = read_links(text, FILE)[0], read_links(after, FILE)
    assert new[1] == []
    assert new[0][:-1] == old
    assert replace(new[0][-1], span=link.span, extra=()) == link


@pytest.mark.parametrize(
    ("text", "link", "words"),
    [
        ("", same("A", "B"), "no header row"),
        (table(), same("A", "B", NO), "no column predicate_modifier"),
        (table(), replace(same("A", "B"), comment="why"), "no column comment"),
        (table(), Link(End(label="A"), YES, End(Q + "Q1")), "no column object_id"),
        (table('A skos:exactMatch "B'), same("A", "B"), "never closed"),
    ],
)
def test_a_row_that_would_lose_something_is_refused(text: str, link: Link, words: str):
    with pytest.raises(Failure, match=words):
        add_row(text, link)


def test_a_row_in_a_file_with_short_columns():
    text = add_row("subject\tpredicate\tobject\n", Link(literal("8.0", "Manage IT"), YES, process_end("20607")))
    assert text.splitlines()[-1] == "8.0|Manage IT\tskos:exactMatch\tpcf:20607"


# --- organisations -----------------------------------------------------------------------------------


def test_only_a_yes_merges():
    every = found(
        same("Airbus SE", "Airbus"), same("Siemens", "Siemens Healthineers", NO), same("Roche", "Rocher", UNSURE)
    )
    assert every.problems == ()
    assert every.slug("AIRBUS-SE") == every.slug("Airbus") == "airbus"
    assert every.labels == {"airbus": "Airbus"}
    assert every.slug("Siemens") != every.slug("Siemens Healthineers")
    assert every.verdict("Airbus", "airbus se") is YES
    assert every.verdict("Siemens Healthineers", "Siemens") is NO
    assert every.verdict("Roche", "Rocher") is UNSURE
    assert every.verdict("Roche", "Airbus") is None


def test_a_no_is_inherited_by_what_is_one():
    every = found(same("A Ltd", "A"), same("B Ltd", "B"), same("A Ltd", "B", NO))
    assert every.problems == ()
    assert every.verdict("A", "B Ltd") is NO


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([("Airbus SE", "Airbus"), ("Airbus Group", "Airbus SE")], "Airbus"),
        ([("A", "B"), ("A", "C"), ("D", "C")], "C"),
        ([("A", "B"), ("A", "C")], "B"),
        ([("A", "B"), ("B", "A")], "A"),
    ],
)
def test_the_name_to_keep(rows: list[tuple[str, str]], expected: str):
    every = found(*(same(*row) for row in rows))
    assert every.labels == {slug(expected): expected}
    assert {every.slug(name) for row in rows for name in row} == {slug(expected)}


def test_rows_may_give_slugs():
    every = found(Link(End("https://x.example/id/organisation/airbus-se"), YES, End("organisation/airbus")))
    assert [every.slug(name) for name in ("Airbus", "Airbus SE", "Other")] == ["airbus", "airbus", "other"]
    assert every.labels == {}


def test_names_of_one_iri_are_confirmed_by_a_yes_only():
    assert found().verdict("Quill-More", "Quill More") is None
    every = found(same("Quill-More", "Quill More"), same("QUILL MORE", "Quill More Ltd"))
    assert every.verdict("Quill-More", "Quill More") is YES
    assert every.verdict("Quill-More", "QUILL MORE") is None
    assert every.labels == {"quill-more-ltd": "Quill More Ltd"}
    assert found(same("QUILL MORE", "Quill More"), same("Quill-More", "Quill More")).labels == {
        "quill-more": "Quill More"
    }


def test_yes_and_no_of_one_pair_refuse_each_other():
    every = found(same("A", "B"), same("C", "D"), same("B", "A", NO))
    [problem] = every.problems
    assert (problem.code, problem.span.line) == ("contradicting-links", 11)
    assert "line 11 says" in problem.message
    assert "line 9 makes" in problem.message
    assert every.verdict("A", "B") is None
    assert every.verdict("C", "D") is YES


def test_a_no_against_a_chain_of_yes_refuses_all_of_it():
    every = found(same("A", "B"), same("B", "C"), same("C", "D"), same("C", "A", NO))
    [problem] = every.problems
    assert "line 12 says" in problem.message
    assert "lines 9, 10 make" in problem.message
    assert [every.verdict(*pair) for pair in ("AB", "BC", "CD", "AC")] == [None, None, YES, None]


def test_every_chain_against_a_no_goes():
    every = found(same("A", "B"), same("B", "D"), same("A", "C"), same("C", "D"), same("A", "D", NO))
    assert len(every.problems) == 1
    assert every.roots == {}


def test_two_names_of_one_iri_cannot_be_told_apart():
    every = found(same("Quill-More", "Quill More", NO))
    [problem] = every.problems
    assert every.links == ()
    assert (problem.code, problem.span.line) == ("bad-link-row", 9)


def test_ids_elsewhere():
    wikidata, lei = (
        Link(End(label="Airbus SE"), YES, End(Q + "Q67")),
        Link(End(label="Airbus"), YES, End(LEI + "HWUPKR0MPOU8FGXBT394")),
    )
    every = found(same("Airbus SE", "Airbus"), wikidata, lei)
    assert every.external == {"airbus": (Q + "Q67", LEI + "HWUPKR0MPOU8FGXBT394")}
    said = organisation_triples("airbus", every, "https://x.example/")
    assert ("<https://x.example/organisation/airbus>", f"<{vocab.skos_exactMatch}>", f"<{Q}Q67>") in said
    assert sum(predicate == f"<{vocab.prov_wasDerivedFrom}>" for _, predicate, _ in said) == 3


def test_one_organisation_is_not_two_items_of_a_register():
    every = found(same("A", "B"), Link(End(label="A"), YES, End(Q + "Q1")), Link(End(label="B"), YES, End(Q + "Q2")))
    [problem] = every.problems
    assert "lines 10, 11" in problem.message
    assert every.external == {}
    assert every.slug("A") == "b"


def test_two_organisations_are_not_one_item():
    item = End(Q + "Q1")
    every = found(same("A", "B", NO), Link(End(label="A"), YES, item), Link(End(label="B"), YES, item))
    assert len(every.problems) == 1
    assert every.external == {}


def test_an_item_that_is_and_is_not():
    item = End(Q + "Q1")
    every = found(Link(End(label="A"), YES, item), Link(End(label="A"), NO, item))
    assert [each.code for each in every.problems] == ["contradicting-links"]


def test_names_that_no_case_uses():
    every = found(same("Airbus SE", "Preferred"), same("Typo", "Airbus"), same("Airbus", "Gone", NO))
    assert [each.span.line for each in every.unknown(["airbus-se", "airbus"])] == [10, 11]


letters = st.sampled_from("ABCDEFGH")
some_links = st.lists(
    st.one_of(
        st.builds(same, letters, letters, st.sampled_from([YES, YES, NO, UNSURE])),
        st.builds(
            Link,
            st.builds(End, label=letters),
            st.sampled_from([YES, NO]),
            st.sampled_from([End(Q + "Q1"), End(Q + "Q2")]),
        ),
    ),
    max_size=14,
)


@settings(max_examples=300)
@given(some_links, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(links: list[Link], order: random.Random):
    shuffled = order.sample(links, len(links))
    one, other = found(*links), found(*shuffled)
    assert (one.roots, one.labels, one.external, one.undecided) == (
        other.roots,
        other.labels,
        other.external,
        other.undecided,
    )
    assert sorted(each.code for each in one.problems) == sorted(each.code for each in other.problems)
    assert (one.spellings, one.sources.keys()) == (other.spellings, other.sources.keys())


@settings(max_examples=300)
@given(some_links)
def test_what_holds_does_not_contradict_itself(links: list[Link]):
    every = found(*links)
    for pair, verdict in every.undecided.items():
        assert pair[0] != pair[1] or verdict is not NO
    for link in every.links:
        if link.object.label and link.subject.label != link.object.label:
            assert every.verdict(link.subject.label, link.object.label) is link.verdict or link.verdict is UNSURE
    assert all(len(external) == 1 for external in every.external.values())
    assert all(every.slug(root) == root for root in every.roots.values())


# --- processes ---------------------------------------------------------------------------------------


def decisions(*links: Link):
    return process_decisions(read(*links))


def test_one_row_decides_for_every_claim_with_that_code_and_name():
    every = decisions(Link(literal("8.0", "Manage  IT"), YES, process_end("20607")))
    for code, name in (("8.0", "Manage IT"), (" 8.0", "Manage\u00a0IT")):
        decision = every.for_claim("acme", "CC-001", code, name)
        assert decision is not None
        assert (decision.process, decision.link.line) == ("20607", 9)
    assert every.for_claim("acme", "CC-001", "8.0", "manage it") is None
    assert every.for_claim("acme", "CC-001", "8", "Manage IT") is None


def test_a_claims_own_row_goes_before_its_pairs():
    own = Link(claim_end("acme-by-50%", "CC-001"), YES, process_end("10002"))
    every = decisions(Link(literal("8.0", "Manage IT"), YES, process_end("20607")), own)
    assert [
        decision.process if (decision := every.for_claim("acme-by-50%", claim, "8.0", "Manage IT")) else None
        for claim in ("CC-001", "CC-002")
    ] == ["10002", "20607"]


@pytest.mark.parametrize(
    "subject",
    [
        End("acme/CC-001"),
        End(label="acme/CC-001"),
        End("case/acme/claim/CC-001"),
        End("https://w3id.org/casegraph/id/case/acme/claim/CC-001"),
    ],
)
def test_ways_to_name_a_claim(subject: End):
    assert process_decisions([Link(subject, YES, process_end("20607"))]).for_claim("acme", "CC-001", "", "")


def test_there_is_no_process():
    decision = decisions(Link(literal("8.0", "Dance"), YES, process_end(""))).for_claim("a", "b", "8.0", "Dance")
    assert decision is not None
    assert decision.process == ""


def test_a_no_refuses_a_process_and_decides_nothing():
    every = decisions(Link(literal("8.0", "Manage IT"), NO, process_end("20607")))
    assert every.for_claim("a", "b", "8.0", "Manage IT") is None
    assert every.refused_for_claim("a", "b", "8.0", "Manage IT") == {"20607"}


@pytest.mark.parametrize(
    ("others", "words"),
    [
        ([(YES, "10002")], "lines 9, 10: `8.0|Manage IT` cannot be about two processes, 10002 and 20607"),
        ([(YES, "")], "cannot be about two processes, 20607 and none"),
        ([(NO, "20607")], "lines 9, 10: `8.0|Manage IT` is, and is not, about 20607"),
    ],
)
def test_contradictions_about_one_subject(others: list[tuple[Verdict, str]], words: str):
    subject = literal("8.0", "Manage IT")
    links = [
        Link(subject, YES, process_end("20607")),
        *(Link(subject, verdict, process_end(each)) for verdict, each in others),
    ]
    every = decisions(*links)
    [problem] = every.problems
    assert problem.code == "contradicting-links"
    assert words in problem.message
    assert (every.yes, every.no, every.links) == ({}, {}, ())


@pytest.mark.parametrize(
    "link",
    [
        Link(End(label="no claim"), YES, process_end("20607")),
        Link(claim_end("acme", "CC-001"), YES, End(label="Manage IT")),
        Link(claim_end("acme", "CC-001"), YES, End(label="8.0")),
        Link(claim_end("acme", "CC-001"), NO, process_end("")),
    ],
)
def test_rows_that_are_not_about_processes(link: Link):
    every = decisions(link, Link(literal("3", "Sell"), YES, process_end("10004")))
    assert [each.code for each in every.problems] == ["bad-link-row"]
    assert len(every.yes) == 1


def test_targets_that_are_not_there():
    every = decisions(
        Link(claim_end("acme", "CC-009"), YES, process_end("20607")),
        Link(literal("8.0", "Manage IT"), YES, process_end("99999")),
        Link(literal("3", "Sell"), YES, process_end("")),
    )
    problems = every.unknown([("acme", "CC-001")], [("8.0", "Manage IT")], ["20607"])
    assert [(each.code, each.span.line) for each in problems] == [("unknown-link-target", line) for line in (9, 10, 11)]


# --- the graph of links ------------------------------------------------------------------------------


def test_links_as_triples():
    links = read(
        replace(same("A", "B", NO), author="https://orcid.org/1|ann", date="2026-11-02", confidence=0.25, comment="x")
    )
    lines = "".join(f"{s} {p} {o} .\n" for s, p, o in link_triples(links, "https://x.example/"))
    said = {
        (each.predicate.value.split("#")[-1].split("/")[-1], each.object.value)
        for each in ox.parse(lines, format=ox.RdfFormat.N_TRIPLES)
    }  # type: ignore[union-attr]
    assert said == {
        ("type", vocab.owl_Axiom),
        ("subject_label", "A"),
        ("annotatedProperty", vocab.skos_exactMatch),
        ("object_label", "B"),
        ("predicate_modifier", vocab.sssom_NegatedPredicate),
        ("mapping_justification", vocab.semapv_ManualMappingCuration),
        ("confidence", "0.25"),
        ("authoredBy", "https://orcid.org/1"),
        ("author_label", "ann"),
        ("authoredOn", "2026-11-02"),
        ("comment", "x"),
    }
    assert len({s for s, _, _ in link_triples(read(same("A", "B"), same("B", "A")), "x:")}) == 2
