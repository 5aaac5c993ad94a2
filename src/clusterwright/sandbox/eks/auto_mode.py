"""EKS Auto Mode: compute, load balancing and block storage, all on or all off.

No nodes are made here; that is Karpenter's work on AWS.
https://docs.aws.amazon.com/eks/latest/userguide/auto-enable-existing.html
"""

import json
from typing import Any

from clusterwright.sandbox.eks import access, faults
from clusterwright.sandbox.eks.records import Cluster, Wire
from clusterwright.sandbox.eks.scene import Scene

_POOLS = ("general-purpose", "system")


def mentioned(params: Wire) -> bool:
    balancing = (params.get("kubernetesNetworkConfig") or {}).get("elasticLoadBalancing")
    parts = (params.get("computeConfig"), params.get("storageConfig"), balancing)
    return any(part is not None for part in parts)


def check_creation(scene: Scene, params: Wire) -> None:
    if not _switches(params, params["name"]):
        return
    mode = access.config(params.get("accessConfig") or {})["authenticationMode"]
    _check_mode(mode, params["name"])
    if params.get("bootstrapSelfManagedAddons", True):
        raise faults.invalid(
            "When EKS Auto Mode is enabled, bootstrapSelfManagedAddons must be set to false.",
            clusterName=params["name"],
        )
    _check_pools(scene, params["computeConfig"], params["name"])


def check_update(scene: Scene, cluster: Cluster, params: Wire) -> None:
    if not _switches(params, cluster.name):
        return
    _check_mode(cluster.wire["accessConfig"]["authenticationMode"], cluster.name)
    before = (cluster.wire.get("computeConfig") or {}).get("nodeRoleArn")
    wanted = params["computeConfig"].get("nodeRoleArn")
    if before and wanted and wanted != before:
        raise faults.invalid(
            "Compute Config nodeRoleArn cannot be changed once it is set.", clusterName=cluster.name
        )
    _check_pools(scene, params["computeConfig"], cluster.name)


def _switches(params: Wire, name: str) -> bool:
    """Whether it is to be on; the three capabilities go together."""
    compute = (params.get("computeConfig") or {}).get("enabled")
    network = params.get("kubernetesNetworkConfig") or {}
    balancing = (network.get("elasticLoadBalancing") or {}).get("enabled")
    storage = ((params.get("storageConfig") or {}).get("blockStorage") or {}).get("enabled")
    if mentioned(params) and (compute is None or not compute is balancing is storage):
        raise faults.invalid(
            "For EKS Auto Mode, please ensure that all required configs, including computeConfig, "
            "kubernetesNetworkConfig, and blockStorage are all either fully enabled or fully disabled.",
            clusterName=name,
        )
    return bool(compute)


def _check_mode(mode: str, name: str) -> None:
    """https://docs.aws.amazon.com/eks/latest/userguide/create-cluster-auto.html (authentication mode)"""
    if mode == "CONFIG_MAP":
        raise faults.invalid(
            "EKS Auto Mode requires the authentication mode API or API_AND_CONFIG_MAP.", clusterName=name
        )


def _check_pools(scene: Scene, compute: Wire, name: str) -> None:
    """https://docs.aws.amazon.com/eks/latest/userguide/set-builtin-node-pools.html"""
    pools, role = compute.get("nodePools") or [], compute.get("nodeRoleArn")
    if pools and not role:
        raise faults.invalid(
            "When Compute Config nodeRoleArn is null or empty, nodePool list cannot be populated.",
            clusterName=name,
        )
    if role and not pools:
        raise faults.invalid(
            "When Compute Config nodeRoleArn is not null or empty, nodePool value(s) must be provided.",
            clusterName=name,
        )
    if any(pool not in _POOLS for pool in pools):
        raise faults.invalid(f"Compute Config nodePools must be among {list(_POOLS)}", clusterName=name)
    if role:
        scene.role(role, "ec2.amazonaws.com", clusterName=name)


def configure(scene: Scene, cluster: Cluster, params: Wire) -> None:
    """What DescribeCluster shows from now on; the built-in pools' nodes may join."""
    if not mentioned(params):
        return
    compute = params["computeConfig"]
    enabled = compute["enabled"]
    role = compute.get("nodeRoleArn") if enabled else None
    cluster.wire["computeConfig"] = {
        "enabled": enabled,
        "nodePools": list(compute.get("nodePools") or []) if enabled else [],
        "nodeRoleArn": role,
    }
    cluster.wire["storageConfig"] = {"blockStorage": {"enabled": enabled}}
    cluster.wire["kubernetesNetworkConfig"]["elasticLoadBalancing"] = {"enabled": enabled}
    if role:
        access.allow_auto_nodes(scene, cluster, role)


def said(params: Wire) -> list[tuple[str, str]]:
    members: dict[str, Any] = {
        "ComputeConfig": params.get("computeConfig"),
        "KubernetesNetworkConfig": params.get("kubernetesNetworkConfig"),
        "StorageConfig": params.get("storageConfig"),
    }
    return [(name, json.dumps(value)) for name, value in members.items()]


def has_pools(cluster: Cluster) -> bool:
    return bool((cluster.wire.get("computeConfig") or {}).get("nodePools"))
