"""Changes to a cluster: one at a time, one kind per request, each tracked by an update.

https://docs.aws.amazon.com/eks/latest/APIReference/API_UpdateClusterConfig.html
"""

import json
from collections.abc import Callable
from typing import Any

from clusterwright.sandbox.eks import access, clusters, faults, placement, updates, versions
from clusterwright.sandbox.eks.records import Cluster, Update, Wire
from clusterwright.sandbox.eks.scene import Scene

_ENDPOINT = ("endpointPublicAccess", "endpointPrivateAccess", "publicAccessCidrs")
_WHERE = ("subnetIds", "securityGroupIds")
_SLOWER_THAN_ASKED = 0.02  # DescribeCluster shows ACTIVE for a moment after an update has begun

Change = tuple[str, list[tuple[str, str]], Callable[[], None]]


def update_config(scene: Scene, params: Wire) -> Wire:
    cluster = scene.cluster(params["name"])
    before = updates.repeated(cluster, params)
    if before:
        return {"update": before.wire}
    _refuse_if_busy(cluster)
    asked = [
        make
        for present, make in (
            (_mentions(params, _ENDPOINT), _endpoint),
            (_mentions(params, _WHERE), _where),
            ("logging" in params, _logging),
            ("accessConfig" in params, _access),
            ("upgradePolicy" in params, _upgrade_policy),
            ("deletionProtection" in params, _deletion_protection),
        )
        if present
    ]
    if len(asked) != 1:
        problem = "Only one type of update can be allowed." if asked else "No changes are requested."
        raise faults.invalid(problem, clusterName=cluster.name)
    return _run(scene, cluster, "cluster-config", asked[0](scene, cluster, params), params)


def _mentions(params: Wire, members: tuple[str, ...]) -> bool:
    return any(member in (params.get("resourcesVpcConfig") or {}) for member in members)


def _refuse_if_busy(cluster: Cluster) -> None:
    if cluster.is_updating or cluster.status in ("CREATING", "DELETING"):
        raise faults.in_use(
            f"Cannot update cluster {cluster.name} because it currently has an update in progress",
            clusterName=cluster.name,
        )


def _run(scene: Scene, cluster: Cluster, duration: str, change: Change, request: Wire) -> Wire:
    kind, params, apply = change
    update = updates.begin(scene, cluster, kind, params, request)
    name = f"{cluster.name}/{update.wire['id']}"

    def end() -> None:
        apply()
        cluster.wire["status"] = "ACTIVE"
        updates.finish(update)

    scene.later(duration, name, lambda: _mark(cluster, update), share=_SLOWER_THAN_ASKED)
    scene.later(duration, name, end)
    return {"update": update.wire}


def _mark(cluster: Cluster, update: Update) -> None:
    if update.wire["status"] == "InProgress":
        cluster.wire["status"] = "UPDATING"


def _endpoint(scene: Scene, cluster: Cluster, params: Wire) -> Change:
    given = {
        key: params["resourcesVpcConfig"][key] for key in _ENDPOINT if key in params["resourcesVpcConfig"]
    }
    config = cluster.wire["resourcesVpcConfig"]
    wanted = {**{key: config[key] for key in _ENDPOINT}, **given}
    if not wanted["endpointPublicAccess"]:
        wanted["publicAccessCidrs"] = []
    elif not wanted["publicAccessCidrs"]:
        wanted["publicAccessCidrs"] = ["0.0.0.0/0"]
    if not wanted["endpointPublicAccess"] and not wanted["endpointPrivateAccess"]:
        raise faults.invalid(
            "Private and public endpoint access cannot be disabled", clusterName=cluster.name
        )
    if all(config[key] == value for key, value in wanted.items()):
        raise faults.invalid(
            "Cluster is already at the desired configuration with endpointPrivateAccess: "
            f"{_said(config['endpointPrivateAccess'])} , endpointPublicAccess: "
            f"{_said(config['endpointPublicAccess'])}, and Public Endpoint Restrictions: "
            f"[{', '.join(config['publicAccessCidrs'])}]",
            clusterName=cluster.name,
        )
    said = [(key[0].upper() + key[1:], _said(wanted[key])) for key in given]
    return "EndpointAccessUpdate", said, lambda: config.update(wanted)


def _where(scene: Scene, cluster: Cluster, params: Wire) -> Change:
    config = cluster.wire["resourcesVpcConfig"]
    given = {
        key: list(params["resourcesVpcConfig"][key]) for key in _WHERE if key in params["resourcesVpcConfig"]
    }
    found = placement.for_cluster(scene, cluster.name, {**config, **given})
    if found[0].vpc_id != config["vpcId"]:
        raise faults.invalid("Subnets must be in the VPC of the cluster", clusterName=cluster.name)

    def apply() -> None:
        config.update(given)
        placement.interfaces(scene, cluster, found)

    names = {"subnetIds": "Subnets", "securityGroupIds": "SecurityGroups"}
    return "VpcConfigUpdate", [(names[key], json.dumps(value)) for key, value in given.items()], apply


def _logging(scene: Scene, cluster: Cluster, params: Wire) -> Change:
    now_on = _enabled(cluster.wire["logging"])
    for setup in params["logging"].get("clusterLogging") or []:
        kinds = set(setup.get("types") or [])
        now_on = now_on | kinds if setup.get("enabled") else now_on - kinds
    if now_on == _enabled(cluster.wire["logging"]):
        raise faults.invalid("No changes needed for the logging config provided", clusterName=cluster.name)
    wanted = clusters.logging({"clusterLogging": [{"types": sorted(now_on), "enabled": True}]})

    def apply() -> None:
        cluster.wire["logging"] = wanted
        clusters.ensure_log_group(scene, cluster)

    return "LoggingUpdate", [("ClusterLogging", json.dumps(params["logging"]))], apply


def _enabled(logging: Wire) -> set[str]:
    return {kind for part in logging["clusterLogging"] if part["enabled"] for kind in part["types"]}


def _access(scene: Scene, cluster: Cluster, params: Wire) -> Change:
    mode = params["accessConfig"].get("authenticationMode")
    access.check_mode_change(cluster, mode)
    said = [("AuthenticationMode", str(mode))]
    return "AccessConfigUpdate", said, lambda: cluster.wire["accessConfig"].update(authenticationMode=mode)


def _upgrade_policy(scene: Scene, cluster: Cluster, params: Wire) -> Change:
    wanted = dict(params["upgradePolicy"])
    if wanted == cluster.wire["upgradePolicy"]:
        raise faults.invalid("No changes needed for the upgrade policy provided", clusterName=cluster.name)
    said = [("UpgradePolicy", json.dumps(wanted))]
    return "UpgradePolicyUpdate", said, lambda: cluster.wire["upgradePolicy"].update(wanted)


def _deletion_protection(scene: Scene, cluster: Cluster, params: Wire) -> Change:
    wanted = bool(params["deletionProtection"])
    said = [("DeletionProtection", _said(wanted))]
    return "DeletionProtectionUpdate", said, lambda: cluster.wire.update(deletionProtection=wanted)


def update_version(scene: Scene, params: Wire) -> Wire:
    """One minor version up: https://docs.aws.amazon.com/eks/latest/userguide/update-cluster.html"""
    cluster = scene.cluster(params["name"])
    before = updates.repeated(cluster, params)
    if before:
        return {"update": before.wire}
    _refuse_if_busy(cluster)
    wanted, current = params.get("version") or "", cluster.wire["version"]
    versions.checked(wanted, clusterName=cluster.name)
    if wanted == current:
        raise faults.invalid(f"Cluster is already at version {current}", clusterName=cluster.name)
    if versions.minor(wanted) != versions.minor(current) + 1:
        raise faults.invalid(
            f"Unsupported Kubernetes minor version update from {current} to {wanted}",
            clusterName=cluster.name,
        )
    said = [("Version", wanted), ("PlatformVersion", versions.platform(wanted))]
    change: Change = (
        "VersionUpdate",
        said,
        lambda: cluster.wire.update(version=wanted, platformVersion=versions.platform(wanted)),
    )
    return _run(scene, cluster, "cluster-version", change, params)


def associate_encryption(scene: Scene, params: Wire) -> Wire:
    cluster = scene.active_cluster(params["clusterName"])
    before = updates.repeated(cluster, params)
    if before:
        return {"update": before.wire}
    _refuse_if_busy(cluster)
    if cluster.wire["encryptionConfig"]:
        raise faults.invalid("Cluster already has an encryption config", clusterName=cluster.name)
    wanted = params["encryptionConfig"]
    said = [("EncryptionConfig", json.dumps(wanted))]
    change: Change = (
        "AssociateEncryptionConfig",
        said,
        lambda: cluster.wire.update(encryptionConfig=wanted),
    )
    return _run(scene, cluster, "cluster-encryption", change, params)


def _said(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else json.dumps(value)


OPERATIONS = {
    "UpdateClusterConfig": update_config,
    "UpdateClusterVersion": update_version,
    "AssociateEncryptionConfig": associate_encryption,
}
