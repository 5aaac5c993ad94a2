"""Lists: selectors, pages, and the other forms that objects are shown in.

https://kubernetes.io/docs/reference/using-api/api-concepts/
"""

from typing import Any

import httpx
import pytest

from .client import config_map, deployment, deployments, maps, ok, refusal

_CONCEPTS = "https://kubernetes.io/docs/reference/using-api/api-concepts/"
_LABELS = "https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/"
_FIELDS = "https://kubernetes.io/docs/concepts/overview/working-with-objects/field-selectors/"


@pytest.fixture
def three(api: httpx.Client, namespace: str) -> str:
    """a and b with the label t, c with u."""
    for name, labels in (("a", {"t": "x"}), ("b", {"t": "y"}), ("c", {"u": "z"})):
        ok(api.post(maps(namespace), json=config_map(name, labels)))
    return maps(namespace)


def _names(found: Any) -> list[str]:
    listed = (one["metadata"]["name"] for one in found["items"])
    return [name for name in listed if name != "kube-root-ca.crt"]


@pytest.mark.parametrize(
    ("selector", "chosen"),
    [
        pytest.param(selector, chosen, marks=pytest.mark.documented(_LABELS), id=fact)
        for fact, selector, chosen in (
            ("equal", "t=x", ["a"]),
            ("doubly equal", "t==x", ["a"]),
            ("not equal is also what has no such label", "t!=x,t!=y", ["c"]),
            ("a comma is and", "t,t!=y", ["a"]),
            ("in", "t in (x, y)", ["a", "b"]),
            ("notin is also what has no such label", "t notin (x)", ["b", "c"]),
            ("exists", "u", ["c"]),
            ("does not exist", "!u", ["a", "b"]),
            ("set and equality together", "t in (x,y),t!=y", ["a"]),
        )
    ],
)
def test_labels_choose(api: httpx.Client, three: str, selector: str, chosen: list[str]) -> None:
    assert _names(ok(api.get(three, params={"labelSelector": selector}))) == chosen


@pytest.mark.parametrize("selector", ["a b", "t in x", "t=x=y"])
def test_a_selector_that_is_none_is_a_bad_request(api: httpx.Client, three: str, selector: str) -> None:
    assert refusal(api.get(three, params={"labelSelector": selector})) == (400, "BadRequest")


@pytest.mark.documented(_FIELDS)
def test_fields_choose(api: httpx.Client, three: str) -> None:
    assert _names(ok(api.get(three, params={"fieldSelector": "metadata.name=b"}))) == ["b"]
    assert _names(ok(api.get(three, params={"fieldSelector": "metadata.name!=b"}))) == ["a", "c"]


@pytest.mark.documented(_FIELDS)
def test_field_selectors_can_be_chained(api: httpx.Client, three: str) -> None:
    chain = {"fieldSelector": "metadata.name!=b,metadata.name!=c"}
    assert _names(ok(api.get(three, params=chain))) == ["a"]


@pytest.mark.documented(_FIELDS)
def test_a_field_that_cannot_be_selected_is_an_error(api: httpx.Client, three: str) -> None:
    answer = api.get(three, params={"fieldSelector": "data.x=1"})
    assert refusal(answer) == (400, "BadRequest")
    assert '"data.x" is not a known field selector' in answer.json()["message"]


@pytest.mark.documented(_FIELDS)
def test_secrets_are_chosen_by_their_type(api: httpx.Client, namespace: str) -> None:
    path = f"/api/v1/namespaces/{namespace}/secrets"
    for name, kind in (("a", "Opaque"), ("b", "example.com/other")):
        ok(api.post(path, json={"metadata": {"name": name}, "type": kind}))
    assert _names(ok(api.get(path, params={"fieldSelector": "type=Opaque"}))) == ["a"]


@pytest.mark.documented(_CONCEPTS)
def test_a_list_has_a_kind_and_a_resource_version(api: httpx.Client, three: str) -> None:
    found = ok(api.get(three))
    assert (found["kind"], found["apiVersion"]) == ("ConfigMapList", "v1")
    assert int(found["metadata"]["resourceVersion"]) > 0


@pytest.mark.documented(_CONCEPTS)
def test_long_lists_come_in_pages(api: httpx.Client, three: str) -> None:
    asked = {"limit": "2", "labelSelector": "t notin (nothing)"}
    first = ok(api.get(three, params=asked))
    rest = ok(api.get(three, params={**asked, "limit": "5", "continue": first["metadata"]["continue"]}))
    assert len(first["items"]) == 2
    assert _names(first) + _names(rest) == ["a", "b", "c"]
    assert "continue" not in rest["metadata"]


@pytest.mark.documented(_CONCEPTS)
def test_pages_are_of_one_resource_version(api: httpx.Client, three: str) -> None:
    first = ok(api.get(three, params={"limit": "1"}))
    ok(api.post(three, json=config_map("z")))
    rest = ok(api.get(three, params={"continue": first["metadata"]["continue"]}))
    assert rest["metadata"]["resourceVersion"] == first["metadata"]["resourceVersion"]
    assert "z" not in _names(rest)


@pytest.mark.documented(_CONCEPTS)
def test_the_first_page_says_how_many_remain(api: httpx.Client, three: str) -> None:
    whole = len(ok(api.get(three))["items"])
    assert ok(api.get(three, params={"limit": "1"}))["metadata"]["remainingItemCount"] == whole - 1


def test_nonsense_for_a_page_is_a_bad_request(api: httpx.Client, three: str) -> None:
    assert refusal(api.get(three, params={"continue": "?", "limit": "1"})) == (400, "BadRequest")
    assert refusal(api.get(three, params={"limit": "many"})) == (400, "BadRequest")


@pytest.mark.documented(_CONCEPTS)
def test_a_list_can_be_a_table(api: httpx.Client, namespace: str) -> None:
    ok(api.post(deployments(namespace), json=deployment()))
    accept = {"Accept": "application/json;as=Table;g=meta.k8s.io;v=v1"}
    found = ok(api.get(deployments(namespace), headers=accept))
    assert (found["kind"], found["apiVersion"]) == ("Table", "meta.k8s.io/v1")
    names = [one["name"] for one in found["columnDefinitions"] if one["priority"] == 0]
    assert names == ["Name", "Ready", "Up-to-date", "Available", "Age"]
    (row,) = found["rows"]
    assert row["cells"][0] == "web"
    assert row["object"]["kind"] == "PartialObjectMetadata"


@pytest.mark.documented(_CONCEPTS)
def test_a_list_can_be_of_metadata_only(api: httpx.Client, three: str) -> None:
    accept = {"Accept": "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"}
    found = ok(api.get(three, headers=accept, params={"labelSelector": "t=x"}))
    assert (found["kind"], found["apiVersion"]) == ("PartialObjectMetadataList", "meta.k8s.io/v1")
    assert [sorted(set(one) - {"kind", "apiVersion"}) for one in found["items"]] == [["metadata"]]


@pytest.mark.documented(_CONCEPTS)
def test_an_object_can_be_its_metadata_only(api: httpx.Client, three: str) -> None:
    accept = {"Accept": "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"}
    found = ok(api.get(f"{three}/a", headers=accept))
    assert (found["kind"], set(found)) == ("PartialObjectMetadata", {"kind", "apiVersion", "metadata"})


@pytest.mark.documented(_CONCEPTS)
def test_objects_of_all_namespaces_are_in_one_list(api: httpx.Client, three: str) -> None:
    found = ok(api.get("/api/v1/configmaps", params={"labelSelector": "t=x"}))["items"]
    assert three.split("/")[4] in {one["metadata"]["namespace"] for one in found}
