"""Metrics and quotes in, quantities and their agreement out: tables, properties, hostile input."""

import time
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.metric import Mention, Quantity, agrees, numbers_in, parse


def quantity(low: str, high: str = "", **fields: object) -> Quantity:
    return Quantity(Decimal(low), Decimal(high or low), **fields)  # type: ignore[arg-type]


PARSED = {
    "33": quantity("33"),
    "5.50": quantity("5.50"),
    "100000000": quantity("100000000"),
    "4.5 million": quantity("4500000"),
    "1,234.5": quantity("1234.5"),
    "1.234,5": quantity("1234.5"),
    "1.234.567": quantity("1234567"),
    "10,00,000": quantity("1000000"),
    "1'000": quantity("1000"),
    "1 000 000": quantity("1000000"),
    "10 000": quantity("10000"),
    "10\u202f500": quantity("10500"),
    "4,5": quantity("4.5"),
    "1.234": quantity("1.234"),
    "-5%": quantity("-5", percentage=True),
    "−5 %": quantity("-5", percentage=True),
    "+5%": quantity("5", percentage=True),
    "2-3": quantity("2", "3"),
    "75-87.5": quantity("75", "87.5"),
    "30–40%": quantity("30", "40", percentage=True),
    "3% to 5%": quantity("3", "5", percentage=True),
    "between 5 and 10 minutes": quantity("5", "10", unit="minute"),
    "1.7 to 3.2 billion": quantity("1700000000", "3200000000"),
    "900-1.2 million": quantity("900", "1200000"),
    "20000-30000": quantity("20000", "30000"),
    "$1.2bn": quantity("1200000000", currency="USD"),
    "$2-3M": quantity("2000000", "3000000", currency="USD"),
    "$2M to $3M": quantity("2000000", "3000000", currency="USD"),
    "-$5m": quantity("-5000000", currency="USD"),
    "R$4M": quantity("4000000", currency="BRL"),
    "US$80 million": quantity("80000000", currency="USD"),
    "USD 2.3 million": quantity("2300000", currency="USD"),
    "70,000 euros": quantity("70000", currency="EUR"),
    "5 CHF": quantity("5", currency="CHF"),
    "£1.37b": quantity("1370000000", currency="GBP"),
    "₹10 crore": quantity("100000000", currency="INR"),
    "up to 40%": quantity("40", comparator="<=", percentage=True),
    "no more than 40": quantity("40", comparator="<="),
    "less than 3 days": quantity("3", comparator="<", unit="day"),
    ">50": quantity("50", comparator=">"),
    "more than 80 airlines": quantity("80", comparator=">"),
    "at least 10": quantity("10", comparator=">="),
    "8+": quantity("8", comparator=">="),
    "280+ million": quantity("280000000", comparator=">="),
    "3.5 or more": quantity("3.5", comparator=">="),
    "10x+": quantity("10", comparator=">=", unit="time"),
    "~70%": quantity("70", approximate=True, percentage=True),
    "more than about 5": quantity("5", comparator=">", approximate=True),
    "nearly a third": quantity("0.3333333333333333333333333333", approximate=True),
    "over three years": quantity("3", unit="year"),
    "less than a minute": quantity("1", comparator="<", unit="minute"),
    "2x": quantity("2", unit="time"),
    "5–10×": quantity("5", "10", unit="time"),
    "tenfold": quantity("10", unit="time"),
    "three-fold": quantity("3", unit="time"),
    "doubled": quantity("2", unit="time"),
    "halved": quantity("0.5", unit="time"),
    "24-hour": quantity("24", unit="hour"),
    "5 percentage points": quantity("5", unit="percentage point"),
    "thirty percent": quantity("30", percentage=True),
    "twenty-five": quantity("25"),
    "two hundred and five million": quantity("205000000"),
    "a hundred": quantity("100"),
    "zero": quantity("0"),
    "half": quantity("0.5"),
    "half a million": quantity("500000"),
    "three quarters": quantity("0.75"),
    "3/4": quantity("0.75"),
    "2½": quantity("2.5"),
}


@pytest.mark.parametrize("text", PARSED)
def test_parsed(text: str):
    assert parse(text) == PARSED[text]


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            " ",
            "improved",
            "millions",
            "tens of millions",
            "double-digit",
            "hours to minutes",
            "first half",
        ),
        *(
            "5G",
            "COVID-19",
            "1980s",
            "S3",
            "1.2.3",
            "15:30",
            "...",
            "$",
            "%",
            "100Mbps",
            "a day",
            "second-rate",
        ),
        *(
            "8 weeks to 8 hours",
            "48 to 13",
            "9 days to seconds",
            "24/7",
            "10000 per 30 minutes",
            "10 per day",
        ),
        *("2012-13", "60,000 and 70,000", "from 9.3 to 6.2", "one in six", "9" * 26),
    ],
)
def test_unparsed(text: str):
    assert parse(text) is None


def test_all_numbers_of_a_text_and_where_they_stand():
    text = "In 2023 it fell from 9.3 to 6.2 days (up to 33%), and sales doubled to $1.2bn."
    assert [(text[found.start : found.end], found.quantity) for found in numbers_in(text)] == [
        ("2023", quantity("2023")),
        ("9.3", quantity("9.3", unit="day")),
        (" 6.2 days"[1:], quantity("6.2", unit="day")),
        ("up to 33%", quantity("33", comparator="<=", percentage=True)),
        ("doubled", quantity("2", unit="time")),
        ("$1.2bn", quantity("1200000000", currency="USD")),
    ]


def test_scale_and_rounding_of_a_mention():
    assert numbers_in("$2.3 million")[0].scale == 1_000_000
    assert [found.is_rounded for found in numbers_in("a third, half, 2⅔")] == [True, False, True]


def test_ratio_comes_after_its_numbers():
    assert [found.quantity for found in numbers_in("seven out of 10")] == [
        quantity("7"),
        quantity("10"),
        quantity("0.7"),
    ]


AGREE = [
    ("33", "33% fewer calls"),
    ("33%", "33 percent fewer calls"),
    ("30", "thirty percent of them"),
    ("100000000", "unlocking $100M in savings"),
    ("100000000", "unlocking 100 million in savings"),
    ("$100M", "unlocking 100,000,000 dollars"),
    ("4.5 million", "4,500,000 people"),
    ("2.3", "USD 2.3 million in cost avoidance"),
    ("2", "sales doubled"),
    ("100%", "sales doubled"),
    ("2x", "twice as fast"),
    ("50", "costs were halved"),
    ("50%", "half of all calls"),
    ("0.5", "half of all calls"),
    ("33", "a third of them"),
    ("33.3", "one-third of them"),
    ("67", "two-thirds of them"),
    ("66.7", "two-thirds of them"),
    ("16.67", "nearly one in six riders"),
    ("70", "seven out of 10 sales"),
    ("0.8", "80% of them"),
    ("5", "a change of -5%"),
    ("-5", "5% less"),
    ("10", "multiplies it tenfold"),
    ("2-3", "2–3 times higher"),
    ("3-5", "between 3 and 5 hours per week"),
    ("8 weeks to 8 hours", "from 8 weeks down to eight hours"),
    ("2 weeks to <1 minute", "took two weeks; now it is less than a minute"),
    ("280000000", "more than 280+ million followers"),
    ("1400000", "1.4M users"),
    ("1", "more than an hour daily"),
    ("4.9", "rated 4.9/5 stars"),
    ("improved", "faster than before"),
    ("double-digit", "no number here"),
    ("", ""),
]
DISAGREE = [
    ("33", "fewer calls"),
    ("33", ""),
    ("12", "1.2% fewer"),
    ("1.2", "12% fewer"),
    ("33", "33.3% fewer"),
    ("75", "two hours instead of eight"),
    ("100", "$100,000 in savings"),
    ("100000000", "$10M in savings"),
    ("€5m", "$5m in savings"),
    ("33%", "33 people"),
    ("2-3", "2 times"),
    ("34", "a third of them"),
    ("19", "during COVID-19"),
    ("5", "over the 5G network"),
]


@pytest.mark.parametrize(("metric", "quote"), AGREE)
def test_agrees(metric: str, quote: str):
    assert agrees(metric, quote)


@pytest.mark.parametrize(("metric", "quote"), DISAGREE)
def test_disagrees(metric: str, quote: str):
    assert not agrees(metric, quote)


# Properties

numbers = st.decimals(0, 10**9, places=2, allow_nan=False)
PIECES = [
    *"0123456789.,'’-–−+%$€£~<>/:½×x \n\u00a0\u202f٣²",
    *(
        "million",
        "bn",
        "k",
        "up to ",
        "more than ",
        "half",
        "a third",
        "doubled",
        " to ",
        " and ",
        "between ",
    ),
    *(" in ", " out of ", "thirty", "-five", "hundred", "US$", "USD", " euros", " hours", "percent", "from "),
]
hostile = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)


@given(numbers, st.sampled_from(["{:f}", "{:,f}", "{:f}%", "${:,f}", "about {:f} days", "{:,f} euros"]))
def test_a_written_number_is_read(number: Decimal, template: str):
    text = template.format(number)
    found = parse(text)
    assert found is not None
    assert found.low == found.high == number
    assert agrees(text, f"It was {text}, they said")
    assert agrees(str(number), f"It was {text}, they said")


@given(st.one_of(hostile, st.text()), st.one_of(hostile, st.text()))
@settings(max_examples=1000, deadline=None)
def test_any_text_is_read_without_a_crash(metric: str, quote: str):
    found = numbers_in(metric)
    assert all(0 <= mention.start < mention.end <= len(metric) for mention in found)
    assert all(mention.quantity.low <= mention.quantity.high for mention in found)
    assert all(isinstance(mention, Mention) and mention.quantity.low.is_finite() for mention in found)
    assert agrees(metric, quote) in (True, False)
    assert parse(metric) is None or len(found) == 1


@pytest.mark.parametrize(
    "unit",
    [
        *(
            "1",
            "1 ",
            "1,",
            "1.",
            "1,000",
            "1-",
            "1 to ",
            "$",
            "-",
            "~",
            "about ",
            "one ",
            "hundred and ",
            "½",
        ),
        *("more than ", "a ", "one in ", "1/", "US", "twenty-", " ", "million ", "between 1 and "),
    ],
)
def test_hostile_text_of_100_kb(unit: str):
    text = unit * (100_000 // len(unit))
    start = time.process_time()
    numbers_in(text)
    assert time.process_time() - start < 10
