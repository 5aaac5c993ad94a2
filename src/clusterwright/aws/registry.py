"""All AWS kinds. A new kind is its own file, and one line here."""

from __future__ import annotations

from typing import Any, TypeVar, cast

from clusterwright.aws.driver import Driver
from clusterwright.aws.kinds.access_entry import AccessEntryDriver
from clusterwright.aws.kinds.addon import AddonDriver
from clusterwright.aws.kinds.eks_cluster import EksClusterDriver
from clusterwright.aws.kinds.elastic_ip import ElasticIpDriver
from clusterwright.aws.kinds.fargate_profile import FargateProfileDriver
from clusterwright.aws.kinds.iam_role import IamRoleDriver
from clusterwright.aws.kinds.internet_gateway import InternetGatewayDriver
from clusterwright.aws.kinds.launch_template import LaunchTemplateDriver
from clusterwright.aws.kinds.log_group import LogGroupDriver
from clusterwright.aws.kinds.nat_gateway import NatGatewayDriver
from clusterwright.aws.kinds.node_group import NodeGroupDriver
from clusterwright.aws.kinds.oidc_provider import OidcProviderDriver
from clusterwright.aws.kinds.route_table import RouteTableDriver
from clusterwright.aws.kinds.security_group import SecurityGroupDriver
from clusterwright.aws.kinds.subnet import SubnetDriver
from clusterwright.aws.kinds.subnet_tags import SubnetTagsDriver
from clusterwright.aws.kinds.vpc import VpcDriver
from clusterwright.errors import Error
from clusterwright.graph.resource import Resource

R = TypeVar("R", bound=Resource)

DRIVERS: tuple[Driver[Any], ...] = (
    VpcDriver(),
    InternetGatewayDriver(),
    SubnetDriver(),
    SubnetTagsDriver(),
    ElasticIpDriver(),
    NatGatewayDriver(),
    RouteTableDriver(),
    SecurityGroupDriver(),
    IamRoleDriver(),
    LogGroupDriver(),
    EksClusterDriver(),
    OidcProviderDriver(),
    AccessEntryDriver(),
    AddonDriver(),
    LaunchTemplateDriver(),
    NodeGroupDriver(),
    FargateProfileDriver(),
)

KINDS: tuple[type[Resource], ...] = tuple(driver.kind for driver in DRIVERS)

BY_KIND = {driver.kind: driver for driver in DRIVERS}


class NoDriver(Error):
    """This kind is no AWS kind."""

    code = "no-driver"


def driver_for(kind: type[R]) -> Driver[R]:
    if kind not in BY_KIND:
        raise NoDriver(f"{kind.__name__} is no AWS kind.")
    return cast(Driver[R], BY_KIND[kind])


def actions() -> frozenset[str]:
    """Every IAM action that the kinds need: what the published policies are made from."""
    return frozenset().union(*(driver.actions for driver in DRIVERS))
