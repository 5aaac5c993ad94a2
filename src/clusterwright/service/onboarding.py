"""How the owner of an AWS account lets us in: the role, its trust policy and its policies, ready to paste."""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import StrEnum

from clusterwright.aws.iam.policy import Json, Policy
from clusterwright.aws.iam.published import all_published
from clusterwright.aws.iam.render import as_cloudformation, as_terraform, managed_name, written
from clusterwright.errors import Conflict
from clusterwright.service import accounts
from clusterwright.service.core import Core
from clusterwright.service.views import AccountView


class Means(StrEnum):
    """How the role is made."""

    CONSOLE = "console"
    CLI = "cli"
    CLOUDFORMATION = "cloudformation"
    TERRAFORM = "terraform"


def setup(core: Core, name: str, means: Means) -> str:
    """Everything that is to be done in the account, as text."""
    view = accounts.get(core, name)
    trust = trust_of(view)
    if means is Means.CONSOLE:
        return console(view, trust)
    if means is Means.CLI:
        return command_lines(view, trust)
    if means is Means.CLOUDFORMATION:
        return as_cloudformation(all_published(), trust)
    return as_terraform(all_published(), trust)


def trust_of(view: AccountView) -> Mapping[str, Json]:
    if view.status.trust_policy is None:
        message = view.status.message or f"Cloud account {view.metadata.name} uses an access key, not a role."
        raise Conflict(message, remedy="" if view.status.message else "Attach the policies to its user.")
    return view.status.trust_policy


def role_name(view: AccountView) -> str:
    return str(view.spec["credentials"]["roleArn"]).rpartition("/")[2]


def console(view: AccountView, trust: Mapping[str, Json]) -> str:
    """docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-user.html"""
    names = [managed_name(policy) for policy in all_published()]
    steps = (
        "In the AWS console, under IAM, Policies, make these policies from the JSON of "
        f"`clusterwright iam policy NAME`: {', '.join(names)}.",
        "Under IAM, Roles, choose Create role with these options:",
        "  Trusted entity type: AWS account, Another AWS account",
        f"  Account ID: {trusted_account(trust)}",
        "  Require external ID: yes",
        f"  External ID: {view.status.external_id}",
        f"  Permissions policies: {', '.join(names)}",
        f"  Role name: {role_name(view)}",
        "Open the role and compare its ARN with the account's:",
        f"  {view.spec['credentials']['roleArn']}",
        f"Then try it: clusterwright account check {view.metadata.name}",
    )
    return "\n".join(steps) + "\n"


def trusted_account(trust: Mapping[str, Json]) -> str:
    """The twelve digits in the trust policy's principal."""
    principal: str = json.loads(json.dumps(trust))["Statement"][0]["Principal"]["AWS"]
    return principal.split(":")[4]


HOMES = {"aws": "us-east-1", "aws-us-gov": "us-gov-west-1", "aws-cn": "cn-north-1"}
"""Where IAM is asked: it is one for all regions of a partition, but the AWS CLI wants to know a region."""


def command_lines(view: AccountView, trust: Mapping[str, Json]) -> str:
    """For a POSIX shell with the AWS CLI and the account's own credentials. Stops at the first failure."""
    role, partition = role_name(view), str(view.spec.get("partition", "aws"))
    owner = f"arn:{partition}:iam::{view.status.account_id}"
    lines = [
        "set -e",
        f"export AWS_DEFAULT_REGION={HOMES[partition]} AWS_PAGER=",
        f"aws iam create-role --role-name {role} --assume-role-policy-document '{written(trust)}'",
    ]
    for policy in all_published():
        lines += policy_lines(role, policy, owner)
    return "\n".join(lines) + "\n"


def policy_lines(role: str, policy: Policy, owner: str) -> list[str]:
    name = managed_name(policy)
    document = json.dumps(policy.document())
    return [
        f"aws iam create-policy --policy-name {name} --policy-document '{document}'",
        f"aws iam attach-role-policy --role-name {role} --policy-arn {owner}:policy/{name}",
    ]
