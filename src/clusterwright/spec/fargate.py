"""Fargate profiles: which pods run without nodes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import Field

from clusterwright.spec.labels import label_problems
from clusterwright.spec.model import Model, Problem, repeated
from clusterwright.spec.scalars import Shape, SubnetId

MOST_SELECTORS = 5
MOST_LABELS = 5
RESERVED_PREFIX = "eks-"

ProfileName = Annotated[
    str,
    Shape(
        "[A-Za-z0-9][A-Za-z0-9_-]*",
        "a Fargate profile name",
        "Use 1 to 100 letters, digits, '-' and '_', with a letter or digit first.",
        100,
    ),
]
# EKS allows * and ? in namespaces and label values of selectors.
NamespacePattern = Annotated[
    str,
    Shape(
        "[a-z0-9*?](?:[-a-z0-9*?]*[a-z0-9*?])?", "a namespace", "Use lower-case letters, digits, '-', * or ?."
    ),
]


class Selector(Model):
    """Pods of a namespace, all of them or those with every label."""

    namespace: NamespacePattern
    labels: Mapping[str, str] = Field(default_factory=dict)

    def problems(self) -> Iterator[Problem]:
        if len(self.labels) > MOST_LABELS:
            count = len(self.labels)
            message = f"has {count} labels, EKS allows at most {MOST_LABELS}"
            yield Problem(("labels",), message, "Use fewer labels.", str(count))
        plain = {key: value.replace("*", "x").replace("?", "x") for key, value in self.labels.items()}
        yield from label_problems(plain)


class FargateProfile(Model):
    """Pods that match one of the selectors run on Fargate, in private subnets."""

    name: ProfileName
    subnets: tuple[SubnetId, ...] = ()
    selectors: tuple[Selector, ...]

    def problems(self) -> Iterator[Problem]:
        if self.name.startswith(RESERVED_PREFIX):
            message = f"names that start with {RESERVED_PREFIX} are reserved by EKS"
            yield Problem(("name",), message, "Choose another name.", self.name)
        count = len(self.selectors)
        if not 1 <= count <= MOST_SELECTORS:
            message = f"has {count} selectors, EKS allows 1 to {MOST_SELECTORS}"
            remedy = "Move some to another Fargate profile." if count else "Add one with a namespace."
            yield Problem(("selectors",), message, remedy, str(count))
        for index, value in repeated(self.subnets):
            yield Problem(("subnets", index), f"{value} is listed twice", "Remove one of them.", value)
