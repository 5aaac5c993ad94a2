"""A pool of worker nodes: an EKS managed node group as users see it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from pydantic import Field

from clusterwright.spec import labels
from clusterwright.spec.model import Model, Problem, repeated
from clusterwright.spec.scalars import Between, InstanceType, PoolName, SubnetId, Whole
from clusterwright.spec.tags import tag_problems

MOST_NODES = 450  # of one managed node group, by EKS quota
MOST_TAINTS = 50

Capacity = Literal["onDemand", "spot"]
AmiType = Literal[
    "AL2023_x86_64_STANDARD",
    "AL2023_ARM_64_STANDARD",
    "AL2023_x86_64_NVIDIA",
    "AL2023_x86_64_NEURON",
    "AL2023_ARM_64_NVIDIA",
    "BOTTLEROCKET_x86_64",
    "BOTTLEROCKET_ARM_64",
    "BOTTLEROCKET_x86_64_FIPS",
    "BOTTLEROCKET_ARM_64_FIPS",
    "BOTTLEROCKET_x86_64_NVIDIA",
    "BOTTLEROCKET_ARM_64_NVIDIA",
    "BOTTLEROCKET_x86_64_NVIDIA_FIPS",
    "BOTTLEROCKET_ARM_64_NVIDIA_FIPS",
    "WINDOWS_CORE_2019_x86_64",
    "WINDOWS_FULL_2019_x86_64",
    "WINDOWS_CORE_2022_x86_64",
    "WINDOWS_FULL_2022_x86_64",
    "WINDOWS_CORE_2025_x86_64",
    "WINDOWS_FULL_2025_x86_64",
    "AL2_x86_64",
    "AL2_x86_64_GPU",
    "AL2_ARM_64",
]
Effect = Literal["NoSchedule", "PreferNoSchedule", "NoExecute"]


def _desired(fields: dict[str, int]) -> int:
    return max(fields.get("min", 1), 1)


def _max(fields: dict[str, int]) -> int:
    return max(fields.get("desired", 1), 3)


class Size(Model):
    """How many nodes; what is left out follows from what is written."""

    min: Annotated[Whole, Between(0, MOST_NODES)] = 1
    desired: Annotated[Whole, Between(0, MOST_NODES)] = Field(default_factory=_desired)
    max: Annotated[Whole, Between(1, MOST_NODES)] = Field(default_factory=_max)

    def problems(self) -> Iterator[Problem]:
        if self.max < 1:
            return  # out of range, which is a finding already
        if self.min > self.max:
            message = f"min {self.min} is above max {self.max}"
            yield Problem(("min",), message, "Lower min or raise max.", str(self.min))
        elif self.desired < self.min:
            message = f"desired {self.desired} is below min {self.min}"
            yield Problem(("desired",), message, "Raise desired or lower min.", str(self.desired))
        elif self.desired > self.max:
            message = f"desired {self.desired} is above max {self.max}"
            yield Problem(("desired",), message, "Lower desired or raise max.", str(self.desired))


class Taint(Model):
    """Keeps pods away that do not tolerate it."""

    key: str
    value: str = ""
    effect: Effect

    def problems(self) -> Iterator[Problem]:
        if labels.key_is_valid(self.key):
            yield from labels.reserved_key(self.key, ("key",))
        else:
            yield Problem(("key",), "is not a taint key", labels.SYNTAX, self.key)
        if not labels.value_is_valid(self.value):
            yield Problem(("value",), "is not a taint value", labels.SYNTAX, self.value)


class Update(Model):
    """How many nodes may be away at once while the pool is updated."""

    max_unavailable: Annotated[Whole, Between(1, 100)] | None = None
    max_unavailable_percentage: Annotated[Whole, Between(1, 100)] | None = None

    @property
    def nodes(self) -> int | None:
        """The limit as a number of nodes; None when it is a percentage."""
        return None if self.max_unavailable_percentage else (self.max_unavailable or 1)

    def problems(self) -> Iterator[Problem]:
        if self.max_unavailable and self.max_unavailable_percentage:
            message = "cannot be set together with maxUnavailable"
            value = str(self.max_unavailable_percentage)
            yield Problem(("maxUnavailablePercentage",), message, "Keep one of the two.", value)


class NodePool(Model):
    """Worker nodes of one kind."""

    name: PoolName
    instance_types: tuple[InstanceType, ...] = ("m6i.large",)
    capacity: Capacity = "onDemand"
    size: Size = Size(min=1, desired=2, max=3)
    disk_gib: Annotated[Whole, Between(20, 16384)] = Field(default=60, alias="diskGiB")
    ami_type: AmiType = "AL2023_x86_64_STANDARD"
    labels: Mapping[str, str] = Field(default_factory=dict)
    taints: tuple[Taint, ...] = ()
    zones: tuple[str, ...] = ()
    subnets: tuple[SubnetId, ...] = ()
    update: Update = Update()
    tags: Mapping[str, str] = Field(default_factory=dict)

    def problems(self) -> Iterator[Problem]:
        yield from self._instance_problems()
        yield from labels.label_problems(self.labels)
        for key in self.labels:
            yield from labels.reserved_key(key, ("labels", key))
        yield from self._taint_problems()
        for field, values in (("zones", self.zones), ("subnets", self.subnets)):
            for index, value in repeated(values):
                yield Problem((field, index), f"{value} is listed twice", "Remove one of them.", value)
        yield from tag_problems(self.tags)

    def _instance_problems(self) -> Iterator[Problem]:
        if not self.instance_types:
            yield Problem(("instanceTypes",), "is empty", "List at least one, like m6i.large.")
        for index, value in repeated(self.instance_types):
            yield Problem(("instanceTypes", index), f"{value} is listed twice", "Remove one of them.", value)

    def _taint_problems(self) -> Iterator[Problem]:
        if len(self.taints) > MOST_TAINTS:
            count = len(self.taints)
            message = f"has {count} taints, EKS allows {MOST_TAINTS}"
            yield Problem(("taints",), message, "Remove some.", str(count))
        # A taint is its key and effect: Kubernetes refuses two values for the same pair.
        for index, name in repeated(tuple(f"{taint.key}:{taint.effect}" for taint in self.taints)):
            yield Problem(("taints", index), f"taint {name} is listed twice", "Remove one of them.", name)
