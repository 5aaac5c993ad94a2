"""What a cluster takes of each quota, beyond what was made for it already. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from clusterwright.aws.kinds.eks_cluster import EksCluster
from clusterwright.aws.kinds.elastic_ip import ElasticIp
from clusterwright.aws.kinds.fargate_profile import FargateProfile
from clusterwright.aws.kinds.internet_gateway import InternetGateway
from clusterwright.aws.kinds.nat_gateway import NatGateway
from clusterwright.aws.kinds.node_group import NodeGroup
from clusterwright.aws.kinds.subnet import Subnet
from clusterwright.aws.kinds.vpc import Vpc
from clusterwright.aws.preflight import quota
from clusterwright.aws.preflight.quota import ON_DEMAND, Quota
from clusterwright.graph.resource import AnyRef, Resource

R = TypeVar("R", bound=Resource)

Place = tuple[Quota, str]
"""A quota and what it is counted within: a zone or a node group; empty for the region or the cluster."""


@dataclass(frozen=True)
class Ask:
    """A cluster: all that it is to have, and what of it was made already, as last applied."""

    wanted: tuple[Resource, ...]
    made: Mapping[AnyRef, Resource]

    def of(self, kind: type[R]) -> tuple[R, ...]:
        return tuple(resource for resource in self.wanted if isinstance(resource, kind))

    def missing(self, kind: type[R]) -> tuple[R, ...]:
        return tuple(resource for resource in self.of(kind) if resource.ref not in self.made)


@dataclass(frozen=True)
class Demand:
    """`needed` will be taken for certain, `at_most` when everything grows as far as it may."""

    needed: int
    at_most: int

    def __add__(self, other: Demand) -> Demand:
        return Demand(self.needed + other.needed, self.at_most + other.at_most)


NONE = Demand(0, 0)
ONE_LATER = Demand(0, 1)
"""Nothing of a cluster itself, but its first Service or Ingress takes one."""

COUNTED: tuple[tuple[Quota, type[Resource]], ...] = (
    (quota.VPCS, Vpc),
    (quota.INTERNET_GATEWAYS, InternetGateway),
    (quota.SUBNETS, Subnet),
    (quota.ADDRESSES, ElasticIp),
    (quota.CLUSTERS, EksCluster),
    (quota.NODE_GROUPS, NodeGroup),
    (quota.FARGATE_PROFILES, FargateProfile),
)
BALANCERS = (quota.CLASSIC_BALANCERS, quota.NETWORK_BALANCERS, quota.APPLICATION_BALANCERS)


def demands(ask: Ask, vcpus: Mapping[str, int]) -> dict[Place, Demand]:
    """By quota, as far as anything is needed. `vcpus`: of each instance type; unknown ones are left out."""
    found: defaultdict[Place, Demand] = defaultdict(lambda: NONE)
    for place, demand in (*counted(ask), *in_zones(ask), *in_groups(ask), *of_cores(ask, vcpus)):
        found[place] += demand
    needed = {place: demand for place, demand in found.items() if demand.at_most}
    return needed | {(balancer, ""): ONE_LATER for balancer in BALANCERS}


def counted(ask: Ask) -> Iterator[tuple[Place, Demand]]:
    for counts, kind in COUNTED:
        needed = len(ask.missing(kind))
        yield (counts, ""), Demand(needed, needed)


def in_zones(ask: Ask) -> Iterator[tuple[Place, Demand]]:
    zones = {subnet.ref: subnet.zone for subnet in ask.of(Subnet)}
    for gateway in ask.missing(NatGateway):
        yield (quota.NAT_GATEWAYS, zones[gateway.subnet]), Demand(1, 1)


def in_groups(ask: Ask) -> Iterator[tuple[Place, Demand]]:
    """The whole size counts: there is no use to compare with but that of the group itself."""
    for group in ask.of(NodeGroup):
        yield (quota.NODES, group.group_name), Demand(group.desired_size, group.max_size)


def of_cores(ask: Ask, vcpus: Mapping[str, int]) -> Iterator[tuple[Place, Demand]]:
    for group in ask.of(NodeGroup):
        chosen = expected_type(group, vcpus)
        counts = quota.vcpu_quota(chosen, group.capacity) if chosen else None
        if chosen and counts:
            running = running_nodes(group, ask.made.get(group.ref))
            yield (counts, ""), cores(group, running, vcpus[chosen])


def cores(group: NodeGroup, running: int, each: int) -> Demand:
    needed, most = max(0, group.desired_size - running), max(0, group.max_size - running)
    return Demand(needed * each, most * each)


def running_nodes(group: NodeGroup, made: Resource | None) -> int:
    """How many of its nodes are counted as in use; a group that is to be replaced starts with none."""
    if not isinstance(made, NodeGroup):
        return 0
    kept = (made.instance_types, made.capacity) == (group.instance_types, group.capacity)
    return made.desired_size if kept else 0


def expected_type(group: NodeGroup, vcpus: Mapping[str, int]) -> str | None:
    """On demand AWS takes the first that it has, of spot any: there the largest is reckoned with."""
    known = [name for name in group.instance_types if name in vcpus]
    if not known:
        return None
    return known[0] if group.capacity == ON_DEMAND else max(known, key=lambda name: vcpus[name])


def together(asks: Iterable[Ask], vcpus: Mapping[str, int]) -> dict[Place, Demand]:
    """What several clusters take of the quotas that clusters share."""
    total: defaultdict[Place, Demand] = defaultdict(lambda: NONE)
    for ask in asks:
        for place, demand in demands(ask, vcpus).items():
            if place[0] not in WITHIN:
                total[place] += demand
    return dict(total)


WITHIN = frozenset({quota.SUBNETS, quota.NODE_GROUPS, quota.NODES, quota.FARGATE_PROFILES, *BALANCERS})
"""Quotas that each cluster has for itself; of load balancers nothing is claimed before there is a Service."""
