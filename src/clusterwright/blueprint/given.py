"""Whether the user's own subnets can carry the cluster. Pure.

docs.aws.amazon.com/eks/latest/userguide/network-reqs.html
"""

from __future__ import annotations

from collections.abc import Iterator

from clusterwright.blueprint.facts import Facts, GivenSubnet
from clusterwright.blueprint.ground import CONTROL_PLANE_ZONES, given
from clusterwright.blueprint.zones import REFUSED
from clusterwright.errors import Finding
from clusterwright.spec.cluster import ClusterSpec
from clusterwright.spec.placement import Static

PATH = "spec.placement.static"


def subnet_findings(static: Static, facts: Facts) -> Iterator[Finding]:
    if not facts.vpc_cidr:
        message = f"this account has no VPC {static.vpc_id} in this region"
        yield Finding(f"{PATH}.vpcId", message, "Name one of `aws ec2 describe-vpcs`.", value=static.vpc_id)
        return
    known = {subnet.id: subnet for subnet in facts.subnets}
    for index, id_ in enumerate(static.subnet_ids):
        yield from single_findings(id_, known.get(id_), f"{PATH}.subnets[{index}].id", static.vpc_id)
    zones = sorted({subnet.zone.name for subnet in given(static, facts)})
    if len(zones) < CONTROL_PLANE_ZONES and known.keys() >= set(static.subnet_ids):
        message = f"all subnets are in {', '.join(zones)}; EKS needs two zones"
        yield Finding(f"{PATH}.subnets", message, "Add a subnet in another zone.")


def single_findings(id_: str, subnet: GivenSubnet | None, path: str, vpc: str) -> Iterator[Finding]:
    if subnet is None:
        remedy = f"Name subnets of {vpc}, or the VPC that it is in."
        yield Finding(path, f"{vpc} has no subnet {id_}", remedy, value=id_)
    elif subnet.zone.id in REFUSED:
        message = f"{id_} is in {subnet.zone.id}, where EKS places no control plane"
        yield Finding(path, message, "Use a subnet in another zone.", value=id_)


def fargate_subnet_findings(wanted: ClusterSpec, facts: Facts) -> Iterator[Finding]:
    """Pods on Fargate get no public address, so EKS takes private subnets only."""
    static = wanted.placement.static
    chosen = given(static, facts) if static else []
    if wanted.fargate_profiles and chosen and all(subnet.public for subnet in chosen):
        message = "has no private subnet, and pods on Fargate need one"
        remedy = "Add a subnet without a route to an internet gateway."
        yield Finding(f"{PATH}.subnets", message, remedy)
    public = {subnet.id: subnet for subnet in chosen if subnet.public}
    for number, profile in enumerate(wanted.fargate_profiles):
        for index, id_ in enumerate(profile.subnets):
            if id_ in public:
                path = f"spec.fargateProfiles[{number}].subnets[{index}]"
                message = f"{id_} is public: {public[id_].route} leads to an internet gateway"
                yield Finding(path, message, "Fargate takes private subnets only.", value=id_)
