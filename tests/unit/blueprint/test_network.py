"""VPC, subnets, gateways and routes."""

from __future__ import annotations

import pytest

from clusterwright.aws.kinds.route_table import Route
from clusterwright.blueprint import refs
from clusterwright.spec.cluster import Cluster
from tests.unit.blueprint.documents import Built, account_facts, cluster, finding

IDS = "spec.placement.dynamic.availabilityZones"


def dynamic(**fields: object) -> Cluster:
    return cluster(placement={"dynamic": fields})


def zones(built: Built) -> list[str]:
    return [name.removeprefix("private-us-east-1") for name in built.keys("route_table") if name != "public"]


def test_zones_are_the_first_by_name_that_eks_accepts() -> None:
    assert zones(Built(cluster())) == ["a", "c", "d"]


def test_named_zones_keep_their_order() -> None:
    built = Built(dynamic(availabilityZones=["us-east-1f", "us-east-1a"], natGateways="single"))
    assert zones(built) == ["f", "a"]
    assert built.keys("nat_gateway") == ["nat-us-east-1f"]


def test_a_zone_that_eks_refuses_is_a_finding() -> None:
    found = finding(dynamic(availabilityZones=["us-east-1a", "us-east-1b"]))
    assert found.path == f"{IDS}[1]"
    assert "use1-az3" in found.message
    assert "us-east-1c" in found.remedy


def test_a_zone_that_the_account_lacks_is_a_finding() -> None:
    facts = account_facts(zones={"a": "use1-az6", "c": "use1-az1"})
    found = finding(dynamic(availabilityZones=["us-east-1a", "us-east-1d"]), facts=facts)
    assert (found.path, found.value) == (f"{IDS}[1]", "us-east-1d")


def test_fewer_zones_than_asked_for_is_a_finding() -> None:
    facts = account_facts(zones={"a": "use1-az6", "b": "use1-az3", "c": "use1-az1"})
    found = finding(dynamic(availabilityZones=3), facts=facts)
    assert found.path == IDS
    assert "us-east-1a, us-east-1c" in found.remedy


def test_zones_that_share_a_slot_are_a_finding() -> None:
    found = finding(dynamic(cidr="10.0.0.0/24", availabilityZones=["us-east-1a", "us-east-1d"]))
    assert "us-east-1a and us-east-1d" in found.message


@pytest.mark.parametrize("count", [3, 4, 5])
def test_more_zones_move_nothing(count: int) -> None:
    few, more = (Built(dynamic(availabilityZones=n)) for n in (2, count))
    kept = ("subnet", "route_table", "nat_gateway", "elastic_ip", "eks_cluster")
    for key, resource in few.resources.items():
        if resource.KIND in kept and key != "route_table/public":
            assert more.resources[key] == resource


def test_subnets_carry_what_load_balancers_look_for_and_no_cluster_tag() -> None:
    built = Built(cluster(tags={"team": "a"}))
    public, private = (f("us-east-1a") for f in (refs.public_subnet, refs.private_subnet))
    assert built[public].tags == (("kubernetes.io/role/elb", "1"), ("team", "a"))
    assert built[private].tags == (("kubernetes.io/role/internal-elb", "1"), ("team", "a"))
    assert (built[public].public, built[private].public) == (True, False)


def test_a_single_nat_gateway_serves_every_zone() -> None:
    built = Built(dynamic(natGateways="single"))
    assert built.keys("nat_gateway") == built.keys("elastic_ip") == ["nat-us-east-1a"]
    for letter in "acd":
        table = built[refs.private_routes(f"us-east-1{letter}")]
        assert table.routes == (Route("0.0.0.0/0", refs.nat("us-east-1a")),)


def test_a_gateway_in_each_zone_serves_its_own() -> None:
    built = Built(cluster())
    for letter in "acd":
        zone = f"us-east-1{letter}"
        assert built[refs.private_routes(zone)].routes == (Route("0.0.0.0/0", refs.nat(zone)),)


def test_a_vpc_that_is_not_there_is_a_finding() -> None:
    static = {"vpcId": "vpc-1", "subnets": [{"id": "subnet-1"}, {"id": "subnet-2"}]}
    found = finding(cluster(placement={"static": static}))
    assert (found.path, found.value) == ("spec.placement.static.vpcId", "vpc-1")
