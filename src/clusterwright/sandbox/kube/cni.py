"""Whether pods get addresses: what the cluster's own objects say about its CNI.

https://docs.aws.amazon.com/eks/latest/userguide/alternate-cni-plugins.html
"""

from clusterwright.sandbox.eks.records import Cluster
from clusterwright.sandbox.kube.store import Key, Store

# The DaemonSet by which each of them puts itself on every node
_AGENTS = frozenset(
    {"calico-node", "canal", "cilium", "antrea-agent", "kube-flannel-ds", "kube-router", "weave-net"}
)
_OPERATOR = "tigera-operator"
_AWS_NODE = Key("apps", "daemonsets", "kube-system", "aws-node")


def observe(cluster: Cluster, store: Store) -> None:
    """A foreign CNI counts once its agents are there; the VPC CNI no more once its own are deleted."""
    if not cluster.foreign_cni and (_has_agents(store) or _has_operator(store)):
        cluster.foreign_cni = True
    if cluster.self_managed_addons and store.get(_AWS_NODE) is None:
        cluster.self_managed_addons = False


def _has_agents(store: Store) -> bool:
    return any(one.key.name in _AGENTS for one in store.of("apps", "daemonsets"))


def _has_operator(store: Store) -> bool:
    """Calico's operator makes the agents of an Installation; nothing here runs it, so both are enough."""
    if not store.of("operator.tigera.io", "installations"):
        return False
    return any(one.key.name == _OPERATOR for one in store.of("apps", "deployments"))
