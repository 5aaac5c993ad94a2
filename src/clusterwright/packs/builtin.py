"""The packs that come with the product, as data. How they become AWS objects is the blueprint's matter.

Names and pod labels are those of the EKS add-ons: docs.aws.amazon.com/eks/latest/userguide/eks-add-ons.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from clusterwright.spec.profile import LayerKind

Labels = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Images:
    """What an operating system pack says of nodes: the prefix of its AMI types, and one per architecture."""

    prefix: str
    x86: str
    arm: str


@dataclass(frozen=True)
class ServiceAccount:
    """The account that an add-on's pods run as, and the AWS managed policy that they need."""

    namespace: str
    name: str
    policy: str


@dataclass(frozen=True, kw_only=True)
class EksAddon:
    """What a pack says of an EKS add-on."""

    name: str
    before_nodes: bool
    """Nodes get ready only with it. The others are useless, and DEGRADED, until there are nodes."""
    account: ServiceAccount | None = None
    pods: Labels = ()
    """Labels of its pods in kube-system, by which Fargate can be told to run them."""
    on_fargate: Labels = ()
    """Configuration that it needs where there is nothing but Fargate."""


@dataclass(frozen=True, kw_only=True)
class Pack:
    """One built-in pack. Exactly one of `images`, `addon` and `brings` says what it is."""

    name: str
    layer: LayerKind
    versions: tuple[str, ...] = ()
    """The versions to choose from; empty for add-ons, whose versions are EKS's."""
    images: Images | None = None
    addon: EksAddon | None = None
    brings: tuple[str, ...] = ()
    """Packs without which this one is of no use; a layer of that name only changes how."""
    node_policies: tuple[str, ...] = ()
    """AWS managed policies that nodes need for it."""


OPERATING_SYSTEMS = (
    Pack(
        name="amazon-linux-eks",
        layer="os",
        versions=("2023",),
        images=Images("AL2023_", x86="AL2023_x86_64_STANDARD", arm="AL2023_ARM_64_STANDARD"),
    ),
    Pack(
        name="bottlerocket",
        layer="os",
        images=Images("BOTTLEROCKET_", x86="BOTTLEROCKET_x86_64", arm="BOTTLEROCKET_ARM_64"),
    ),
)
# The control plane is made without EKS's own copies of these two, which no add-on would manage.
KUBERNETES = Pack(
    name="kubernetes-eks",
    layer="kubernetes",
    versions=("1.30", "1.31", "1.32", "1.33", "1.34"),
    brings=("kube-proxy", "coredns"),
)
NETWORK = Pack(
    name="vpc-cni",
    layer="cni",
    addon=EksAddon(name="vpc-cni", before_nodes=True),
    node_policies=("AmazonEKS_CNI_Policy",),
)
STORAGE = Pack(
    name="aws-ebs-csi",
    layer="csi",
    addon=EksAddon(
        name="aws-ebs-csi-driver",
        before_nodes=False,
        account=ServiceAccount(
            "kube-system", "ebs-csi-controller-sa", "service-role/AmazonEBSCSIDriverPolicy"
        ),
        pods=(("app", "ebs-csi-controller"),),
    ),
)
ADDONS = (
    Pack(name="kube-proxy", layer="addon", addon=EksAddon(name="kube-proxy", before_nodes=True)),
    Pack(
        name="coredns",
        layer="addon",
        addon=EksAddon(
            name="coredns",
            before_nodes=False,
            pods=(("k8s-app", "kube-dns"),),
            on_fargate=(("computeType", "Fargate"),),
        ),
    ),
    Pack(
        name="pod-identity-agent",
        layer="addon",
        addon=EksAddon(name="eks-pod-identity-agent", before_nodes=True),
    ),
    Pack(
        name="metrics-server",
        layer="addon",
        addon=EksAddon(
            name="metrics-server", before_nodes=False, pods=(("app.kubernetes.io/name", "metrics-server"),)
        ),
    ),
)

PACKS: Mapping[str, Pack] = MappingProxyType(
    {pack.name: pack for pack in (*OPERATING_SYSTEMS, KUBERNETES, NETWORK, STORAGE, *ADDONS)}
)


def packs_for(layer: LayerKind) -> tuple[str, ...]:
    """The names of the packs that a layer of this kind may have."""
    return tuple(pack.name for pack in PACKS.values() if pack.layer == layer)
