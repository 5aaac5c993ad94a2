"""What an installed add-on looks like from inside the cluster: its DaemonSets and Deployments.

https://docs.aws.amazon.com/eks/latest/userguide/workloads-add-ons-available-eks.html
"""

from dataclasses import dataclass

from clusterwright.sandbox.eks.addon_catalogue import OFFERS, default_version
from clusterwright.sandbox.eks.records import Cluster
from clusterwright.sandbox.kube.store import Key
from clusterwright.sandbox.kube.wire import Wire

SELF_MANAGED = ("vpc-cni", "kube-proxy", "coredns")


@dataclass(frozen=True, slots=True)
class Workload:
    """`replicas` 0 is a DaemonSet."""

    name: str
    replicas: int = 0
    on_host: bool = False
    label: str = "app.kubernetes.io/name"


_WORKLOADS: dict[str, tuple[Workload, ...]] = {
    "vpc-cni": (Workload("aws-node", on_host=True, label="k8s-app"),),
    "kube-proxy": (Workload("kube-proxy", on_host=True, label="k8s-app"),),
    "coredns": (Workload("coredns", 2, label="eks.amazonaws.com/component"),),
    "aws-ebs-csi-driver": (Workload("ebs-csi-node", on_host=True), Workload("ebs-csi-controller", 2)),
    "aws-efs-csi-driver": (Workload("efs-csi-node", on_host=True), Workload("efs-csi-controller", 2)),
    "eks-pod-identity-agent": (Workload("eks-pod-identity-agent", on_host=True),),
    "snapshot-controller": (Workload("snapshot-controller", 2),),
    "metrics-server": (Workload("metrics-server", 2),),
    "cert-manager": (
        Workload("cert-manager", 1),
        Workload("cert-manager-cainjector", 1),
        Workload("cert-manager-webhook", 1),
    ),
    "external-dns": (Workload("external-dns", 1),),
    "eks-node-monitoring-agent": (Workload("eks-node-monitoring-agent", on_host=True),),
    "amazon-cloudwatch-observability": (
        Workload("cloudwatch-agent"),
        Workload("fluent-bit"),
        Workload("amazon-cloudwatch-observability-controller-manager", 1),
    ),
    "adot": (Workload("opentelemetry-operator", 1),),
}

Installed = dict[str, str]  # add-on and version


def installed(cluster: Cluster) -> Installed:
    return {name: str(addon.wire["addonVersion"]) for name, addon in cluster.addons.items()}


def self_managed(cluster: Cluster) -> Installed:
    """The three that EKS puts into a cluster unless told not to, as objects that nobody manages.

    https://docs.aws.amazon.com/eks/latest/userguide/eks-add-ons.html#addon-self-managed
    """
    if not cluster.self_managed_addons:
        return {}
    kubernetes = str(cluster.wire["version"])
    return {name: default_version(OFFERS[name], kubernetes) for name in SELF_MANAGED}


def namespace_of(addon: str) -> str:
    return OFFERS[addon].namespace


def objects_of(addon: str, version: str) -> dict[Key, Wire]:
    namespace = namespace_of(addon)
    found = {}
    for one in _WORKLOADS.get(addon, ()):
        plural = "deployments" if one.replicas else "daemonsets"
        found[Key("apps", plural, namespace, one.name)] = _workload(addon, version, one)
        found[Key("", "serviceaccounts", namespace, one.name)] = {"metadata": {}}
    return found


def _workload(addon: str, version: str, one: Workload) -> Wire:
    label = {one.label: one.name}
    image = f"602401143452.dkr.ecr.us-west-2.amazonaws.com/eks/{one.name}:{version}"
    pods: Wire = {"serviceAccountName": one.name, "containers": [{"name": one.name, "image": image}]}
    if one.on_host:
        pods["hostNetwork"] = True
    wanted: Wire = {
        "selector": {"matchLabels": label},
        "template": {"metadata": {"labels": label}, "spec": pods},
    }
    if one.replicas:
        wanted["replicas"] = one.replicas
    labels = {**label, "app.kubernetes.io/managed-by": "EKS", "app.kubernetes.io/instance": addon}
    return {"metadata": {"labels": labels}, "spec": wanted}
