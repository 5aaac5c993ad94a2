"""Tags on a subnet that is the user's: those that load balancers look for, and nothing else of it.

Only what was missing is added, and only what we added is taken off again, once none of our clusters needs it.
Who needs what stands in a ledger: a tag of our own on the subnet for each cluster.
docs.aws.amazon.com/eks/latest/userguide/network-reqs.html#network-requirements-subnets
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from clusterwright.aws.calls import Row
from clusterwright.aws.driver import INSTANT, Change
from clusterwright.aws.ec2 import TAGGING
from clusterwright.aws.scope import Scope
from clusterwright.aws.tagging import mapping, pairs
from clusterwright.errors import NotFound
from clusterwright.graph.known import Known
from clusterwright.graph.resource import Found, Resource

LEDGER = "clusterwright.dev/subnet-tags/"
"""Begins the key of a ledger; the uid of its cluster ends it."""


@dataclass(frozen=True)
class Mark:
    """A tag that must be there. `code` is its letter in ledgers, a capital where the key is one cluster's."""

    code: str
    key: str
    value: str


@dataclass(frozen=True, kw_only=True)
class SubnetTags(Resource):
    KIND: ClassVar[str] = "subnet_tags"
    FIXED: ClassVar[frozenset[str]] = frozenset({"vpc_id", "subnet_id"})

    vpc_id: str
    subnet_id: str
    marks: tuple[Mark, ...]
    """Sorted by `str`. A key that has another value keeps it: it is the user's."""


class SubnetTagsDriver:
    kind = SubnetTags
    makes = INSTANT
    unmakes = INSTANT
    actions = TAGGING | {"ec2:DescribeSubnets"}

    def find(self, aws: Scope, want: SubnetTags, known: Known) -> Found | None:
        have = tags_of(aws, want)
        if ledger_of(aws) not in have:
            return None
        actual = SubnetTags(
            name=want.name,
            vpc_id=want.vpc_id,
            subnet_id=want.subnet_id,
            marks=tuple(mark for mark in want.marks if mark.key in have),
        )
        return Found(id=want.subnet_id, actual=actual)

    def create(self, aws: Scope, want: SubnetTags, known: Known) -> Found:
        self.mark(aws, want)
        return Found(id=want.subnet_id, actual=want)

    def update(self, aws: Scope, change: Change[SubnetTags], known: Known) -> None:
        self.mark(aws, change.want)

    def mark(self, aws: Scope, want: SubnetTags) -> None:
        have = tags_of(aws, want)
        missing = {mark.key: mark.value for mark in want.marks if mark.key not in have}
        ours = have.get(ledger_of(aws), "") + needed_elsewhere(aws, have)
        codes = {mark.code for mark in want.marks if mark.key in missing or mark.code in ours}
        wanted = pairs({**missing, ledger_of(aws): "".join(sorted(codes))})
        aws.call("ec2:CreateTags", Resources=[want.subnet_id], Tags=wanted)

    def delete(self, aws: Scope, have: Found, known: Known) -> None:
        made = have.actual
        assert isinstance(made, SubnetTags)
        tags = tags_of(aws, made)
        ours, elsewhere = tags.get(ledger_of(aws), ""), needed_elsewhere(aws, tags)
        keys = [mark.key for mark in made.marks if mark.code in ours and mark.code not in elsewhere]
        gone = [{"Key": key} for key in (*keys, ledger_of(aws))]
        try:
            aws.call("ec2:DeleteTags", Resources=[have.id], Tags=gone)
        except NotFound:  # the user deleted the subnet, and the tags with it
            return


def tags_of(aws: Scope, want: SubnetTags) -> dict[str, str]:
    """All subnets of the VPC are read together, once in a pass."""
    filters = [{"Name": "vpc-id", "Values": [want.vpc_id]}]
    rows: list[Row] = aws.read("ec2:DescribeSubnets", Filters=filters)["Subnets"]
    row = next((row for row in rows if row["SubnetId"] == want.subnet_id), None)
    return mapping(row.get("Tags")) if row else {}


def ledger_of(aws: Scope) -> str:
    return LEDGER + aws.owner.uid


def needed_elsewhere(aws: Scope, tags: Mapping[str, str]) -> str:
    """The codes in the ledgers of other clusters, of tags that clusters share."""
    others = (value for key, value in tags.items() if key.startswith(LEDGER) and key != ledger_of(aws))
    return "".join(code for value in others for code in value if code.islower())
