"""Where the parts of a cluster stand: in subnets that we make, or in those that the user has. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from clusterwright.aws.kinds.route_table import RouteTable
from clusterwright.aws.kinds.subnet import Subnet
from clusterwright.aws.kinds.vpc import Vpc
from clusterwright.blueprint import refs
from clusterwright.blueprint.facts import Facts, GivenSubnet
from clusterwright.graph.resource import Ref
from clusterwright.spec.placement import Dynamic, Static

SubnetPointer: TypeAlias = "Ref[Subnet] | str"

# EKS never lets a control plane change its set of zones (github.com/aws/containers-roadmap/issues/2258), so
# it gets the two that it must have: zones that a cluster gains later are for nodes. Only private subnets:
# load balancers find theirs by tag, and the control plane's interfaces need no public address.
CONTROL_PLANE_ZONES = 2


@dataclass(frozen=True, kw_only=True)
class Ground:
    vpc: Ref[Vpc] | str
    cidr: str
    control_plane: tuple[SubnetPointer, ...]
    nodes: tuple[SubnetPointer, ...]
    fargate: tuple[SubnetPointer, ...]
    """Private ones only."""
    ours: bool
    """Whether we make the way to the internet, and so must wait for it."""


def dynamic_ground(network: Dynamic, zones: tuple[str, ...]) -> Ground:
    private = in_order(map(refs.private_subnet, zones))
    return Ground(
        vpc=refs.VPC,
        cidr=network.cidr,
        control_plane=in_order(map(refs.private_subnet, zones[:CONTROL_PLANE_ZONES])),
        nodes=private,
        fargate=private,
        ours=True,
    )


def static_ground(static: Static, facts: Facts) -> Ground:
    """The first subnets written decide where the control plane stands, so new ones are added at the end."""
    chosen = given(static, facts)
    private = [subnet for subnet in chosen if not subnet.public]
    preferred = private if len({subnet.zone for subnet in private}) >= CONTROL_PLANE_ZONES else chosen
    return Ground(
        vpc=static.vpc_id,
        cidr=facts.vpc_cidr,
        control_plane=in_order(subnet.id for subnet in first_of_each_zone(preferred)),
        nodes=in_order(subnet.id for subnet in private or chosen),
        fargate=in_order(subnet.id for subnet in private),
        ours=False,
    )


def given(static: Static, facts: Facts) -> list[GivenSubnet]:
    """As written; those that the VPC does not have are findings."""
    known = {subnet.id: subnet for subnet in facts.subnets}
    return [known[id_] for id_ in static.subnet_ids if id_ in known]


def first_of_each_zone(subnets: Iterable[GivenSubnet]) -> Iterator[GivenSubnet]:
    seen: list[str] = []
    for subnet in subnets:
        if subnet.zone.name not in seen and len(seen) < CONTROL_PLANE_ZONES:
            seen.append(subnet.zone.name)
            yield subnet


def in_order(pointers: Iterable[SubnetPointer]) -> tuple[SubnetPointer, ...]:
    return tuple(sorted(pointers, key=str))


def ways_out(ground: Ground, zones: tuple[str, ...]) -> tuple[Ref[RouteTable], ...]:
    """Both ends of the way from private subnets to the internet, without which nodes cannot join."""
    if not ground.ours:
        return ()
    return (*sorted(map(refs.private_routes, zones), key=str), refs.PUBLIC_ROUTES)
