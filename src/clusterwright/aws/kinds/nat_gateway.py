"""NAT gateway: the way out for private subnets.

docs.aws.amazon.com/vpc/latest/userguide/vpc-nat-gateway.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from clusterwright.aws.calls import Row
from clusterwright.aws.driver import Change, Latency
from clusterwright.aws.ec2 import OWNED, TAGGING, retag
from clusterwright.aws.kinds.elastic_ip import ElasticIp
from clusterwright.aws.kinds.subnet import Subnet
from clusterwright.aws.scope import Scope
from clusterwright.aws.tagging import as_tags, mapping
from clusterwright.graph.known import Known
from clusterwright.graph.resource import Found, Ref, Resource, State


@dataclass(frozen=True, kw_only=True)
class NatGateway(Resource):
    """Give it the internet gateway in `after`: without one AWS refuses or fails it."""

    KIND: ClassVar[str] = "nat_gateway"
    FIXED: ClassVar[frozenset[str]] = frozenset({"subnet", "address"})

    subnet: Ref[Subnet]
    """A public one."""
    address: Ref[ElasticIp]


STATES = {
    "pending": State.PENDING,
    "available": State.READY,
    "failed": State.FAILED,
    "deleting": State.DELETING,
}
PRESENT = [*OWNED, {"Name": "state", "Values": list(STATES)}]
"""AWS lists a deleted one for about an hour, tags and all."""


class NatGatewayDriver:
    kind = NatGateway
    makes = Latency(85, 106, 125)
    unmakes = Latency(37, 60, 75)
    actions = TAGGING | {"ec2:CreateNatGateway", "ec2:DescribeNatGateways", "ec2:DeleteNatGateway"}

    def find(self, aws: Scope, want: NatGateway, known: Known) -> Found | None:
        keys = ("NatGateways", "NatGatewayId")
        row = aws.owned(want, known, "ec2:DescribeNatGateways", keys, Filter=PRESENT)
        return self.read(want, row, known) if row else None

    def read(self, want: NatGateway, row: Row, known: Known) -> Found:
        addresses = [address.get("AllocationId") for address in row.get("NatGatewayAddresses", [])]
        actual = NatGateway(
            name=want.name,
            subnet=known.ref(Subnet, row["SubnetId"]),
            address=known.ref(ElasticIp, next(filter(None, addresses), "(none)")),
            tags=as_tags(mapping(row.get("Tags"))),
        )
        message = row.get("FailureMessage") or ""
        return Found(id=row["NatGatewayId"], actual=actual, state=STATES[row["State"]], message=message)

    def create(self, aws: Scope, want: NatGateway, known: Known) -> Found:
        answer = aws.call(
            "ec2:CreateNatGateway",
            SubnetId=known.value(want.subnet),
            AllocationId=known.value(want.address),
            ClientToken=aws.token(want),
            TagSpecifications=aws.tag_specification(want, "natgateway"),
        )
        return Found(id=answer["NatGateway"]["NatGatewayId"], actual=want, state=State.PENDING)

    def update(self, aws: Scope, change: Change[NatGateway], known: Known) -> None:
        retag(aws, change)

    def delete(self, aws: Scope, have: Found, known: Known) -> None:
        aws.call("ec2:DeleteNatGateway", NatGatewayId=have.id)
