"""What a cluster takes of each quota."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from clusterwright.aws.kinds.node_group import NodeGroup
from clusterwright.aws.kinds.vpc import Vpc
from clusterwright.aws.preflight import quota
from clusterwright.aws.preflight.demand import ONE_LATER, Ask, Demand, demands, together
from clusterwright.aws.preflight.quota import ON_DEMAND, SPOT, vcpu_quota
from tests.unit.blueprint.documents import Built, cluster

VCPUS = {"m6i.large": 2, "m5.large": 2, "m5.xlarge": 4, "g5.xlarge": 4, "m7g.xlarge": 4}
STANDARD = next(found for found in (vcpu_quota("m6i.large", ON_DEMAND),) if found)


def pool(name: str = "default", **fields: Any) -> dict[str, Any]:
    return {"name": name, "size": {"min": 0, "desired": 2, "max": 5}, **fields}


def ask(*pools: dict[str, Any], **spec: Any) -> Ask:
    built = Built(cluster(nodePools=list(pools or (pool(),)), **spec))
    return Ask(tuple(built.resources.values()), {})


def made(asked: Ask, *changed: NodeGroup) -> Ask:
    """The same after all of it was made, node groups as they were then."""
    everything = {resource.ref: resource for resource in asked.wanted}
    return replace(asked, made={**everything, **{group.ref: group for group in changed}})


@pytest.mark.parametrize(
    ("instance_type", "market", "code"),
    [
        ("m6i.large", ON_DEMAND, "L-1216C47A"),
        ("t3.micro", SPOT, "L-34B43A08"),
        ("i4i.large", ON_DEMAND, "L-1216C47A"),
        ("d3.xlarge", ON_DEMAND, "L-1216C47A"),
        ("h1.2xlarge", ON_DEMAND, "L-1216C47A"),
        ("hpc7a.12xlarge", ON_DEMAND, "L-F7808C92"),
        ("inf2.xlarge", ON_DEMAND, "L-1945791B"),
        ("trn1.2xlarge", SPOT, "L-6B0D517C"),
        ("dl1.24xlarge", ON_DEMAND, "L-6E869C2A"),
        ("g5.xlarge", ON_DEMAND, "L-DB2E81BA"),
        ("vt1.3xlarge", SPOT, "L-3819A6DF"),
        ("p4d.24xlarge", ON_DEMAND, "L-417A185B"),
        ("f1.2xlarge", SPOT, "L-88CF9481"),
        ("x2idn.16xlarge", ON_DEMAND, "L-7295265B"),
        ("u7i-12tb.224xlarge", ON_DEMAND, "L-43DA4232"),
    ],
)
def test_each_family_has_its_quota(instance_type: str, market: str, code: str) -> None:
    """docs.aws.amazon.com/ec2/latest/instancetypes/ec2-instance-quotas.html"""
    found = vcpu_quota(instance_type, market)
    assert found
    assert found.code == code


def test_some_families_are_not_sold_as_spot() -> None:
    assert vcpu_quota("hpc7a.12xlarge", SPOT) is None


def test_a_new_cluster_needs_its_network_its_control_plane_and_room_for_its_nodes() -> None:
    found = demands(ask(placement={"dynamic": {"availabilityZones": 3}}), VCPUS)
    zones = {place[1]: demand for place, demand in found.items() if place[0] is quota.NAT_GATEWAYS}
    assert zones == {f"us-east-1{letter}": Demand(1, 1) for letter in "acd"}
    assert found[quota.VPCS, ""] == found[quota.CLUSTERS, ""] == Demand(1, 1)
    assert found[quota.ADDRESSES, ""] == Demand(3, 3)
    assert found[quota.NODES, "default"] == Demand(2, 5)
    assert found[STANDARD, ""] == Demand(4, 10)
    assert found[quota.NETWORK_BALANCERS, ""] == ONE_LATER
    assert (quota.FARGATE_PROFILES, "") not in found


def test_a_single_nat_gateway_takes_one_address_in_one_zone() -> None:
    found = demands(ask(placement={"dynamic": {"natGateways": "single"}}), VCPUS)
    assert found[quota.ADDRESSES, ""] == Demand(1, 1)
    assert [place[1] for place in found if place[0] is quota.NAT_GATEWAYS] == ["us-east-1a"]


def test_pools_of_one_family_and_market_add_up_and_others_do_not() -> None:
    pools = (
        pool("one"),
        pool("two"),
        pool("gpu", instanceTypes=["g5.xlarge"]),
        pool("spot", capacity="spot"),
    )
    found = demands(ask(*pools), VCPUS)
    by_code = {place[0].code: demand for place, demand in found.items() if "vCPUs" in place[0].name}
    assert by_code == {
        "L-1216C47A": Demand(8, 20),
        "L-DB2E81BA": Demand(8, 20),
        "L-34B43A08": Demand(4, 10),
    }


def test_on_demand_takes_the_first_type_and_spot_is_reckoned_with_the_largest() -> None:
    types = ["m5.large", "m5.xlarge"]
    on_demand = demands(ask(pool(instanceTypes=types)), VCPUS)
    assert on_demand[STANDARD, ""] == Demand(4, 10)
    spot = demands(ask(pool(instanceTypes=types, capacity="spot")), VCPUS)
    assert Demand(8, 20) in spot.values()


def test_types_that_nobody_knows_are_left_out() -> None:
    assert not [place for place in demands(ask(), {}) if "vCPUs" in place[0].name]


def test_of_what_was_made_only_growth_counts() -> None:
    found = demands(made(ask()), VCPUS)
    assert {place[0] for place in found} == {STANDARD, quota.NODES, *BALANCERS}
    assert found[STANDARD, ""] == Demand(0, 6)


BALANCERS = (quota.CLASSIC_BALANCERS, quota.NETWORK_BALANCERS, quota.APPLICATION_BALANCERS)


def test_a_larger_group_needs_the_difference_and_a_smaller_one_nothing() -> None:
    asked = ask()
    (group,) = asked.of(NodeGroup)
    assert demands(made(asked, replace(group, desired_size=1)), VCPUS)[STANDARD, ""] == Demand(2, 8)
    assert (STANDARD, "") not in demands(made(asked, replace(group, desired_size=9)), VCPUS)


def test_a_group_that_is_replaced_needs_all_its_nodes_beside_the_old_ones() -> None:
    asked = ask()
    (group,) = asked.of(NodeGroup)
    old = replace(group, instance_types=("m5.large",))
    assert demands(made(asked, old), VCPUS)[STANDARD, ""] == Demand(4, 10)


def test_a_part_that_is_missing_is_needed_again() -> None:
    asked = made(ask())
    (vpc,) = asked.of(Vpc)
    without = replace(asked, made={ref: one for ref, one in asked.made.items() if ref != vpc.ref})
    assert demands(without, VCPUS)[quota.VPCS, ""] == Demand(1, 1)


def test_clusters_share_what_is_counted_by_region_or_zone_only() -> None:
    found = together((ask(), ask()), VCPUS)
    assert found[quota.VPCS, ""] == Demand(2, 2)
    assert found[STANDARD, ""] == Demand(8, 20)
    assert found[quota.NAT_GATEWAYS, "us-east-1a"] == Demand(2, 2)
    shared = {place[0] for place in found}
    assert shared.isdisjoint({quota.SUBNETS, quota.NODE_GROUPS, quota.NODES, *BALANCERS})
