"""What EKS remembers. `wire` is the object as the API shows it; the rest is what the API does not show."""

from dataclasses import dataclass, field
from typing import Any

Wire = dict[str, Any]


@dataclass(eq=False, slots=True)
class Child:
    """What is made in a cluster and named by an ARN of its own."""

    wire: Wire
    token: Any = None
    gone: bool = False


@dataclass(eq=False, slots=True)
class Nodegroup(Child):
    group_name: str = ""
    template_id: str = ""
    profile_name: str = ""
    boot_problem: Wire | None = None
    asks_for_address: bool = False
    booted_at: float = 0.0
    ssh_group: str = ""


@dataclass(eq=False, slots=True)
class AccessEntry(Child):
    policies: dict[str, Wire] = field(default_factory=dict)


@dataclass(eq=False, slots=True)
class Update:
    """`part` says of which node group, add-on or capability it is; of the cluster itself if empty."""

    wire: Wire
    part: dict[str, str] = field(default_factory=dict)
    token: Any = None


@dataclass(eq=False, slots=True)
class Cluster:
    wire: Wire
    token: Any = None
    self_managed_addons: bool = True
    foreign_cni: bool = False
    creator: str = ""
    gone: bool = False
    interfaces: list[str] = field(default_factory=list)
    nodegroups: dict[str, Nodegroup] = field(default_factory=dict)
    fargate: dict[str, Child] = field(default_factory=dict)
    addons: dict[str, Child] = field(default_factory=dict)
    access: dict[str, AccessEntry] = field(default_factory=dict)
    pods: dict[str, Child] = field(default_factory=dict)
    identity: dict[str, Child] = field(default_factory=dict)
    capabilities: dict[str, Child] = field(default_factory=dict)
    updates: dict[str, Update] = field(default_factory=dict)
    insights: dict[str, Wire] = field(default_factory=dict)
    refresh: Wire = field(default_factory=dict)

    @property
    def name(self) -> str:
        return str(self.wire["name"])

    @property
    def status(self) -> str:
        return str(self.wire["status"])

    @property
    def is_updating(self) -> bool:
        return any(one.wire["status"] == "InProgress" for one in self.own_updates())

    @property
    def has_cni(self) -> bool:
        addon = self.addons.get("vpc-cni")
        return self.self_managed_addons or self.foreign_cni or addon is not None

    def own_updates(self) -> list[Update]:
        return [one for one in self.updates.values() if not one.part]


@dataclass(eq=False, slots=True)
class Region:
    account: str
    name: str
    clusters: dict[str, Cluster] = field(default_factory=dict)
    made: int = 0
