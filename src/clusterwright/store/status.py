"""What people and machines watch: tasks, conditions, phase. Shapes only; `engine.progress` fills them in."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class Shape(BaseModel):
    model_config = ConfigDict(frozen=True, alias_generator=to_camel, populate_by_name=True)


class Phase(StrEnum):
    PENDING = "Pending"
    PROVISIONING = "Provisioning"
    RUNNING = "Running"
    UPDATING = "Updating"
    DEGRADED = "Degraded"
    DELETING = "Deleting"


class TaskState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    RETRYING = "retrying"
    APPROVAL = "needs-approval"
    WAIVED = "waived"
    DONE = "done"


FINISHED = frozenset({TaskState.DONE, TaskState.WAIVED})


class Task(Shape):
    """A step as a user sees it. Times are Unix seconds, durations AWS seconds."""

    key: str
    verb: str
    resource: str
    state: TaskState
    reason: str = ""
    waiting_for: tuple[str, ...] = ()
    message: str = ""
    id: str | None = None
    usual_seconds: float = 0.0
    started_at: float | None = None
    ended_at: float | None = None
    elapsed_seconds: float | None = None


class Condition(Shape):
    """One aspect of a cluster, true or not, and why."""

    type: str
    status: bool
    reason: str
    message: str = ""
    since: float


class Status(Shape):
    """The status of a cluster, without its operation."""

    phase: Phase = Phase.PENDING
    conditions: tuple[Condition, ...] = ()
    message: str = ""
    outputs: dict[str, str] = {}
    """What people need to reach it: endpoint, certificate, issuer, vpc."""
