"""The patches that are older than apply."""

import pytest

from clusterwright.sandbox.kube.exchange import Refusal
from clusterwright.sandbox.kube.merging import json_patch, merge, strategic


def test_merge_patch_takes_out_what_is_null() -> None:
    """RFC 7386, appendix A."""
    before = {"a": {"b": 1, "c": 2}, "d": [1]}
    assert merge(before, {"a": {"b": None}, "d": [2], "e": {"f": None}}) == {"a": {"c": 2}, "d": [2], "e": {}}


def test_strategic_merge_knows_items_and_directives() -> None:
    before = {"containers": [{"name": "a", "image": "1"}, {"name": "b"}], "args": ["x"]}
    change = {
        "containers": [{"name": "a", "image": "2"}, {"name": "b", "$patch": "delete"}, {"name": "c"}],
        "$setElementOrder/containers": [{"name": "a"}, {"name": "c"}],
        "args": ["y"],
    }
    assert strategic(before, change) == {
        "containers": [{"name": "a", "image": "2"}, {"name": "c"}],
        "args": ["y"],
    }
    assert strategic({"a": 1, "b": 2}, {"$retainKeys": ["a"], "a": 3}) == {"a": 3}
    assert strategic({"m": {"a": 1}}, {"m": {"$patch": "replace", "b": 2}}) == {"m": {"b": 2}}
    finalizers = {"finalizers": ["a", "b"]}
    assert strategic(finalizers, {"$deleteFromPrimitiveList/finalizers": ["a"]}) == {"finalizers": ["b"]}
    assert strategic(finalizers, {"finalizers": ["c"]}) == {"finalizers": ["a", "b", "c"]}


def test_json_patch_moves_and_copies() -> None:
    """RFC 6902."""
    operations = [
        {"op": "copy", "from": "/a", "path": "/b"},
        {"op": "move", "from": "/a/0", "path": "/c"},
        {"op": "add", "path": "/b/-", "value": 3},
    ]
    assert json_patch({"a": [1, 2]}, operations) == {"a": [2], "b": [1, 2, 3], "c": 1}
    with pytest.raises(Refusal):
        json_patch({}, [{"op": "remove", "path": "/nothing"}])
