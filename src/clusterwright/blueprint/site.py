"""What every concern reads: the cluster's document, checked, and what was decided about it so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from clusterwright.blueprint import refs, tags
from clusterwright.blueprint.facts import Facts
from clusterwright.blueprint.ground import Ground
from clusterwright.blueprint.stack import Stack
from clusterwright.graph.resource import Ref, Resource, Tags
from clusterwright.packs.builtin import Images
from clusterwright.spec.cluster import Cluster, ClusterSpec
from clusterwright.spec.placement import Dynamic


@dataclass(frozen=True, kw_only=True)
class Site:
    cluster: Cluster
    facts: Facts
    ground: Ground
    network: Dynamic | None
    """Under dynamic placement."""
    zones: tuple[str, ...] = ()
    """Of dynamic placement."""
    stack: Stack
    images: Images

    @property
    def name(self) -> str:
        return self.cluster.metadata.name

    @property
    def spec(self) -> ClusterSpec:
        return self.cluster.spec

    @property
    def compute(self) -> tuple[Ref[Resource], ...]:
        """Where pods can run: node pools, or Fargate where there are none."""
        if self.spec.node_pools:
            return tuple(refs.node_group(pool.name) for pool in self.spec.node_pools)
        return tuple(refs.fargate_profile(profile.name) for profile in self.spec.fargate_profiles)

    def tags(self, *more: Mapping[str, str]) -> Tags:
        """The user's tags of the cluster, and more."""
        return tags.tags(self.spec.tags, *more)

    def aws_policy(self, name: str) -> str:
        """The ARN of a managed policy of AWS."""
        return f"arn:{self.facts.partition}:iam::aws:policy/{name}"
