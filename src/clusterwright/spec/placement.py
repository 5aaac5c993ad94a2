"""Where a cluster lives: a VPC that we make (dynamic) or one that the user has (static).

How a VPC is cut into subnets is the blueprint's matter; here only whether two per zone can fit.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import AddressValueError, IPv4Network, NetmaskValueError
from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from clusterwright.spec.model import Model, Problem, repeated
from clusterwright.spec.scalars import Flag, SubnetId, VpcId, Whole

LARGEST_VPC, SMALLEST_VPC = 16, 24
SMALLEST_SUBNET = 26  # 59 usable addresses: less leaves no room for pods next to nodes and load balancers
FEWEST_ZONES, MOST_ZONES = 2, 6
PRIVATE = tuple(map(IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")))


def network(text: str) -> IPv4Network | None:
    """The network of a text in CIDR notation, host bits allowed; None when it is not one."""
    try:
        return IPv4Network(text, strict=False) if "/" in text else None
    except (AddressValueError, NetmaskValueError, ValueError):
        return None


def smallest_vpc(zones: int) -> int:
    """The longest prefix that holds a public and a private subnet of useful size in each zone."""
    bits = (2 * zones - 1).bit_length()
    return min(SMALLEST_SUBNET - bits, SMALLEST_VPC)


def cidr_problems(text: str, field: str) -> Iterator[Problem]:
    """What is wrong with a text as an IPv4 network address."""
    net = network(text)
    if net is None:
        yield Problem((field,), f"{text} is not an IPv4 network", "Write it like 10.0.0.0/16.", text)
    elif not text.startswith(f"{net.network_address}/"):
        yield Problem((field,), f"{text} is not the address of a network", f"Write {net}.", text)


def _count_or_names(value: object) -> str:
    return "names" if isinstance(value, list | tuple) else "count"


class Dynamic(Model):
    """A new VPC, ours to make and to delete."""

    cidr: str = "10.0.0.0/16"
    availability_zones: Annotated[
        Annotated[Whole, Tag("count")] | Annotated[tuple[str, ...], Tag("names")],
        Discriminator(_count_or_names),
    ] = 3
    nat_gateways: Literal["perZone", "single"] = "perZone"

    @property
    def zone_names(self) -> tuple[str, ...]:
        """The zones that were named; empty when only their number was given."""
        return self.availability_zones if isinstance(self.availability_zones, tuple) else ()

    @property
    def zone_count(self) -> int:
        zones = self.availability_zones
        return len(zones) if isinstance(zones, tuple) else zones

    def problems(self) -> Iterator[Problem]:
        yield from self._zone_problems()
        yield from cidr_problems(self.cidr, "cidr")
        net = network(self.cidr)
        if net is not None:
            yield from self._size_problems(net)

    def _zone_problems(self) -> Iterator[Problem]:
        at = ("availabilityZones",)
        count = self.zone_count
        if not FEWEST_ZONES <= count <= MOST_ZONES:
            remedy = f"EKS needs {FEWEST_ZONES}; more than {MOST_ZONES} are not supported."
            yield Problem(
                at, f"{count} zones are not between {FEWEST_ZONES} and {MOST_ZONES}", remedy, str(count)
            )
        for index, zone in repeated(self.zone_names):
            yield Problem((*at, index), f"{zone} is listed twice", "Remove one of them.", zone)

    def _size_problems(self, net: IPv4Network) -> Iterator[Problem]:
        zones = min(max(self.zone_count, FEWEST_ZONES), MOST_ZONES)
        least = smallest_vpc(zones)
        if net.prefixlen < LARGEST_VPC:
            remedy = f"Use {net.network_address}/{LARGEST_VPC} or smaller."
            yield Problem(("cidr",), f"{self.cidr} is larger than AWS allows for a VPC", remedy, self.cidr)
        elif net.prefixlen > least:
            message = f"{self.cidr} is too small for two subnets in each of {zones} zones"
            yield Problem(("cidr",), message, f"Use a /{least} or larger.", self.cidr)
        if not any(net.subnet_of(private) for private in PRIVATE):
            message = f"{self.cidr} is not a private range; its public owner becomes unreachable"
            yield Problem(("cidr",), message, "Prefer a range in 10.0.0.0/8.", self.cidr, advice=True)


class SubnetRef(Model):
    """A subnet of the user."""

    id: SubnetId


class Static(Model):
    """A VPC of the user: read, checked and tagged, never deleted."""

    vpc_id: VpcId
    subnets: tuple[SubnetRef, ...]
    tag_subnets: Flag = True

    @property
    def subnet_ids(self) -> tuple[str, ...]:
        return tuple(subnet.id for subnet in self.subnets)

    def problems(self) -> Iterator[Problem]:
        count = len(self.subnets)
        if count < FEWEST_ZONES:
            message = f"lists {count} subnets; EKS needs two, in two zones"
            yield Problem(("subnets",), message, "Add a subnet in another zone.", str(count))
        for index, subnet in repeated(self.subnet_ids):
            yield Problem(
                ("subnets", index, "id"), f"{subnet} is listed twice", "Remove one of them.", subnet
            )


def _dynamic_unless_static(fields: dict[str, object]) -> Dynamic | None:
    return None if fields.get("static") else Dynamic()


class Placement(Model):
    """Exactly one of the two; dynamic when neither is written."""

    static: Static | None = None
    dynamic: Dynamic | None = Field(default_factory=_dynamic_unless_static)

    def problems(self) -> Iterator[Problem]:
        if self.static and self.dynamic:
            yield Problem((), "is both dynamic and static", "Keep one of the two.")
        elif not self.static and not self.dynamic:
            yield Problem((), "is neither dynamic nor static", "Write 'dynamic: {}' for a new VPC.")
