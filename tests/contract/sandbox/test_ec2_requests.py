"""What holds for requests of all kinds: DryRun, client tokens, dates, errors."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from .tenant import Network, Tenant, refused

_API = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_{}.html"
_IDEMPOTENCY = "https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html"
_ERRORS = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html"
_IMAGE = "ami-12c6146b"


@pytest.fixture(scope="module")
def network(reader: Tenant) -> Network:
    return reader.network()


# DryRun


@pytest.mark.parametrize(
    ("operation", "given"),
    [
        pytest.param(
            operation,
            given,
            marks=pytest.mark.documented(_API.format(action)),
            id=f"{action} is tried without being done",
        )
        for action, operation, given in (
            ("CreateVpc", "create_vpc", {"CidrBlock": "10.0.0.0/16"}),
            ("AllocateAddress", "allocate_address", {"Domain": "vpc"}),
            ("CreateSecurityGroup", "create_security_group", {"GroupName": "g", "Description": "d"}),
            ("RunInstances", "run_instances", {"ImageId": _IMAGE, "MinCount": 1, "MaxCount": 1}),
            ("DescribeSubnets", "describe_subnets", {}),
            ("DescribeInstanceTypes", "describe_instance_types", {}),
        )
    ],
)
def test_a_dry_run_would_have_worked(tenant: Tenant, operation: str, given: dict[str, Any]) -> None:
    with pytest.raises(ClientError) as caught:
        getattr(tenant.ec2, operation)(DryRun=True, **given)
    answer = caught.value.response
    assert answer["Error"]["Code"] == "DryRunOperation"
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 412
    assert tenant.objects() == []


# Client tokens

_CREATIONS: list[tuple[str, str, str, str, Callable[[Network], dict[str, Any]]]] = [
    (
        "CreateNatGateway",
        "create_nat_gateway",
        "NatGateway",
        "NatGatewayId",
        lambda net: {"SubnetId": net.private[0], "ConnectivityType": "private"},
    ),
    ("CreateRouteTable", "create_route_table", "RouteTable", "RouteTableId", lambda net: {"VpcId": net.vpc}),
    (
        "CreateNetworkInterface",
        "create_network_interface",
        "NetworkInterface",
        "NetworkInterfaceId",
        lambda net: {"SubnetId": net.private[0]},
    ),
    (
        "CreateVpcEndpoint",
        "create_vpc_endpoint",
        "VpcEndpoint",
        "VpcEndpointId",
        lambda net: {"VpcId": net.vpc, "ServiceName": "com.amazonaws.us-east-1.s3"},
    ),
    (
        "CreateEgressOnlyInternetGateway",
        "create_egress_only_internet_gateway",
        "EgressOnlyInternetGateway",
        "EgressOnlyInternetGatewayId",
        lambda net: {"VpcId": net.vpc},
    ),
    ("CreateNetworkAcl", "create_network_acl", "NetworkAcl", "NetworkAclId", lambda net: {"VpcId": net.vpc}),
    (
        "CreateLaunchTemplate",
        "create_launch_template",
        "LaunchTemplate",
        "LaunchTemplateId",
        lambda _: {"LaunchTemplateName": "t", "LaunchTemplateData": {"InstanceType": "t3.large"}},
    ),
    (
        "CreateVolume",
        "create_volume",
        "",
        "VolumeId",
        lambda _: {"AvailabilityZone": "us-east-1a", "Size": 1},
    ),
    (
        "RunInstances",
        "run_instances",
        "",
        "ReservationId",
        lambda net: {"ImageId": _IMAGE, "MinCount": 1, "MaxCount": 1, "SubnetId": net.private[0]},
    ),
]


@pytest.mark.parametrize(
    ("operation", "member", "key", "given"),
    [
        pytest.param(
            *rest,
            marks=pytest.mark.documented(
                _API.format(action), row="NAT gateway" if action == "CreateNatGateway" else ""
            ),
            id=f"{action} with the same token makes one",
        )
        for action, *rest in _CREATIONS
    ],
)
def test_a_token_makes_one(
    reader: Tenant,
    network: Network,
    operation: str,
    member: str,
    key: str,
    given: Callable[[Network], dict[str, Any]],
) -> None:
    create = getattr(reader.ec2, operation)
    answers = [create(ClientToken="t-1", **given(network)) for _ in range(2)]
    ids = {(answer[member] if member else answer)[key] for answer in answers}
    assert len(ids) == 1


@pytest.mark.documented(_IDEMPOTENCY)
def test_a_token_is_for_one_request(reader: Tenant, network: Network) -> None:
    reader.ec2.create_network_interface(SubnetId=network.private[0], ClientToken="t-2")
    with refused("IdempotentParameterMismatch"):
        reader.ec2.create_network_interface(SubnetId=network.private[1], ClientToken="t-2")


@pytest.mark.documented(_IDEMPOTENCY)
def test_tokens_of_a_region_mean_nothing_in_another(reader: Tenant) -> None:
    given = {"LaunchTemplateName": "regional", "LaunchTemplateData": {"InstanceType": "t3.large"}}
    made = [
        reader.client("ec2", region).create_launch_template(ClientToken="t-3", **given)
        for region in ("us-east-1", "eu-west-1")
    ]
    assert len({one["LaunchTemplate"]["LaunchTemplateId"] for one in made}) == 2


# Dates


def _nat(tenant: Tenant, network: Network) -> Any:
    made = tenant.ec2.create_nat_gateway(SubnetId=network.private[0], ConnectivityType="private")
    return made["NatGateway"]["CreateTime"]


def _instance(tenant: Tenant, network: Network) -> Any:
    made = tenant.ec2.run_instances(ImageId=_IMAGE, MinCount=1, MaxCount=1, SubnetId=network.private[0])
    return made["Instances"][0]["LaunchTime"]


def _volume(tenant: Tenant, _network: Network) -> Any:
    return tenant.ec2.create_volume(AvailabilityZone="us-east-1a", Size=1)["CreateTime"]


def _template(tenant: Tenant, _network: Network) -> Any:
    data = {"InstanceType": "t3.large"}
    made = tenant.ec2.create_launch_template(LaunchTemplateName="dated", LaunchTemplateData=data)
    return made["LaunchTemplate"]["CreateTime"]


def _endpoint(tenant: Tenant, network: Network) -> Any:
    made = tenant.ec2.create_vpc_endpoint(VpcId=network.vpc, ServiceName="com.amazonaws.us-east-1.dynamodb")
    return made["VpcEndpoint"]["CreationTimestamp"]


def _role(tenant: Tenant, _network: Network) -> Any:
    tenant.role("dated", "ec2.amazonaws.com")
    return tenant.iam.get_role(RoleName="dated")["Role"]["CreateDate"]


def _key(tenant: Tenant, _network: Network) -> Any:
    return tenant.client("kms").create_key()["KeyMetadata"]["CreationDate"]


def _balancer(tenant: Tenant, network: Network) -> Any:
    made = tenant.client("elbv2").create_load_balancer(Name="dated", Subnets=network.public)
    return made["LoadBalancers"][0]["CreatedTime"]


def _classic(tenant: Tenant, network: Network) -> Any:
    balancers = tenant.client("elb")
    listener = {"Protocol": "tcp", "LoadBalancerPort": 80, "InstancePort": 80}
    balancers.create_load_balancer(LoadBalancerName="old", Listeners=[listener], Subnets=network.public)
    return balancers.describe_load_balancers()["LoadBalancerDescriptions"][0]["CreatedTime"]


def _scaling_group(tenant: Tenant, network: Network) -> Any:
    scaling = tenant.client("autoscaling")
    template = {"LaunchTemplateName": "dated", "Version": "$Latest"}
    _template(tenant, network)
    scaling.create_auto_scaling_group(
        AutoScalingGroupName="dated",
        MinSize=0,
        MaxSize=1,
        LaunchTemplate=template,
        VPCZoneIdentifier=network.private[0],
    )
    return scaling.describe_auto_scaling_groups()["AutoScalingGroups"][0]["CreatedTime"]


_SCALING = "https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_AutoScalingGroup.html"
_ELB = "https://docs.aws.amazon.com/elasticloadbalancing/{}/APIReference/{}.html"


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(make, marks=pytest.mark.documented(page), id=f"{what} tells when it was made")
        for what, make, page in (
            ("a NAT gateway", _nat, _API.format("NatGateway")),
            ("an instance", _instance, _API.format("Instance")),
            ("a volume", _volume, _API.format("Volume")),
            ("a launch template", _template, _API.format("LaunchTemplate")),
            ("an endpoint", _endpoint, _API.format("VpcEndpoint")),
            ("a role", _role, "https://docs.aws.amazon.com/IAM/latest/APIReference/API_Role.html"),
            ("a key", _key, "https://docs.aws.amazon.com/kms/latest/APIReference/API_KeyMetadata.html"),
            ("a load balancer", _balancer, _ELB.format("latest", "API_LoadBalancer")),
            ("a classic load balancer", _classic, _ELB.format("2012-06-01", "API_LoadBalancerDescription")),
            ("an Auto Scaling group", _scaling_group, _SCALING),
        )
    ],
)
def test_dates_are_of_the_clock(tenant: Tenant, make: Callable[[Tenant, Network], Any]) -> None:
    """The clock of the sandbox has gone far ahead of the real one."""
    network = tenant.network()
    tenant.advance(7 * 86_400)
    now = datetime.fromisoformat(tenant.get("health")["now"])
    assert abs((make(tenant, network).astimezone(UTC) - now).total_seconds()) < 5


# Errors


@pytest.mark.documented(_ERRORS, row="error body of an unimplemented call")
def test_what_the_sandbox_lacks_is_an_error_that_clients_can_read(reader: Tenant) -> None:
    with refused("InvalidAction", "DescribeIpamPools"):
        reader.ec2.describe_ipam_pools()


@pytest.mark.documented("https://docs.aws.amazon.com/autoscaling/ec2/APIReference/CommonErrors.html")
def test_other_services_say_so_too(reader: Tenant) -> None:
    with refused("InvalidAction", "DescribeTrafficSources"):
        reader.client("autoscaling").describe_traffic_sources(AutoScalingGroupName="g")
