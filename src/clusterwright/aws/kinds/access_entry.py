"""Access entry: an IAM principal's rights in the cluster.

docs.aws.amazon.com/eks/latest/userguide/access-entries.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from clusterwright.aws.calls import Row
from clusterwright.aws.driver import INSTANT, Change
from clusterwright.aws.eks import TAGGING, cluster_of, retag
from clusterwright.aws.kinds.eks_cluster import EksCluster
from clusterwright.aws.scope import HOUR, Scope
from clusterwright.aws.tagging import as_tags
from clusterwright.errors import NotFound
from clusterwright.graph.known import Known
from clusterwright.graph.resource import Found, Ref, Resource


@dataclass(frozen=True)
class AccessPolicy:
    arn: str
    """`arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy`, say."""
    namespaces: tuple[str, ...] = ()
    """Sorted; none means the whole cluster."""


@dataclass(frozen=True, kw_only=True)
class AccessEntry(Resource):
    KIND: ClassVar[str] = "access_entry"
    FIXED: ClassVar[frozenset[str]] = frozenset({"cluster", "principal_arn"})
    INSIDE: ClassVar[str | None] = "cluster"

    cluster: Ref[EksCluster]
    principal_arn: str
    policies: tuple[AccessPolicy, ...] = ()
    """Sorted by `str`."""


class AccessEntryDriver:
    kind = AccessEntry
    makes = INSTANT
    unmakes = INSTANT
    actions = TAGGING | {
        "eks:CreateAccessEntry",
        "eks:DescribeAccessEntry",
        "eks:ListAssociatedAccessPolicies",
        "eks:AssociateAccessPolicy",
        "eks:DisassociateAccessPolicy",
        "eks:DeleteAccessEntry",
    }

    def find(self, aws: Scope, want: AccessEntry, known: Known) -> Found | None:
        cluster = known.ids.get(want.cluster)
        if cluster is None:
            return None
        names = {"clusterName": cluster, "principalArn": want.principal_arn}
        try:
            row = aws.read("eks:DescribeAccessEntry", max_age=HOUR, **names)["accessEntry"]
            policies = aws.read("eks:ListAssociatedAccessPolicies", max_age=HOUR, **names)
        except NotFound:
            return None
        aws.claim(row.get("tags", {}), want, f"Access entry for {want.principal_arn}")
        return self.read(want, row, policies["associatedAccessPolicies"])

    def read(self, want: AccessEntry, row: Row, policies: list[Row]) -> Found:
        actual = AccessEntry(
            name=want.name,
            cluster=want.cluster,
            principal_arn=row["principalArn"],
            policies=tuple(sorted(map(read_policy, policies), key=str)),
            tags=as_tags(row.get("tags")),
        )
        return Found(id=row["principalArn"], actual=actual, outputs={"arn": row["accessEntryArn"]})

    def create(self, aws: Scope, want: AccessEntry, known: Known) -> Found:
        cluster = known.value(want.cluster)
        answer = aws.call(
            "eks:CreateAccessEntry",
            clusterName=cluster,
            principalArn=want.principal_arn,
            clientRequestToken=aws.token(want),
            tags=aws.stamp(want),
        )
        for policy in want.policies:
            associate(aws, cluster, want.principal_arn, policy)
        outputs = {"arn": answer["accessEntry"]["accessEntryArn"]}
        return Found(id=want.principal_arn, actual=want, outputs=outputs)

    def update(self, aws: Scope, change: Change[AccessEntry], known: Known) -> None:
        if "policies" in change.fields:
            self.set_policies(aws, change, known)
        retag(aws, change, change.have.outputs["arn"])

    def set_policies(self, aws: Scope, change: Change[AccessEntry], known: Known) -> None:
        """Associating a policy again replaces its namespaces."""
        cluster, principal, want = known.value(change.want.cluster), change.have.id, change.want.policies
        have = change.have.actual.policies if isinstance(change.have.actual, AccessEntry) else ()
        for arn in sorted({policy.arn for policy in have} - {policy.arn for policy in want}):
            names = {"clusterName": cluster, "principalArn": principal, "policyArn": arn}
            aws.call("eks:DisassociateAccessPolicy", **names)
        for policy in want:
            if policy not in have:
                associate(aws, cluster, principal, policy)

    def delete(self, aws: Scope, have: Found, known: Known) -> None:
        aws.call("eks:DeleteAccessEntry", clusterName=cluster_of(have, known), principalArn=have.id)


def read_policy(row: Row) -> AccessPolicy:
    return AccessPolicy(row["policyArn"], tuple(sorted(row["accessScope"].get("namespaces") or ())))


def associate(aws: Scope, cluster: str, principal: str, policy: AccessPolicy) -> None:
    spaces = list(policy.namespaces)
    scope: Row = {"type": "namespace", "namespaces": spaces} if spaces else {"type": "cluster"}
    aws.call(
        "eks:AssociateAccessPolicy",
        clusterName=cluster,
        principalArn=principal,
        policyArn=policy.arn,
        accessScope=scope,
    )
