"""Managed node groups: made, described, listed, deleted. What they make in EC2 is in `nodes`.

https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateNodegroup.html
"""

from datetime import UTC, datetime
from typing import Any

from clusterwright.sandbox.eks import (
    access,
    compute,
    faults,
    health,
    nodegroup_checks,
    nodes,
    template_checks,
    tokens,
    versions,
)
from clusterwright.sandbox.eks.paging import page
from clusterwright.sandbox.eks.records import Cluster, Nodegroup, Wire
from clusterwright.sandbox.eks.scene import Scene

_LAUNCHED = 0.3  # the share of the creation after which instances exist
_TERMINATED = 0.6  # the share of the deletion after which they do not
_CNI_CHECK = 15.0
_DEFAULT_TYPE, _DEFAULT_ARM_TYPE = "t3.medium", "t4g.medium"
_DISK, _WINDOWS_DISK = 20, 50


def create(scene: Scene, params: Wire) -> Wire:
    cluster = scene.active_cluster(params["clusterName"])
    name = params["nodegroupName"]
    existing = cluster.nodegroups.get(name)
    if existing is not None:
        if tokens.same(existing.token, params):
            return {"nodegroup": existing.wire}
        raise faults.in_use(
            f"NodeGroup already exists with name {name} and cluster name {cluster.name}",
            clusterName=cluster.name,
            nodegroupName=name,
        )
    group = Nodegroup(wire=_checked_wire(scene, cluster, params), token=tokens.of(params))
    cluster.nodegroups[name] = group
    scene.service_roles("eks-nodegroup", "autoscaling")
    access.allow_nodes(scene, cluster, params["nodeRole"], "EC2_LINUX")
    begun = scene.now
    drawn = f"{cluster.name}/{name}"
    scene.later("nodegroup-create", drawn, lambda: _boot(scene, cluster, group), share=_LAUNCHED)
    scene.later("nodegroup-create", drawn, lambda: _join(scene, cluster, group, begun))
    return {"nodegroup": group.wire}


def _checked_wire(scene: Scene, cluster: Cluster, params: Wire) -> Wire:
    members: Wire = {"clusterName": cluster.name, "nodegroupName": params["nodegroupName"]}
    nodegroup_checks.check_name(params["nodegroupName"], members)
    scaling = {"minSize": 1, "maxSize": 2, "desiredSize": 2, **(params.get("scalingConfig") or {})}
    nodegroup_checks.check_scaling(scaling, members)
    nodegroup_checks.check_place(scene, cluster, params, members)
    scene.role(params["nodeRole"], "ec2.amazonaws.com", **members)
    nodegroup_checks.check_remote_access(scene, params.get("remoteAccess") or {}, members)
    nodegroup_checks.check_labels(params.get("labels") or {}, members)
    nodegroup_checks.check_taints(params.get("taints") or [], members)
    nodegroup_checks.check_rates(params, members)
    template, data = template_checks.check(scene, params, members)
    return _wire(scene, cluster, params, scaling, template, _checked_kind(scene, cluster, params, data))


def _checked_kind(scene: Scene, cluster: Cluster, params: Wire, data: Wire) -> Wire:
    """The image, the version and the types of its machines."""
    members: Wire = {"clusterName": cluster.name, "nodegroupName": params["nodegroupName"]}
    version = params.get("version") or cluster.wire["version"]
    ami = params.get("amiType") or ("CUSTOM" if data.get("ImageId") else "AL2023_x86_64_STANDARD")
    own = [data["InstanceType"]] if data.get("InstanceType") else []
    default = _DEFAULT_ARM_TYPE if nodegroup_checks.architecture(ami) == "arm64" else _DEFAULT_TYPE
    types = params.get("instanceTypes") or own or [default]
    nodegroup_checks.check_version(cluster, version, members)
    nodegroup_checks.check_ami(ami, version, members)
    nodegroup_checks.check_types(scene, types, ami, members)
    release = params.get("releaseVersion") or f"{versions.patch(version)}-20251103"
    return {
        "version": version,
        "releaseVersion": data["ImageId"] if ami == "CUSTOM" and data.get("ImageId") else release,
        "amiType": ami,
        "instanceTypes": [] if own else list(types),
    }


def _wire(
    scene: Scene, cluster: Cluster, params: Wire, scaling: dict[str, int], template: Wire, kind: Wire
) -> Wire:
    name, now = params["nodegroupName"], datetime.fromtimestamp(scene.now, UTC)
    path = f"{cluster.name}/{name}/{scene.unique('arn', f'{cluster.name}/{name}')}"
    return {
        "nodegroupName": name,
        "nodegroupArn": scene.arn("nodegroup", path),
        "clusterName": cluster.name,
        **kind,
        "createdAt": now,
        "modifiedAt": now,
        "status": "CREATING",
        "capacityType": params.get("capacityType") or "ON_DEMAND",
        "scalingConfig": scaling,
        "subnets": list(params["subnets"]),
        "remoteAccess": params.get("remoteAccess"),
        "nodeRole": params["nodeRole"],
        "labels": dict(params.get("labels") or {}),
        "taints": list(params.get("taints") or []),
        "resources": None,
        "diskSize": None if template else params.get("diskSize") or _disk(kind["amiType"]),
        "health": {"issues": []},
        "updateConfig": params.get("updateConfig") or {"maxUnavailable": 1},
        "nodeRepairConfig": params.get("nodeRepairConfig"),
        "warmPoolConfig": params.get("warmPoolConfig"),
        "launchTemplate": template or None,
        "tags": dict(params.get("tags") or {}),
    }


def _disk(ami: str) -> int:
    return _WINDOWS_DISK if ami.startswith("WINDOWS") else _DISK


def _boot(scene: Scene, cluster: Cluster, group: Nodegroup) -> None:
    if group.wire["status"] == "CREATING":
        nodes.launch(scene, cluster, group)


def _join(scene: Scene, cluster: Cluster, group: Nodegroup, begun: float) -> None:
    """ACTIVE once the nodes could join; where nothing lets them, CREATE_FAILED after AWS's long patience."""
    wire = group.wire
    if wire["status"] != "CREATING":
        return
    name = scene.name_of(cluster.name, wire["nodegroupName"])
    patience = begun + scene.timing.draws.seconds("nodegroup-failure", name) - scene.now
    issue = group.boot_problem
    short = scene.account.launch_failure(group.group_name)
    if issue and issue["code"] != "NodeCreationFailure":
        _fail(scene, group, issue)
    elif short and patience <= 0:
        _fail(scene, group, short)
    elif short:
        wire["health"] = {"issues": [short]}
        scene.timing.agenda.after(_CNI_CHECK, lambda: _join(scene, cluster, group, begun))
    elif issue or (patience <= 0 and not cluster.has_cni):
        issue = nodes.failed_to_join(scene, group)
        scene.timing.agenda.after(max(patience, 0.0), lambda: _fail(scene, group, issue))
    elif not cluster.has_cni:
        scene.timing.agenda.after(_CNI_CHECK, lambda: _join(scene, cluster, group, begun))
    else:
        wire.update(status="ACTIVE", health={"issues": []})
        compute.arrived(scene, cluster)


def _assess(scene: Scene, cluster: Cluster, group: Nodegroup) -> None:
    """DEGRADED for as long as something that it needs is missing, instances that EC2 has not among it."""
    if group.wire["status"] not in ("ACTIVE", "DEGRADED"):
        return
    issues = health.of_nodegroup(scene, cluster, group)
    group.wire.update(status="DEGRADED" if issues else "ACTIVE", health={"issues": issues})


def _fail(scene: Scene, group: Nodegroup, issue: Wire) -> None:
    if group.wire["status"] == "CREATING":
        group.wire["status"] = "CREATE_FAILED"
        group.wire["health"] = {"issues": [issue]}


def find(cluster: Cluster, name: str) -> Nodegroup:
    try:
        return cluster.nodegroups[name]
    except KeyError:
        raise faults.not_found(
            f"No node group found for name: {name}.", clusterName=cluster.name, nodegroupName=name
        ) from None


def describe(scene: Scene, params: Wire) -> Wire:
    cluster = scene.cluster(params["clusterName"])
    group = find(cluster, params["nodegroupName"])
    _assess(scene, cluster, group)
    desired: Any = scene.account.desired_size(group.group_name)
    if desired is not None:
        group.wire["scalingConfig"]["desiredSize"] = desired
    return {"nodegroup": group.wire}


def list_all(scene: Scene, params: Wire) -> Wire:
    names, token = page(sorted(scene.cluster(params["clusterName"]).nodegroups), params)
    return {"nodegroups": names, "nextToken": token}


def delete(scene: Scene, params: Wire) -> Wire:
    cluster = scene.cluster(params["clusterName"])
    group = find(cluster, params["nodegroupName"])
    if group.wire["status"] != "DELETING":
        group.wire["status"] = "DELETING"
        drawn = f"{cluster.name}/{params['nodegroupName']}"
        scene.later("nodegroup-delete", drawn, lambda: _terminate(scene, group), share=_TERMINATED)
        scene.later("nodegroup-delete", drawn, lambda: _vanish(scene, cluster, group))
    return {"nodegroup": group.wire}


def _terminate(scene: Scene, group: Nodegroup) -> None:
    scene.account.remove_scaling_group(group.group_name)


def _vanish(scene: Scene, cluster: Cluster, group: Nodegroup) -> None:
    scene.account.remove_template(group.template_id)
    scene.account.remove_profile(group.profile_name)
    if group.ssh_group:
        scene.account.remove_group(group.ssh_group)
    group.gone = True
    del cluster.nodegroups[group.wire["nodegroupName"]]


OPERATIONS = {
    "CreateNodegroup": create,
    "DescribeNodegroup": describe,
    "ListNodegroups": list_all,
    "DeleteNodegroup": delete,
}
