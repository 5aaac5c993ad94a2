"""The least that one cluster needs, from the actions that its kinds declare. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from clusterwright.aws.iam.policy import Conditions, Policy, Statement
from clusterwright.aws.iam.targets import CONDITIONS, Where, targets

ALWAYS = frozenset(
    {
        "ec2:DescribeAvailabilityZones",
        "ec2:DescribeRouteTables",
        "ec2:DescribeSubnets",
        "ec2:DescribeVpcs",
    }
)
"""What the engine asks before it knows any kind."""


def minimal(actions: Iterable[str], where: Where) -> Policy:
    """One statement for all actions that work on the same things under the same conditions."""
    grouped: defaultdict[tuple[tuple[str, ...], Conditions], set[str]] = defaultdict(set)
    for action in {*actions, *ALWAYS}:
        grouped[targets(action, where), conditions(action, where)].add(action)
    statements = (
        Statement(tuple(sorted(names)), resources, given) for (resources, given), names in grouped.items()
    )
    return Policy("minimal", tuple(sorted(statements, key=lambda one: one.actions)))


def conditions(action: str, where: Where) -> Conditions:
    """EC2 at least only in the cluster's region."""
    if action.startswith("ec2:") and where.region != "*":
        return (("StringEquals", "aws:RequestedRegion", (where.region,)),)
    return CONDITIONS.get(action, ())
