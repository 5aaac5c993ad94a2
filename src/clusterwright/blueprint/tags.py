"""Tags: the user's on everything, and the few that Kubernetes reads. Ownership is added where AWS is called.

No `kubernetes.io/cluster/*`: nothing needs it since Kubernetes 1.19, and a second security group that
carries it breaks load balancers.
"""

from __future__ import annotations

from collections.abc import Mapping

from clusterwright.graph.resource import Tags

# docs.aws.amazon.com/eks/latest/userguide/network-reqs.html#network-requirements-subnets
PUBLIC_BALANCERS = {"kubernetes.io/role/elb": "1"}
PRIVATE_BALANCERS = {"kubernetes.io/role/internal-elb": "1"}


def tags(*layers: Mapping[str, str]) -> Tags:
    """Sorted; of the same key the last one stays."""
    merged: dict[str, str] = {}
    for layer in layers:
        merged.update(layer)
    return tuple(sorted(merged.items()))
