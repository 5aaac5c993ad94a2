"""Values of packs: macros, YAML, merging."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusterwright.graph.codec import Json
from clusterwright.packs.values import BadValues, combine, merge

TREES = st.recursive(
    st.integers() | st.text(max_size=3),
    lambda inner: st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)
MAPPINGS = st.dictionaries(st.sampled_from("abc"), TREES, max_size=3)


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ((), {}),
        (("", ""), {}),
        (("b: 1\na: 2",), {"a": 2, "b": 1}),
        (("a: {x: 1, y: 2}", "a: {y: 3}"), {"a": {"x": 1, "y": 3}}),
        (("a: {x: 1}", "a: 5"), {"a": 5}),
        (("a: [1, 2]", "a: [3]"), {"a": [3]}),
        (("a: 1", "a: null"), {"a": None}),
        (("1: x",), {"1": "x"}),
    ],
)
def test_later_values_win_key_by_key(texts: tuple[str, ...], expected: dict[str, object]) -> None:
    assert json.loads(combine(texts, {})) == expected


def test_keys_are_sorted() -> None:
    assert combine(("b: 1\na: {d: 1, c: 2}",), {}) == '{"a": {"c": 2, "d": 1}, "b": 1}'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: {{ .variables.n }}", {"a": 5}),
        ("a: '{{.variables.n}}'", {"a": "5"}),
        ("a: pool-{{ .variables.n }}-x", {"a": "pool-5-x"}),
    ],
)
def test_macros_are_replaced_in_the_text(text: str, expected: dict[str, object]) -> None:
    assert json.loads(combine((text,), {"n": "5"})) == expected


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: {{ .variables.other }}", "other has no value"),
        ("a: {{ .cluster.name }}", "is not known"),
        ("- a", "not a mapping"),
        ("a: [1", "not YAML"),
        ("a: {{ .variables.colon }}", "not YAML"),
        ("a: &x [1]\nb: [*x, *x]", "Aliases"),
        ("a: 2024-01-01", "is a date"),
        ("a: .inf", "is a float"),
        ("a: !!set {x}", "is a set"),
        ("a: " + "[" * 5000 + "]" * 5000, "50 deep"),
    ],
)
def test_values_that_cannot_be_used_say_why(text: str, says: str) -> None:
    with pytest.raises(BadValues, match=says) as caught:
        combine((text,), {"colon": "x: y: z"})
    assert caught.value.remedy


@given(MAPPINGS)
def test_merging_with_itself_or_nothing_changes_nothing(values: dict[str, Json]) -> None:
    assert merge(values, values) == merge({}, values) == merge(values, {}) == values


@given(MAPPINGS, MAPPINGS)
def test_merging_is_only_ever_decided_by_the_later_one(base: dict[str, Json], over: dict[str, Json]) -> None:
    assert merge(merge(base, over), over) == merge(base, over)
