"""More address ranges for a VPC: which ones may join, and when one may leave.

https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html
"""

from ipaddress import IPv4Network, ip_network
from typing import Any

from moto.ec2.exceptions import DependencyViolationError, EC2ClientError, InvalidCIDRBlockParameterError
from moto.ec2.models.vpcs import VPCBackend

_PRIVATE = tuple(map(IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "198.19.0.0/16")))


class StrictRanges(VPCBackend):
    def associate_vpc_cidr_block(
        self, vpc_id: str, cidr_block: str, amazon_provided_ipv6_cidr_block: bool
    ) -> dict[str, Any]:
        if cidr_block and not amazon_provided_ipv6_cidr_block:
            problem = refusal(_parsed(cidr_block), _ranges(self.get_vpc(vpc_id)))
            if problem:
                raise EC2ClientError("InvalidVpc.Range", problem)
        return super().associate_vpc_cidr_block(vpc_id, cidr_block, amazon_provided_ipv6_cidr_block)

    def disassociate_vpc_cidr_block(self, association_id: str) -> dict[str, Any]:
        backend: Any = self
        for vpc in self.vpcs.values():
            found: Any = vpc._cidr_block_association_set.get(association_id)
            if found is None or found["cidr_block"] == vpc.cidr_block or ":" in found["cidr_block"]:
                continue
            subnets = [one for zone in backend.subnets.values() for one in zone.values()]
            if _any_inside([one for one in subnets if one.vpc_id == vpc.id], found["cidr_block"]):
                raise DependencyViolationError(
                    f"The vpc CIDR block with association ID {association_id} has dependencies and cannot be "
                    "disassociated."
                )
        return super().disassociate_vpc_cidr_block(association_id)


def _parsed(cidr: str) -> IPv4Network:
    try:
        return IPv4Network(cidr, strict=False)
    except ValueError:
        raise InvalidCIDRBlockParameterError(cidr) from None


def refusal(wanted: IPv4Network, ranges: list[IPv4Network]) -> str | None:
    """Why this range may not join those of the VPC, the first of which it was made with."""
    if not 16 <= wanted.prefixlen <= 28:
        return f"The CIDR '{wanted}' is invalid."
    if any(wanted.overlaps(one) for one in ranges):
        return f"The CIDR '{wanted}' conflicts with another CIDR block of the VPC."
    own = next((private for private in _PRIVATE if ranges[0].subnet_of(private)), None)
    if any(wanted.overlaps(private) for private in _PRIVATE if private != own):
        return (
            f"The CIDR '{wanted}' is restricted. Use a CIDR from the same private address range as the "
            "current VPC CIDR, or use a publicly-routable CIDR. For additional restrictions, see "
            "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html"
        )
    return None


def _ranges(vpc: Any) -> list[IPv4Network]:
    associated = vpc.get_cidr_block_association_set()
    return [
        IPv4Network(one["cidr_block"], strict=False)
        for one in associated
        if one["cidr_block_state"]["state"] != "disassociated"
    ]


def _any_inside(subnets: list[Any], cidr: str) -> bool:
    block = ip_network(cidr, strict=False)
    return any(block.overlaps(ip_network(subnet.cidr_block)) for subnet in subnets if subnet.cidr_block)
