"""Quotas, names and offers: known before anything is made; tried all the same, it ends in clear words."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from clusterwright.aws.iam.features import CAPACITY_CHECK
from clusterwright.aws.iam.published import all_published
from clusterwright.service import preflight
from clusterwright.service.core import Core
from clusterwright.service.views import CheckView, PreflightView
from clusterwright.store.rows import ClusterRow
from tests.lifecycle.test_examples import ids, last_call, writes
from tests.lifecycle.world import TARGET, World, example
from tests.owner import make_role
from tests.unit.service.fakes import FakeAws, FakeEngine


@dataclass(frozen=True)
class Case:
    """A quota with one too few for an example: what the check calls it, and AWS's word for it."""

    code: str
    value: int
    subject: str
    word: str
    name: str = "quickstart"


STANDARD = "vCPUs of standard (A, C, D, H, I, M, R, T, Z) instances"

CASES = (
    Case("L-F678F1CE", 1, "VPCs per region", "VpcLimitExceeded"),  # the default VPC is one
    Case("L-A4707A72", 0, "internet gateways per region", "InternetGatewayLimitExceeded"),
    Case("L-407747CB", 3, "subnets per VPC", "SubnetLimitExceeded"),
    Case("L-0263D0A3", 0, "elastic addresses per region", "AddressLimitExceeded"),
    Case("L-FE5A380F", 0, "NAT gateways per zone in us-east-1a", "NatGatewayLimitExceeded"),
    Case("L-1194D53C", 0, "EKS clusters per region", "maximum number of clusters"),
    Case("L-6D54EA21", 0, "node groups per cluster", "maximum number of node groups"),
    Case("L-1216C47A", 3, f"on-demand {STANDARD}", "VcpuLimitExceeded"),
    Case("L-34B43A08", 3, f"spot {STANDARD}", "MaxSpotInstanceCountExceeded", "demo"),
    Case("L-33415657", 0, "Fargate profiles per cluster", "maximum number of Fargate profiles", "demo"),
)


@pytest.fixture
def account(world: World) -> World:
    """An account that lets us in, without any cluster."""
    world.apply(example("quickstart").split("kind: Cluster\n")[0].rpartition("---")[0])
    world.wait(60)  # until IAM knows the new role everywhere
    return world


def checked(world: World, text: str) -> PreflightView:
    core = Core(world.reconciler.tools, FakeEngine(), FakeAws())
    (found,) = preflight.of_text(core, text)
    return found


def errors(found: PreflightView) -> list[CheckView]:
    return [check for check in found.checks if check.level == "error"]


def allow(world: World, code: str, value: int) -> None:
    body = {"code": code, "value": value}
    world.sandbox.http.post("/_sandbox/quotas", json=body).raise_for_status()


def not_ready(word: str) -> Callable[[ClusterRow | None], bool]:
    """The condition over all says it."""
    return lambda row: (
        row is not None
        and any(
            word in one.message for one in row.status.conditions if one.type == "Ready" and not one.status
        )
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.code)
def test_one_too_few_is_an_error_before_and_a_condition_after(account: World, case: Case) -> None:
    world, text = account, example(case.name)
    before = ids(world.sandbox.objects())
    allow(world, case.code, case.value)

    seen = last_call(world)
    (error,) = errors(checked(world, text))
    assert (error.area, error.subject) == ("quotas", case.subject)
    assert f"{case.value} allowed" in error.message
    assert case.code in error.remedy
    assert writes(world, seen) == []

    uid = world.apply(text)
    world.drive(uid, not_ready(case.word))
    world.delete(uid)
    world.bury(uid)
    assert ids(world.sandbox.objects()) == before


def test_what_is_asked_for_in_time_lets_the_cluster_go_on(account: World) -> None:
    """Nobody has to start anew."""
    allow(account, "L-0263D0A3", 0)
    uid = account.apply(example("quickstart"))
    account.drive(uid, not_ready("AddressLimitExceeded"))
    allow(account, "L-0263D0A3", 5)
    account.settle(uid)
    assert errors(checked(account, example("quickstart"))) == []


@pytest.mark.parametrize("name", ["quickstart", "demo", "private-endpoint"])
def test_an_account_with_room_has_no_errors_before_or_after(account: World, name: str) -> None:
    first = checked(account, example(name))
    assert errors(first) == []
    uid = account.apply(example(name))
    account.settle(uid)
    again = checked(account, example(name))
    assert errors(again) == []
    subjects = {check.subject for check in again.checks}
    assert not [subject for subject in subjects if subject.startswith(("VPCs", "elastic addresses"))]
    assert {c.message for c in again.checks if c.area == "names"} == {"is this cluster's own"}


def test_the_four_policies_alone_leave_notes_that_name_what_is_missing(world: World) -> None:
    """IAM decides here; the account has AWS's usual quotas in any case."""
    world.policies = all_published()
    world.apply(example("quickstart").split("kind: Cluster\n")[0].rpartition("---")[0])
    world.wait(60)
    found = checked(world, example("demo"))
    assert errors(found) == []
    told = " ".join(check.message for check in found.checks if check.level == "note")
    assert [
        action for action in sorted(CAPACITY_CHECK.actions) if f"{action} is not allowed" not in told
    ] == [
        "eks:ListNodegroups"  # is asked of a cluster that is there
    ]


def test_half_a_cluster_needs_only_the_other_half(account: World) -> None:
    """Of two addresses one was made, when the quota is reached."""
    text = example("quickstart").replace("natGateways: single", "natGateways: perZone")
    allow(account, "L-0263D0A3", 1)
    uid = account.apply(text)
    account.drive(uid, not_ready("AddressLimitExceeded"))
    (error,) = errors(checked(account, text))
    assert error.message == "1 allowed, 1 in use, 1 needed, 1 too few"


def test_a_taken_name_and_a_missing_key_pair_are_errors(account: World) -> None:
    take_name(account, "hello")
    text = example("quickstart").replace("  region: us-east-1\n", "  region: us-east-1\n  sshKeyName: ops\n")
    found = {check.subject: check for check in errors(checked(account, text))}
    assert set(found) == {"EKS cluster hello", "key pair ops"}
    assert "Choose another cluster name" in found["EKS cluster hello"].remedy


def take_name(world: World, name: str) -> None:
    """Somebody else makes a cluster by hand."""
    owner = world.owner_of_target()
    service = {"Effect": "Allow", "Principal": {"Service": "eks.amazonaws.com"}, "Action": "sts:AssumeRole"}
    make_role(owner, "Theirs", json.dumps({"Version": "2012-10-17", "Statement": [service]}), ())
    policy = "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy"
    owner.call("iam:AttachRolePolicy", {"RoleName": "Theirs", "PolicyArn": policy})
    world.wait(60)
    first, second, *_ = owner.rows("ec2:DescribeSubnets", "Subnets", {})
    placed = {"subnetIds": [first["SubnetId"], second["SubnetId"]]}
    role = f"arn:aws:iam::{TARGET}:role/Theirs"
    owner.call("eks:CreateCluster", {"name": name, "roleArn": role, "resourcesVpcConfig": placed})
