"""Networks: what EC2 makes and what it does not, tags from the creating call on, filters."""

from collections.abc import Callable
from typing import Any

import pytest

from .tenant import Network, Tenant, refused

_API = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_{}.html"
_ERRORS = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html"
_CIDRS = "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html"
_SUBNETS = "https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html"
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


_KINDS: list[tuple[Callable[[Tenant], str], str, str, str, str]] = [
    (_vpc, "CreateVpc", "describe_vpcs", "Vpcs", "VpcId"),
    (_subnet, "CreateSubnet", "describe_subnets", "Subnets", "SubnetId"),
    (
        _igw,
        "CreateInternetGateway",
        "describe_internet_gateways",
        "InternetGateways",
        "InternetGatewayId",
    ),
    (_eip, "AllocateAddress", "describe_addresses", "Addresses", "AllocationId"),
    (_nat, "CreateNatGateway", "describe_nat_gateways", "NatGateways", "NatGatewayId"),
    (_route_table, "CreateRouteTable", "describe_route_tables", "RouteTables", "RouteTableId"),
    (_group, "CreateSecurityGroup", "describe_security_groups", "SecurityGroups", "GroupId"),
    (
        _template,
        "CreateLaunchTemplate",
        "describe_launch_templates",
        "LaunchTemplates",
        "LaunchTemplateId",
    ),
]


@pytest.mark.parametrize(
    ("make", "describe", "member", "key"),
    [
        pytest.param(
            make, *rest, marks=pytest.mark.documented(_API.format(action)), id=f"{action} takes tags"
        )
        for make, action, *rest in _KINDS
    ],
)
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


# VPCs and their ranges


@pytest.fixture(scope="module")
def network(reader: Tenant) -> Network:
    """A network that none of the tests changes for the others."""
    return reader.network()


@pytest.mark.documented(_API.format("CreateVpc"))
def test_a_new_vpc_is_pending_and_then_available(tenant: Tenant) -> None:
    made = tenant.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]
    assert made["State"] == "pending"
    (found,) = tenant.ec2.describe_vpcs(VpcIds=[made["VpcId"]])["Vpcs"]
    assert found["State"] == "available"


@pytest.mark.parametrize(
    "cidr",
    [
        pytest.param(
            cidr, marks=pytest.mark.documented(_API.format("CreateVpc")), id=f"a VPC is not a {cidr[-2:]}"
        )
        for cidr in ("10.0.0.0/8", "10.0.0.0/15", "10.0.0.0/29")
    ],
)
def test_a_vpc_is_between_a_16_and_a_28(reader: Tenant, cidr: str) -> None:
    with refused("InvalidVpc.Range"):
        reader.ec2.create_vpc(CidrBlock=cidr)


@pytest.mark.documented(_ERRORS)
def test_an_unknown_vpc_is_not_described(reader: Tenant) -> None:
    with refused("InvalidVpcID.NotFound"):
        reader.ec2.describe_vpcs(VpcIds=["vpc-00000000000000000"])


@pytest.mark.documented("https://docs.aws.amazon.com/vpc/latest/userguide/vpc-dns.html")
def test_dns_support_is_on_and_hostnames_are_off_at_first(reader: Tenant, network: Network) -> None:
    ask = reader.ec2.describe_vpc_attribute
    support = ask(VpcId=network.vpc, Attribute="enableDnsSupport")["EnableDnsSupport"]
    hostnames = ask(VpcId=network.vpc, Attribute="enableDnsHostnames")["EnableDnsHostnames"]
    assert (support["Value"], hostnames["Value"]) == (True, False)


@pytest.mark.documented(_API.format("ModifyVpcAttribute"))
def test_a_vpc_gets_hostnames(tenant: Tenant) -> None:
    vpc = _vpc(tenant)
    tenant.ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    told = tenant.ec2.describe_vpc_attribute(VpcId=vpc, Attribute="enableDnsHostnames")
    assert told["EnableDnsHostnames"]["Value"] is True


@pytest.mark.documented(_CIDRS)
def test_a_vpc_takes_a_second_range(tenant: Tenant) -> None:
    vpc = _vpc(tenant)
    tenant.ec2.associate_vpc_cidr_block(VpcId=vpc, CidrBlock="100.64.0.0/16")
    (found,) = tenant.ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"]
    ranges = {one["CidrBlock"]: one["CidrBlockState"]["State"] for one in found["CidrBlockAssociationSet"]}
    assert ranges == {"10.0.0.0/16": "associated", "100.64.0.0/16": "associated"}


@pytest.mark.documented(_CIDRS)
def test_a_second_range_has_subnets_and_a_local_route(tenant: Tenant) -> None:
    vpc = _vpc(tenant)
    tenant.ec2.associate_vpc_cidr_block(VpcId=vpc, CidrBlock="100.64.0.0/16")
    tenant.ec2.create_subnet(VpcId=vpc, CidrBlock="100.64.0.0/24")
    (table,) = tenant.ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["RouteTables"]
    local = {one["DestinationCidrBlock"] for one in table["Routes"] if one["GatewayId"] == "local"}
    assert local == {"10.0.0.0/16", "100.64.0.0/16"}


@pytest.mark.parametrize(
    "cidr",
    [
        pytest.param(cidr, marks=pytest.mark.documented(_CIDRS), id=fact)
        for fact, cidr in (
            ("a second range does not overlap the first", "10.0.128.0/17"),
            ("a second range of 10.0.0.0/8 is not of 172.16.0.0/12", "172.20.0.0/16"),
            ("a second range of 10.0.0.0/8 is not of 192.168.0.0/16", "192.168.0.0/20"),
            ("a second range is not of 198.19.0.0/16", "198.19.0.0/20"),
            ("a second range is no larger than a 16", "100.64.0.0/10"),
        )
    ],
)
def test_a_range_that_may_not_join(reader: Tenant, network: Network, cidr: str) -> None:
    with refused("InvalidVpc.Range"):
        reader.ec2.associate_vpc_cidr_block(VpcId=network.vpc, CidrBlock=cidr)


@pytest.mark.documented(_API.format("DisassociateVpcCidrBlock"))
def test_the_first_range_stays(reader: Tenant, network: Network) -> None:
    (found,) = reader.ec2.describe_vpcs(VpcIds=[network.vpc])["Vpcs"]
    association = found["CidrBlockAssociationSet"][0]["AssociationId"]
    with refused("OperationNotPermitted"):
        reader.ec2.disassociate_vpc_cidr_block(AssociationId=association)


@pytest.mark.documented(_API.format("DisassociateVpcCidrBlock"))
def test_a_range_with_subnets_stays(tenant: Tenant) -> None:
    vpc = _vpc(tenant)
    made = tenant.ec2.associate_vpc_cidr_block(VpcId=vpc, CidrBlock="100.64.0.0/16")
    association = made["CidrBlockAssociation"]["AssociationId"]
    subnet = tenant.ec2.create_subnet(VpcId=vpc, CidrBlock="100.64.0.0/24")["Subnet"]["SubnetId"]
    with refused("DependencyViolation"):
        tenant.ec2.disassociate_vpc_cidr_block(AssociationId=association)
    tenant.ec2.delete_subnet(SubnetId=subnet)
    tenant.ec2.disassociate_vpc_cidr_block(AssociationId=association)


@pytest.mark.documented(_API.format("AssociateVpcCidrBlock"))
def test_a_vpc_gets_a_range_of_ipv6_from_amazon(tenant: Tenant) -> None:
    made = tenant.ec2.associate_vpc_cidr_block(VpcId=_vpc(tenant), AmazonProvidedIpv6CidrBlock=True)
    assert made["Ipv6CidrBlockAssociation"]["Ipv6CidrBlock"].endswith("::/56")


# Subnets


@pytest.mark.parametrize(
    ("given", "code"),
    [
        pytest.param(given, code, marks=pytest.mark.documented(page), id=fact)
        for fact, given, code, page in (
            (
                "subnets of a VPC do not overlap",
                {"CidrBlock": "10.0.0.128/25"},
                "InvalidSubnet.Conflict",
                _ERRORS,
            ),
            (
                "a subnet lies within its VPC",
                {"CidrBlock": "10.9.0.0/24"},
                "InvalidSubnet.Range",
                _ERRORS,
            ),
            (
                "a subnet is in a zone of the region",
                {"CidrBlock": "10.0.9.0/24", "AvailabilityZone": "eu-west-1a"},
                "InvalidParameterValue",
                _ERRORS,
            ),
            (
                "a subnet is in a VPC that exists",
                {"CidrBlock": "10.0.9.0/24", "VpcId": "vpc-00000000000000000"},
                "InvalidVpcID.NotFound",
                _ERRORS,
            ),
        )
    ],
)
def test_a_subnet_that_is_not_made(
    reader: Tenant, network: Network, given: dict[str, str], code: str
) -> None:
    with refused(code):
        reader.ec2.create_subnet(**{"VpcId": network.vpc, **given})


@pytest.mark.documented(_SUBNETS)
def test_five_addresses_of_a_subnet_are_awss(reader: Tenant, network: Network) -> None:
    (subnet,) = reader.ec2.describe_subnets(SubnetIds=[network.private[0]])["Subnets"]
    assert subnet["AvailableIpAddressCount"] == 256 - 5


@pytest.mark.documented(_API.format("ModifySubnetAttribute"))
def test_a_subnet_gives_public_addresses_once_told(tenant: Tenant) -> None:
    subnet = _subnet(tenant)
    ask = tenant.ec2.describe_subnets
    assert ask(SubnetIds=[subnet])["Subnets"][0]["MapPublicIpOnLaunch"] is False
    tenant.ec2.modify_subnet_attribute(SubnetId=subnet, MapPublicIpOnLaunch={"Value": True})
    assert ask(SubnetIds=[subnet])["Subnets"][0]["MapPublicIpOnLaunch"] is True


@pytest.mark.documented("https://docs.aws.amazon.com/ram/latest/userguide/working-with-az-ids.html")
def test_a_subnet_names_its_zone_and_the_zones_id(reader: Tenant, network: Network) -> None:
    zones = reader.ec2.describe_availability_zones()["AvailabilityZones"]
    ids = {zone["ZoneName"]: zone["ZoneId"] for zone in zones}
    (subnet,) = reader.ec2.describe_subnets(SubnetIds=[network.private[1]])["Subnets"]
    assert subnet["AvailabilityZone"] == "us-east-1b"
    assert subnet["AvailabilityZoneId"] == ids["us-east-1b"]


# Gateways and routes


@pytest.mark.documented("https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Internet_Gateway.html")
def test_a_vpc_has_one_internet_gateway(tenant: Tenant) -> None:
    network = tenant.network()
    with refused("InvalidParameterValue", f"Network {network.vpc} already has an internet gateway attached"):
        tenant.ec2.attach_internet_gateway(InternetGatewayId=_igw(tenant), VpcId=network.vpc)


@pytest.mark.documented(_ERRORS)
def test_an_internet_gateway_has_one_vpc(reader: Tenant, network: Network) -> None:
    other = reader.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    with refused("Resource.AlreadyAssociated"):
        reader.ec2.attach_internet_gateway(InternetGatewayId=network.igw, VpcId=other)


@pytest.mark.documented(_API.format("CreateEgressOnlyInternetGateway"))
def test_a_gateway_for_the_way_out_is_attached_at_once(tenant: Tenant) -> None:
    vpc = _vpc(tenant)
    made = tenant.ec2.create_egress_only_internet_gateway(VpcId=vpc)["EgressOnlyInternetGateway"]
    assert made["Attachments"] == [{"State": "attached", "VpcId": vpc}]


@pytest.mark.documented(_ERRORS)
def test_a_destination_has_one_route(reader: Tenant, network: Network) -> None:
    with refused("RouteAlreadyExists"):
        reader.ec2.create_route(
            RouteTableId=network.public_table, DestinationCidrBlock="0.0.0.0/0", GatewayId=network.igw
        )


@pytest.mark.documented("https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Route.html")
def test_a_route_to_a_detached_gateway_is_a_black_hole(tenant: Tenant) -> None:
    network = tenant.network()
    tenant.ec2.detach_internet_gateway(InternetGatewayId=network.igw, VpcId=network.vpc)
    (table,) = tenant.ec2.describe_route_tables(RouteTableIds=[network.public_table])["RouteTables"]
    states = {one["DestinationCidrBlock"]: one["State"] for one in table["Routes"]}
    assert states["0.0.0.0/0"] == "blackhole"


@pytest.mark.documented("https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Route_Tables.html")
def test_the_local_route_is_there_at_once(reader: Tenant, network: Network) -> None:
    (table,) = reader.ec2.describe_route_tables(RouteTableIds=[network.private_table])["RouteTables"]
    assert [(one["DestinationCidrBlock"], one["GatewayId"], one["State"]) for one in table["Routes"]] == [
        ("10.0.0.0/16", "local", "active")
    ]


@pytest.mark.documented(_API.format("AssociateRouteTable"))
def test_route_tables_are_found_by_their_subnets(reader: Tenant, network: Network) -> None:
    wanted = [{"Name": "association.subnet-id", "Values": [network.private[0]]}]
    (table,) = reader.ec2.describe_route_tables(Filters=wanted)["RouteTables"]
    assert table["RouteTableId"] == network.private_table
