"""The checks behind cluster insights: may this cluster go up one Kubernetes version?

https://docs.aws.amazon.com/eks/latest/userguide/cluster-insights.html
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from clusterwright.sandbox.eks import versions
from clusterwright.sandbox.eks.addon_catalogue import OFFERS, fits, versions_for
from clusterwright.sandbox.eks.records import Cluster, Wire

PASSING, WARNING, ERROR, UNKNOWN = "PASSING", "WARNING", "ERROR", "UNKNOWN"
_MOST_SKEW = 3  # https://kubernetes.io/releases/version-skew-policy/#kubelet
_FIRST_WITHOUT_AL2 = "1.33"
_SKEW_POLICY = "https://kubernetes.io/releases/version-skew-policy/"
_USER_GUIDE = "https://docs.aws.amazon.com/eks/latest/userguide"

# https://kubernetes.io/docs/reference/using-api/deprecation-guide/
_REMOVED = {
    "1.32": {
        "usage": "/apis/flowcontrol.apiserver.k8s.io/v1beta3/flowschemas",
        "replacedWith": "/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas",
        "stopServingVersion": "1.32",
        "startServingReplacementVersion": "1.29",
        "clientStats": [],
    }
}


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found; `details` is what DescribeInsight tells beyond ListInsights."""

    name: str
    version: str
    description: str
    status: str
    reason: str
    details: Wire = field(default_factory=dict)


def findings(cluster: Cluster, nodes: dict[str, list[str]], issues: list[Wire]) -> Iterator[Finding]:
    """`nodes` are the names of each node group's nodes, `issues` what ails the cluster itself."""
    after = versions.after(cluster.wire["version"])
    yield _kubelets(cluster, nodes, after)
    yield _kube_proxy(cluster, after)
    yield _addons(cluster, after)
    yield _health(issues, after)
    if versions.minor(after) <= versions.minor(_FIRST_WITHOUT_AL2):
        yield _amazon_linux_2(cluster, after)
    for version, removed in _REMOVED.items():
        if versions.minor(version) >= versions.minor(after):
            yield _deprecated(version, removed)


def _kubelets(cluster: Cluster, nodes: dict[str, list[str]], after: str) -> Finding:
    behind = {
        name: versions.minor(after) - versions.minor(group.wire["version"])
        for name, group in cluster.nodegroups.items()
        if nodes.get(name)
    }
    resources = [
        {
            "insightStatus": {"status": _skewed(behind[name])},
            "kubernetesResourceUri": f"/api/v1/nodes/{node}",
        }
        for name in behind
        for node in nodes[name]
        if behind[name] > 1
    ]
    status = _skewed(max(behind.values(), default=1))
    reason = {
        PASSING: "Node kubelet versions match the cluster control plane version.",
        WARNING: "Some kubelet versions are older than the cluster control plane version.",
        ERROR: "An upgrade would leave some kubelets with more than the supported version skew.",
    }[status]
    return Finding(
        "Kubelet version skew",
        after,
        "Checks for kubelet versions of worker nodes in the cluster to see if upgrade would cause non "
        "compliance with supported Kubernetes kubelet version skew policy.",
        status,
        reason,
        {
            "recommendation": "Upgrade your worker nodes to match the Kubernetes version of your cluster "
            "control plane.",
            "additionalInfo": {
                "Kubelet version skew policy": f"{_SKEW_POLICY}#kubelet",
                "Updating a managed node group": f"{_USER_GUIDE}/update-managed-node-group.html",
            },
            "resources": resources,
        },
    )


def _skewed(behind: int) -> str:
    """By how many versions something would be behind after the upgrade."""
    if behind > _MOST_SKEW:
        return ERROR
    return WARNING if behind > 1 else PASSING


def _kube_proxy(cluster: Cluster, after: str) -> Finding:
    addon = cluster.addons.get("kube-proxy")
    own = addon.wire["addonVersion"].removeprefix("v") if addon else cluster.wire["version"]
    status = _skewed(versions.minor(after) - versions.minor(own))
    reason = "kube-proxy versions match the cluster control plane version."
    return Finding(
        "kube-proxy version skew",
        after,
        "Checks version of kube-proxy in cluster to see if upgrade would cause non compliance with supported "
        "Kubernetes kube-proxy version skew policy.",
        status,
        reason if status == PASSING else "kube-proxy is older than the cluster control plane.",
        {
            "recommendation": "Upgrade kube-proxy to match the version of your cluster control plane.",
            "additionalInfo": {"kube-proxy version skew policy": f"{_SKEW_POLICY}#kube-proxy"},
        },
    )


def _addons(cluster: Cluster, after: str) -> Finding:
    """kube-proxy is the skew policy's to judge."""
    installed = {name: one for name, one in cluster.addons.items() if name != "kube-proxy"}
    unfit = [
        name for name, one in installed.items() if not fits(OFFERS[name], one.wire["addonVersion"], after)
    ]
    status, reason = PASSING, "All installed EKS add-on versions are compatible with next Kubernetes version."
    if not versions.is_offered(after):
        unfit, status, reason = [], UNKNOWN, "Unable to determine add-on compatibility with the next version."
    elif unfit:
        status, reason = ERROR, f"Not compatible with {after}: {', '.join(sorted(unfit))}"
    return Finding(
        "EKS add-on version compatibility",
        after,
        "Checks version of installed EKS add-ons to ensure they are compatible with the next version of "
        "Kubernetes. ",
        status,
        reason,
        {
            "recommendation": "Upgrade the add-ons to a version that the next Kubernetes version supports.",
            "resources": [
                {"insightStatus": {"status": ERROR}, "arn": installed[name].wire["addonArn"]}
                for name in unfit
            ],
            "categorySpecificSummary": {
                "deprecationDetails": [],
                "addonCompatibilityDetails": [
                    {"name": name, "compatibleVersions": versions_for(OFFERS[name], after)} for name in unfit
                ],
            },
        },
    )


def _health(issues: list[Wire], after: str) -> Finding:
    return Finding(
        "Cluster health issues",
        after,
        "Checks for any cluster health issues that prevent successful upgrade to the next Kubernetes version "
        "on EKS.",
        ERROR if issues else PASSING,
        "Cluster health issues detected." if issues else "No cluster health issues detected.",
        {"recommendation": "Resolve the health issues of the cluster."},
    )


def _amazon_linux_2(cluster: Cluster, after: str) -> Finding:
    groups = [one.wire for one in cluster.nodegroups.values() if one.wire["amiType"].startswith("AL2_")]
    status, reason = PASSING, "No Amazon Linux 2 nodes detected."
    if groups:
        status = ERROR if after == _FIRST_WITHOUT_AL2 else WARNING
        reason = f"There are Amazon Linux 2 nodes; migrate them before upgrading to {_FIRST_WITHOUT_AL2}."
    return Finding(
        "Amazon Linux 2 compatibility",
        _FIRST_WITHOUT_AL2,
        "Checks if any nodes in the cluster are running Amazon Linux 2.",
        status,
        reason,
        {
            "recommendation": "Migrate the node groups to Amazon Linux 2023 or Bottlerocket.",
            "resources": [
                {"insightStatus": {"status": status}, "arn": wire["nodegroupArn"]} for wire in groups
            ],
        },
    )


def _deprecated(version: str, removed: Wire) -> Finding:
    """Nobody's use of an API is watched here, so nobody uses a deprecated one."""
    return Finding(
        f"Deprecated APIs removed in Kubernetes v{version}",
        version,
        f"Checks for usage of deprecated APIs that are scheduled for removal in Kubernetes v{version}. "
        f"Upgrading your cluster before migrating to the updated APIs supported by v{version} could cause "
        "application impact.",
        PASSING,
        "No deprecated API usage detected within the last 30 days.",
        {
            "recommendation": "Update manifests and API clients to use newer Kubernetes APIs if applicable "
            f"before upgrading to Kubernetes v{version}.",
            "categorySpecificSummary": {"deprecationDetails": [removed], "addonCompatibilityDetails": []},
        },
    )
