"""Whether the subnets of static placement can carry a cluster: zones, addresses, routes, tags.

docs.aws.amazon.com/eks/latest/userguide/network-reqs.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from clusterwright.aws.calls import Row
from clusterwright.aws.preflight.check import Check, Level
from clusterwright.aws.preflight.reading import Reader, Unanswered, answered, unknown
from clusterwright.aws.tagging import mapping

ACTIONS = frozenset({"ec2:DescribeSubnets", "ec2:DescribeRouteTables"})
AREA = "subnets"

FEWEST_ZONES = 2
FEWEST_ADDRESSES, ENOUGH_ADDRESSES = 6, 16
"""What EKS takes of a subnet for its own interfaces, and what it recommends."""
ANYWHERE = "0.0.0.0/0"
ROLE_TAGS = {True: "kubernetes.io/role/elb", False: "kubernetes.io/role/internal-elb"}
"""By which load balancers find public and private subnets."""


@dataclass(frozen=True)
class Given:
    """What the document says. `tagged`: we set the tags that are missing."""

    vpc: str
    subnets: tuple[str, ...]
    tagged: bool


def placement_checks(reader: Reader, given: Given) -> Iterator[Check]:
    of_vpc = [{"Name": "vpc-id", "Values": [given.vpc]}]
    rows = answered(partial(reader.rows, "ec2:DescribeSubnets", "Subnets", Filters=of_vpc))
    tables = answered(partial(reader.rows, "ec2:DescribeRouteTables", "RouteTables", Filters=of_vpc))
    if isinstance(rows, Unanswered):
        yield unknown(AREA, f"subnets of {given.vpc}", "what they are like is not known", rows)
        return
    found = [row for row in rows if row["SubnetId"] in given.subnets]
    yield from existence_checks(given, found)
    yield zone_check(found)
    for row in found:
        yield address_check(row)
    if isinstance(tables, Unanswered):
        yield unknown(AREA, f"routes of {given.vpc}", "which subnets are public is not known", tables)
        return
    for row in found:
        yield from route_checks(row, tables, given)


def existence_checks(given: Given, found: Iterable[Row]) -> Iterator[Check]:
    known = {row["SubnetId"] for row in found}
    for subnet in given.subnets:
        if subnet not in known:
            remedy = f"Name subnets of {given.vpc}, or change spec.placement.static.vpcId."
            yield Check(AREA, subnet, Level.ERROR, f"is no subnet of {given.vpc}", remedy)


def zone_check(found: Iterable[Row]) -> Check:
    zones = sorted({row["AvailabilityZone"] for row in found})
    if len(zones) < FEWEST_ZONES:
        message = f"in {' and '.join(zones) or 'no zone'}; EKS needs two"
        return Check(AREA, "zones", Level.ERROR, message, "Add a subnet in another zone.")
    return Check(AREA, "zones", Level.OK, ", ".join(zones))


def address_check(row: Row) -> Check:
    free = int(row["AvailableIpAddressCount"])
    subject, message = f"free addresses of {row['SubnetId']}", f"{free} of {row['CidrBlock']}"
    if free < FEWEST_ADDRESSES:
        message += f"; EKS itself takes up to {FEWEST_ADDRESSES}"
        return Check(AREA, subject, Level.ERROR, message, "Use a larger subnet, or free some.")
    if free < ENOUGH_ADDRESSES:
        message += f"; AWS recommends {ENOUGH_ADDRESSES}, and nodes and pods come on top"
        return Check(AREA, subject, Level.WARNING, message, "Use a larger subnet, or free some.")
    return Check(AREA, subject, Level.OK, message)


def route_checks(row: Row, tables: Iterable[Row], given: Given) -> Iterator[Check]:
    target = way_out(row["SubnetId"], tables)
    public = target.startswith("igw-")
    subject = f"routes of {row['SubnetId']}"
    if not target:
        message = "no way to the internet, so nodes need endpoints to join and to pull images"
        remedy = "Add a NAT gateway, or VPC endpoints for ec2, ecr.api, ecr.dkr, s3, sts and eks."
        yield Check(AREA, subject, Level.WARNING, message, remedy)
    elif public and not row.get("MapPublicIpOnLaunch"):
        message = f"public by {target}, but gives no public addresses: nodes in it have no way out"
        yield Check(
            AREA, subject, Level.WARNING, message, "Let it assign public addresses, or use it for none."
        )
    else:
        yield Check(AREA, subject, Level.OK, f"{'public' if public else 'private'} by {target}")
    yield tag_check(row, ROLE_TAGS[public], given)


def tag_check(row: Row, key: str, given: Given) -> Check:
    subject = f"tags of {row['SubnetId']}"
    if key in mapping(row.get("Tags")):
        return Check(AREA, subject, Level.OK, f"has {key}")
    if given.tagged:
        return Check(AREA, subject, Level.OK, f"gets {key}")
    message = f"lacks {key}, so load balancers do not find it"
    return Check(AREA, subject, Level.WARNING, message, f"Tag it {key}=1, or allow tagSubnets.")


def way_out(subnet: str, tables: Iterable[Row]) -> str:
    """Where the default route leads, by the subnet's own table or the VPC's main one; empty for nowhere."""
    own = [table for table in tables if is_of(table, "SubnetId", subnet)]
    main = [table for table in tables if is_of(table, "Main", True)]
    for table in (own or main)[:1]:
        for route in table.get("Routes", ()):
            if route.get("DestinationCidrBlock") == ANYWHERE and route.get("State", "active") == "active":
                return str(next((route[key] for key in TARGETS if route.get(key)), ""))
    return ""


TARGETS = ("GatewayId", "NatGatewayId", "TransitGatewayId", "NetworkInterfaceId")


def is_of(table: Row, key: str, value: object) -> bool:
    return any(association.get(key) == value for association in table.get("Associations", ()))
