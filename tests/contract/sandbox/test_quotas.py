"""Service quotas: shown as Service Quotas shows them, and kept."""

from typing import Any
from urllib.error import HTTPError

import pytest

from .tenant import Tenant, refused

VPCS, GATEWAYS, NATS, ADDRESSES = "L-F678F1CE", "L-A4707A72", "L-FE5A380F", "L-0263D0A3"
CLUSTERS, NODEGROUPS, ON_DEMAND, SPOT = "L-1194D53C", "L-6D54EA21", "L-1216C47A", "L-34B43A08"


NODES, PROFILES, ROLES, PROVIDERS = "L-BD136A63", "L-33415657", "L-FE177D64", "L-858F3967"
API = "https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/"
VPC = "https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html"
EKS = "https://docs.aws.amazon.com/eks/latest/userguide/service-quotas.html"
IAM = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"
EC2 = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html"


def allow(tenant: Tenant, code: str, value: float) -> None:
    tenant.post("quotas", {"account": tenant.account, "code": code, "value": value})


@pytest.fixture
def quotas(tenant: Tenant) -> Any:
    return tenant.client("service-quotas")


ROW = "service quotas"


@pytest.mark.documented(f"{API}API_GetServiceQuota.html", row=ROW)
def test_a_quota_is_what_applies(tenant: Tenant, quotas: Any) -> None:
    allow(tenant, VPCS, 7)
    applied = quotas.get_service_quota(ServiceCode="vpc", QuotaCode=VPCS)["Quota"]
    assert (applied["Value"], applied["QuotaName"], applied["Adjustable"]) == (7.0, "VPCs per Region", True)


@pytest.mark.documented(f"{API}API_ListServiceQuotas.html", row=ROW)
@pytest.mark.parametrize(
    ("service", "codes"),
    [("eks", {CLUSTERS, NODEGROUPS}), ("ec2", {ADDRESSES, ON_DEMAND, SPOT}), ("vpc", {VPCS})],
)
def test_quotas_are_listed(quotas: Any, service: str, codes: set[str]) -> None:
    assert {one["QuotaCode"] for one in quotas.list_service_quotas(ServiceCode=service)["Quotas"]} >= codes


@pytest.mark.parametrize(
    ("service", "code", "value"),
    [
        pytest.param(service, code, value, id=name, marks=pytest.mark.documented(page))
        for service, code, value, name, page in (
            ("vpc", VPCS, 5, "VPCs", VPC),
            ("vpc", GATEWAYS, 5, "internet gateways", VPC),
            ("vpc", NATS, 5, "NAT gateways per zone", VPC),
            ("ec2", ADDRESSES, 5, "elastic addresses", VPC),
            ("eks", CLUSTERS, 100, "clusters", EKS),
            ("eks", NODEGROUPS, 30, "node groups per cluster", EKS),
            ("eks", NODES, 450, "nodes per node group", EKS),
            ("eks", PROFILES, 10, "Fargate profiles per cluster", EKS),
            ("iam", ROLES, 1000, "roles", IAM),
            ("iam", PROVIDERS, 100, "OIDC providers", IAM),
        )
    ],
)
def test_what_aws_gives(quotas: Any, service: str, code: str, value: float) -> None:
    assert (
        quotas.get_aws_default_service_quota(ServiceCode=service, QuotaCode=code)["Quota"]["Value"] == value
    )


@pytest.mark.documented(f"{API}API_ListServiceQuotas.html")
def test_quotas_come_in_pages(quotas: Any) -> None:
    pages = list(
        quotas.get_paginator("list_service_quotas").paginate(
            ServiceCode="vpc", PaginationConfig={"PageSize": 1}
        )
    )
    codes = [one["QuotaCode"] for page in pages for one in page["Quotas"]]
    assert len(pages) == len(codes) == len(set(codes)) >= 4


@pytest.mark.documented(f"{API}API_GetServiceQuota.html")
def test_a_quota_that_is_none_is_not_found(quotas: Any) -> None:
    with refused("NoSuchResourceException"):
        quotas.get_service_quota(ServiceCode="vpc", QuotaCode="L-00000000")


@pytest.mark.documented(EC2)
def test_vpcs_are_limited(tenant: Tenant) -> None:
    allow(tenant, VPCS, len(tenant.ec2.describe_vpcs()["Vpcs"]))
    with refused("VpcLimitExceeded"):
        tenant.ec2.create_vpc(CidrBlock="10.1.0.0/16")


@pytest.mark.documented(EC2)
def test_internet_gateways_are_limited(tenant: Tenant) -> None:
    allow(tenant, GATEWAYS, 0)
    with refused("InternetGatewayLimitExceeded"):
        tenant.ec2.create_internet_gateway()


@pytest.mark.documented(EC2)
def test_addresses_are_limited(tenant: Tenant) -> None:
    allow(tenant, ADDRESSES, 0)
    with refused("AddressLimitExceeded"):
        tenant.ec2.allocate_address(Domain="vpc")


@pytest.mark.documented(EC2)
def test_nat_gateways_are_limited_in_each_zone(tenant: Tenant) -> None:
    network = tenant.network()
    network.add_nat()
    allow(tenant, NATS, 1)
    address = tenant.ec2.allocate_address(Domain="vpc")["AllocationId"]
    with refused("NatGatewayLimitExceeded"):
        tenant.ec2.create_nat_gateway(SubnetId=network.public[0], AllocationId=address)
    tenant.ec2.create_nat_gateway(SubnetId=network.public[1], AllocationId=address)


@pytest.mark.documented("https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateCluster.html")
def test_clusters_are_limited_but_not_the_same_request_again(tenant: Tenant) -> None:
    network = tenant.network()
    cluster_role, _, _ = tenant.roles()
    config = {"subnetIds": network.private}
    asked = {"name": "one", "roleArn": cluster_role, "resourcesVpcConfig": config, "clientRequestToken": "t"}
    tenant.eks.create_cluster(**asked)
    allow(tenant, CLUSTERS, 1)
    assert tenant.eks.create_cluster(**asked)["cluster"]["name"] == "one"
    with refused("ResourceLimitExceededException", "maximum number of clusters: 1"):
        tenant.eks.create_cluster(**{**asked, "name": "two", "clientRequestToken": "u"})


@pytest.mark.documented("https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateNodegroup.html")
def test_node_groups_of_a_cluster_are_limited(tenant: Tenant) -> None:
    network = tenant.network()
    cluster_role, node_role, _ = tenant.roles()
    tenant.cluster(network, cluster_role)
    allow(tenant, NODEGROUPS, 0)
    with refused("ResourceLimitExceededException"):
        tenant.eks.create_nodegroup(
            clusterName="one", nodegroupName="ng", nodeRole=node_role, subnets=network.private
        )


@pytest.mark.documented("https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-quotas.html")
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


@pytest.mark.documented(
    "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html"
)
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
