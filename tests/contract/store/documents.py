"""Documents and rows, in few words."""

from __future__ import annotations

from typing import Any

from clusterwright.spec.account import CloudAccount
from clusterwright.spec.cluster import Cluster
from clusterwright.spec.profile import ClusterProfile
from clusterwright.store.rows import AccountRow, OperationRow, OperationState
from clusterwright.store.status import Task, TaskState

SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
SESSION = "IQoJb3JpZ2luX2VjEXAMPLETOKEN"


def cluster(name: str, account: str = "prod", profile: str = "p", version: str | None = None) -> Cluster:
    chosen = {"name": profile} | ({"version": version} if version else {})
    spec = {"cloudAccount": account, "profiles": [chosen], "region": "us-east-1"}
    return Cluster.model_validate({"metadata": {"name": name}, "spec": spec})


def account(name: str, **credentials: str) -> AccountRow:
    given = {"type": "accessKey", "accessKeyId": "AKIAIOSFODNN7EXAMPLE", "secretAccessKey": SECRET}
    spec = {"credentials": credentials or given}
    document = CloudAccount.model_validate({"metadata": {"name": name}, "spec": spec})
    return AccountRow(f"uid-{name}", document, 1, "external-id", 5.0)


def profile(name: str, version: str) -> ClusterProfile:
    layers = [
        {"layer": "os", "pack": "amazon-linux-eks", "version": "2023"},
        {"layer": "kubernetes", "pack": "kubernetes-eks", "version": "1.33"},
        {"layer": "cni", "pack": "vpc-cni"},
    ]
    spec = {"version": version, "type": "infrastructure", "layers": layers}
    return ClusterProfile.model_validate({"metadata": {"name": name}, "spec": spec})


def operation(id_: str, started_at: float, cluster: str = "uid-a", **fields: Any) -> OperationRow:
    values: dict[str, Any] = {
        "id": id_, "cluster": cluster, "cluster_name": cluster.removeprefix("uid-"), "verb": "update",
        "generation": 1, "state": OperationState.RUNNING, "tasks": (), "progress": 0.0,
        "seconds_left": None, "started_at": started_at, "ended_at": None,
    }  # fmt: skip
    return OperationRow(**values | fields)


def task(resource: str, state: TaskState, **fields: Any) -> Task:
    return Task(key=f"+{resource}", verb="create", resource=resource, state=state, **fields)
