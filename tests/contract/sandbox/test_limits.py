"""Throttling: a bucket for each account, region and action, on the sandbox's clock."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from .tenant import Tenant, refused

PAGE = "https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html"
EC2 = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html"
EKS = "https://docs.aws.amazon.com/eks/latest/APIReference/CommonErrors.html"
IAM = "https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html"
LOGS = "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/CommonErrors.html"
QUOTAS = "https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_ListServices.html"


@pytest.fixture
def throttled(tenant: Tenant) -> Iterator[Tenant]:
    tenant.post("limits", {"on": True})
    yield tenant
    tenant.post("limits", {"on": False, "reset": True})


def answered(call: Any, most: int = 210) -> int:
    """How many calls were answered before the first that was throttled."""
    for number in range(most):
        try:
            call()
        except ClientError as error:
            if error.response["Error"]["Code"] == "RequestLimitExceeded":
                return number
    raise AssertionError(f"nothing throttled in {most} calls")


NAT, VPC, TEMPLATE = "nat-00000000000000000", "vpc-00000000000000000", "lt-00000000000000000"
ENI, TAGGED = "eni-00000000000000000", {"Resources": [VPC], "Tags": [{"Key": "a", "Value": "b"}]}
PAGED = {"MaxResults": 100}
ROLE = {"RoleName": "none"}

BUCKETS: list[tuple[str, dict[str, Any], int, int]] = [
    ("describe_vpcs", {}, 100, 20),
    ("describe_subnets", {}, 100, 20),
    ("describe_instances", {}, 50, 10),
    ("describe_instances", PAGED, 100, 20),
    ("describe_volumes", {}, 50, 10),
    ("describe_security_groups", {}, 50, 10),
    ("describe_network_interfaces", {"Filters": [{"Name": "vpc-id", "Values": [VPC]}]}, 100, 20),
    ("delete_vpc", {"VpcId": VPC}, 50, 5),
    ("delete_nat_gateway", {"NatGatewayId": NAT}, 10, 1),
    ("create_tags", TAGGED, 100, 10),
    ("delete_tags", TAGGED, 100, 10),
    ("create_launch_template_version", {"LaunchTemplateId": TEMPLATE, "LaunchTemplateData": {}}, 100, 5),
]
"""Operation, what is given, the size of its bucket, and how much it fills in a second."""


@pytest.mark.documented(PAGE)
@pytest.mark.parametrize(("operation", "given", "size", "fill"), BUCKETS, ids=lambda one: str(one)[:40])
def test_a_bucket_is_of_the_published_size(
    throttled: Tenant, operation: str, given: dict[str, Any], size: int, fill: int
) -> None:
    call = getattr(throttled.ec2, operation)
    assert answered(lambda: call(**given)) == size
    throttled.advance(2)
    assert answered(lambda: call(**given)) == 2 * fill


@pytest.mark.documented(PAGE)
def test_a_full_bucket_stays_as_it_is(throttled: Tenant) -> None:
    throttled.ec2.delete_tags(**TAGGED)
    throttled.advance(3600)
    assert answered(lambda: throttled.ec2.delete_tags(**TAGGED)) == 100


def _empty(tenant: Tenant) -> None:
    assert answered(lambda: tenant.ec2.delete_nat_gateway(NatGatewayId=NAT)) == 10


@pytest.mark.documented(PAGE)
def test_another_action_has_another_bucket(throttled: Tenant) -> None:
    _empty(throttled)
    throttled.ec2.describe_vpcs()


@pytest.mark.documented(PAGE)
def test_another_region_has_another_bucket(throttled: Tenant) -> None:
    _empty(throttled)
    with refused("NatGatewayNotFound"):
        throttled.client("ec2", "eu-west-1").delete_nat_gateway(NatGatewayId=NAT)


@pytest.mark.documented(PAGE)
def test_another_account_has_another_bucket(throttled: Tenant) -> None:
    _empty(throttled)
    other = Tenant(throttled.url, throttled.session, "222233334444")
    with refused("NatGatewayNotFound"):
        other.ec2.delete_nat_gateway(NatGatewayId=NAT)
    other.close()


@pytest.mark.documented(PAGE)
def test_instances_are_counted_as_well_as_calls(throttled: Tenant) -> None:
    given = {"ImageId": "ami-12c6146b", "InstanceType": "m5.large"}
    with refused("RequestLimitExceeded"):
        throttled.ec2.run_instances(**given, MinCount=1, MaxCount=1001)


@pytest.mark.parametrize(
    ("service", "operation", "given", "code", "status"),
    [
        pytest.param(service, operation, given, code, status, id=service, marks=pytest.mark.documented(page))
        for service, operation, given, code, status, page in (
            ("ec2", "describe_vpcs", {}, "RequestLimitExceeded", 503, EC2),
            ("eks", "list_clusters", {}, "ThrottlingException", 429, EKS),
            ("iam", "get_role", ROLE, "Throttling", 400, IAM),
            ("logs", "describe_log_groups", {}, "ThrottlingException", 400, LOGS),
            ("service-quotas", "list_services", {}, "TooManyRequestsException", 400, QUOTAS),
        )
    ],
)
def test_each_service_has_its_own_word_for_it(
    throttled: Tenant, service: str, operation: str, given: dict[str, Any], code: str, status: int
) -> None:
    throttled.post("limits", {"action": f"{service.replace('-', '')}:*", "burst": 0, "perSecond": 1})
    with pytest.raises(ClientError) as caught:
        getattr(throttled.client(service), operation)(**given)
    told = caught.value.response
    assert (told["Error"]["Code"], told["ResponseMetadata"]["HTTPStatusCode"]) == (code, status)


def test_a_clock_that_stands_still_throttles_nobody_unless_asked(tenant: Tenant) -> None:
    assert tenant.get("limits")["on"] is False
