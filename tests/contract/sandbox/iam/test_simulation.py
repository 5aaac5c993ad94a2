"""The policy simulator: the same decision, asked for.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
"""

import json
from collections.abc import Iterator
from typing import Any

import botocore.session
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clusterwright.sandbox.server import Running

from ..tenant import Tenant, refused
from .people import DENIED, Account, Keys, allow, deny, policy

CONTEXT = {"ContextKeyName": "iam:PassedToService", "ContextKeyType": "string"}


def _decisions(answer: dict[str, Any]) -> dict[tuple[str, str], str]:
    return {
        (one["EvalActionName"], one["EvalResourceName"]): one["EvalDecision"]
        for one in answer["EvaluationResults"]
    }


def test_roles_passed_depend_on_what_is_told(account: Account) -> None:
    to_eks = {"StringEquals": {"iam:PassedToService": "eks.amazonaws.com"}}
    role = account.role(allow("iam:PassRole", Condition=to_eks), deny("eks:DeleteCluster", Sid="Never"))
    actions = ["iam:PassRole", "eks:DeleteCluster"]
    blank = account.iam.simulate_principal_policy(PolicySourceArn=role, ActionNames=actions)
    assert list(_decisions(blank).values()) == ["implicitDeny", "explicitDeny"]
    first, second = blank["EvaluationResults"]
    assert first["MissingContextValues"] == ["iam:PassedToService"]
    assert second["MatchedStatements"][0]["SourcePolicyId"] == "own"
    told = account.iam.simulate_principal_policy(
        PolicySourceArn=role,
        ActionNames=actions,
        ResourceArns=["arn:aws:iam::111122223333:role/a", "arn:aws:iam::111122223333:role/b"],
        ContextEntries=[{**CONTEXT, "ContextKeyValues": ["eks.amazonaws.com"]}],
    )
    assert sorted(_decisions(told).values()) == ["allowed", "allowed", "explicitDeny", "explicitDeny"]


def test_boundaries_count_and_are_told(account: Account) -> None:
    boundary = account.managed(policy(allow("ec2:DescribeVpcs")))
    keys = account.user(allow("ec2:*"), boundary=boundary)
    arn = account.client("sts", keys).get_caller_identity()["Arn"]
    actions = ["ec2:DescribeVpcs", "ec2:DescribeSubnets"]
    answer = account.iam.simulate_principal_policy(PolicySourceArn=arn, ActionNames=actions)
    assert list(_decisions(answer).values()) == ["allowed", "implicitDeny"]
    details = [one["PermissionsBoundaryDecisionDetail"] for one in answer["EvaluationResults"]]
    assert [one["AllowedByPermissionsBoundary"] for one in details] == [True, False]


def test_pages_and_strangers(account: Account) -> None:
    role = account.role()
    actions = [f"ec2:Describe{number}" for number in range(5)]
    pages = account.iam.get_paginator("simulate_principal_policy").paginate(
        PolicySourceArn=role, ActionNames=actions, PaginationConfig={"PageSize": 2}
    )
    assert [name for page in pages for name, _ in _decisions(page)] == actions
    with refused("NoSuchEntity"):
        account.iam.simulate_principal_policy(PolicySourceArn=role + "-ghost", ActionNames=actions)
    with refused("InvalidInput"):
        account.iam.simulate_custom_policy(PolicyInputList=["{"], ActionNames=actions)
    own = account.iam.simulate_custom_policy(PolicyInputList=[policy(allow("ec2:*"))], ActionNames=actions)
    assert set(_decisions(own).values()) == {"allowed"}
    keys = account.user(allow("iam:SimulateCustomPolicy"))
    with refused("AccessDenied", f"iam:SimulatePrincipalPolicy on resource: {role}"):
        account.client("iam", keys).simulate_principal_policy(PolicySourceArn=role, ActionNames=actions)


class Subject:
    """One user, whose policy is another for each example."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.role = account.role()
        self.keys: Keys = account.user()
        self.arn = account.client("sts", self.keys).get_caller_identity()["Arn"]
        cluster = f"arn:aws:eks:us-east-1:{account.id}:cluster/one"
        self.calls: list[tuple[str, str, str, str, dict[str, Any]]] = [
            ("ec2", "ec2:DescribeVpcs", "*", "describe_vpcs", {}),
            ("eks", "eks:DescribeCluster", cluster, "describe_cluster", {"name": "one"}),
            ("iam", "iam:GetRole", self.role, "get_role", {"RoleName": self.role.rpartition("/")[2]}),
        ]

    def is_allowed(self, service: str, operation: str, given: dict[str, Any]) -> bool:
        return self.account.tries(self.keys, service, operation, **given) not in DENIED


@pytest.fixture(scope="module")
def subject(sandbox: Running, shared_session: botocore.session.Session) -> Iterator[Subject]:
    account = Account(Tenant(sandbox.url, shared_session, "333344448888"))
    yield Subject(account)
    account.close()


STATEMENTS = st.builds(
    lambda effect, action, resource, condition: allow(action, resource, **condition) | {"Effect": effect},
    st.sampled_from(["Allow", "Allow", "Deny"]),
    st.sampled_from(["*", "ec2:*", "ec2:Describe*", "eks:DescribeCluster", "iam:Get*", "iam:*", "eks:De*"]),
    st.sampled_from(
        ["*", "arn:aws:eks:*:*:cluster/*", "arn:aws:iam::*:role/role-*", "arn:aws:iam::*:role/other"]
    ),
    st.sampled_from(
        [
            {},
            {},
            {"Condition": {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:user/*"}}},
            {"Condition": {"StringNotLike": {"aws:username": "user-*"}}},
        ]
    ),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(statements=st.lists(STATEMENTS, min_size=1, max_size=4))
def test_what_is_simulated_is_what_happens(subject: Subject, statements: list[dict[str, Any]]) -> None:
    iam = subject.account.iam
    name = subject.arn.rpartition("/")[2]
    iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=policy(*statements))
    for service, action, resource, operation, given_to in subject.calls:
        answer = iam.simulate_principal_policy(
            PolicySourceArn=subject.arn, ActionNames=[action], ResourceArns=[resource]
        )
        decision = _decisions(answer)[action, resource]
        assert (decision == "allowed") is subject.is_allowed(service, operation, given_to), json.dumps(
            statements
        )
