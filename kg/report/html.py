"""Findings in; one HTML page out that needs nothing else: counts, filters, every problem with its excerpt and mend.

Everything can be read without scripts; the script only hides what a reader does not want to see.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections import Counter
from collections.abc import Iterable, Iterator
from hashlib import sha256
from itertools import chain
from pathlib import Path

from kg.problem import Problem, Severity
from kg.report.characters import encodable, one_line
from kg.report.excerpt import bounds, excerpt, last_line
from kg.report.findings import Findings, many
from kg.report.markup import EMPTY, Markup, element, joined, opening
from kg.report.text import position

ROOM = 240
"""Cells of a line that are shown; the page breaks them where it must."""
MOST_LINES = 5
"""Lines of an excerpt."""
BAR = 100
"""Length of the longest bar."""

_SENTENCE_END = re.compile(r"(?<=[.!?])\s")


def report(findings: Findings) -> Iterator[str]:
    """The page, file by file."""
    here = Path(__file__).parent
    style, script = ((here / name).read_text(encoding="utf-8") for name in ("page.css", "page.js"))
    skip = element("a", {"class": "skip", "href": "#problems"}, "Skip to the problems")
    spread = _spread(findings)
    yield f"<!DOCTYPE html>\n{opening('html', {'lang': 'en'})}"
    yield encodable(_head(findings, spread, style=Markup(style), script=script).text)
    yield f"{opening('body', EMPTY)}{skip.text}"
    yield encodable(f"{_header(findings, spread).text}{opening('main', {'id': 'main'})}")
    yield from map(
        encodable, chain([_overview(findings, spread).text], _problems(findings), [_meanings(findings).text])
    )
    # Style and script are ours; inside them nothing is escaped, so nothing of the findings may ever go there.
    yield f"</main>{_footer(findings).text}{element('script', EMPTY, Markup(script)).text}</body></html>\n"


def _spread(findings: Findings) -> Counter[str]:
    """How many files have each code; under the empty text, how many have any problem."""
    spread: Counter[str] = Counter()
    for _, found in findings.by_file():
        spread.update({"", *(each.code for each in found)})
    return spread


def _head(findings: Findings, spread: Counter[str], *, style: Markup, script: str) -> Markup:
    digest = b64encode(sha256(script.encode("utf-8")).digest()).decode("ascii")
    policy = f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; base-uri 'none'"
    return element(
        "head",
        EMPTY,
        element("meta", {"charset": "utf-8"}),
        element("meta", {"http-equiv": "Content-Security-Policy", "content": policy}),
        element("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}),
        element("meta", {"name": "color-scheme", "content": "light dark"}),
        element("title", EMPTY, f"{findings.title}: {_verdict(findings, spread)}"),
        element("style", EMPTY, style),
    )


def _header(findings: Findings, spread: Counter[str]) -> Markup:
    return element(
        "header",
        {"class": "top"},
        element("p", {"class": "kicker"}, "Check report"),
        element("h1", EMPTY, element("bdi", EMPTY, one_line(findings.title))),
        element("p", {"class": f"verdict {_worst(findings)}"}, _verdict(findings, spread)),
    )


def _footer(findings: Findings) -> Markup:
    return element("footer", EMPTY, element("p", EMPTY, f"Made by Casegraph {findings.version}."))


def _worst(findings: Findings) -> str:
    return next((severity.label for severity, count in findings.severities().items() if count), "ok")


def _verdict(findings: Findings, spread: Counter[str]) -> str:
    """The outcome in one phrase."""
    counts = [many(count, severity.label) for severity, count in findings.severities().items() if count]
    checked = many(len(findings.files), "file")
    return f"{', '.join(counts)} in {spread['']:,} of {checked}" if counts else f"No problems in {checked}"


def _overview(findings: Findings, spread: Counter[str]) -> Markup:
    tiles = [_tile("Files checked", len(findings.files), "files")]
    tiles += [_tile(f"{each.label.capitalize()}s", n, each.label) for each, n in findings.severities().items()]
    known = f"{many(findings.known, 'known problem')} of the baseline left out." if findings.known else ""
    return element(
        "section",
        {"aria-labelledby": "overview"},
        element("h2", {"id": "overview"}, "Overview"),
        element("dl", {"class": "tiles"}, *tiles),
        *([element("p", {"class": "quiet"}, known)] if known else []),
        *([_by_code(findings, spread)] if findings.problems else []),
    )


def _tile(label: str, count: int, kind: str) -> Markup:
    shade = "tile none" if not count else f"tile {kind}"
    return element("div", {"class": shade}, element("dt", EMPTY, label), element("dd", EMPTY, f"{count:,}"))


def _by_code(findings: Findings, spread: Counter[str]) -> Markup:
    """How often each kind of problem occurs, the worst first."""
    counts: Counter[str] = Counter()
    for (code, _), count in findings.problems.tally.items():
        counts[code] += count
    codes = sorted(findings.codes().items(), key=lambda each: (-each[1], -counts[each[0]], each[0]))
    most = max(counts.values())
    heads = [
        ("Severity", "col"),
        ("Kind of problem", "col"),
        ("Files", "number files"),
        ("Problems", "number"),
        ("", "bar"),
    ]
    rows = [
        element(
            "tr",
            EMPTY,
            element("td", EMPTY, _badge(severity)),
            element("th", {"scope": "row"}, element("a", {"href": f"#code-{code}"}, code), _gist(findings, code)),
            element("td", {"class": "number files"}, f"{spread[code]:,}"),
            element("td", {"class": "number"}, f"{counts[code]:,}"),
            element("td", {"class": "bar", "aria-hidden": "true"}, _bar(counts[code] / most, severity)),
        )
        for code, severity in codes
    ]
    columns = [
        element("th", {"scope": "col", "class": kind}, head) if head else element("td", {"class": kind}, "")
        for head, kind in heads
    ]
    return element(
        "table",
        EMPTY,
        element("caption", EMPTY, "Problems by kind"),
        element("thead", EMPTY, element("tr", EMPTY, *columns)),
        element("tbody", EMPTY, *rows),
    )


def _gist(findings: Findings, code: str) -> Markup:
    """The first sentence of what a code means."""
    meaning = findings.explain(code)
    return element("p", EMPTY, _words(_SENTENCE_END.split(meaning.meaning)[0])) if meaning else joined()


def _bar(share: float, severity: Severity) -> Markup:
    size = {"viewBox": f"0 0 {BAR} 8", "preserveAspectRatio": "none", "class": severity.label}
    return element("svg", size, element("rect", {"width": max(1, round(BAR * share)), "height": 8, "rx": 1}))


def _badge(severity: Severity) -> Markup:
    return element("span", {"class": f"badge {severity.label}"}, severity.label)


def _problems(findings: Findings) -> Iterator[str]:
    """The filters and every problem, file by file."""
    if not findings.problems:
        return
    heading = element("h2", {"id": "problems", "tabindex": -1}, "Problems")
    yield opening("section", {"aria-labelledby": "problems"}) + heading.text + _filters(findings).text
    for file, found in findings.by_file():
        yield _file(file, found, findings).text
    nothing = element("p", {"id": "nothing", "class": "quiet", "hidden": ""}, "No problem passes the filters.")
    yield f"{nothing.text}</section>"


def _filters(findings: Findings) -> Markup:
    boxes = [
        element(
            "label",
            {"class": "box"},
            element("input", {"type": "checkbox", "name": "severity", "value": severity.label, "checked": ""}),
            f" {severity.label} ",
            element("span", {"class": "count"}, f"{count:,}"),
        )
        for severity, count in findings.severities().items()
        if count
    ]
    options = [element("option", {"value": code}, code) for code in findings.codes()]
    everything = element("option", {"value": ""}, "every kind")
    return element(
        "form",
        {"id": "filters", "hidden": "", "aria-label": "Filter the problems"},
        element("div", {"role": "group", "aria-label": "Severity"}, *boxes),
        _labelled("Kind", element("select", {"name": "code"}, everything, *options)),
        _labelled("File", element("input", {"type": "search", "name": "file", "placeholder": "part of its name"})),
        element("button", {"type": "reset"}, "Show all"),
        element("output", {"role": "status"}, ""),
    )


def _labelled(label: str, control: Markup) -> Markup:
    return element("label", {"class": "field"}, element("span", EMPTY, label), control)


def _file(file: str, problems: list[Problem], findings: Findings) -> Markup:
    path = one_line(findings.path(file))
    counts = Counter(each.severity for each in problems)
    badges = [
        element("span", {"class": f"badge {severity.label}"}, many(count, severity.label))
        for severity, count in sorted(counts.items(), reverse=True)
    ]
    name = element("h3", EMPTY, element("bdi", EMPTY, path))
    return element(
        "details",
        {"class": "file", "data-file": path, "open": ""},
        element("summary", EMPTY, name, element("span", {"class": "badges"}, *badges)),
        element("ol", EMPTY, *(_problem(each, findings) for each in problems)),
    )


def _problem(problem: Problem, findings: Findings) -> Markup:
    severity = problem.severity.label
    place = ":".join(position(problem.span)) or "whole file"
    about = [element("span", {"class": "record"}, one_line(problem.record))] if problem.record else []
    mend = element("p", {"class": "mend"}, element("b", EMPTY, "To mend: "), _words(problem.hint))
    return element(
        "li",
        {"data-severity": severity, "data-code": problem.code, "class": severity},
        element(
            "p",
            {"class": "facts"},
            _badge(problem.severity),
            element("a", {"class": "code", "href": f"#code-{problem.code}"}, problem.code),
            *about,
            element("span", {"class": "place"}, place),
        ),
        element("p", {"class": "message"}, _words(problem.message)),
        _excerpt(problem, findings),
        *([mend] if problem.hint else []),
    )


def _words(text: str) -> Markup:
    """A sentence; what stands in backticks is code."""
    pieces = one_line(text).split("`")
    if len(pieces) % 2 == 0:
        return element("bdi", EMPTY, one_line(text))
    marked = (element("code", EMPTY, piece) if number % 2 else piece for number, piece in enumerate(pieces))
    return element("bdi", EMPTY, *marked)


def _excerpt(problem: Problem, findings: Findings) -> Markup:
    """The lines of a problem with the place marked; nothing where there is none."""
    span = problem.span
    numbers = range(span.line, last_line(span) + 1)
    lines = ((number, findings.sources.line(span.file, number)) for number in numbers[:MOST_LINES])
    shown = [_line(problem, number, line) for number, line in lines if line is not None]
    if not shown:
        return joined()
    more = len(numbers) - MOST_LINES
    rest = [element("span", {"class": "rest"}, f"and {many(more, 'more line')}")] if more > 0 else []
    return element("pre", {"dir": "ltr"}, *shown, *rest)


def _line(problem: Problem, number: int, line: str) -> Markup:
    cut = excerpt(line, bounds(problem.span, number, line), ROOM)
    mark = element("mark", {"class": problem.severity.label} if cut.marked else {"class": "point"}, cut.marked)
    code = element("code", EMPTY, cut.before, mark, cut.after)
    return element("span", {"class": "line"}, element("span", {"class": "no"}, str(number)), code)


def _meanings(findings: Findings) -> Markup:
    """What each code that occurs stands for."""
    known = [(code, severity, findings.explain(code)) for code, severity in findings.codes().items()]
    if not known:
        return joined()
    entries = (
        [
            element("dt", {"id": f"code-{code}"}, element("code", EMPTY, code), " ", _badge(severity)),
            *([element("dd", EMPTY, _words(meaning.meaning))] if meaning else []),
            element("dd", {"class": "mend"}, *_mend(code, meaning.mend if meaning else "")),
        ]
        for code, severity, meaning in known
    )
    return element(
        "section",
        {"aria-labelledby": "meanings"},
        element("h2", {"id": "meanings"}, "What the kinds mean"),
        element("dl", {"class": "meanings"}, *(each for entry in entries for each in entry)),
    )


def _mend(code: str, mend: str) -> Iterable[Markup]:
    if mend:
        yield joined(element("b", EMPTY, "To mend: "), _words(mend))
    else:
        yield joined("See ", element("code", EMPTY, f"kg explain {code}"), ".")
