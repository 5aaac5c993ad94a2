"""Whether a user may do something: EKS's access policies first, then the cluster's own roles and bindings.

https://docs.aws.amazon.com/eks/latest/userguide/access-policies.html
https://docs.aws.amazon.com/eks/latest/userguide/access-policy-permissions.html
"""

import fnmatch
from collections.abc import Iterator

from clusterwright.sandbox.kube import default_roles
from clusterwright.sandbox.kube.identity import User
from clusterwright.sandbox.kube.rules import Act, allows
from clusterwright.sandbox.kube.store import Key, Store, Stored
from clusterwright.sandbox.kube.wire import Wire

_GROUP = "rbac.authorization.k8s.io"
_POLICIES: dict[str, list[Wire]] = {
    "AmazonEKSClusterAdminPolicy": default_roles.EVERYTHING,
    "AmazonEKSAdminPolicy": default_roles.ADMIN,
    "AmazonEKSAdminViewPolicy": default_roles.READ_EVERYTHING,
    "AmazonEKSEditPolicy": default_roles.EDIT,
    "AmazonEKSViewPolicy": default_roles.VIEW,
    "AmazonEKSSecretReaderPolicy": default_roles.READ_SECRETS,
}


def may(user: User, act: Act, store: Store) -> bool:
    return allows(rules_of(user, act.namespace, store), act)


def rules_of(user: User, namespace: str, store: Store) -> Iterator[Wire]:
    """All rules that hold for the user in a namespace; in none, those that hold for the whole cluster."""
    yield from default_roles.BASIC
    for policy in user.policies:
        if _reaches(policy["accessScope"], namespace):
            yield from _POLICIES.get(policy["policyArn"].rpartition("/")[2], ())
    for binding in store.of(_GROUP, "clusterrolebindings"):
        yield from _bound(binding, user, store)
    if namespace:
        for binding in store.of(_GROUP, "rolebindings", namespace):
            yield from _bound(binding, user, store)


def _reaches(scope: Wire, namespace: str) -> bool:
    if scope["type"] == "cluster":
        return True
    return any(fnmatch.fnmatchcase(namespace, pattern) for pattern in scope["namespaces"]) and bool(namespace)


def _bound(binding: Stored, user: User, store: Store) -> Iterator[Wire]:
    if not any(_names(subject, user) for subject in binding.wire.get("subjects") or ()):
        return
    reference = binding.wire.get("roleRef") or {}
    name = str(reference.get("name", ""))
    if reference.get("kind") == "ClusterRole":
        key = Key(_GROUP, "clusterroles", "", name)
    else:
        key = Key(_GROUP, "roles", binding.key.namespace, name)
    role = store.get(key)
    if role is not None:
        yield from role.wire.get("rules") or ()


def _names(subject: Wire, user: User) -> bool:
    if subject.get("kind") == "Group":
        return subject.get("name") in user.groups
    return subject.get("kind") == "User" and subject.get("name") == user.name
