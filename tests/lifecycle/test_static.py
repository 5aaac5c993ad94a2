"""A cluster in the user's own network leaves that network as it was, to the last tag."""

from __future__ import annotations

from typing import Any

from clusterwright.spec.cluster import Cluster
from clusterwright.spec.placement import Placement
from tests.lifecycle.world import World, respec, with_cluster


def network(world: World) -> dict[str, Any]:
    """Everything of the network, with its tags."""
    kinds = ("vpc", "subnet", "route-table", "internet-gateway", "natgateway", "elastic-ip", "security-group")
    return {
        f"{one['kind']} {one['id']}": one["tags"] for one in world.sandbox.objects() if one["kind"] in kinds
    }


def subnets(world: World) -> dict[str, dict[str, str]]:
    return {one["id"]: one["tags"] for one in world.sandbox.objects() if one["kind"] == "subnet"}


def without_tags(cluster: Cluster) -> Cluster:
    static = cluster.spec.placement.static
    assert static
    untagged = static.model_copy(update={"tag_subnets": False})
    return respec(cluster, placement=Placement(static=untagged, dynamic=None))


def test_the_network_is_as_it_was(world: World) -> None:
    text = world.example("static")
    before = network(world)
    assert len(before) > 8
    uid = world.apply(text)
    world.settle(uid)
    during = subnets(world)
    assert all(tags["kubernetes.io/cluster/legacy"] == "shared" for tags in during.values())
    assert sorted(tags.get("kubernetes.io/role/elb", "") for tags in during.values()) == ["", "", "1", "1"]
    assert not [
        tags for tags in during.values() if "team" in tags
    ]  # the cluster's own tags are not for these
    world.delete(uid)
    world.bury(uid)
    assert network(world) == before


def test_a_tag_that_somebody_removed_comes_back(world: World) -> None:
    uid = world.apply(world.example("static"))
    world.settle(uid)
    subnet, tags = next(item for item in subnets(world).items() if "kubernetes.io/role/elb" in item[1])
    key = [{"Key": "kubernetes.io/role/elb"}]
    world.owner_of_target().call("ec2:DeleteTags", {"Resources": [subnet], "Tags": key})
    world.turn(uid)
    assert subnets(world)[subnet] == tags


def test_tags_go_when_they_are_wanted_no_more(world: World) -> None:
    text = world.example("static")
    before = subnets(world)
    uid = world.apply(text)
    world.settle(uid)
    world.put_cluster(with_cluster(text, without_tags))
    world.settle(uid)
    assert subnets(world) == before
