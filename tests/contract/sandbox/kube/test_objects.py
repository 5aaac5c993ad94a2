"""Objects: made, read, changed, applied, deleted, as any client of the API sees it.

https://kubernetes.io/docs/reference/using-api/api-concepts/
"""

import base64
from typing import Any

import httpx
import pytest

from .client import Wire, config_map, deployment

_APPLY = {"Content-Type": "application/apply-patch+yaml"}
_MERGE = {"Content-Type": "application/merge-patch+json"}
_STRATEGIC = {"Content-Type": "application/strategic-merge-patch+json"}


def _maps(namespace: str) -> str:
    return f"/api/v1/namespaces/{namespace}/configmaps"


def _deployments(namespace: str) -> str:
    return f"/apis/apps/v1/namespaces/{namespace}/deployments"


def _apply(api: httpx.Client, path: str, wire: Wire, manager: str, **more: str) -> httpx.Response:
    return api.patch(path, json=wire, headers=_APPLY, params={"fieldManager": manager, **more})


def _ok(answer: httpx.Response) -> Any:
    assert answer.is_success, answer.text
    return answer.json()


def test_discovery_in_both_forms(api: httpx.Client) -> None:
    groups = _ok(api.get("/apis"))["groups"]
    assert {"apps", "batch", "rbac.authorization.k8s.io"} <= {one["name"] for one in groups}
    listed = _ok(api.get("/apis/apps/v1"))["resources"]
    assert {"deployments", "deployments/scale", "daemonsets"} <= {one["name"] for one in listed}
    wanted = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
    aggregated = api.get("/apis", headers={"Accept": wanted})
    assert aggregated.headers["content-type"] == wanted
    assert _ok(aggregated)["kind"] == "APIGroupDiscoveryList"
    index = _ok(api.get("/openapi/v3"))["paths"]
    document = _ok(api.get(httpx.URL(index["apis/apps/v1"]["serverRelativeURL"])))
    patch = document["paths"]["/apis/apps/v1/namespaces/{namespace}/deployments/{name}"]["patch"]
    assert "fieldValidation" in [one["name"] for one in patch["parameters"]]
    assert api.get("/openapi/v2").status_code == 404
    assert api.get("/apis/nobody/v1").status_code == 404


def test_create_read_replace_delete(api: httpx.Client, namespace: str) -> None:
    made = _ok(api.post(_maps(namespace), json=config_map("a", x="1")))
    assert made["metadata"]["generation"] == 1
    again = api.post(_maps(namespace), json=config_map("a"))
    assert (again.status_code, again.json()["reason"]) == (409, "AlreadyExists")
    assert again.json()["message"] == 'configmaps "a" already exists'
    changed = _ok(api.put(f"{_maps(namespace)}/a", json={**made, "data": {"x": "2"}}))
    stale = api.put(f"{_maps(namespace)}/a", json={**made, "data": {"x": "3"}})
    assert stale.status_code == 409
    assert "the object has been modified" in stale.json()["message"]
    assert changed["metadata"]["resourceVersion"] != made["metadata"]["resourceVersion"]
    gone = _ok(api.delete(f"{_maps(namespace)}/a"))
    assert (gone["status"], gone["details"]["uid"]) == ("Success", made["metadata"]["uid"])
    missing = api.get(f"{_maps(namespace)}/a")
    assert missing.json()["message"] == 'configmaps "a" not found'


def test_what_create_refuses(api: httpx.Client, namespace: str) -> None:
    assert (
        api.post(_maps("nowhere"), json=config_map("a")).json()["message"] == 'namespaces "nowhere" not found'
    )
    assert api.post(_maps(namespace), json=config_map("A_")).status_code == 422
    assert api.post(_maps(namespace), json={**config_map("a"), "kind": "Secret"}).status_code == 400
    assert api.post(_maps(namespace), content=b"{").status_code == 400
    elsewhere = {**config_map("a"), "metadata": {"name": "a", "namespace": "default"}}
    assert api.post(_maps(namespace), json=elsewhere).status_code == 400
    assert api.post("/api/v1/configmaps", json=config_map("a")).status_code == 405


def test_a_name_is_made_from_its_beginning(api: httpx.Client, namespace: str) -> None:
    wire = {**config_map("x"), "metadata": {"generateName": "job-"}}
    names = {_ok(api.post(_maps(namespace), json=wire))["metadata"]["name"] for _ in range(3)}
    assert len(names) == 3
    assert all(name.startswith("job-") and len(name) == 9 for name in names)


def test_a_dry_run_leaves_nothing(api: httpx.Client, namespace: str) -> None:
    _ok(api.post(_maps(namespace), json=config_map("a"), params={"dryRun": "All"}))
    _ok(_apply(api, f"{_maps(namespace)}/b", config_map("b"), "me", dryRun="All"))
    assert api.get(f"{_maps(namespace)}/a").status_code == 404
    assert api.get(f"{_maps(namespace)}/b").status_code == 404
    _ok(api.post(_maps(namespace), json=config_map("a")))
    _ok(api.delete(f"{_maps(namespace)}/a", params={"dryRun": "All"}))
    assert api.get(f"{_maps(namespace)}/a").status_code == 200


def test_selectors_and_pages(api: httpx.Client, namespace: str) -> None:
    for name, labels in (("a", {"t": "x"}), ("b", {"t": "y"}), ("c", {"u": "z"})):
        _ok(api.post(_maps(namespace), json=config_map(name, labels)))

    def names(**params: str) -> list[str]:
        found = _ok(api.get(_maps(namespace), params=params))["items"]
        return [one["metadata"]["name"] for one in found if one["metadata"]["name"] != "kube-root-ca.crt"]

    assert names(labelSelector="t=x") == ["a"]
    assert names(labelSelector="t in (x, y),t!=y") == ["a"]
    assert names(labelSelector="!t,u") == ["c"]
    assert names(labelSelector="t notin (x)") == ["b", "c"]
    assert names(fieldSelector="metadata.name=b") == ["b"]
    assert api.get(_maps(namespace), params={"labelSelector": "a b"}).status_code == 400
    first = _ok(api.get(_maps(namespace), params={"limit": "3"}))
    assert first["metadata"]["remainingItemCount"] == 1
    rest = _ok(api.get(_maps(namespace), params={"limit": "3", "continue": first["metadata"]["continue"]}))
    assert len(first["items"]) + len(rest["items"]) == 4
    assert "continue" not in rest["metadata"]


def test_patches_of_three_kinds(api: httpx.Client, namespace: str) -> None:
    path = f"{_deployments(namespace)}/web"
    _ok(api.post(_deployments(namespace), json=deployment()))
    sidecar = {"spec": {"template": {"spec": {"containers": [{"name": "log", "image": "l:1"}]}}}}
    containers = _ok(api.patch(path, json=sidecar, headers=_STRATEGIC))["spec"]["template"]["spec"][
        "containers"
    ]
    assert [one["name"] for one in containers] == ["web", "log"]
    changed = {"spec": {"template": {"spec": {"containers": [{"name": "web", "image": "nginx:2"}]}}}}
    containers = _ok(api.patch(path, json=changed, headers=_STRATEGIC))["spec"]["template"]["spec"][
        "containers"
    ]
    assert [one["image"] for one in containers] == ["nginx:2", "l:1"]
    merged = _ok(api.patch(path, json={"spec": {"replicas": 5}}, headers=_MERGE))
    assert (merged["spec"]["replicas"], merged["metadata"]["generation"]) == (5, 4)
    operations = [
        {"op": "test", "path": "/spec/replicas", "value": 5},
        {"op": "add", "path": "/metadata/annotations", "value": {"a/b": "c"}},
        {"op": "replace", "path": "/metadata/annotations/a~1b", "value": "d"},
        {"op": "remove", "path": "/spec/template/spec/containers/1"},
    ]
    headers = {"Content-Type": "application/json-patch+json"}
    patched = _ok(api.patch(path, json=operations, headers=headers))
    assert patched["metadata"]["annotations"] == {"a/b": "d"}
    assert len(patched["spec"]["template"]["spec"]["containers"]) == 1
    assert api.patch(path, json=operations, headers=headers).status_code == 422
    selector = {"spec": {"selector": {"matchLabels": {"app": "other"}}}}
    assert "field is immutable" in api.patch(path, json=selector, headers=_MERGE).json()["message"]


def test_apply_owns_what_it_says(api: httpx.Client, namespace: str) -> None:
    """https://kubernetes.io/docs/reference/using-api/server-side-apply/"""
    path = f"{_maps(namespace)}/a"
    created = _apply(api, path, config_map("a", {"l": "1"}, x="1", y="1"), "alice")
    assert created.status_code == 201
    owner = created.json()["metadata"]["managedFields"][0]
    assert (owner["manager"], owner["operation"]) == ("alice", "Apply")
    assert owner["fieldsV1"] == {
        "f:data": {"f:x": {}, "f:y": {}},
        "f:metadata": {"f:labels": {"f:l": {}}},
    }
    same = _ok(_apply(api, path, config_map("a", {"l": "1"}, x="1", y="1"), "alice"))
    assert same["metadata"]["resourceVersion"] == created.json()["metadata"]["resourceVersion"]
    _ok(_apply(api, path, config_map("a", z="1"), "bob"))
    left = _ok(_apply(api, path, config_map("a", {"l": "1"}, x="1"), "alice"))
    assert left["data"] == {"x": "1", "z": "1"}


def test_conflicts_are_worded_as_in_kubernetes(api: httpx.Client, namespace: str) -> None:
    path = f"{_maps(namespace)}/a"
    _ok(_apply(api, path, config_map("a", x="1", y="1"), "alice"))
    refused = _apply(api, path, config_map("a", x="2"), "bob")
    assert refused.status_code == 409
    assert refused.json()["message"] == 'Apply failed with 1 conflict: conflict with "alice": .data.x'
    assert refused.json()["details"]["causes"] == [
        {"reason": "FieldManagerConflict", "message": 'conflict with "alice"', "field": ".data.x"}
    ]
    two = _apply(api, path, config_map("a", x="2", y="2"), "bob").json()["message"]
    assert two == 'Apply failed with 2 conflicts: conflicts with "alice":\n- .data.x\n- .data.y'
    _ok(api.patch(path, json={"data": {"y": "3"}}, headers=_MERGE, params={"fieldManager": "carol"}))
    by_update = _apply(api, path, config_map("a", x="1", y="1"), "alice").json()["message"]
    assert by_update == 'Apply failed with 1 conflict: conflict with "carol" using v1: .data.y'
    forced = _ok(_apply(api, path, config_map("a", x="2"), "bob", force="true"))
    owners = {one["manager"]: one["fieldsV1"] for one in forced["metadata"]["managedFields"]}
    assert owners["bob"] == {"f:data": {"f:x": {}}}
    assert "alice" not in owners


def test_apply_addresses_items_of_lists_by_their_keys(api: httpx.Client, namespace: str) -> None:
    path = f"{_deployments(namespace)}/web"
    _ok(_apply(api, path, deployment(), "alice"))
    refused = _apply(api, path, deployment(image="nginx:2"), "bob").json()["message"]
    assert refused.endswith('.spec.template.spec.containers[name="web"].image')
    scaled = {"apiVersion": "apps/v1", "kind": "Deployment", "spec": {"replicas": 7}}
    assert "conflict" in _apply(api, path, scaled, "scaler").text
    _ok(_apply(api, path, scaled, "scaler", force="true"))
    found = _ok(_apply(api, path, {**deployment(), "spec": {**deployment()["spec"], "replicas": 7}}, "alice"))
    assert found["spec"]["replicas"] == 7


def test_finalizers_hold_objects_back(api: httpx.Client, namespace: str) -> None:
    wire = {**config_map("a"), "metadata": {"name": "a", "finalizers": ["example.com/hold"]}}
    _ok(api.post(_maps(namespace), json=wire))
    marked = _ok(api.delete(f"{_maps(namespace)}/a"))
    assert "deletionTimestamp" in marked["metadata"]
    assert _ok(api.delete("/api/v1/namespaces/" + namespace))["status"]["phase"] == "Terminating"
    assert api.post(_maps(namespace), json=config_map("b")).status_code == 403
    _ok(api.patch(f"{_maps(namespace)}/a", json={"metadata": {"finalizers": None}}, headers=_MERGE))
    assert api.get(f"{_maps(namespace)}/a").status_code == 404
    assert api.get("/api/v1/namespaces/" + namespace).status_code == 404


def test_namespaces_take_everything_with_them(api: httpx.Client, namespace: str) -> None:
    _ok(api.post(_maps(namespace), json=config_map("a")))
    _ok(api.post(_deployments(namespace), json=deployment()))
    _ok(api.delete(f"/api/v1/namespaces/{namespace}"))
    assert api.get(_maps(namespace)).json()["items"] == []
    assert api.get(_deployments(namespace)).json()["items"] == []
    assert api.delete("/api/v1/namespaces/kube-system").status_code == 403


@pytest.mark.parametrize(("policy", "left"), [("Background", 404), ("Orphan", 200)])
def test_dependents_go_with_their_owner(api: httpx.Client, namespace: str, policy: str, left: int) -> None:
    owner = _ok(api.post(_maps(namespace), json=config_map("owner")))
    reference = {"apiVersion": "v1", "kind": "ConfigMap", "name": "owner", "uid": owner["metadata"]["uid"]}
    child = {**config_map("child"), "metadata": {"name": "child", "ownerReferences": [reference]}}
    _ok(api.post(_maps(namespace), json=child))
    options = {"apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": policy}
    wrong = {**options, "preconditions": {"uid": "another"}}
    assert api.request("DELETE", f"{_maps(namespace)}/owner", json=wrong).status_code == 409
    _ok(api.request("DELETE", f"{_maps(namespace)}/owner", json=options))
    assert api.get(f"{_maps(namespace)}/child").status_code == left


def test_definitions_bring_kinds_and_take_them_away(api: httpx.Client, namespace: str) -> None:
    crds = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
    definition = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "widgets.example.com"},
        "spec": {
            "group": "example.com",
            "scope": "Namespaced",
            "names": {"plural": "widgets", "kind": "Widget", "listKind": "WidgetList"},
            "versions": [
                {"name": "v1", "served": True, "storage": True, "subresources": {"status": {}}},
                {"name": "v1beta1", "served": True, "storage": False},
            ],
        },
    }
    _ok(api.post(crds, json=definition))
    conditions = _ok(api.get(f"{crds}/widgets.example.com"))["status"]["conditions"]
    assert {"Established", "NamesAccepted"} == {one["type"] for one in conditions if one["status"] == "True"}
    widgets = f"/apis/example.com/v1/namespaces/{namespace}/widgets"
    wire = {"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"name": "w"}, "spec": {"size": 1}}
    made = _ok(api.post(widgets, json={**wire, "status": {"ignored": True}}))
    assert "status" not in made
    told = _ok(api.patch(f"{widgets}/w/status", json={"status": {"up": True}}, headers=_MERGE))
    assert (told["status"], told["metadata"]["generation"]) == ({"up": True}, 1)
    other = _ok(api.get(f"/apis/example.com/v1beta1/namespaces/{namespace}/widgets/w"))
    assert (other["apiVersion"], other["spec"]) == ("example.com/v1beta1", {"size": 1})
    _ok(api.delete(f"{crds}/widgets.example.com"))
    assert api.get(f"{widgets}/w").status_code == 404
    assert api.get("/apis/example.com").status_code == 404


def test_nonsense_is_refused_and_does_no_harm(api: httpx.Client, namespace: str) -> None:
    crds = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
    no_names = {"metadata": {"name": "a.b"}, "spec": {"group": "b", "versions": []}}
    assert api.post(crds, json=no_names).status_code == 422
    misnamed = {"group": "b", "names": {"plural": "c", "kind": "C"}, "versions": [{"name": "v1"}]}
    assert api.post(crds, json={**no_names, "spec": misnamed}).status_code == 422
    assert api.post(_maps(namespace), json={"metadata": "a"}).status_code == 400
    assert api.post(_maps(namespace), json=[1]).status_code == 400
    assert api.post(_deployments(namespace), json={**deployment(), "spec": 1}).status_code == 400
    assert api.get(_maps(namespace), params={"limit": "many"}).status_code == 400
    assert api.get(_maps(namespace), params={"continue": "?"}).status_code == 400
    assert api.get("/api/v1/nodes", headers={"Authorization": "Bearer k8s-aws-v1.%%%"}).status_code == 401
    bindings = f"/apis/rbac.authorization.k8s.io/v1/namespaces/{namespace}/rolebindings"
    subjects = [{"kind": "Group", "name": "system:authenticated"}]
    _ok(api.post(bindings, json={"metadata": {"name": "to:nothing"}, "subjects": subjects}))
    _ok(api.post(_deployments(namespace), json={"metadata": {"name": "bare"}, "spec": {"replicas": None}}))
    assert api.get(_maps(namespace)).status_code == 200


def test_secrets_are_kept_encoded(api: httpx.Client, namespace: str) -> None:
    wire = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "stringData": {"k": "v"}}
    made = _ok(api.post(f"/api/v1/namespaces/{namespace}/secrets", json=wire))
    assert (made["data"], made["type"]) == ({"k": base64.b64encode(b"v").decode()}, "Opaque")
    assert "stringData" not in made


def test_services_get_an_address_and_a_balancer(api: httpx.Client, namespace: str) -> None:
    wire = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "s"},
        "spec": {"type": "LoadBalancer", "ports": [{"port": 80}]},
    }
    path = f"/api/v1/namespaces/{namespace}/services"
    made = _ok(api.post(path, json=wire))
    found = _ok(api.get(f"{path}/s"))
    assert made["spec"]["clusterIP"].startswith("10.100.")
    assert found["spec"]["clusterIP"] == made["spec"]["clusterIP"]
    host = found["status"]["loadBalancer"]["ingress"][0]["hostname"]
    assert host.endswith(".us-east-1.elb.amazonaws.com")


def test_scale_is_an_object_of_its_own(api: httpx.Client, namespace: str) -> None:
    path = f"{_deployments(namespace)}/web"
    _ok(api.post(_deployments(namespace), json=deployment()))
    scale = _ok(api.patch(f"{path}/scale", json={"spec": {"replicas": 4}}, headers=_MERGE))
    assert (scale["kind"], scale["spec"]) == ("Scale", {"replicas": 4})
    assert _ok(api.get(path))["status"]["availableReplicas"] == 4


def test_protobuf_bodies_of_typed_clients(api: httpx.Client, namespace: str) -> None:
    def field(number: int, content: bytes) -> bytes:
        return bytes([number << 3 | 2, len(content)]) + content

    metadata = field(1, b"p") + field(11, field(1, b"l") + field(2, b"m"))
    data = field(1, b"k") + field(2, b"v")
    envelope = field(1, field(1, b"v1") + field(2, b"ConfigMap"))
    body = b"k8s\x00" + envelope + field(2, field(1, metadata) + field(2, data))
    headers = {"Content-Type": "application/vnd.kubernetes.protobuf"}
    made = _ok(api.post(_maps(namespace), content=body, headers=headers))
    assert (made["data"], made["metadata"]["labels"]) == ({"k": "v"}, {"l": "m"})
    unknown = b"k8s\x00" + field(1, field(1, b"v1") + field(2, b"Node")) + field(2, b"")
    assert api.post("/api/v1/nodes", content=unknown, headers=headers).status_code == 415
    assert api.post(_maps(namespace), content=b"k8s\x00\xff", headers=headers).status_code == 400
