"""What CreateNodegroup and the updates of node groups refuse.

https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateNodegroup.html
"""

import re
from collections.abc import Iterable, Sequence

from clusterwright.sandbox.eks import faults, placement, versions
from clusterwright.sandbox.eks.records import Cluster, Wire
from clusterwright.sandbox.eks.scene import Scene

_NAME = re.compile(r"[0-9A-Za-z][A-Za-z0-9_-]{0,62}")
_AL2_UNTIL = 32  # no AL2 images from 1.33 on
_MOST_NODES = 450
_MOST_TYPES = 20
_MOST_TAINTS = 50  # https://docs.aws.amazon.com/eks/latest/userguide/node-taints-managed-node-groups.html
_MOST_UNAVAILABLE = 100
_NODES_OWN = ("node.kubernetes.io", "kubelet.kubernetes.io", "node-restriction.kubernetes.io")
_EITHER = {
    "nodeRepairConfig": (
        ("maxUnhealthyNodeThresholdCount", "maxUnhealthyNodeThresholdPercentage"),
        ("maxParallelNodesRepairedCount", "maxParallelNodesRepairedPercentage"),
    ),
    "updateConfig": (("maxUnavailable", "maxUnavailablePercentage"),),
}


def check_name(name: str, members: Wire) -> None:
    if not _NAME.fullmatch(name):
        raise faults.invalid(
            "The node group name can't be longer than 63 characters and must begin with a letter or a digit",
            **members,
        )


def check_place(scene: Scene, cluster: Cluster, params: Wire, members: Wire) -> None:
    if not params["subnets"]:
        raise faults.invalid("Subnets cannot be empty", **members)
    found = placement.subnets(scene, params["subnets"], **members)
    if any(subnet.vpc_id != cluster.wire["resourcesVpcConfig"]["vpcId"] for subnet in found):
        raise faults.invalid("Subnets are not in the VPC of the cluster", **members)


def check_remote_access(scene: Scene, given: Wire, members: Wire) -> None:
    key = given.get("ec2SshKey")
    if key and not scene.account.has_key_pair(key):
        raise faults.invalid(f"The key pair '{key}' does not exist", **members)
    missing = [one for one in given.get("sourceSecurityGroups") or [] if not scene.account.has_group(one)]
    if missing:
        raise faults.invalid(f"The security groups {missing} do not exist", **members)
    if given.get("sourceSecurityGroups") and not key:
        raise faults.invalid("sourceSecurityGroups cannot be specified without ec2SshKey", **members)


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
    if high > _MOST_NODES:
        raise faults.invalid(f"maxSize must be between 1 and {_MOST_NODES}", **members)


def check_labels(labels: Iterable[str], members: Wire) -> None:
    """https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#noderestriction"""
    for key in labels:
        domain = key.rpartition("/")[0]
        if domain.endswith(("kubernetes.io", "k8s.io")) and not domain.endswith(_NODES_OWN):
            raise faults.invalid(f"Label cannot contain reserved prefixes: {key}", **members)


def check_taints(taints: Sequence[Wire], members: Wire) -> None:
    if len(taints) > _MOST_TAINTS:
        raise faults.invalid(f"A node group can have at most {_MOST_TAINTS} taints", **members)
    for taint in taints:
        if not taint.get("key") or not taint.get("effect"):
            raise faults.invalid("A taint needs a key and an effect", **members)
    if len({(taint["key"], taint["effect"]) for taint in taints}) < len(taints):
        raise faults.invalid("Taints must differ in key or effect", **members)


def check_rates(params: Wire, members: Wire) -> None:
    """Numbers or percentages, not both: https://docs.aws.amazon.com/eks/latest/APIReference/API_NodegroupUpdateConfig.html"""
    for config, pairs in _EITHER.items():
        for pair in pairs:
            if all((params.get(config) or {}).get(one) is not None for one in pair):
                raise faults.invalid(f"{' and '.join(pair)} cannot both be specified", **members)
    if (params.get("updateConfig") or {}).get("maxUnavailable", 0) > _MOST_UNAVAILABLE:
        raise faults.invalid(f"maxUnavailable can be at most {_MOST_UNAVAILABLE}", **members)


def check_types(scene: Scene, types: Sequence[str], ami: str, members: Wire) -> None:
    if len(types) > _MOST_TYPES:
        raise faults.invalid(f"At most {_MOST_TYPES} instance types can be specified", **members)
    known = {one: scene.account.architectures(one) for one in types}
    unknown = [one for one in types if not known[one]]
    if unknown:
        raise faults.invalid(
            f"The following supplied instance types do not exist: [{', '.join(unknown)}]", **members
        )
    unfit = [one for one in types if architecture(ami) not in known[one]]
    if ami != "CUSTOM" and unfit:
        raise faults.invalid(
            f"[{', '.join(unfit)}] is not a valid instance type for requested amiType {ami}", **members
        )


def architecture(ami: str) -> str:
    return "arm64" if "ARM_64" in ami else "x86_64"


def check_ami(ami: str, version: str, members: Wire) -> None:
    if ami.startswith("AL2_") and versions.minor(version) > _AL2_UNTIL:
        raise faults.invalid(
            f"AMI Type {ami} is only supported for kubernetes versions 1.{_AL2_UNTIL} or earlier", **members
        )


def check_version(cluster: Cluster, version: str, members: Wire) -> None:
    versions.checked(version, **members)
    if versions.minor(version) > versions.minor(cluster.wire["version"]):
        raise faults.invalid(
            f"Nodegroup Kubernetes version {version} is newer than cluster version {cluster.wire['version']}",
            **members,
        )
