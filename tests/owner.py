"""What the owner of an AWS account does to let us in: policies, a role, who may assume it."""

from __future__ import annotations

import json
from collections.abc import Iterable

from clusterwright.aws.calls import Calls
from clusterwright.aws.iam.policy import Policy
from clusterwright.aws.iam.render import managed_name


def make_role(owner: Calls, name: str, trust: str, policies: Iterable[Policy]) -> None:
    owner.call("iam:CreateRole", {"RoleName": name, "AssumeRolePolicyDocument": trust})
    grant(owner, name, policies)


def grant(owner: Calls, role: str, policies: Iterable[Policy]) -> None:
    for policy in policies:
        document = {"PolicyName": managed_name(policy), "PolicyDocument": json.dumps(policy.document())}
        arn = owner.call("iam:CreatePolicy", document)["Policy"]["Arn"]
        owner.call("iam:AttachRolePolicy", {"RoleName": role, "PolicyArn": arn})
