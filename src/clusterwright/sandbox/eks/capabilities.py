"""Capabilities: Argo CD, ACK and kro, which AWS runs beside a cluster. Here are only states and settings.

https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateCapability.html
"""

import json
import re
from datetime import UTC, datetime

from clusterwright.sandbox.eks import access, faults, tokens, updates
from clusterwright.sandbox.eks.paging import page
from clusterwright.sandbox.eks.records import Child, Cluster, Wire
from clusterwright.sandbox.eks.scene import Scene

_NAME = re.compile(r"[0-9A-Za-z][A-Za-z0-9_-]{0,99}")
_TRUSTED = "capabilities.eks.amazonaws.com"
_DURATION = "capability"
_VERSION = "1.0.0"  # a guess
_SUMMARY = ("capabilityName", "arn", "type", "status", "version", "createdAt", "modifiedAt")


def create(scene: Scene, params: Wire) -> Wire:
    cluster = scene.active_cluster(params["clusterName"])
    name = params["capabilityName"]
    existing = cluster.capabilities.get(name)
    if existing is not None and tokens.same(existing.token, params):
        return {"capability": existing.wire}
    if any(
        name == other or params["type"] == one.wire["type"] for other, one in cluster.capabilities.items()
    ):
        raise faults.in_use(
            f"Cluster {cluster.name} has a capability of this name or type", clusterName=cluster.name
        )
    _check(scene, cluster, params)
    capability = Child(wire=_wire(scene, cluster, params), token=tokens.of(params))
    cluster.capabilities[name] = capability
    access.allow_nodes(scene, cluster, params["roleArn"], "STANDARD")
    scene.later(_DURATION, f"{cluster.name}/{name}", lambda: _activate(capability))
    return {"capability": capability.wire}


def _check(scene: Scene, cluster: Cluster, params: Wire) -> None:
    if not _NAME.fullmatch(params["capabilityName"]):
        raise faults.invalid("The capability name contains invalid characters", clusterName=cluster.name)
    scene.own_role(params["roleArn"], _TRUSTED, clusterName=cluster.name)
    if params["type"] == "ARGOCD" and not (params.get("configuration") or {}).get("argoCd"):
        raise faults.invalid("Argo CD needs an IAM Identity Center instance", clusterName=cluster.name)


def _wire(scene: Scene, cluster: Cluster, params: Wire) -> Wire:
    name, kind, now = params["capabilityName"], params["type"], datetime.fromtimestamp(scene.now, UTC)
    path = f"{cluster.name}/{kind.lower()}/{name}/{scene.unique('capability', f'{cluster.name}/{name}')}"
    return {
        "capabilityName": name,
        "arn": scene.arn("capability", path),
        "clusterName": cluster.name,
        "type": kind,
        "roleArn": params["roleArn"],
        "status": "CREATING",
        "version": _VERSION,
        "configuration": params.get("configuration"),
        "tags": dict(params.get("tags") or {}),
        "health": {"issues": []},
        "createdAt": now,
        "modifiedAt": now,
        "deletePropagationPolicy": params["deletePropagationPolicy"],
    }


def _activate(capability: Child) -> None:
    if capability.wire["status"] == "CREATING":
        capability.wire["status"] = "ACTIVE"


def _found(cluster: Cluster, name: str) -> Child:
    try:
        return cluster.capabilities[name]
    except KeyError:
        raise faults.not_found(f"No capability found with name: {name}", clusterName=cluster.name) from None


def describe(scene: Scene, params: Wire) -> Wire:
    return {"capability": _found(scene.cluster(params["clusterName"]), params["capabilityName"]).wire}


def list_all(scene: Scene, params: Wire) -> Wire:
    wires = [one.wire for _, one in sorted(scene.cluster(params["clusterName"]).capabilities.items())]
    found, token = page([{member: wire[member] for member in _SUMMARY} for wire in wires], params)
    return {"capabilities": found, "nextToken": token}


def update(scene: Scene, params: Wire) -> Wire:
    cluster = scene.active_cluster(params["clusterName"])
    capability = _found(cluster, params["capabilityName"])
    before = updates.repeated(cluster, params)
    if before:
        return {"update": before.wire}
    if capability.wire["status"] != "ACTIVE":
        raise faults.in_use(
            f"Capability {params['capabilityName']} is in {capability.wire['status']} state",
            clusterName=cluster.name,
        )
    if params.get("roleArn"):
        scene.own_role(params["roleArn"], _TRUSTED, clusterName=cluster.name)
    said = [("RoleArn", params["roleArn"])] if params.get("roleArn") else []
    record = updates.begin(scene, cluster, "CapabilityUpdate", said, params)
    capability.wire["status"] = "UPDATING"

    def end() -> None:
        capability.wire.update(status="ACTIVE", modifiedAt=datetime.fromtimestamp(scene.now, UTC))
        capability.wire["roleArn"] = params.get("roleArn") or capability.wire["roleArn"]
        capability.wire["configuration"] = _changed(capability.wire, params.get("configuration") or {})
        updates.finish(record)

    scene.later(_DURATION, f"{cluster.name}/{record.wire['id']}", end)
    return {"update": record.wire}


def _changed(wire: Wire, given: Wire) -> Wire | None:
    """Settings that are given replace those of before; role mappings are added to and taken from."""
    after: Wire = json.loads(json.dumps(wire["configuration"] or {}))
    for kind, settings in given.items():
        mappings = settings.get("rbacRoleMappings") or {}
        rest = {key: value for key, value in settings.items() if key != "rbacRoleMappings"}
        part = after.setdefault(kind, {})
        part.update(rest)
        if mappings:
            part["rbacRoleMappings"] = _mapped(part.get("rbacRoleMappings") or [], mappings)
    return after or None


def _mapped(before: list[Wire], change: Wire) -> list[Wire]:
    found = {one["role"]: one["identities"] for one in before}
    found |= {one["role"]: one["identities"] for one in change.get("addOrUpdateRoleMappings") or []}
    for one in change.get("removeRoleMappings") or []:
        kept = [identity for identity in found.get(one["role"], []) if identity not in one["identities"]]
        found[one["role"]] = kept
    return [{"role": role, "identities": identities} for role, identities in found.items() if identities]


def delete(scene: Scene, params: Wire) -> Wire:
    cluster = scene.cluster(params["clusterName"])
    capability = _found(cluster, params["capabilityName"])
    if capability.wire["status"] != "DELETING":
        capability.wire["status"] = "DELETING"
        name = f"{cluster.name}/{params['capabilityName']}/gone"
        scene.later(_DURATION, name, lambda: _vanish(cluster, capability))
    return {"capability": capability.wire}


def _vanish(cluster: Cluster, capability: Child) -> None:
    capability.gone = True
    del cluster.capabilities[capability.wire["capabilityName"]]


OPERATIONS = {
    "CreateCapability": create,
    "DescribeCapability": describe,
    "ListCapabilities": list_all,
    "UpdateCapability": update,
    "DeleteCapability": delete,
}
