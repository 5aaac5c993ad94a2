"""Whether a cluster has something to run pods on, and what becomes of add-ons that waited for it."""

import json
from functools import partial

from clusterwright.sandbox.eks import auto_mode
from clusterwright.sandbox.eks.records import Child, Cluster, Wire
from clusterwright.sandbox.eks.scene import Scene

# DaemonSets are content with no node at all; Deployments are not
_DEPLOYMENTS = frozenset(
    {
        "coredns",
        "aws-ebs-csi-driver",
        "aws-efs-csi-driver",
        "metrics-server",
        "snapshot-controller",
        "cert-manager",
        "external-dns",
        "adot",
    }
)
_SCHEDULING = 25.0


def suffices(cluster: Cluster, addon: Child) -> bool:
    if addon.wire["addonName"] not in _DEPLOYMENTS or _has_nodes(cluster):
        return True
    return _wants_fargate(addon.wire) and _fargate_runs_system(cluster)


def _has_nodes(cluster: Cluster) -> bool:
    return auto_mode.has_pools(cluster) or any(
        group.wire["status"] in ("ACTIVE", "UPDATING", "DEGRADED")
        and group.wire["scalingConfig"]["desiredSize"] > 0
        for group in cluster.nodegroups.values()
    )


def _wants_fargate(wire: Wire) -> bool:
    """https://docs.aws.amazon.com/eks/latest/userguide/fargate-getting-started.html#fargate-gs-coredns"""
    try:
        values = json.loads(wire.get("configurationValues") or "{}")
    except ValueError:
        return False
    return str(values.get("computeType", "")).lower() == "fargate"


def _fargate_runs_system(cluster: Cluster) -> bool:
    return any(
        profile.wire["status"] == "ACTIVE"
        and any(
            selector["namespace"] in ("kube-system", "*", "kube-*") for selector in profile.wire["selectors"]
        )
        for profile in cluster.fargate.values()
    )


def arrived(scene: Scene, cluster: Cluster) -> None:
    """Add-ons that had nowhere to run become healthy once their pods have started."""
    for addon in cluster.addons.values():
        if addon.wire["status"] == "DEGRADED":
            scene.timing.agenda.after(_SCHEDULING, partial(_recover, cluster, addon))


def _recover(cluster: Cluster, addon: Child) -> None:
    if addon.wire["status"] == "DEGRADED" and suffices(cluster, addon):
        assess(cluster, addon)


def assess(cluster: Cluster, addon: Child) -> None:
    """ACTIVE, or DEGRADED with the reason."""
    if suffices(cluster, addon):
        addon.wire.update(status="ACTIVE", health={"issues": []})
        return
    issue = {
        "code": "InsufficientNumberOfReplicas",
        "message": "The add-on is unhealthy because it doesn't have the desired number of replicas.",
        "resourceIds": [],
    }
    addon.wire.update(status="DEGRADED", health={"issues": [issue]})
