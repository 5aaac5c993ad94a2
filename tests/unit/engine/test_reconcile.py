"""Whole passes over the quickstart example, against an AWS in memory and with time that only tests move."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from clusterwright import errors
from clusterwright.aws.calls import Calls
from clusterwright.aws.inventory import Inventory
from clusterwright.aws.preflight.needs import Need
from clusterwright.aws.preflight.permissions import Answer, Method, Report
from clusterwright.aws.registry import KINDS
from clusterwright.engine import polling
from clusterwright.engine.reconcile import Reconciler, Tools
from clusterwright.graph.codec import Codec
from clusterwright.graph.resource import AnyRef, State
from clusterwright.spec.account import CloudAccount
from clusterwright.spec.cluster import Cluster
from clusterwright.spec.document import parse
from clusterwright.spec.profile import ClusterProfile
from clusterwright.store import accounts, clusters, events, operations, profiles, resources
from clusterwright.store.database import Database
from clusterwright.store.rows import AccountRow, ClusterRow, EventRow, OperationRow, OperationState
from clusterwright.store.secrets import SecretBox
from clusterwright.store.status import Phase, Task, TaskState
from tests.unit.engine.cloud import SLOW, Cloud
from tests.unit.engine.small import NOW, ManualClock

EXAMPLE = (Path(__file__).parents[3] / "examples" / "quickstart.yaml").read_text()
UID = "uid-1"
CODEC = Codec(KINDS)
VPC = CODEC.load_ref("vpc/vpc")
EKS = CODEC.load_ref("eks_cluster/control-plane")
ADDON = CODEC.load_ref("addon/kube-proxy")
NODES = CODEC.load_ref("node_group/default")


class Stage:
    """One cluster, its cloud, and passes when it is due."""

    def __init__(self, database: Database, pool: ThreadPoolExecutor) -> None:
        self.database = database
        self.clock = ManualClock()
        self.cloud = Cloud(self.clock)
        self.box = SecretBox(Fernet.generate_key())
        self.ids = itertools.count()
        self.forbidden: set[str] = set()
        self.examined = 0
        self.reconciler = Reconciler(
            Tools(
                database=database, box=self.box, accounts=self.cloud, inventory=Inventory(self.clock.now),
                clock=self.clock, driver_for=self.cloud.driver_for, codec=CODEC, pool=pool,
                new_id=lambda: f"id-{next(self.ids)}", examine=self.examine,
            )
        )  # fmt: skip

    def examine(self, calls: Calls, role: str | None, wanted: tuple[Need, ...], pool: Executor) -> Report:
        """Everything but `forbidden` is allowed."""
        self.examined += 1
        answers = tuple(Answer(need, need.action not in self.forbidden) for need in wanted)
        return Report(role or "", Method.SIMULATION, answers)

    def insert(self) -> None:
        with self.database.transaction() as connection:
            for document in parse(EXAMPLE):
                if isinstance(document, CloudAccount):
                    row = AccountRow("account-uid", document, 1, "external", NOW)
                    accounts.insert(connection, row, self.box)
                elif isinstance(document, ClusterProfile):
                    profiles.insert(connection, document, NOW)
                else:
                    clusters.insert(connection, UID, document, NOW)
            operations.start(connection, self.operation("create", 1))

    def operation(self, verb: str, generation: int) -> OperationRow:
        return OperationRow(
            f"op-{generation}-{verb}", UID, "hello", verb, generation, OperationState.RUNNING, (), 0.0, None,
            self.clock.now(), None,
        )  # fmt: skip

    def change(self, change: Callable[[Cluster], Cluster]) -> None:
        """As the service does when somebody applies a changed document."""
        with self.database.transaction() as connection:
            row = clusters.get(connection, "hello")
            clusters.replace(connection, row, change(row.document), generation=row.generation + 1)
            clusters.wake(connection, UID, self.clock.now())
            operations.start(connection, self.operation("update", row.generation + 1))

    def delete(self) -> None:
        with self.database.transaction() as connection:
            row = clusters.get(connection, "hello")
            clusters.start_delete(connection, row)
            resources.forgive(connection, UID)
            clusters.wake(connection, UID, self.clock.now())
            operations.start(connection, self.operation("delete", row.generation + 1))

    def approve(self) -> None:
        with self.database.transaction() as connection:
            row = clusters.get(connection, "hello")
            clusters.approve(connection, row, row.generation)
            clusters.wake(connection, UID, self.clock.now())

    def find(self) -> ClusterRow | None:
        with self.database.snapshot() as connection:
            return clusters.by_uid(connection, UID)

    def row(self) -> ClusterRow:
        row = self.find()
        assert row is not None
        return row

    def task(self, key: str) -> Task:
        return next(task for task in self.newest().tasks if task.key == key)

    def newest(self) -> OperationRow:
        with self.database.snapshot() as connection:
            operation = operations.newest(connection, UID)
        assert operation is not None
        return operation

    def events(self) -> list[EventRow]:
        with self.database.snapshot() as connection:
            return events.after(connection, 0)

    def turn(self) -> None:
        """The next pass, when it is due."""
        due = self.row().due
        assert due is not None
        self.clock.at = max(self.clock.at, due)
        self.reconciler.reconcile(UID)

    def settle(self, most: int = 60) -> None:
        for _ in range(most):
            row = self.find()
            if row is None or row.observed == row.generation:
                return
            self.turn()
        raise AssertionError(f"not at rest after {most} passes: {self.newest()}")


@pytest.fixture
def stage(database: Database, pool: ThreadPoolExecutor) -> Stage:
    made = Stage(database, pool)
    made.insert()
    return made


def larger_disk(cluster: Cluster) -> Cluster:
    return with_nodes(cluster, disk_gib=cluster.spec.node_pools[0].disk_gib + 10)


def other_machines(cluster: Cluster) -> Cluster:
    return with_nodes(cluster, instance_types=("m6i.xlarge",))


def with_nodes(cluster: Cluster, **fields: object) -> Cluster:
    nodes = cluster.spec.node_pools[0].model_copy(update=fields)
    return cluster.model_copy(update={"spec": cluster.spec.model_copy(update={"node_pools": (nodes,)})})


def test_a_cluster_is_built_once_and_then_left_alone(stage: Stage) -> None:
    stage.settle()
    made = [words for words in stage.cloud.writes() if words.startswith("create ")]
    assert len(made) == len(set(made)) == len(stage.cloud.objects)
    row = stage.row()
    assert (row.status.phase, row.due) == (Phase.RUNNING, stage.clock.now() + polling.STEADY)
    assert stage.newest().state is OperationState.DONE
    assert stage.newest().progress == 1.0
    before = len(stage.cloud.writes())
    stage.turn()
    assert len(stage.cloud.writes()) == before
    assert stage.newest().verb == "create"


def test_deleting_leaves_nothing_but_the_story(stage: Stage) -> None:
    stage.settle()
    stage.delete()
    stage.settle()
    assert stage.find() is None
    assert stage.cloud.objects == {}
    assert (stage.newest().verb, stage.newest().state) == ("delete", OperationState.DONE)
    assert {task.state for task in stage.newest().tasks} == {TaskState.DONE}
    assert stage.events()[-1].reason == "Deleted"


def test_drift_of_a_cluster_at_rest_is_a_repair(stage: Stage) -> None:
    stage.settle()
    del stage.cloud.objects[NODES]
    stage.turn()
    assert (stage.newest().verb, stage.newest().state) == ("repair", OperationState.RUNNING)
    assert stage.row().status.phase is Phase.DEGRADED
    for _ in range(3):
        stage.turn()
    assert NODES in stage.cloud.objects
    assert stage.newest().state is OperationState.DONE
    assert stage.row().status.phase is Phase.RUNNING


def test_what_stops_workloads_waits_for_approval(stage: Stage) -> None:
    stage.settle()
    there = stage.cloud.objects[NODES]
    stage.change(other_machines)
    for _ in range(4):
        stage.turn()
    assert stage.cloud.objects[NODES] is there
    assert stage.task("-node_group/default").state is TaskState.APPROVAL
    assert stage.row().due == stage.clock.now() + polling.STEADY
    stage.approve()
    stage.settle()
    assert stage.cloud.objects[NODES] is not there
    assert stage.row().status.phase is Phase.RUNNING


def test_an_approval_is_good_for_what_was_shown_and_not_for_later_drift(stage: Stage) -> None:
    stage.settle()
    stage.change(other_machines)
    stage.approve()
    stage.settle()
    stage.cloud.alter(NODES, instance_types=("t3.nano",))
    there = stage.cloud.objects[NODES]
    for _ in range(3):
        stage.turn()
    assert stage.cloud.objects[NODES] is there
    assert stage.task("-node_group/default").state is TaskState.APPROVAL
    stage.approve()
    for _ in range(4):
        stage.turn()
    assert stage.cloud.objects[NODES] is not there


def test_an_approved_step_that_aws_refuses_is_tried_again_in_time(stage: Stage) -> None:
    stage.settle()
    stage.cloud.refusals["delete node_group/default"] = errors.InUse("an update is under way")
    stage.change(other_machines)
    stage.approve()
    stage.turn()
    with stage.database.transaction() as connection:
        clusters.wake(connection, UID, stage.clock.now() + 1)
    stage.turn()
    task = stage.task("-node_group/default")
    assert (task.state, task.message) == (TaskState.RETRYING, "an update is under way")
    stage.cloud.refusals.clear()
    stage.turn()
    assert stage.clock.now() - NOW < 60
    assert NODES not in stage.cloud.objects or stage.cloud.objects[NODES].state is State.READY
    stage.settle()


def test_a_new_cluster_makes_nothing_while_a_name_belongs_to_others(stage: Stage) -> None:
    stage.cloud.refusals["find iam_role/cluster"] = errors.NotOurs("Role x exists and is not ours.")
    for _ in range(3):
        stage.turn()
    assert stage.cloud.writes() == []
    assert stage.row().status.phase is Phase.PROVISIONING
    messages = [task.message for task in stage.newest().tasks if task.state is TaskState.RETRYING]
    assert all("Role x exists and is not ours." in message for message in messages)
    stage.cloud.refusals.clear()
    stage.settle()
    assert stage.row().status.phase is Phase.RUNNING


def test_a_foreign_name_does_not_stop_a_delete_nor_is_it_deleted(stage: Stage) -> None:
    stage.cloud.refusals["find iam_role/cluster"] = errors.NotOurs("Role x exists and is not ours.")
    stage.turn()
    stage.delete()
    stage.settle()
    assert stage.find() is None
    assert stage.cloud.writes() == []


def test_an_object_that_cannot_be_read_stops_only_what_needs_it(stage: Stage) -> None:
    stage.settle()
    stage.cloud.refusals["find node_group/default"] = errors.Denied("eks:DescribeNodegroup")
    del stage.cloud.objects[ADDON]
    stage.turn()
    assert ADDON in stage.cloud.objects
    task = stage.task("+node_group/default")
    assert (task.state, task.message) == (TaskState.RETRYING, "eks:DescribeNodegroup")
    assert "delete node_group/default" not in stage.cloud.asked


def test_a_pass_that_cannot_look_says_why_and_comes_back(stage: Stage) -> None:
    with stage.database.transaction() as connection:
        profiles.remove(connection, "eks-standard", "1.0.0")
    stage.turn()
    row = stage.row()
    assert "eks-standard" in row.status.message
    assert row.due is not None
    assert row.due > stage.clock.now()
    assert not row.running
    stage.turn()
    assert [event.reason for event in stage.events()] == ["Blocked"]
    with stage.database.transaction() as connection:
        profile = next(d for d in parse(EXAMPLE) if isinstance(d, ClusterProfile))
        profiles.insert(connection, profile, NOW)
    stage.settle()
    assert stage.row().status.message == ""


def test_a_wake_during_a_pass_is_kept(stage: Stage) -> None:
    def wake() -> None:
        with stage.database.transaction() as connection:
            clusters.wake(connection, UID, stage.clock.now())

    stage.settle()
    stage.cloud.meanwhile["find vpc/vpc"] = wake
    stage.turn()
    assert stage.row().due == stage.clock.now()


def test_a_document_that_changes_during_a_pass_is_not_taken_for_built(stage: Stage) -> None:
    stage.settle()
    stage.cloud.meanwhile["find vpc/vpc"] = lambda: stage.change(larger_disk)
    stage.turn()
    assert stage.row().observed < stage.row().generation
    assert stage.newest().state is OperationState.RUNNING
    stage.settle()
    assert stage.newest().verb == "update"
    assert stage.newest().state is OperationState.DONE


def test_a_pass_that_lost_its_cluster_leaves_everything_to_the_other(stage: Stage) -> None:
    def lose() -> None:
        with stage.database.transaction() as connection:
            clusters.claim(connection, UID, "another-pass")

    stage.settle()
    before = stage.row()
    stage.cloud.meanwhile["find vpc/vpc"] = lose
    stage.turn()
    row = stage.row()
    assert row.running
    assert (row.status, row.due) == (before.status, None)


def test_a_cluster_that_is_gone_needs_no_pass(stage: Stage) -> None:
    stage.reconciler.reconcile("no-such-uid")
    assert stage.cloud.asked == []


def lose_answer(stage: Stage, ref: AnyRef, shown_after: float) -> None:
    stage.cloud.lost_answers[f"create {LEAF}"] = errors.Unreachable("timed out")
    stage.cloud.shown_after[ref] = shown_after


@pytest.mark.parametrize("shown_after", [0.0, 6.0, 9.0])
def test_an_object_whose_answer_was_lost_is_made_once(stage: Stage, shown_after: float) -> None:
    lose_answer(stage, VPC, shown_after)
    stage.settle()
    assert stage.cloud.asked.count("create vpc/vpc") == 1


def test_an_object_that_is_shown_late_is_made_once(stage: Stage) -> None:
    stage.cloud.shown_after[VPC] = 50.0
    stage.settle()
    assert stage.cloud.asked.count("create vpc/vpc") == 1


@pytest.mark.parametrize("shown_after", [0.0, 6.0, 9.0])
def test_deleting_right_after_a_lost_answer_leaves_nothing(stage: Stage, shown_after: float) -> None:
    lose_answer(stage, VPC, shown_after)
    stage.turn()
    stage.delete()
    stage.settle()
    assert stage.find() is None
    assert stage.cloud.objects == {}


@pytest.mark.parametrize("shown_after", [2.0, 50.0])
def test_deleting_what_aws_does_not_show_yet_leaves_nothing(stage: Stage, shown_after: float) -> None:
    stage.cloud.shown_after[VPC] = shown_after
    stage.turn()
    stage.delete()
    stage.settle()
    assert stage.find() is None
    assert stage.cloud.objects == {}


def test_deleting_while_things_are_made_and_shown_late_leaves_nothing(stage: Stage) -> None:
    stage.cloud.slow = {"eks_cluster": SLOW, "nat_gateway": SLOW}
    stage.cloud.shown_after |= {VPC: 20.0, EKS: 20.0}
    for _ in range(6):
        stage.turn()
    stage.delete()
    for _ in range(200):
        if stage.find() is None:
            break
        stage.turn()
        stage.cloud.settle()
    assert stage.find() is None
    assert stage.cloud.objects == {}


def test_nobody_is_told_that_what_was_never_made_is_done(stage: Stage) -> None:
    stage.cloud.slow = {"eks_cluster": SLOW}
    stage.cloud.refusals["create nat_gateway/nat-us-east-1a"] = errors.QuotaExceeded("five NAT gateways")
    for _ in range(3):
        stage.turn()
    assert stage.task("+node_group/default").state is TaskState.WAITING
    assert stage.task("+eks_cluster/control-plane").state is TaskState.RUNNING
    assert stage.task("+nat_gateway/nat-us-east-1a").state is TaskState.RETRYING
    stage.delete()
    for _ in range(200):
        if stage.find() is None:
            break
        stage.turn()
        stage.cloud.settle()
    made = {words.removeprefix("create ") for words in stage.cloud.asked if words.startswith("create ")}
    done = {e.subject for e in stage.events() if e.reason == "Done" and e.message.startswith("create ")}
    assert done <= made - {"eks_cluster/control-plane", "nat_gateway/nat-us-east-1a"}


def test_a_failed_object_is_replaced_without_asking(stage: Stage) -> None:
    """Nothing runs on it."""
    stage.settle()
    have = stage.cloud.objects[NODES]
    stage.cloud.objects[NODES] = replace(have, state=State.FAILED, message="out of capacity")
    for _ in range(4):
        stage.turn()
    assert stage.cloud.objects[NODES].state is State.READY
    assert stage.row().status.phase is Phase.RUNNING


LEAF = "addon/kube-proxy"
"""Nothing needs it."""
UNTAGGED = errors.Denied("no", action="iam:TagOpenIDConnectProvider")


def test_a_missing_permission_that_others_can_do_without_holds_nothing_up(stage: Stage) -> None:
    stage.cloud.refusals[f"create {LEAF}"] = UNTAGGED
    stage.settle()
    row = stage.row()
    assert row.status.phase is Phase.DEGRADED
    assert "iam:TagOpenIDConnectProvider" in row.status.message
    assert stage.newest().state is OperationState.DONE
    assert stage.task(f"+{LEAF}").state is TaskState.WAIVED
    assert [e.reason for e in stage.events()].count("NotPermitted") == 1


def test_it_is_tried_again_every_hour_without_a_word(stage: Stage) -> None:
    stage.cloud.refusals[f"create {LEAF}"] = UNTAGGED
    stage.settle()
    tries = stage.cloud.asked.count(f"create {LEAF}")
    for _ in range(8):
        stage.turn()
    assert stage.cloud.asked.count(f"create {LEAF}") == tries + 1
    assert stage.newest().verb == "create"
    assert [e.reason for e in stage.events()].count("NotPermitted") == 1
    assert stage.row().status.phase is Phase.DEGRADED

    del stage.cloud.refusals[f"create {LEAF}"]
    for _ in range(8):
        stage.turn()
    assert CODEC.load_ref(LEAF) in stage.cloud.objects
    assert stage.row().status.phase is Phase.RUNNING
    assert stage.row().status.message == ""


def test_nothing_is_made_while_a_permission_is_missing(stage: Stage) -> None:
    stage.cloud.actions = frozenset({"ec2:CreateVpc", "eks:CreateAccessEntry"})
    stage.forbidden = {"ec2:CreateVpc", "eks:CreateAccessEntry"}
    stage.turn()
    stage.turn()
    assert stage.cloud.asked == []
    row = stage.row()
    assert "Nothing is made while permissions are missing: ec2:CreateVpc (" in row.status.message
    assert "eks:CreateAccessEntry" not in row.status.message  # a cluster can do without
    assert row.status.phase is Phase.PENDING
    stage.forbidden = set()
    stage.settle()
    assert stage.row().status.message == ""


def test_whoever_knows_better_may_go_on(stage: Stage) -> None:
    stage.cloud.actions = frozenset({"ec2:CreateVpc"})
    stage.forbidden = {"ec2:CreateVpc"}
    stage.turn()
    stage.approve()
    stage.settle()
    assert stage.row().status.phase is Phase.RUNNING


def test_an_account_that_allows_everything_is_asked_once(stage: Stage) -> None:
    stage.settle()
    assert stage.examined == 1
    stage.change(larger_disk)
    stage.settle()
    assert stage.examined == 1
