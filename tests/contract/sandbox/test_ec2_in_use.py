"""Groups, interfaces, gateways, addresses and route tables that are in use, which EC2 does not delete.

DependencyViolation: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
"""

from collections.abc import Callable
from typing import Any

import pytest

from . import occupants
from .tenant import Network, Tenant, refused

_API = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_{}.html"
_DELETE_GROUP = _API.format("DeleteSecurityGroup")
_ERRORS = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html"
_GATEWAY = "https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Internet_Gateway.html"
_ROW_IN_USE = "detach IGW with EIPs, release EIP of a NAT, delete SG in use by cluster"

Make = Callable[[Tenant, Network, str], object]


@pytest.fixture
def network(tenant: Tenant) -> Network:
    return tenant.network()


def _cases(*cases: tuple[str, Make, str, str]) -> list[Any]:
    return [
        pytest.param(make, marks=pytest.mark.documented(page, row=row), id=fact)
        for fact, make, page, row in cases
    ]


# Security groups


@pytest.mark.parametrize(
    "make",
    _cases(
        ("the group of an instance stays", occupants.instance, _DELETE_GROUP, ""),
        ("the group of an interface stays", occupants.interface, _DELETE_GROUP, ""),
        ("a group of a cluster stays", occupants.cluster, _DELETE_GROUP, _ROW_IN_USE),
        ("the group of a load balancer stays", occupants.balancer, _DELETE_GROUP, ""),
        (
            "the group of a classic load balancer stays",
            occupants.classic,
            _DELETE_GROUP,
            "",
        ),
        ("the group of an endpoint stays", occupants.endpoint, _DELETE_GROUP, ""),
    ),
)
def test_a_group_in_use_is_not_deleted(tenant: Tenant, network: Network, make: Make) -> None:
    group = occupants.group(tenant, network)
    make(tenant, network, group)
    with refused("DependencyViolation", "has a dependent object"):
        tenant.ec2.delete_security_group(GroupId=group)


def _permission(group: str) -> list[dict[str, Any]]:
    pairs = [{"GroupId": group}]
    return [{"IpProtocol": "tcp", "FromPort": 1, "ToPort": 2, "UserIdGroupPairs": pairs}]


@pytest.mark.parametrize(
    "direction",
    [
        pytest.param(
            direction,
            marks=pytest.mark.documented(_DELETE_GROUP),
            id=f"a group that another's {direction} rule names stays",
        )
        for direction in ("ingress", "egress")
    ],
)
def test_a_group_that_is_named_is_not_deleted(tenant: Tenant, network: Network, direction: str) -> None:
    group, other = occupants.group(tenant, network), occupants.group(tenant, network, "other")
    getattr(tenant.ec2, f"authorize_security_group_{direction}")(
        GroupId=other, IpPermissions=_permission(group)
    )
    with refused("DependencyViolation"):
        tenant.ec2.delete_security_group(GroupId=group)


@pytest.mark.documented(_DELETE_GROUP)
def test_a_group_that_names_itself_is_deleted(tenant: Tenant, network: Network) -> None:
    group = occupants.group(tenant, network)
    tenant.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=_permission(group))
    tenant.ec2.delete_security_group(GroupId=group)
    assert tenant.objects("security-group") == []


@pytest.mark.documented(_DELETE_GROUP)
def test_a_group_is_deleted_once_the_rules_that_name_it_are_revoked(tenant: Tenant, network: Network) -> None:
    group, other = occupants.group(tenant, network), occupants.group(tenant, network, "other")
    tenant.ec2.authorize_security_group_ingress(GroupId=other, IpPermissions=_permission(group))
    tenant.ec2.revoke_security_group_ingress(GroupId=other, IpPermissions=_permission(group))
    tenant.ec2.delete_security_group(GroupId=group)


@pytest.mark.documented(_ERRORS)
def test_the_default_group_is_not_deleted(tenant: Tenant, network: Network) -> None:
    wanted = [{"Name": "vpc-id", "Values": [network.vpc]}, {"Name": "group-name", "Values": ["default"]}]
    (default,) = tenant.ec2.describe_security_groups(Filters=wanted)["SecurityGroups"]
    with refused("CannotDelete"):
        tenant.ec2.delete_security_group(GroupId=default["GroupId"])


# Interfaces


@pytest.mark.documented(_API.format("DeleteNetworkInterface"))
def test_an_interface_of_an_instance_is_not_deleted(tenant: Tenant, network: Network) -> None:
    occupants.instance(tenant, network, occupants.group(tenant, network))
    (eni,) = tenant.ec2.describe_network_interfaces()["NetworkInterfaces"]
    with refused("InvalidParameterValue", "is currently in use"):
        tenant.ec2.delete_network_interface(NetworkInterfaceId=eni["NetworkInterfaceId"])


@pytest.mark.documented(_API.format("DeleteNetworkInterface"))
def test_an_interface_of_a_cluster_is_not_deleted(tenant: Tenant, network: Network) -> None:
    occupants.cluster(tenant, network, occupants.group(tenant, network))
    eni = tenant.ec2.describe_network_interfaces()["NetworkInterfaces"][0]
    with refused("InvalidParameterValue", "is currently in use"):
        tenant.ec2.delete_network_interface(NetworkInterfaceId=eni["NetworkInterfaceId"])


@pytest.mark.documented(_API.format("DeleteNetworkInterface"))
def test_a_free_interface_is_deleted(tenant: Tenant, network: Network) -> None:
    eni = occupants.interface(tenant, network, occupants.group(tenant, network))
    tenant.ec2.delete_network_interface(NetworkInterfaceId=eni)
    assert tenant.objects("network-interface") == []


# Internet gateways and addresses


@pytest.mark.documented(_API.format("DeleteInternetGateway"), row="delete IGW attached, RT associated")
def test_an_attached_gateway_is_not_deleted(tenant: Tenant, network: Network) -> None:
    with refused("DependencyViolation"):
        tenant.ec2.delete_internet_gateway(InternetGatewayId=network.igw)


_MAPPED = _API.format("DetachInternetGateway")


@pytest.mark.parametrize(
    "make",
    _cases(
        ("a gateway stays while a NAT gateway has an address", occupants.nat, _GATEWAY, _ROW_IN_USE),
        (
            "a gateway stays while an instance has an Elastic IP",
            occupants.addressed_instance,
            _MAPPED,
            _ROW_IN_USE,
        ),
        ("a gateway stays while an instance has a public address", occupants.public_instance, _MAPPED, ""),
        ("a gateway stays while a load balancer has addresses", occupants.balancer, _GATEWAY, ""),
    ),
)
def test_a_gateway_of_mapped_addresses_is_not_detached(tenant: Tenant, network: Network, make: Make) -> None:
    make(tenant, network, occupants.group(tenant, network))
    with refused("DependencyViolation", "has some mapped public address(es)"):
        tenant.ec2.detach_internet_gateway(InternetGatewayId=network.igw, VpcId=network.vpc)


@pytest.mark.documented(_ERRORS)
def test_a_gateway_is_detached_from_where_it_is(tenant: Tenant, network: Network) -> None:
    other = tenant.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    with refused("Gateway.NotAttached"):
        tenant.ec2.detach_internet_gateway(InternetGatewayId=network.igw, VpcId=other)


@pytest.mark.documented(_API.format("ReleaseAddress"), row=_ROW_IN_USE)
def test_the_address_of_an_instance_is_not_released(tenant: Tenant, network: Network) -> None:
    address = occupants.addressed_instance(tenant, network, occupants.group(tenant, network))
    with refused("InvalidIPAddress.InUse"):
        tenant.ec2.release_address(AllocationId=address)


@pytest.mark.documented(_API.format("ReleaseAddress"))
def test_an_address_is_released_once_it_is_disassociated(tenant: Tenant, network: Network) -> None:
    allocation = occupants.addressed_instance(tenant, network, occupants.group(tenant, network))
    (address,) = tenant.ec2.describe_addresses(AllocationIds=[allocation])["Addresses"]
    tenant.ec2.disassociate_address(AssociationId=address["AssociationId"])
    tenant.ec2.release_address(AllocationId=allocation)
    assert tenant.objects("elastic-ip") == []


# Route tables


@pytest.mark.documented(_API.format("DeleteRouteTable"), row="delete IGW attached, RT associated")
def test_an_associated_route_table_is_not_deleted(tenant: Tenant, network: Network) -> None:
    with refused("DependencyViolation"):
        tenant.ec2.delete_route_table(RouteTableId=network.private_table)


@pytest.mark.documented(_API.format("DeleteRouteTable"))
def test_the_main_route_table_is_not_deleted(tenant: Tenant, network: Network) -> None:
    wanted = [{"Name": "vpc-id", "Values": [network.vpc]}, {"Name": "association.main", "Values": ["true"]}]
    (main,) = tenant.ec2.describe_route_tables(Filters=wanted)["RouteTables"]
    with refused("DependencyViolation"):
        tenant.ec2.delete_route_table(RouteTableId=main["RouteTableId"])
