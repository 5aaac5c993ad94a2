"""Entering roles: trust policies, sessions, limits."""

import datetime
import json
from typing import Any

import pytest

from ..tenant import refused
from .people import Account, Keys, allow, deny, policy

ASSUME = "https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html"
GUIDE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/"
LOGIC = GUIDE + "reference_policies_evaluation-logic_policy-eval-basics-single-account.html"
CROSS = GUIDE + "reference_policies_evaluation-logic-cross-account.html"
PRINCIPAL = GUIDE + "reference_policies_elements_principal.html"
NOT_PRINCIPAL = GUIDE + "reference_policies_elements_notprincipal.html"
CHAINING = GUIDE + "id_roles.html"
SESSION = GUIDE + "access_policies.html"
TAGS = GUIDE + "id_session-tags.html"
EXTERNAL = GUIDE + "id_roles_common-scenarios_third-party.html"
DEPUTY = GUIDE + "confused-deputy.html"
KEYS = GUIDE + "reference_policies_iam-condition-keys.html"
LATE = GUIDE + "troubleshoot.html"
WHO = "https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html"

TEST: Keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}


def _who(account: Account, keys: Keys) -> str:
    return str(account.client("sts", keys).get_caller_identity()["Arn"])


@pytest.mark.parametrize(("region", "partition"), [("us-east-1", "aws"), ("cn-north-1", "aws-cn")])
def test_test_is_an_administrator(account: Account, region: str, partition: str) -> None:
    """Ours, not AWS's: anybody may begin with it."""
    arn = f"arn:{partition}:iam::123456789012:user/sandbox-administrator"
    assert account.client("sts", TEST, region).get_caller_identity()["Arn"] == arn
    assert account.tries(TEST, "ec2", "describe_vpcs", region) == "ok"
    assert account.tries(TEST | {"aws_secret_access_key": "no"}, "ec2", "describe_vpcs") == "AuthFailure"
    assert account.client("iam", TEST, region).get_user()["User"]["Arn"] == arn


# Who is trusted.


@pytest.mark.documented(PRINCIPAL)
def test_the_account_as_principal_leaves_it_to_the_callers_policies(account: Account) -> None:
    role = account.role()
    with refused("AccessDenied", "because no identity-based policy allows the sts:AssumeRole action"):
        account.enter(role, account.user())
    assert account.enter(role, account.user(allow("sts:AssumeRole", role)))


@pytest.mark.documented(PRINCIPAL)
def test_the_number_of_the_account_is_the_account(account: Account) -> None:
    assert account.enter(account.role(principal=account.id))


@pytest.mark.documented(LOGIC)
def test_a_denial_in_the_callers_policies_ends_it(account: Account) -> None:
    with refused("AccessDenied", "with an explicit deny in an identity-based policy"):
        account.enter(account.role(), account.user(allow("*"), deny("sts:AssumeRole")))


@pytest.mark.documented(LOGIC)
def test_who_is_named_needs_no_policy(account: Account) -> None:
    user = account.user(boundary=account.managed(policy(allow("s3:*"))))
    assert account.enter(account.role(principal=_who(account, user)), user)


@pytest.mark.documented(LOGIC)
def test_a_denial_for_who_is_named_ends_it(account: Account) -> None:
    user = account.user(deny("sts:AssumeRole"))
    role = account.role(principal=_who(account, user))
    with refused("AccessDenied"):
        account.enter(role, user)


@pytest.mark.documented(PRINCIPAL)
def test_another_user_than_the_one_named_is_not_let_in(account: Account) -> None:
    role = account.role(principal=_who(account, account.user()))
    with refused("AccessDenied", f"is not authorized to perform: sts:AssumeRole on resource: {role}"):
        account.enter(role, account.user(allow("*")))


@pytest.mark.documented(PRINCIPAL)
def test_a_role_as_principal_lets_its_sessions_in(account: Account) -> None:
    first = account.role()
    second = account.role(principal=first)
    assert account.enter(second, account.enter(first))


@pytest.mark.documented(SESSION)
def test_a_role_that_is_named_is_held_by_its_session_policy(account: Account) -> None:
    first = account.role()
    second = account.role(principal=first)
    held = account.enter(first, Policy=policy(allow("ec2:*")))
    with refused("AccessDenied", "because no session policy allows the sts:AssumeRole action"):
        account.enter(second, held)


@pytest.mark.documented(CROSS)
def test_another_account_is_kept_out_unless_it_is_named(account: Account) -> None:
    role = account.role(principal="arn:aws:iam::555566667777:root")
    with refused("AccessDenied", f"is not authorized to perform: sts:AssumeRole on resource: {role}"):
        account.enter(role)


@pytest.mark.documented(LOGIC)
def test_a_trust_policy_may_deny(account: Account) -> None:
    user, other = account.user(allow("sts:AssumeRole")), account.user(allow("sts:AssumeRole"))
    root = {"AWS": f"arn:aws:iam::{account.id}:root"}
    entry = {"Effect": "Allow", "Principal": root, "Action": "sts:AssumeRole"}
    document = policy(entry, entry | {"Effect": "Deny", "Principal": {"AWS": _who(account, user)}})
    role = account.role()
    name = role.rpartition("/")[2]
    account.iam.update_assume_role_policy(RoleName=name, PolicyDocument=document)
    with refused("AccessDenied", "with an explicit deny in a resource-based policy"):
        account.enter(role, user)
    assert account.enter(role, other)


@pytest.mark.documented(KEYS)
def test_a_trust_policy_may_ask_for_a_session_name(account: Account) -> None:
    role = account.role(Condition={"StringLike": {"sts:RoleSessionName": "m?"}})
    assert account.enter(role)
    with refused("AccessDenied"):
        account.client("sts").assume_role(RoleArn=role, RoleSessionName="other")


@pytest.mark.documented(GUIDE + "reference_policies_condition-keys.html")
@pytest.mark.parametrize(("kind", "enters"), [("user", True), ("role", False)])
def test_a_trust_policy_may_ask_who_it_is(account: Account, kind: str, enters: bool) -> None:
    role = account.role(Condition={"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::*:{kind}/*"}})
    user = account.user(allow("sts:AssumeRole"))
    found = account.tries(user, "sts", "assume_role", RoleArn=role, RoleSessionName="me")
    assert found == ("ok" if enters else "AccessDenied")


@pytest.mark.documented(ASSUME)
def test_a_trust_policy_may_ask_for_a_source_identity(account: Account) -> None:
    asked = {"StringEquals": {"sts:SourceIdentity": "ann"}}
    role = account.role(Condition=asked, Action=["sts:AssumeRole", "sts:SetSourceIdentity"])
    with refused("AccessDenied"):
        account.enter(role)
    assert account.enter(role, SourceIdentity="ann")


@pytest.mark.documented(EXTERNAL)
@pytest.mark.parametrize("given", [{}, {"ExternalId": "wrong"}], ids=["none", "wrong"])
def test_an_external_id_has_to_be_right(account: Account, given: dict[str, Any]) -> None:
    role = account.role(Condition={"StringEquals": {"sts:ExternalId": "right"}})
    with refused("AccessDenied"):
        account.enter(role, **given)
    assert account.enter(role, ExternalId="right")


@pytest.mark.documented(GUIDE + "reference_policies_elements_condition_operators.html")
@pytest.mark.parametrize("given", [{}, {"ExternalId": "wrong"}], ids=["none", "wrong"])
def test_an_external_id_may_be_asked_for_if_there_is_one(account: Account, given: dict[str, Any]) -> None:
    role = account.role(Condition={"StringEqualsIfExists": {"sts:ExternalId": "right"}})
    found = account.tries(_admin(account), "sts", "assume_role", RoleArn=role, RoleSessionName="me", **given)
    assert found == ("AccessDenied" if given else "ok")


def _admin(account: Account) -> Keys:
    given = account.tenant.credentials
    return {"aws_access_key_id": given["accessKeyId"], "aws_secret_access_key": given["secretAccessKey"]}


@pytest.mark.documented(LATE)
def test_a_new_role_takes_a_while_to_be_seen(account: Account) -> None:
    trust = policy({"Effect": "Allow", "Principal": {"AWS": account.id}, "Action": "sts:AssumeRole"})
    role = account.iam.create_role(RoleName="new", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    with refused("AccessDenied"):
        account.enter(role)
    account.tenant.advance(60)
    assert account.enter(role)


# Services that enter roles.


@pytest.mark.documented(
    "https://docs.aws.amazon.com/eks/latest/userguide/cross-service-confused-deputy-prevention.html"
)
@pytest.mark.parametrize(
    ("key", "value", "enters"),
    [
        ("aws:SourceArn", "arn:aws:eks:us-east-1:{account}:cluster/one", True),
        ("aws:SourceArn", "arn:aws:eks:us-east-1:{account}:cluster/two", False),
        ("aws:SourceAccount", "{account}", True),
        ("aws:SourceAccount", "111122223333", False),
    ],
)
def test_a_cluster_role_may_be_for_one_cluster(account: Account, key: str, value: str, enters: bool) -> None:
    condition = {"StringEquals": {key: value.replace("{account}", account.id)}}
    entry = {"Effect": "Allow", "Principal": {"Service": "eks.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = policy({**entry, "Condition": condition})
    role = account.iam.create_role(RoleName="cluster", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    account.tenant.advance(60)
    network = account.tenant.network()
    given = {"name": "one", "roleArn": role, "resourcesVpcConfig": {"subnetIds": network.private}}
    found = account.tries(_admin(account), "eks", "create_cluster", **given)
    assert found == ("ok" if enters else "InvalidParameterException")


# Sessions.


@pytest.mark.documented(ASSUME)
def test_a_session_is_named_after_its_role(account: Account) -> None:
    role = account.role()
    name = role.rpartition("/")[2]
    assert _who(account, account.enter(role)) == f"arn:aws:sts::{account.id}:assumed-role/{name}/me"


@pytest.mark.documented(ASSUME)
def test_a_session_lasts_an_hour_unless_told(account: Account) -> None:
    given = account.client("sts").assume_role(RoleArn=account.role(), RoleSessionName="me")["Credentials"]
    left = given["Expiration"] - datetime.datetime.now(datetime.UTC)
    assert 3500 < left.total_seconds() < 3700


@pytest.mark.documented(ASSUME)
def test_a_session_lasts_no_longer_than_the_role_says(account: Account) -> None:
    role = account.role()
    with refused("ValidationError", "exceeds the MaxSessionDuration set for this role"):
        account.enter(role, DurationSeconds=7200)
    account.iam.update_role(RoleName=role.rpartition("/")[2], MaxSessionDuration=43200)
    assert account.enter(role, DurationSeconds=7200)


@pytest.mark.documented(CHAINING)
def test_a_session_that_enters_a_role_stays_an_hour(account: Account) -> None:
    role = account.role(allow("sts:AssumeRole"))
    account.iam.update_role(RoleName=role.rpartition("/")[2], MaxSessionDuration=43200)
    session = account.enter(role)
    with refused("ValidationError", "1 hour session limit for roles assumed by role chaining"):
        account.enter(role, session, DurationSeconds=7200)
    assert account.enter(role, session, DurationSeconds=3600)


@pytest.mark.documented(ASSUME)
def test_the_name_of_a_session_has_letters_that_are_allowed(account: Account) -> None:
    with refused("ValidationError", "roleSessionName"):
        account.client("sts").assume_role(RoleArn=account.role(), RoleSessionName="not a name")


@pytest.mark.documented(ASSUME)
def test_a_session_policy_has_at_most_2048_letters(account: Account) -> None:
    with refused("ValidationError", "policy"):
        account.enter(account.role(), Policy=policy(allow("a:b" * 1000)))


@pytest.mark.documented(ASSUME)
def test_a_session_policy_has_to_be_one(account: Account) -> None:
    with refused("MalformedPolicyDocument"):
        account.enter(account.role(), Policy="{}")
    without = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "ec2:*"}]}
    with refused("MalformedPolicyDocument"):
        account.enter(account.role(), Policy=json.dumps(without))


@pytest.mark.documented(ASSUME)
def test_a_session_has_at_most_ten_managed_policies(account: Account) -> None:
    arns = [{"arn": f"arn:aws:iam::{account.id}:policy/p{number}"} for number in range(11)]
    with refused("ValidationError", "policyArns"):
        account.enter(account.role(), PolicyArns=arns)


@pytest.mark.documented(SESSION)
def test_a_session_policy_takes_away(account: Account) -> None:
    session = account.enter(account.role(allow("ec2:*")), Policy=policy(allow("ec2:DescribeVpcs")))
    assert account.tries(session, "ec2", "describe_vpcs") == "ok"
    assert account.tries(session, "ec2", "describe_subnets") == "UnauthorizedOperation"


@pytest.mark.documented(SESSION)
def test_a_session_policy_gives_nothing(account: Account) -> None:
    session = account.enter(account.role(), Policy=policy(allow("*")))
    assert account.tries(session, "ec2", "describe_vpcs") == "UnauthorizedOperation"


@pytest.mark.documented(SESSION)
def test_managed_session_policies_take_away_too(account: Account) -> None:
    arn = account.managed(policy(allow("ec2:DescribeVpcs")))
    session = account.enter(account.role(allow("ec2:*")), PolicyArns=[{"arn": arn}])
    assert account.tries(session, "ec2", "describe_vpcs") == "ok"
    assert account.tries(session, "ec2", "describe_subnets") == "UnauthorizedOperation"


@pytest.mark.documented(TAGS)
def test_tags_of_a_session_are_tags_of_who_asks(account: Account) -> None:
    mine = {"StringEquals": {"aws:PrincipalTag/team": "us"}}
    role = account.role(allow("eks:ListClusters", Condition=mine))
    session = account.enter(role, Tags=[{"Key": "team", "Value": "us"}])
    assert account.tries(session, "eks", "list_clusters") == "ok"
    assert account.tries(account.enter(role), "eks", "list_clusters") == "AccessDeniedException"


@pytest.mark.documented(TAGS)
@pytest.mark.parametrize(("keys", "expected"), [(["team"], "ok"), ([], "AccessDeniedException")])
def test_tags_stay_in_the_next_role_if_they_are_transitive(
    account: Account, keys: list[str], expected: str
) -> None:
    mine = {"StringEquals": {"aws:PrincipalTag/team": "us"}}
    first, second = account.role(allow("sts:*")), account.role(allow("eks:ListClusters", Condition=mine))
    session = account.enter(first, Tags=[{"Key": "team", "Value": "us"}], TransitiveTagKeys=keys)
    assert account.tries(account.enter(second, session), "eks", "list_clusters") == expected


@pytest.mark.documented(GUIDE + "id_roles_use_revoke-sessions.html")
def test_sessions_are_revoked_by_when_they_began(account: Account) -> None:
    role = account.role(allow("eks:*"))
    old = account.enter(role)
    account.tenant.advance(60)
    now = account.tenant.get("health")["now"]
    older = {"DateLessThan": {"aws:TokenIssueTime": now}}
    document = policy(deny("*", Condition=older))
    name = role.rpartition("/")[2]
    account.iam.put_role_policy(RoleName=name, PolicyName="AWSRevokeOlderSessions", PolicyDocument=document)
    account.tenant.advance(60)
    assert account.tries(old, "eks", "list_clusters") == "AccessDeniedException"
    assert account.tries(account.enter(role), "eks", "list_clusters") == "ok"


@pytest.mark.documented(TAGS)
def test_a_session_is_tagged_only_where_that_is_trusted(account: Account) -> None:
    role = account.role(Action="sts:AssumeRole")
    with refused("AccessDenied", "sts:TagSession"):
        account.enter(role, Tags=[{"Key": "team", "Value": "us"}])
    assert account.enter(role)


@pytest.mark.documented(GUIDE + "id_credentials_temp_control-access_monitor.html")
def test_a_session_has_a_source_only_where_that_is_trusted(account: Account) -> None:
    role = account.role(Action="sts:AssumeRole")
    with refused("AccessDenied", "sts:SetSourceIdentity"):
        account.enter(role, SourceIdentity="ann")
    assert account.enter(role)


@pytest.mark.documented(GUIDE + "id_roles_manage_delete.html")
def test_sessions_of_a_role_that_is_gone_are_gone(account: Account) -> None:
    role = account.role()
    session = account.enter(role)
    account.iam.delete_role(RoleName=role.rpartition("/")[2])
    assert account.tries(session, "eks", "list_clusters") == "UnrecognizedClientException"


@pytest.mark.documented(WHO)
def test_a_denial_does_not_keep_anybody_from_asking_who_they_are(account: Account) -> None:
    user = account.user(deny("sts:GetCallerIdentity"))
    assert _who(account, user).startswith(f"arn:aws:iam::{account.id}:user/")
