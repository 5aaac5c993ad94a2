"""Fields: which there are, what they are called, and putting them in and taking them out."""

import copy

from clusterwright.sandbox.kube.field_paths import (
    MISSING,
    Path,
    assign,
    discard,
    fields_v1,
    find,
    leaves,
    words,
)
from clusterwright.sandbox.kube.wire import Wire

_POD: Wire = {
    "metadata": {"finalizers": ["a/b"]},
    "spec": {
        "containers": [{"name": "web", "args": ["x", "y"], "ports": [{"containerPort": 80}]}],
        "volumes": [],
    },
}


def _named() -> dict[str, Path]:
    return {words(path): path for path in leaves(_POD)}


def test_lists_have_items_where_these_have_keys() -> None:
    assert set(_named()) == {
        '.metadata.finalizers[="a/b"]',
        '.spec.containers[name="web"].name',
        '.spec.containers[name="web"].args',
        '.spec.containers[name="web"].ports[containerPort=80,protocol="TCP"].containerPort',
        ".spec.volumes",
    }


def test_items_with_the_same_key_are_one_field() -> None:
    twice = {"env": [{"name": "A", "value": "1"}, {"name": "A", "value": "2"}]}
    assert [words(path) for path in leaves(twice)] == [".env"]


def test_every_field_is_found_where_it_was_put() -> None:
    made: Wire = {}
    for path in leaves(_POD):
        assign(made, path, find(_POD, path))
    made["spec"]["containers"][0]["ports"][0].pop("protocol")  # the key names it, whether or not it was said
    assert made == _POD
    assert find(_POD, (("f", "spec"), ("f", "nodeName"))) is MISSING


def test_what_is_left_empty_goes_too() -> None:
    wire = copy.deepcopy(_POD)
    for path in leaves(_POD):
        discard(wire, path)
    assert wire == {}


def test_managed_fields_as_they_are_written() -> None:
    paths = _named()
    found = fields_v1([paths['.spec.containers[name="web"].args'], paths['.metadata.finalizers[="a/b"]']])
    assert found == {
        "f:metadata": {"f:finalizers": {'v:"a/b"': {}}},
        "f:spec": {"f:containers": {'k:{"name":"web"}': {".": {}, "f:args": {}}}},
    }
