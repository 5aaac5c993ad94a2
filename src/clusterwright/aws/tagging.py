"""Tags as AWS writes them in its three manners, and ours among them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from clusterwright.aws.calls import Row
from clusterwright.graph.resource import Tags

CLUSTER_ID = "clusterwright.dev/cluster-id"
"""The immutable uid of the cluster that owns an object."""
RESOURCE = "clusterwright.dev/resource"
"""The object's name in the cluster's graph, kind and all: `subnet/private-us-east-1a`."""
CLUSTER = "clusterwright.dev/cluster"
"""The cluster's name, for people; never used to decide anything."""


def pairs(tags: Mapping[str, str]) -> list[Row]:
    """As EC2 and IAM want them."""
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]


def mapping(rows: Iterable[Row] | None) -> dict[str, str]:
    """EC2's and IAM's manner, read."""
    return {row["Key"]: row["Value"] for row in rows or ()}


def as_tags(tags: Mapping[str, str] | None) -> Tags:
    """What `find` reports: everything but AWS's own and our ownership."""
    ours = {CLUSTER_ID, RESOURCE, CLUSTER}
    return tuple(
        sorted((k, v) for k, v in (tags or {}).items() if k not in ours and not k.startswith("aws:"))
    )
