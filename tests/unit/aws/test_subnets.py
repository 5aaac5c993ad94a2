"""Rules for the subnets of static placement (docs.aws.amazon.com/eks/latest/userguide/network-reqs.html)."""

from __future__ import annotations

from typing import Any

import pytest

from clusterwright.aws.inventory import Inventory
from clusterwright.aws.preflight.check import Level
from clusterwright.aws.preflight.reading import Reader
from clusterwright.aws.preflight.subnets import ACTIONS, Given, address_check, placement_checks, way_out
from tests.unit.service.fakes import FakeCalls

GIVEN = Given("vpc-1", ("s-a", "s-b"), tagged=False)
PUBLIC, PRIVATE = "kubernetes.io/role/elb", "kubernetes.io/role/internal-elb"
OUT = {"DestinationCidrBlock": "0.0.0.0/0", "State": "active"}
LOCAL = {"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "State": "active"}


def subnet(id_: str, zone: str, tag: str = PRIVATE, **more: Any) -> dict[str, Any]:
    tags = [{"Key": tag, "Value": "1"}] if tag else []
    row = {"SubnetId": id_, "AvailabilityZone": zone, "CidrBlock": "10.0.0.0/24", "Tags": tags}
    return {**row, "AvailableIpAddressCount": 251, "MapPublicIpOnLaunch": False, **more}


def table(*subnets: str, main: bool = False, **target: str) -> dict[str, Any]:
    associations: list[dict[str, Any]] = [{"SubnetId": one, "Main": False} for one in subnets]
    routes = [LOCAL, {**OUT, **target}] if target else [LOCAL]
    return {"Associations": [*associations, *([{"Main": True}] if main else [])], "Routes": routes}


NAT = table("s-a", "s-b", NatGatewayId="nat-1")
FINE = [subnet("s-a", "a"), subnet("s-b", "b")]


def wrong(
    rows: list[dict[str, Any]], tables: list[dict[str, Any]], given: Given = GIVEN
) -> list[tuple[Level, str]]:
    answers = {"ec2:DescribeSubnets": {"Subnets": rows}, "ec2:DescribeRouteTables": {"RouteTables": tables}}
    reader = Reader(FakeCalls("us-east-1", answers=answers), Inventory(lambda: 1.0), 0.0, ACTIONS)
    return [(c.level, c.subject) for c in placement_checks(reader, given) if c.level is not Level.OK]


def test_two_private_subnets_with_a_way_out_and_tags_are_fine() -> None:
    assert wrong(FINE, [NAT]) == []


def test_subnets_must_be_in_two_zones() -> None:
    assert wrong([subnet("s-a", "a"), subnet("s-b", "a")], [NAT]) == [(Level.ERROR, "zones")]


def test_subnets_must_be_of_the_vpc() -> None:
    assert wrong([subnet("s-a", "a")], [NAT]) == [(Level.ERROR, "s-b"), (Level.ERROR, "zones")]


@pytest.mark.parametrize(
    ("free", "level"), [(5, Level.ERROR), (6, Level.WARNING), (15, Level.WARNING), (16, Level.OK)]
)
def test_eks_needs_six_free_addresses_and_likes_sixteen(free: int, level: Level) -> None:
    assert address_check(subnet("s-a", "a", AvailableIpAddressCount=free)).level is level


def test_a_subnet_without_a_way_out_needs_endpoints() -> None:
    assert wrong(FINE, [table("s-a", "s-b")]) == [
        (Level.WARNING, "routes of s-a"),
        (Level.WARNING, "routes of s-b"),
    ]


def test_a_public_subnet_must_give_public_addresses() -> None:
    tables = [table("s-a", "s-b", GatewayId="igw-1")]
    rows = [subnet("s-a", "a", PUBLIC, MapPublicIpOnLaunch=True), subnet("s-b", "b", PUBLIC)]
    assert wrong(rows, tables) == [(Level.WARNING, "routes of s-b")]


def test_load_balancers_find_subnets_by_the_tag_of_their_sort() -> None:
    rows = [subnet("s-a", "a", PUBLIC), subnet("s-b", "b", "")]
    assert wrong(rows, [NAT]) == [(Level.WARNING, "tags of s-a"), (Level.WARNING, "tags of s-b")]
    assert wrong(rows, [NAT], Given("vpc-1", ("s-a", "s-b"), tagged=True)) == []


def test_a_subnet_without_a_table_of_its_own_uses_the_main_one() -> None:
    tables = [table("s-b", NatGatewayId="nat-1"), table(main=True, GatewayId="igw-1")]
    assert [way_out(one, tables) for one in ("s-a", "s-b")] == ["igw-1", "nat-1"]
    assert way_out("s-a", [table("s-a"), *tables]) == ""


def test_a_route_to_what_is_gone_leads_nowhere() -> None:
    dead = {
        "Associations": [{"SubnetId": "s-a"}],
        "Routes": [{**OUT, "NatGatewayId": "nat-1", "State": "blackhole"}],
    }
    assert way_out("s-a", [dead]) == ""


def test_without_permission_to_look_there_is_a_note() -> None:
    reader = Reader(FakeCalls("us-east-1"), Inventory(lambda: 1.0), 0.0, ACTIONS)
    (found,) = placement_checks(reader, GIVEN)
    assert (found.level, found.subject) == (Level.NOTE, "subnets of vpc-1")
