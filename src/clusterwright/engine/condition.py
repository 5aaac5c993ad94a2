"""Phase and conditions of a cluster, from what is left to do. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from clusterwright.engine.execute import Outcomes, Result
from clusterwright.graph.plan import Plan
from clusterwright.graph.resource import AnyRef, Found, State
from clusterwright.store.rows import ClusterRow
from clusterwright.store.status import FINISHED, Condition, Phase, Task, TaskState

ASPECTS: Mapping[str, frozenset[str]] = {
    "NetworkReady": frozenset(
        {
            "vpc",
            "internet_gateway",
            "subnet",
            "subnet_tags",
            "elastic_ip",
            "nat_gateway",
            "route_table",
            "security_group",
        }
    ),
    "ControlPlaneReady": frozenset({"iam_role", "log_group", "eks_cluster", "oidc_provider", "access_entry"}),
    "NodesReady": frozenset({"launch_template", "node_group"}),
    "FargateReady": frozenset({"fargate_profile"}),
    "LayersReady": frozenset({"addon"}),
}
"""Which kinds each condition speaks of."""


PERMISSIONS = "PermissionsSufficient"


@dataclass(frozen=True)
class Look:
    """What a pass saw: the kinds that the cluster has, and what it does without for want of permissions."""

    kinds: frozenset[str]
    waived: tuple[str, ...] = ()


def conditions(
    before: tuple[Condition, ...], tasks: Iterable[Task], look: Look, now: float
) -> tuple[Condition, ...]:
    """One per aspect that the cluster has, one for what the permissions do not allow, and Ready over all."""
    open_tasks = [task for task in tasks if task.state not in FINISHED]
    fresh = [
        aspect(name, [task for task in open_tasks if kind_of(task) in kinds], now)
        for name, kinds in ASPECTS.items()
        if kinds & look.kinds
    ]
    fresh.append(permissions(look.waived, now))
    fresh.append(aspect("Ready", open_tasks, now))
    since = {old.type: old for old in before}
    return tuple(keep_since(condition, since.get(condition.type)) for condition in fresh)


def permissions(waived: tuple[str, ...], now: float) -> Condition:
    if not waived:
        return Condition(type=PERMISSIONS, status=True, reason="AllAllowed", since=now)
    return Condition(type=PERMISSIONS, status=False, reason="Missing", message=" ".join(waived), since=now)


def done_without(found: Mapping[AnyRef, Found], outcomes: Outcomes) -> tuple[str, ...]:
    """Each thing that the cluster does without, once: as tried in this pass, or as known before."""
    before = {have.message for have in found.values() if have.state is State.WAIVED}
    now = {outcome.message for outcome in outcomes.values() if outcome.result is Result.WAIVED}
    return tuple(sorted(before | now))


def by_name(item: tuple[AnyRef, Found]) -> str:
    return str(item[0])


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


def phase(row: ClusterRow, plan: Plan, tasks: Iterable[Task], waived: tuple[str, ...] = ()) -> Phase:
    if row.deleting:
        return Phase.DELETING
    if plan.empty:
        return Phase.DEGRADED if waived else Phase.RUNNING
    if row.observed == 0:
        return Phase.PROVISIONING
    stuck = any(task.state in (TaskState.RETRYING, TaskState.APPROVAL) for task in tasks)
    return Phase.DEGRADED if stuck or row.observed == row.generation else Phase.UPDATING


def reached(found: Mapping[AnyRef, Found]) -> dict[str, str]:
    """What people need to reach the cluster, and where it stands."""
    values: dict[str, str] = {}
    for ref, have in sorted(found.items(), key=by_name):
        if ref.kind.KIND == "eks_cluster":
            values |= dict(have.outputs)
        elif ref.kind.KIND == "vpc":
            values["vpc"] = have.id
    return values
