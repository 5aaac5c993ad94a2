"""Phase and conditions, from what is left to do."""

from __future__ import annotations

import pytest

from clusterwright.aws.kinds.eks_cluster import EksCluster
from clusterwright.aws.kinds.vpc import Vpc
from clusterwright.aws.registry import KINDS
from clusterwright.engine.condition import (
    ASPECTS,
    PERMISSIONS,
    Look,
    conditions,
    done_without,
    phase,
    reached,
)
from clusterwright.engine.execute import Outcome, Result
from clusterwright.graph.plan import Plan
from clusterwright.graph.resource import AnyRef, Found, Ref, State
from clusterwright.store.status import Condition, Phase, Task, TaskState
from tests.unit.engine.small import cluster_row, create, found, net, steps, task

ALL = frozenset(kind for kinds in ASPECTS.values() for kind in kinds)
BUSY = steps(create(net))


def by_type(
    *tasks: Task,
    present: frozenset[str] = ALL,
    before: tuple[Condition, ...] = (),
    now: float = 5.0,
    waived: tuple[str, ...] = (),
) -> dict[str, Condition]:
    return {c.type: c for c in conditions(before, tasks, Look(present, waived), now)}


def test_every_kind_belongs_to_one_aspect() -> None:
    assert sorted(kind for kinds in ASPECTS.values() for kind in kinds) == sorted(k.KIND for k in KINDS)


def test_everything_is_true_when_nothing_is_left_to_do() -> None:
    made = by_type(task("vpc/vpc", TaskState.DONE))
    assert set(made) == {*ASPECTS, PERMISSIONS, "Ready"}
    assert {(c.status, c.reason) for c in made.values()} == {(True, "AsWanted"), (True, "AllAllowed")}


def test_only_aspects_that_the_cluster_has_are_spoken_of() -> None:
    assert set(by_type(present=frozenset({"vpc", "subnet"}))) == {"NetworkReady", PERMISSIONS, "Ready"}


def test_a_task_spoils_its_own_aspect_and_ready() -> None:
    made = by_type(task("node_group/default", message="launching"))
    assert {name for name, c in made.items() if not c.status} == {"NodesReady", "Ready"}
    assert made["NodesReady"].reason == "InProgress"
    assert made["NodesReady"].message == "create node_group/default: launching"


def test_the_worst_task_gives_the_reason_and_the_others_are_counted() -> None:
    tasks = (
        task("subnet/a", TaskState.WAITING),
        task("subnet/b", TaskState.RETRYING, message="quota"),
        task("node_group/x", TaskState.APPROVAL, message="needs your approval"),
    )
    made = by_type(*tasks)
    assert (made["NetworkReady"].reason, made["NetworkReady"].message) == (
        "Retrying", "create subnet/b: quota, and 1 more",
    )  # fmt: skip
    assert made["Ready"].reason == "NeedsApproval"
    assert made["Ready"].message.endswith(", and 2 more")


def test_since_is_kept_while_status_and_reason_stay() -> None:
    first = tuple(by_type(task("vpc/vpc", message="a"), now=5.0).values())
    same = by_type(task("vpc/vpc", message="b"), before=first, now=9.0)["NetworkReady"]
    assert (same.since, same.message) == (5.0, "create vpc/vpc: b")
    other = by_type(task("vpc/vpc", TaskState.RETRYING), before=first, now=9.0)["NetworkReady"]
    assert other.since == 9.0
    done = by_type(before=first, now=9.0)
    assert (done["NetworkReady"].since, done["NodesReady"].since) == (9.0, 5.0)


@pytest.mark.parametrize(
    ("row", "plan", "state", "expected"),
    [
        ({"deleting": True, "observed": 3}, Plan(), TaskState.RUNNING, Phase.DELETING),
        ({}, Plan(), TaskState.RUNNING, Phase.RUNNING),
        ({"observed": 0}, BUSY, TaskState.RETRYING, Phase.PROVISIONING),
        ({"observed": 1, "generation": 2}, BUSY, TaskState.RUNNING, Phase.UPDATING),
        ({"observed": 1, "generation": 2}, BUSY, TaskState.RETRYING, Phase.DEGRADED),
        ({"observed": 1, "generation": 2}, BUSY, TaskState.APPROVAL, Phase.DEGRADED),
        ({"observed": 2, "generation": 2}, BUSY, TaskState.RUNNING, Phase.DEGRADED),  # drift
    ],
)
def test_the_phase_tells_building_changing_drift_and_trouble_apart(
    row: dict[str, object], plan: Plan, state: TaskState, expected: Phase
) -> None:
    assert phase(cluster_row(**row), plan, [task("net/net", state)]) is expected


def test_what_is_not_allowed_is_told_and_leaves_the_cluster_ready() -> None:
    made = by_type(waived=("no logs.", "no access."))
    assert (made[PERMISSIONS].status, made[PERMISSIONS].reason) == (False, "Missing")
    assert made[PERMISSIONS].message == "no logs. no access."
    assert made["Ready"].status
    assert phase(cluster_row(), Plan(), [], ("no logs.",)) is Phase.DEGRADED
    assert phase(cluster_row(deleting=True), Plan(), [], ("no logs.",)) is Phase.DELETING


def test_what_is_done_without_is_counted_once_whether_tried_now_or_before() -> None:
    known: dict[AnyRef, Found] = {net.ref: found(net, State.WAIVED, "no logs.")}
    tried = {
        "create box/box": Outcome(Result.WAIVED, message="no access."),
        "create net/b": Outcome(Result.DONE),
    }
    assert done_without(known, {**tried, "update net/net": Outcome(Result.WAIVED, message="no logs.")}) == (
        "no access.", "no logs.",
    )  # fmt: skip
    assert done_without({net.ref: found(net)}, {}) == ()


def test_people_are_told_how_to_reach_the_cluster_and_where_it_stands() -> None:
    vpc = Vpc(name="vpc", cidr="10.0.0.0/16")
    cluster: Ref[EksCluster] = Ref(EksCluster, "cluster")
    objects = {
        vpc.ref: Found(id="vpc-1", actual=vpc),
        cluster: Found(id="team-a", actual=vpc, outputs={"endpoint": "https://e"}),
    }
    assert reached(objects) == {"endpoint": "https://e", "vpc": "vpc-1"}
    assert reached({}) == {}
