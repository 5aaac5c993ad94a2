"""EKS cluster: the control plane. docs.aws.amazon.com/eks/latest/APIReference/API_CreateCluster.html"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from clusterwright.aws.calls import Row
from clusterwright.aws.driver import Change, Latency
from clusterwright.aws.eks import TAGGING, issues, life, retag
from clusterwright.aws.kinds.iam_role import IamRole
from clusterwright.aws.kinds.log_group import LogGroup
from clusterwright.aws.kinds.security_group import SecurityGroup
from clusterwright.aws.kinds.subnet import Subnet
from clusterwright.aws.scope import Scope
from clusterwright.aws.tagging import as_tags
from clusterwright.errors import NotFound
from clusterwright.graph.known import Known
from clusterwright.graph.resource import Found, Ref, Resource

LOG_TYPES = ("api", "audit", "authenticator", "controllerManager", "scheduler")


@dataclass(frozen=True, kw_only=True)
class EksCluster(Resource):
    KIND: ClassVar[str] = "eks_cluster"
    FIXED: ClassVar[frozenset[str]] = frozenset({"cluster_name", "role", "key_arn"})
    DISRUPTIVE: ClassVar[bool] = True

    cluster_name: str
    version: str
    role: Ref[IamRole]
    subnets: tuple[Ref[Subnet] | str, ...]
    security_groups: tuple[Ref[SecurityGroup], ...] = ()
    public: bool = True
    private: bool = True
    public_cidrs: tuple[str, ...] | None = None
    logging: tuple[str, ...] = ()
    """Control plane log types, sorted."""
    log_group: Ref[LogGroup] | None = None
    """Ours, made first: otherwise EKS makes one that nobody deletes."""
    key_arn: str | None = None
    """KMS key that encrypts Kubernetes secrets."""


class EksClusterDriver:
    kind = EksCluster
    makes = Latency(480, 625, 750)
    unmakes = Latency(70, 204, 480)
    actions = TAGGING | {
        "eks:CreateCluster",
        "eks:DescribeCluster",
        "eks:UpdateClusterConfig",
        "eks:UpdateClusterVersion",
        "eks:DeleteCluster",
        "iam:PassRole",
        "iam:CreateServiceLinkedRole",
    }

    def find(self, aws: Scope, want: EksCluster, known: Known) -> Found | None:
        try:
            row = aws.read("eks:DescribeCluster", name=want.cluster_name)["cluster"]
        except NotFound:
            return None
        aws.claim(row.get("tags", {}), want, f"EKS cluster {want.cluster_name}")
        return self.read(want, row, known)

    def read(self, want: EksCluster, row: Row, known: Known) -> Found:
        vpc = row["resourcesVpcConfig"]
        actual = EksCluster(
            name=want.name,
            cluster_name=row["name"],
            version=row["version"],
            role=known.ref(IamRole, row["roleArn"]),
            subnets=known.all_given(Subnet, vpc["subnetIds"]),
            security_groups=known.refs(SecurityGroup, vpc.get("securityGroupIds", [])),
            public=vpc["endpointPublicAccess"],
            private=vpc["endpointPrivateAccess"],
            public_cidrs=tuple(sorted(vpc.get("publicAccessCidrs", []))),
            logging=logged(row),
            log_group=want.log_group,
            key_arn=key_of(row),
            tags=as_tags(row.get("tags")),
        )
        state = life(row["status"])
        return Found(id=row["name"], actual=actual, state=state, message=issues(row), outputs=outputs(row))

    def create(self, aws: Scope, want: EksCluster, known: Known) -> Found:
        encryption = (
            [{"resources": ["secrets"], "provider": {"keyArn": want.key_arn}}] if want.key_arn else None
        )
        optional = {"encryptionConfig": encryption} if encryption else {}
        answer = aws.call(
            "eks:CreateCluster",
            name=want.cluster_name,
            version=want.version,
            roleArn=known.value(want.role),
            resourcesVpcConfig=network(want, known),
            logging=log_setup(want.logging),
            accessConfig={"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": True},
            bootstrapSelfManagedAddons=False,
            clientRequestToken=aws.token(want),
            tags=aws.stamp(want),
            **optional,
        )
        return self.read(want, answer["cluster"], known)

    def update(self, aws: Scope, change: Change[EksCluster], known: Known) -> None:
        """EKS takes one kind of change at a time; the next follows when this one is done."""
        want, name = change.want, change.want.cluster_name
        retag(aws, change, cluster_arn(aws, name))
        if "version" in change.fields:
            aws.call("eks:UpdateClusterVersion", name=name, version=want.version)
        elif change.fields & {"public", "private", "public_cidrs"}:
            aws.call("eks:UpdateClusterConfig", name=name, resourcesVpcConfig=access(want))
        elif change.fields & {"subnets", "security_groups"}:
            placed = {k: v for k, v in network(want, known).items() if k in ("subnetIds", "securityGroupIds")}
            aws.call("eks:UpdateClusterConfig", name=name, resourcesVpcConfig=placed)
        elif "logging" in change.fields:
            aws.call("eks:UpdateClusterConfig", name=name, logging=log_setup(want.logging))

    def delete(self, aws: Scope, have: Found, known: Known) -> None:
        aws.call("eks:DeleteCluster", name=have.id)


def cluster_arn(aws: Scope, name: str) -> str:
    return f"arn:{aws.calls.partition}:eks:{aws.calls.region}:{aws.calls.account}:cluster/{name}"


def network(want: EksCluster, known: Known) -> Row:
    return access(want) | {
        "subnetIds": known.values(want.subnets),
        "securityGroupIds": known.values(want.security_groups),
    }


def access(want: EksCluster) -> Row:
    cidrs = {"publicAccessCidrs": list(want.public_cidrs)} if want.public and want.public_cidrs else {}
    return {"endpointPublicAccess": want.public, "endpointPrivateAccess": want.private} | cidrs


def log_setup(types: tuple[str, ...]) -> Row:
    off = [name for name in LOG_TYPES if name not in types]
    groups = [{"types": list(types), "enabled": True}, {"types": off, "enabled": False}]
    return {"clusterLogging": [group for group in groups if group["types"]]}


def logged(row: Row) -> tuple[str, ...]:
    groups = row.get("logging", {}).get("clusterLogging", [])
    return tuple(sorted(name for group in groups if group["enabled"] for name in group["types"]))


def key_of(row: Row) -> str | None:
    keys = [str(entry["provider"]["keyArn"]) for entry in row.get("encryptionConfig") or ()]
    return keys[0] if keys else None


def outputs(row: Row) -> dict[str, str]:
    """What only EKS knows; absent until the control plane is up."""
    values = {
        "arn": row.get("arn"),
        "endpoint": row.get("endpoint"),
        "certificate": row.get("certificateAuthority", {}).get("data"),
        "issuer": row.get("identity", {}).get("oidc", {}).get("issuer"),
        "security_group": row["resourcesVpcConfig"].get("clusterSecurityGroupId"),
    }
    return {name: value for name, value in values.items() if value}
