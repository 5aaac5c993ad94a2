"""What CloudFormation remembers of stacks, their resources and what happened to them."""

from dataclasses import dataclass, field
from typing import Any

from clusterwright.sandbox.cloudformation.template import Template

Properties = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Identity:
    """In whose name CloudFormation calls other services."""

    account: str
    region: str
    access_key: str
    secret: str
    token: str = ""


@dataclass(frozen=True, slots=True)
class Goal:
    """What a stack should be. Parameters have their values, those that were left out their defaults."""

    template: Template
    parameters: dict[str, Any]
    tags: dict[str, str]


@dataclass(eq=False, slots=True)
class Resource:
    """`attributes` are for Fn::GetAtt; `memory` is what its kind has to know from one step to the next."""

    name: str
    kind: str
    status: str = ""
    reason: str = ""
    since: float = 0.0
    physical_id: str = ""
    properties: Properties = field(default_factory=dict)
    attributes: dict[str, Any] = field(default_factory=dict)
    memory: dict[str, Any] = field(default_factory=dict)
    needs: frozenset[str] = frozenset()
    retained: bool = False
    replaces: "Resource | None" = None

    @property
    def is_running(self) -> bool:
        return self.status.endswith("_IN_PROGRESS")

    @property
    def is_failed(self) -> bool:
        return self.status.endswith("_FAILED")


@dataclass(frozen=True, slots=True)
class Event:
    number: int
    at: float
    name: str
    physical_id: str
    kind: str
    status: str
    reason: str


@dataclass(eq=False, slots=True)
class Work:
    """What is being done to a stack: first all of `todo` is made or changed, then all of `doomed` deleted."""

    verb: str
    goal: Goal
    identity: Identity
    todo: list[str]
    doomed: list[Resource]
    failed: str = ""
    cleaning: bool = False

    @property
    def undoes(self) -> bool:
        return self.verb in ("ROLLBACK", "UPDATE_ROLLBACK")

    @property
    def removes(self) -> bool:
        """All that there is, rather than making what should be."""
        return self.verb in ("DELETE", "ROLLBACK")


@dataclass(eq=False, slots=True)
class ChangeSet:
    name: str
    id: str
    goal: Goal
    description: str
    at: float
    changes: list[dict[str, Any]]
    creates: bool = False
    executed: bool = False


@dataclass(eq=False, slots=True)
class Stack:
    name: str
    id: str
    account: str
    region: str
    goal: Goal
    created: float
    role_arn: str = ""
    capabilities: list[str] = field(default_factory=list)
    on_failure: str = "ROLLBACK"
    protected: bool = False
    status: str = ""
    reason: str = ""
    updated: float | None = None
    deleted: float | None = None
    outputs: list[dict[str, str]] = field(default_factory=list)
    imports: set[str] = field(default_factory=set)
    resources: dict[str, Resource] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    change_sets: dict[str, ChangeSet] = field(default_factory=dict)
    work: Work | None = None

    @property
    def exports(self) -> dict[str, str]:
        return {one["ExportName"]: one["OutputValue"] for one in self.outputs if "ExportName" in one}
