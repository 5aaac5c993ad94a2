"""Where a cluster may stand: its subnets, zones and security groups, and what EKS puts there.

https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html
"""

from collections.abc import Sequence
from typing import Any

from clusterwright.sandbox.call import AwsError
from clusterwright.sandbox.eks import faults, network_ranges
from clusterwright.sandbox.eks.account import Subnet
from clusterwright.sandbox.eks.records import Cluster
from clusterwright.sandbox.eks.scene import Scene

# "Subnet requirements for clusters" in the page above
_ZONES_WITHOUT_EKS = frozenset({"use1-az3", "usw1-az2", "cac1-az3"})
_MOST_INTERFACES = 4


def subnets(scene: Scene, ids: Sequence[str], **members: Any) -> list[Subnet]:
    found = []
    for subnet_id in ids:
        subnet = scene.account.subnet(subnet_id)
        if subnet is None:
            raise faults.invalid(f"The subnet ID '{subnet_id}' does not exist", **members)
        found.append(subnet)
    return found


def for_cluster(scene: Scene, name: str, vpc_config: dict[str, Any]) -> list[Subnet]:
    found = subnets(scene, vpc_config.get("subnetIds") or [], clusterName=name)
    if len({subnet.vpc_id for subnet in found}) > 1:
        raise faults.invalid("Subnets specified must be in the same VPC", clusterName=name)
    for subnet in found:
        if subnet.zone_id in _ZONES_WITHOUT_EKS:
            raise _unsupported(scene, name, subnet)
    if len({subnet.zone for subnet in found}) < 2:
        raise faults.invalid("Subnets specified must be in at least two different AZs", clusterName=name)
    network_ranges.check_groups(vpc_config, name)
    for group_id in vpc_config.get("securityGroupIds") or []:
        if not scene.account.has_group(group_id):
            raise faults.invalid(f"The security group '{group_id}' does not exist", clusterName=name)
    return found


def _unsupported(scene: Scene, name: str, subnet: Subnet) -> AwsError:
    return AwsError(
        "UnsupportedAvailabilityZoneException",
        f"Cannot create cluster '{name}' because {subnet.zone}, the targeted availability zone, does not "
        "currently have sufficient capacity to support the cluster. Retry and choose from other availability "
        "zones",
        400,
        clusterName=name,
        nodegroupName=None,
        validZones=[zone for zone, zone_id in scene.account.zones() if zone_id not in _ZONES_WITHOUT_EKS],
    )


def occupy(scene: Scene, cluster: Cluster, found: Sequence[Subnet]) -> None:
    """The cluster security group and the control plane's network interfaces, both in the customer's VPC."""
    config = cluster.wire["resourcesVpcConfig"]
    number = scene.stream("group", cluster.name).randrange(10**9, 10**10)
    config["clusterSecurityGroupId"] = scene.account.make_group(
        f"eks-cluster-sg-{cluster.name}-{number}",
        "EKS created security group applied to ENI that is attached to EKS Control Plane master nodes, "
        "as well as any managed workloads.",
        found[0].vpc_id,
        {
            "Name": f"eks-cluster-sg-{cluster.name}-{number}",
            "aws:eks:cluster-name": cluster.name,
            f"kubernetes.io/cluster/{cluster.name}": "owned",
        },
    )
    interfaces(scene, cluster, found)


def interfaces(scene: Scene, cluster: Cluster, found: Sequence[Subnet]) -> None:
    """Two to four of them, over the subnets (also after a change of these)."""
    config = cluster.wire["resourcesVpcConfig"]
    groups = [config["clusterSecurityGroupId"], *config["securityGroupIds"]]
    scene.account.remove_interfaces(cluster.interfaces)
    cluster.interfaces = [
        scene.account.make_interface(subnet.id, groups, f"Amazon EKS {cluster.name}")
        for subnet in list(found)[:_MOST_INTERFACES]
    ]


def vacate(scene: Scene, cluster: Cluster) -> None:
    scene.account.remove_interfaces(cluster.interfaces)
    scene.account.remove_group(cluster.wire["resourcesVpcConfig"]["clusterSecurityGroupId"])
