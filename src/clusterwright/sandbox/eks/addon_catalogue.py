"""The add-ons on offer, and their versions for each Kubernetes version.

Numbers as of autumn 2025, from `aws eks describe-addon-versions`; the sandbox needs them to look right and to
have one default for each Kubernetes version, not to be complete.
"""

from dataclasses import dataclass, field

_ALL = ("1.30", "1.31", "1.32", "1.33", "1.34")


@dataclass(frozen=True, slots=True)
class Release:
    version: str
    kubernetes: tuple[str, ...] = _ALL
    default_for: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Offer:
    """`identities` are its service accounts and the managed policies they should have."""

    name: str
    kind: str
    releases: tuple[Release, ...]
    namespace: str = "kube-system"
    publisher: str = "eks"
    needs_role: bool = False
    identities: tuple[tuple[str, str], ...] = ()
    options: dict[str, str] = field(default_factory=dict)


def _for_all(default: str, *others: str) -> tuple[Release, ...]:
    return (Release(default, _ALL, _ALL), *(Release(version) for version in others))


def _per_minor(**versions: str) -> tuple[Release, ...]:
    found = []
    for name, listed in versions.items():
        minor = name.replace("v", "").replace("_", ".")
        default, *others = listed.split()
        found.append(Release(default, (minor,), (minor,)))
        found.extend(Release(version, (minor,)) for version in others)
    return tuple(found)


# What a version starts with still fits the next one: a control plane goes up before its add-ons do.
_COREDNS = (
    Release("v1.12.4-eksbuild.1", ("1.33", "1.34")),
    Release("v1.12.3-eksbuild.1", ("1.33", "1.34"), ("1.34",)),
    Release("v1.12.1-eksbuild.2", ("1.33", "1.34"), ("1.33",)),
    Release("v1.11.4-eksbuild.24", ("1.30", "1.31", "1.32", "1.33")),
    Release("v1.11.4-eksbuild.2", ("1.32", "1.33"), ("1.32",)),
    Release("v1.11.3-eksbuild.1", ("1.31", "1.32"), ("1.31",)),
    Release("v1.11.1-eksbuild.8", ("1.30", "1.31"), ("1.30",)),
)
_KUBE_PROXY = _per_minor(
    v1_34="v1.34.0-eksbuild.2 v1.34.1-eksbuild.2",
    v1_33="v1.33.0-eksbuild.2 v1.33.5-eksbuild.2 v1.33.3-eksbuild.4",
    v1_32="v1.32.0-eksbuild.2 v1.32.9-eksbuild.2",
    v1_31="v1.31.2-eksbuild.3 v1.31.13-eksbuild.2",
    v1_30="v1.30.0-eksbuild.3 v1.30.14-eksbuild.8",
)

OFFERS: dict[str, Offer] = {
    offer.name: offer
    for offer in (
        Offer(
            "vpc-cni",
            "networking",
            _for_all("v1.20.4-eksbuild.1", "v1.20.5-eksbuild.1", "v1.19.6-eksbuild.7"),
            needs_role=True,
            identities=(("aws-node", "AmazonEKS_CNI_Policy"),),
            options={"env": "object", "enableNetworkPolicy": "string", "resources": "object"},
        ),
        Offer(
            "coredns",
            "networking",
            _COREDNS,
            options={
                "computeType": "string",
                "replicaCount": "integer",
                "tolerations": "array",
                "corefile": "string",
            },
        ),
        Offer("kube-proxy", "networking", _KUBE_PROXY, options={"mode": "string", "resources": "object"}),
        Offer(
            "aws-ebs-csi-driver",
            "storage",
            _for_all("v1.50.1-eksbuild.1", "v1.52.1-eksbuild.1", "v1.49.0-eksbuild.1"),
            needs_role=True,
            identities=(("ebs-csi-controller-sa", "service-role/AmazonEBSCSIDriverPolicy"),),
            options={"controller": "object", "node": "object", "defaultStorageClass": "object"},
        ),
        Offer(
            "aws-efs-csi-driver",
            "storage",
            _for_all("v2.1.13-eksbuild.1", "v2.1.11-eksbuild.1"),
            needs_role=True,
            identities=(("efs-csi-controller-sa", "service-role/AmazonEFSCSIDriverPolicy"),),
        ),
        Offer("eks-pod-identity-agent", "security", _for_all("v1.3.9-eksbuild.3", "v1.3.8-eksbuild.2")),
        Offer("snapshot-controller", "storage", _for_all("v8.3.0-eksbuild.1", "v8.2.0-eksbuild.1")),
        Offer(
            "metrics-server",
            "observability",
            _for_all("v0.8.0-eksbuild.3", "v0.7.2-eksbuild.4"),
            publisher="community",
        ),
        Offer("cert-manager", "security", _for_all("v1.18.2-eksbuild.2"), "cert-manager", "community"),
        Offer(
            "external-dns", "networking", _for_all("v0.19.0-eksbuild.2"), "external-dns", "community", True
        ),
        Offer("eks-node-monitoring-agent", "observability", _for_all("v1.4.0-eksbuild.2")),
        Offer(
            "amazon-cloudwatch-observability",
            "observability",
            _for_all("v4.5.0-eksbuild.1", "v4.4.0-eksbuild.1"),
            "amazon-cloudwatch",
            needs_role=True,
            identities=(("cloudwatch-agent", "CloudWatchAgentServerPolicy"),),
        ),
        Offer("adot", "observability", _for_all("v0.117.0-eksbuild.1"), "opentelemetry-operator-system"),
    )
}


def default_version(offer: Offer, kubernetes: str) -> str:
    return next(release.version for release in offer.releases if kubernetes in release.default_for)


def versions_for(offer: Offer, kubernetes: str) -> list[str]:
    return [one.version for one in offer.releases if kubernetes in one.kubernetes]


def fits(offer: Offer, version: str, kubernetes: str) -> bool:
    return any(one.version == version and kubernetes in one.kubernetes for one in offer.releases)
