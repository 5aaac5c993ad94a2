"""Subnet in one zone. docs.aws.amazon.com/vpc/latest/userguide/configure-subnets.html"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from clusterwright.aws.calls import Row
from clusterwright.aws.driver import INSTANT, Change
from clusterwright.aws.ec2 import TAGGING, find_owned, retag
from clusterwright.aws.kinds.vpc import Vpc
from clusterwright.aws.scope import Scope
from clusterwright.aws.tagging import as_tags, mapping
from clusterwright.graph.known import Known
from clusterwright.graph.resource import Found, Ref, Resource, State


@dataclass(frozen=True, kw_only=True)
class Subnet(Resource):
    KIND: ClassVar[str] = "subnet"
    FIXED: ClassVar[frozenset[str]] = frozenset({"vpc", "cidr", "zone"})
    DISRUPTIVE: ClassVar[bool] = True

    vpc: Ref[Vpc]
    cidr: str
    zone: str
    """The zone's name, `us-east-1a`."""
    public: bool
    """What is launched here gets a public address. The route to the internet is the route table's."""


class SubnetDriver:
    kind = Subnet
    makes = INSTANT
    unmakes = INSTANT
    actions = TAGGING | {
        "ec2:CreateSubnet",
        "ec2:ModifySubnetAttribute",
        "ec2:DescribeSubnets",
        "ec2:DeleteSubnet",
    }

    def find(self, aws: Scope, want: Subnet, known: Known) -> Found | None:
        row = find_owned(aws, want, known, "ec2:DescribeSubnets", ("Subnets", "SubnetId"))
        return self.read(want, row, known) if row else None

    def read(self, want: Subnet, row: Row, known: Known) -> Found:
        actual = Subnet(
            name=want.name,
            vpc=known.ref(Vpc, row["VpcId"]),
            cidr=row["CidrBlock"],
            zone=row["AvailabilityZone"],
            public=row["MapPublicIpOnLaunch"],
            tags=as_tags(mapping(row.get("Tags"))),
        )
        state = State.READY if row["State"] == "available" else State.PENDING
        return Found(id=row["SubnetId"], actual=actual, state=state)

    def create(self, aws: Scope, want: Subnet, known: Known) -> Found:
        answer = aws.call(
            "ec2:CreateSubnet",
            VpcId=known.value(want.vpc),
            CidrBlock=want.cidr,
            AvailabilityZone=want.zone,
            TagSpecifications=aws.tag_specification(want, "subnet"),
        )
        subnet = answer["Subnet"]["SubnetId"]
        if want.public:
            self.set_public(aws, subnet, True)
        return Found(id=subnet, actual=want)

    def set_public(self, aws: Scope, subnet: str, on: bool) -> None:
        aws.call("ec2:ModifySubnetAttribute", SubnetId=subnet, MapPublicIpOnLaunch={"Value": on})

    def update(self, aws: Scope, change: Change[Subnet], known: Known) -> None:
        if "public" in change.fields:
            self.set_public(aws, change.have.id, change.want.public)
        retag(aws, change)

    def delete(self, aws: Scope, have: Found, known: Known) -> None:
        aws.call("ec2:DeleteSubnet", SubnetId=have.id)
