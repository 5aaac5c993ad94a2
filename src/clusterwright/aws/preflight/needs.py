"""What has to be allowed, on what, and for what: from the actions that kinds declare. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from clusterwright.aws.iam.features import BY_ACTION, Feature
from clusterwright.aws.iam.minimal import ALWAYS
from clusterwright.aws.iam.targets import Where, targets

LINKED_ROLES: Mapping[str, tuple[str, str]] = {
    "eks_cluster": ("eks.amazonaws.com", "AWSServiceRoleForAmazonEKS"),
    "node_group": ("eks-nodegroup.amazonaws.com", "AWSServiceRoleForAmazonEKSNodegroup"),
    "fargate_profile": ("eks-fargate.amazonaws.com", "AWSServiceRoleForAmazonEKSForFargate"),
}
"""The service and the role that it needs in the account, by the kind that brings it in.

docs.aws.amazon.com/eks/latest/userguide/using-service-linked-roles.html
"""

SAMPLE = "clusterwright-check"
"""Stands for what has no name yet."""

Context = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Need:
    """One action on some resources. `kinds` are those that call it."""

    action: str
    resources: tuple[str, ...]
    context: Context
    kinds: tuple[str, ...]

    @property
    def feature(self) -> Feature | None:
        """What is lost where it is denied; None when the cluster is."""
        return BY_ACTION.get(self.action)


def needs(declared: Mapping[str, Iterable[str]], where: Where) -> tuple[Need, ...]:
    """`declared`: actions by kind."""
    callers: defaultdict[tuple[str, tuple[str, ...], Context], set[str]] = defaultdict(set)
    for kind, actions in {**declared, "facts": ALWAYS}.items():
        for action in actions:
            resources, context = on(kind, action, where)
            callers[action, resources, context].add(kind)
    return tuple(
        Need(action, resources, context, tuple(sorted(kinds)))
        for (action, resources, context), kinds in sorted(callers.items())
    )


def on(kind: str, action: str, where: Where) -> tuple[tuple[str, ...], Context]:
    """What a kind's call works on, and what is known of the request."""
    if action == "iam:CreateServiceLinkedRole":
        service, role = LINKED_ROLES[kind]
        arn = where.arn(f"iam:role/aws-service-role/{service}/{role}")
        return (arn,), (("iam:AWSServiceName", service),)
    if action == "iam:PassRole":
        return named(action, where), (("iam:PassedToService", "eks.amazonaws.com"),)
    if action in ("eks:TagResource", "eks:UntagResource"):
        return tuple(arn for arn in named(action, where) if is_of(kind, arn)), ()
    return named(action, where), ()


def named(action: str, where: Where) -> tuple[str, ...]:
    """ARNs as a request would have them: with names where policies have patterns."""
    return tuple(arn if arn == "*" else sampled(arn) for arn in targets(action, where))


def sampled(arn: str) -> str:
    head, _, tail = arn.partition("/")
    return f"{head}/{tail.replace('*', SAMPLE)}" if tail else arn.replace(":*", f":{SAMPLE}")


def is_of(kind: str, arn: str) -> bool:
    """A kind tags its own objects only."""
    what = {"eks_cluster": "cluster", "node_group": "nodegroup", "fargate_profile": "fargateprofile"}
    return f":{what.get(kind, kind.replace('_', '-'))}/" in arn
