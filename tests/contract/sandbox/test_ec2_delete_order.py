"""What EC2 does not delete because something else needs it.

DependencyViolation: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
"""

from collections.abc import Callable
from typing import Any

import pytest

from . import occupants
from .tenant import Network, Tenant, refused

_API = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_{}.html"
_ERRORS = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html"
_DELETE_VPC = "https://docs.aws.amazon.com/vpc/latest/userguide/delete-vpc.html"
_DELETE_SUBNET = "https://docs.aws.amazon.com/vpc/latest/userguide/subnet-deleting.html"
_ROW_SUBNET = "delete_subnet with NAT / instances / EKS"

Make = Callable[[Tenant, Network, str], object]


@pytest.fixture
def network(tenant: Tenant) -> Network:
    return tenant.network()


def _cases(*cases: tuple[str, Make, str, str]) -> list[Any]:
    return [
        pytest.param(make, marks=pytest.mark.documented(page, row=row), id=fact)
        for fact, make, page, row in cases
    ]


# Subnets


@pytest.mark.parametrize(
    "make",
    _cases(
        ("a subnet with a NAT gateway stays", occupants.nat, _API.format("DeleteNatGateway"), _ROW_SUBNET),
        ("a subnet with an instance stays", occupants.instance, _API.format("DeleteSubnet"), _ROW_SUBNET),
        ("a subnet with a cluster's interfaces stays", occupants.cluster, _DELETE_SUBNET, _ROW_SUBNET),
        ("a subnet with an interface that is free stays", occupants.interface, _DELETE_SUBNET, ""),
        ("a subnet with an endpoint's interface stays", occupants.endpoint, _DELETE_SUBNET, ""),
        ("a subnet with a load balancer stays", occupants.balancer, _DELETE_SUBNET, ""),
        ("a subnet with a classic load balancer stays", occupants.classic, _DELETE_SUBNET, ""),
    ),
)
def test_a_subnet_in_use_is_not_deleted(tenant: Tenant, network: Network, make: Make) -> None:
    make(tenant, network, occupants.group(tenant, network))
    in_public = make in (occupants.nat, occupants.balancer, occupants.classic)
    subnet = (network.public if in_public else network.private)[0]
    with refused("DependencyViolation", "has dependencies and cannot be deleted"):
        tenant.ec2.delete_subnet(SubnetId=subnet)


@pytest.mark.documented(_API.format("DeleteSubnet"))
def test_a_subnet_is_deleted_once_its_instances_are(tenant: Tenant, network: Network) -> None:
    instance = occupants.instance(tenant, network, occupants.group(tenant, network))
    tenant.ec2.terminate_instances(InstanceIds=[instance])
    tenant.ec2.delete_subnet(SubnetId=network.private[0])


@pytest.mark.documented(_API.format("DeleteSubnet"))
def test_a_subnet_needs_no_disassociation_from_its_route_table(tenant: Tenant, network: Network) -> None:
    tenant.ec2.delete_subnet(SubnetId=network.private[0])
    (table,) = tenant.ec2.describe_route_tables(RouteTableIds=[network.private_table])["RouteTables"]
    assert [one["SubnetId"] for one in table["Associations"]] == [network.private[1]]


@pytest.mark.documented(_ERRORS)
def test_an_unknown_subnet_is_not_found(tenant: Tenant) -> None:
    with refused("InvalidSubnetID.NotFound"):
        tenant.ec2.delete_subnet(SubnetId="subnet-00000000000000000")


# VPCs


def _bare(tenant: Tenant) -> str:
    return str(tenant.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"])


def _with_subnet(ec2: Any, vpc: str) -> None:
    ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")


def _with_group(ec2: Any, vpc: str) -> None:
    ec2.create_security_group(GroupName="g", Description="d", VpcId=vpc)


def _with_gateway(ec2: Any, vpc: str) -> None:
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)


def _with_one_way_gateway(ec2: Any, vpc: str) -> None:
    ec2.create_egress_only_internet_gateway(VpcId=vpc)


def _with_endpoint(ec2: Any, vpc: str) -> None:
    ec2.create_vpc_endpoint(VpcId=vpc, ServiceName="com.amazonaws.us-east-1.s3")


def _with_route_table(ec2: Any, vpc: str) -> None:
    ec2.create_route_table(VpcId=vpc)


@pytest.mark.parametrize(
    "fill",
    [
        pytest.param(fill, marks=pytest.mark.documented(page, row=row), id=f"a VPC with {what} stays")
        for what, fill, page, row in (
            ("subnets", _with_subnet, _API.format("DeleteVpc"), "delete_vpc with subnets"),
            ("a group", _with_group, _API.format("DeleteVpc"), "delete_vpc with a non-default SG"),
            ("an internet gateway", _with_gateway, _API.format("DeleteVpc"), ""),
            ("an egress-only gateway", _with_one_way_gateway, _DELETE_VPC, ""),
            ("an endpoint", _with_endpoint, _DELETE_VPC, ""),
            ("a route table", _with_route_table, _API.format("DeleteVpc"), ""),
        )
    ],
)
def test_a_vpc_in_use_is_not_deleted(tenant: Tenant, fill: Callable[[Any, str], None]) -> None:
    vpc = _bare(tenant)
    fill(tenant.ec2, vpc)
    with refused("DependencyViolation", "has dependencies and cannot be deleted"):
        tenant.ec2.delete_vpc(VpcId=vpc)


@pytest.mark.parametrize(
    ("describe", "member"),
    [
        pytest.param(
            describe, member, marks=pytest.mark.documented(_API.format("DeleteVpc")), id=f"a VPC takes {what}"
        )
        for what, describe, member in (
            ("its default group with it", "describe_security_groups", "SecurityGroups"),
            ("its main route table with it", "describe_route_tables", "RouteTables"),
            ("its default network ACL with it", "describe_network_acls", "NetworkAcls"),
        )
    ],
)
def test_a_vpc_takes_its_defaults_with_it(tenant: Tenant, describe: str, member: str) -> None:
    vpc = _bare(tenant)
    wanted = [{"Name": "vpc-id", "Values": [vpc]}]
    assert len(getattr(tenant.ec2, describe)(Filters=wanted)[member]) == 1
    tenant.ec2.delete_vpc(VpcId=vpc)
    assert getattr(tenant.ec2, describe)(Filters=wanted)[member] == []


@pytest.mark.documented(_ERRORS)
def test_an_unknown_vpc_is_not_found(tenant: Tenant) -> None:
    with refused("InvalidVpcID.NotFound"):
        tenant.ec2.delete_vpc(VpcId="vpc-00000000000000000")


# What services and controllers leave behind


def test_a_load_balancer_holds_its_subnet_for_a_while_after_it_is_deleted(
    tenant: Tenant, network: Network
) -> None:
    arn = occupants.balancer(tenant, network, occupants.group(tenant, network))
    tenant.client("elbv2").delete_load_balancer(LoadBalancerArn=arn)
    with refused("DependencyViolation"):
        tenant.ec2.delete_subnet(SubnetId=network.public[0])
    tenant.advance(300)
    tenant.ec2.delete_subnet(SubnetId=network.public[0])


@pytest.mark.documented(_API.format("DeleteVpcEndpoints"))
def test_an_endpoint_holds_its_subnet_until_it_is_gone(tenant: Tenant, network: Network) -> None:
    endpoint = occupants.endpoint(tenant, network, occupants.group(tenant, network))
    tenant.ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint])
    with refused("DependencyViolation"):
        tenant.ec2.delete_subnet(SubnetId=network.private[0])
    tenant.advance(300)
    tenant.ec2.delete_subnet(SubnetId=network.private[0])


@pytest.mark.documented("https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteVolume.html")
def test_an_attached_volume_is_not_deleted(tenant: Tenant, network: Network) -> None:
    occupants.instance(tenant, network, occupants.group(tenant, network))
    (volume,) = tenant.ec2.describe_volumes()["Volumes"]
    with refused("VolumeInUse"):
        tenant.ec2.delete_volume(VolumeId=volume["VolumeId"])


@pytest.mark.documented(_DELETE_VPC)
def test_a_network_that_is_taken_down_in_order_leaves_nothing(tenant: Tenant, network: Network) -> None:
    ec2 = tenant.ec2
    network.add_nat()
    tenant.advance(200)
    ec2.delete_nat_gateway(NatGatewayId=network.nat)
    tenant.advance(200)
    ec2.release_address(AllocationId=network.eip)
    for table in (network.public_table, network.private_table):
        (found,) = ec2.describe_route_tables(RouteTableIds=[table])["RouteTables"]
        for association in found["Associations"]:
            ec2.disassociate_route_table(AssociationId=association["RouteTableAssociationId"])
        ec2.delete_route_table(RouteTableId=table)
    ec2.detach_internet_gateway(InternetGatewayId=network.igw, VpcId=network.vpc)
    ec2.delete_internet_gateway(InternetGatewayId=network.igw)
    for subnet in (*network.public, *network.private):
        ec2.delete_subnet(SubnetId=subnet)
    ec2.delete_vpc(VpcId=network.vpc)
    assert tenant.objects() == []
