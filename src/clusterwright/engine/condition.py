"""Phase and conditions of a cluster, from what is left to do. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from clusterwright.graph.plan import Plan
from clusterwright.graph.resource import AnyRef, Found
from clusterwright.store.rows import ClusterRow
from clusterwright.store.status import Condition, Phase, Task, TaskState

ASPECTS: Mapping[str, frozenset[str]] = {
    "NetworkReady": frozenset(
        {"vpc", "internet_gateway", "subnet", "elastic_ip", "nat_gateway", "route_table", "security_group"}
    ),
    "ControlPlaneReady": frozenset({"iam_role", "log_group", "eks_cluster", "oidc_provider", "access_entry"}),
    "NodesReady": frozenset({"launch_template", "node_group"}),
    "FargateReady": frozenset({"fargate_profile"}),
    "LayersReady": frozenset({"addon"}),
}
"""Which kinds each condition speaks of."""


def conditions(
    before: tuple[Condition, ...], tasks: Iterable[Task], present: frozenset[str], now: float
) -> tuple[Condition, ...]:
    """One per aspect that the cluster has (`present`: the kinds it wants), and Ready over all."""
    open_tasks = [task for task in tasks if task.state is not TaskState.DONE]
    fresh = [
        aspect(name, [task for task in open_tasks if kind_of(task) in kinds], now)
        for name, kinds in ASPECTS.items()
        if kinds & present
    ]
    fresh.append(aspect("Ready", open_tasks, now))
    since = {old.type: old for old in before}
    return tuple(keep_since(condition, since.get(condition.type)) for condition in fresh)


def kind_of(task: Task) -> str:
    return task.resource.partition("/")[0]


def aspect(name: str, open_tasks: list[Task], now: float) -> Condition:
    if not open_tasks:
        return Condition(type=name, status=True, reason="AsWanted", since=now)
    worst = min(open_tasks, key=lambda task: SEVERITY.index(task.state))
    rest = f", and {len(open_tasks) - 1} more" if len(open_tasks) > 1 else ""
    message = f"{worst.verb} {worst.resource}: {worst.message or worst.state}{rest}"
    return Condition(type=name, status=False, reason=REASONS[worst.state], message=message, since=now)


SEVERITY = [TaskState.APPROVAL, TaskState.RETRYING, TaskState.RUNNING, TaskState.WAITING, TaskState.DONE]
REASONS = {
    TaskState.APPROVAL: "NeedsApproval",
    TaskState.RETRYING: "Retrying",
    TaskState.RUNNING: "InProgress",
    TaskState.WAITING: "Waiting",
}


def keep_since(fresh: Condition, old: Condition | None) -> Condition:
    same = old is not None and old.status == fresh.status and old.reason == fresh.reason
    return fresh.model_copy(update={"since": old.since}) if same and old else fresh


def phase(row: ClusterRow, plan: Plan, tasks: Iterable[Task]) -> Phase:
    if row.deleting:
        return Phase.DELETING
    if plan.empty:
        return Phase.RUNNING
    if row.observed == 0:
        return Phase.PROVISIONING
    stuck = any(task.state in (TaskState.RETRYING, TaskState.APPROVAL) for task in tasks)
    return Phase.DEGRADED if stuck or row.observed == row.generation else Phase.UPDATING


def reached(found: Mapping[AnyRef, Found]) -> dict[str, str]:
    """What people need to reach the cluster, and where it stands."""
    values: dict[str, str] = {}
    for ref, have in sorted(found.items(), key=lambda item: str(item[0])):
        if ref.kind.KIND == "eks_cluster":
            values |= dict(have.outputs)
        elif ref.kind.KIND == "vpc":
            values["vpc"] = have.id
    return values
