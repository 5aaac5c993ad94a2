"""The keys of the graph: by these names one concern points at the objects of another.

They are stored, and stand in a tag of every object, so changing one replaces the object.
"""

from __future__ import annotations

import hashlib
import re

from clusterwright.aws.kinds.addon import Addon
from clusterwright.aws.kinds.eks_cluster import EksCluster
from clusterwright.aws.kinds.elastic_ip import ElasticIp
from clusterwright.aws.kinds.fargate_profile import FargateProfile
from clusterwright.aws.kinds.iam_role import IamRole
from clusterwright.aws.kinds.internet_gateway import InternetGateway
from clusterwright.aws.kinds.launch_template import LaunchTemplate
from clusterwright.aws.kinds.log_group import LogGroup
from clusterwright.aws.kinds.nat_gateway import NatGateway
from clusterwright.aws.kinds.node_group import NodeGroup
from clusterwright.aws.kinds.oidc_provider import OidcProvider
from clusterwright.aws.kinds.route_table import RouteTable
from clusterwright.aws.kinds.security_group import SecurityGroup
from clusterwright.aws.kinds.subnet import Subnet
from clusterwright.aws.kinds.vpc import Vpc
from clusterwright.graph.resource import Output, Ref

VPC = Ref(Vpc, "vpc")
INTERNET = Ref(InternetGateway, "internet")
PUBLIC_ROUTES = Ref(RouteTable, "public")
CONTROL_PLANE = Ref(EksCluster, "control-plane")
LOGS = Ref(LogGroup, "control-plane")
CLUSTER_ROLE = Ref(IamRole, "cluster")
NODE_ROLE = Ref(IamRole, "node")
FARGATE_ROLE = Ref(IamRole, "fargate")
OIDC = Ref(OidcProvider, "oidc")
ISSUER = Output(CONTROL_PLANE, "issuer")
CLUSTER_GROUP = Output(CONTROL_PLANE, "security_group")
"""The security group that EKS makes for control plane and nodes."""
SSH_GROUP = Ref(SecurityGroup, "ssh")


def public_subnet(zone: str) -> Ref[Subnet]:
    return Ref(Subnet, f"public-{zone}")


def private_subnet(zone: str) -> Ref[Subnet]:
    return Ref(Subnet, f"private-{zone}")


def private_routes(zone: str) -> Ref[RouteTable]:
    return Ref(RouteTable, f"private-{zone}")


def nat_address(zone: str) -> Ref[ElasticIp]:
    return Ref(ElasticIp, f"nat-{zone}")


def nat(zone: str) -> Ref[NatGateway]:
    return Ref(NatGateway, f"nat-{zone}")


def addon(pack: str) -> Ref[Addon]:
    return Ref(Addon, pack)


def workload_role(pack: str) -> Ref[IamRole]:
    return Ref(IamRole, f"addon-{pack}")


def node_group(pool: str) -> Ref[NodeGroup]:
    return Ref(NodeGroup, pool)


def template(pool: str) -> Ref[LaunchTemplate]:
    return Ref(LaunchTemplate, pool)


def fargate_profile(name: str) -> Ref[FargateProfile]:
    return Ref(FargateProfile, name)


def access_name(principal_arn: str) -> str:
    """Short enough for a tag and of letters that one may have; the digest tells equal last names apart."""
    last = re.sub(r"[^\w+=.@-]", "-", principal_arn.rpartition("/")[2], flags=re.ASCII)
    return f"{last}-{hashlib.sha256(principal_arn.encode()).hexdigest()[:8]}"
