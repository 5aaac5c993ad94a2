"""Fargate profile: which pods run without nodes.

docs.aws.amazon.com/eks/latest/userguide/fargate-profile.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from clusterwright.aws.calls import Row
from clusterwright.aws.driver import Change, Latency
from clusterwright.aws.eks import TAGGING, cluster_of, describe_settled, issues, life, retag
from clusterwright.aws.kinds.eks_cluster import EksCluster
from clusterwright.aws.kinds.iam_role import IamRole
from clusterwright.aws.kinds.subnet import Subnet
from clusterwright.aws.scope import Scope
from clusterwright.aws.tagging import as_tags
from clusterwright.graph.known import Known
from clusterwright.graph.resource import Found, Ref, Resource


@dataclass(frozen=True)
class Selector:
    """Pods of this namespace that carry all these labels."""

    namespace: str
    labels: tuple[tuple[str, str], ...] = ()
    """Sorted."""


@dataclass(frozen=True, kw_only=True)
class FargateProfile(Resource):
    """EKS makes and deletes one profile of a cluster at a time, hence the lane."""

    KIND: ClassVar[str] = "fargate_profile"
    FIXED: ClassVar[frozenset[str]] = frozenset({"cluster", "profile_name", "role", "subnets", "selectors"})
    DISRUPTIVE: ClassVar[bool] = True
    LANE: ClassVar[str | None] = "cluster"

    cluster: Ref[EksCluster]
    profile_name: str
    role: Ref[IamRole]
    subnets: tuple[Ref[Subnet] | str, ...]
    """Sorted by `str`; private ones only."""
    selectors: tuple[Selector, ...]
    """Sorted by `str`, one to five."""


class FargateProfileDriver:
    kind = FargateProfile
    makes = Latency(26, 60, 345)
    unmakes = Latency(60, 120, 300)
    actions = TAGGING | {
        "eks:CreateFargateProfile",
        "eks:DescribeFargateProfile",
        "eks:DeleteFargateProfile",
        "iam:PassRole",
        "iam:GetRole",
        "iam:CreateServiceLinkedRole",
        "ec2:DescribeSubnets",
        "ec2:DescribeRouteTables",
    }

    def find(self, aws: Scope, want: FargateProfile, known: Known) -> Found | None:
        names = {"clusterName": known.ids.get(want.cluster), "fargateProfileName": want.profile_name}
        row = describe_settled(aws, "eks:DescribeFargateProfile", "fargateProfile", **names)
        if row is None:
            return None
        aws.claim(row.get("tags", {}), want, f"Fargate profile {want.profile_name}")
        return self.read(want, row, known)

    def read(self, want: FargateProfile, row: Row, known: Known) -> Found:
        actual = FargateProfile(
            name=want.name,
            cluster=want.cluster,
            profile_name=row["fargateProfileName"],
            role=known.ref(IamRole, row["podExecutionRoleArn"]),
            subnets=known.all_given(Subnet, row["subnets"]),
            selectors=tuple(sorted(map(read_selector, row["selectors"]), key=str)),
            tags=as_tags(row.get("tags")),
        )
        return Found(
            id=row["fargateProfileName"],
            actual=actual,
            state=life(row["status"]),
            message=issues(row),
            outputs={"arn": row["fargateProfileArn"]},
        )

    def create(self, aws: Scope, want: FargateProfile, known: Known) -> Found:
        answer = aws.call(
            "eks:CreateFargateProfile",
            clusterName=known.value(want.cluster),
            fargateProfileName=want.profile_name,
            podExecutionRoleArn=known.value(want.role),
            subnets=known.values(want.subnets),
            selectors=[write_selector(selector) for selector in want.selectors],
            clientRequestToken=aws.token(want),
            tags=aws.stamp(want),
        )
        return self.read(want, answer["fargateProfile"], known)

    def update(self, aws: Scope, change: Change[FargateProfile], known: Known) -> None:
        retag(aws, change, change.have.outputs["arn"])

    def delete(self, aws: Scope, have: Found, known: Known) -> None:
        aws.call("eks:DeleteFargateProfile", clusterName=cluster_of(have, known), fargateProfileName=have.id)


def read_selector(row: Row) -> Selector:
    return Selector(row["namespace"], tuple(sorted((row.get("labels") or {}).items())))


def write_selector(selector: Selector) -> Row:
    return {"namespace": selector.namespace, "labels": dict(selector.labels)}
