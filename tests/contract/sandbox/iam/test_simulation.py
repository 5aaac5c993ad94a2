"""The policy simulator: the same decision, asked for."""

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

API = "https://docs.aws.amazon.com/IAM/latest/APIReference/"
PRINCIPAL, CUSTOM = f"{API}API_SimulatePrincipalPolicy.html", f"{API}API_SimulateCustomPolicy.html"
RESULT = f"{API}API_EvaluationResult.html"
REFERENCE = "https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html"
TO_EKS = {"StringEquals": {"iam:PassedToService": "eks.amazonaws.com"}}
CONTEXT = {"ContextKeyName": "iam:PassedToService", "ContextKeyType": "string"}


def _decisions(answer: dict[str, Any]) -> dict[tuple[str, str], str]:
    return {
        (one["EvalActionName"], one["EvalResourceName"]): one["EvalDecision"]
        for one in answer["EvaluationResults"]
    }


def _simulated(account: Account, arn: str, *actions: str, **more: Any) -> list[dict[str, Any]]:
    answer = account.iam.simulate_principal_policy(PolicySourceArn=arn, ActionNames=list(actions), **more)
    found: list[dict[str, Any]] = answer["EvaluationResults"]
    return found


ROW = "simulate_principal_policy"


@pytest.mark.documented(PRINCIPAL, row=ROW)
@pytest.mark.parametrize(
    ("statements", "decision"),
    [
        ([allow("eks:ListClusters")], "allowed"),
        ([allow("eks:DescribeCluster")], "implicitDeny"),
        ([allow("*"), deny("eks:*")], "explicitDeny"),
    ],
    ids=["allowed", "implicitDeny", "explicitDeny"],
)
def test_a_decision_is_one_of_three(account: Account, statements: list[Any], decision: str) -> None:
    (found,) = _simulated(account, account.role(*statements), "eks:ListClusters")
    assert found["EvalDecision"] == decision


@pytest.mark.documented(PRINCIPAL)
def test_a_decision_names_the_policy_that_made_it(account: Account) -> None:
    (found,) = _simulated(account, account.role(deny("eks:DeleteCluster")), "eks:DeleteCluster")
    assert found["MatchedStatements"][0]["SourcePolicyId"] == "own"


@pytest.mark.documented(RESULT)
def test_keys_that_were_asked_for_and_not_given_are_told(account: Account) -> None:
    role = account.role(allow("iam:PassRole", Condition=TO_EKS))
    (found,) = _simulated(account, role, "iam:PassRole")
    assert found["EvalDecision"] == "implicitDeny"
    assert found["MissingContextValues"] == ["iam:PassedToService"]


@pytest.mark.documented(PRINCIPAL)
@pytest.mark.parametrize(("service", "decision"), [("eks", "allowed"), ("ec2", "implicitDeny")])
def test_a_key_that_is_given_counts(account: Account, service: str, decision: str) -> None:
    role = account.role(allow("iam:PassRole", Condition=TO_EKS))
    told = {**CONTEXT, "ContextKeyValues": [f"{service}.amazonaws.com"]}
    (found,) = _simulated(account, role, "iam:PassRole", ContextEntries=[told])
    assert found["EvalDecision"] == decision


@pytest.mark.documented(PRINCIPAL)
def test_each_action_is_decided_on_each_resource(account: Account) -> None:
    arns = [f"arn:aws:eks:us-east-1:{account.id}:cluster/{name}" for name in ("one", "two")]
    role = account.role(allow("eks:DescribeCluster", arns[0]), allow("eks:DeleteCluster", arns[1]))
    found = _simulated(account, role, "eks:DescribeCluster", "eks:DeleteCluster", ResourceArns=arns)
    allowed = {
        (one["EvalActionName"], one["EvalResourceName"]) for one in found if one["EvalDecision"] == "allowed"
    }
    assert len(found) == 4
    assert allowed == {("eks:DescribeCluster", arns[0]), ("eks:DeleteCluster", arns[1])}


@pytest.mark.documented(PRINCIPAL)
def test_the_resource_is_everything_unless_it_is_given(account: Account) -> None:
    role = account.role(allow("eks:DescribeCluster", "arn:aws:eks:*:*:cluster/one"))
    (found,) = _simulated(account, role, "eks:DescribeCluster")
    assert (found["EvalResourceName"], found["EvalDecision"]) == ("*", "implicitDeny")


@pytest.mark.documented(RESULT)
def test_boundaries_count_and_are_told(account: Account) -> None:
    boundary = account.managed(policy(allow("ec2:DescribeVpcs")))
    keys = account.user(allow("ec2:*"), boundary=boundary)
    arn = account.client("sts", keys).get_caller_identity()["Arn"]
    found = _simulated(account, arn, "ec2:DescribeVpcs", "ec2:DescribeSubnets")
    assert [one["EvalDecision"] for one in found] == ["allowed", "implicitDeny"]
    details = [one["PermissionsBoundaryDecisionDetail"] for one in found]
    assert [one["AllowedByPermissionsBoundary"] for one in details] == [True, False]


@pytest.mark.documented(PRINCIPAL)
def test_policies_may_be_tried_on_top(account: Account) -> None:
    (found,) = _simulated(
        account, account.role(), "eks:ListClusters", PolicyInputList=[policy(allow("eks:*"))]
    )
    assert found["EvalDecision"] == "allowed"


@pytest.mark.documented(PRINCIPAL)
def test_simulations_come_in_pages(account: Account) -> None:
    actions = [f"ec2:Describe{number}" for number in range(5)]
    pages = account.iam.get_paginator("simulate_principal_policy").paginate(
        PolicySourceArn=account.role(), ActionNames=actions, PaginationConfig={"PageSize": 2}
    )
    assert [name for page in pages for name, _ in _decisions(page)] == actions


@pytest.mark.documented(PRINCIPAL)
def test_nobody_is_simulated_who_is_not_there(account: Account) -> None:
    with refused("NoSuchEntity"):
        _simulated(account, account.role() + "-ghost", "eks:ListClusters")


@pytest.mark.documented(REFERENCE)
def test_simulating_somebody_takes_a_permission_on_them(account: Account) -> None:
    role, keys = account.role(), account.user(allow("iam:SimulateCustomPolicy"))
    with refused("AccessDenied", f"iam:SimulatePrincipalPolicy on resource: {role}"):
        account.client("iam", keys).simulate_principal_policy(
            PolicySourceArn=role, ActionNames=["eks:ListClusters"]
        )


@pytest.mark.documented(CUSTOM)
def test_policies_are_tried_by_themselves(account: Account) -> None:
    given = {
        "PolicyInputList": [policy(allow("ec2:*"))],
        "ActionNames": ["ec2:RunInstances", "eks:ListClusters"],
    }
    answer = account.iam.simulate_custom_policy(**given)
    assert list(_decisions(answer).values()) == ["allowed", "implicitDeny"]


@pytest.mark.documented(CUSTOM)
def test_a_boundary_is_tried_by_itself(account: Account) -> None:
    answer = account.iam.simulate_custom_policy(
        PolicyInputList=[policy(allow("*"))],
        PermissionsBoundaryPolicyInputList=[policy(allow("ec2:*"))],
        ActionNames=["ec2:RunInstances", "eks:ListClusters"],
    )
    assert list(_decisions(answer).values()) == ["allowed", "implicitDeny"]


@pytest.mark.documented(CUSTOM)
def test_what_is_no_policy_is_not_tried(account: Account) -> None:
    with refused("InvalidInput"):
        account.iam.simulate_custom_policy(PolicyInputList=["{"], ActionNames=["eks:ListClusters"])


@pytest.mark.documented(
    "https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetContextKeysForPrincipalPolicy.html"
)
def test_the_keys_that_somebodys_policies_ask_for(account: Account) -> None:
    role = account.role(
        allow("iam:PassRole", Condition=TO_EKS), allow("iam:GetUser", "arn:aws:iam::*:user/${aws:username}")
    )
    found = account.iam.get_context_keys_for_principal_policy(PolicySourceArn=role)["ContextKeyNames"]
    assert sorted(found) == ["aws:username", "iam:PassedToService"]


@pytest.mark.documented(
    "https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetContextKeysForCustomPolicy.html"
)
def test_the_keys_that_a_policy_asks_for(account: Account) -> None:
    given = [policy(allow("iam:PassRole", Condition=TO_EKS))]
    found = account.iam.get_context_keys_for_custom_policy(PolicyInputList=given)["ContextKeyNames"]
    assert found == ["iam:PassedToService"]


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
