"""Elastic IP address. docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AllocateAddress.html"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from clusterwright.aws.driver import INSTANT, Change
from clusterwright.aws.ec2 import TAGGING, find_owned, retag
from clusterwright.aws.scope import Scope
from clusterwright.aws.tagging import as_tags, mapping
from clusterwright.graph.known import Known
from clusterwright.graph.resource import Found, Resource


@dataclass(frozen=True, kw_only=True)
class ElasticIp(Resource):
    """Output `address`: the public address itself, which people put on allow lists."""

    KIND: ClassVar[str] = "elastic_ip"


class ElasticIpDriver:
    kind = ElasticIp
    makes = INSTANT
    unmakes = INSTANT
    actions = TAGGING | {"ec2:AllocateAddress", "ec2:DescribeAddresses", "ec2:ReleaseAddress"}

    def find(self, aws: Scope, want: ElasticIp, known: Known) -> Found | None:
        row = find_owned(aws, want, known, "ec2:DescribeAddresses", ("Addresses", "AllocationId"))
        if row is None:
            return None
        actual = ElasticIp(name=want.name, tags=as_tags(mapping(row.get("Tags"))))
        return Found(id=row["AllocationId"], actual=actual, outputs={"address": row["PublicIp"]})

    def create(self, aws: Scope, want: ElasticIp, known: Known) -> Found:
        tags = aws.tag_specification(want, "elastic-ip")
        answer = aws.call("ec2:AllocateAddress", Domain="vpc", TagSpecifications=tags)
        return Found(id=answer["AllocationId"], actual=want, outputs={"address": answer["PublicIp"]})

    def update(self, aws: Scope, change: Change[ElasticIp], known: Known) -> None:
        retag(aws, change)

    def delete(self, aws: Scope, have: Found, known: Known) -> None:
        aws.call("ec2:ReleaseAddress", AllocationId=have.id)
