"""Who may use a cluster: access entries, their policies and the cluster's authentication mode.

https://docs.aws.amazon.com/eks/latest/userguide/access-entries.html
"""

import re
from datetime import UTC, datetime
from typing import Any

from clusterwright.sandbox import trust
from clusterwright.sandbox.eks import faults, tokens
from clusterwright.sandbox.eks.paging import page
from clusterwright.sandbox.eks.records import AccessEntry, Cluster, Wire
from clusterwright.sandbox.eks.scene import Scene

_MODES = ("CONFIG_MAP", "API_AND_CONFIG_MAP", "API")
_TYPES = ("STANDARD", "EC2_LINUX", "EC2_WINDOWS", "FARGATE_LINUX", "EC2", "HYBRID_LINUX", "HYPERPOD_LINUX")
_PRINCIPAL = re.compile(r"arn:aws[a-z-]*:iam::(?P<account>\d{12}):(?P<kind>role|user|root)(?:/(?P<path>.+))?")
_RESERVED = ("system:", "eks:", "aws:", "amazon:", "iam:")
_SESSION = re.compile(r"[^:]*\{\{SessionName(?:Raw)?\}\}.*")
_NODE_NAMES = {
    "FARGATE_LINUX": "system:node:{{SessionName}}",
    "HYBRID_LINUX": "system:node:{{SessionName}}",
}
POLICIES = (
    "AmazonEKSAdminPolicy",
    "AmazonEKSAdminViewPolicy",
    "AmazonEKSAutoNodePolicy",
    "AmazonEKSClusterAdminPolicy",
    "AmazonEKSEditPolicy",
    "AmazonEKSSecretReaderPolicy",
    "AmazonEKSViewPolicy",
)


def config(given: Wire) -> Wire:
    """CONFIG_MAP is the API's default mode; the creator is an administrator unless told otherwise."""
    return {
        "authenticationMode": given.get("authenticationMode") or "CONFIG_MAP",
        "bootstrapClusterCreatorAdminPermissions": given.get("bootstrapClusterCreatorAdminPermissions", True),
    }


def bootstrap(scene: Scene, cluster: Cluster, given: Wire) -> None:
    if _uses_entries(cluster) and config(given)["bootstrapClusterCreatorAdminPermissions"]:
        entry = _entry(scene, cluster, {"principalArn": scene.caller})
        cluster.access[scene.caller] = entry
        _grant(
            scene,
            entry,
            policy_arn(scene, "AmazonEKSClusterAdminPolicy"),
            {"type": "cluster", "namespaces": []},
        )


def allow_nodes(scene: Scene, cluster: Cluster, role_arn: str, kind: str) -> None:
    """EKS makes the entry for the role of a managed node group or Fargate profile by itself."""
    if _uses_entries(cluster) and role_arn not in cluster.access:
        cluster.access[role_arn] = _entry(scene, cluster, {"principalArn": role_arn, "type": kind})


def allow_auto_nodes(scene: Scene, cluster: Cluster, role_arn: str) -> None:
    """https://docs.aws.amazon.com/eks/latest/userguide/create-node-class.html#auto-node-access-entry"""
    allow_nodes(scene, cluster, role_arn, "EC2")
    entry = cluster.access[role_arn]
    if entry.wire["type"] == "EC2":
        everywhere = {"type": "cluster", "namespaces": []}
        _grant(scene, entry, policy_arn(scene, "AmazonEKSAutoNodePolicy"), everywhere)


def check_mode_change(cluster: Cluster, wanted: Any) -> None:
    """Only forwards, one way: CONFIG_MAP, API_AND_CONFIG_MAP, API."""
    current = cluster.wire["accessConfig"]["authenticationMode"]
    if wanted not in _MODES or _MODES.index(wanted) <= _MODES.index(current):
        raise faults.invalid(
            f"Unsupported authentication mode update from {current} to {wanted}", clusterName=cluster.name
        )


def policy_arn(scene: Scene, name: str) -> str:
    return f"arn:{scene.partition}:eks::aws:cluster-access-policy/{name}"


def create(scene: Scene, params: Wire) -> Wire:
    cluster = _cluster(scene, params)
    principal = params["principalArn"]
    existing = cluster.access.get(principal)
    if existing is not None:
        if tokens.same(existing.token, params):
            return {"accessEntry": existing.wire}
        raise faults.in_use(
            "The specified access entry resource is already in use on this cluster.", clusterName=cluster.name
        )
    _check(scene, cluster, params)
    entry = _entry(scene, cluster, params)
    entry.token = tokens.of(params)
    cluster.access[principal] = entry
    return {"accessEntry": entry.wire}


def _check(scene: Scene, cluster: Cluster, params: Wire) -> None:
    principal, kind = params["principalArn"], params.get("type") or "STANDARD"
    found = _PRINCIPAL.fullmatch(principal)
    if found is None or kind not in _TYPES:
        raise faults.invalid("The principalArn parameter format is not valid", clusterName=cluster.name)
    if (found["path"] or "").startswith("aws-service-role/"):
        raise faults.invalid("Service-linked roles cannot have access entries", clusterName=cluster.name)
    if not _exists(scene, principal, found["kind"]):
        raise faults.invalid(
            f"The specified principalArn is invalid: invalid principal: {principal}",
            clusterName=cluster.name,
        )
    if kind != "STANDARD":
        _check_nodes(scene, cluster, params, found)
    _check_names(cluster, params)


def _exists(scene: Scene, principal: str, kind: str) -> bool:
    if kind != "role":
        return scene.account.has_user(principal) if kind == "user" else True
    role = trust.find_role(principal)
    return role is not None and scene.propagation.is_visible(role.account_id, role.name)


def _check_nodes(scene: Scene, cluster: Cluster, params: Wire, found: re.Match[str]) -> None:
    """Entries for nodes are for roles of the cluster's own account, and EKS names and groups them."""
    kind = params["type"]
    if found["kind"] != "role" or found["account"] != scene.region.account:
        raise faults.invalid(
            f"An entry of type {kind} must be for a role of the cluster's account", clusterName=cluster.name
        )
    for member in ("kubernetesGroups", "username"):
        if params.get(member):
            raise faults.bad_request(f"{member} cannot be set for type {kind}", clusterName=cluster.name)


def _check_names(cluster: Cluster, params: Wire) -> None:
    """https://docs.aws.amazon.com/eks/latest/userguide/creating-access-entries.html"""
    groups, name = params.get("kubernetesGroups") or [], params.get("username") or ""
    if any(group.startswith(_RESERVED) for group in groups):
        raise faults.invalid(
            "The kubernetes group name must not start with a reserved prefix", clusterName=cluster.name
        )
    if name.startswith(_RESERVED):
        raise faults.invalid("The username must not start with a reserved prefix", clusterName=cluster.name)
    if _SESSION.fullmatch(name):
        raise faults.invalid(
            "The username must have a colon before {{SessionName}}", clusterName=cluster.name
        )


def _entry(scene: Scene, cluster: Cluster, params: Wire) -> AccessEntry:
    principal, now = params["principalArn"], datetime.fromtimestamp(scene.now, UTC)
    kind, _, name = principal.rpartition(":")[2].partition("/")
    path = f"{cluster.name}/{kind}/{scene.region.account}/{name}/{scene.unique('access', cluster.name)}"
    nodes = (params.get("type") or "STANDARD") != "STANDARD"
    return AccessEntry(
        wire={
            "clusterName": cluster.name,
            "principalArn": principal,
            "kubernetesGroups": ["system:nodes"] if nodes else list(params.get("kubernetesGroups") or []),
            "accessEntryArn": scene.arn("access-entry", path),
            "createdAt": now,
            "modifiedAt": now,
            "tags": dict(params.get("tags") or {}),
            "username": params.get("username") or _username(principal, params.get("type") or "STANDARD"),
            "type": params.get("type") or "STANDARD",
        }
    )


def _username(principal: str, kind: str) -> str:
    """A role's sessions are told apart by their names; the role's path is left out."""
    if kind != "STANDARD":
        return _NODE_NAMES.get(kind, "system:node:{{EC2PrivateDNSName}}")
    if ":role/" not in principal:
        return principal
    owner, _, path = principal.partition(":role/")
    name = path.rpartition("/")[2]
    return f"{owner.replace(':iam:', ':sts:')}:assumed-role/{name}/{{{{SessionName}}}}"


def _uses_entries(cluster: Cluster) -> bool:
    return cluster.wire["accessConfig"]["authenticationMode"] != "CONFIG_MAP"


def _cluster(scene: Scene, params: Wire) -> Cluster:
    cluster = scene.active_cluster(params["clusterName"])
    if not _uses_entries(cluster):
        raise faults.bad_request(
            "The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP] to perform "
            "this operation.",
            clusterName=cluster.name,
        )
    return cluster


def _found(cluster: Cluster, principal: str) -> AccessEntry:
    try:
        return cluster.access[principal]
    except KeyError:
        raise faults.not_found(
            f"The specified principalArn could not be found. You can view your available access entries with "
            f"'list-access-entries': {principal}",
            clusterName=cluster.name,
        ) from None


def describe(scene: Scene, params: Wire) -> Wire:
    return {"accessEntry": _found(_cluster(scene, params), params["principalArn"]).wire}


def list_all(scene: Scene, params: Wire) -> Wire:
    wanted = params.get("associatedPolicyArn")
    entries = _cluster(scene, params).access
    names = sorted(arn for arn, entry in entries.items() if not wanted or wanted in entry.policies)
    found, token = page(names, params)
    return {"accessEntries": found, "nextToken": token}


def update(scene: Scene, params: Wire) -> Wire:
    cluster = _cluster(scene, params)
    entry = _found(cluster, params["principalArn"])
    if entry.wire["type"] != "STANDARD":
        raise faults.bad_request(
            f"Entries of type {entry.wire['type']} cannot be updated", clusterName=cluster.name
        )
    _check_names(cluster, params)
    for member in ("kubernetesGroups", "username"):
        if params.get(member) is not None:
            entry.wire[member] = params[member]
    entry.wire["modifiedAt"] = datetime.fromtimestamp(scene.now, UTC)
    return {"accessEntry": entry.wire}


def delete(scene: Scene, params: Wire) -> Wire:
    cluster = _cluster(scene, params)
    _found(cluster, params["principalArn"])
    del cluster.access[params["principalArn"]]
    return {}


def associate(scene: Scene, params: Wire) -> Wire:
    cluster = _cluster(scene, params)
    entry = _found(cluster, params["principalArn"])
    arn = params["policyArn"]
    if arn not in {policy_arn(scene, name) for name in POLICIES}:
        raise faults.invalid(f"The policyArn parameter format is not valid: {arn}", clusterName=cluster.name)
    if entry.wire["type"] not in ("STANDARD", "EC2"):
        raise faults.bad_request(
            f"Access policies cannot be associated with entries of type {entry.wire['type']}",
            clusterName=cluster.name,
        )
    return {
        "clusterName": cluster.name,
        "principalArn": params["principalArn"],
        "associatedAccessPolicy": _grant(scene, entry, arn, params["accessScope"]),
    }


def _grant(scene: Scene, entry: AccessEntry, arn: str, scope: Wire) -> Wire:
    now = datetime.fromtimestamp(scene.now, UTC)
    if scope.get("type") == "namespace" and not scope.get("namespaces"):
        raise faults.invalid("Namespaces are required for access scope type namespace")
    if scope.get("type") == "cluster" and scope.get("namespaces"):
        raise faults.invalid("Namespaces cannot be given for access scope type cluster")
    before = entry.policies.get(arn, {})
    entry.policies[arn] = {
        "policyArn": arn,
        "accessScope": {
            "type": scope.get("type", "cluster"),
            "namespaces": list(scope.get("namespaces") or []),
        },
        "associatedAt": before.get("associatedAt", now),
        "modifiedAt": now,
    }
    return entry.policies[arn]


def disassociate(scene: Scene, params: Wire) -> Wire:
    cluster = _cluster(scene, params)
    entry = _found(cluster, params["principalArn"])
    if entry.policies.pop(params["policyArn"], None) is None:
        raise faults.not_found("The specified policyArn is not associated", clusterName=cluster.name)
    return {}


def list_associated(scene: Scene, params: Wire) -> Wire:
    cluster = _cluster(scene, params)
    entry = _found(cluster, params["principalArn"])
    found, token = page(list(entry.policies.values()), params)
    return {
        "clusterName": cluster.name,
        "principalArn": params["principalArn"],
        "associatedAccessPolicies": found,
        "nextToken": token,
    }


def list_policies(scene: Scene, params: Wire) -> Wire:
    policies = [{"name": name, "arn": policy_arn(scene, name)} for name in POLICIES]
    found, token = page(policies, params)
    return {"accessPolicies": found, "nextToken": token}


OPERATIONS = {
    "CreateAccessEntry": create,
    "DescribeAccessEntry": describe,
    "ListAccessEntries": list_all,
    "UpdateAccessEntry": update,
    "DeleteAccessEntry": delete,
    "AssociateAccessPolicy": associate,
    "DisassociateAccessPolicy": disassociate,
    "ListAssociatedAccessPolicies": list_associated,
    "ListAccessPolicies": list_policies,
}
