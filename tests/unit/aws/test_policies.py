"""Policies as data: published to the letter, extra by feature, the least; sizes, flaws, renderings."""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
import yaml

from clusterwright.aws.iam.features import BY_ACTION, BY_NAME, FEATURES, done_without, extra
from clusterwright.aws.iam.lint import lint
from clusterwright.aws.iam.minimal import ALWAYS, minimal
from clusterwright.aws.iam.policy import MANAGED_LIMIT, Policy, Statement, fitting, read
from clusterwright.aws.iam.published import NAMES, all_published, published
from clusterwright.aws.iam.render import as_cloudformation, as_terraform
from clusterwright.aws.iam.targets import Where, targets
from clusterwright.aws.preflight.capacity import ACTIONS
from clusterwright.aws.preflight.simulation import ACTION
from clusterwright.aws.registry import DRIVERS, actions
from clusterwright.errors import Denied, InUse

CALLED = ACTIONS | {ACTION}
"""By checks, beside the kinds."""
SEED = Path(__file__).parents[2] / "contract" / "sandbox" / "iam" / "seed"
WHERE = Where("aws", "us-east-1", "111122223333", "team-a")
TRUST: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:x"}}],
}


def grants(document: dict[str, Any]) -> set[tuple[str, str, str, str]]:
    """Every (effect, action, resource, condition)."""
    return {
        (row["Effect"], action, resource, json.dumps(row.get("Condition", {}), sort_keys=True))
        for row in document["Statement"]
        for action in listed(row["Action"])
        for resource in listed(row["Resource"])
    }


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def plain(policy: Policy) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(json.dumps(policy.document()))
    return document


@pytest.mark.parametrize("name", NAMES)
def test_the_published_policies_are_those_of_the_source_document(name: str) -> None:
    source = json.loads((SEED / f"{name}.json").read_text())
    assert grants(plain(published(name))) == grants(source)
    assert len(published(name).statements) == len(source["Statement"])


def test_their_sizes_are_what_iam_counts() -> None:
    """docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html: white space does not count."""
    assert [policy.size for policy in all_published()] == [5897, 2072, 715, 813]


def test_what_the_kinds_need_beyond_the_four_is_what_the_features_list() -> None:
    """A new action must be granted by the four, or belong to a feature that a cluster can do without."""
    granted = {action for policy in all_published() for action in policy.actions}
    assert {a for a in actions() | CALLED if not any(fnmatchcase(a, one) for one in granted)} == {
        action for action in BY_ACTION if action not in granted
    }


def test_every_action_of_a_feature_is_one_that_a_kind_or_a_check_calls() -> None:
    assert extra().actions <= actions() | CALLED
    assert len(BY_ACTION) == sum(len(feature.actions) for feature in FEATURES)


def test_the_capacity_check_needs_no_more_than_the_four_and_its_feature() -> None:
    granted = {action for policy in all_published() for action in policy.actions}
    assert BY_NAME["capacity-check"].actions == ACTIONS - granted


def test_the_extra_policy_is_that_of_the_features_asked_for() -> None:
    some = extra((BY_NAME["access-entries"],))
    assert some.actions == BY_NAME["access-entries"].actions
    assert extra().size <= MANAGED_LIMIT


def test_only_a_denied_action_of_a_feature_is_done_without() -> None:
    assert "eks:CreateAccessEntry is not allowed" in done_without(Denied(action="eks:CreateAccessEntry"))
    assert done_without(Denied(action="ec2:CreateVpc")) == ""
    assert done_without(InUse(action="eks:CreateAccessEntry")) == ""


def test_the_least_names_every_action_once_on_the_cluster_alone() -> None:
    asked = {"eks:CreateCluster", "eks:DescribeNodegroup", "iam:GetRole", "iam:PassRole", "ec2:CreateVpc"}
    made = minimal(asked, WHERE)
    assert made.actions == asked | ALWAYS
    on = {action: s.resources for s in made.statements for action in s.actions}
    assert on["eks:CreateCluster"] == ("arn:aws:eks:us-east-1:111122223333:cluster/team-a",)
    assert on["eks:DescribeNodegroup"] == ("arn:aws:eks:us-east-1:111122223333:nodegroup/team-a/*/*",)
    assert on["iam:GetRole"] == ("arn:aws:iam::111122223333:role/team-a-*",)
    conditions = {action: s.conditions for s in made.statements for action in s.actions}
    assert conditions["ec2:CreateVpc"] == (("StringEquals", "aws:RequestedRegion", ("us-east-1",)),)
    assert conditions["iam:PassRole"][0][1:] == ("iam:PassedToService", ("eks.amazonaws.com",))


@pytest.mark.parametrize("action", sorted(actions()))
def test_every_action_has_targets(action: str) -> None:
    found = targets(action, WHERE)
    assert found
    assert found == ("*",) or all(arn.startswith("arn:aws:") for arn in found)
    assert action.startswith("ec2:") == (found == ("*",)) or action in (
        "iam:ListOpenIDConnectProviders", "logs:DescribeLogGroups", "eks:DescribeAddonVersions",
    )  # fmt: skip


def test_all_kinds_together_fit_into_one_managed_policy() -> None:
    everything = frozenset[str]().union(*(driver.actions for driver in DRIVERS))
    assert minimal(everything, WHERE).size <= MANAGED_LIMIT


def test_what_does_not_fit_becomes_several_that_allow_the_same() -> None:
    many = tuple(f"ec2:Describe{number:04}" for number in range(600))
    large = Policy("large", (Statement(many, ("*",)), Statement(("iam:GetRole",), ("arn:x",))))
    parts = fitting(large)
    assert [part.name for part in parts] == [f"large-{n}" for n in range(1, len(parts) + 1)]
    assert len(parts) > 1
    assert all(part.size <= MANAGED_LIMIT for part in parts)
    assert set().union(*(grants(plain(part)) for part in parts)) == grants(plain(large))
    assert fitting(published("controller")) == (published("controller"),)


def test_the_flaws_of_the_published_policies_are_known() -> None:
    found = {str(finding) for policy in all_published() for finding in lint(policy)}
    told = "\n".join(found)
    assert "role of eks-fargate-pods.amazonaws.com, the condition asks for eks-fargate.amazonaws.com" in told
    assert "control-plane.Statement[0]: elasticloadbalancing:AddTags is listed 2 times" in told
    assert "controller.Statement[14]: eks:ListClusters has no resource type" in told
    assert "controller.Statement[14]: eks:TagResource is allowed on everything by another statement" in told
    assert "AmazonEKSClusterPolicy is in the partition aws only" in told
    assert lint(published("nodes")) == ()
    assert lint(extra()) == ()


def test_a_policy_over_the_limit_is_a_finding() -> None:
    large = Policy("large", (Statement(tuple(f"ec2:D{n:04}" for n in range(700)), ("*",)),))
    assert any("a managed policy at most 6144" in str(finding) for finding in lint(large))


def test_cloudformation_makes_the_policies_and_the_role_that_has_them() -> None:
    template = yaml.safe_load(as_cloudformation(all_published(), TRUST))
    made = {name: row["Type"] for name, row in template["Resources"].items()}
    assert sorted(made.values()) == ["AWS::IAM::ManagedPolicy"] * 4 + ["AWS::IAM::Role"]
    role = template["Resources"]["ClusterwrightRole"]["Properties"]
    assert [arn["Ref"] for arn in role["ManagedPolicyArns"]] == [name for name in made if "Policy" in name]
    assert role["AssumeRolePolicyDocument"] == TRUST
    document = template["Resources"]["ControlPlanePolicy"]["Properties"]["PolicyDocument"]
    assert read("x", document) == Policy("x", published("control-plane").statements)


def test_terraform_is_told_the_same_and_takes_no_variable_for_its_own() -> None:
    text = as_terraform((Policy("p", (Statement(("s3:Get",), ("arn:${aws:username}",)),)),), TRUST)
    assert 'resource "aws_iam_policy" "clusterwright_p"' in text
    assert "$${aws:username}" in text
    assert 'resource "aws_iam_role_policy_attachment" "clusterwright_p"' in text
    assert "assume_role_policy" not in as_terraform((Policy("p", ()),))
