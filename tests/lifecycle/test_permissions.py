"""With IAM deciding: the four published policies carry every example, and so does the least one alone."""

from __future__ import annotations

from fnmatch import fnmatchcase

import pytest

from clusterwright.aws.iam.features import extra
from clusterwright.aws.iam.minimal import minimal
from clusterwright.aws.iam.published import all_published
from clusterwright.aws.iam.targets import Where
from clusterwright.aws.registry import driver_for
from clusterwright.blueprint.build import build
from clusterwright.engine.condition import PERMISSIONS
from clusterwright.engine.facts import for_blueprint, learn
from clusterwright.spec.cluster import Cluster
from clusterwright.spec.document import parse
from clusterwright.spec.profile import ClusterProfile
from clusterwright.store.status import Phase, Status
from tests.lifecycle.test_examples import ids, last_call, scaled, writes
from tests.lifecycle.world import EXAMPLES, TARGET, World, example, respec, with_cluster
from tests.owner import grant

NAMES = sorted(path.stem for path in EXAMPLES.glob("*.yaml"))
ROLE = "ClusterwrightRole"


DENIED = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation")


def used_by_us(world: World) -> set[str]:
    """What our role was allowed to do, from the sandbox's books. Nobody needs a policy to ask STS."""
    return {
        f"{call['service']}:{call['action']}"
        for call in world.sandbox.calls()
        if call["accessKey"].startswith("ASIA") and call["error"] not in DENIED and call["service"] != "sts"
    }


def build_change_delete(world: World, name: str) -> set[str]:
    """What is left at the end that was not there at the beginning."""
    uid = world.apply(world.example(name))
    before = ids(world.sandbox.objects())
    world.settle(uid)
    world.put_cluster(with_cluster(world.example(name), scaled))
    world.settle(uid)
    seen = last_call(world)
    world.turn(uid)
    assert writes(world, seen) == []
    world.delete(uid)
    world.bury(uid)
    return ids(world.sandbox.objects()) - before


@pytest.mark.parametrize("name", NAMES)
def test_the_four_policies_alone_carry_every_example(world: World, name: str) -> None:
    world.policies = all_published()
    left = build_change_delete(world, name)
    assert all("log-group" in one for one in left), left  # EKS's own, which only logs:DeleteLogGroup removes
    granted = {action for policy in all_published() for action in policy.actions}
    assert {a for a in used_by_us(world) if not any(fnmatchcase(a, one) for one in granted)} == set()


@pytest.mark.parametrize("name", NAMES)
def test_the_least_policy_is_enough(world: World, name: str) -> None:
    """Computed from what the kinds of this cluster declare, on this cluster's objects only."""
    cluster = next(d for d in parse(world.example(name)) if isinstance(d, Cluster))
    profiles = tuple(d for d in parse(example("quickstart")) if isinstance(d, ClusterProfile))
    owner = world.owner_of_target(cluster.spec.region)
    facts = for_blueprint("uid", learn(owner, cluster.spec.placement, None))
    kinds = {resource.ref.kind for resource in build(cluster, profiles, facts)}
    actions = frozenset[str]().union(*(driver_for(kind).actions for kind in kinds))
    world.policies = (minimal(actions, Where("aws", cluster.spec.region, TARGET, cluster.metadata.name)),)
    assert build_change_delete(world, name) == set()


def test_what_the_four_do_not_grant_is_said_and_leaves_the_cluster_ready(world: World) -> None:
    world.policies = all_published()
    uid = world.apply(example("demo"))
    world.settle(uid)
    status = status_of(world, uid)
    assert status.phase is Phase.DEGRADED
    conditions = {one.type: one for one in status.conditions}
    assert conditions["Ready"].status
    assert not conditions[PERMISSIONS].status
    for action in ("eks:DescribeAccessEntry", "logs:DescribeLogGroups"):
        assert f"{action} is not allowed" in conditions[PERMISSIONS].message


def test_what_was_done_without_is_made_when_it_is_allowed_at_last(world: World) -> None:
    world.policies = all_published()
    cluster = with_cluster(example("demo"), without_logs)
    world.apply(example("quickstart"))
    uid = world.put_cluster(cluster)
    world.settle(uid)
    assert "eks:DescribeAccessEntry is not allowed" in status_of(world, uid).message

    grant(world.owner_of_target(), ROLE, (extra(),))
    for _ in range(3):
        world.turn(uid)
    assert (status_of(world, uid).phase, status_of(world, uid).message) == (Phase.RUNNING, "")
    assert any(ref.startswith("access_entry/TeamAdmins") for ref in world.records(uid))


def without_logs(cluster: Cluster) -> Cluster:
    return respec(cluster, control_plane=cluster.spec.control_plane.model_copy(update={"logging": ()}))


def status_of(world: World, uid: str) -> Status:
    row = world.row(uid)
    assert row is not None
    return row.status
