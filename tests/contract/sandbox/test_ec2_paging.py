"""Pages of EC2: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/Query-Requests.html#api-pagination"""

import itertools
from typing import Any

import pytest
from botocore.config import Config

from .tenant import Tenant, refused

_API = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_{}.html"
_PAGES = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/Query-Requests.html"
_MANY = 7

_KINDS = [
    ("describe_vpcs", "Vpcs", "VpcId"),
    ("describe_subnets", "Subnets", "SubnetId"),
    ("describe_route_tables", "RouteTables", "RouteTableId"),
    ("describe_security_groups", "SecurityGroups", "GroupId"),
    ("describe_security_group_rules", "SecurityGroupRules", "SecurityGroupRuleId"),
    ("describe_network_acls", "NetworkAcls", "NetworkAclId"),
    ("describe_network_interfaces", "NetworkInterfaces", "NetworkInterfaceId"),
    ("describe_internet_gateways", "InternetGateways", "InternetGatewayId"),
    (
        "describe_egress_only_internet_gateways",
        "EgressOnlyInternetGateways",
        "EgressOnlyInternetGatewayId",
    ),
    ("describe_nat_gateways", "NatGateways", "NatGatewayId"),
    ("describe_vpc_endpoints", "VpcEndpoints", "VpcEndpointId"),
    ("describe_instances", "Reservations", "ReservationId"),
    ("describe_instance_status", "InstanceStatuses", "InstanceId"),
    ("describe_volumes", "Volumes", "VolumeId"),
    ("describe_launch_templates", "LaunchTemplates", "LaunchTemplateId"),
    ("describe_tags", "Tags", "ResourceId"),
    ("describe_images", "Images", "ImageId"),
]


def _action(method: str) -> str:
    return "".join(word.capitalize() for word in method.split("_"))


@pytest.fixture(scope="module")
def ec2(reader: Tenant) -> Any:
    """Seven of each kind, and what comes with them."""
    client = reader.ec2
    image = client.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    tags = [{"ResourceType": "vpc", "Tags": [{"Key": "n", "Value": "v"}]}]
    for number in range(_MANY):
        vpc = client.create_vpc(CidrBlock="10.0.0.0/16", TagSpecifications=tags)["Vpc"]["VpcId"]
        made = client.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24", AvailabilityZone="us-east-1a")
        subnet = made["Subnet"]["SubnetId"]
        client.create_internet_gateway()
        client.create_egress_only_internet_gateway(VpcId=vpc)
        client.create_nat_gateway(SubnetId=subnet, ConnectivityType="private")
        client.create_vpc_endpoint(VpcId=vpc, ServiceName="com.amazonaws.us-east-1.s3")
        client.create_launch_template(
            LaunchTemplateName=f"t{number}", LaunchTemplateData={"InstanceType": "t3.large"}
        )
        client.run_instances(ImageId=image, MinCount=1, MaxCount=1, SubnetId=subnet)
    return client


@pytest.mark.parametrize(
    ("describe", "member", "key"),
    [
        pytest.param(
            *kind,
            marks=pytest.mark.documented(_API.format(_action(kind[0])), row="pagination"),
            id=f"{_action(kind[0])} gives its results in pages",
        )
        for kind in _KINDS
    ],
)
def test_pages_hold_everything_once(ec2: Any, describe: str, member: str, key: str) -> None:
    ask = getattr(ec2, describe)
    everything = [one[key] for one in ask()[member]]
    assert len(everything) >= _MANY
    pages: list[list[str]] = []
    token: dict[str, str] = {}
    while token or not pages:
        answer = ask(MaxResults=5, **token)
        pages.append([one[key] for one in answer[member]])
        token = {"NextToken": answer["NextToken"]} if answer.get("NextToken") else {}
    assert len(pages) > 1
    assert {len(page) for page in pages[:-1]} == {5}
    assert list(itertools.chain(*pages)) == everything


@pytest.mark.documented(_API.format("DescribeSecurityGroups"))
def test_without_a_page_size_all_come_at_once(ec2: Any) -> None:
    answer = ec2.describe_security_groups()
    assert len(answer["SecurityGroups"]) > 5
    assert "NextToken" not in answer


@pytest.mark.documented(_PAGES)
def test_a_page_that_holds_all_has_no_token(ec2: Any) -> None:
    assert "NextToken" not in ec2.describe_vpcs(MaxResults=1000)


@pytest.mark.documented(_API.format("DescribeInstanceTypes"))
def test_instance_types_come_in_pages_of_at_most_a_hundred(ec2: Any) -> None:
    pages = list(ec2.get_paginator("describe_instance_types").paginate())
    assert max(len(page["InstanceTypes"]) for page in pages) == 100
    assert len({one["InstanceType"] for page in pages for one in page["InstanceTypes"]}) > 500


@pytest.mark.documented(_API.format("DescribeLaunchTemplateVersions"))
def test_pages_of_launch_template_versions_may_hold_one(ec2: Any) -> None:
    answer = ec2.describe_launch_template_versions(Versions=["$Latest"], MaxResults=1)
    assert (len(answer["LaunchTemplateVersions"]), bool(answer["NextToken"])) == (1, True)


@pytest.mark.documented(_PAGES)
def test_filters_are_applied_before_pages_are_cut(ec2: Any) -> None:
    wanted = [{"Name": "cidr", "Values": ["10.0.0.0/16"]}]
    first = ec2.describe_vpcs(Filters=wanted, MaxResults=5)
    rest = ec2.describe_vpcs(Filters=wanted, MaxResults=5, NextToken=first["NextToken"])
    assert [len(first["Vpcs"]), len(rest["Vpcs"])] == [5, _MANY - 5]


@pytest.fixture(scope="module")
def careless(reader: Tenant, ec2: Any) -> Any:
    """A client that does not check what it sends."""
    return reader.session.create_client(
        "ec2",
        region_name="us-east-1",
        endpoint_url=reader.url,
        aws_access_key_id=reader.credentials["accessKeyId"],
        aws_secret_access_key=reader.credentials["secretAccessKey"],
        config=Config(parameter_validation=False, retries={"total_max_attempts": 1}),
    )


@pytest.mark.parametrize(
    ("describe", "size"),
    [
        pytest.param(
            describe,
            size,
            marks=pytest.mark.documented(_API.format(_action(describe))),
            id=f"{_action(describe)} has no pages of {size}",
        )
        for describe, size in (
            ("describe_vpcs", 4),
            ("describe_subnets", 1001),
            ("describe_instances", 4),
            ("describe_route_tables", 101),
            ("describe_instance_types", 101),
            ("describe_launch_templates", 201),
            ("describe_egress_only_internet_gateways", 256),
        )
    ],
)
def test_the_size_of_a_page_has_bounds(careless: Any, describe: str, size: int) -> None:
    with refused("InvalidParameterValue", f"Value ( {size} ) for parameter maxResults is invalid"):
        getattr(careless, describe)(MaxResults=size)


@pytest.mark.documented(_API.format("DescribeVpcEndpoints"))
def test_a_page_of_endpoints_that_is_too_large_is_no_error(ec2: Any) -> None:
    assert len(ec2.describe_vpc_endpoints(MaxResults=2000)["VpcEndpoints"]) == _MANY


@pytest.mark.documented("https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html")
def test_a_made_up_token_is_refused(ec2: Any) -> None:
    with refused("InvalidNextToken"):
        ec2.describe_vpcs(MaxResults=5, NextToken="made-up")


@pytest.mark.documented("https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html")
def test_a_token_goes_with_the_request_that_it_came_from(ec2: Any) -> None:
    token = ec2.describe_vpcs(MaxResults=5)["NextToken"]
    with refused("InvalidNextToken"):
        ec2.describe_subnets(MaxResults=5, NextToken=token)


@pytest.mark.parametrize(
    ("describe", "ids", "member"),
    [
        pytest.param(
            describe,
            ids,
            member,
            marks=pytest.mark.documented(_API.format(_action(describe))),
            id=f"{_action(describe)} takes {ids} or MaxResults",
        )
        for describe, ids, member in (
            ("describe_instances", "InstanceIds", "Instances"),
            ("describe_instance_status", "InstanceIds", "InstanceStatuses"),
            ("describe_network_interfaces", "NetworkInterfaceIds", "NetworkInterfaces"),
        )
    ],
)
def test_what_is_named_has_no_pages(ec2: Any, describe: str, ids: str, member: str) -> None:
    with refused("InvalidParameterCombination", "cannot be used with the parameter maxResults"):
        getattr(ec2, describe)(MaxResults=5, **{ids: ["i-00000000000000000"]})
