"""Access rules and scopes.

https://kubernetes.io/docs/reference/access-authn-authz/rbac/
"""

import pytest

from clusterwright.sandbox.kube import default_roles
from clusterwright.sandbox.kube.identity import User
from clusterwright.sandbox.kube.permissions import may
from clusterwright.sandbox.kube.rules import Act, allows
from clusterwright.sandbox.kube.store import Store


@pytest.mark.parametrize(
    ("act", "view", "edit", "admin"),
    [
        (Act("get", "", "pods", "a"), True, True, True),
        (Act("get", "", "secrets", "a"), False, True, True),
        (Act("delete", "apps", "deployments", "a"), False, True, True),
        (Act("create", "rbac.authorization.k8s.io", "roles", "a"), False, False, True),
        (Act("list", "", "nodes"), False, False, False),
        (Act("create", "", "pods", "a", "p", "eviction"), False, True, True),
    ],
)
def test_the_three_roles_of_a_namespace(act: Act, view: bool, edit: bool, admin: bool) -> None:
    roles = (default_roles.VIEW, default_roles.EDIT, default_roles.ADMIN)
    assert [allows(rules, act) for rules in roles] == [view, edit, admin]


def test_rules_for_named_objects_and_paths() -> None:
    named = [{"apiGroups": [""], "resources": ["secrets"], "resourceNames": ["one"], "verbs": ["get"]}]
    assert allows(named, Act("get", "", "secrets", "a", "one"))
    assert not allows(named, Act("get", "", "secrets", "a", "two"))
    paths = [{"nonResourceURLs": ["/metrics", "/api/*"], "verbs": ["get"]}]
    assert allows(paths, Act("get", path="/api/v1"))
    assert not allows(paths, Act("get", path="/metrics/more"))


def test_a_policy_reaches_as_far_as_its_scope() -> None:
    """https://docs.aws.amazon.com/eks/latest/userguide/access-policies.html"""
    policy = {
        "policyArn": "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy",
        "accessScope": {"type": "namespace", "namespaces": ["dev-*"]},
    }
    user = User("u", "", (), (policy,))
    assert may(user, Act("delete", "", "pods", "dev-1"), Store())
    assert not may(user, Act("delete", "", "pods", "prod"), Store())
    assert not may(user, Act("list", "", "nodes"), Store())
