"""The capacity check against the sandbox: every quota, offers, names, and what may not be asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from clusterwright.aws.calls import Calls
from clusterwright.aws.inventory import Inventory
from clusterwright.aws.kinds.eks_cluster import EksCluster
from clusterwright.aws.preflight import subnets
from clusterwright.aws.preflight.capacity import ACTIONS, capacity_checks
from clusterwright.aws.preflight.check import Check, Level
from clusterwright.aws.preflight.demand import Ask
from clusterwright.aws.preflight.names import name_checks
from clusterwright.aws.preflight.reading import Reader, permission
from clusterwright.aws.preflight.subnets import Given, placement_checks
from clusterwright.aws.registry import driver_for
from clusterwright.errors import Denied
from clusterwright.graph.resource import AnyRef, Resource
from tests.unit.blueprint.documents import FARGATE, Built, account_facts, cluster

from .world import CLUSTER, FOUNDATION, PRIVATE_A, PRIVATE_B, PUBLIC, VPC, World, role

POOLS = [
    {"name": "steady", "size": {"min": 1, "desired": 3, "max": 5}},
    {"name": "cheap", "capacity": "spot", "instanceTypes": ["m5.large", "m5.xlarge"], "size": {"desired": 2}},
]
ZONES = {"a": "use1-az6", "b": "use1-az1"}


def asked(**spec: Any) -> Ask:
    wanted = cluster(**{"nodePools": POOLS, "fargateProfiles": [FARGATE], **two_zones(), **spec})
    built = Built(wanted, facts=account_facts(zones=ZONES))
    return Ask(tuple(built.resources.values()), {})


def two_zones(cidr: str = "10.0.0.0/16") -> dict[str, Any]:
    return {"placement": {"dynamic": {"availabilityZones": 2, "cidr": cidr}}}


@dataclass(frozen=True)
class Forbidding:
    """Calls of an account that does not allow some actions; remembers what was asked."""

    inner: Calls
    denied: frozenset[str] = frozenset()
    made: list[str] = field(default_factory=list)

    account, partition, region, identity = "1", "aws", "us-east-1", "forbidding"

    def call(self, action: str, params: dict[str, Any]) -> dict[str, Any]:
        return self.inner.call(action, params)

    def rows(self, action: str, key: str, params: dict[str, Any]) -> list[dict[str, Any]]:
        self.made.append(permission(action))
        if permission(action) in self.denied:
            raise Denied(f"{action}: no", action=action)
        return self.inner.rows(action, key, params)


@pytest.fixture(scope="module")
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(8) as made:
        yield made


@dataclass(frozen=True)
class Checker:
    world: World
    pool: ThreadPoolExecutor

    def all(self, ask: Ask, *ahead: Ask, calls: Calls | None = None) -> tuple[Check, ...]:
        inventory = Inventory(lambda: float(next(self.world.ticks)))
        reader = Reader(calls or self.world.gateway, inventory, inventory.now(), ACTIONS)
        return capacity_checks(reader, ask, ahead, self.pool)

    def wrong(self, ask: Ask, *ahead: Ask) -> list[tuple[Level, str]]:
        return [(one.level, one.subject) for one in self.all(ask, *ahead) if one.level is not Level.OK]

    def allow(self, code: str, value: int) -> None:
        self.world.ask("quotas", {"account": self.world.account, "code": code, "value": value})


@pytest.fixture
def checker(world: World, pool: ThreadPoolExecutor) -> Checker:
    return Checker(world, pool)


def by_subject(checks: tuple[Check, ...]) -> Mapping[str, Check]:
    return {check.subject: check for check in checks}


def test_with_room_for_everything_every_check_is_fine(checker: Checker) -> None:
    checks = checker.all(asked())
    assert {check.level for check in checks} == {Level.OK}
    assert {check.area for check in checks} == {"quotas", "offers", "network"}
    # 3 m6i.large with 2 vCPUs; of spot the largest type is reckoned with: 2 m5.xlarge with 4
    cores = by_subject(checks)["on-demand vCPUs of standard (A, C, D, H, I, M, R, T, Z) instances"]
    assert cores.message == "20000 allowed, 0 in use, 6 needed (up to 10), 19994 left"
    spot = by_subject(checks)["spot vCPUs of standard (A, C, D, H, I, M, R, T, Z) instances"]
    assert "8 needed (up to 12)" in spot.message


ENOUGH = {
    "L-F678F1CE": (2, "VPCs per region"),  # the default VPC is one
    "L-A4707A72": (1, "internet gateways per region"),
    "L-FE5A380F": (1, "NAT gateways per zone in us-east-1a"),
    "L-407747CB": (4, "subnets per VPC"),
    "L-0263D0A3": (2, "elastic addresses per region"),
    "L-1194D53C": (1, "EKS clusters per region"),
    "L-6D54EA21": (2, "node groups per cluster"),
    "L-BD136A63": (5, "nodes per node group in steady"),
    "L-33415657": (1, "Fargate profiles per cluster"),
    "L-1216C47A": (10, "on-demand vCPUs of standard (A, C, D, H, I, M, R, T, Z) instances"),
    "L-34B43A08": (12, "spot vCPUs of standard (A, C, D, H, I, M, R, T, Z) instances"),
    "L-E9E9831D": (1, "classic load balancers per region"),
    "L-69A177A2": (1, "network load balancers per region"),
    "L-53DA6B97": (1, "application load balancers per region"),
}
"""Of each quota just enough for everything, and how it is called."""

GROWS = ("L-BD136A63", "L-1216C47A", "L-34B43A08", "L-E9E9831D", "L-69A177A2", "L-53DA6B97")
"""Quotas that the cluster runs into only when it grows: one too few for that is a warning."""


@pytest.mark.parametrize("code", ENOUGH)
def test_of_each_quota_just_enough_is_fine_and_one_too_few_is_not(checker: Checker, code: str) -> None:
    enough, subject = ENOUGH[code]
    checker.allow(code, enough)
    assert checker.wrong(asked()) == []
    checker.allow(code, enough - 1)
    level = Level.WARNING if code in GROWS else Level.ERROR
    found = by_subject(checker.all(asked()))[subject]
    assert (found.level, f"{enough - 1} allowed" in found.message) == (level, True)
    assert f"at least {enough if level is Level.ERROR else ''}" in found.remedy
    assert code in found.remedy


@pytest.mark.parametrize(("code", "desired"), [("L-BD136A63", 3), ("L-1216C47A", 6), ("L-34B43A08", 8)])
def test_less_than_the_desired_size_needs_is_an_error(checker: Checker, code: str, desired: int) -> None:
    checker.allow(code, desired - 1)
    found = by_subject(checker.all(asked()))[ENOUGH[code][1]]
    assert (found.level, "1 too few" in found.message) == (Level.ERROR, True)


def test_what_others_use_counts(checker: Checker) -> None:
    """A VPC, an internet gateway, an address and a NAT gateway in the first zone of somebody else."""
    checker.world.build_cluster()
    for code, value in (("L-F678F1CE", 2), ("L-A4707A72", 1), ("L-FE5A380F", 1), ("L-0263D0A3", 2)):
        checker.allow(code, value)
    checker.allow("L-1194D53C", 1)
    found = by_subject(checker.all(asked()))
    assert found["VPCs per region"].message == "2 allowed, 2 in use, 1 needed, 1 too few"
    assert found["internet gateways per region"].message == "1 allowed, 1 in use, 1 needed, 1 too few"
    assert found["elastic addresses per region"].message == "2 allowed, 1 in use, 2 needed, 1 too few"
    assert found["NAT gateways per zone in us-east-1a"].message == "1 allowed, 1 in use, 1 needed, 1 too few"
    assert found["NAT gateways per zone in us-east-1b"].message == "1 allowed, 0 in use, 1 needed, 0 left"
    assert found["EKS clusters per region"].message == "1 allowed, 1 in use, 1 needed, 1 too few"


def test_running_instances_count_by_how_they_were_bought(checker: Checker) -> None:
    image = checker.world.raw("ec2:DescribeImages", Owners=["amazon"])["Images"][0]["ImageId"]
    once = {"ImageId": image, "MinCount": 1, "MaxCount": 1}
    checker.world.raw("ec2:RunInstances", InstanceType="m5.xlarge", **once)
    spot = {"MarketType": "spot"}
    checker.world.raw("ec2:RunInstances", InstanceType="c5.large", InstanceMarketOptions=spot, **once)
    found = by_subject(checker.all(asked()))
    assert "4 in use" in found[ENOUGH["L-1216C47A"][1]].message
    assert "2 in use" in found[ENOUGH["L-34B43A08"][1]].message


def test_clusters_of_one_text_count_together(checker: Checker) -> None:
    checker.allow("L-0263D0A3", 3)
    assert checker.wrong(asked()) == []
    found = by_subject(checker.all(asked(), asked()))["elastic addresses per region"]
    words = "3 allowed, 0 in use, 2 for other clusters of this text, 2 needed, 1 too few"
    assert (found.level, found.message) == (Level.ERROR, words)


def test_what_was_made_is_not_needed_again(checker: Checker) -> None:
    """Of a cluster that stands only what is still to come counts: here, a larger pool."""
    ask = asked()
    made: dict[AnyRef, Resource] = {
        resource.ref: resource for resource in ask.wanted if resource.KIND != "eks_cluster"
    }
    larger = asked(nodePools=[{**POOLS[0], "size": {"min": 1, "desired": 4, "max": 5}}, POOLS[1]])
    for code in ("L-F678F1CE", "L-A4707A72", "L-0263D0A3"):
        checker.allow(code, 0)
    found = by_subject(checker.all(replace(larger, made=made)))
    assert found.keys().isdisjoint({"VPCs per region", "elastic addresses per region"})
    assert "2 needed (up to 4)" in found[ENOUGH["L-1216C47A"][1]].message


def test_a_zone_that_offers_none_of_the_types_is_an_error_with_the_zones_that_do(checker: Checker) -> None:
    pools = [{"name": "old", "instanceTypes": ["m6i.large"]}]
    wanted = cluster(
        nodePools=pools, placement={"dynamic": {"availabilityZones": ["us-east-1a", "us-east-1e"]}}
    )
    zones = {"a": "use1-az6", "e": "use1-az4"}
    ask = Ask(tuple(Built(wanted, facts=account_facts(zones=zones)).resources.values()), {})
    found = by_subject(checker.all(ask))["instance types of old"]
    assert (found.level, found.message) == (Level.ERROR, "us-east-1e offers no m6i.large")
    assert "zones: [us-east-1a]" in found.remedy


def test_a_key_pair_must_exist_in_the_region(checker: Checker) -> None:
    assert checker.wrong(asked(sshKeyName="ops")) == [(Level.ERROR, "key pair ops")]
    checker.world.raw("ec2:CreateKeyPair", KeyName="ops")
    assert checker.wrong(asked(sshKeyName="ops")) == []


def test_a_version_is_offered_in_extended_support_or_not_at_all(checker: Checker) -> None:
    def of(version: str) -> Check:
        ask = asked()
        (control_plane,) = ask.of(EksCluster)
        others = tuple(one for one in ask.wanted if one is not control_plane)
        changed = replace(ask, wanted=(*others, replace(control_plane, version=version)))
        return by_subject(checker.all(changed))[f"Kubernetes {version}"]

    assert of("1.33").message == "standard support until 2026-07-29, extended until 2027-07-29"
    assert (of("1.31").level, "2025-11-26" in of("1.31").message) == (Level.WARNING, True)
    assert (of("1.29").level, of("1.29").remedy) == (
        Level.ERROR,
        "Use a profile with one of 1.30, 1.31, 1.32, 1.33, 1.34.",
    )


def test_addresses_of_another_vpc_are_a_note(checker: Checker) -> None:
    checker.world.make(VPC)
    found = by_subject(checker.all(asked(**two_zones("10.0.128.0/20"))))["addresses 10.0.128.0/20"]
    assert found.level is Level.NOTE
    assert "(10.0.0.0/16) has some of them too" in found.message


def test_a_taken_name_is_an_error(eks: World, pool: ThreadPoolExecutor) -> None:
    """The cluster team-a stands there already."""
    ask = Ask((CLUSTER, role("another", "eks.amazonaws.com")), {})
    stranger = eks.scope(CLUSTER, owner=replace(eks.owner, uid="another"))
    taken, free = name_checks(stranger, ask, driver_for, pool)
    assert (taken.level, taken.subject) == (Level.ERROR, "EKS cluster team-a")
    assert "does not belong to cluster team-a" in taken.message
    assert (free.level, free.message) == (Level.OK, "the name is free")
    ours, _ = name_checks(eks.scope(CLUSTER), ask, driver_for, pool)
    assert (ours.level, ours.message) == (Level.OK, "is this cluster's own")


def test_subnets_of_somebody_are_judged_as_aws_describes_them(world: World) -> None:
    world.build(*FOUNDATION)
    vpc, *ids = (world.known.value(one.ref) for one in (VPC, PUBLIC, PRIVATE_A, PRIVATE_B))
    inventory = Inventory(lambda: float(next(world.ticks)))
    reader = Reader(world.gateway, inventory, inventory.now(), subnets.ACTIONS)
    found = by_subject(tuple(placement_checks(reader, Given(vpc, tuple(ids), tagged=True))))
    routes = [found[f"routes of {one}"].message.partition("-")[0] for one in ids]
    assert routes == ["public by igw", "private by nat", "private by nat"]
    assert {check.level for check in found.values()} == {Level.OK}


def test_every_declared_action_is_called_and_no_other(checker: Checker) -> None:
    checker.world.build_cluster()
    ask = asked(sshKeyName="ops")
    control_plane = {one.ref: one for one in ask.wanted if one.KIND == "eks_cluster"}
    calls = Forbidding(checker.world.gateway)
    checker.all(ask, calls=calls)
    checker.all(replace(ask, made=control_plane), calls=calls)
    assert set(calls.made) == ACTIONS


@pytest.mark.parametrize("action", sorted(ACTIONS))
def test_without_a_permission_its_check_is_a_note_that_names_it(checker: Checker, action: str) -> None:
    checker.world.build(*FOUNDATION)
    ask = asked(sshKeyName="ops")
    checker.world.raw("ec2:CreateKeyPair", KeyName="ops")
    if action == "eks:ListNodegroups":
        ask = replace(ask, made={one.ref: one for one in ask.wanted if one.KIND == "eks_cluster"})
    checks = checker.all(ask, calls=Forbidding(checker.world.gateway, frozenset({action})))
    assert {check.level for check in checks} <= {Level.OK, Level.NOTE, Level.WARNING}
    notes = [check for check in checks if f"{action} is not allowed" in check.message]
    assert notes
    assert all(check.level is Level.NOTE and check.remedy for check in notes)


def test_without_service_quotas_the_published_defaults_stand_in_and_are_said_to(checker: Checker) -> None:
    calls = Forbidding(checker.world.gateway, frozenset({"servicequotas:ListServiceQuotas"}))
    found = by_subject(checker.all(asked(), asked(), calls=calls))
    assert "published defaults stand in" in found["service quotas"].message
    assert "capacity-check" in found["service quotas"].remedy
    addresses = by_subject(checker.all(asked(), asked(), asked(), calls=calls))[
        "elastic addresses per region"
    ]
    assert (addresses.level, addresses.message.partition(",")[0]) == (Level.WARNING, "5 allowed by default")
