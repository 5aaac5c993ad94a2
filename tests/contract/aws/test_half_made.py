"""The process may die between any two calls: what it leaves is found different, and completed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest

from clusterwright.aws.calls import Row
from clusterwright.aws.gateway import Gateway
from clusterwright.aws.kinds.access_entry import AccessEntry, AccessPolicy
from clusterwright.aws.kinds.log_group import LogGroup
from clusterwright.aws.kinds.route_table import Route, RouteTable
from clusterwright.aws.kinds.security_group import Rule, SecurityGroup
from clusterwright.errors import AlreadyExists, InUse
from clusterwright.graph.diff import diff
from clusterwright.graph.resource import Resource

from . import world as w
from .world import World

ADMIN = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"


class Death(BaseException):
    """The process ends here."""


@dataclass
class Mortal:
    """A gateway whose process dies after so many calls that change something."""

    to: Gateway
    left: int

    def __getattr__(self, name: str) -> Any:
        return getattr(self.to, name)

    def call(self, action: str, params: Row) -> Row:
        if not action.partition(":")[2].startswith(("Describe", "Get", "List")):
            if not self.left:
                raise Death
            self.left -= 1
        return self.to.call(action, params)


@contextmanager
def dying_after(world: World, calls: int) -> Iterator[None]:
    alive = world.gateway
    world.gateway = Mortal(alive, calls)  # type: ignore[assignment]  # a gateway as far as kinds can see
    try:
        yield
    finally:
        world.gateway = alive


NETWORK = (
    (w.VPC, ()),
    (w.GATEWAY, (w.VPC,)),
    (w.PUBLIC, (w.VPC,)),
    (w.WAY_OUT, (w.VPC, w.GATEWAY, w.PUBLIC)),
    (
        SecurityGroup(name="x", vpc=w.VPC.ref, description="x", ingress=(Rule("tcp", 1, 1, "10.0.0.0/8"),)),
        (w.VPC,),
    ),
    (w.NODE_ROLE, ()),
    (LogGroup(name="x", group_name="/aws/eks/x/cluster", retention_days=30), ()),
)


@pytest.mark.parametrize(("want", "on"), NETWORK, ids=lambda value: getattr(value, "name", ""))
def test_completed_after_any_cut(world: World, want: Resource, on: tuple[Resource, ...]) -> None:
    world.build(*on)
    cuts = complete_after_each_cut(world, want)
    assert cuts >= 2


def test_access_entry_is_completed_after_any_cut(eks: World) -> None:
    want = AccessEntry(
        name="cut",
        cluster=w.CLUSTER.ref,
        principal_arn="arn:aws:iam::111122223333:user/bob",
        policies=(AccessPolicy(ADMIN),),
    )
    assert complete_after_each_cut(eks, want) == 2


def complete_after_each_cut(world: World, want: Resource) -> int:
    """Die after one call, two calls, and so on, until it lives; mend each time. How many times it took."""
    for calls in range(1, 10):
        try:
            with dying_after(world, calls):
                world.create(want)
        except Death:
            found = world.find(want)
            assert found is not None
            assert diff(want, found, None) != ()
        else:
            assert diff(want, world.ready(want), None) == ()
            world.delete(want)
            return calls
        world.update(want)
        world.delete(want)
    raise AssertionError(f"{want.ref} takes more calls than this test expects")


def test_nat_gateway_made_twice_is_one(world: World) -> None:
    """The answer was lost, the Describe came too early: the token makes it one."""
    world.build(w.VPC, w.GATEWAY, w.PUBLIC, w.ADDRESS)
    first, second = world.create(w.NAT), world.create(w.NAT)
    assert first.id == second.id


def test_nat_gateway_without_a_way_out_fails_in_awss_words(world: World) -> None:
    world.build(w.VPC, w.PUBLIC, w.ADDRESS)
    world.create(w.NAT)
    world.advance(200)
    found = world.find(w.NAT)
    assert found is not None
    assert found.state == "failed"
    assert "no Internet gateway" in found.message


def test_security_group_that_was_not_seen_yet_is_ours(world: World) -> None:
    group = SecurityGroup(name="x", vpc=w.VPC.ref, description="x")
    world.build(w.VPC)
    assert world.create(group).id == world.create(group).id


def test_deleting_a_group_lets_go_of_those_that_name_it(world: World) -> None:
    """Replacing a group: the users of the old one are updated only once the new one exists."""
    peer = SecurityGroup(name="peer", vpc=w.VPC.ref, description="peer")
    rule = Rule("tcp", 1, 1, source=peer.ref)
    user = SecurityGroup(name="user", vpc=w.VPC.ref, description="user", ingress=(rule,))
    world.build(w.VPC, peer, user)
    world.delete(peer)
    found = world.find(user)
    assert found is not None
    assert diff(user, found, None) != ()
    world.make(peer)
    world.update(user)


def test_rules_of_load_balancer_controllers_are_left_alone(world: World) -> None:
    group = SecurityGroup(name="x", vpc=w.VPC.ref, description="x")
    world.build(w.VPC)
    made = world.make(group)
    ranges = [{"CidrIp": "0.0.0.0/0", "Description": "kubernetes.io/rule/nlb/client=a1"}]
    rule = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "IpRanges": ranges}
    world.raw("ec2:AuthorizeSecurityGroupIngress", GroupId=made.id, IpPermissions=[rule])
    found = world.find(group)
    assert found is not None
    assert diff(group, found, None) == ()


@dataclass
class OneTable:
    """As AWS and unlike moto: a subnet has one route table, until that is disassociated."""

    to: Gateway

    def __getattr__(self, name: str) -> Any:
        return getattr(self.to, name)

    def call(self, action: str, params: Row) -> Row:
        if action == "ec2:AssociateRouteTable":
            taken = [{"Name": "association.subnet-id", "Values": [params["SubnetId"]]}]
            if self.to.call("ec2:DescribeRouteTables", {"Filters": taken})["RouteTables"]:
                raise InUse("Resource.AlreadyAssociated")
        return self.to.call(action, params)


def test_a_new_route_table_takes_subnets_over(world: World) -> None:
    former = RouteTable(name="former", vpc=w.VPC.ref, subnets=(w.PRIVATE_A.ref,))
    world.build(w.VPC, w.PRIVATE_A, former)
    world.gateway = OneTable(world.gateway)  # type: ignore[assignment]  # a gateway as far as kinds can see
    world.create(replace(former, name="next"))
    found = world.find(former)
    assert found is not None
    assert diff(former, found, None) != ()


def test_routes_follow_a_gateway_that_was_made_anew(world: World) -> None:
    """Nothing changes in words, but the id behind the name did."""
    world.build(w.VPC, w.GATEWAY, w.PUBLIC, w.WAY_OUT)
    old = world.find(w.WAY_OUT)
    assert old is not None
    world.delete(w.GATEWAY)
    world.make(w.GATEWAY)
    world.update(w.WAY_OUT)
    [table] = world.raw("ec2:DescribeRouteTables", RouteTableIds=[old.id])["RouteTables"]
    assert world.known.ids[w.GATEWAY.ref] in str(table["Routes"])


def test_foreign_routes_stay(world: World) -> None:
    table = RouteTable(name="x", vpc=w.VPC.ref, routes=(Route("0.0.0.0/0", w.GATEWAY.ref),))
    world.build(w.VPC, w.GATEWAY)
    made = world.make(table)
    endpoint = world.raw(
        "ec2:CreateVpcEndpoint",
        VpcId=world.known.value(w.VPC.ref),
        ServiceName="com.amazonaws.us-east-1.s3",
        RouteTableIds=[made.id],
    )
    assert endpoint["VpcEndpoint"]["State"]
    found = world.find(table)
    assert found is not None
    assert diff(table, found, None) == ()


def test_a_name_in_use_is_an_error_and_no_takeover(world: World) -> None:
    entry = {"Effect": "Allow", "Principal": {"AWS": world.account}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [entry]})
    world.raw("iam:CreateRole", RoleName=w.NODE_ROLE.role_name, AssumeRolePolicyDocument=trust)
    with pytest.raises(AlreadyExists):
        world.create(w.NODE_ROLE)
