"""Deletion: what holds it back, and what goes with it.

https://kubernetes.io/docs/concepts/architecture/garbage-collection/
"""

import httpx
import pytest

from .client import MERGE, Wire, config_map, eventually, maps, ok, refusal

_CONCEPTS = "https://kubernetes.io/docs/reference/using-api/api-concepts/"
_COLLECTION = "https://kubernetes.io/docs/concepts/architecture/garbage-collection/"
_FINALIZERS = "https://kubernetes.io/docs/concepts/overview/working-with-objects/finalizers/"
_OPTIONS = "https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/delete-options/"
_NAMESPACES = "https://kubernetes.io/docs/tasks/administer-cluster/namespaces/"


def _held(name: str) -> Wire:
    return {**config_map(name), "metadata": {"name": name, "finalizers": ["example.com/hold"]}}


def _is_gone(api: httpx.Client, path: str) -> bool:
    return api.get(path).status_code == 404


def _delete(api: httpx.Client, path: str, **options: object) -> httpx.Response:
    return api.request("DELETE", path, json={"apiVersion": "v1", "kind": "DeleteOptions", **options})


def _family(api: httpx.Client, namespace: str) -> tuple[str, str]:
    """An owner and what it owns."""
    owner = ok(api.post(maps(namespace), json=config_map("owner")))
    reference = {"apiVersion": "v1", "kind": "ConfigMap", "name": "owner", "uid": owner["metadata"]["uid"]}
    reference["blockOwnerDeletion"] = True
    child = {**config_map("child"), "metadata": {"name": "child", "ownerReferences": [reference]}}
    ok(api.post(maps(namespace), json=child))
    return f"{maps(namespace)}/owner", f"{maps(namespace)}/child"


def test_a_deletion_says_what_was_deleted(api: httpx.Client, namespace: str) -> None:
    made = ok(api.post(maps(namespace), json=config_map("a")))
    gone = ok(api.delete(f"{maps(namespace)}/a"))
    details = {"name": "a", "kind": "configmaps", "uid": made["metadata"]["uid"]}
    assert (gone["kind"], gone["status"], gone["details"]) == ("Status", "Success", details)
    assert refusal(api.delete(f"{maps(namespace)}/a")) == (404, "NotFound")


@pytest.mark.documented(_FINALIZERS)
def test_a_finalizer_holds_an_object_back(api: httpx.Client, namespace: str) -> None:
    path = f"{maps(namespace)}/a"
    ok(api.post(maps(namespace), json=_held("a")))
    assert "deletionTimestamp" in ok(api.delete(path))["metadata"]
    assert "deletionTimestamp" in ok(api.get(path))["metadata"]
    ok(api.patch(path, json={"metadata": {"finalizers": None}}, headers=MERGE))
    assert _is_gone(api, path)


@pytest.mark.documented(_FINALIZERS)
def test_what_is_being_deleted_takes_no_new_finalizers(api: httpx.Client, namespace: str) -> None:
    path = f"{maps(namespace)}/a"
    ok(api.post(maps(namespace), json=_held("a")))
    ok(api.delete(path))
    more = {"metadata": {"finalizers": ["example.com/hold", "example.com/more"]}}
    assert refusal(api.patch(path, json=more, headers=MERGE)) == (422, "Invalid")
    ok(api.patch(path, json={"metadata": {"finalizers": None}}, headers=MERGE))


@pytest.mark.documented(_OPTIONS)
def test_a_precondition_protects_what_came_after(api: httpx.Client, namespace: str) -> None:
    path = f"{maps(namespace)}/a"
    ok(api.post(maps(namespace), json=config_map("a")))
    assert refusal(_delete(api, path, preconditions={"uid": "another"})) == (409, "Conflict")
    assert refusal(_delete(api, path, preconditions={"resourceVersion": "1"})) == (409, "Conflict")
    assert not _is_gone(api, path)


@pytest.mark.documented(_COLLECTION)
@pytest.mark.parametrize("policy", ["Background", "Foreground"])
def test_dependents_go_with_their_owner(api: httpx.Client, namespace: str, policy: str) -> None:
    owner, child = _family(api, namespace)
    ok(_delete(api, owner, propagationPolicy=policy))
    eventually(lambda: _is_gone(api, child) and _is_gone(api, owner), "both are gone")


@pytest.mark.documented(_COLLECTION)
def test_in_the_foreground_the_owner_waits_for_its_dependents(api: httpx.Client, namespace: str) -> None:
    owner, child = _family(api, namespace)
    ok(api.patch(child, json={"metadata": {"finalizers": ["example.com/hold"]}}, headers=MERGE))
    ok(_delete(api, owner, propagationPolicy="Foreground"))
    found = ok(api.get(owner))["metadata"]
    assert found["finalizers"] == ["foregroundDeletion"]
    eventually(lambda: "deletionTimestamp" in ok(api.get(child))["metadata"], "the child is going")
    assert not _is_gone(api, owner)
    ok(api.patch(child, json={"metadata": {"finalizers": None}}, headers=MERGE))
    eventually(lambda: _is_gone(api, owner), "the owner is gone")


@pytest.mark.documented(_COLLECTION)
def test_orphans_stay_and_forget_their_owner(api: httpx.Client, namespace: str) -> None:
    owner, child = _family(api, namespace)
    ok(_delete(api, owner, propagationPolicy="Orphan"))
    eventually(lambda: _is_gone(api, owner), "the owner is gone")
    assert "ownerReferences" not in ok(api.get(child))["metadata"]


@pytest.mark.documented(_COLLECTION)
def test_whose_owner_was_never_there_is_collected(api: httpx.Client, namespace: str) -> None:
    uid = "11111111-2222-3333-4444-555555555555"
    reference = {"apiVersion": "v1", "kind": "ConfigMap", "name": "nobody", "uid": uid}
    child = {**config_map("child"), "metadata": {"name": "child", "ownerReferences": [reference]}}
    ok(api.post(maps(namespace), json=child))
    eventually(lambda: _is_gone(api, f"{maps(namespace)}/child"), "the child is gone")


@pytest.mark.documented(_CONCEPTS)
def test_a_collection_is_deleted_by_its_labels(api: httpx.Client, namespace: str) -> None:
    for name, labels in (("a", {"t": "x"}), ("b", {"t": "x"}), ("c", {"t": "y"})):
        ok(api.post(maps(namespace), json=config_map(name, labels)))
    ok(api.delete(maps(namespace), params={"labelSelector": "t=x"}))
    left = ok(api.get(maps(namespace), params={"labelSelector": "t"}))["items"]
    assert [one["metadata"]["name"] for one in left] == ["c"]


@pytest.mark.documented(_NAMESPACES)
def test_a_namespace_takes_everything_with_it(api: httpx.Client, namespace: str) -> None:
    ok(api.post(maps(namespace), json=config_map("a")))
    ok(api.post(f"/api/v1/namespaces/{namespace}/secrets", json={"metadata": {"name": "s"}}))
    assert ok(api.delete(f"/api/v1/namespaces/{namespace}"))["status"]["phase"] == "Terminating"
    eventually(lambda: _is_gone(api, f"/api/v1/namespaces/{namespace}"), "the namespace is gone")
    assert ok(api.get(maps(namespace)))["items"] == []


@pytest.mark.documented(_NAMESPACES)
def test_a_terminating_namespace_waits_and_takes_nothing_new(api: httpx.Client, namespace: str) -> None:
    ok(api.post(maps(namespace), json=_held("a")))
    ok(api.delete(f"/api/v1/namespaces/{namespace}"))
    refused = api.post(maps(namespace), json=config_map("b"))
    assert refusal(refused) == (403, "Forbidden")
    assert "because it is being terminated" in refused.json()["message"]
    path = f"{maps(namespace)}/a"
    eventually(lambda: "deletionTimestamp" in ok(api.get(path))["metadata"], "the content is going")
    ok(api.patch(path, json={"metadata": {"finalizers": None}}, headers=MERGE))
    eventually(lambda: _is_gone(api, f"/api/v1/namespaces/{namespace}"), "the namespace is gone")


@pytest.mark.parametrize("name", ["default", "kube-system", "kube-public"])
def test_some_namespaces_stay(api: httpx.Client, name: str) -> None:
    assert refusal(api.delete(f"/api/v1/namespaces/{name}")) == (403, "Forbidden")
