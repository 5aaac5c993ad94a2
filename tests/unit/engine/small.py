"""Two small kinds, and short ways to write steps, tasks and rows of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from clusterwright.engine.progress import Moment
from clusterwright.graph.plan import Plan, Step, Verb
from clusterwright.graph.resource import Found, Ref, Resource, State
from clusterwright.spec.cluster import Cluster
from clusterwright.store.rows import ClusterRow
from clusterwright.store.status import Status, Task, TaskState

NOW = 1_800_000_000.0
"""As large as Unix seconds are, so that a time mistaken for a duration shows."""


@dataclass(frozen=True, kw_only=True)
class Net(Resource):
    KIND: ClassVar[str] = "net"
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Box(Resource):
    KIND: ClassVar[str] = "box"
    FIXED: ClassVar[frozenset[str]] = frozenset({"image"})
    net: Ref[Net]
    image: str = "linux"


@dataclass
class ManualClock:
    at: float = NOW
    speed: float = 1.0

    def now(self) -> float:
        return self.at


net = Net(name="net")
box = Box(name="box", net=net.ref)


def found(resource: Resource, state: State = State.READY, message: str = "") -> Found:
    return Found(id=f"id-{resource.name}", actual=resource, state=state, message=message)


def step(verb: Verb, resource: Resource, **fields: Any) -> Step:
    return Step(verb=verb, resource=resource, **{"reason": "because", **fields})


def create(resource: Resource, **fields: Any) -> Step:
    return step(Verb.CREATE, resource, **fields)


def delete(resource: Resource, **fields: Any) -> Step:
    return step(Verb.DELETE, resource, **fields)


def wait(resource: Resource, **fields: Any) -> Step:
    return step(Verb.WAIT, resource, **fields)


def steps(*items: Step) -> Plan:
    return Plan(items)


def at(seconds: float, speed: float = 1.0) -> Moment:
    return Moment(NOW + seconds, speed)


def task(resource: str, state: TaskState = TaskState.RUNNING, **fields: Any) -> Task:
    return Task(key=f"+{resource}", verb="create", resource=resource, state=state, **fields)


def document(name: str = "team-a") -> Cluster:
    spec = {"cloudAccount": "prod", "profiles": [{"name": "p"}], "region": "us-east-1"}
    return Cluster.model_validate({"metadata": {"name": name}, "spec": spec})


def cluster_row(**fields: Any) -> ClusterRow:
    values: dict[str, Any] = {
        "uid": "uid-1", "document": document(), "version": 1, "generation": 1, "observed": 0, "approved": 0,
        "deleting": False, "due": None, "running": True, "facts": None, "status": Status(), "created_at": NOW,
    }  # fmt: skip
    return ClusterRow(**values | fields)
