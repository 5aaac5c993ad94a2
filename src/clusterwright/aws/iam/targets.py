"""What each action works on: the ARNs of one cluster's objects, as the Service Authorization Reference names
the resource types of the action (docs.aws.amazon.com/service-authorization/latest/reference/). Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from clusterwright.aws.iam.policy import Conditions


@dataclass(frozen=True)
class Where:
    """Of which cluster. A part that is not known is `*`."""

    partition: str = "*"
    region: str = "*"
    account: str = "*"
    cluster: str = "*"

    def arn(self, text: str) -> str:
        """`eks:cluster/{cluster}` becomes an ARN."""
        service, _, rest = text.partition(":")
        region = "" if service == "iam" else self.region
        return f"arn:{self.partition}:{service}:{region}:{self.account}:{rest.format(cluster=self.cluster)}"


EKS_CLUSTER = "eks:cluster/{cluster}"
EKS_CHILDREN = (
    EKS_CLUSTER,
    "eks:nodegroup/{cluster}/*/*",
    "eks:addon/{cluster}/*/*",
    "eks:fargateprofile/{cluster}/*/*",
    "eks:access-entry/{cluster}/*",
)
ROLES = "iam:role/{cluster}-*"
LINKED_ROLES = "iam:role/aws-service-role/*"

TARGETS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"eks:(Tag|Untag)Resource", EKS_CHILDREN),
    (r"eks:Create\w+", (EKS_CLUSTER,)),
    (r"eks:\w+Nodegroup\w*", ("eks:nodegroup/{cluster}/*/*",)),
    (r"eks:\w+Addon", ("eks:addon/{cluster}/*/*",)),
    (r"eks:\w+FargateProfile", ("eks:fargateprofile/{cluster}/*/*",)),
    (r"eks:(\w+AccessEntry|\w+AccessPolic\w+)", ("eks:access-entry/{cluster}/*",)),
    (r"eks:\w+Cluster\w*", (EKS_CLUSTER,)),
    (r"iam:CreateServiceLinkedRole", (LINKED_ROLES,)),
    (r"iam:ListOpenIDConnectProviders", ()),
    (r"iam:\w+OpenIDConnectProvider", ("iam:oidc-provider/*",)),
    (r"iam:\w+", (ROLES,)),
    (r"logs:DescribeLogGroups", ()),
    (r"logs:\w+", ("logs:log-group:/aws/eks/{cluster}/*",)),
)
"""EC2's are on everything: what is made has no name before it is there. An empty tuple means that too."""

CONDITIONS: dict[str, Conditions] = {
    "iam:PassRole": (("StringEquals", "iam:PassedToService", ("eks.amazonaws.com",)),),
    "iam:CreateServiceLinkedRole": (
        (
            "StringEquals",
            "iam:AWSServiceName",
            ("eks.amazonaws.com", "eks-fargate.amazonaws.com", "eks-nodegroup.amazonaws.com"),
        ),
    ),
}


def targets(action: str, where: Where) -> tuple[str, ...]:
    """The ARNs that the action needs to be allowed on; `*` where it has none of its own."""
    for pattern, texts in TARGETS:
        if re.fullmatch(pattern, action):
            return tuple(where.arn(text) for text in texts) or ("*",)
    return ("*",)
