"""YAML text → node tree: structure with offsets, faults as values, limits that act in time."""

import time

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from kg.yamltree import Limits, Mapping, Node, Scalar, Sequence, parse

LIMITS = Limits()


def tree(text: str) -> Node | None:
    root, faults = parse(text, LIMITS)
    assert not faults
    return root


def plain(node: Node | None) -> object:
    """The texts of a tree, nothing else."""
    if isinstance(node, Mapping):
        return {plain(key): plain(value) for key, value in node.pairs}
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return node.text if node else None


def fault(text: str, limits: Limits = LIMITS) -> tuple[str, int]:
    """The one fault: its code and where it starts."""
    _, faults = parse(text, limits)
    [found] = faults
    return found.code.name, found.start


def test_scalars_stay_text():
    assert plain(tree("a: 010\nb: no\nc: 1.10\nd: 2026-01-01\ne: 0x1F")) == {
        "a": "010",
        "b": "no",
        "c": "1.10",
        "d": "2026-01-01",
        "e": "0x1F",
    }


@pytest.mark.parametrize("text", ["", "~", "null", "Null", "NULL"])
def test_null_is_plain(text: str):
    root = tree(f"a: {text}\nb: '{text}'")
    assert isinstance(root, Mapping)
    first, second = root.get("a"), root.get("b")
    assert isinstance(first, Scalar)
    assert isinstance(second, Scalar)
    assert first.is_null
    assert not second.is_null


def test_offsets_are_code_points_even_beyond_the_basic_plane():
    text = "kéy😀: [a, '𝒳y']\n"
    root = tree(text)
    assert isinstance(root, Mapping)
    [(key, value)] = root.pairs
    assert isinstance(value, Sequence)
    assert text[key.start : key.end] == "kéy😀"
    assert [text[item.start : item.end] for item in value.items] == ["a", "'𝒳y'"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: b: c", ("unreadable-yaml", 4)),
        ("a: 'open", ("unreadable-yaml", 8)),
        ("a: @b", ("unreadable-yaml", 3)),
        ("a: *nobody", ("unreadable-yaml", 3)),
        ("a: !!python/object:os.system x", ("yaml-tag", 3)),
        ("a: !!set {x, y}", ("yaml-tag", 3)),
        ("a: b\x00c", ("control-character", 4)),
        ("a: b\ud800c", ("control-character", 4)),
        ("a: 'b\x85c'", ("line-separator", 5)),
        ("a: 'b\u2028c'", ("line-separator", 5)),
        ("a: [[[x]]]", ("too-deep", 5)),
        ("a: [1, 2, 3, 4, 5, 6]", ("too-many-nodes", 13)),
    ],
)
def test_faults(text: str, expected: tuple[str, int]):
    limits = Limits(depth=3) if expected[0] == "too-deep" else Limits(nodes=8) if "many" in expected[0] else LIMITS
    assert fault(text, limits) == expected


def test_an_anchor_is_read_as_what_it_repeats():
    assert plain(tree("a: &x {b: [c]}\nd: *x")) == {"a": {"b": ["c"]}, "d": {"b": ["c"]}}


HOSTILE = {
    "ten thousand brackets": "a: " + "[" * 10_000,
    "ten thousand mappings": "\n".join(" " * depth + "k:" for depth in range(10_000)),
    "a billion laughs": "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    + "\n".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)),
    "a million keys": "".join(f"k{n}: v\n" for n in range(1_000_000)),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_yaml_is_refused_in_time(name: str):
    start = time.process_time()
    root, faults = parse(HOSTILE[name][:5_000_000], LIMITS)
    assert root is None
    assert [each.code.name for each in faults][-1] in {"too-deep", "too-many-nodes"}
    assert time.process_time() - start < 2


@given(
    st.recursive(
        st.text(
            st.characters(codec="utf-8", exclude_characters="\u2028\u2029\ufffe\uffff", exclude_categories=["Cc", "Cs"])
        ),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", min_size=1), inner, max_size=3),
        max_leaves=12,
    )
)
def test_reads_what_pyyaml_writes(value: object):
    text = yaml.dump(value, allow_unicode=True, default_style='"', Dumper=yaml.CSafeDumper)
    root, faults = parse(text, LIMITS)
    assert not faults
    assert plain(root) == value
