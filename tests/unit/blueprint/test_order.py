"""What waits for what: exactly what AWS asks for, and nothing more."""

from __future__ import annotations

from clusterwright.blueprint import refs
from clusterwright.graph.plan import plan
from clusterwright.graph.resource import Ref, Resource
from tests.unit.blueprint.documents import FARGATE, SYSTEM_FARGATE, Built, cluster, profile

EBS = {"layer": "csi", "pack": "aws-ebs-csi"}
ROUTES = {f"route_table/private-us-east-1{letter}" for letter in "acd"} | {"route_table/public"}


def names(found: tuple[Ref[Resource], ...]) -> set[str]:
    return set(map(str, found))


def test_the_control_plane_waits_for_subnets_role_and_logs_only() -> None:
    built = Built(cluster(controlPlane={"logging": ["api"]}))
    assert built.ancestors(refs.CONTROL_PLANE) == {
        "vpc/vpc",
        "subnet/private-us-east-1a",
        "subnet/private-us-east-1c",
        "iam_role/cluster",
        "log_group/control-plane",
    }


def test_a_nat_gateway_waits_for_the_internet_gateway() -> None:
    assert refs.INTERNET in Built(cluster())[refs.nat("us-east-1a")].needs()


def test_nodes_wait_for_the_whole_way_out() -> None:
    assert names(Built(cluster())[refs.node_group("default")].after) == ROUTES


def test_nodes_wait_for_the_way_out_of_their_own_zones_only() -> None:
    built = Built(cluster(nodePools=[{"name": "default", "zones": ["us-east-1c"]}]))
    group = built[refs.node_group("default")]
    assert names(group.after) == {"route_table/private-us-east-1c", "route_table/public"}
    assert group.subnets == (refs.private_subnet("us-east-1c"),)


def test_nodes_follow_the_addons_that_they_need_without_waiting_for_them() -> None:
    built = Built(cluster(), profile({"layer": "addon", "pack": "pod-identity-agent"}))
    group = built[refs.node_group("default")]
    early = {"addon/kube-proxy", "addon/pod-identity-agent", "addon/vpc-cni"}
    assert names(group.follows) == early
    assert not early & built.ancestors(group.ref)


def test_early_addons_wait_for_the_control_plane_only() -> None:
    assert Built(cluster())[refs.addon("vpc-cni")].needs() == {refs.CONTROL_PLANE}


def test_late_addons_wait_for_every_pool() -> None:
    built = Built(cluster(nodePools=[{"name": "b"}, {"name": "a"}], fargateProfiles=[FARGATE]), profile(EBS))
    for pack in ("coredns", "aws-ebs-csi"):
        assert built[refs.addon(pack)].after == (refs.node_group("a"), refs.node_group("b"))


def test_late_addons_wait_for_fargate_where_there_are_no_pools() -> None:
    built = Built(cluster(nodePools=[], fargateProfiles=[SYSTEM_FARGATE]))
    assert built[refs.addon("coredns")].after == (refs.fargate_profile("system"),)


def test_fargate_waits_for_routes_but_follows_no_addon() -> None:
    profile_ = Built(cluster(fargateProfiles=[FARGATE]))[refs.fargate_profile("all")]
    assert names(profile_.after) == ROUTES
    assert profile_.follows == ()


def test_a_launch_template_waits_for_the_control_plane_only_where_it_names_its_security_group() -> None:
    assert Built(cluster())[refs.template("default")].needs() == frozenset()
    with_key = Built(cluster(sshKeyName="ops"))[refs.template("default")]
    assert with_key.needs() == {refs.CONTROL_PLANE, refs.SSH_GROUP}


def test_every_reference_leads_to_a_wanted_resource() -> None:
    built = Built(
        cluster(sshKeyName="ops", fargateProfiles=[FARGATE], controlPlane={"logging": ["api"]}), profile(EBS)
    )
    assert len(plan(built.resources.values(), {}).steps) == len(built.resources)
