"""Entering roles: trust policies, sessions, limits.

https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
"""

from typing import Any

import pytest

from ..tenant import refused
from .people import Account, Keys, allow, deny, policy

TEST: Keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}


def _who(account: Account, keys: Keys) -> str:
    return str(account.client("sts", keys).get_caller_identity()["Arn"])


def test_the_account_as_principal_leaves_it_to_the_callers_policies(account: Account) -> None:
    role = account.role()
    with refused("AccessDenied", "because no identity-based policy allows the sts:AssumeRole action"):
        account.enter(role, account.user())
    with refused("AccessDenied", "with an explicit deny in an identity-based policy"):
        account.enter(role, account.user(allow("*"), deny("sts:AssumeRole")))
    assert account.enter(role, account.user(allow("sts:AssumeRole", role)))


def test_who_is_named_needs_no_policy(account: Account) -> None:
    """reference_policies_evaluation-logic: the two kinds of policies add up within an account."""
    user = account.user(boundary=account.managed(policy(allow("s3:*"))))
    role = account.role(principal=_who(account, user))
    assert account.enter(role, user)
    with refused("AccessDenied"):
        account.enter(role, account.user(allow("sts:AssumeRole"), deny("sts:AssumeRole", role)))


def test_a_role_that_is_named_is_held_by_its_session_policy(account: Account) -> None:
    first = account.role()
    second = account.role(principal=first)
    user = account.user(allow("sts:AssumeRole"))
    assert account.enter(second, account.enter(first, user))
    held = account.enter(first, user, Policy=policy(allow("ec2:*")))
    with refused("AccessDenied", "because no session policy allows the sts:AssumeRole action"):
        account.enter(second, held)


def test_a_stranger_is_kept_out(account: Account) -> None:
    role = account.role(principal="arn:aws:iam::555566667777:root")
    with refused("AccessDenied", f"is not authorized to perform: sts:AssumeRole on resource: {role}"):
        account.enter(role)


def test_a_trust_policy_may_deny_and_ask(account: Account) -> None:
    asks = {
        "StringLike": {"sts:RoleSessionName": "m?"},
        "ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:user/*"},
    }
    role = account.role(Condition=asks)
    assert account.enter(role)
    client = account.client("sts")
    with refused("AccessDenied"):
        client.assume_role(RoleArn=role, RoleSessionName="other")
    with refused("ValidationError", "roleSessionName"):
        client.assume_role(RoleArn=account.role(), RoleSessionName="not a name")


@pytest.mark.parametrize(("region", "partition"), [("us-east-1", "aws"), ("cn-north-1", "aws-cn")])
def test_test_is_an_administrator(account: Account, region: str, partition: str) -> None:
    """Ours, not AWS's: anybody may begin with it."""
    sts = account.client("sts", TEST, region)
    arn = f"arn:{partition}:iam::123456789012:user/sandbox-administrator"
    assert sts.get_caller_identity()["Arn"] == arn
    assert account.tries(TEST, "ec2", "describe_vpcs", region) == "ok"
    assert account.tries(TEST | {"aws_secret_access_key": "no"}, "ec2", "describe_vpcs") == "AuthFailure"
    assert account.client("iam", TEST, region).get_user()["User"]["Arn"] == arn


def test_a_new_role_takes_a_while_to_be_seen(account: Account) -> None:
    """troubleshoot_general.html#troubleshoot_general_eventual-consistency"""
    trust = policy({"Effect": "Allow", "Principal": {"AWS": account.id}, "Action": "sts:AssumeRole"})
    role = account.iam.create_role(RoleName="new", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    with refused("AccessDenied"):
        account.enter(role)
    account.tenant.advance(60)
    assert account.enter(role)


def test_sessions_have_limits(account: Account) -> None:
    role = account.role(allow("sts:AssumeRole"))
    with refused("ValidationError", "exceeds the MaxSessionDuration set for this role"):
        account.enter(role, DurationSeconds=7200)
    account.iam.update_role(RoleName=role.rpartition("/")[2], MaxSessionDuration=43200)
    session = account.enter(role, DurationSeconds=7200)
    with refused("ValidationError", "role chaining"):
        account.enter(role, session, DurationSeconds=7200)
    with refused("ValidationError", "policy"):
        account.enter(role, Policy=policy(allow("a:b" * 1000)))
    with refused("MalformedPolicyDocument"):
        account.enter(role, Policy="{}")


def test_sessions_of_a_role_that_is_gone_are_gone(account: Account) -> None:
    role = account.role(allow("*"))
    session = account.enter(role)
    name = role.rpartition("/")[2]
    account.iam.delete_role_policy(RoleName=name, PolicyName="own")
    account.iam.delete_role(RoleName=name)
    assert account.tries(session, "eks", "list_clusters") == "UnrecognizedClientException"


def test_managed_session_policies_and_session_tags(account: Account) -> None:
    mine = {"StringEquals": {"aws:PrincipalTag/team": "us"}}
    role = account.role(allow("ec2:*"), allow("eks:ListClusters", Condition=mine))
    arn = account.managed(policy(allow(["ec2:DescribeVpcs", "eks:ListClusters"])))
    tags = [{"Key": "team", "Value": "us"}]
    session = account.enter(role, PolicyArns=[{"arn": arn}], Tags=tags)
    assert account.tries(session, "ec2", "describe_vpcs") == "ok"
    assert account.tries(session, "ec2", "describe_subnets") == "UnauthorizedOperation"
    assert account.tries(session, "eks", "list_clusters") == "ok"
    assert account.tries(account.enter(role), "eks", "list_clusters") == "AccessDeniedException"


@pytest.mark.parametrize("given", [{}, {"ExternalId": "wrong"}])
def test_an_external_id_may_be_asked_for_if_there_is_one(account: Account, given: dict[str, Any]) -> None:
    role = account.role(Condition={"StringEqualsIfExists": {"sts:ExternalId": "right"}})
    user = account.user(allow("sts:AssumeRole"))
    if given:
        with refused("AccessDenied"):
            account.enter(role, user, **given)
    else:
        assert account.enter(role, user, **given)
