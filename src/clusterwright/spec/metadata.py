"""The part that every document has: name, description, labels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from pydantic import Field

from clusterwright.spec.labels import label_problems
from clusterwright.spec.model import Model, Problem
from clusterwright.spec.scalars import Name

API_VERSION: Literal["clusterwright.dev/v1"] = "clusterwright.dev/v1"


class Metadata(Model):
    """EKS allows 100 characters in a name; ours also become host names and labels, hence 63."""

    name: Name
    description: str = ""
    labels: Mapping[str, str] = Field(default_factory=dict)

    def problems(self) -> Iterator[Problem]:
        yield from label_problems(self.labels)
