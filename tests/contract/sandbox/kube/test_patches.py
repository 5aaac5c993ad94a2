"""The three older kinds of PATCH.

https://kubernetes.io/docs/tasks/manage-kubernetes-objects/update-api-object-kubectl-patch/
"""

from typing import Any

import httpx
import pytest

from .client import (
    JSON_PATCH,
    MERGE,
    STRATEGIC,
    Wire,
    config_map,
    define,
    definition,
    deployment,
    deployments,
    maps,
    ok,
    refusal,
)

_PAGE = "https://kubernetes.io/docs/tasks/manage-kubernetes-objects/update-api-object-kubectl-patch/"
_CONCEPTS = "https://kubernetes.io/docs/reference/using-api/api-concepts/"


@pytest.fixture
def web(api: httpx.Client, namespace: str) -> str:
    ok(api.post(deployments(namespace), json=deployment()))
    return f"{deployments(namespace)}/web"


@pytest.fixture
def map_a(api: httpx.Client, namespace: str) -> str:
    ok(api.post(maps(namespace), json=config_map("a", x="1", y="2")))
    return f"{maps(namespace)}/a"


def _containers(*items: Wire) -> Wire:
    return {"spec": {"template": {"spec": {"containers": list(items)}}}}


def _found(answer: httpx.Response) -> list[Any]:
    containers: list[Any] = ok(answer)["spec"]["template"]["spec"]["containers"]
    return containers


@pytest.mark.documented(_PAGE)
def test_a_strategic_patch_adds_to_lists_by_their_merge_key(api: httpx.Client, web: str) -> None:
    answer = api.patch(web, json=_containers({"name": "log", "image": "l:1"}), headers=STRATEGIC)
    assert sorted(one["name"] for one in _found(answer)) == ["log", "web"]


@pytest.mark.documented(_PAGE)
def test_a_strategic_patch_changes_the_item_of_the_same_key(api: httpx.Client, web: str) -> None:
    (one,) = _found(api.patch(web, json=_containers({"name": "web", "image": "nginx:2"}), headers=STRATEGIC))
    assert one["image"] == "nginx:2"


def test_a_strategic_patch_can_take_an_item_out(api: httpx.Client, web: str) -> None:
    ok(api.patch(web, json=_containers({"name": "log", "image": "l:1"}), headers=STRATEGIC))
    answer = api.patch(web, json=_containers({"name": "log", "$patch": "delete"}), headers=STRATEGIC)
    assert [one["name"] for one in _found(answer)] == ["web"]


@pytest.mark.documented(_PAGE)
def test_retain_keys_leaves_nothing_else(api: httpx.Client, web: str) -> None:
    strategy = {"$retainKeys": ["type"], "type": "Recreate"}
    found = ok(api.patch(web, json={"spec": {"strategy": strategy}}, headers=STRATEGIC))
    assert found["spec"]["strategy"] == {"type": "Recreate"}


@pytest.mark.documented(_PAGE)
def test_a_merge_patch_replaces_whole_lists(api: httpx.Client, web: str) -> None:
    answer = api.patch(web, json=_containers({"name": "new", "image": "n:1"}), headers=MERGE)
    assert [one["name"] for one in _found(answer)] == ["new"]


@pytest.mark.documented(_CONCEPTS)
def test_a_merge_patch_deletes_what_is_null(api: httpx.Client, map_a: str) -> None:
    assert ok(api.patch(map_a, json={"data": {"x": None}}, headers=MERGE))["data"] == {"y": "2"}


@pytest.mark.documented(_CONCEPTS)
@pytest.mark.parametrize(
    ("operation", "data"),
    [
        pytest.param(
            {"op": "add", "path": "/data/z", "value": "3"}, {"x": "1", "y": "2", "z": "3"}, id="add"
        ),
        pytest.param({"op": "replace", "path": "/data/x", "value": "3"}, {"x": "3", "y": "2"}, id="replace"),
        pytest.param({"op": "remove", "path": "/data/x"}, {"y": "2"}, id="remove"),
        pytest.param({"op": "move", "from": "/data/x", "path": "/data/z"}, {"z": "1", "y": "2"}, id="move"),
        pytest.param(
            {"op": "copy", "from": "/data/x", "path": "/data/z"}, {"x": "1", "y": "2", "z": "1"}, id="copy"
        ),
        pytest.param({"op": "test", "path": "/data/x", "value": "1"}, {"x": "1", "y": "2"}, id="test"),
    ],
)
def test_a_json_patch_is_a_list_of_operations(
    api: httpx.Client, map_a: str, operation: Wire, data: Wire
) -> None:
    assert ok(api.patch(map_a, json=[operation], headers=JSON_PATCH))["data"] == data


@pytest.mark.documented(_CONCEPTS)
@pytest.mark.parametrize(
    "operation",
    [
        pytest.param({"op": "test", "path": "/data/x", "value": "other"}, id="a test that fails"),
        pytest.param({"op": "remove", "path": "/data/nothing"}, id="nothing to remove"),
    ],
)
def test_a_json_patch_that_does_not_fit_is_refused(api: httpx.Client, map_a: str, operation: Wire) -> None:
    assert refusal(api.patch(map_a, json=[operation], headers=JSON_PATCH)) == (422, "Invalid")


def test_slashes_in_a_json_patch_are_escaped(api: httpx.Client, map_a: str) -> None:
    operations = [
        {"op": "add", "path": "/metadata/annotations", "value": {"a/b": "c"}},
        {"op": "replace", "path": "/metadata/annotations/a~1b", "value": "d"},
    ]
    found = ok(api.patch(map_a, json=operations, headers=JSON_PATCH))
    assert found["metadata"]["annotations"] == {"a/b": "d"}


@pytest.mark.documented(_CONCEPTS)
def test_a_patch_from_an_old_resource_version_conflicts(api: httpx.Client, map_a: str) -> None:
    old = ok(api.get(map_a))["metadata"]["resourceVersion"]
    ok(api.patch(map_a, json={"data": {"x": "3"}}, headers=MERGE))
    change = {"metadata": {"resourceVersion": old}, "data": {"x": "4"}}
    assert refusal(api.patch(map_a, json=change, headers=MERGE)) == (409, "Conflict")


@pytest.mark.documented(_CONCEPTS)
@pytest.mark.parametrize("kind", ["application/json", "text/plain"])
def test_a_patch_of_no_known_kind_is_unsupported(api: httpx.Client, map_a: str, kind: str) -> None:
    answer = api.patch(map_a, content=b"{}", headers={"Content-Type": kind})
    assert refusal(answer) == (415, "UnsupportedMediaType")


def test_a_patch_of_nothing_is_not_found(api: httpx.Client, namespace: str) -> None:
    answer = api.patch(f"{maps(namespace)}/a", json={"data": {"x": "3"}}, headers=MERGE)
    assert refusal(answer) == (404, "NotFound")


@pytest.mark.documented(_CONCEPTS)
def test_custom_resources_know_no_strategic_patch(api: httpx.Client, namespace: str) -> None:
    path = define(api, definition("patchables", "Patchable"), namespace)
    ok(api.post(path, json={"apiVersion": "example.com/v1", "kind": "Patchable", "metadata": {"name": "a"}}))
    answer = api.patch(f"{path}/a", json={"spec": {"a": 1}}, headers=STRATEGIC)
    assert refusal(answer) == (415, "UnsupportedMediaType")
    api.delete("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/patchables.example.com")
