"""What a server says about itself: groups, resources, schemas, health.

https://kubernetes.io/docs/concepts/overview/kubernetes-api/
"""

import httpx
import pytest

from .client import ok, refusal

_API = "https://kubernetes.io/docs/concepts/overview/kubernetes-api/"
_CONCEPTS = "https://kubernetes.io/docs/reference/using-api/api-concepts/"
_HEALTH = "https://kubernetes.io/docs/reference/using-api/health-checks/"
_AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"


@pytest.mark.documented(_API)
def test_the_groups_are_listed_with_their_preferred_version(api: httpx.Client) -> None:
    groups = {one["name"]: one for one in ok(api.get("/apis"))["groups"]}
    assert {"apps", "batch", "rbac.authorization.k8s.io", "apiextensions.k8s.io"} <= set(groups)
    assert groups["autoscaling"]["preferredVersion"]["groupVersion"] == "autoscaling/v2"


@pytest.mark.documented(_CONCEPTS)
def test_resources_are_namespaced_or_cluster_wide(api: httpx.Client) -> None:
    found = {one["name"]: one for one in ok(api.get("/api/v1"))["resources"]}
    assert (found["configmaps"]["namespaced"], found["nodes"]["namespaced"]) == (True, False)
    assert found["pods"]["shortNames"] == ["po"]


@pytest.mark.documented(_CONCEPTS)
def test_resources_say_the_verbs_they_take(api: httpx.Client) -> None:
    found = {one["name"]: set(one["verbs"]) for one in ok(api.get("/apis/apps/v1"))["resources"]}
    every = {"create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"}
    assert found["deployments"] == every
    assert found["deployments/scale"] == {"get", "patch", "update"}


@pytest.mark.documented(_API)
@pytest.mark.parametrize("root", ["/api", "/apis"])
def test_aggregated_discovery_needs_one_request(api: httpx.Client, root: str) -> None:
    answer = api.get(root, headers={"Accept": _AGGREGATED})
    assert answer.headers["content-type"] == _AGGREGATED
    found = ok(answer)
    assert (found["kind"], found["apiVersion"]) == ("APIGroupDiscoveryList", "apidiscovery.k8s.io/v2")
    kinds = {
        one["responseKind"]["kind"]
        for group in found["items"]
        for version in group["versions"]
        for one in version["resources"]
    }
    assert ("Pod" if root == "/api" else "Deployment") in kinds


@pytest.mark.documented(_API)
def test_openapi_has_a_document_for_each_group_and_version(api: httpx.Client) -> None:
    index = ok(api.get("/openapi/v3"))["paths"]
    where = index["apis/apps/v1"]["serverRelativeURL"]
    assert where.startswith("/openapi/v3/apis/apps/v1?hash=")
    assert ok(api.get(httpx.URL(where)))["openapi"].startswith("3.0")


@pytest.mark.documented(_CONCEPTS)
def test_openapi_says_that_patches_may_be_validated(api: httpx.Client) -> None:
    document = ok(api.get("/openapi/v3/apis/apps/v1"))
    patch = document["paths"]["/apis/apps/v1/namespaces/{namespace}/deployments/{name}"]["patch"]
    assert {"fieldValidation", "fieldManager", "force"} <= {one["name"] for one in patch["parameters"]}


def test_openapi_describes_the_fields_of_built_in_kinds(api: httpx.Client) -> None:
    schemas = ok(api.get("/openapi/v3/apis/apps/v1"))["components"]["schemas"]
    assert "replicas" in schemas["io.k8s.api.apps.v1.DeploymentSpec"]["properties"]


@pytest.mark.documented(_HEALTH)
@pytest.mark.parametrize("path", ["/healthz", "/livez", "/readyz"])
def test_a_healthy_server_says_ok(api: httpx.Client, path: str) -> None:
    answer = api.get(path)
    assert (answer.status_code, answer.text) == (200, "ok")


def test_the_version_is_that_of_the_cluster(api: httpx.Client) -> None:
    found = ok(api.get("/version"))
    assert (found["major"], found["minor"]) == ("1", "33")
    assert found["gitVersion"].startswith("v1.33.")


@pytest.mark.parametrize("path", ["/apis/nobody.example.com/v1/things", "/api/v1/gadgets", "/nowhere"])
def test_what_is_not_served_is_not_found(api: httpx.Client, path: str) -> None:
    assert api.get(path).status_code == 404


@pytest.mark.documented(_CONCEPTS)
def test_an_answer_in_a_form_nobody_knows_is_not_acceptable(api: httpx.Client, namespace: str) -> None:
    path = f"/api/v1/namespaces/{namespace}/configmaps"
    assert refusal(api.get(path, headers={"Accept": "application/xml"})) == (406, "NotAcceptable")
