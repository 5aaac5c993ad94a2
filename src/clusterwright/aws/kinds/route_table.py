"""Route table with its routes and the subnets that use it.

docs.aws.amazon.com/vpc/latest/userguide/VPC_Route_Tables.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from clusterwright.aws.calls import Row
from clusterwright.aws.driver import INSTANT, Change
from clusterwright.aws.ec2 import TAGGING, find_owned, retag
from clusterwright.aws.kinds.internet_gateway import InternetGateway
from clusterwright.aws.kinds.nat_gateway import NatGateway
from clusterwright.aws.kinds.subnet import Subnet
from clusterwright.aws.kinds.vpc import Vpc
from clusterwright.aws.scope import Scope
from clusterwright.aws.tagging import as_tags, mapping
from clusterwright.errors import InUse
from clusterwright.graph.known import Known
from clusterwright.graph.resource import Found, Ref, Resource


@dataclass(frozen=True)
class Route:
    destination: str
    """A CIDR as AWS writes it: `0.0.0.0/0`."""
    target: Ref[InternetGateway] | Ref[NatGateway]


@dataclass(frozen=True, kw_only=True)
class RouteTable(Resource):
    KIND: ClassVar[str] = "route_table"
    FIXED: ClassVar[frozenset[str]] = frozenset({"vpc"})

    vpc: Ref[Vpc]
    routes: tuple[Route, ...] = ()
    """Sorted by destination. Routes to anything but internet and NAT gateways are not ours and not listed."""
    subnets: tuple[Ref[Subnet], ...] = ()
    """Sorted by `str`."""


class RouteTableDriver:
    kind = RouteTable
    makes = INSTANT
    unmakes = INSTANT
    actions = TAGGING | {
        "ec2:CreateRouteTable",
        "ec2:DescribeRouteTables",
        "ec2:CreateRoute",
        "ec2:DeleteRoute",
        "ec2:AssociateRouteTable",
        "ec2:DisassociateRouteTable",
        "ec2:DeleteRouteTable",
    }

    def find(self, aws: Scope, want: RouteTable, known: Known) -> Found | None:
        keys = ("RouteTables", "RouteTableId")
        row = find_owned(aws, want, known, "ec2:DescribeRouteTables", keys)
        return self.read(want, row, known) if row else None

    def read(self, want: RouteTable, row: Row, known: Known) -> Found:
        subnets = [a["SubnetId"] for a in row.get("Associations", []) if a.get("SubnetId")]
        actual = RouteTable(
            name=want.name,
            vpc=known.ref(Vpc, row["VpcId"]),
            routes=read_routes(row, want.routes, known),
            subnets=known.refs(Subnet, subnets),
            tags=as_tags(mapping(row.get("Tags"))),
        )
        return Found(id=row["RouteTableId"], actual=actual)

    def create(self, aws: Scope, want: RouteTable, known: Known) -> Found:
        answer = aws.call(
            "ec2:CreateRouteTable",
            VpcId=known.value(want.vpc),
            ClientToken=aws.token(want),
            TagSpecifications=aws.tag_specification(want, "route-table"),
        )
        table = answer["RouteTable"]["RouteTableId"]
        for route in want.routes:
            add_route(aws, table, route, known)
        for subnet in known.values(want.subnets):
            associate(aws, table, subnet)
        return Found(id=table, actual=want)

    def update(self, aws: Scope, change: Change[RouteTable], known: Known) -> None:
        if "routes" in change.fields:
            self.set_routes(aws, change, known)
        if "subnets" in change.fields:
            self.set_subnets(aws, change, known)
        retag(aws, change)

    def set_routes(self, aws: Scope, change: Change[RouteTable], known: Known) -> None:
        """As the table is now: a gateway that was made anew meanwhile has another id behind the same name.

        A route to another target is deleted first, for want of ec2:ReplaceRoute in most policies.
        """
        table, want = change.have.id, change.want.routes
        row = aws.call("ec2:DescribeRouteTables", RouteTableIds=[table])["RouteTables"][0]
        have = read_routes(row, want, known)
        for route in have:
            if route not in want:
                aws.call("ec2:DeleteRoute", RouteTableId=table, **destination(route))
        for route in want:
            if route not in have:
                add_route(aws, table, route, known)

    def set_subnets(self, aws: Scope, change: Change[RouteTable], known: Known) -> None:
        table, want = change.have.id, known.values(change.want.subnets)
        have = associations(aws, "route-table-id", table)
        for subnet, association in have.items():
            if subnet not in want:
                aws.call("ec2:DisassociateRouteTable", AssociationId=association)
        for subnet in want:
            if subnet not in have:
                associate(aws, table, subnet)

    def delete(self, aws: Scope, have: Found, known: Known) -> None:
        for association in associations(aws, "route-table-id", have.id).values():
            aws.call("ec2:DisassociateRouteTable", AssociationId=association)
        aws.call("ec2:DeleteRouteTable", RouteTableId=have.id)


def read_routes(row: Row, want: tuple[Route, ...], known: Known) -> tuple[Route, ...]:
    wanted = {route.destination for route in want}
    routes = (read_route(route, wanted, known) for route in row.get("Routes", []))
    return tuple(sorted((route for route in routes if route), key=lambda route: route.destination))


def read_route(row: Row, wanted: set[str], known: Known) -> Route | None:
    """A route that is ours to keep or remove: to a gateway of ours, or in the way of a wanted one."""
    to = row.get("DestinationCidrBlock") or row.get("DestinationIpv6CidrBlock")
    gateway, nat = row.get("GatewayId") or "", row.get("NatGatewayId")
    if to is None or gateway == "local" or row.get("Origin") == "EnableVgwRoutePropagation":
        return None
    if nat:
        return Route(to, known.ref(NatGateway, nat))
    if gateway.startswith("igw-"):
        return Route(to, known.ref(InternetGateway, gateway))
    return Route(to, Ref(NatGateway, "(another target)")) if to in wanted else None


def destination(route: Route) -> Row:
    family = "DestinationIpv6CidrBlock" if ":" in route.destination else "DestinationCidrBlock"
    return {family: route.destination}


def add_route(aws: Scope, table: str, route: Route, known: Known) -> None:
    kind = "NatGatewayId" if route.target.kind is NatGateway else "GatewayId"
    target = {kind: known.value(route.target)}
    aws.call("ec2:CreateRoute", RouteTableId=table, **destination(route), **target)


def associations(aws: Scope, by: str, value: str) -> dict[str, str]:
    """Association id per subnet, as it is now."""
    filters = [{"Name": f"association.{by}", "Values": [value]}]
    tables = aws.call("ec2:DescribeRouteTables", Filters=filters)["RouteTables"]
    found = [association for table in tables for association in table["Associations"]]
    return {a["SubnetId"]: a["RouteTableAssociationId"] for a in found if a.get("SubnetId")}


def associate(aws: Scope, table: str, subnet: str) -> None:
    """The subnet is ours: where another table of ours still has it, this one takes over."""
    try:
        aws.call("ec2:AssociateRouteTable", RouteTableId=table, SubnetId=subnet)
    except InUse:
        former = associations(aws, "subnet-id", subnet)[subnet]
        aws.call("ec2:DisassociateRouteTable", AssociationId=former)
        aws.call("ec2:AssociateRouteTable", RouteTableId=table, SubnetId=subnet)
