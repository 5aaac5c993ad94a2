"""What all EKS kinds share: states, health, tags, and the children of a cluster."""

from __future__ import annotations

from clusterwright.aws.calls import Row
from clusterwright.aws.driver import Change, R
from clusterwright.aws.scope import HOUR, Scope
from clusterwright.errors import NotFound
from clusterwright.graph.known import Known, Unknown
from clusterwright.graph.resource import Found, State

TAGGING = frozenset({"eks:TagResource", "eks:UntagResource"})

SETTLED = HOUR
"""Seconds for which an add-on or a Fargate profile that was active is believed to be so still."""


def life(status: str) -> State:
    """EKS's words for our states. DELETE_FAILED reads as failed: it is tried again."""
    if status == "ACTIVE":
        return State.READY
    if status == "DELETING":
        return State.DELETING
    return State.FAILED if status.endswith("FAILED") else State.PENDING


def issues(row: Row) -> str:
    """What EKS says about an object's health, in its own words."""
    found = (row.get("health") or {}).get("issues") or []
    return "; ".join(f"{issue.get('code')}: {issue.get('message')}" for issue in found)


def retag(aws: Scope, change: Change[R], arn: str) -> None:
    if "tags" in change.fields:
        aws.call("eks:TagResource", resourceArn=arn, tags=aws.stamp(change.want))
    if change.stale_tags:
        aws.call("eks:UntagResource", resourceArn=arn, tagKeys=list(change.stale_tags))


def describe(aws: Scope, action: str, key: str, **names: str | None) -> Row | None:
    """A child of a cluster as it is now; None when it is gone, or its cluster is, or that has no name yet."""
    return recall(aws, (action, key), names, max_age=None)


def describe_settled(aws: Scope, action: str, key: str, **names: str | None) -> Row | None:
    """As `describe`, but one that was active lately is not asked for again: EKS has no batched reads."""
    row = recall(aws, (action, key), names, max_age=SETTLED)
    return row if row is None or row["status"] == "ACTIVE" else describe(aws, action, key, **names)


def recall(
    aws: Scope, question: tuple[str, str], names: dict[str, str | None], max_age: float | None
) -> Row | None:
    action, key = question
    known = {name: value for name, value in names.items() if value is not None}
    if len(known) < len(names):
        return None
    try:
        row: Row = aws.read(action, max_age, **known)[key]
    except NotFound:
        return None
    return row


def cluster_of(have: Found, known: Known) -> str:
    """The name of the cluster that a child was found in."""
    ref = have.actual.pointed("cluster")
    if ref is None:
        raise Unknown(f"{have.actual.ref} belongs to no cluster.")
    return known.value(ref)
