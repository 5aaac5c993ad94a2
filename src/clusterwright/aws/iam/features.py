"""What goes beyond the four published policies, by feature: without it that is missing, and no more.

Resource types: docs.aws.amazon.com/service-authorization/latest/reference/ (EKS, IAM, CloudWatch Logs).
"""

from __future__ import annotations

from dataclasses import dataclass

from clusterwright.aws.iam.policy import Policy, Statement
from clusterwright.errors import Denied, Error


@dataclass(frozen=True)
class Feature:
    """`without` says what happens where the actions are not allowed."""

    name: str
    purpose: str
    without: str
    statements: tuple[Statement, ...]

    @property
    def actions(self) -> frozenset[str]:
        return frozenset(action for statement in self.statements for action in statement.actions)


ACCESS_ENTRIES = Feature(
    "access-entries",
    "give IAM principals access to the cluster (spec.controlPlane.access)",
    "nobody but the cloud account's own role has access by IAM",
    (
        Statement(("eks:CreateAccessEntry",), ("arn:*:eks:*:*:cluster/*",)),
        Statement(
            (
                "eks:AssociateAccessPolicy",
                "eks:DeleteAccessEntry",
                "eks:DescribeAccessEntry",
                "eks:DisassociateAccessPolicy",
                "eks:ListAssociatedAccessPolicies",
            ),
            ("arn:*:eks:*:*:access-entry/*",),
        ),
    ),
)

LOG_GROUPS = Feature(
    "log-groups",
    "own the log group of the control plane: retention, tags, and its end with the cluster",
    "EKS makes the log group itself, keeps logs for ever, and leaves it behind",
    (
        Statement(("logs:DescribeLogGroups",), ("*",)),
        Statement(
            (
                "logs:CreateLogGroup",
                "logs:DeleteLogGroup",
                "logs:ListTagsForResource",
                "logs:PutRetentionPolicy",
                "logs:TagResource",
                "logs:UntagResource",
            ),
            ("arn:*:logs:*:*:log-group:/aws/eks/*",),
        ),
    ),
)

OIDC_TAGS = Feature(
    "oidc-tags",
    "tag the cluster's OIDC provider, and tell it from others by its tags",
    "the OIDC provider carries no tags and is recognised by its name alone",
    (
        Statement(
            (
                "iam:GetOpenIDConnectProvider",
                "iam:TagOpenIDConnectProvider",
                "iam:UntagOpenIDConnectProvider",
            ),
            ("arn:*:iam::*:oidc-provider/*",),
        ),
    ),
)

ROLE_CHANGES = Feature(
    "role-changes",
    "mend the trust policy of a role that was changed, and remove tags from roles",
    "a trust policy that somebody changed stays so, and removed tags stay on roles",
    (Statement(("iam:UntagRole", "iam:UpdateAssumeRolePolicy"), ("arn:*:iam::*:role/*",)),),
)

TAG_REMOVAL = Feature(
    "tag-removal",
    "remove tags from add-ons, Fargate profiles and access entries",
    "tags that leave the document stay on these objects",
    (
        Statement(
            ("eks:UntagResource",),
            ("arn:*:eks:*:*:access-entry/*", "arn:*:eks:*:*:addon/*", "arn:*:eks:*:*:fargateprofile/*"),
        ),
    ),
)

PERMISSION_CHECK = Feature(
    "permission-check",
    "ask IAM which permissions the account has, before anything is made",
    "permissions are found out by harmless calls, and some cannot be",
    (Statement(("iam:SimulatePrincipalPolicy",), ("arn:*:iam::*:role/*", "arn:*:iam::*:user/*")),),
)

CAPACITY_CHECK = Feature(
    "capacity-check",
    "compare quotas, instance types and Kubernetes versions with what a cluster wants, before it is made",
    "quotas are taken to be AWS's defaults, and what is not on offer shows when it is refused",
    (
        Statement(
            (
                "ec2:DescribeInstanceTypeOfferings",
                "ec2:DescribeInstanceTypes",
                "eks:DescribeClusterVersions",
                "servicequotas:ListServiceQuotas",
            ),
            ("*",),
        ),
        Statement(("eks:ListNodegroups",), ("arn:*:eks:*:*:cluster/*",)),
    ),
)

FEATURES = (
    ACCESS_ENTRIES,
    LOG_GROUPS,
    OIDC_TAGS,
    ROLE_CHANGES,
    TAG_REMOVAL,
    PERMISSION_CHECK,
    CAPACITY_CHECK,
)

BY_NAME = {feature.name: feature for feature in FEATURES}

BY_ACTION = {action: feature for feature in FEATURES for action in feature.actions}


def done_without(error: Error) -> str:
    """What people are told when a refusal costs a feature and not the cluster; empty when it is no such."""
    feature = BY_ACTION.get(error.action) if isinstance(error, Denied) else None
    if feature is None or not isinstance(error, Denied):
        return ""
    return (
        f"{error.action} is not allowed, so {feature.without}. "
        f"`clusterwright iam policy extra --feature {feature.name}` prints what to allow."
    )


def extra(features: tuple[Feature, ...] = FEATURES) -> Policy:
    """A policy beside the four, for the features that somebody wants."""
    return Policy("extra", tuple(statement for feature in features for statement in feature.statements))
