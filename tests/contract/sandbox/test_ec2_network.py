"""EC2 networking: tags from the creating call on, filters, gateways that take their time, dependencies.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/Welcome.html
"""

from collections.abc import Callable
from typing import Any

import pytest

from .tenant import Network, Tenant, refused

_OWN = [{"Key": "owner", "Value": "us"}, {"Key": "Name", "Value": "x"}]


def _spec(kind: str) -> list[dict[str, Any]]:
    return [{"ResourceType": kind, "Tags": _OWN}]


def _nat(tenant: Tenant) -> str:
    network = tenant.network()
    allocation = tenant.ec2.allocate_address(Domain="vpc")["AllocationId"]
    made = tenant.ec2.create_nat_gateway(
        SubnetId=network.public[0], AllocationId=allocation, TagSpecifications=_spec("natgateway")
    )
    return str(made["NatGateway"]["NatGatewayId"])


def _route_table(tenant: Tenant) -> str:
    vpc = tenant.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    made = tenant.ec2.create_route_table(VpcId=vpc, TagSpecifications=_spec("route-table"))
    return str(made["RouteTable"]["RouteTableId"])


def _subnet(tenant: Tenant) -> str:
    vpc = tenant.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    spec = _spec("subnet")
    made = tenant.ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24", TagSpecifications=spec)
    return str(made["Subnet"]["SubnetId"])


def _group(tenant: Tenant) -> str:
    vpc = tenant.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    spec = _spec("security-group")
    made = tenant.ec2.create_security_group(GroupName="g", Description="d", VpcId=vpc, TagSpecifications=spec)
    return str(made["GroupId"])


def _vpc(tenant: Tenant) -> str:
    made = tenant.ec2.create_vpc(CidrBlock="10.0.0.0/16", TagSpecifications=_spec("vpc"))
    return str(made["Vpc"]["VpcId"])


def _igw(tenant: Tenant) -> str:
    made = tenant.ec2.create_internet_gateway(TagSpecifications=_spec("internet-gateway"))
    return str(made["InternetGateway"]["InternetGatewayId"])


def _eip(tenant: Tenant) -> str:
    made = tenant.ec2.allocate_address(Domain="vpc", TagSpecifications=_spec("elastic-ip"))
    return str(made["AllocationId"])


def _template(tenant: Tenant) -> str:
    made = tenant.ec2.create_launch_template(
        LaunchTemplateName="t",
        LaunchTemplateData={"InstanceType": "t3.large"},
        TagSpecifications=_spec("launch-template"),
    )
    return str(made["LaunchTemplate"]["LaunchTemplateId"])


_KINDS: list[tuple[Callable[[Tenant], str], str, str, str]] = [
    (_vpc, "describe_vpcs", "Vpcs", "VpcId"),
    (_subnet, "describe_subnets", "Subnets", "SubnetId"),
    (_igw, "describe_internet_gateways", "InternetGateways", "InternetGatewayId"),
    (_eip, "describe_addresses", "Addresses", "AllocationId"),
    (_nat, "describe_nat_gateways", "NatGateways", "NatGatewayId"),
    (_route_table, "describe_route_tables", "RouteTables", "RouteTableId"),
    (_group, "describe_security_groups", "SecurityGroups", "GroupId"),
    (_template, "describe_launch_templates", "LaunchTemplates", "LaunchTemplateId"),
]


@pytest.mark.parametrize(("make", "describe", "member", "key"), _KINDS, ids=[kind[2] for kind in _KINDS])
def test_tags_given_at_creation_are_found(
    tenant: Tenant, make: Callable[[Tenant], str], describe: str, member: str, key: str
) -> None:
    made = make(tenant)
    for wanted in (
        {"Name": "tag-key", "Values": ["owner"]},
        {"Name": "tag:owner", "Values": ["us"]},
        {"Name": "tag:owner", "Values": ["them", "us"]},
    ):
        found = getattr(tenant.ec2, describe)(Filters=[wanted])[member]
        assert [one[key] for one in found] == [made], wanted
    tags = {tag["Key"]: tag["Value"] for tag in found[0]["Tags"]}
    assert tags == {"owner": "us", "Name": "x"}
    for other in ({"Name": "tag-key", "Values": ["nope"]}, {"Name": "tag:owner", "Values": ["them"]}):
        assert getattr(tenant.ec2, describe)(Filters=[other])[member] == []


def _state(tenant: Tenant, nat: str) -> str:
    return str(tenant.ec2.describe_nat_gateways(NatGatewayIds=[nat])["NatGateways"][0]["State"])


def test_a_nat_gateway_takes_its_time(tenant: Tenant) -> None:
    """pending, available, deleting, deleted:
    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_NatGateway.html"""
    network = tenant.network()
    ec2 = tenant.ec2
    network.add_nat()
    assert _state(tenant, network.nat) == "pending"
    tenant.advance(30)
    assert _state(tenant, network.nat) == "pending"
    tenant.advance(180)
    assert _state(tenant, network.nat) == "available"
    by_vpc = {"Name": "vpc-id", "Values": [network.vpc]}
    for state, expected in (("available", [network.nat]), ("deleted", [])):
        found = ec2.describe_nat_gateways(Filters=[by_vpc, {"Name": "state", "Values": [state]}])
        assert [one["NatGatewayId"] for one in found["NatGateways"]] == expected

    with refused("InvalidIPAddress.InUse"):
        ec2.release_address(AllocationId=network.eip)
    association = ec2.describe_addresses(AllocationIds=[network.eip])["Addresses"][0]["AssociationId"]
    with refused("AuthFailure"):
        ec2.disassociate_address(AssociationId=association)

    ec2.delete_nat_gateway(NatGatewayId=network.nat)
    assert _state(tenant, network.nat) == "deleting"
    with refused("InvalidIPAddress.InUse"):
        ec2.release_address(AllocationId=network.eip)
    with refused("DependencyViolation"):
        ec2.delete_subnet(SubnetId=network.public[0])
    tenant.advance(150)
    assert _state(tenant, network.nat) == "deleted"
    (table,) = ec2.describe_route_tables(RouteTableIds=[network.private_table])["RouteTables"]
    states = {route["DestinationCidrBlock"]: route["State"] for route in table["Routes"]}
    assert states == {"10.0.0.0/16": "active", "0.0.0.0/0": "blackhole"}
    assert tenant.objects("nat-gateway") == []
    ec2.release_address(AllocationId=network.eip)
    tenant.advance(3700)
    with refused("NatGatewayNotFound"):
        ec2.describe_nat_gateways(NatGatewayIds=[network.nat])


def test_a_nat_gateway_token_makes_one_gateway(tenant: Tenant) -> None:
    """https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html"""
    network = tenant.network()
    ec2 = tenant.ec2
    allocation = ec2.allocate_address(Domain="vpc")["AllocationId"]
    request = {"SubnetId": network.public[0], "AllocationId": allocation, "ClientToken": "t-1"}
    first, second = ec2.create_nat_gateway(**request), ec2.create_nat_gateway(**request)
    assert first["NatGateway"]["NatGatewayId"] == second["NatGateway"]["NatGatewayId"]
    assert len(ec2.describe_nat_gateways()["NatGateways"]) == 1
    with refused("IdempotentParameterMismatch"):
        ec2.create_nat_gateway(**{**request, "SubnetId": network.public[1]})


def test_a_nat_gateway_without_a_way_out_fails(tenant: Tenant) -> None:
    """https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-troubleshooting.html"""
    ec2 = tenant.ec2
    subnet = _subnet(tenant)
    allocation = ec2.allocate_address(Domain="vpc")["AllocationId"]
    made = ec2.create_nat_gateway(SubnetId=subnet, AllocationId=allocation)["NatGateway"]["NatGatewayId"]
    tenant.advance(200)
    gateway = ec2.describe_nat_gateways(NatGatewayIds=[made])["NatGateways"][0]
    assert (gateway["State"], gateway["FailureCode"]) == ("failed", "Gateway.NotAttached")
    ec2.release_address(AllocationId=allocation)


def _used(tenant: Tenant) -> Network:
    network = tenant.network()
    network.add_nat()
    return network


def test_what_is_needed_is_not_deleted(tenant: Tenant) -> None:
    """DependencyViolation: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html"""
    network = _used(tenant)
    ec2 = tenant.ec2
    group = ec2.create_security_group(GroupName="g", Description="d", VpcId=network.vpc)["GroupId"]
    other = ec2.create_security_group(GroupName="h", Description="d", VpcId=network.vpc)["GroupId"]
    eni = ec2.create_network_interface(SubnetId=network.private[0], Groups=[group])["NetworkInterface"]
    permission = {"IpProtocol": "tcp", "FromPort": 1, "ToPort": 2, "UserIdGroupPairs": [{"GroupId": other}]}
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[permission])

    with refused("DependencyViolation", "has dependencies and cannot be deleted"):
        ec2.delete_vpc(VpcId=network.vpc)
    with refused("DependencyViolation"):
        ec2.delete_subnet(SubnetId=network.public[0])
    with refused("DependencyViolation", "mapped public address"):
        ec2.detach_internet_gateway(InternetGatewayId=network.igw, VpcId=network.vpc)
    with refused("DependencyViolation"):
        ec2.delete_internet_gateway(InternetGatewayId=network.igw)
    with refused("DependencyViolation"):
        ec2.delete_route_table(RouteTableId=network.private_table)
    with refused("DependencyViolation", "has a dependent object"):
        ec2.delete_security_group(GroupId=group)
    with refused("DependencyViolation", "has a dependent object"):
        ec2.delete_security_group(GroupId=other)

    ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=[permission])
    ec2.delete_security_group(GroupId=other)
    ec2.delete_network_interface(NetworkInterfaceId=eni["NetworkInterfaceId"])
    ec2.delete_security_group(GroupId=group)


@pytest.mark.parametrize("service", ["elb", "elbv2"])
def test_a_forgotten_load_balancer_holds_its_network(tenant: Tenant, service: str) -> None:
    """https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html"""
    network = tenant.network()
    ec2, balancing = tenant.ec2, tenant.client(service)
    group = ec2.create_security_group(GroupName="g", Description="d", VpcId=network.vpc)["GroupId"]
    tags = [{"Key": "kubernetes.io/cluster/one", "Value": "owned"}]
    given = {"Subnets": network.public, "SecurityGroups": [group], "Tags": tags}
    if service == "elbv2":
        made = balancing.create_load_balancer(Name="lb", **given)["LoadBalancers"][0]
        named = {"LoadBalancerArn": made["LoadBalancerArn"]}
    else:
        listener = {"Protocol": "tcp", "LoadBalancerPort": 80, "InstancePort": 80}
        balancing.create_load_balancer(LoadBalancerName="lb", Listeners=[listener], **given)
        named = {"LoadBalancerName": "lb"}
    assert [one["tags"] for one in tenant.objects() if one["name"] == "lb"] == [
        {"kubernetes.io/cluster/one": "owned"}
    ]
    with refused("DependencyViolation"):
        ec2.delete_subnet(SubnetId=network.public[0])
    with refused("DependencyViolation"):
        ec2.delete_security_group(GroupId=group)
    with refused("DependencyViolation"):
        ec2.detach_internet_gateway(InternetGatewayId=network.igw, VpcId=network.vpc)
    balancing.delete_load_balancer(**named)
    with refused("DependencyViolation"):
        ec2.delete_subnet(SubnetId=network.public[0])
    tenant.advance(300)
    ec2.delete_security_group(GroupId=group)
    ec2.delete_subnet(SubnetId=network.public[0])
    ec2.detach_internet_gateway(InternetGatewayId=network.igw, VpcId=network.vpc)


def test_a_vpc_waits_for_its_groups_and_gateway(tenant: Tenant) -> None:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteVpc.html"""
    ec2 = tenant.ec2
    vpc = _vpc(tenant)
    group = ec2.create_security_group(GroupName="g", Description="d", VpcId=vpc)["GroupId"]
    igw = _igw(tenant)
    ec2.attach_internet_gateway(InternetGatewayId=igw, VpcId=vpc)
    with refused("DependencyViolation"):
        ec2.delete_vpc(VpcId=vpc)
    ec2.delete_security_group(GroupId=group)
    with refused("DependencyViolation"):
        ec2.delete_vpc(VpcId=vpc)
    default = ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["SecurityGroups"]
    with refused("CannotDelete"):
        ec2.delete_security_group(GroupId=default[0]["GroupId"])
    ec2.detach_internet_gateway(InternetGatewayId=igw, VpcId=vpc)
    ec2.delete_vpc(VpcId=vpc)
    assert [one["kind"] for one in tenant.objects()] == ["internet-gateway"]


def test_an_instance_takes_its_interface_and_disk_with_it(tenant: Tenant) -> None:
    """https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/how-ec2-instance-termination-works.html"""
    network = tenant.network()
    ec2 = tenant.ec2
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    made = ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1, SubnetId=network.private[0])
    instance = made["Instances"][0]["InstanceId"]
    with refused("DependencyViolation"):
        ec2.delete_subnet(SubnetId=network.private[0])
    ec2.terminate_instances(InstanceIds=[instance])
    assert tenant.objects("network-interface") + tenant.objects("volume") + tenant.objects("instance") == []
    ec2.delete_subnet(SubnetId=network.private[0])


@pytest.mark.parametrize(
    ("region", "zones"),
    [
        ("eu-west-1", {"eu-west-1a", "eu-west-1b", "eu-west-1c"}),
        ("us-west-2", {"us-west-2a", "us-west-2b", "us-west-2c", "us-west-2d"}),
    ],
)
def test_zones_have_names_and_ids(tenant: Tenant, region: str, zones: set[str]) -> None:
    """https://docs.aws.amazon.com/ram/latest/userguide/working-with-az-ids.html"""
    found = tenant.client("ec2", region).describe_availability_zones()["AvailabilityZones"]
    assert {zone["ZoneName"] for zone in found} == zones
    assert all("-az" in zone["ZoneId"] for zone in found)
