"""Service quotas: shown as Service Quotas shows them, and kept."""

from typing import Any
from urllib.error import HTTPError

import pytest

from .tenant import Network, Tenant, refused

_API = "https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_{}.html"
_VPC = "https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html"
_EC2 = "https://docs.aws.amazon.com/ec2/latest/instancetypes/ec2-instance-quotas.html"
_EKS = "https://docs.aws.amazon.com/eks/latest/userguide/service-quotas.html"
_ELB = "https://docs.aws.amazon.com/elasticloadbalancing/latest/{}/load-balancer-limits.html"
_ERRORS = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html"
_ROW = "service quotas"

VPCS, GATEWAYS, NATS, ADDRESSES = "L-F678F1CE", "L-A4707A72", "L-FE5A380F", "L-0263D0A3"
CLUSTERS, NODEGROUPS, ON_DEMAND, SPOT = "L-1194D53C", "L-6D54EA21", "L-1216C47A", "L-34B43A08"


def allow(tenant: Tenant, code: str, value: float) -> None:
    tenant.post("quotas", {"account": tenant.account, "code": code, "value": value})


@pytest.fixture
def quotas(tenant: Tenant) -> Any:
    return tenant.client("service-quotas")


_DEFAULTS = (
    ("5 VPCs in a region", "vpc", VPCS, 5, _VPC),
    ("5 internet gateways in a region", "vpc", GATEWAYS, 5, _VPC),
    ("5 NAT gateways in a zone", "vpc", NATS, 5, _VPC),
    ("200 subnets in a VPC", "vpc", "L-407747CB", 200, _VPC),
    ("5 Elastic IPs", "ec2", ADDRESSES, 5, _VPC),
    ("100 clusters", "eks", CLUSTERS, 100, _EKS),
    ("30 node groups in a cluster", "eks", NODEGROUPS, 30, _EKS),
    ("450 nodes in a node group", "eks", "L-BD136A63", 450, _EKS),
    ("10 Fargate profiles in a cluster", "eks", "L-33415657", 10, _EKS),
    ("50 application load balancers", "elasticloadbalancing", "L-53DA6B97", 50, _ELB.format("application")),
    ("50 network load balancers", "elasticloadbalancing", "L-69A177A2", 50, _ELB.format("network")),
)


@pytest.mark.parametrize(
    ("service", "code", "value"),
    [
        pytest.param(
            service, code, value, marks=pytest.mark.documented(page, row=_ROW), id=f"AWS gives {fact}"
        )
        for fact, service, code, value, page in _DEFAULTS
    ],
)
def test_what_aws_gives_everyone(reader: Tenant, service: str, code: str, value: float) -> None:
    told = reader.client("service-quotas").get_aws_default_service_quota(ServiceCode=service, QuotaCode=code)
    assert told["Quota"]["Value"] == value


@pytest.mark.documented(_API.format("GetServiceQuota"), row=_ROW)
def test_the_quota_that_applies_is_told(tenant: Tenant, quotas: Any) -> None:
    allow(tenant, VPCS, 7)
    applied = quotas.get_service_quota(ServiceCode="vpc", QuotaCode=VPCS)["Quota"]
    assert (applied["Value"], applied["QuotaName"], applied["Adjustable"]) == (7.0, "VPCs per Region", True)


@pytest.mark.documented(_API.format("GetServiceQuota"), row=_ROW)
@pytest.mark.parametrize("code", [ON_DEMAND, SPOT])
def test_quotas_of_vcpus_are_told(reader: Tenant, code: str) -> None:
    told = reader.client("service-quotas").get_service_quota(ServiceCode="ec2", QuotaCode=code)["Quota"]
    assert told["Value"] > 0


@pytest.mark.documented(_API.format("ListServiceQuotas"), row=_ROW)
def test_quotas_of_a_service_are_listed(quotas: Any) -> None:
    listed = quotas.list_service_quotas(ServiceCode="eks")["Quotas"]
    assert {one["QuotaCode"] for one in listed} >= {CLUSTERS, NODEGROUPS}
    assert {one["ServiceCode"] for one in listed} == {"eks"}


@pytest.mark.documented(_API.format("ListServiceQuotas"))
def test_quotas_come_in_pages(quotas: Any) -> None:
    everything = quotas.list_service_quotas(ServiceCode="vpc")["Quotas"]
    pages = list(
        quotas.get_paginator("list_service_quotas").paginate(
            ServiceCode="vpc", PaginationConfig={"PageSize": 1}
        )
    )
    assert [len(page["Quotas"]) for page in pages] == [1] * len(everything)
    assert [one for page in pages for one in page["Quotas"]] == everything


@pytest.mark.documented(_API.format("GetServiceQuota"))
def test_an_unknown_quota_does_not_exist(quotas: Any) -> None:
    with refused("NoSuchResourceException"):
        quotas.get_service_quota(ServiceCode="vpc", QuotaCode="L-00000000")


@pytest.mark.documented(_API.format("ListServiceQuotas"))
def test_an_unknown_service_does_not_exist(quotas: Any) -> None:
    with refused("NoSuchResourceException"):
        quotas.list_service_quotas(ServiceCode="nothing")


@pytest.mark.documented(_API.format("ListServices"))
def test_services_are_listed(quotas: Any) -> None:
    codes = {one["ServiceCode"] for one in quotas.list_services()["Services"]}
    assert {"ec2", "eks", "vpc", "elasticloadbalancing", "iam"} <= codes


@pytest.fixture
def network(tenant: Tenant) -> Network:
    made = tenant.network()
    made.add_nat()
    return made


@pytest.mark.documented(_ERRORS)
def test_vpcs_have_a_quota(tenant: Tenant) -> None:
    allow(tenant, VPCS, len(tenant.ec2.describe_vpcs()["Vpcs"]))
    with refused("VpcLimitExceeded"):
        tenant.ec2.create_vpc(CidrBlock="10.1.0.0/16")


@pytest.mark.documented(_ERRORS)
def test_internet_gateways_have_a_quota(tenant: Tenant, network: Network) -> None:
    allow(tenant, GATEWAYS, 1)
    with refused("InternetGatewayLimitExceeded"):
        tenant.ec2.create_internet_gateway()


@pytest.mark.documented(_ERRORS)
def test_addresses_have_a_quota(tenant: Tenant, network: Network) -> None:
    allow(tenant, ADDRESSES, 1)
    with refused("AddressLimitExceeded"):
        tenant.ec2.allocate_address(Domain="vpc")


@pytest.mark.documented(_ERRORS)
def test_subnets_of_a_vpc_have_a_quota(tenant: Tenant, network: Network) -> None:
    allow(tenant, "L-407747CB", 4)
    with refused("SubnetLimitExceeded"):
        tenant.ec2.create_subnet(VpcId=network.vpc, CidrBlock="10.0.200.0/24")


@pytest.mark.documented(_VPC)
def test_nat_gateways_of_a_zone_have_a_quota(tenant: Tenant, network: Network) -> None:
    allow(tenant, NATS, 1)
    address = tenant.ec2.allocate_address(Domain="vpc")["AllocationId"]
    with refused("NatGatewayLimitExceeded"):
        tenant.ec2.create_nat_gateway(SubnetId=network.public[0], AllocationId=address)
    tenant.ec2.create_nat_gateway(SubnetId=network.public[1], AllocationId=address)


@pytest.mark.documented(_VPC)
def test_a_gateway_that_is_deleted_does_not_count(tenant: Tenant, network: Network) -> None:
    allow(tenant, NATS, 1)
    tenant.ec2.delete_nat_gateway(NatGatewayId=network.nat)
    tenant.advance(200)
    tenant.ec2.create_nat_gateway(SubnetId=network.public[0], AllocationId=network.eip)


@pytest.mark.documented(_EKS)
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


@pytest.mark.documented(_EC2)
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


@pytest.mark.documented(_ELB.format("network"))
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
