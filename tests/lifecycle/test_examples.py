"""Create, nothing to do; change, nothing to do; delete, nothing is left: for every example."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from clusterwright.spec.cluster import Cluster
from clusterwright.spec.node_pool import Size
from tests.lifecycle.world import EXAMPLES, World, example, respec, with_cluster

READS = ("Describe", "List", "Get", "AssumeRole", "Simulate")


def writes(world: World, since: int) -> list[str]:
    calls = world.sandbox.calls(since)
    return [call["action"] for call in calls if not call["action"].split(":")[-1].startswith(READS)]


def last_call(world: World) -> int:
    return int(world.sandbox.calls()[-1]["seq"])


def ids(objects: list[dict[str, Any]]) -> set[str]:
    return {f"{entry['kind']} {entry['id']}" for entry in objects}


def scaled(cluster: Cluster) -> Cluster:
    """Another size and another tag: what people change most."""
    first, *rest = cluster.spec.node_pools
    bigger = first.model_copy(update={"size": Size(min=1, desired=3, max=6)})
    return respec(cluster, node_pools=(bigger, *rest), tags={"team": "changed"})


@pytest.mark.parametrize("name", sorted(path.stem for path in EXAMPLES.glob("*.yaml")))
def test_create_change_delete(world: World, name: str) -> None:
    text = world.example(name)
    uid = world.apply(text)
    before = ids(world.sandbox.objects())
    world.settle(uid)

    seen = last_call(world)
    world.turn(uid)
    assert writes(world, seen) == []
    assert world.records(uid).keys() >= {"iam_role/cluster", "eks_cluster/control-plane"}

    world.put_cluster(with_cluster(world.example(name), scaled))
    world.settle(uid)
    seen = last_call(world)
    world.turn(uid)
    assert writes(world, seen) == []
    assert_changed(world)

    world.delete(uid)
    world.bury(uid)
    assert ids(world.sandbox.objects()) == before


def assert_changed(world: World) -> None:
    """Everything that we made, and what was made for us from it, has the new tag; the first pool its size."""
    objects = [
        entry
        for entry in world.sandbox.objects()
        if entry["kind"] != "role" or "clusterwright" in str(entry["tags"])
    ]
    owned = [entry for entry in objects if "clusterwright.dev/resource" in entry["tags"]]
    assert len(owned) > 10
    assert [e for e in owned if e["kind"] != "instance" and e["tags"].get("team") != "changed"] == []


def test_user_tags_reach_instances_and_volumes(world: World) -> None:
    uid = world.apply(example("demo"))
    world.settle(uid)
    made = [entry for entry in world.sandbox.objects() if entry["kind"] in ("instance", "volume")]
    assert {entry["kind"] for entry in made} == {"instance", "volume"}
    assert [entry for entry in made if entry["tags"].get("team") != "a"] == []


def test_nothing_waits_that_does_not_have_to(world: World) -> None:
    """Acceptance of the first issue: the control plane waits for no NAT gateway, pools go side by side,
    Fargate profiles one at a time."""
    two_profiles = with_cluster(example("demo"), with_two_fargate_profiles)
    world.apply(example("demo"))
    uid = world.put_cluster(two_profiles)
    world.settle(uid)
    calls = [call for call in world.sandbox.calls() if not call["error"]]
    at = {action: [when(call) for call in calls if call["action"].endswith(action)] for action in ACTIONS}

    nat_ready = min(at["CreateRoute"][1:])  # the first route leads to the internet gateway, the rest to NAT
    assert at["CreateCluster"][0] < nat_ready

    pools = at["CreateNodegroup"]
    assert len(pools) == 2
    assert abs(pools[0] - pools[1]) < 5

    profiles = at["CreateFargateProfile"]
    assert len(profiles) == 2
    assert abs(profiles[0] - profiles[1]) > 15


ACTIONS = ("CreateCluster", "CreateRoute", "CreateNodegroup", "CreateFargateProfile")


def when(call: dict[str, Any]) -> float:
    return datetime.fromisoformat(call["time"]).timestamp()


def with_two_fargate_profiles(cluster: Cluster) -> Cluster:
    first = cluster.spec.fargate_profiles[0]
    return respec(cluster, fargate_profiles=(first, first.model_copy(update={"name": "second"})))
