"""Whether the addresses of a new VPC are those of another one. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Network

from clusterwright.aws.calls import Row
from clusterwright.aws.kinds.vpc import Vpc
from clusterwright.aws.preflight.check import Check, Level
from clusterwright.aws.preflight.demand import Ask
from clusterwright.aws.preflight.reading import Answer, Unanswered, unknown

AREA = "network"


def overlap_checks(ask: Ask, vpcs: Answer[list[Row]]) -> Iterator[Check]:
    """Overlapping is allowed, but for good: docs.aws.amazon.com/vpc/latest/peering/vpc-peering-basics.html"""
    for wanted in ask.missing(Vpc):
        subject = f"addresses {wanted.cidr}"
        if isinstance(vpcs, Unanswered):
            yield unknown(AREA, subject, "whether another VPC has them is not known", vpcs)
            continue
        others = tuple(overlapping(IPv4Network(wanted.cidr), vpcs))
        yield overlap(subject, others) if others else Check(AREA, subject, Level.OK, "no other VPC has them")


def overlap(subject: str, others: tuple[str, ...]) -> Check:
    message = f"{', '.join(others)} has some of them too, so the two can never be peered"
    remedy = "Choose another spec.placement.dynamic.cidr if they are to be connected."
    return Check(AREA, subject, Level.NOTE, message, remedy)


def overlapping(net: IPv4Network, vpcs: Iterable[Row]) -> Iterator[str]:
    for row in vpcs:
        for cidr in blocks(row):
            if net.overlaps(IPv4Network(cidr)):
                yield f"{row['VpcId']} ({cidr})"


def blocks(row: Row) -> list[str]:
    """All of a VPC; those that were taken off again are still listed for a while."""
    rows = row.get("CidrBlockAssociationSet") or [row]
    present = (
        one for one in rows if one.get("CidrBlockState", {}).get("State", "associated") == "associated"
    )
    return [str(one["CidrBlock"]) for one in present]
