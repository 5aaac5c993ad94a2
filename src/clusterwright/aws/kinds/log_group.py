"""CloudWatch log group, made before EKS would make its own, which nobody deletes.

docs.aws.amazon.com/eks/latest/userguide/control-plane-logs.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from clusterwright.aws.calls import Row
from clusterwright.aws.driver import INSTANT, Change
from clusterwright.aws.scope import HOUR, Scope
from clusterwright.aws.tagging import as_tags
from clusterwright.errors import NotFound
from clusterwright.graph.known import Known
from clusterwright.graph.resource import Found, Resource


@dataclass(frozen=True, kw_only=True)
class LogGroup(Resource):
    KIND: ClassVar[str] = "log_group"
    FIXED: ClassVar[frozenset[str]] = frozenset({"group_name"})
    NAMED: ClassVar[bool] = True

    group_name: str
    """`/aws/eks/<cluster>/cluster` for a control plane."""
    retention_days: int | None = None
    """One of CloudWatch's numbers of days; None leaves it as it is, at first: for ever."""


class LogGroupDriver:
    kind = LogGroup
    makes = INSTANT
    unmakes = INSTANT
    actions = frozenset(
        {
            "logs:CreateLogGroup",
            "logs:DescribeLogGroups",
            "logs:ListTagsForResource",
            "logs:PutRetentionPolicy",
            "logs:TagResource",
            "logs:UntagResource",
            "logs:DeleteLogGroup",
        }
    )

    def find(self, aws: Scope, want: LogGroup, known: Known) -> Found | None:
        row = self.described(aws, want.group_name)
        if row is None:
            return None
        try:
            tags = aws.read("logs:ListTagsForResource", max_age=HOUR, resourceArn=arn(aws, want.group_name))
        except NotFound:
            return None
        aws.claim(tags["tags"], want, f"Log group {want.group_name}")
        actual = LogGroup(
            name=want.name,
            group_name=row["logGroupName"],
            retention_days=row.get("retentionInDays"),
            tags=as_tags(tags["tags"]),
        )
        return Found(id=row["logGroupName"], actual=actual)

    def described(self, aws: Scope, name: str) -> Row | None:
        """CloudWatch knows only prefixes; the name itself sorts first among those that begin with it."""
        answer = aws.read("logs:DescribeLogGroups", max_age=HOUR, logGroupNamePrefix=name)
        return next((row for row in answer["logGroups"] if row["logGroupName"] == name), None)

    def create(self, aws: Scope, want: LogGroup, known: Known) -> Found:
        aws.call("logs:CreateLogGroup", logGroupName=want.group_name, tags=aws.stamp(want))
        self.set_retention(aws, want)
        return Found(id=want.group_name, actual=want)

    def set_retention(self, aws: Scope, want: LogGroup) -> None:
        if want.retention_days:
            days = want.retention_days
            aws.call("logs:PutRetentionPolicy", logGroupName=want.group_name, retentionInDays=days)

    def update(self, aws: Scope, change: Change[LogGroup], known: Known) -> None:
        name = change.want.group_name
        if "retention_days" in change.fields:
            self.set_retention(aws, change.want)
        if "tags" in change.fields:
            aws.call("logs:TagResource", resourceArn=arn(aws, name), tags=aws.stamp(change.want))
        if change.stale_tags:
            aws.call("logs:UntagResource", resourceArn=arn(aws, name), tagKeys=list(change.stale_tags))

    def delete(self, aws: Scope, have: Found, known: Known) -> None:
        aws.call("logs:DeleteLogGroup", logGroupName=have.id)


def arn(aws: Scope, group: str) -> str:
    return f"arn:{aws.calls.partition}:logs:{aws.calls.region}:{aws.calls.account}:log-group:{group}"
