"""Take any one action away: the check names it before anything is made. Asked of IAM, and found by trying."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from clusterwright.aws.calls import Calls
from clusterwright.aws.credentials import AssumedRole
from clusterwright.aws.iam.features import BY_NAME, extra
from clusterwright.aws.iam.minimal import ALWAYS, minimal
from clusterwright.aws.iam.policy import Policy, Statement
from clusterwright.aws.iam.published import all_published
from clusterwright.aws.iam.targets import Where
from clusterwright.aws.preflight.needs import Need, needs
from clusterwright.aws.preflight.permissions import Method, Report, examine
from clusterwright.aws.preflight.probes import ACTIONS
from clusterwright.aws.registry import DRIVERS, actions
from tests.lifecycle.world import HOME, TARGET, World, example, new_world

ROLE = "Checked"
EVERY = sorted(actions() | ALWAYS)
ASK = extra((BY_NAME["permission-check"],))


class Checked:
    """A role of ours in the account, whose one inline policy tests change."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.owner = world.owner_of_target()
        root = {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{HOME}:root"},
            "Action": "sts:AssumeRole",
        }
        trust = json.dumps({"Version": "2012-10-17", "Statement": [root]})
        self.arn = self.owner.call("iam:CreateRole", {"RoleName": ROLE, "AssumeRolePolicyDocument": trust})[
            "Role"
        ]["Arn"]
        world.wait(60)
        self.calls: Calls = world.gateways.gateway(AssumedRole(self.arn, "", source=world.base), "us-east-1")
        declared = {driver.kind.KIND: driver.actions for driver in DRIVERS}
        self.needs = needs(declared, Where("aws", "us-east-1", TARGET, "clusterwright-check"))

    def allow(self, *policies: Policy) -> None:
        """Exactly this, as inline policies have room for: 10,240 characters."""
        statements = tuple(statement for policy in policies for statement in policy.statements)
        document = json.dumps(Policy("all", statements).document())
        wanted = {"RoleName": ROLE, "PolicyName": "all", "PolicyDocument": document}
        self.owner.call("iam:PutRolePolicy", wanted)

    def check(self) -> Report:
        return examine(self.calls, self.arn, self.needs, self.world.pool)


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checked]:
    home: Path = tmp_path_factory.mktemp("checked")
    with new_world(home) as world:
        yield Checked(world)


def without(policies: tuple[Policy, ...], action: str) -> tuple[Policy, ...]:
    """The same, but for one action."""
    return tuple(
        Policy(p.name, tuple(s for s in map(drop(action), p.statements) if s.actions)) for p in policies
    )


def drop(action: str):  # type: ignore[no-untyped-def]
    def dropped(statement: Statement) -> Statement:
        kept = tuple(one for one in statement.actions if one != action)
        return Statement(kept, statement.resources, statement.conditions)

    return dropped


def denied(report: Report) -> set[str]:
    return {answer.need.action for answer in report.answers if answer.allowed is False}


def needed(found: tuple[Need, ...]) -> set[str]:
    return {need.action for need in found}


LEAST = minimal(actions(), Where("aws", "us-east-1", TARGET, "clusterwright-check"))


@pytest.mark.parametrize("action", EVERY)
def test_iam_names_the_one_that_is_missing(checked: Checked, action: str) -> None:
    checked.allow(*without((LEAST,), action), ASK)
    report = checked.check()
    assert report.method is Method.SIMULATION
    assert denied(report) == {action}


@pytest.mark.parametrize("action", sorted(ACTIONS - extra().actions))
def test_trying_names_the_one_that_is_missing(checked: Checked, action: str) -> None:
    """With the published policies IAM may not be asked; what only features need is missing too."""
    checked.allow(*without(all_published(), action))
    report = checked.check()
    assert report.method is Method.PROBES
    assert denied(report) - extra().actions == {action}


def test_with_the_published_policies_nothing_is_missing(checked: Checked) -> None:
    checked.allow(*all_published())
    report = checked.check()
    assert report.missing() == ()
    unknown = {answer.need.action for answer in report.answers if answer.allowed is None}
    assert unknown >= {"iam:PassRole", "iam:CreateServiceLinkedRole", "ec2:RunInstances"}
    assert unknown - extra().actions <= {"iam:PassRole", "iam:CreateServiceLinkedRole", "ec2:RunInstances"}


def test_trying_leaves_no_trace(checked: Checked) -> None:
    checked.allow(LEAST)
    before = [(one["kind"], one["id"]) for one in checked.world.sandbox.objects()]
    checked.check()
    assert [(one["kind"], one["id"]) for one in checked.world.sandbox.objects()] == before


def test_a_cluster_without_a_permission_waits_and_nothing_is_made(world: World) -> None:
    world.policies = (*without(all_published(), "ec2:CreateNatGateway"), ASK)
    uid = world.apply(example("quickstart"))
    before = [(one["kind"], one["id"]) for one in world.sandbox.objects()]
    for _ in range(4):
        world.turn(uid)
    row = world.row(uid)
    assert row is not None
    assert "ec2:CreateNatGateway (nat_gateway)" in row.status.message
    assert [(one["kind"], one["id"]) for one in world.sandbox.objects()] == before
