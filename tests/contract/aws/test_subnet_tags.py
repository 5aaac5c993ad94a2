"""Tags on the user's subnets: missing ones are added, our own taken off, by the last one that needs them."""

from __future__ import annotations

import pytest

from clusterwright.aws.kinds.subnet_tags import LEDGER, Mark, SubnetTags
from clusterwright.aws.registry import driver_for
from clusterwright.aws.scope import Owner
from clusterwright.aws.tagging import mapping
from clusterwright.graph.resource import Found

from .world import World

ELB = Mark("e", "kubernetes.io/role/elb", "1")


def own(cluster: str) -> Mark:
    return Mark("C", f"kubernetes.io/cluster/{cluster}", "shared")


class Users:
    """A subnet that is the user's, with a name and whatever a test puts there."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.vpc = world.raw("ec2:CreateVpc", CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        made = world.raw("ec2:CreateSubnet", VpcId=self.vpc, CidrBlock="10.0.0.0/24")
        self.subnet = made["Subnet"]["SubnetId"]
        self.tag("Name", "ours")

    def tag(self, key: str, value: str) -> None:
        self.world.raw("ec2:CreateTags", Resources=[self.subnet], Tags=[{"Key": key, "Value": value}])

    @property
    def tags(self) -> dict[str, str]:
        rows = self.world.raw("ec2:DescribeSubnets", SubnetIds=[self.subnet])["Subnets"]
        return mapping(rows[0].get("Tags"))

    def wanted(self, cluster: str) -> SubnetTags:
        marks = tuple(sorted((ELB, own(cluster)), key=str))
        return SubnetTags(name=self.subnet, vpc_id=self.vpc, subnet_id=self.subnet, marks=marks)

    def find(self, cluster: str) -> Found | None:
        return self.world.find(self.wanted(cluster), Owner(f"uid-{cluster}", cluster))

    def mark(self, cluster: str) -> None:
        want = self.wanted(cluster)
        scope = self.world.scope(want, Owner(f"uid-{cluster}", cluster))
        driver_for(SubnetTags).create(scope, want, self.world.known)

    def unmark(self, cluster: str) -> None:
        want = self.wanted(cluster)
        scope = self.world.scope(want, Owner(f"uid-{cluster}", cluster))
        driver_for(SubnetTags).delete(scope, Found(id=self.subnet, actual=want), self.world.known)


@pytest.fixture
def users(world: World) -> Users:
    return Users(world)


def test_missing_tags_are_added_and_taken_off_again(users: Users) -> None:
    before = users.tags
    assert users.find("a") is None
    users.mark("a")
    found = users.find("a")
    assert found is not None
    assert found.actual == users.wanted("a")
    assert users.tags.items() >= {ELB.key: "1", "kubernetes.io/cluster/a": "shared", **before}.items()
    users.unmark("a")
    assert users.tags == before
    assert users.find("a") is None


def test_a_tag_that_the_user_had_stays(users: Users) -> None:
    users.tag(ELB.key, "1")
    users.tag("kubernetes.io/cluster/a", "owned")
    before = users.tags
    users.mark("a")
    assert users.tags["kubernetes.io/cluster/a"] == "owned"
    users.unmark("a")
    assert users.tags == before


def test_the_last_cluster_that_needs_a_tag_takes_it_off(users: Users) -> None:
    before = users.tags
    users.mark("a")
    users.mark("b")
    users.unmark("a")
    assert users.tags[ELB.key] == "1"
    assert "kubernetes.io/cluster/a" not in users.tags
    users.unmark("b")
    assert users.tags == before


def test_marking_twice_remembers_what_was_ours(users: Users) -> None:
    before = users.tags
    users.mark("a")
    users.world.raw("ec2:DeleteTags", Resources=[users.subnet], Tags=[{"Key": ELB.key}])
    found = users.find("a")
    assert found is not None
    assert found.actual != users.wanted("a")
    users.mark("a")
    assert users.tags[f"{LEDGER}uid-a"] == "Ce"
    users.unmark("a")
    assert users.tags == before


def test_a_subnet_that_the_user_deleted_has_no_tags_to_take_off(users: Users) -> None:
    users.mark("a")
    users.world.raw("ec2:DeleteSubnet", SubnetId=users.subnet)
    users.unmark("a")
    assert users.find("a") is None
