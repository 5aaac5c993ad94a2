"""Tags: the user's on everything, and the few that Kubernetes reads. Ownership is added where AWS is called.

No `kubernetes.io/cluster/*` on what we make: nothing needs it since Kubernetes 1.19, and a second security
group that carries it breaks load balancers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from clusterwright.aws.kinds.subnet_tags import Mark
from clusterwright.graph.resource import Tags

# docs.aws.amazon.com/eks/latest/userguide/network-reqs.html#network-requirements-subnets
PUBLIC_BALANCERS = {"kubernetes.io/role/elb": "1"}
PRIVATE_BALANCERS = {"kubernetes.io/role/internal-elb": "1"}

CLUSTER_API = "sigs.k8s.io/cluster-api-provider-aws"


def marks(cluster: str, public: bool) -> Iterator[Mark]:
    """What the user's subnets need: by the role tag load balancers find them; the others are those that the
    product's source document asks for."""
    role, name = ("public", "elb") if public else ("private", "internal-elb")
    yield Mark("e" if public else "i", f"kubernetes.io/role/{name}", "1")
    yield Mark("r", f"{CLUSTER_API}/role", role)
    yield Mark("C", f"kubernetes.io/cluster/{cluster}", "shared")
    yield Mark("O", f"{CLUSTER_API}/cluster/{cluster}", "owned")


def tags(*layers: Mapping[str, str]) -> Tags:
    """Sorted; of the same key the last one stays."""
    merged: dict[str, str] = {}
    for layer in layers:
        merged.update(layer)
    return tuple(sorted(merged.items()))
