"""Needs from declared actions, and what answers to them mean."""

from __future__ import annotations

import pytest

from clusterwright.aws.iam.minimal import ALWAYS
from clusterwright.aws.iam.targets import Where
from clusterwright.aws.preflight.check import Level
from clusterwright.aws.preflight.needs import SAMPLE, Need, needs
from clusterwright.aws.preflight.permissions import (
    Answer,
    Method,
    Report,
    believable,
    checks,
    patch,
    whose_policies,
)
from clusterwright.aws.preflight.probes import ACTIONS, DRY_RUNS, ON_NOTHING, READS, is_of_another
from clusterwright.aws.registry import DRIVERS, actions

WHERE = Where("aws", "us-east-1", "111122223333", "team-a")
EVERYTHING = needs({driver.kind.KIND: driver.actions for driver in DRIVERS}, WHERE)


def need(action: str) -> Need:
    return next(one for one in EVERYTHING if one.action == action)


def report(**allowed: bool | None) -> Report:
    asked = {name.replace("_", ":"): answer for name, answer in allowed.items()}
    return Report("arn", Method.PROBES, tuple(Answer(need(name), answer) for name, answer in asked.items()))


def test_every_declared_action_is_needed_by_the_kinds_that_declare_it() -> None:
    assert {one.action for one in EVERYTHING} == actions() | ALWAYS
    assert need("ec2:CreateVpc").kinds == ("vpc",)
    assert {"subnet", "vpc"} <= set(need("ec2:CreateTags").kinds)


def test_needs_name_objects_and_no_patterns() -> None:
    assert not [arn for one in EVERYTHING for arn in one.resources if arn != "*" and "*" in arn]
    assert need("eks:DescribeNodegroup").resources == (
        f"arn:aws:eks:us-east-1:111122223333:nodegroup/team-a/{SAMPLE}/{SAMPLE}",
    )
    assert need("iam:GetRole").resources == (f"arn:aws:iam::111122223333:role/team-a-{SAMPLE}",)


def test_a_kind_tags_only_what_is_its_own() -> None:
    tagging = [one for one in EVERYTHING if one.action == "eks:TagResource"]
    assert {one.kinds: len(one.resources) for one in tagging} == {
        (kind,): 1 for kind in ("access_entry", "addon", "eks_cluster", "fargate_profile", "node_group")
    }


def test_each_service_linked_role_is_a_need_of_its_own() -> None:
    linked = [one for one in EVERYTHING if one.action == "iam:CreateServiceLinkedRole"]
    assert sorted(one.context[0][1] for one in linked) == [
        "eks-fargate.amazonaws.com", "eks-nodegroup.amazonaws.com", "eks.amazonaws.com",
    ]  # fmt: skip


def test_probes_are_of_actions_that_we_call() -> None:
    assert actions() | ALWAYS >= ACTIONS
    assert len(ACTIONS) == len(DRY_RUNS) + len(READS) + len(ON_NOTHING)
    left = {a for a in actions() - ACTIONS if not a.startswith("logs:")}
    assert {a for a in left if "AccessEntry" not in a and "AccessPolic" not in a} == {
        "ec2:RunInstances", "iam:CreateServiceLinkedRole", "iam:PassRole",
    }  # fmt: skip


def test_denials_on_every_object_of_a_type_prove_nothing() -> None:
    """The policies may be for the names of real clusters only."""
    role, cluster = (
        [need("iam:GetRole"), need("iam:TagRole")],
        [need("eks:DescribeCluster"), need("eks:DeleteCluster")],
    )
    found = believable({**dict.fromkeys(role, False), cluster[0]: True, cluster[1]: False})
    assert found == {**dict.fromkeys(role), cluster[0]: True, cluster[1]: False}


def test_a_denial_of_what_works_on_no_object_is_one() -> None:
    assert believable({need("ec2:CreateVpc"): False}) == {need("ec2:CreateVpc"): False}


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("User x is not authorized to perform: iam:PassRole on resource: y", True),
        ("User x is not authorized to perform: eks:CreateNodegroup on resource: y", False),
        ("You are not authorized to perform this operation.", False),
    ],
)
def test_a_denial_of_what_comes_along_is_told_apart(text: str, other: bool) -> None:
    assert is_of_another("eks:CreateNodegroup", text) is other


def test_what_is_wrong_comes_first_with_the_statement_that_would_allow_it() -> None:
    found = checks(
        report(ec2_CreateVpc=False, eks_CreateAccessEntry=False, iam_PassRole=None, iam_GetRole=True)
    )
    assert [(one.subject, one.level) for one in found] == [
        ("ec2:CreateVpc", Level.ERROR),
        ("eks:CreateAccessEntry", Level.WARNING),
        ("iam:PassRole", Level.NOTE),
        ("iam:GetRole", Level.OK),
    ]
    assert found[0].remedy == "Statement 0 of the controller policy allows it; attach it as published."
    assert "extra --feature access-entries" in found[1].remedy


def test_only_what_a_cluster_cannot_do_without_is_missing() -> None:
    found = report(ec2_CreateVpc=False, eks_CreateAccessEntry=False, iam_PassRole=None)
    assert [one.action for one in found.missing()] == ["ec2:CreateVpc"]
    assert patch(found.missing()).actions == {"ec2:CreateVpc"}


@pytest.mark.parametrize(
    ("caller", "principal"),
    [
        ("arn:aws:sts::111122223333:assumed-role/Admin/me", "arn:aws:iam::111122223333:role/Admin"),
        ("arn:aws-cn:iam::111122223333:user/team/me", "arn:aws-cn:iam::111122223333:user/team/me"),
    ],
)
def test_a_session_has_the_policies_of_its_role(caller: str, principal: str) -> None:
    assert whose_policies(caller) == principal
