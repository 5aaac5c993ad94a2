"""Service quotas: shown as Service Quotas shows them, and kept."""

from typing import Any
from urllib.error import HTTPError

import pytest

from .tenant import Tenant, refused

VPCS, GATEWAYS, NATS, ADDRESSES = "L-F678F1CE", "L-A4707A72", "L-FE5A380F", "L-0263D0A3"
CLUSTERS, NODEGROUPS, ON_DEMAND, SPOT = "L-1194D53C", "L-6D54EA21", "L-1216C47A", "L-34B43A08"


def allow(tenant: Tenant, code: str, value: float) -> None:
    tenant.post("quotas", {"account": tenant.account, "code": code, "value": value})


@pytest.fixture
def quotas(tenant: Tenant) -> Any:
    return tenant.client("service-quotas")


def test_service_quotas_tells_what_applies_and_what_aws_gives(tenant: Tenant, quotas: Any) -> None:
    """https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_GetServiceQuota.html"""
    allow(tenant, VPCS, 7)
    applied = quotas.get_service_quota(ServiceCode="vpc", QuotaCode=VPCS)["Quota"]
    assert (applied["Value"], applied["QuotaName"], applied["Adjustable"]) == (7.0, "VPCs per Region", True)
    listed = quotas.list_service_quotas(ServiceCode="eks")["Quotas"]
    assert {one["QuotaCode"] for one in listed} >= {CLUSTERS, NODEGROUPS}
    defaults = quotas.list_aws_default_service_quotas(ServiceCode="vpc")["Quotas"]
    assert {one["QuotaCode"]: one["Value"] for one in defaults} | {VPCS: 5, GATEWAYS: 5, NATS: 5} == {
        one["QuotaCode"]: one["Value"] for one in defaults
    }
    pages = quotas.get_paginator("list_service_quotas").paginate(
        ServiceCode="vpc", PaginationConfig={"PageSize": 1}
    )
    assert len([one for page in pages for one in page["Quotas"]]) == len(defaults)
    with refused("NoSuchResourceException"):
        quotas.get_service_quota(ServiceCode="vpc", QuotaCode="L-00000000")


def test_networks_have_quotas(tenant: Tenant) -> None:
    network = tenant.network()
    network.add_nat()
    allow(tenant, VPCS, len(tenant.ec2.describe_vpcs()["Vpcs"]))
    for code in (GATEWAYS, ADDRESSES, NATS):
        allow(tenant, code, 1)
    with refused("VpcLimitExceeded"):
        tenant.ec2.create_vpc(CidrBlock="10.1.0.0/16")
    with refused("InternetGatewayLimitExceeded"):
        tenant.ec2.create_internet_gateway()
    with refused("AddressLimitExceeded"):
        tenant.ec2.allocate_address(Domain="vpc")
    allow(tenant, ADDRESSES, 2)
    address = tenant.ec2.allocate_address(Domain="vpc")["AllocationId"]
    with refused("NatGatewayLimitExceeded"):
        tenant.ec2.create_nat_gateway(SubnetId=network.public[0], AllocationId=address)
    tenant.ec2.create_nat_gateway(SubnetId=network.public[1], AllocationId=address)


def test_clusters_and_node_groups_have_quotas(tenant: Tenant) -> None:
    network = tenant.network()
    cluster_role, node_role, _ = tenant.roles()
    config = {"subnetIds": network.private}
    asked = {"name": "one", "roleArn": cluster_role, "resourcesVpcConfig": config, "clientRequestToken": "t"}
    tenant.eks.create_cluster(**asked)
    allow(tenant, CLUSTERS, 1)
    assert tenant.eks.create_cluster(**asked)["cluster"]["name"] == "one"
    with refused("ResourceLimitExceededException", "maximum number of clusters: 1"):
        tenant.eks.create_cluster(**{**asked, "name": "two", "clientRequestToken": "u"})
    tenant.advance(1200)
    allow(tenant, NODEGROUPS, 0)
    with refused("ResourceLimitExceededException"):
        tenant.eks.create_nodegroup(
            clusterName="one", nodegroupName="ng", nodeRole=node_role, subnets=network.private
        )


def test_vcpus_are_counted_and_a_group_waits_for_them(tenant: Tenant) -> None:
    """The group gets what there is, says what it lacks, and takes the rest when there is more."""
    network = tenant.network()
    network.add_nat()
    cluster_role, node_role, _ = tenant.roles()
    tenant.cluster(network, cluster_role)
    allow(tenant, ON_DEMAND, 4)
    tenant.eks.create_nodegroup(
        clusterName="one",
        nodegroupName="ng",
        nodeRole=node_role,
        subnets=network.private,
        instanceTypes=["m5.large"],
        scalingConfig={"minSize": 1, "maxSize": 4, "desiredSize": 3},
    )
    tenant.advance(300)
    group = tenant.eks.describe_nodegroup(clusterName="one", nodegroupName="ng")["nodegroup"]
    assert group["status"] == "CREATING"
    (issue,) = group["health"]["issues"]
    assert issue["code"] == "AsgInstanceLaunchFailures"
    assert "VcpuLimitExceeded" in issue["message"]
    assert len(tenant.objects("instance")) == 2
    allow(tenant, ON_DEMAND, 6)
    tenant.advance(100)
    group = tenant.eks.describe_nodegroup(clusterName="one", nodegroupName="ng")["nodegroup"]
    assert (group["status"], group["health"]["issues"]) == ("ACTIVE", [])
    assert len(tenant.objects("instance")) == 3


def test_load_balancers_have_quotas(tenant: Tenant) -> None:
    network = tenant.network()
    allow(tenant, "L-69A177A2", 0)
    balancers = tenant.client("elbv2")
    with refused("TooManyLoadBalancers"):
        balancers.create_load_balancer(Name="n", Type="network", Subnets=network.public)
    balancers.create_load_balancer(Name="a", Subnets=network.public)


def test_an_unknown_quota_is_a_mistake(tenant: Tenant) -> None:
    with pytest.raises(HTTPError) as caught:
        tenant.post("quotas", {"code": "L-00000000", "value": 1})
    with caught.value as answer:
        assert "there is no quota L-00000000" in answer.read().decode()
