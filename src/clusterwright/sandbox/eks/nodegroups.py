"""Managed node groups: made, described, listed, deleted. What they make in EC2 is in `nodes`.

https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateNodegroup.html
"""

import re
from datetime import UTC, datetime
from typing import Any

from clusterwright.sandbox.eks import access, compute, faults, nodes, placement, tokens, versions
from clusterwright.sandbox.eks.paging import page
from clusterwright.sandbox.eks.records import Cluster, Nodegroup, Wire
from clusterwright.sandbox.eks.scene import Scene

_NAME = re.compile(r"[0-9A-Za-z][A-Za-z0-9_-]{0,62}")
_INSTANCE_TYPE = re.compile(
    r"[a-z][a-z0-9-]*\d[a-z0-9-]*\.(?:nano|micro|small|medium|metal|\d*x?large|metal-\d+xl)"
)
_AMI_TYPES = frozenset(
    f"{family}_{variant}"
    for family, variants in {
        "AL2": "x86_64 x86_64_GPU ARM_64",
        "AL2023": "x86_64_STANDARD ARM_64_STANDARD x86_64_NEURON x86_64_NVIDIA ARM_64_NVIDIA",
        "BOTTLEROCKET": "ARM_64 x86_64 x86_64_FIPS ARM_64_FIPS x86_64_NVIDIA ARM_64_NVIDIA",
        "WINDOWS": "CORE_2019_x86_64 FULL_2019_x86_64 CORE_2022_x86_64 FULL_2022_x86_64",
    }.items()
    for variant in variants.split()
) | {"CUSTOM"}
_AL2_UNTIL = 32  # no AL2 images from 1.33 on
_MOST_NODES = 450
_LAUNCHED = 0.3  # the share of the creation after which instances exist
_TERMINATED = 0.6  # the share of the deletion after which they do not
_CNI_CHECK = 15.0


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
    _check_name(params, members)
    scaling = {"minSize": 1, "maxSize": 2, "desiredSize": 2, **(params.get("scalingConfig") or {})}
    check_scaling(scaling, members)
    _check_types(cluster, params, members)
    if not params.get("subnets"):
        raise faults.invalid("Subnets cannot be empty", **members)
    found = placement.subnets(scene, params["subnets"], **members)
    if any(subnet.vpc_id != cluster.wire["resourcesVpcConfig"]["vpcId"] for subnet in found):
        raise faults.invalid("Subnets are not in the VPC of the cluster", **members)
    scene.role(params["nodeRole"], "ec2.amazonaws.com", **members)
    key = (params.get("remoteAccess") or {}).get("ec2SshKey")
    if key and not scene.account.has_key_pair(key):
        raise faults.invalid(f"The key pair '{key}' does not exist", **members)
    check_labels(params.get("labels") or {}, members)
    return _wire(scene, cluster, params, scaling, nodes.check_template(scene, params, members))


def _check_name(params: Wire, members: Wire) -> None:
    if not _NAME.fullmatch(params["nodegroupName"]):
        raise faults.invalid(
            "The node group name can't be longer than 63 characters and must begin with a letter or a digit",
            **members,
        )


def check_scaling(scaling: dict[str, int], members: Wire) -> None:
    low, high, desired = scaling["minSize"], scaling["maxSize"], scaling["desiredSize"]
    if low > high:
        raise faults.invalid(f"Minimum capacity {low} can't be greater than maximum size {high}", **members)
    if desired > high:
        raise faults.invalid(f"desired capacity {desired} can't be greater than max size {high}", **members)
    if desired < low:
        raise faults.invalid(
            f"Minimum capacity {low} can't be greater than desired size {desired}", **members
        )
    if high < 1 or high > _MOST_NODES:
        raise faults.invalid(f"maxSize must be between 1 and {_MOST_NODES}", **members)


def check_labels(labels: dict[str, str], members: Wire) -> None:
    for key in labels:
        domain = key.rpartition("/")[0]
        allowed = ("node.kubernetes.io", "kubelet.kubernetes.io", "node-restriction.kubernetes.io")
        if domain.endswith(("kubernetes.io", "k8s.io")) and not domain.endswith(allowed):
            raise faults.invalid(f"Label cannot contain reserved prefixes: {key}", **members)


def _check_types(cluster: Cluster, params: Wire, members: Wire) -> None:
    for one in params.get("instanceTypes") or []:
        if not _INSTANCE_TYPE.fullmatch(one):
            raise faults.invalid(f"The following supplied instance types do not exist: [{one}]", **members)
    ami = params.get("amiType")
    if ami is not None and ami not in _AMI_TYPES:
        raise faults.invalid(f"amiType {ami} is not valid", **members)
    version = params.get("version") or cluster.wire["version"]
    check_version(cluster, version, members)
    if ami and ami.startswith("AL2_") and versions.minor(version) > _AL2_UNTIL:
        raise faults.invalid(
            f"AMI Type {ami} is only supported for kubernetes versions 1.32 or earlier", **members
        )


def check_version(cluster: Cluster, version: str, members: Wire) -> None:
    versions.checked(version, **members)
    if versions.minor(version) > versions.minor(cluster.wire["version"]):
        raise faults.invalid(
            f"Nodegroup Kubernetes version {version} is newer than cluster version {cluster.wire['version']}",
            **members,
        )


def _wire(
    scene: Scene, cluster: Cluster, params: Wire, scaling: dict[str, int], template: Wire | None
) -> Wire:
    name, now = params["nodegroupName"], datetime.fromtimestamp(scene.now, UTC)
    version = params.get("version") or cluster.wire["version"]
    own_types = params.get("instanceTypes") or ([] if template else ["t3.medium"])
    path = f"{cluster.name}/{name}/{scene.unique('arn', f'{cluster.name}/{name}')}"
    return {
        "nodegroupName": name,
        "nodegroupArn": scene.arn("nodegroup", path),
        "clusterName": cluster.name,
        "version": version,
        "releaseVersion": params.get("releaseVersion") or f"{versions.patch(version)}-20251103",
        "createdAt": now,
        "modifiedAt": now,
        "status": "CREATING",
        "capacityType": params.get("capacityType") or "ON_DEMAND",
        "scalingConfig": scaling,
        "instanceTypes": list(own_types),
        "subnets": list(params["subnets"]),
        "remoteAccess": params.get("remoteAccess"),
        "amiType": params.get("amiType") or "AL2023_x86_64_STANDARD",
        "nodeRole": params["nodeRole"],
        "labels": dict(params.get("labels") or {}),
        "taints": list(params.get("taints") or []),
        "resources": None,
        "diskSize": None if template else params.get("diskSize") or 20,
        "health": {"issues": []},
        "updateConfig": params.get("updateConfig") or {"maxUnavailable": 1},
        "launchTemplate": template,
        "tags": dict(params.get("tags") or {}),
    }


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


def _assess(scene: Scene, group: Nodegroup) -> None:
    """DEGRADED for as long as EC2 does not give the group all of its instances."""
    short = scene.account.launch_failure(group.group_name)
    if short and group.wire["status"] == "ACTIVE":
        group.wire.update(status="DEGRADED", health={"issues": [short]})
    elif not short and group.wire["status"] == "DEGRADED":
        group.wire.update(status="ACTIVE", health={"issues": []})


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
    group = find(scene.cluster(params["clusterName"]), params["nodegroupName"])
    _assess(scene, group)
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
    group.gone = True
    del cluster.nodegroups[group.wire["nodegroupName"]]


OPERATIONS = {
    "CreateNodegroup": create,
    "DescribeNodegroup": describe,
    "ListNodegroups": list_all,
    "DeleteNodegroup": delete,
}
