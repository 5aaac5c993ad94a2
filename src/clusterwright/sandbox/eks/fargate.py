"""Fargate profiles: in private subnets only, and one at a time in each cluster.

https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateFargateProfile.html
"""

import re
from datetime import UTC, datetime

from clusterwright.sandbox.eks import access, compute, faults, placement, tokens
from clusterwright.sandbox.eks.paging import page
from clusterwright.sandbox.eks.records import Child, Cluster, Wire
from clusterwright.sandbox.eks.scene import Scene

_NAME = re.compile(r"[0-9A-Za-z][A-Za-z0-9_-]{0,99}")
_PODS = "eks-fargate-pods.amazonaws.com"
_MOST_SELECTORS = 5
_MOST_LABELS = 5


def create(scene: Scene, params: Wire) -> Wire:
    cluster = scene.active_cluster(params["clusterName"])
    name = params["fargateProfileName"]
    existing = cluster.fargate.get(name)
    if existing is not None:
        if tokens.same(existing.token, params):
            return {"fargateProfile": existing.wire}
        raise faults.in_use(
            f"A Fargate Profile already exists with this name in this cluster: {name}",
            clusterName=cluster.name,
        )
    params = {**params, "subnets": params.get("subnets") or _private_subnets(scene, cluster)}
    _check(scene, cluster, params)
    _one_at_a_time(cluster, "create", name)
    profile = Child(wire=_wire(scene, cluster, params), token=tokens.of(params))
    cluster.fargate[name] = profile
    scene.service_roles("eks-fargate")
    access.allow_nodes(scene, cluster, params["podExecutionRoleArn"], "FARGATE_LINUX")
    scene.later("fargate-create", f"{cluster.name}/{name}", lambda: _activate(scene, cluster, profile))
    return {"fargateProfile": profile.wire}


def _private_subnets(scene: Scene, cluster: Cluster) -> list[str]:
    """Of the cluster's own: what EKS takes when it is told none, on which eksctl relies."""
    own = placement.subnets(scene, cluster.wire["resourcesVpcConfig"]["subnetIds"], clusterName=cluster.name)
    return [one.id for one in own if scene.account.default_route(one) != "igw"]


def _check(scene: Scene, cluster: Cluster, params: Wire) -> None:
    name = cluster.name
    if not _NAME.fullmatch(params["fargateProfileName"]):
        raise faults.invalid("The fargate profile name contains invalid characters", clusterName=name)
    _check_selectors(params.get("selectors") or [], name)
    if not params.get("subnets"):
        raise faults.invalid("Subnets cannot be empty for a Fargate profile", clusterName=name)
    for subnet in placement.subnets(scene, params["subnets"], clusterName=name):
        if subnet.vpc_id != cluster.wire["resourcesVpcConfig"]["vpcId"]:
            raise faults.invalid(f"Subnet {subnet.id} is not in the VPC of the cluster", clusterName=name)
        if scene.account.default_route(subnet) == "igw":
            raise faults.invalid(
                f"Subnet {subnet.id} provided in Fargate Profile is not a private subnet", clusterName=name
            )
    if not scene.trusts(params["podExecutionRoleArn"], _PODS, clusterName=name):
        raise faults.invalid(
            f"Misconfigured PodExecutionRole Trust Policy; Please add the {_PODS} Service Principal",
            clusterName=name,
        )


def _check_selectors(selectors: list[Wire], name: str) -> None:
    if not selectors:
        raise faults.invalid("Fargate Profile must have at least one selector.", clusterName=name)
    if len(selectors) > _MOST_SELECTORS:
        raise faults.invalid(
            f"Fargate Profile must have at most {_MOST_SELECTORS} selectors", clusterName=name
        )
    for selector in selectors:
        if not selector.get("namespace"):
            raise faults.invalid("Fargate Profile must have at least one namespace", clusterName=name)
        if len(selector.get("labels") or {}) > _MOST_LABELS:
            raise faults.invalid(
                f"Request contains Selector with more than {_MOST_LABELS} Label pairs", clusterName=name
            )


def _one_at_a_time(cluster: Cluster, verb: str, name: str) -> None:
    for other in cluster.fargate.values():
        status = other.wire["status"]
        if status in ("CREATING", "DELETING"):
            raise faults.in_use(
                f"Cannot {verb} Fargate Profile {name} because cluster {cluster.name} currently has Fargate "
                f"profile {other.wire['fargateProfileName']} in status {status}",
                clusterName=cluster.name,
            )


def _wire(scene: Scene, cluster: Cluster, params: Wire) -> Wire:
    name = params["fargateProfileName"]
    path = f"{cluster.name}/{name}/{scene.unique('fargate', f'{cluster.name}/{name}')}"
    return {
        "fargateProfileName": name,
        "fargateProfileArn": scene.arn("fargateprofile", path),
        "clusterName": cluster.name,
        "createdAt": datetime.fromtimestamp(scene.now, UTC),
        "podExecutionRoleArn": params["podExecutionRoleArn"],
        "subnets": list(params["subnets"]),
        "selectors": list(params["selectors"]),
        "status": "CREATING",
        "tags": dict(params.get("tags") or {}),
        "health": {"issues": []},
    }


def _activate(scene: Scene, cluster: Cluster, profile: Child) -> None:
    if profile.wire["status"] == "CREATING":
        profile.wire["status"] = "ACTIVE"
        compute.arrived(scene, cluster)


def _found(cluster: Cluster, name: str) -> Child:
    try:
        return cluster.fargate[name]
    except KeyError:
        raise faults.not_found(
            f"No Fargate Profile found with name: {name}", clusterName=cluster.name
        ) from None


def describe(scene: Scene, params: Wire) -> Wire:
    return {"fargateProfile": _found(scene.cluster(params["clusterName"]), params["fargateProfileName"]).wire}


def list_all(scene: Scene, params: Wire) -> Wire:
    names, token = page(sorted(scene.cluster(params["clusterName"]).fargate), params)
    return {"fargateProfileNames": names, "nextToken": token}


def delete(scene: Scene, params: Wire) -> Wire:
    cluster = scene.cluster(params["clusterName"])
    name = params["fargateProfileName"]
    profile = _found(cluster, name)
    _one_at_a_time(cluster, "delete", name)
    profile.wire["status"] = "DELETING"
    scene.later("fargate-delete", f"{cluster.name}/{name}", lambda: _vanish(cluster, profile))
    return {"fargateProfile": profile.wire}


def _vanish(cluster: Cluster, profile: Child) -> None:
    profile.gone = True
    del cluster.fargate[profile.wire["fargateProfileName"]]


OPERATIONS = {
    "CreateFargateProfile": create,
    "DescribeFargateProfile": describe,
    "ListFargateProfiles": list_all,
    "DeleteFargateProfile": delete,
}
