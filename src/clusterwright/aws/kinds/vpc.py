"""VPC. docs.aws.amazon.com/vpc/latest/userguide/create-vpc.html"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from clusterwright.aws.calls import Row
from clusterwright.aws.driver import INSTANT, Change
from clusterwright.aws.ec2 import TAGGING, find_owned, retag
from clusterwright.aws.scope import HOUR, Scope
from clusterwright.aws.tagging import as_tags, mapping
from clusterwright.graph.known import Known
from clusterwright.graph.resource import Found, Resource, State


@dataclass(frozen=True, kw_only=True)
class Vpc(Resource):
    KIND: ClassVar[str] = "vpc"
    FIXED: ClassVar[frozenset[str]] = frozenset({"cidr"})
    DISRUPTIVE: ClassVar[bool] = True

    cidr: str
    dns: bool = True
    """DNS support and host names; EKS needs both for the private endpoint."""


class VpcDriver:
    kind = Vpc
    makes = INSTANT
    unmakes = INSTANT
    actions = TAGGING | {
        "ec2:CreateVpc",
        "ec2:ModifyVpcAttribute",
        "ec2:DescribeVpcs",
        "ec2:DescribeVpcAttribute",
        "ec2:DeleteVpc",
    }

    def find(self, aws: Scope, want: Vpc, known: Known) -> Found | None:
        row = find_owned(aws, want, known, "ec2:DescribeVpcs", ("Vpcs", "VpcId"))
        return self.read(aws, want, row) if row else None

    def read(self, aws: Scope, want: Vpc, row: Row) -> Found:
        vpc = row["VpcId"]
        actual = Vpc(
            name=want.name,
            cidr=row["CidrBlock"],
            dns=self.has(aws, vpc, "enableDnsSupport") and self.has(aws, vpc, "enableDnsHostnames"),
            tags=as_tags(mapping(row.get("Tags"))),
        )
        state = State.READY if row["State"] == "available" else State.PENDING
        return Found(id=vpc, actual=actual, state=state)

    def has(self, aws: Scope, vpc: str, attribute: str) -> bool:
        answer = aws.read("ec2:DescribeVpcAttribute", max_age=HOUR, VpcId=vpc, Attribute=attribute)
        key = attribute[0].upper() + attribute[1:]
        return bool(answer[key]["Value"])

    def create(self, aws: Scope, want: Vpc, known: Known) -> Found:
        answer = aws.call(
            "ec2:CreateVpc", CidrBlock=want.cidr, TagSpecifications=aws.tag_specification(want, "vpc")
        )
        vpc = answer["Vpc"]["VpcId"]
        self.set_dns(aws, vpc, want.dns)
        return Found(id=vpc, actual=want)

    def set_dns(self, aws: Scope, vpc: str, on: bool) -> None:
        """One attribute a call; host names need support, so that goes on first and off last."""
        attributes = ("EnableDnsSupport", "EnableDnsHostnames")
        for attribute in attributes if on else reversed(attributes):
            aws.call("ec2:ModifyVpcAttribute", VpcId=vpc, **{attribute: {"Value": on}})

    def update(self, aws: Scope, change: Change[Vpc], known: Known) -> None:
        if "dns" in change.fields:
            self.set_dns(aws, change.have.id, change.want.dns)
        retag(aws, change)

    def delete(self, aws: Scope, have: Found, known: Known) -> None:
        aws.call("ec2:DeleteVpc", VpcId=have.id)
