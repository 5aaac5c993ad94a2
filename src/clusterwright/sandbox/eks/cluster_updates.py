"""Changes to a cluster: one at a time, each tracked by an update.

https://docs.aws.amazon.com/eks/latest/APIReference/API_UpdateClusterConfig.html
"""

from clusterwright.sandbox.call import AwsError
from clusterwright.sandbox.eks import cluster_changes, faults, insights, updates, versions
from clusterwright.sandbox.eks.cluster_changes import Change
from clusterwright.sandbox.eks.records import Cluster, Update, Wire
from clusterwright.sandbox.eks.scene import Scene

_SLOWER_THAN_ASKED = 0.02  # DescribeCluster shows ACTIVE for a moment after an update has begun


def update_config(scene: Scene, params: Wire) -> Wire:
    cluster = scene.cluster(params["name"])
    before = updates.repeated(cluster, params)
    if before:
        return {"update": before.wire}
    refuse_if_busy(cluster)
    return run(scene, cluster, "cluster-config", cluster_changes.decide(scene, cluster, params), params)


def refuse_if_busy(cluster: Cluster) -> None:
    if cluster.is_updating or cluster.status in ("CREATING", "DELETING"):
        raise faults.in_use(
            f"Cannot update cluster {cluster.name} because it currently has an update in progress",
            clusterName=cluster.name,
        )


def run(scene: Scene, cluster: Cluster, duration: str, change: Change, request: Wire) -> Wire:
    update = updates.begin(scene, cluster, change.kind, change.said, request)
    name = f"{cluster.name}/{update.wire['id']}"

    def end() -> None:
        change.apply()
        cluster.wire["status"] = "ACTIVE"
        updates.finish(update)

    scene.later(duration, name, lambda: _mark(cluster, update), share=_SLOWER_THAN_ASKED)
    scene.later(duration, name, end)
    return {"update": update.wire}


def _mark(cluster: Cluster, update: Update) -> None:
    if update.wire["status"] == "InProgress":
        cluster.wire["status"] = "UPDATING"


def update_version(scene: Scene, params: Wire) -> Wire:
    """One minor version up: https://docs.aws.amazon.com/eks/latest/userguide/update-cluster.html"""
    cluster = scene.cluster(params["name"])
    before = updates.repeated(cluster, params)
    if before:
        return {"update": before.wire}
    refuse_if_busy(cluster)
    wanted = params["version"]
    _check_version(cluster, wanted)
    if not params.get("force"):
        _refuse_if_unready(scene, cluster)
    said = [("Version", wanted), ("PlatformVersion", versions.platform(wanted))]
    change = Change(
        "VersionUpdate",
        said,
        lambda: cluster.wire.update(version=wanted, platformVersion=versions.platform(wanted)),
    )
    return run(scene, cluster, "cluster-version", change, params)


def _check_version(cluster: Cluster, wanted: str) -> None:
    current = cluster.wire["version"]
    versions.checked(wanted, clusterName=cluster.name)
    if wanted == current:
        raise faults.invalid(f"Cluster is already at version {current}", clusterName=cluster.name)
    if wanted != versions.after(current):
        raise faults.invalid(
            f"Unsupported Kubernetes minor version update from {current} to {wanted}",
            clusterName=cluster.name,
        )


def _refuse_if_unready(scene: Scene, cluster: Cluster) -> None:
    """`force` overrides: https://docs.aws.amazon.com/eks/latest/APIReference/API_UpdateClusterVersion.html"""
    blocking = insights.blocking(scene, cluster)
    if blocking:
        raise AwsError(
            "InvalidStateException",
            f"Upgrade readiness issues were found: {', '.join(blocking)}. Use ListInsights to see them, or "
            "force the update.",
            clusterName=cluster.name,
        )


OPERATIONS = {"UpdateClusterConfig": update_config, "UpdateClusterVersion": update_version}
