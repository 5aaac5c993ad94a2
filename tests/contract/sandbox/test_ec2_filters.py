"""What filters find: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Filtering.html"""

from typing import Any

import pytest

from .tenant import Network, Tenant

_API = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_{}.html"


@pytest.fixture(scope="module")
def network(reader: Tenant) -> Network:
    """With a NAT gateway, an endpoint, a free interface and a spot instance in it, and a route to nowhere."""
    made, ec2 = reader.network(), reader.ec2
    made.add_nat()
    ec2.create_vpc_endpoint(VpcId=made.vpc, ServiceName="com.amazonaws.us-east-1.s3")
    ec2.create_network_interface(SubnetId=made.private[0])
    tags = [{"ResourceType": "egress-only-internet-gateway", "Tags": [{"Key": "owner", "Value": "us"}]}]
    ec2.create_egress_only_internet_gateway(VpcId=made.vpc, TagSpecifications=tags)
    ec2.create_egress_only_internet_gateway(VpcId=made.vpc)
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    for market in ({}, {"InstanceMarketOptions": {"MarketType": "spot"}}):
        ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1, SubnetId=made.private[1], **market)
    return made


def _count(reader: Tenant, describe: str, member: str, name: str, value: str) -> int:
    wanted = [{"Name": name, "Values": [value]}]
    return len(getattr(reader.ec2, describe)(Filters=wanted)[member])


def _of(reader: Tenant, network: Network, what: str) -> str:
    """The value to look for."""
    if what == "public address":
        (address,) = reader.ec2.describe_addresses(AllocationIds=[network.eip])["Addresses"]
        return str(address["PublicIp"])
    if what == "endpoint":
        return str(reader.ec2.describe_vpc_endpoints()["VpcEndpoints"][0]["VpcEndpointId"])
    known = {
        "address": network.eip,
        "NAT gateway": network.nat,
        "account": reader.account,
        "VPC": network.vpc,
    }
    return str(known.get(what, what))


_ENIS = ("DescribeNetworkInterfaces", "describe_network_interfaces", "NetworkInterfaces")
_CASES: tuple[tuple[tuple[str, str, str], str, str, int], ...] = (
    (_ENIS, "attachment.status", "attached", 3),
    (_ENIS, "association.public-ip", "public address", 1),
    (_ENIS, "association.allocation-id", "address", 1),
    (_ENIS, "interface-type", "nat_gateway", 1),
    (_ENIS, "requester-managed", "true", 1),
    (_ENIS, "status", "available", 1),
    (_ENIS, "vpc-id", "VPC", 4),
    (("DescribeNatGateways", "describe_nat_gateways", "NatGateways"), "nat-gateway-id", "NAT gateway", 1),
    (("DescribeVpcEndpoints", "describe_vpc_endpoints", "VpcEndpoints"), "vpc-endpoint-id", "endpoint", 1),
    (
        ("DescribeRouteTables", "describe_route_tables", "RouteTables"),
        "route.nat-gateway-id",
        "NAT gateway",
        1,
    ),
    (("DescribeRouteTables", "describe_route_tables", "RouteTables"), "route.state", "blackhole", 0),
    (
        ("DescribeInternetGateways", "describe_internet_gateways", "InternetGateways"),
        "owner-id",
        "account",
        1,
    ),
    (
        ("DescribeInternetGateways", "describe_internet_gateways", "InternetGateways"),
        "attachment.vpc-id",
        "VPC",
        1,
    ),
    (
        (
            "DescribeEgressOnlyInternetGateways",
            "describe_egress_only_internet_gateways",
            "EgressOnlyInternetGateways",
        ),
        "tag:owner",
        "us",
        1,
    ),
    (("DescribeInstances", "describe_instances", "Reservations"), "instance-lifecycle", "spot", 1),
    (("DescribeInstances", "describe_instances", "Reservations"), "vpc-id", "VPC", 2),
    (
        ("DescribeVpcEndpointServices", "describe_vpc_endpoint_services", "ServiceNames"),
        "service-name",
        "com.amazonaws.us-east-1.eks",
        1,
    ),
)


@pytest.mark.parametrize(
    ("kind", "name", "value", "count"),
    [
        pytest.param(
            *case,
            marks=pytest.mark.documented(_API.format(case[0][0])),
            id=f"{case[0][0]} filters by {case[1]}",
        )
        for case in _CASES
    ],
)
def test_filters_find(
    reader: Tenant, network: Network, kind: tuple[str, str, str], name: str, value: str, count: int
) -> None:
    _, describe, member = kind
    assert _count(reader, describe, member, name, _of(reader, network, value)) == count
    assert _count(reader, describe, member, name, "nothing-such") == 0


@pytest.mark.documented("https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Filtering.html")
def test_filters_take_wildcards(reader: Tenant, network: Network) -> None:
    assert _count(reader, "describe_vpc_endpoints", "VpcEndpoints", "service-name", "com.amazonaws.*.s3") == 1


@pytest.mark.documented(_API.format("NatGatewayAddress"))
def test_a_nat_gateway_has_an_address_of_its_subnet(reader: Tenant, network: Network) -> None:
    (gateway,) = reader.ec2.describe_nat_gateways(NatGatewayIds=[network.nat])["NatGateways"]
    (shown,) = gateway["NatGatewayAddresses"]
    assert shown["PrivateIp"].startswith("10.0.0.")


def test_what_is_found_is_asked_for_by_all_filters(reader: Tenant, network: Network) -> None:
    wanted: list[dict[str, Any]] = [
        {"Name": "status", "Values": ["in-use"]},
        {"Name": "interface-type", "Values": ["interface"]},
    ]
    assert len(reader.ec2.describe_network_interfaces(Filters=wanted)["NetworkInterfaces"]) == 2
