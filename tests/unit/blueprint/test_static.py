"""Static placement: the user's subnets, what stands where, and what they cannot carry."""

from __future__ import annotations

from dataclasses import replace

import pytest

from clusterwright.aws.kinds.subnet_tags import Mark, SubnetTags
from clusterwright.blueprint import refs
from clusterwright.blueprint.facts import Facts, GivenSubnet, Zone
from clusterwright.blueprint.network import ANYWHERE
from clusterwright.engine.facts import public_route
from clusterwright.graph.resource import Ref
from clusterwright.spec.cluster import Cluster
from tests.unit.blueprint.documents import FARGATE, Built, account_facts, cluster, finding, findings

A, C = Zone("us-east-1a", "use1-az6"), Zone("us-east-1c", "use1-az1")
PRIVATE_A, PRIVATE_C = GivenSubnet("subnet-a", A, False), GivenSubnet("subnet-c", C, False)
PUBLIC_A, PUBLIC_C = GivenSubnet("subnet-1a", A, True, "rtb-9"), GivenSubnet("subnet-1c", C, True, "rtb-9")
EVERY = (PRIVATE_A, PRIVATE_C, PUBLIC_A, PUBLIC_C)


def facts(*subnets: GivenSubnet) -> Facts:
    return replace(account_facts(), vpc_cidr="10.9.0.0/16", subnets=subnets or EVERY)


def static(*subnets: GivenSubnet, tag: bool = True, **spec: object) -> Cluster:
    listed = [{"id": subnet.id} for subnet in subnets or EVERY]
    placement = {"static": {"vpcId": "vpc-1", "subnets": listed, "tagSubnets": tag}}
    return cluster("team-a", placement=placement, **spec)


def built(wanted: Cluster) -> Built:
    return Built(wanted, facts=facts())


def test_nothing_of_a_network_is_made() -> None:
    made = built(static())
    for kind in ("vpc", "subnet", "internet_gateway", "nat_gateway", "elastic_ip", "route_table"):
        assert made.keys(kind) == []
    assert len(made.keys("subnet_tags")) == 4
    assert built(static(tag=False)).keys("subnet_tags") == []


def test_control_plane_and_nodes_stand_in_private_subnets() -> None:
    made = built(static(PUBLIC_A, PRIVATE_C, PRIVATE_A, fargateProfiles=[FARGATE]))
    assert made[refs.CONTROL_PLANE].subnets == ("subnet-a", "subnet-c")
    assert made[refs.node_group("default")].subnets == ("subnet-a", "subnet-c")
    assert made[refs.fargate_profile("all")].subnets == ("subnet-a", "subnet-c")
    assert made[refs.node_group("default")].after == ()


def test_without_private_ones_public_subnets_serve() -> None:
    made = built(static(PUBLIC_A, PUBLIC_C))
    assert made[refs.CONTROL_PLANE].subnets == ("subnet-1a", "subnet-1c")
    assert made[refs.node_group("default")].subnets == ("subnet-1a", "subnet-1c")


def test_a_subnet_added_at_the_end_does_not_move_the_control_plane() -> None:
    """EKS never lets it change its zones."""
    d = GivenSubnet("subnet-0", Zone("us-east-1d", "use1-az2"), False)
    before = built(static(PRIVATE_C, PRIVATE_A))
    after = Built(static(PRIVATE_C, PRIVATE_A, d), facts=facts(*EVERY, d))
    assert after[refs.CONTROL_PLANE].subnets == before[refs.CONTROL_PLANE].subnets
    assert "subnet-0" in after[refs.node_group("default")].subnets


def test_a_pool_may_name_its_subnets() -> None:
    pool = {"name": "default", "subnets": ["subnet-1a"]}
    assert built(static(nodePools=[pool]))[refs.node_group("default")].subnets == ("subnet-1a",)


def test_subnets_get_the_tags_of_load_balancers_and_of_the_source_document() -> None:
    made = built(static())
    marks = {subnet.id: made[Ref(SubnetTags, subnet.id)].marks for subnet in EVERY}
    assert {mark.key: mark.value for mark in marks["subnet-1a"]} == {
        "kubernetes.io/role/elb": "1",
        "sigs.k8s.io/cluster-api-provider-aws/role": "public",
        "kubernetes.io/cluster/team-a": "shared",
        "sigs.k8s.io/cluster-api-provider-aws/cluster/team-a": "owned",
    }
    assert Mark("i", "kubernetes.io/role/internal-elb", "1") in marks["subnet-a"]
    assert all(len({mark.code for mark in each}) == len(each) for each in marks.values())


def test_ssh_is_let_in_from_the_users_vpc() -> None:
    group = built(static(sshKeyName="ops"))[refs.SSH_GROUP]
    assert (group.vpc, group.ingress[0].cidr) == ("vpc-1", "10.9.0.0/16")


def test_a_subnet_of_another_vpc_is_a_finding() -> None:
    (first,) = findings(static(PRIVATE_A, PRIVATE_C, GivenSubnet("subnet-9", A, False)), facts=facts())
    assert (first.path, first.value) == ("spec.placement.static.subnets[2].id", "subnet-9")


def test_one_zone_is_not_enough() -> None:
    found = finding(static(PRIVATE_A, PUBLIC_A), facts=facts())
    assert found.path == "spec.placement.static.subnets"
    assert "all subnets are in us-east-1a" in found.message


def test_zones_that_eks_refuses_are_findings() -> None:
    refused = GivenSubnet("subnet-b", Zone("us-east-1b", "use1-az3"), False)
    found = finding(static(PRIVATE_A, refused), facts=facts(PRIVATE_A, refused))
    assert "use1-az3" in found.message


def test_fargate_takes_no_public_subnet_and_says_which_route_makes_it_so() -> None:
    profile = {**FARGATE, "subnets": ["subnet-1a"]}
    found = finding(static(fargateProfiles=[profile]), facts=facts())
    assert found.path == "spec.fargateProfiles[0].subnets[0]"
    assert "subnet-1a is public: rtb-9 leads to an internet gateway" in found.message
    none = finding(static(PUBLIC_A, PUBLIC_C, fargateProfiles=[FARGATE]), facts=facts())
    assert "no private subnet" in none.message


OUT = [{"GatewayId": "local"}, {"DestinationCidrBlock": ANYWHERE, "GatewayId": "igw-1"}]
THROUGH = [{"GatewayId": "local"}, {"DestinationCidrBlock": ANYWHERE, "NatGatewayId": "nat-1"}]
Routes = list[dict[str, str]]


@pytest.mark.parametrize(
    ("own", "main", "route"),
    [(OUT, THROUGH, "rtb-own"), (THROUGH, OUT, ""), (None, OUT, "rtb-main"), (None, THROUGH, "")],
)
def test_routes_make_a_subnet_public_its_own_before_the_main_ones(
    own: Routes | None, main: Routes, route: str
) -> None:
    tables: list[dict[str, object]] = [
        {"RouteTableId": "rtb-main", "Associations": [{"Main": True}], "Routes": main}
    ]
    if own is not None:
        tables.append({"RouteTableId": "rtb-own", "Associations": [{"SubnetId": "subnet-1"}], "Routes": own})
    assert public_route("subnet-1", tables) == route
