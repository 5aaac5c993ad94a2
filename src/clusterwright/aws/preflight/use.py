"""What is in use of a quota. One function each, which reads no more than it counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from clusterwright.aws.calls import Row
from clusterwright.aws.kinds.eks_cluster import EksCluster
from clusterwright.aws.preflight import quota
from clusterwright.aws.preflight.demand import Ask
from clusterwright.aws.preflight.quota import ON_DEMAND, SPOT, Quota, vcpu_quota
from clusterwright.aws.preflight.reading import Answer, Reader, Unanswered, answered

ACTIONS = frozenset(
    {
        "servicequotas:ListServiceQuotas",
        "ec2:DescribeVpcs",
        "ec2:DescribeInternetGateways",
        "ec2:DescribeAddresses",
        "ec2:DescribeNatGateways",
        "ec2:DescribeSubnets",
        "ec2:DescribeInstances",
        "ec2:DescribeInstanceTypes",
        "eks:ListClusters",
        "eks:ListNodegroups",
        "elasticloadbalancing:DescribeLoadBalancers",
    }
)

STANDING = [{"Name": "state", "Values": ["pending", "available", "deleting"]}]
"""NAT gateways that count (docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html)."""
RUNNING = [{"Name": "instance-state-name", "Values": ["pending", "running"]}]
MOST_VALUES = 200
"""Values of one filter (docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Filter.html)."""

Bought = tuple[str, str]
"""An instance type, and on demand or spot."""


def applied_quotas(reader: Reader, service: str) -> dict[str, int]:
    """What the account has, by code; some that it never changed are not listed."""
    rows = reader.rows("servicequotas:ListServiceQuotas", "Quotas", ServiceCode=service)
    return {row["QuotaCode"]: int(row["Value"]) for row in rows}


def vpcs(reader: Reader) -> list[Row]:
    return reader.rows("ec2:DescribeVpcs", "Vpcs")


def internet_gateways(reader: Reader) -> int:
    return len(reader.rows("ec2:DescribeInternetGateways", "InternetGateways"))


def addresses(reader: Reader) -> int:
    return len(reader.rows("ec2:DescribeAddresses", "Addresses"))


def nat_gateways(reader: Reader) -> Counter[str]:
    """By zone. A NAT gateway tells only its subnet."""
    rows = reader.rows("ec2:DescribeNatGateways", "NatGateways", Filter=STANDING)
    subnets = Counter(str(row["SubnetId"]) for row in rows)
    if not subnets:
        return Counter()
    zones = {
        row["SubnetId"]: row["AvailabilityZone"] for row in reader.rows("ec2:DescribeSubnets", "Subnets")
    }
    return Counter(str(zones.get(row["SubnetId"])) for row in rows)


def instances(reader: Reader) -> Counter[Bought]:
    rows = reader.rows("ec2:DescribeInstances", "Reservations", Filters=RUNNING)
    running = (instance for row in rows for instance in row["Instances"])
    return Counter((str(one["InstanceType"]), market(one)) for one in running)


def market(instance: Row) -> str:
    return SPOT if instance.get("InstanceLifecycle") == "spot" else ON_DEMAND


def vcpus(reader: Reader, types: frozenset[str]) -> dict[str, int]:
    """Of each type; unknown ones are left out, where asking by name would be refused as a whole."""
    names = sorted(types)
    parts = [names[start : start + MOST_VALUES] for start in range(0, len(names), MOST_VALUES)]
    rows = [row for part in parts for row in described(reader, part)]
    return {row["InstanceType"]: row["VCpuInfo"]["DefaultVCpus"] for row in rows}


def described(reader: Reader, types: list[str]) -> list[Row]:
    named = [{"Name": "instance-type", "Values": types}]
    return reader.rows("ec2:DescribeInstanceTypes", "InstanceTypes", Filters=named)


@dataclass(frozen=True)
class Cores:
    """vCPUs: of each instance type, and in use by quota."""

    each: Answer[Mapping[str, int]]
    used: Answer[Mapping[Quota, int]]


def cores(reader: Reader, wanted: frozenset[str]) -> Cores:
    """`wanted`: types that are to be started, beside those that run already."""
    if not wanted:
        return Cores({}, {})
    running = answered(partial(instances, reader))
    present = frozenset() if isinstance(running, Unanswered) else frozenset(name for name, _ in running)
    each = answered(partial(vcpus, reader, wanted | present))
    if isinstance(running, Unanswered):
        return Cores(each, running)
    if isinstance(each, Unanswered):
        return Cores(each, each)
    return Cores(each, cores_in_use(running, each))


def cores_in_use(running: Mapping[Bought, int], each: Mapping[str, int]) -> Counter[Quota]:
    """By quota."""
    total: Counter[Quota] = Counter()
    for (name, bought), count in running.items():
        counts = vcpu_quota(name, bought)
        if counts:
            total[counts] += count * each.get(name, 0)
    return total


def clusters(reader: Reader) -> int:
    return len(reader.rows("eks:ListClusters", "clusters"))


def node_groups(reader: Reader, ask: Ask) -> int:
    """Of the cluster, others than ours included; none before it is there."""
    made = next((one for one in ask.made.values() if isinstance(one, EksCluster)), None)
    if made is None:
        return 0
    return len(reader.rows("eks:ListNodegroups", "nodegroups", clusterName=made.cluster_name))


def classic_balancers(reader: Reader) -> int:
    return len(reader.rows("elb:DescribeLoadBalancers", "LoadBalancerDescriptions"))


def balancers(reader: Reader) -> Counter[str]:
    """Application and network load balancers: `application`, `network`."""
    rows = reader.rows("elasticloadbalancing:DescribeLoadBalancers", "LoadBalancers")
    return Counter(str(row["Type"]) for row in rows)


Count = Callable[[Reader, Ask], Mapping[str, int]]
"""By what the quota is counted within; empty for the region or the cluster."""

COUNTS: Mapping[Quota, Count] = {
    quota.VPCS: lambda reader, _: {"": len(vpcs(reader))},
    quota.INTERNET_GATEWAYS: lambda reader, _: {"": internet_gateways(reader)},
    quota.ADDRESSES: lambda reader, _: {"": addresses(reader)},
    quota.NAT_GATEWAYS: lambda reader, _: nat_gateways(reader),
    quota.CLUSTERS: lambda reader, _: {"": clusters(reader)},
    quota.NODE_GROUPS: lambda reader, ask: {"": node_groups(reader, ask)},
    quota.CLASSIC_BALANCERS: lambda reader, _: {"": classic_balancers(reader)},
    quota.NETWORK_BALANCERS: lambda reader, _: {"": balancers(reader)["network"]},
    quota.APPLICATION_BALANCERS: lambda reader, _: {"": balancers(reader)["application"]},
}
