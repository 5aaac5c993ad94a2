"""What the API answers with, as far as the commands read it. Types only: they cost nothing to import."""

from __future__ import annotations

from typing import Any, TypedDict


class Metadata(TypedDict):
    name: str
    description: str
    labels: dict[str, str]
    uid: str | None
    generation: int
    resourceVersion: str
    createdAt: str


class Operation(TypedDict):
    id: str
    cluster: str
    generation: int
    verb: str
    state: str
    progress: float
    secondsLeft: float | None
    startedAt: str
    endedAt: str | None


class Task(TypedDict):
    key: str
    verb: str
    resource: str
    state: str
    reason: str
    waitingFor: list[str]
    message: str
    id: str | None
    usualSeconds: float
    startedAt: str | None
    endedAt: str | None
    elapsedSeconds: float | None


class Tasks(Operation):
    tasks: list[Task]


class Condition(TypedDict):
    type: str
    status: bool
    reason: str
    message: str
    since: str


class ClusterStatus(TypedDict):
    phase: str
    conditions: list[Condition]
    observedGeneration: int
    message: str
    outputs: dict[str, str]
    operation: Operation | None


class Cluster(TypedDict):
    kind: str
    metadata: Metadata
    spec: dict[str, Any]
    status: ClusterStatus


class Object(TypedDict):
    """An object of any kind."""

    kind: str
    metadata: Metadata
    spec: dict[str, Any]
    status: dict[str, Any]


class Event(TypedDict):
    seq: int
    at: str
    cluster: str
    type: str
    reason: str
    subject: str
    message: str


class FindingShape(TypedDict):
    path: str
    message: str
    remedy: str
    line: int | None
    value: str | None


class Applied(TypedDict):
    kind: str
    name: str
    action: str
    object: Object | None
    operation: Operation | None
    warnings: list[FindingShape]


class Plan(TypedDict):
    cluster: str
    empty: bool
    needsApproval: int
    steps: list[dict[str, Any]]
    text: str


class Policy(TypedDict):
    name: str
    purpose: str
    size: int
    documents: list[dict[str, Any]]
    text: str
    findings: list[FindingShape]


class Check(TypedDict):
    area: str
    subject: str
    level: str
    message: str
    remedy: str


class Permissions(TypedDict):
    account: str
    region: str
    principal: str
    method: str
    sufficient: bool
    checks: list[Check]
    patch: dict[str, Any] | None


class Preflight(TypedDict):
    cluster: str
    level: str
    checks: list[Check]
