"""The shapes that the API answers with. Rows become views in `present`; nothing here reads or decides."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, Generic, Literal, TypeVar

from pydantic import Field

from clusterwright.aws.preflight.check import Check, Level
from clusterwright.aws.preflight.permissions import Method
from clusterwright.errors import Finding
from clusterwright.spec.metadata import API_VERSION
from clusterwright.store.rows import OperationState
from clusterwright.store.status import Phase as Phase
from clusterwright.store.status import Shape as Shape
from clusterwright.store.status import TaskState

V = TypeVar("V")


class MetadataView(Shape):
    """What users wrote, and what the server keeps beside it."""

    name: str
    description: str = ""
    labels: dict[str, str] = Field(default_factory=dict)
    uid: str | None = None
    generation: int = 1
    resource_version: str = "1"
    created_at: datetime


class ObjectView(Shape):
    """An object of any kind."""

    api_version: Literal["clusterwright.dev/v1"] = API_VERSION
    kind: str
    metadata: MetadataView
    spec: dict[str, Any]


class AccountStatus(Shape):
    """`trustPolicy` is what the role in the user's account must trust; only roles have one."""

    account_id: str | None = None
    external_id: str
    trust_policy: dict[str, Any] | None = None
    clusters: tuple[str, ...] = ()
    """Which clusters are built with it; while there are any it cannot be deleted."""
    message: str = ""


class AccountView(ObjectView):
    kind: str = "CloudAccount"
    status: AccountStatus


class ProfileStatus(Shape):
    """Which clusters use this version."""

    clusters: tuple[str, ...] = ()


class ProfileView(ObjectView):
    kind: str = "ClusterProfile"
    status: ProfileStatus


class ConditionView(Shape):
    type: str
    status: bool
    reason: str
    message: str
    since: datetime


class OperationBrief(Shape):
    """An operation without its tasks. Durations are in AWS seconds."""

    id: str
    cluster: str
    generation: int
    verb: str
    state: OperationState
    progress: float
    seconds_left: float | None
    started_at: datetime
    ended_at: datetime | None


class TaskView(Shape):
    """A step as people see it. Durations are in AWS seconds."""

    key: str
    verb: str
    resource: str
    state: TaskState
    reason: str = ""
    waiting_for: tuple[str, ...] = ()
    message: str = ""
    id: str | None = None
    usual_seconds: float = 0.0
    started_at: datetime | None = None
    ended_at: datetime | None = None
    elapsed_seconds: float | None = None


class OperationView(OperationBrief):
    tasks: tuple[TaskView, ...]


class ClusterStatus(Shape):
    phase: Phase
    conditions: tuple[ConditionView, ...]
    observed_generation: int
    message: str
    outputs: dict[str, str]
    operation: OperationBrief | None


class ClusterView(ObjectView):
    kind: str = "Cluster"
    status: ClusterStatus


class EventView(Shape):
    """`seq` orders all events; `type` is Normal or Warning."""

    seq: int
    at: datetime
    cluster: str
    type: str
    reason: str
    subject: str
    message: str


class FindingView(Shape):
    path: str
    message: str
    remedy: str = ""
    line: int | None = None
    value: str | None = None

    @staticmethod
    def of(finding: Finding) -> FindingView:
        return FindingView(**vars(finding))


class Action(StrEnum):
    CREATED = "created"
    CONFIGURED = "configured"
    UNCHANGED = "unchanged"


class Applied(Shape):
    """What became, or would become, of one document."""

    kind: str
    name: str
    action: Action
    object: AccountView | ProfileView | ClusterView | None = None
    operation: OperationBrief | None = None
    warnings: tuple[FindingView, ...] = ()


class PlanView(Shape):
    """A plan for one cluster: for machines (`steps`) and for people (`text`)."""

    cluster: str
    empty: bool
    needs_approval: int
    steps: list[Any]
    text: str


class FeatureView(Shape):
    """What a part of the extra policy is for, and what happens without."""

    name: str
    purpose: str
    without: str


class PolicyView(Shape):
    """An IAM policy. It is more than one document where IAM's limit asks for that; `text` is all of them."""

    name: str
    purpose: str
    size: int
    documents: tuple[dict[str, Any], ...]
    text: str
    findings: tuple[FindingView, ...] = ()
    features: tuple[FeatureView, ...] = ()


class CheckView(Shape):
    """`level`: ok, note, warning or error."""

    area: str
    subject: str
    level: Level
    message: str
    remedy: str = ""

    @staticmethod
    def of(check: Check) -> CheckView:
        return CheckView(**vars(check))


class PermissionsView(Shape):
    """What an account allows. `method` is how that was found out, `patch` a policy of what is missing."""

    account: str
    region: str
    principal: str
    method: Method
    sufficient: bool
    checks: tuple[CheckView, ...]
    patch: dict[str, Any] | None = None


class PreflightView(Shape):
    """What is known of a cluster before anything of it is made, the worst first. `level` is the worst."""

    cluster: str
    level: Level
    checks: tuple[CheckView, ...]


class Listing(Shape, Generic[V]):
    """One page. `continue` is the token of the next one; null on the last."""

    items: tuple[V, ...]
    following: str | None = Field(default=None, alias="continue")
