"""Roles and bindings, seen by somebody whom the administrator impersonates.

https://kubernetes.io/docs/reference/access-authn-authz/rbac/
"""

import itertools

import httpx
import pytest

from .client import MERGE, Wire, config_map, eventually, maps, ok, refusal

pytestmark = pytest.mark.documented("https://kubernetes.io/docs/reference/access-authn-authz/rbac/")
_AUTHENTICATION = "https://kubernetes.io/docs/reference/access-authn-authz/authentication/"
_AUTHORIZATION = "https://kubernetes.io/docs/reference/access-authn-authz/authorization/"
_RBAC = "/apis/rbac.authorization.k8s.io/v1"
_GROUP = "rbac.authorization.k8s.io"
_REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
_numbers = itertools.count(1)


@pytest.fixture
def somebody() -> dict[str, str]:
    return {"Impersonate-User": f"user-{next(_numbers)}"}


def _role(api: httpx.Client, namespace: str, verbs: str, resources: str, **more: object) -> None:
    rule = {"apiGroups": [""], "resources": resources.split(), "verbs": verbs.split(), **more}
    wire = {"metadata": {"name": "r"}, "rules": [rule]}
    ok(api.post(f"{_RBAC}/namespaces/{namespace}/roles", json=wire))


def _binding(somebody: dict[str, str], kind: str, role: str, name: str = "b") -> Wire:
    subject = {"kind": "User", "name": somebody["Impersonate-User"], "apiGroup": _GROUP}
    reference = {"apiGroup": _GROUP, "kind": kind, "name": role}
    return {"metadata": {"name": name}, "roleRef": reference, "subjects": [subject]}


def _bind(
    api: httpx.Client, namespace: str, somebody: dict[str, str], kind: str = "Role", role: str = "r"
) -> None:
    path = f"{_RBAC}/namespaces/{namespace}/rolebindings"
    ok(api.post(path, json=_binding(somebody, kind, role)))


def _may(api: httpx.Client, somebody: dict[str, str], verb: str, resource: str, **where: str) -> bool:
    asked = {"spec": {"resourceAttributes": {"verb": verb, "resource": resource, **where}}}
    return bool(ok(api.post(_REVIEWS, json=asked, headers=somebody))["status"]["allowed"])


def test_nothing_is_allowed_that_no_role_allows(
    api: httpx.Client, namespace: str, somebody: dict[str, str]
) -> None:
    answer = api.get(maps(namespace), headers=somebody)
    assert refusal(answer) == (403, "Forbidden")
    name = somebody["Impersonate-User"]
    said = f'User "{name}" cannot list resource "configmaps" in API group "" in the namespace "{namespace}"'
    assert answer.json()["message"] == f"configmaps is forbidden: {said}"


def test_a_role_is_of_its_namespace(api: httpx.Client, namespace: str, somebody: dict[str, str]) -> None:
    _role(api, namespace, "get list", "configmaps")
    _bind(api, namespace, somebody)
    eventually(lambda: api.get(maps(namespace), headers=somebody).is_success, "the list is allowed")
    assert api.get(maps("default"), headers=somebody).status_code == 403


def test_a_role_is_of_its_verbs(api: httpx.Client, namespace: str, somebody: dict[str, str]) -> None:
    _role(api, namespace, "get list", "configmaps")
    _bind(api, namespace, somebody)
    eventually(lambda: api.get(maps(namespace), headers=somebody).is_success, "the list is allowed")
    assert api.post(maps(namespace), json=config_map("a"), headers=somebody).status_code == 403


def test_names_narrow_a_rule(api: httpx.Client, namespace: str, somebody: dict[str, str]) -> None:
    _role(api, namespace, "get", "configmaps", resourceNames=["a"])
    _bind(api, namespace, somebody)
    eventually(
        lambda: _may(api, somebody, "get", "configmaps", namespace=namespace, name="a"), "a is allowed"
    )
    assert not _may(api, somebody, "get", "configmaps", namespace=namespace, name="b")


def test_a_subresource_has_rules_of_its_own(
    api: httpx.Client, namespace: str, somebody: dict[str, str]
) -> None:
    _role(api, namespace, "get", "pods")
    _bind(api, namespace, somebody)
    eventually(lambda: _may(api, somebody, "get", "pods", namespace=namespace), "pods are allowed")
    assert not _may(api, somebody, "get", "pods", namespace=namespace, subresource="log")


@pytest.mark.parametrize(
    ("role", "allowed", "denied"),
    [
        ("view", ("list", "pods"), ("list", "secrets")),
        ("edit", ("create", "secrets"), ("create", "rolebindings.rbac.authorization.k8s.io")),
        ("admin", ("create", "rolebindings.rbac.authorization.k8s.io"), ("update", "resourcequotas")),
        ("cluster-admin", ("delete", "resourcequotas"), None),
    ],
)
def test_user_facing_roles_bound_in_a_namespace(
    api: httpx.Client,
    namespace: str,
    somebody: dict[str, str],
    role: str,
    allowed: tuple[str, str],
    denied: tuple[str, str] | None,
) -> None:
    _bind(api, namespace, somebody, "ClusterRole", role)

    def may(what: tuple[str, str]) -> bool:
        resource, _, group = what[1].partition(".")
        return _may(api, somebody, what[0], resource, group=group, namespace=namespace)

    eventually(lambda: may(allowed), f"{role} may {allowed}")
    assert denied is None or not may(denied)
    assert not _may(api, somebody, "list", "pods", namespace="default")


def test_a_cluster_role_binding_is_for_all_namespaces(api: httpx.Client, somebody: dict[str, str]) -> None:
    name = f"everywhere-{somebody['Impersonate-User']}"
    ok(api.post(f"{_RBAC}/clusterrolebindings", json=_binding(somebody, "ClusterRole", "view", name)))
    eventually(lambda: _may(api, somebody, "list", "pods", namespace="default"), "pods are allowed")
    assert _may(api, somebody, "list", "pods")
    ok(api.delete(f"{_RBAC}/clusterrolebindings/{name}"))


def test_the_role_of_a_binding_stays(api: httpx.Client, namespace: str, somebody: dict[str, str]) -> None:
    _bind(api, namespace, somebody, "ClusterRole", "view")
    path = f"{_RBAC}/namespaces/{namespace}/rolebindings/b"
    answer = api.patch(path, json={"roleRef": {"name": "admin"}}, headers=MERGE)
    assert refusal(answer) == (422, "Invalid")


def test_nobody_grants_more_than_they_have(
    api: httpx.Client, namespace: str, somebody: dict[str, str]
) -> None:
    _bind(api, namespace, somebody, "ClusterRole", "admin")
    rule = {"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}
    wire = {"metadata": {"name": "more"}, "rules": [rule]}
    answer = api.post(f"{_RBAC}/namespaces/{namespace}/roles", json=wire, headers=somebody)
    assert refusal(answer) == (403, "Forbidden")


@pytest.mark.documented(_AUTHENTICATION)
def test_whoever_is_impersonated_is_in_the_groups_that_are_named(api: httpx.Client) -> None:
    masters = {"Impersonate-User": "root", "Impersonate-Group": "system:masters"}
    assert _may(api, masters, "delete", "nodes")


@pytest.mark.documented(_AUTHENTICATION)
def test_not_everybody_may_be_somebody_else(api: httpx.Client, somebody: dict[str, str]) -> None:
    assert _may(api, {}, "impersonate", "users", name="root")
    assert not _may(api, somebody, "impersonate", "users", name="root")


@pytest.mark.documented(_AUTHORIZATION)
def test_one_may_ask_what_one_may(api: httpx.Client) -> None:
    asked = {"spec": {"resourceAttributes": {"verb": "delete", "resource": "nodes"}}}
    answer = api.post(_REVIEWS, json=asked)
    assert answer.status_code == 201
    assert ok(answer)["status"]["allowed"] is True
