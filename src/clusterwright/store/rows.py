"""What the tables hold, as frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from clusterwright.spec.account import CloudAccount
from clusterwright.spec.cluster import Cluster
from clusterwright.spec.profile import ClusterProfile
from clusterwright.store.status import Status, Task


@dataclass(frozen=True)
class ZoneFact:
    """An availability zone as the account sees it."""

    name: str
    id: str


@dataclass(frozen=True)
class SubnetFact:
    """A subnet of the user's VPC; `route` is the id of the route table that makes it public."""

    id: str
    zone: str
    route: str = ""


@dataclass(frozen=True)
class AccountFacts:
    """What was learned of the account when the cluster was first built. Kept, so that nothing moves later."""

    account: str
    partition: str
    zones: tuple[ZoneFact, ...]
    vpc_cidr: str = ""
    """Of the user's VPC, under static placement."""
    subnets: tuple[SubnetFact, ...] = ()


@dataclass(frozen=True)
class AccountRow:
    uid: str
    document: CloudAccount
    version: int
    external_id: str
    created_at: float

    @property
    def name(self) -> str:
        return self.document.metadata.name


@dataclass(frozen=True)
class ProfileRow:
    document: ClusterProfile
    created_at: float


@dataclass(frozen=True)
class ClusterRow:
    uid: str
    document: Cluster
    version: int
    generation: int
    observed: int
    approved: int
    deleting: bool
    due: float | None
    running: bool
    facts: AccountFacts | None
    status: Status
    created_at: float

    @property
    def name(self) -> str:
        return self.document.metadata.name


class Stage(StrEnum):
    """Where the record of a resource stands: what we intend, have made, are deleting, have seen gone."""

    INTENT = "intent"
    MADE = "made"
    LEAVING = "leaving"
    GONE = "gone"


@dataclass(frozen=True)
class ResourceRow:
    """What we remember of one resource. `resource` is its JSON as last applied."""

    ref: str
    stage: Stage
    resource: Mapping[str, object] | None
    id: str | None
    outputs: Mapping[str, str]
    lives: int
    begun_at: float
    failures: int = 0
    retry_at: float = 0.0
    error: str = ""
    waived: str = ""
    """What is done without until `retry_at`, and why."""


class OperationState(StrEnum):
    RUNNING = "running"
    DONE = "done"
    SUPERSEDED = "superseded"


@dataclass(frozen=True)
class OperationRow:
    id: str
    cluster: str
    cluster_name: str
    verb: str
    generation: int
    state: OperationState
    tasks: tuple[Task, ...]
    progress: float
    seconds_left: float | None
    started_at: float
    ended_at: float | None


@dataclass(frozen=True)
class EventRow:
    """Something that happened. `kind` is Normal or Warning, as in Kubernetes."""

    at: float
    cluster: str
    cluster_name: str
    kind: str
    reason: str
    subject: str
    message: str
    seq: int = 0
