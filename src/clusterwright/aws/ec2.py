"""What all EC2 kinds share: finding by ownership tag in one batched Describe, and changing tags."""

from __future__ import annotations

from clusterwright.aws.calls import Row
from clusterwright.aws.driver import Change, R
from clusterwright.aws.scope import Scope
from clusterwright.aws.tagging import CLUSTER_ID, pairs
from clusterwright.graph.known import Known
from clusterwright.graph.resource import Resource

OWNED = [{"Name": "tag-key", "Values": [CLUSTER_ID]}]
"""Every object of every cluster of ours in the region, in one Describe."""

TAGGING = frozenset({"ec2:CreateTags", "ec2:DeleteTags"})
"""TagSpecifications at creation need ec2:CreateTags too (service authorization reference, Amazon EC2)."""


def find_owned(aws: Scope, want: Resource, known: Known, action: str, keys: tuple[str, str]) -> Row | None:
    """The row of `want`. `keys` names the list in the answer and the id in a row."""
    return aws.owned(want, known, action, keys, Filters=OWNED)


def retag(aws: Scope, change: Change[R]) -> None:
    """Set the wanted tags and remove those that we once set and want no more."""
    if "tags" not in change.fields:
        return
    aws.call("ec2:CreateTags", Resources=[change.have.id], Tags=pairs(aws.stamp(change.want)))
    if change.stale_tags:
        stale = [{"Key": key} for key in change.stale_tags]
        aws.call("ec2:DeleteTags", Resources=[change.have.id], Tags=stale)
