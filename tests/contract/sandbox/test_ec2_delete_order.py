"""What EC2 does not delete because something else needs it.

DependencyViolation: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
"""

from collections.abc import Callable
from typing import Any

import pytest

from .tenant import Network, Tenant, refused

_API = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_{}.html"
_ERRORS = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html"
_DELETE_VPC = "https://docs.aws.amazon.com/vpc/latest/userguide/delete-vpc.html"
_DELETE_SUBNET = "https://docs.aws.amazon.com/vpc/latest/userguide/subnet-deleting.html"
_GATEWAY = "https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Internet_Gateway.html"
_LEFTOVERS = "https://docs.aws.amazon.com/eks/latest/userguide/troubleshooting.html"
_BALANCER = (
    "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html"
)
_ROW_SUBNET = "delete_subnet with NAT / instances / EKS"
_ROW_IN_USE = "detach IGW with EIPs, release EIP of a NAT, delete SG in use by cluster"

Make = Callable[[Tenant, Network, str], object]


@pytest.fixture
def network(tenant: Tenant) -> Network:
    return tenant.network()


def _group(tenant: Tenant, network: Network, name: str = "g") -> str:
    made = tenant.ec2.create_security_group(GroupName=name, Description="d", VpcId=network.vpc)
    return str(made["GroupId"])


def _instance(tenant: Tenant, network: Network, group: str, subnet: str = "") -> str:
    image = tenant.ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    made = tenant.ec2.run_instances(
        ImageId=image,
        MinCount=1,
        MaxCount=1,
        SubnetId=subnet or network.private[0],
        SecurityGroupIds=[group],
    )
    return str(made["Instances"][0]["InstanceId"])


def _nat(_tenant: Tenant, network: Network, _group: str) -> None:
    network.add_nat()


def _interface(tenant: Tenant, network: Network, group: str) -> str:
    made = tenant.ec2.create_network_interface(SubnetId=network.private[0], Groups=[group])
    return str(made["NetworkInterface"]["NetworkInterfaceId"])


def _balancer(tenant: Tenant, network: Network, group: str) -> str:
    made = tenant.client("elbv2").create_load_balancer(
        Name="lb", Subnets=[*network.public], SecurityGroups=[group]
    )
    return str(made["LoadBalancers"][0]["LoadBalancerArn"])


def _classic(tenant: Tenant, network: Network, group: str) -> None:
    listener = {"Protocol": "tcp", "LoadBalancerPort": 80, "InstancePort": 80}
    tenant.client("elb").create_load_balancer(
        LoadBalancerName="lb", Listeners=[listener], Subnets=network.public, SecurityGroups=[group]
    )


def _endpoint(tenant: Tenant, network: Network, group: str) -> str:
    made = tenant.ec2.create_vpc_endpoint(
        VpcId=network.vpc,
        VpcEndpointType="Interface",
        ServiceName="com.amazonaws.us-east-1.ec2",
        SubnetIds=[network.private[0]],
        SecurityGroupIds=[group],
        PrivateDnsEnabled=False,
    )
    return str(made["VpcEndpoint"]["VpcEndpointId"])


def _cluster(tenant: Tenant, network: Network, group: str) -> None:
    role = tenant.role("cluster", "eks.amazonaws.com")
    tenant.advance(30)
    config = {"subnetIds": network.private, "securityGroupIds": [group]}
    tenant.cluster(network, role, resourcesVpcConfig=config)


def _cases(*cases: tuple[str, Make, str, str]) -> list[Any]:
    return [
        pytest.param(make, marks=pytest.mark.documented(page, row=row), id=fact)
        for fact, make, page, row in cases
    ]


# Subnets


@pytest.mark.parametrize(
    "make",
    _cases(
        ("a subnet with a NAT gateway stays", _nat, _API.format("DeleteNatGateway"), _ROW_SUBNET),
        ("a subnet with an instance stays", _instance, _API.format("DeleteSubnet"), _ROW_SUBNET),
        ("a subnet with a cluster's interfaces stays", _cluster, _DELETE_SUBNET, _ROW_SUBNET),
        ("a subnet with an interface that is free stays", _interface, _DELETE_SUBNET, ""),
        ("a subnet with an endpoint's interface stays", _endpoint, _DELETE_SUBNET, ""),
        ("a subnet with a load balancer stays", _balancer, _BALANCER, ""),
        ("a subnet with a classic load balancer stays", _classic, _DELETE_SUBNET, ""),
    ),
)
def test_a_subnet_in_use_is_not_deleted(tenant: Tenant, network: Network, make: Make) -> None:
    make(tenant, network, _group(tenant, network))
    subnet = network.public[0] if make in (_nat, _balancer, _classic) else network.private[0]
    with refused("DependencyViolation", "has dependencies and cannot be deleted"):
        tenant.ec2.delete_subnet(SubnetId=subnet)


@pytest.mark.documented(_API.format("DeleteSubnet"))
def test_a_subnet_is_deleted_once_its_instances_are(tenant: Tenant, network: Network) -> None:
    instance = _instance(tenant, network, _group(tenant, network))
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


# Security groups


@pytest.mark.parametrize(
    "make",
    _cases(
        ("the group of an instance stays", _instance, _API.format("DeleteSecurityGroup"), ""),
        ("the group of an interface stays", _interface, _API.format("DeleteSecurityGroup"), ""),
        ("a group of a cluster stays", _cluster, _API.format("DeleteSecurityGroup"), _ROW_IN_USE),
        ("the group of a load balancer stays", _balancer, _API.format("DeleteSecurityGroup"), ""),
        ("the group of a classic load balancer stays", _classic, _API.format("DeleteSecurityGroup"), ""),
        ("the group of an endpoint stays", _endpoint, _API.format("DeleteSecurityGroup"), ""),
    ),
)
def test_a_group_in_use_is_not_deleted(tenant: Tenant, network: Network, make: Make) -> None:
    group = _group(tenant, network)
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
            marks=pytest.mark.documented(_API.format("DeleteSecurityGroup")),
            id=f"a group that another's {direction} rule names stays",
        )
        for direction in ("ingress", "egress")
    ],
)
def test_a_group_that_is_named_is_not_deleted(tenant: Tenant, network: Network, direction: str) -> None:
    group, other = _group(tenant, network), _group(tenant, network, "other")
    getattr(tenant.ec2, f"authorize_security_group_{direction}")(
        GroupId=other, IpPermissions=_permission(group)
    )
    with refused("DependencyViolation"):
        tenant.ec2.delete_security_group(GroupId=group)


@pytest.mark.documented(_API.format("DeleteSecurityGroup"))
def test_a_group_that_names_itself_is_deleted(tenant: Tenant, network: Network) -> None:
    group = _group(tenant, network)
    tenant.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=_permission(group))
    tenant.ec2.delete_security_group(GroupId=group)
    assert tenant.objects("security-group") == []


@pytest.mark.documented(_API.format("DeleteSecurityGroup"))
def test_a_group_is_deleted_once_the_rules_that_name_it_are_revoked(tenant: Tenant, network: Network) -> None:
    group, other = _group(tenant, network), _group(tenant, network, "other")
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
    _instance(tenant, network, _group(tenant, network))
    (eni,) = tenant.ec2.describe_network_interfaces()["NetworkInterfaces"]
    with refused("InvalidParameterValue", "is currently in use"):
        tenant.ec2.delete_network_interface(NetworkInterfaceId=eni["NetworkInterfaceId"])


@pytest.mark.documented(_API.format("DeleteNetworkInterface"))
def test_an_interface_of_a_cluster_is_not_deleted(tenant: Tenant, network: Network) -> None:
    _cluster(tenant, network, _group(tenant, network))
    eni = tenant.ec2.describe_network_interfaces()["NetworkInterfaces"][0]
    with refused("InvalidParameterValue", "is currently in use"):
        tenant.ec2.delete_network_interface(NetworkInterfaceId=eni["NetworkInterfaceId"])


@pytest.mark.documented(_API.format("DeleteNetworkInterface"))
def test_a_free_interface_is_deleted(tenant: Tenant, network: Network) -> None:
    eni = _interface(tenant, network, _group(tenant, network))
    tenant.ec2.delete_network_interface(NetworkInterfaceId=eni)
    assert tenant.objects("network-interface") == []


# Internet gateways and addresses


@pytest.mark.documented(_API.format("DeleteInternetGateway"), row="delete IGW attached, RT associated")
def test_an_attached_gateway_is_not_deleted(tenant: Tenant, network: Network) -> None:
    with refused("DependencyViolation"):
        tenant.ec2.delete_internet_gateway(InternetGatewayId=network.igw)


def _public_instance(tenant: Tenant, network: Network, group: str) -> None:
    _instance(tenant, network, group, network.public[0])


def _addressed_instance(tenant: Tenant, network: Network, group: str) -> str:
    instance = _instance(tenant, network, group)
    address = str(tenant.ec2.allocate_address(Domain="vpc")["AllocationId"])
    tenant.ec2.associate_address(AllocationId=address, InstanceId=instance)
    return address


_MAPPED = _API.format("DetachInternetGateway")


@pytest.mark.parametrize(
    "make",
    _cases(
        ("a gateway stays while a NAT gateway has an address", _nat, _GATEWAY, _ROW_IN_USE),
        ("a gateway stays while an instance has an Elastic IP", _addressed_instance, _MAPPED, _ROW_IN_USE),
        ("a gateway stays while an instance has a public address", _public_instance, _MAPPED, ""),
        ("a gateway stays while a load balancer has addresses", _balancer, _GATEWAY, ""),
    ),
)
def test_a_gateway_of_mapped_addresses_is_not_detached(tenant: Tenant, network: Network, make: Make) -> None:
    make(tenant, network, _group(tenant, network))
    with refused("DependencyViolation", "has some mapped public address(es)"):
        tenant.ec2.detach_internet_gateway(InternetGatewayId=network.igw, VpcId=network.vpc)


@pytest.mark.documented(_ERRORS)
def test_a_gateway_is_detached_from_where_it_is(tenant: Tenant, network: Network) -> None:
    other = tenant.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    with refused("Gateway.NotAttached"):
        tenant.ec2.detach_internet_gateway(InternetGatewayId=network.igw, VpcId=other)


@pytest.mark.documented(_API.format("ReleaseAddress"), row=_ROW_IN_USE)
def test_the_address_of_an_instance_is_not_released(tenant: Tenant, network: Network) -> None:
    address = _addressed_instance(tenant, network, _group(tenant, network))
    with refused("InvalidIPAddress.InUse"):
        tenant.ec2.release_address(AllocationId=address)


@pytest.mark.documented(_API.format("ReleaseAddress"))
def test_an_address_is_released_once_it_is_disassociated(tenant: Tenant, network: Network) -> None:
    allocation = _addressed_instance(tenant, network, _group(tenant, network))
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


@pytest.mark.documented(_BALANCER)
def test_a_load_balancer_holds_its_subnet_for_a_while_after_it_is_deleted(
    tenant: Tenant, network: Network
) -> None:
    arn = _balancer(tenant, network, _group(tenant, network))
    tenant.client("elbv2").delete_load_balancer(LoadBalancerArn=arn)
    with refused("DependencyViolation"):
        tenant.ec2.delete_subnet(SubnetId=network.public[0])
    tenant.advance(300)
    tenant.ec2.delete_subnet(SubnetId=network.public[0])


@pytest.mark.documented(_API.format("DeleteVpcEndpoints"))
def test_an_endpoint_holds_its_subnet_until_it_is_gone(tenant: Tenant, network: Network) -> None:
    endpoint = _endpoint(tenant, network, _group(tenant, network))
    tenant.ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint])
    with refused("DependencyViolation"):
        tenant.ec2.delete_subnet(SubnetId=network.private[0])
    tenant.advance(300)
    tenant.ec2.delete_subnet(SubnetId=network.private[0])


@pytest.mark.documented("https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteVolume.html")
def test_an_attached_volume_is_not_deleted(tenant: Tenant, network: Network) -> None:
    _instance(tenant, network, _group(tenant, network))
    (volume,) = tenant.ec2.describe_volumes()["Volumes"]
    with refused("VolumeInUse"):
        tenant.ec2.delete_volume(VolumeId=volume["VolumeId"])
