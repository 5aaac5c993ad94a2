"""Internet gateway, attached to its VPC.

docs.aws.amazon.com/vpc/latest/userguide/VPC_Internet_Gateway.html
"""

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
from clusterwright.graph.resource import Found, Ref, Resource


@dataclass(frozen=True, kw_only=True)
class InternetGateway(Resource):
    KIND: ClassVar[str] = "internet_gateway"

    vpc: Ref[Vpc]
    """Found as `(none)` while it is not attached, which an update mends."""


NOWHERE = Ref(Vpc, "(none)")


class InternetGatewayDriver:
    kind = InternetGateway
    makes = INSTANT
    unmakes = INSTANT
    actions = TAGGING | {
        "ec2:CreateInternetGateway",
        "ec2:AttachInternetGateway",
        "ec2:DescribeInternetGateways",
        "ec2:DetachInternetGateway",
        "ec2:DeleteInternetGateway",
    }

    def find(self, aws: Scope, want: InternetGateway, known: Known) -> Found | None:
        keys = ("InternetGateways", "InternetGatewayId")
        row = find_owned(aws, want, known, "ec2:DescribeInternetGateways", keys)
        return self.read(want, row, known) if row else None

    def read(self, want: InternetGateway, row: Row, known: Known) -> Found:
        attached = [attachment["VpcId"] for attachment in row.get("Attachments", [])]
        actual = InternetGateway(
            name=want.name,
            vpc=known.ref(Vpc, attached[0]) if attached else NOWHERE,
            tags=as_tags(mapping(row.get("Tags"))),
        )
        return Found(id=row["InternetGatewayId"], actual=actual)

    def create(self, aws: Scope, want: InternetGateway, known: Known) -> Found:
        vpc = known.value(want.vpc)
        tags = aws.tag_specification(want, "internet-gateway")
        answer = aws.call("ec2:CreateInternetGateway", TagSpecifications=tags)
        gateway = answer["InternetGateway"]["InternetGatewayId"]
        aws.call("ec2:AttachInternetGateway", InternetGatewayId=gateway, VpcId=vpc)
        return Found(id=gateway, actual=want)

    def update(self, aws: Scope, change: Change[InternetGateway], known: Known) -> None:
        if "vpc" in change.fields:
            self.detach(aws, change.have.id)
            vpc = known.value(change.want.vpc)
            aws.call("ec2:AttachInternetGateway", InternetGatewayId=change.have.id, VpcId=vpc)
        retag(aws, change)

    def delete(self, aws: Scope, have: Found, known: Known) -> None:
        self.detach(aws, have.id)
        aws.call("ec2:DeleteInternetGateway", InternetGatewayId=have.id)

    def detach(self, aws: Scope, gateway: str) -> None:
        """From wherever it is attached now: a crash may have come after the detaching."""
        answer = aws.call("ec2:DescribeInternetGateways", InternetGatewayIds=[gateway])
        for attachment in answer["InternetGateways"][0].get("Attachments", []):
            vpc = attachment["VpcId"]
            aws.call("ec2:DetachInternetGateway", InternetGatewayId=gateway, VpcId=vpc)
